"""Who prints when, across all the processes of a machine that share one data folder.

As many renderings at once as the machine has processor cores but one, which is for pages, and one
at a time of the same thing. Files are locked: the kernel lets go of a lock when the process that holds it ends.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from django.conf import settings

PATIENCE = 10.0  # seconds that a request waits; after that a page says where one stands
PATIENCE_OF_THE_WORKER = 120.0  # nobody holds a page open for it
_PAUSE = 0.05


class Busy(Exception):
    """Others are still printing, and it has waited long enough."""


@contextlib.contextmanager
def a_turn(patience: float) -> Iterator[None]:
    """Hold one of the machine's turns to print."""
    names = [f"turn-{number}" for number in range(max(1, cores() - 1))]
    random.shuffle(names)
    with _first_free(names, patience):
        yield


@contextlib.contextmanager
def alone_for(key: str, patience: float) -> Iterator[None]:
    """Be the only one who prints what has this key (hexadecimal).

    There are 256 locks in all: two things may share one, and then wait for each other.
    """
    with _first_free([f"key-{key[:2]}"], patience):
        yield


def cores() -> int:
    """Return how many processor cores this process may use."""
    return len(os.sched_getaffinity(0))


def is_crowded() -> bool:
    """Tell whether more wants to run on this machine, over the last minute, than it has cores: all of
    them, since a container sees what its whole machine does."""
    return os.getloadavg()[0] > (os.cpu_count() or 1)


@contextlib.contextmanager
def _first_free(names: list[str], patience: float) -> Iterator[None]:
    deadline = time.monotonic() + patience
    folder = Path(settings.TURNS_FOLDER)
    folder.mkdir(parents=True, exist_ok=True)
    with contextlib.ExitStack() as stack:
        files = [stack.enter_context(open(folder / name, "a")) for name in names]
        while not any(_locked(file) for file in files):
            if time.monotonic() >= deadline:
                raise Busy
            time.sleep(_PAUSE)
        yield


def _locked(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
