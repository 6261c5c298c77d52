"""The web server as ``rameau_diag/web_server.py`` sets it up, and clients that are slow or hostile."""

import contextlib
import http.client
import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from gunicorn.config import Config

from rameau_diag import front, settings
from rameau_diag.folders import REPOSITORY
from tests.front_app import LARGE

HOST = b"Host: 127.0.0.1\r\n"
GET = b"GET /environ HTTP/1.1\r\n" + HOST


def _all_of(client: socket.socket) -> bytes:
    answer = b""
    with contextlib.suppress(ConnectionError):
        while part := client.recv(65_536):
            answer += part
    return answer


class Site:
    """gunicorn with one process and two threads; ``options`` go before those."""

    def __init__(self, folder: Path, *options: str) -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            self.port = listener.getsockname()[1]
            self.log = folder / f"web-{self.port}.log"
            command = ["-m", "gunicorn", "--config", "python:rameau_diag.web_server"]
            command += ["--bind", f"fd://{listener.fileno()}", "--workers", "1", "--threads", "2"]
            with self.log.open("wb") as log:
                self.process = subprocess.Popen(
                    [sys.executable, *command, *options, "tests.front_app:app"],
                    cwd=REPOSITORY,
                    stdout=log,
                    stderr=log,
                    pass_fds=[listener.fileno()],
                )
        self.held: list[socket.socket] = []

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=30)

    def hold(self, count: int, data: bytes) -> None:
        """Open connections, send something on each, and neither send more nor read."""
        for _ in range(count):
            self.held.append(self.connect())
            self.held[-1].sendall(data)

    def let_go(self) -> None:
        while self.held:
            self.held.pop().close()

    def get(self, path: str, *, patience: float = 30) -> bytes:
        """Return what the site answers; OSError when it does not."""
        client = http.client.HTTPConnection("127.0.0.1", self.port, timeout=patience)
        with contextlib.closing(client):
            client.request("GET", path)
            return client.getresponse().read()

    def send(self, data: bytes) -> bytes:
        """Return all that is answered until the connection is closed."""
        with self.connect() as client:
            client.sendall(data)
            return _all_of(client)

    def end(self) -> None:
        self.let_go()
        self.process.kill()
        self.process.wait()


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Iterator[Site]:
    made = Site(tmp_path_factory.mktemp("front"))
    made.get("/quick")
    yield made
    made.end()


@pytest.fixture
def another(tmp_path):
    """Start a site with options of its own."""
    made: list[Site] = []

    def start(*options: str) -> Site:
        made.append(Site(tmp_path, *options))
        made[-1].get("/quick")
        return made[-1]

    yield start
    for one in made:
        one.end()


SLOW = {
    "nothing": b"",
    "half a line": b"GET /qui",
    "half the headers": GET + b"X-A: b",
    "half a body": b"POST /quick HTTP/1.1\r\n" + HOST + b"Content-Length: 9\r\n\r\na=b",
    "an answer not read": b"GET /large HTTP/1.1\r\n" + HOST + b"\r\n",
}


@pytest.mark.parametrize("sent", SLOW.values(), ids=SLOW)
def test_two_hundred_slow_clients_take_no_thread(site, sent):
    site.hold(24 if b"large" in sent else 200, sent)
    assert [site.get("/quick") for _ in range(3)] == [b"quick"] * 3
    site.let_go()


def test_with_a_thread_for_each_connection_three_stop_the_site(another):
    """The control: what the front is for."""
    threads = another("--worker-class", "gthread")
    threads.hold(3, SLOW["half the headers"])
    with pytest.raises(TimeoutError):
        threads.get("/quick", patience=1)
    threads.let_go()
    assert threads.get("/quick") == b"quick"


def test_a_process_whose_thread_does_not_come_back_is_replaced(another, monkeypatch):
    monkeypatch.setenv("REQUEST_WITHIN", "1")
    impatient = another()
    first = json.loads(impatient.get("/environ"))["pid"]
    assert impatient.send(b"GET /never HTTP/1.1\r\n" + HOST + b"\r\n") == b""
    assert json.loads(impatient.get("/environ"))["pid"] != first
    log = impatient.log.read_text()
    assert "A request has taken more than 1 s" in log
    assert "in never" in log  # where it is


