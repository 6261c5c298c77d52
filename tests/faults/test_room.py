"""Disks that are full, and a child of the renderer that is killed."""

from __future__ import annotations

import contextlib
import os
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.site import Answer, Site, parent_of, slack, summary
from tests.faults.test_killed import lost, saving

BACK_WITHIN = 15.0  # seconds: PostgreSQL recovers, and all save again
FULL = 8.0  # seconds
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root to mount a small disk")


@contextlib.contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Path]:
    folder.mkdir(parents=True)
    size = f"size={megabytes}m,mode=0755"
    subprocess.run(["mount", "-t", "tmpfs", "-o", size, "tmpfs", str(folder)], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(folder: Path) -> Path:
    """Write until there is no room."""
    file = folder / "plein"
    with contextlib.suppress(OSError), open(file, "wb", buffering=0) as stream:
        while True:
            stream.write(b"x" * 65536)
    return file


@pytest.fixture(scope="module")
def cramped() -> Iterator[Site]:
    """A site whose data have a small disk of their own."""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="faults-")))
        folder.chmod(0o755)  # root's server has another account, which reads no folder of pytest's
        disk = stack.enter_context(small_disk(folder / "disk", 400))
        site = Site(disk / "data")
        try:
            site.start()
            yield site
        finally:
            site.stop()


@as_root
@pytest.mark.parametrize("ends", [False, True], ids=["", "and PostgreSQL ends meanwhile"])
def test_the_disk_of_the_data_is_full(cramped, note, ends):
    cramped.wait_for(200)
    writers = cramped.writers(4)
    with saving(writers):
        file = fill(cramped.data.parent)
        if ends:
            cramped.kill(cramped.cluster.processes())
        paper = writers[0].person.ask(f"{writers[0].path.partition('etapes/')[0]}rapport.pdf")
        time.sleep(FULL)
        assert cramped.is_running, "".join(cramped.said)
    file.unlink()
    freed = time.monotonic()
    gone = lost(cramped, writers)
    while any(writer.save().status != 200 for writer in writers):
        assert time.monotonic() < freed + 60 * slack()
    back = time.monotonic() - freed
    acknowledged = sum(writer.count for writer in writers)
    seen = {status for writer in writers for status in writer.statuses}
    note(
        f"Disk full for {FULL:.0f} s{', PostgreSQL killed meanwhile' * ends}",
        f"{acknowledged} saves acknowledged, {gone} lost, answers {sorted(seen)}, a PDF {paper.status};"
        f" all save again after {back:.1f} s",
    )
    assert gone == 0
    assert paper.status in {200, 202, 503}
    assert seen <= {0, 200, 503}
    assert back < BACK_WITHIN * slack()


def test_a_child_of_the_renderer_is_killed(site, note):
    """Its document is printed once more."""
    [writer] = site.writers(1)
    path = f"{writer.path.partition('etapes/')[0]}rapport.pdf"
    assert writer.save().status == 200  # there is something new to print
    answers: list[Answer] = []
    asking = threading.Thread(target=lambda: answers.append(writer.person.wait_for(path)))
    asking.start()
    killed = 0
    while asking.is_alive() and not killed:
        killed = kill_a_child_that_prints(site)
    asking.join()
    note("SIGKILL of a renderer's child while it prints", summary(answers))
    assert killed
    assert [answer.status for answer in answers] == [200]


def kill_a_child_that_prints(site: Site) -> int:
    """Kill one of the processes whose parent is a warm renderer; return it, 0 when there was none."""
    warm = site.processes("diagnostics.report.warm")
    printing = [pid for pid in warm if parent_of(pid) in warm]
    site.kill(printing[:1])
    return printing[0] if printing else 0
