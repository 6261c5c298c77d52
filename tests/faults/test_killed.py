"""Processes are killed while people save: what was acknowledged is there."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import threading
import time
from collections.abc import Callable, Iterator

from tests.faults.site import Site, Writer, slack

BACK_WITHIN = 5.0  # seconds after which a save works again


@contextlib.contextmanager
def saving(writers: list[Writer]) -> Iterator[None]:
    """Have everybody save all the time."""
    ended = threading.Event()

    def save(writer: Writer) -> None:
        while not ended.is_set():
            if writer.save(patience=10).status == 0:
                time.sleep(0.05)  # nobody listens yet

    threads = [threading.Thread(target=save, args=[writer]) for writer in writers]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        ended.set()
        for thread in threads:
            thread.join()


def lost(site: Site, writers: list[Writer]) -> int:
    """Return how many acknowledged saves are not there."""
    site.wait_for(200)
    with site.connect() as connection:
        return sum(max(0, writer.acknowledged - writer.stored(connection)) for writer in writers)


def kill_again_and_again(site: Site, kills: int, victim: Callable[[], list[int]]) -> str:
    """Kill while everybody saves; say what was acknowledged and lost, and how long a save took to work
    again."""
    gone, slowest, acknowledged = 0, 0.0, 0
    statuses: dict[int, int] = {}
    for _ in range(kills):
        writers = site.writers()
        with saving(writers):
            before = [writer.count for writer in writers]
            wait_for_saves(writers, before)
            time.sleep(random.uniform(0, 0.5))
            for pid in victim():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            before, killed = [writer.count for writer in writers], time.monotonic()
            wait_for_saves(writers, before)
            slowest = max(slowest, time.monotonic() - killed)
        gone += lost(site, writers)
        acknowledged += sum(writer.count for writer in writers)
        for writer in writers:
            for status, n in writer.statuses.items():
                statuses[status] = statuses.get(status, 0) + n
    assert set(statuses) <= {0, 200, 503}, statuses
    assert slowest < (BACK_WITHIN + 3) * slack(), slowest  # six who save, three times each
    said = f"{kills} kills, {acknowledged} acknowledged, {gone} lost"
    return f"{said}; all save again after {slowest:.1f} s at most"


def wait_for_saves(writers: list[Writer], before: list[int]) -> None:
    """Wait until everybody has saved three times more."""
    deadline = time.monotonic() + 60 * slack()
    while any(writer.count < n + 3 for writer, n in zip(writers, before, strict=True)):
        assert time.monotonic() < deadline, [writer.statuses for writer in writers]
        time.sleep(0.02)


def test_the_database(site, kills, note):
    said = kill_again_and_again(site, kills, site.cluster.processes)
    note("SIGKILL of every process of PostgreSQL", said)
    assert ", 0 lost" in said
