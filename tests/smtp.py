"""A mail server that answers as a test wants it to, and notes what it took."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from email import message_from_bytes
from email.message import Message
from typing import BinaryIO

# Told of the number of a message; returns the answer to it, None to hang up without one.
Judge = Callable[[int], str | None]
TAKEN = "250 OK"
LATER = "451 Try again later"


def take(_number: int) -> str:
    """Take every message."""
    return TAKEN


class MailServer:
    """What it heard: ``offered``, every message that came whole; ``taken``, those it answered 250 to or
    hung up on."""

    def __init__(self, judge: Judge, *, silent: bool) -> None:
        self.judge = judge
        self.silent = silent
        self.offered: list[Message] = []
        self.taken: list[Message] = []
        self.called = threading.Semaphore(0)  # one more for each call
        self._lock = threading.Lock()
        self._calls: list[socket.socket] = []
        self.listener = socket.create_server(("127.0.0.1", 0))

    @property
    def url(self) -> str:
        """What EMAIL_URL would be."""
        return f"smtp://127.0.0.1:{self.listener.getsockname()[1]}"

    def subjects(self) -> list[str]:
        """The subjects of what was taken, in order."""
        return sorted(str(message["Subject"]) for message in self.taken)

    def serve(self) -> None:
        """Answer calls until the server is closed."""
        with suppress(OSError):
            while True:
                call, _address = self.listener.accept()
                self._calls.append(call)
                self.called.release()
                if not self.silent:
                    threading.Thread(target=self._talk, args=[call], daemon=True).start()

    def close(self) -> None:
        """Hang up everywhere."""
        for one in (self.listener, *self._calls):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def _talk(self, call: socket.socket) -> None:
        with suppress(OSError, ValueError), call, call.makefile("rwb", 0) as line:
            self._say(line, "220 Bonjour")
            while heard := line.readline():
                command = heard[:4].strip().upper()
                if command == b"DATA":
                    self._say(line, "354 Go on")
                    answer = self._judge(_whole(line))
                    if answer is None:
                        return
                    self._say(line, answer)
                else:
                    self._say(line, "221 Bye" if command == b"QUIT" else TAKEN)

    def _judge(self, text: bytes) -> str | None:
        message = message_from_bytes(text)
        with self._lock:
            self.offered.append(message)
            number = len(self.offered)
        answer = self.judge(number)
        if answer is None or answer == TAKEN:
            self.taken.append(message)
        return answer

    @staticmethod
    def _say(line: BinaryIO, text: str) -> None:
        line.write(text.encode() + b"\r\n")


def _whole(line: BinaryIO) -> bytes:
    heard = []
    while (part := line.readline()) not in (b".\r\n", b""):
        heard.append(part)
    return b"".join(heard)


@contextmanager
def mail_server(
    settings: object, judge: Judge = take, *, silent: bool = False
) -> Iterator[MailServer]:
    """Have the application's mails go to a server; ``silent``: one that takes calls and says nothing."""
    server = MailServer(judge, silent=silent)
    threading.Thread(target=server.serve, daemon=True).start()
    for name, value in {
        "EMAIL_BACKEND": "rameau_diag.smtp.EmailBackend",
        "EMAIL_HOST": "127.0.0.1",
        "EMAIL_PORT": server.listener.getsockname()[1],
        "EMAIL_TIMEOUT": 20,
    }.items():
        setattr(settings, name, value)
    try:
        yield server
    finally:
        server.close()
