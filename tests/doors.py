"""A door before the database, which a test shuts, or behind which nobody answers."""

from __future__ import annotations

import contextlib
import shutil
import socket
import tempfile
import threading
from pathlib import Path

from django.db import connection

PORT = "5432"


class Door:
    """A socket that hands on to the database what is said to it, and back."""

    def __init__(self) -> None:
        self.folder = tempfile.mkdtemp(prefix="door-")  # a socket's path is short
        known = connection.settings_dict
        self._behind = {"host": known["HOST"], "port": known["PORT"] or PORT}
        self._heard = threading.Event()
        self._heard.set()
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        self._cut_after: int | None = None
        self._lock = threading.Lock()
        self._listener: socket.socket | None = None
        self.open()

    def open(self) -> None:
        """Let everybody in, and hear them again."""
        if self._listener is None:
            path = Path(self.folder) / f".s.PGSQL.{PORT}"
            path.unlink(missing_ok=True)
            self._listener = socket.socket(socket.AF_UNIX)
            self._listener.bind(str(path))
            self._listener.listen(50)
            threading.Thread(target=self._receive, args=[self._listener], daemon=True).start()
        self._heard.set()

    def shut(self) -> None:
        """Refuse everybody, and put out who is in: as when the database has stopped."""
        listener, self._listener = self._listener, None
        if listener is not None:
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            listener.close()
        self.cut()

    def fall_silent(self) -> None:
        """Let everybody in, and answer nobody: as when the database hangs."""
        self._heard.clear()

    def cut(self) -> None:
        """Cut all the connections; new ones are let in."""
        for pair in self._pairs:
            for end in pair:
                with contextlib.suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)

    def cut_after(self, messages: int) -> None:
        """Cut all the connections when this many more messages were sent to the database."""
        self._cut_after = messages

    def spares(self) -> bool:
        """Tell whether it had not come to the cut, which does not come any more."""
        with self._lock:
            left, self._cut_after = self._cut_after, None
            return left is not None

    def close(self) -> None:
        """Have done with it."""
        self._heard.set()
        self.shut()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _receive(self, listener: socket.socket) -> None:
        while True:
            try:
                ours, _ = listener.accept()
            except OSError:
                return
            theirs = self._reach()
            self._pairs.append((ours, theirs))
            for start, end, is_asking in ((ours, theirs, True), (theirs, ours, False)):
                threading.Thread(
                    target=self._carry, args=[start, end, is_asking], daemon=True
                ).start()

    def _reach(self) -> socket.socket:
        host, port = self._behind["host"], self._behind["port"]
        if not host.startswith("/"):
            return socket.create_connection((host or "127.0.0.1", int(port)))
        reached = socket.socket(socket.AF_UNIX)
        reached.connect(f"{host}/.s.PGSQL.{port}")
        return reached

    def _carry(self, start: socket.socket, end: socket.socket, is_asking: bool) -> None:
        with start, contextlib.suppress(OSError):
            while said := start.recv(1 << 16):
                self._heard.wait()
                if is_asking and self._is_the_last():
                    self.cut()
                    return
                end.sendall(said)
            end.shutdown(socket.SHUT_RDWR)

    def _is_the_last(self) -> bool:
        with self._lock:
            if self._cut_after is None:
                return False
            self._cut_after -= 1
            if self._cut_after > 0:
                return False
            self._cut_after = None
            return True
