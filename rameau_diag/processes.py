"""What processes of ours have in common: how they end with their parent (Linux), how they speak."""

import ctypes
import io
import os
import sys
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


def speak_utf8() -> None:
    """Print French whatever the machine's locale."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")
