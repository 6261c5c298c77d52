"""The web server's worker: waitress in front of Django, under gunicorn's master.

One loop holds every connection. A thread is taken once a request has arrived whole, and is free as
soon as the answer is written into memory: who sends or reads slowly costs a connection, never a
thread (ADR 0031 says what else was weighed). Whatever waits has a bound below. The listener, the
processes and their end stay gunicorn's.
"""

from __future__ import annotations

import http
import io
import logging
import os
import resource
import socket
import sys
import threading
import time
import traceback
from types import FrameType
from typing import Any

from gunicorn.workers.base import Worker
from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser, ParsingError
from waitress.receiver import FixedStreamReceiver
from waitress.server import TcpWSGIServer, UnixWSGIServer
from waitress.task import ErrorTask, ThreadedTaskDispatcher, WSGITask
from waitress.utilities import BadRequest

logger = logging.getLogger(__name__)

# Seconds. Between two requests: longer than a proxy keeps its own connections (60, most of them),
# since who sends requests must be the first to close.
IDLE = 180.0
HEADERS_WITHIN = 30.0
BODY_WITHIN = 300.0  # 1.5 MB at 5 KB/s
SILENT = 30.0  # without a byte, in the middle of a request or of an answer
ANSWER_TAKEN_WITHIN = 600.0
# Django's time. Nobody waits so long; a machine that is merely overloaded has done with it.
REQUEST_WITHIN = 120.0
LINGER = 1.0  # of idle connections when the worker stops: a request may be on its way

# Bytes. Of a body that is larger than Django reads, only the length is kept, for Django to refuse it
# on a page of ours once it has arrived; the largest is refused at once.
LINE_BYTES = 8_190
HEADER_BYTES = 32_768
KEPT_BODY = 2_000_000
LARGEST_BODY = 50_000_000
ANSWER_IN_MEMORY = 4_000_000  # then in a temporary file
ANSWER_AHEAD = 64_000_000  # that a thread writes before anybody takes it
HELD = 200_000_000  # half-received bodies and answers that are not taken, all together

FILES = 4096  # open files asked for, two of which a connection may need
SPARE_FILES = 128

SENTENCES = {
    400: "La requête est mal formée.",
    411: "La requête doit dire sa longueur (Content-Length).",
    413: "L’envoi est trop volumineux.",
    414: "L’adresse est trop longue.",
    431: "Les en-têtes de la requête sont trop longs.",
    500: "Le site n’a pas pu répondre. Réessayez dans un instant.",
    501: "Ce codage de la requête n’est pas pris en charge.",
}
REFUSED_WITH = [
    ("Content-Type", "text/plain; charset=utf-8"),
    ("Cache-Control", "no-store"),
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
    ("X-Content-Type-Options", "nosniff"),
]


class LengthRequired(BadRequest):
    """A body in chunks: no browser sends one, nginx hands it on with its length."""

    code = 411
    reason = "Length Required"


class UriTooLong(BadRequest):
    """An address of more than LINE_BYTES."""

    code = 414
    reason = "URI Too Long"


class Dropped:
    """Takes the place of the buffer of a body that is too large."""

    def __len__(self) -> int:
        return 0

    def append(self, data: bytes) -> None:
        """Forget it."""

    def getfile(self) -> io.BytesIO:
        """Answer what is left to read."""
        return io.BytesIO()

    def close(self) -> None:
        """Nothing is held."""


class Request(HTTPRequestParser):
    """A request that arrives, stricter than waitress where two readers could understand two things."""

    error: Any

    def parse_header(self, header_plus: bytes) -> None:
        """Read the line and the headers; raises ParsingError."""
        super().parse_header(header_plus)
        names = self.headers.keys()
        if self.version not in ("1.0", "1.1") or "TRANSFER_ENCODING" in names:
            raise ParsingError("")
        if self.version == "1.1" and "HOST" not in names:
            raise ParsingError("")
        if self.chunked and "CONTENT_LENGTH" in names:
            raise ParsingError("")
        if self.content_length > KEPT_BODY:
            self.body_rcv = FixedStreamReceiver(self.content_length, Dropped())

    def received(self, data: bytes) -> int:
        """Take what has arrived; answer how much of it was this request's."""
        taken = int(super().received(data))
        if self.headers_finished and self.error is None:
            if self.chunked:
                self.error, self.completed = LengthRequired(""), True
            elif len(getattr(self, "first_line", b"")) > LINE_BYTES:
                self.error, self.completed = UriTooLong(""), True
        if self.completed:
            self.expect_continue = False  # nothing more is wanted
        return taken


