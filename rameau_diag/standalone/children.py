"""The processes that the supervisor starts, and starts again when they die."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from rameau_diag.folders import REPOSITORY
from rameau_diag.processes import end_with_parent, signals_wait


def open_log(path: Path) -> IO[bytes]:
    """Open a log to write at its end; a long one is put aside first."""
    with contextlib.suppress(FileNotFoundError):
        if path.stat().st_size > 5_000_000:
            path.replace(path.with_suffix(".log.1"))
    return open(path, "ab")


def say(text: str) -> None:
    """Print for the person, even when nobody reads any more."""
    with contextlib.suppress(OSError):
        print(text, flush=True)


class Child:
    """A process of ours, with a log of its own, started again when it dies."""

    def __init__(
        self,
        label: str,
        arguments: list[str],
        log: Path,
        orphaned: int,
        pass_fds: Sequence[int] = (),
    ) -> None:
        self.label = label
        self.arguments = [sys.executable, *arguments]
        self.log = log
        self.orphaned = orphaned  # the signal it gets when the supervisor is killed
        self.pass_fds = pass_fds
        self.process: subprocess.Popen[bytes] | None = None
        self.started = 0.0
        self.pause = 0.5
        self.restart_at: float | None = None
        self.deaths = 0

    def start(self) -> None:
        """Start it in a session of its own: Ctrl-C reaches the supervisor only."""
        self.restart_at = None
        self.started = time.monotonic()
        with open_log(self.log) as log, signals_wait():
            self.process = subprocess.Popen(
                self.arguments,
                cwd=REPOSITORY,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=end_with_parent(self.orphaned),
                pass_fds=self.pass_fds,
            )

    def start_again(self) -> None:
        """Start it, or try again in a moment when the system does not let it: a full disk, no memory."""
        try:
            self.start()
        except OSError as error:
            self.restart_at = time.monotonic() + self.pause
            say(
                f"{self.label} ne peut pas être relancé pour l'instant : {error.strerror or error}."
            )

    def look(self) -> None:
        """Start it again if it has died, later and later when it keeps dying."""
        if self.restart_at is not None:
            if time.monotonic() >= self.restart_at:
                self.start_again()
            return
        if self.process is None or self.process.poll() is None:
            return
        self.deaths += 1
        self.kill()  # what it may have left in its session
        self.pause = 0.5 if time.monotonic() - self.started > 60 else min(self.pause * 2, 5)
        self.restart_at = time.monotonic() + self.pause
        say(f"{self.label} s'est arrêté ; il est relancé (journal : {self.log}).")

    def ask_to_stop(self) -> None:
        """Ask it to end what it does and stop."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def wait(self, deadline: float) -> None:
        """Wait for its end until the deadline, then kill what is left of it."""
        if self.process is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(max(0.0, deadline - time.monotonic()))
            self.kill()

    def kill(self) -> None:
        """Kill every process of its session's group."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
