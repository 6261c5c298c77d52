"""Prints an HTML document in a process of its own, bounded in time and memory.

A warm process (:mod:`diagnostics.report.warm`), one for each process that prints, forks a child
for each PDF. Only its copies of the fonts are in the file system: the two talk through a pair of
sockets, and the kernel ends all of it with the process that started it. See ``docs/adr/0006``.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings

from diagnostics.report.pdf import Printed
from diagnostics.report.warm import OUT_OF_MEMORY, READY

PATIENCE_AT_START = 60.0  # seconds to read fonts and style sheets, on a slow and busy machine
GRACE = 5.0  # seconds after which a child that the kernel should have ended is given up
# All that the renderer sees of the environment, and every LC_… and PYTHON…: whatever else may be a secret of
# the site, today's or one that a later release brings.
LET_THROUGH = {
    *("PATH", "HOME", "LANG", "LANGUAGE", "TZ", "TMPDIR", "LD_LIBRARY_PATH"),
    *("FONTCONFIG_FILE", "FONTCONFIG_PATH", "XDG_CACHE_HOME", "SOURCE_DATE_EPOCH"),
}


class RenderingError(Exception):
    """The document was not printed."""


class RenderingStopped(RenderingError):
    """Printing would have taken more time or memory than a document may."""


class RendererFailed(RenderingError):
    """The renderer itself is at fault; the log says why."""


@dataclass(frozen=True)
class Bounds:
    """What one rendering may take: ``seconds`` of time (and of processor), ``memory`` in bytes.

    ``on_page`` is called with the number of pages while they are laid out.
    """

    seconds: float = 30.0
    memory: int = 512 * 1024 * 1024
    on_page: Callable[[int], None] | None = None


# What somebody who waits can bear; the bench, on a busy machine, compares and waits.
in_a_request = Bounds()


class _WarmDied(Exception):
    """The warm process has ended; another one may do better."""


class _Killed(Exception):
    """A child was killed: by somebody, or by a kernel that had no memory left."""


def _environment() -> dict[str, str]:
    return {
        name: text
        for name, text in os.environ.items()
        if name in LET_THROUGH or name.startswith(("LC_", "PYTHON"))
    }


class _Warm:
    """A warm process and the socket that reaches it."""

    def __init__(self) -> None:
        with contextlib.ExitStack() as undo:  # what is given back when no process can be started
            self.control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            undo.enter_context(self.control)
            with theirs:
                self.folder = tempfile.mkdtemp(prefix="rameau-pdf-")  # its copies of the fonts
                undo.callback(shutil.rmtree, self.folder, ignore_errors=True)
                self.process = self._start(theirs.fileno())
            undo.pop_all()  # from here on ``stop`` does it
        self.control.settimeout(PATIENCE_AT_START)
        try:
            ready = self.control.recv(16) == READY
        except OSError:
            ready = False
        if not ready:
            self.stop(patience=0)
            raise RendererFailed("The renderer does not start")

    def _start(self, descriptor: int) -> subprocess.Popen[bytes]:
        folders = [str(settings.BASE_DIR), str(settings.NODE_MODULES), self.folder]
        return subprocess.Popen(
            [sys.executable, "-m", "diagnostics.report.warm", str(descriptor), *folders],
            cwd=settings.BASE_DIR,
            env=_environment(),
            stdin=subprocess.DEVNULL,
            pass_fds=[descriptor],
            # Signals to the group are not for it: it ends in order when the socket closes. The session is
            # one that gives way to all others (``warm``), the server's and the worker's.
            start_new_session=True,
        )

    @property
    def is_alive(self) -> bool:
        return self.process.poll() is None

    def render(self, html: bytes, bounds: Bounds) -> Printed:
        """Have a child print the document."""
        deadline = time.monotonic() + bounds.seconds + GRACE
        asked = {"seconds": bounds.seconds, "memory": bounds.memory, "size": len(html)}
        channel, theirs = socket.socketpair()
        ending, told = os.pipe()
        with channel, open(ending, "rb", buffering=0) as pipe:
            try:
                socket.send_fds(self.control, [json.dumps(asked).encode()], [theirs.fileno(), told])
            except OSError:
                raise _WarmDied from None
            finally:
                theirs.close()
                os.close(told)
            try:
                channel.settimeout(max(0.1, deadline - time.monotonic()))
                with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                    channel.sendall(html)
                answer = _read_answer(channel, deadline, bounds.on_page)
            except TimeoutError:
                _discard(self)  # the kernel ends its children in time: it is not well itself
                raise RenderingStopped("time") from None
            if answer is None:
                raise _reason(pipe.read(4))
        return answer

    def stop(self, patience: float = 3.0) -> None:
        """Close the socket, which ends the process; kill it when it has not ended soon."""
        self.control.close()
        try:
            self.process.wait(patience)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


def _read_answer(
    channel: socket.socket, deadline: float, on_page: Callable[[int], None] | None
) -> Printed | None:
    """Read what a child sends: lines of JSON that say how many pages there are, the last one with the
    size of the PDF, then the PDF; None when it ended before."""
    received = bytearray()
    size = None
    while size is None or len(received) < size:
        channel.settimeout(max(0.1, deadline - time.monotonic()))
        try:
            piece = channel.recv(1 << 16)
        except ConnectionResetError:
            piece = b""
        if not piece:
            return None
        received += piece
        while size is None and b"\n" in received:
            line, _, received = received.partition(b"\n")
            head = json.loads(line)
            if "size" in head:
                size = int(head["size"])
            elif on_page is not None:
                on_page(int(head["pages"]))
    return Printed(bytes(received), int(head["pages"]))


def _reason(told: bytes) -> Exception:
    """Tell why a child ended without an answer, from its status (nothing: nobody could tell)."""
    if len(told) < 4:
        return _WarmDied()
    (status,) = struct.unpack("i", told)
    if os.WIFSIGNALED(status):
        if os.WTERMSIG(status) == signal.SIGKILL:
            return _Killed()
        by_time = os.WTERMSIG(status) in (signal.SIGALRM, signal.SIGXCPU)
        # A library that gets no memory aborts.
        return RenderingStopped("time" if by_time else "memory")
    if os.WEXITSTATUS(status) == OUT_OF_MEMORY:
        return RenderingStopped("memory")
    return RendererFailed("The renderer failed on this document")


_lock = threading.Lock()
_warm: _Warm | None = None


def _running() -> _Warm:
    """Answer this process's warm renderer, started again when it has ended."""
    global _warm
    with _lock:
        if _warm is None or not _warm.is_alive:
            dead, _warm = _warm, None
            if dead is not None:
                dead.stop(patience=0)
            try:
                _warm = _Warm()
            except OSError as error:
                raise RendererFailed("The machine starts no more processes") from error
        return _warm


