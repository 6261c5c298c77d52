"""Disks that are full."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.site import Site, slack
from tests.faults.test_killed import lost, saving

BACK_WITHIN = 5.0
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


@as_root
@pytest.mark.parametrize("ends", [False, True], ids=["", "and PostgreSQL ends meanwhile"])
def test_the_disk_of_the_data_is_full(tmp_path_factory, note, ends):
    folder = tmp_path_factory.mktemp("full")
    folder.chmod(0o755)
    with small_disk(folder / "disk", 400) as disk:
        site = Site(disk / "data")
        try:
            site.start()
            writers = site.writers()
            with saving(writers):
                file = fill(disk)
                if ends:
                    for pid in site.cluster.processes():
                        with contextlib.suppress(ProcessLookupError):
                            os.kill(pid, signal.SIGKILL)
                time.sleep(8)
                assert site.is_running, "".join(site.said)
                file.unlink()
                freed = time.monotonic()
                while any(writer.save().status != 200 for writer in writers):
                    assert time.monotonic() < freed + 60
                back = time.monotonic() - freed
            gone = lost(site, writers)
        finally:
            site.stop()
    acknowledged = sum(writer.count for writer in writers)
    seen = {status for writer in writers for status in writer.statuses}
    said = f"{acknowledged} acknowledged, {gone} lost, answers {sorted(seen)}"
    note(
        f"Disk full for 8 s{', PostgreSQL ends meanwhile' * ends}",
        f"{said}; back after {back:.1f} s",
    )
    assert (gone, seen <= {0, 200, 503}) == (0, True)
    assert back < (BACK_WITHIN + 10) * slack()  # PostgreSQL recovers, all save as well
