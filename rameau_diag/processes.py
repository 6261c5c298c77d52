"""Processes that end with the one that started them, however that one ends (Linux)."""

import ctypes
import os
from collections.abc import Callable

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


def die_with_parent(signum: int) -> None:
    """Have the kernel send ``signum`` to this process when the thread that made it ends."""
    _libc.prctl(_PR_SET_PDEATHSIG, signum, 0, 0, 0)


def end_with_parent(signum: int) -> Callable[[], None]:
    """Answer a ``preexec_fn``: the child gets ``signum`` when the thread that made it ends."""
    parent = os.getpid()

    def arm() -> None:
        die_with_parent(signum)
        if os.getppid() != parent:  # it ended in between
            os._exit(1)

    return arm