class Answer(WSGITask):
    """Django's answer to a request."""

    def get_environment(self) -> dict[str, Any]:
        """Answer the WSGI environment."""
        environ: dict[str, Any] = super().get_environment()
        # The loop would close what is wrapped, and Django then let go of the loop's connection to the
        # database rather than of the thread's.
        environ.pop("wsgi.file_wrapper", None)
        return environ

    @property
    def is_head(self) -> bool:
        """Tell whether headers alone are asked for, those of the GET."""
        return bool(self.request.command == "HEAD")

    def build_response_header(self) -> bytes:
        """Write the headers; a worker that stops says that it does."""
        if self.channel.server.draining:
            self.set_close_on_finish()
        return bytes(super().build_response_header())

    def write(self, data: bytes) -> None:
        """Write a part of the body."""
        super().write(b"" if self.is_head else data)

    def finish(self) -> None:
        """Write what ends the body."""
        if self.is_head:
            self.chunked_response = False
        super().finish()


class Refusal(ErrorTask):
    """The front's own answer to what Django never sees."""

    def execute(self) -> None:
        """Write it, and close."""
        code = self.request.error.code
        body = SENTENCES.get(code, SENTENCES[500]).encode()
        self.status = f"{code} {http.HTTPStatus(code).phrase}"
        self.response_headers.extend(REFUSED_WITH)
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(body)


class Connection(HTTPChannel):
    """A connection and what is bounded in it; times are ``time.time()``, as waitress's."""

    parser_class = Request
    task_class = Answer
    error_task_class = Refusal

    request_began = 0.0
    writing_since: float | None = None

    def received(self, data: bytes) -> bool:
        """Take what has arrived, and note when the request began that is not yet whole."""
        before = self.request
        taken = bool(super().received(data))
        if self.request is not before:
            self.request_began = time.time()
        return taken

    def service(self) -> None:
        """Answer a request, in a thread; the loop looks after the time that it takes."""
        thread = threading.get_ident()
        self.server.running[thread] = (time.monotonic(), self)
        try:
            super().service()
        finally:
            del self.server.running[thread]

    @property
    def is_idle(self) -> bool:
        """Tell whether nothing is being received, answered or sent."""
        return not self.requests and self.request is None and not self.total_outbufs_len

    @property
    def held(self) -> int:
        """Bytes that wait for the other side."""
        arrived = self.request.body_bytes_received if self.request else 0
        return int(min(arrived, KEPT_BODY) + self.total_outbufs_len)

    def is_overdue(self, now: float) -> bool:
        """Tell whether the other side has had its time."""
        silent: float = now - self.last_activity
        if self.total_outbufs_len:
            self.writing_since = self.writing_since or now
            # A thread waits for this one.
            blocked = self.requests and self.total_outbufs_len >= ANSWER_AHEAD
            within = SILENT if blocked else ANSWER_TAKEN_WITHIN
            silent = min(silent, now - self.writing_since)  # it may just have begun
            return silent > SILENT or now - self.writing_since > within
        self.writing_since = None
        if self.requests:
            return False  # Django's time, which is the worker's to look after
        if self.request is None:
            return silent > IDLE
        within = BODY_WITHIN if self.request.headers_finished else HEADERS_WITHIN
        return silent > SILENT or now - self.request_began > within


class _Front:
    """A listener; all those of a worker share its connections."""

    channel_class = Connection
    accepting: bool
    draining = False
    is_full = False
    active_channels: dict[int, Any]
    running: dict[int, tuple[float, Connection]]

    def readable(self) -> bool:
        """Tell whether a connection may be accepted."""
        return self.accepting and not self.is_full


class _TcpFront(_Front, TcpWSGIServer):
    pass


class _UnixFront(_Front, UnixWSGIServer):
    def fix_addr(self, addr: object) -> tuple[str, int]:
        """Answer who connects by a socket of this machine."""
        return ("127.0.0.1", 0)


