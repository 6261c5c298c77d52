"""What processes of ours have in common: how they start, end with their parent (Linux) and speak."""

import contextlib
import ctypes
import io
import os
import signal
import sys
from collections.abc import Callable, Iterator

_PR_SET_PDEATHSIG = 1
_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_libc = ctypes.CDLL(None, use_errno=True)


def die_with_parent(signum: int) -> None:
    """Have the kernel send ``signum`` to this process when the thread that made it ends."""
    _libc.prctl(_PR_SET_PDEATHSIG, signum, 0, 0, 0)


@contextlib.contextmanager
def signals_wait() -> Iterator[None]:
    """Let what asks this process to end come after the block: who it starts is known by then.

    Otherwise the exception that a signal raises may leave ``Popen`` between the start of a process and
    the return of its number, and nobody would end that one. The child has the signals by
    ``end_with_parent``. For processes of one thread.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    try:
        signal.pthread_sigmask(signal.SIG_BLOCK, _ENDING)
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def end_with_parent(signum: int) -> Callable[[], None]:
    """Answer a ``preexec_fn``: the child gets ``signum`` when the thread that made it ends."""
    parent = os.getpid()

    def arm() -> None:
        die_with_parent(signum)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _ENDING)
        if os.getppid() != parent:  # it ended in between
            os._exit(1)

    return arm


def speak_utf8() -> None:
    """Print French whatever the machine's locale."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")
