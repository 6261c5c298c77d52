"""Processes are killed while people save: what was acknowledged is there."""

from __future__ import annotations

import contextlib
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator

import pytest

from tests.faults.site import Site, Writer, slack

# Seconds after which all save again: a process starts, or PostgreSQL recovers.
BACK_WITHIN = 15.0
PEOPLE = 4
# The database acknowledges what is in no file yet, and writes it as late as it may.
FORGETFUL = {
    "synchronous_commit": "off",
    "wal_writer_delay": "10s",
    "wal_writer_flush_after": "1GB",
}
TRIES_OF_THE_CONTROL = 5


@contextlib.contextmanager
def saving(writers: list[Writer]) -> Iterator[None]:
    """Have everybody save all the time; afterwards, each ends the save under way."""
    ended = threading.Event()

    def save(writer: Writer) -> None:
        while not ended.is_set():
            if writer.save().status == 0:
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
    with site.connect() as connection:
        return sum(writer.lost(connection) for writer in writers)


def wait_for_saves(writers: list[Writer], times: int) -> None:
    """Wait until everybody has saved a few times more."""
    before = [writer.count for writer in writers]
    deadline = time.monotonic() + 60 * slack()
    while any(writer.count < n + times for writer, n in zip(writers, before, strict=True)):
        assert time.monotonic() < deadline, [writer.statuses for writer in writers]
        time.sleep(0.02)


class Toll:
    """What became of the saves of a few people while something was killed again and again."""

    def __init__(self, site: Site) -> None:
        self.site, self.writers = site, site.writers(PEOPLE)
        self.kills = self.lost = 0
        self.slowest = 0.0

    def kill(self, victims: Callable[[], list[int]]) -> float:
        """Kill while everybody saves; return when (``time.monotonic()``).

        What is stored is looked at before anybody saves again: a later save would hide what was lost.
        """
        with saving(self.writers):
            wait_for_saves(self.writers, 1)
            time.sleep(random.uniform(0, 0.3))
            self.site.kill(victims())
            killed = time.monotonic()
        self.kills += 1
        self.lost += lost(self.site, self.writers)
        return killed

    def kill_and_come_back(self, victims: Callable[[], list[int]]) -> None:
        """Kill, and have everybody save again."""
        killed = self.kill(victims)
        with saving(self.writers):
            wait_for_saves(self.writers, 1)
        self.slowest = max(self.slowest, time.monotonic() - killed)

    @property
    def acknowledged(self) -> int:
        return sum(writer.count for writer in self.writers)

    @property
    def statuses(self) -> Counter[int]:
        return sum((writer.statuses for writer in self.writers), Counter())

    def __str__(self) -> str:
        said = f"{self.kills} kills, {self.acknowledged} saves acknowledged, {self.lost} lost"
        back = f"; all save again after {self.slowest:.1f} s at most"
        return said + back * bool(self.slowest)


def is_well(toll: Toll) -> bool:
    """Tell whether nothing was lost, nobody saw a 500, and the site was soon back."""
    assert toll.lost == 0, str(toll)
    assert set(toll.statuses) <= {0, 200, 503}, toll.statuses
    assert toll.slowest < BACK_WITHIN * slack(), str(toll)
    return True


def test_the_web_processes(site, kills, note):
    """A worker, or one time in five their master, with which they end."""
    toll = Toll(site)

    def victims() -> list[int]:
        master, workers = site.web
        return [random.choice(workers)] if toll.kills % 5 else [master]

    for _ in range(kills):
        toll.kill_and_come_back(victims)
    note("SIGKILL of a web process (one in five: their master) under saves", str(toll))
    assert is_well(toll)


def test_the_database(site, kills, note):
    toll = Toll(site)
    for _ in range(kills):
        toll.kill_and_come_back(site.cluster.processes)
    note("SIGKILL of every process of PostgreSQL under saves", str(toll))
    assert is_well(toll)


@pytest.fixture
def forgetful(site) -> Iterator[None]:
    """Have the database acknowledge what it may lose."""
    alter(site, "SET {} = '{}'")
    yield
    alter(site, "RESET {}")


def alter(site: Site, change: str) -> None:
    with site.connect() as connection:
        for setting in FORGETFUL.items():
            connection.execute(f"ALTER SYSTEM {change.format(*setting)}")
        connection.execute("SELECT pg_reload_conf()")


def test_the_control_loses(site, note, forgetful):
    """The same, of a database that acknowledges too early: the loss is seen."""
    for _ in range(TRIES_OF_THE_CONTROL):
        toll = Toll(site)  # who had just signed in may have to do so again
        toll.kill(site.cluster.processes)
        if toll.lost:
            break
    note("Control: the same with synchronous_commit=off and a WAL writer that sleeps", str(toll))
    assert toll.lost > 0