class FrontWorker(Worker):
    """gunicorn's worker. Of gunicorn's settings it takes threads, graceful_timeout, backlog and
    worker_connections; the master looks after its loop (timeout)."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.map: dict[int, Any] = {}
        self.connections: dict[int, Connection] = {}
        # Thread → since when (time.monotonic()) it answers a request of which connection.
        self.running: dict[int, tuple[float, Connection]] = {}
        self.fronts: list[Any] = []

    def run(self) -> None:
        """Serve until the end is asked for, or a request has taken too long."""
        logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # a queue is no fault
        limit = min(self.cfg.worker_connections, (_open_files() - SPARE_FILES) // 2)
        self.listen()
        looked = 0.0
        while self.alive and self.ppid == os.getppid():
            self.notify()
            if len(self.connections) >= limit:
                self.make_room(limit)
            wasyncore.poll2(1.0, self.map)
            if time.monotonic() - looked > 1:
                looked = time.monotonic()
                self.look_after()
        self.drain()

    def listen(self) -> None:
        """Serve gunicorn's listeners with one set of threads."""
        threads = ThreadedTaskDispatcher()
        threads.set_thread_count(self.cfg.threads)
        adjustments = Adjustments(
            backlog=self.cfg.backlog,
            ident=None,
            server_name="localhost",  # of HTTP/1.0 without Host
            clear_untrusted_proxy_headers=False,  # settings.HTTPS says what Django believes
            log_socket_errors=False,
            max_request_header_size=HEADER_BYTES,
            max_request_body_size=LARGEST_BODY,
            inbuf_overflow=KEPT_BODY + 1,
            outbuf_overflow=ANSWER_IN_MEMORY,
            outbuf_high_watermark=ANSWER_AHEAD,
        )
        for listener in self.sockets:
            sock = listener.sock
            front: Any = _UnixFront if sock.family == socket.AF_UNIX else _TcpFront
            made = front(
                self.wsgi,
                self.map,
                _sock=sock,
                dispatcher=threads,
                adj=adjustments,
                sockinfo=(sock.family, sock.type, sock.proto, sock.getsockname()),
                bind_socket=False,
            )
            made.active_channels, made.running = self.connections, self.running
            self.fronts.append(made)

    def look_after(self) -> None:
        """Close connections whose time is over, and those that hold too much."""
        now = time.time()
        connections = list(self.connections.values())
        for connection in connections:
            if connection.is_overdue(now):
                connection.handle_close()
        held = sum(connection.held for connection in connections)
        for connection in sorted(connections, key=lambda one: one.last_activity):
            if held <= HELD:
                break
            held -= connection.held
            if connection.held:
                connection.handle_close()
        self.look_after_threads(time.monotonic() - REQUEST_WITHIN)

    def look_after_threads(self, late: float) -> None:
        """Give way to another process when a request began before ``late``: no thread can be ended."""
        for thread, (began, connection) in self.running.copy().items():
            if began < late:
                frame = sys._current_frames().get(thread)
                logger.error(
                    "A request has taken more than %d s, the process is replaced. It is at:\n%s",
                    REQUEST_WITHIN,
                    "".join(traceback.format_stack(frame)),
                )
                connection.handle_close()
                self.alive = False

    def make_room(self, limit: int) -> None:
        """Close the one that has been silent for longest; accept no other while all are at work."""
        waiting = [
            connection
            for connection in self.connections.values()
            if not connection.requests and not connection.total_outbufs_len
        ]
        if waiting:
            min(waiting, key=lambda one: one.last_activity).handle_close()
        for front in self.fronts:
            front.is_full = len(self.connections) >= limit

    def drain(self) -> None:
        """Accept nothing more, end what is under way, within ``graceful_timeout``."""
        for front in self.fronts:
            front.accepting, front.draining = False, True
        began = time.monotonic()
        while self.connections and time.monotonic() - began < self.cfg.graceful_timeout:
            self.notify()
            if time.monotonic() - began > LINGER:
                for connection in list(self.connections.values()):
                    if connection.is_idle:
                        connection.handle_close()
            wasyncore.poll2(0.1, self.map)
        if self.running:  # Python cannot end beside a thread that goes on
            os._exit(0)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """SIGTERM: end what is under way."""
        self.alive = False
        for front in self.fronts:
            front.pull_trigger()


def _open_files() -> int:
    """Ask for more open files when the machine grants them; answer how many there may be."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < FILES:
        soft = FILES if hard == resource.RLIM_INFINITY else min(FILES, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return FILES if soft == resource.RLIM_INFINITY else soft