def warm_pid() -> int:
    """Return the process id of this process's warm renderer, whose children print."""
    return _running().process.pid


def _discard(warm: _Warm) -> None:
    """Have done with a warm renderer, unless another thread had already."""
    global _warm
    with _lock:
        if _warm is warm:
            _warm = None
            warm.stop(patience=0)


def _forget_in_child() -> None:
    """After a fork, leave the renderer to the process that started it."""
    global _lock, _warm
    _lock = threading.Lock()
    if _warm is not None:
        _warm.control.close()  # or it would outlive that process
        _warm.process.returncode = 0  # not ours to wait for
        _warm = None


@atexit.register
def stop() -> None:
    """End the warm renderer; the next rendering starts another one."""
    global _warm
    with _lock:
        if _warm is not None:
            _warm.stop()
            _warm = None


os.register_at_fork(after_in_child=_forget_in_child)


def render(html: str, bounds: Bounds | None = None) -> Printed:
    """Print a whole HTML document made by one of our own templates.

    Raises RenderingStopped beyond the bounds, RendererFailed when the renderer is at fault.
    """
    data, bounds = html.encode(), bounds or in_a_request
    for is_second in (False, True):
        warm = _running()
        try:
            return warm.render(data, bounds)
        except _WarmDied:  # killed from outside: once more with a new one
            _discard(warm)
        except _Killed:  # once more: twice, and the machine has no memory for it
            if is_second:
                raise RenderingStopped("memory") from None
        except (OSError, ValueError, LookupError) as error:
            _discard(warm)
            raise RendererFailed("The renderer is not understood") from error
    raise RendererFailed("The renderer ended twice")