def test_the_one_that_is_silent_for_longest_makes_room(another):
    small = another("--worker-connections", "5")
    small.hold(12, SLOW["half a line"])
    assert small.get("/quick") == b"quick"
    assert small.held[0].recv(1) == b""
    small.held[-1].sendall(b"ck HTTP/1.1\r\n" + HOST + b"\r\n")
    assert small.held[-1].recv(12) == b"HTTP/1.1 200"


def test_what_is_under_way_is_answered_before_the_end(another, tmp_path):
    stopped = another()
    gate = tmp_path / "gate"
    stopped.hold(1, f"GET /gate?{gate} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
    stopped.hold(1, b"")
    while not gate.with_suffix(".reached").exists():
        time.sleep(0.01)
    stopped.process.send_signal(signal.SIGTERM)
    assert stopped.held[1].recv(1) == b""  # it was idle
    gate.touch()
    assert _all_of(stopped.held[0]).endswith(b"\r\n\r\nquick")
    assert stopped.process.wait(30) == 0


# --- What is asked, and what is answered ------------------------------------------------------


POST = b"POST /environ HTTP/1.1\r\n" + HOST
END = b"\r\n"
EDGES = {
    "a length and chunks": (POST + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n", 400),
    "two lengths": (POST + b"Content-Length: 4\r\nContent-Length: 5\r\n", 400),
    "a length below nought": (POST + b"Content-Length: -4\r\n", 400),
    "chunks": (POST + b"Transfer-Encoding: chunked\r\n", 411),
    "chunks that wait for leave": (
        POST + b"Transfer-Encoding: chunked\r\nExpect: 100-continue\r\n",
        411,
    ),
    "chunks of old": (POST.replace(b"1.1", b"1.0") + b"Transfer-Encoding: chunked\r\n", 400),
    "another coding": (POST + b"Transfer-Encoding: gzip\r\n", 501),
    "NUL in a header": (GET + b"X-A: a\0b\r\n", 400),
    "a line feed alone": (GET + b"X-A: a\nX-B: b\r\n", 400),
    "a space before the colon": (GET + b"X-A : b\r\n", 400),
    "no host": (b"GET / HTTP/1.1\r\n", 400),
    "no version": (b"GET /\r\n", 400),
    "another version": (b"GET / HTTP/2.0\r\n" + HOST, 400),
    "a byte that is no letter": (b"GET /\xff HTTP/1.1\r\n" + HOST, 400),
    "a long address": (b"GET /" + b"a" * 8_300 + b" HTTP/1.1\r\n" + HOST, 414),
    "long headers": (GET + b"X-A: " + b"a" * 33_000 + b"\r\n", 431),
    "a huge body": (POST + b"Content-Length: 50000001\r\n", 413),
}


@pytest.mark.parametrize(("asked", "status"), EDGES.values(), ids=EDGES)
def test_the_front_refuses_in_a_sentence_and_closes(site, asked, status):
    head, _, body = site.send(asked + END).partition(b"\r\n\r\n")
    assert head.split(b" ", 2)[1] == str(status).encode()
    assert body.decode() == front.SENTENCES[status]
    lines = head.lower().split(b"\r\n")
    wanted = {f"{name}: {value}".lower().encode() for name, value in front.REFUSED_WITH}
    assert wanted | {b"connection: close"} <= set(lines)


def environ(answer: bytes) -> dict:
    return json.loads(answer.partition(b"\r\n\r\n")[2])


CLOSE = b"Connection: close\r\n\r\n"


def test_of_a_body_that_django_refuses_only_the_length_is_kept(site):
    assert front.KEPT_BODY > settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    assert front.KEPT_BODY > settings.FILE_UPLOAD_MAX_MEMORY_SIZE
    for size, read in [(front.KEPT_BODY, front.KEPT_BODY), (front.KEPT_BODY + 1, 0)]:
        asked = POST + f"Content-Length: {size}\r\n".encode() + CLOSE + bytes(size)
        answered = environ(site.send(asked))
        assert (answered["CONTENT_LENGTH"], answered["read"]) == (str(size), read)


def test_what_a_proxy_says_reaches_django_as_it_was_said(site):
    said = b"X-Forwarded-Proto: https\r\nX-Forwarded-For: 192.0.2.1\r\nX_Forwarded_Host: evil\r\n"
    answered = environ(site.send(GET + said + CLOSE))
    told = {key: answered[key] for key in answered if "FORWARDED" in key}
    assert told == {"HTTP_X_FORWARDED_PROTO": "https", "HTTP_X_FORWARDED_FOR": "192.0.2.1"}
    assert (answered["wsgi.url_scheme"], answered["REMOTE_ADDR"]) == ("http", "127.0.0.1")


def test_what_an_answer_is_made_from_is_closed_by_its_own_thread(site):
    """With it goes the thread's connection to the database: no file is handed to the loop."""
    names = environ(site.send(GET + CLOSE))["names"]
    assert [name for name in names if "file" in name] == []


def test_head_has_the_length_of_get_no_body_and_keeps_the_connection(site):
    client = http.client.HTTPConnection("127.0.0.1", site.port, timeout=30)
    with contextlib.closing(client):
        for method, read in [("HEAD", 0), ("GET", LARGE), ("HEAD", 0)]:
            client.request(method, "/large")
            answer = client.getresponse()
            assert answer.headers["Content-Length"] == str(LARGE)
            assert len(answer.read()) == read


# --- Time --------------------------------------------------------------------------------------

NOW = 1_000_000.0


def connection(**state: object) -> front.Connection:
    made = object.__new__(front.Connection)
    made.__dict__ |= {"requests": [], "last_activity": NOW} | state
    return made


def half(*, finished: bool) -> front.Request:
    request = object.__new__(front.Request)
    request.headers_finished = finished
    return request


@pytest.mark.parametrize(
    ("state", "is_overdue"),
    [
        # A proxy keeps a connection for 60 s, many for 75 s: it has to be the first to close.
        ({"last_activity": NOW - 120}, False),
        ({"last_activity": NOW - 181}, True),
        ({"request": half(finished=False), "request_began": NOW - 29}, False),
        # A byte now and then does not help.
        ({"request": half(finished=False), "request_began": NOW - 31}, True),
        ({"request": half(finished=True), "request_began": NOW - 299}, False),
        ({"request": half(finished=True), "request_began": NOW - 301}, True),
        (
            {
                "request": half(finished=True),
                "request_began": NOW - 40,
                "last_activity": NOW - 31,
            },
            True,
        ),
        # Django is at work.
        ({"requests": [1], "last_activity": NOW - 3_600}, False),
        # Its answer begins after a minute.
        ({"requests": [1], "total_outbufs_len": 1, "last_activity": NOW - 60}, False),
        ({"total_outbufs_len": 1, "writing_since": NOW - 31, "last_activity": NOW - 29}, False),
        ({"total_outbufs_len": 1, "writing_since": NOW - 31, "last_activity": NOW - 31}, True),
        ({"total_outbufs_len": 1, "writing_since": NOW - 599}, False),
        ({"total_outbufs_len": 1, "writing_since": NOW - 601}, True),
        # A thread waits until more of it is taken.
        (
            {"requests": [1], "total_outbufs_len": front.ANSWER_AHEAD, "writing_since": NOW - 31},
            True,
        ),
        ({"requests": [1], "total_outbufs_len": 1, "writing_since": NOW - 31}, False),
    ],
)
def test_how_long_the_other_side_is_waited_for(state, is_overdue):
    assert connection(**state).is_overdue(NOW) == is_overdue


class Held(front.Connection):
    """A connection that is told to close, and remembers it."""

    def handle_close(self) -> None:
        self.is_closed = True


@pytest.mark.parametrize(
    ("states", "closed"),
    [
        ([{"last_activity": -181}, {"last_activity": -120}], [True, False]),
        # More than is held in all: those go that were silent for longest, until the rest fits.
        ([{"total_outbufs_len": front.HELD}, {"total_outbufs_len": front.HELD - 1}], [True, False]),
        ([{"total_outbufs_len": front.HELD}, {}], [False, False]),
    ],
)
def test_the_loop_closes_those_that_wait_or_hold_too_much(states, closed):
    now = time.time()
    worker = object.__new__(front.FrontWorker)
    worker.connections, worker.running = {}, {}
    worker.cfg = Config()
    for number, state in enumerate(states):
        made = object.__new__(Held)
        silent = state.pop("last_activity", number - 10)
        made.__dict__ |= {"requests": [], "last_activity": now + silent, "is_closed": False} | state
        worker.connections[number] = made
    worker.look_after()
    assert [made.is_closed for made in worker.connections.values()] == closed
