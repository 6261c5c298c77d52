"""The warm renderer: a process that has read fonts and style sheets, and forks for each PDF.

Started by :mod:`diagnostics.report.renderer` with one end of a socket pair, which carries what is
asked: how much the rendering may take, the socket through which the HTML comes and the PDF goes,
and the pipe that tells how the child ended. Its copies of the fonts are in the folder named on
the command line. It ends when the other end of the pair is closed,
that is with the process it works for, however that one ends; its children end with it.

It knows neither the database nor the secret key, and has no network where the machine allows it.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import json
import logging
import os
import resource
import select
import shutil
import signal
import socket
import struct
import sys
import tempfile
import time
import traceback
import warnings
from pathlib import Path
from typing import NoReturn

from django.conf import settings

from diagnostics.report import pdf

OUT_OF_MEMORY = 3  # exit code of a child
NICENESS = 10  # whoever fills in a form comes first: a tenth of a core that others want as well
TRIES = 20
READY = b"ready"

_PR_SET_PDEATHSIG = 1
_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000


def main() -> None:
    """Serve the process at the other end of the socket until it ends."""
    control = socket.socket(fileno=int(sys.argv[1]))
    base_dir, node_modules, folder = map(Path, sys.argv[2:5])
    settings.configure(BASE_DIR=base_dir, NODE_MODULES=node_modules)
    tempfile.tempdir = str(folder)
    # Nothing of what people typed goes to the log, and not one line for each missing glyph.
    logging.getLogger("weasyprint").setLevel(logging.CRITICAL)
    # Python warns of a fork beside a thread: see _print.
    warnings.filterwarnings("ignore", category=DeprecationWarning, message=".*multi-threaded.*")
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process it works for
    _leave_the_network()
    pdf.warm_up()
    gc.collect()
    gc.freeze()  # what is shared with the children stays shared
    endings: dict[int, int] = {}  # pid of a child → the pipe that tells how it ended
    try:
        with contextlib.suppress(ConnectionError):
            control.send(READY)
            _give_way()
            _serve(control, endings)
    finally:
        for child in endings:  # nobody waits for them, and they may have copies of the fonts too
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
        pdf.forget()
        shutil.rmtree(folder, ignore_errors=True)


def _give_way() -> None:
    """Have this session come after all others for the processor: Linux shares it among sessions first (where
    it groups processes by session; under systemd, by service), by niceness only within each."""
    for _ in range(TRIES):
        try:
            Path("/proc/self/autogroup").write_text(str(NICENESS))
        except BlockingIOError:
            time.sleep(
                0.11
            )  # of all who are not root, Linux takes one of these every tenth of a second
        except OSError:
            return
        else:
            return


def _serve(control: socket.socket, endings: dict[int, int]) -> None:
    warm = os.getpid()
    while True:
        # The time out only serves to look after children.
        readable, _, _ = select.select([control], [], [], 0.05 if endings else None)
        if readable:
            message, handed, _, _ = socket.recv_fds(control, 1024, 2)
            if not message:
                return
            channel, ending = handed
            threaded = len(os.listdir("/proc/self/task")) > 1
            child = os.fork()
            if child == 0:
                _print(warm, threaded, json.loads(message), control, channel, ending)
            os.close(channel)
            endings[child] = ending
        for child in list(endings):
            ended, status = os.waitpid(child, os.WNOHANG)
            if ended:
                pipe = endings.pop(child)
                with contextlib.suppress(OSError):  # nobody asks when the PDF came through
                    os.write(pipe, struct.pack("i", status))
                os.close(pipe)


def _print(
    parent: int,
    threaded: bool,
    asked: dict[str, float],
    control: socket.socket,
    *handed: int,
) -> NoReturn:
    """Print one document, in the child; nothing that was open in the parent is tidied up.

    ``threaded``: the parent has threads. Recent versions of Pango keep one per font map, and a fork
    leaves it behind.
    """
    code = 1
    try:
        control.close()
        channel = socket.socket(fileno=handed[0])
        os.close(handed[1])
        _accept_bounds(parent, asked["seconds"], int(asked["memory"]))
        with channel.makefile("rb") as stream:
            html = stream.read(int(asked["size"])).decode()
        if threaded:
            pdf.renew()  # the parent's font map would wait for a thread that was not forked
        printed = pdf.print_html(html, on_page=lambda pages: _tell(channel, pages))
        head = {"pages": printed.pages, "size": len(printed.pdf)}
        channel.sendall(json.dumps(head).encode() + b"\n" + printed.pdf)
        if threaded:
            pdf.forget()
        code = 0
    except MemoryError:
        code = OUT_OF_MEMORY
    except BrokenPipeError:
        pass  # nobody waits for it any more
    except BaseException:
        traceback.print_exc()
        sys.stderr.flush()
    finally:
        os._exit(code)


def _tell(channel: socket.socket, pages: int) -> None:
    channel.sendall(json.dumps({"pages": pages}).encode() + b"\n")


def _accept_bounds(parent: int, seconds: float, memory: int) -> None:
    """Have the kernel end this process with its parent, after a time, or beyond some memory."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)  # it ended in between
    signal.setitimer(signal.ITIMER_REAL, seconds)  # SIGALRM ends it
    processor = max(1, round(seconds))
    resource.setrlimit(resource.RLIMIT_CPU, (processor, processor + 1))
    # What it writes to, not what it maps: shared libraries are not the document's doing.
    resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(NICENESS)
    with contextlib.suppress(OSError):  # should the machine lack memory, this process goes first
        Path("/proc/self/oom_score_adj").write_text("500")
    gc.disable()  # a seventh of the time; the memory is given back in a moment anyway


def _leave_the_network() -> None:
    """Give up the network where the machine allows it; the closed fetcher is the real barrier."""
    libc = ctypes.CDLL(None)
    if libc.unshare(_CLONE_NEWNET) != 0:
        libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET)


if __name__ == "__main__":
    main()
