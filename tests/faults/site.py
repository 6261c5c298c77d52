"""The whole site as ``make run`` starts it, the people who use it, and what may happen to its database."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import re
import secrets
import signal
import subprocess
import sys
import threading
import time
import urllib.parse
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from pathlib import Path

import psycopg

from rameau_diag.folders import REPOSITORY
from rameau_diag.standalone.embedded_postgres import PORT, Cluster
from rameau_diag.standalone.postgres_files import DATABASE, ROLE

PASSWORD = "diagnostic-demo"
LEAD, READER, FACILITATOR = (
    "referent@brumelle.example",
    "lecture@sorelle.example",
    "facilitation@rameau.example",
)
PATIENCE = 60.0  # seconds that a person of these tests waits for an answer
BARE = {key: os.environ[key] for key in ("PATH", "HOME", "LANG") if key in os.environ}


@dataclass(frozen=True)
class Answer:
    """What a person got, and after how many seconds; status 0: no answer at all."""

    status: int
    seconds: float
    body: str = ""
    headers: dict[str, str] = field(default_factory=dict)


class Person:
    """Somebody with a browser that keeps cookies, and a new connection for each request."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.cookies: dict[str, str] = {}

    def ask(
        self, path: str, data: dict[str, str] | None = None, *, patience: float = PATIENCE
    ) -> Answer:
        """Ask for a page, or post a form to it."""
        started = time.monotonic()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=patience)
        headers = {"Cookie": "; ".join(f"{name}={text}" for name, text in self.cookies.items())}
        body = None
        if data is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            headers["Referer"] = f"http://127.0.0.1:{self.port}{path}"
            body = urllib.parse.urlencode(data)
        try:
            connection.request("GET" if data is None else "POST", path, body, headers)
            response = connection.getresponse()
            text = response.read().decode(errors="replace")
        except (OSError, http.client.HTTPException):
            return Answer(0, time.monotonic() - started)
        finally:
            connection.close()
        for name, value in response.getheaders():
            if name == "Set-Cookie":
                pair = value.partition(";")[0].partition("=")
                self.cookies[pair[0]] = pair[2]
        seconds = time.monotonic() - started
        return Answer(response.status, seconds, text, dict(response.getheaders()))

    def wait_for(self, path: str, *, patience: float = 4 * PATIENCE) -> Answer:
        """Ask for a paper, and again as the page that says where it stands does."""
        started = time.monotonic()
        answer = self.ask(path)
        while answer.status == 202 and time.monotonic() - started < patience:
            seconds, _, path = answer.headers["Refresh"].partition("; url=")
            time.sleep(int(seconds))
            answer = self.ask(path)
        return replace(answer, seconds=time.monotonic() - started)

    def sign_in(self, email: str) -> Person:
        """Sign in with the password of the demo accounts."""
        page = self.ask("/accounts/login/")
        token = re.search(r'csrfmiddlewaretoken" value="(\w+)"', page.body)
        assert token, page.body[:2000]
        told = {"csrfmiddlewaretoken": token[1], "login": email, "password": PASSWORD}
        answer = self.ask("/accounts/login/", told)
        assert answer.status == 302, (answer.status, answer.body[:2000])
        return self

    def diagnostic(self) -> str:
        """Return the address of a diagnostic of theirs."""
        found = re.search(r"/diagnostics/[0-9a-f-]{36}/", self.ask("/").body)
        assert found
        return found[0]


BOXES = ("checkbox", "radio")


class _Fields(HTMLParser):
    """Reads what a browser would send of the form of a step."""

    def __init__(self) -> None:
        super().__init__()
        self.inside, self.area, self.chosen = False, "", ""
        self.found: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        at = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.inside = "data-step-form" in at
        if not self.inside:
            return
        name = at.get("name", "")
        if tag == "textarea":
            self.area = name
            self.found[name] = ""
        elif tag == "select":
            self.chosen = name
            self.found[name] = ""
        elif tag == "option" and "selected" in at:
            self.found[self.chosen] = at.get("value", "")
        elif tag == "input" and name and (at.get("type") not in BOXES or "checked" in at):
            self.found[name] = at.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = False
        elif tag == "textarea":
            self.area = ""

    def handle_data(self, data: str) -> None:
        if self.inside and self.area:
            self.found[self.area] += data.removeprefix("\n")


STEPS = ("vision", "objectives", "roles", "activities", "alliances", "organisation")


class Writer:
    """Somebody who fills in a step: each save carries the name of the page and the next number.

    The name tells its saves from those of a test before, whose numbers may be higher.
    """

    def __init__(self, person: Person, diagnostic: str, step: str) -> None:
        self.person, self.step = person, step
        self.path = f"{diagnostic}etapes/{step}/"
        reader = _Fields()
        page = person.ask(self.path)
        assert page.status == 200, page
        reader.feed(page.body)
        self.fields = {k: v for k, v in reader.found.items() if "__prefix__" not in k}
        self.page = secrets.token_hex(5)
        self.fields |= {"autosave": "1", "page": self.page}
        self.number = 0
        self.acknowledged: list[int] = []
        self.statuses: Counter[int] = Counter()

    @property
    def text(self) -> str:
        return f"Question {self.page} numéro {self.number}"

    @property
    def count(self) -> int:
        """How many saves were acknowledged."""
        return len(self.acknowledged)

    def save(self, *, patience: float = PATIENCE, **changes: str) -> Answer:
        """Save the step with the next number."""
        self.number += 1
        said = {"sent": str(self.number), f"{self.step}-board_question": self.text}
        answer = self.person.ask(self.path, self.fields | said | changes, patience=patience)
        self.statuses[answer.status] += 1
        if answer.status == 200:
            self.acknowledged.append(self.number)
            self.fields["base_revision"] = str(json.loads(answer.body)["revision"])
        return answer

    def lost(self, connection: psycopg.Connection) -> int:
        """Return how many acknowledged saves are not there, nor a later one of this page."""
        found = connection.execute(
            "SELECT board_question FROM diagnostics_answer WHERE step = %s AND diagnostic_id = %s",
            [self.step, self.path.split("/")[2]],
        ).fetchone()
        said = re.fullmatch(rf"Question {self.page} numéro (\d+)", found[0] if found else "")
        stored = int(said[1]) if said else 0
        return sum(number > stored for number in self.acknowledged)


class Site:
    """``python -m rameau_diag.standalone.serve`` on data of its own."""

    def __init__(self, data: Path, **environment: str) -> None:
        self.data = data
        self.cluster = Cluster(data)
        self.port = int(environment.pop("PORT", "0")) or _free_port()
        own = {"DATA_DIR": str(data), "PORT": str(self.port), "WEB_CONCURRENCY": "2"}
        self.environment = own | environment
        self.process: subprocess.Popen[str] | None = None

    def start(self, patience: float = 300) -> None:
        """Start it, and wait until it is ready."""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "rameau_diag.standalone.serve"],
            cwd=REPOSITORY,
            env=BARE | self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.said: list[str] = []
        self.listener = threading.Thread(target=self._listen, daemon=True)
        self.listener.start()
        self.wait_for(200, patience=patience)

    def _listen(self) -> None:
        assert self.process is not None
        assert self.process.stdout is not None
        with self.process.stdout as said:
            self.said.extend(iter(said.readline, ""))

    def stop(self) -> None:
        """Stop it as Ctrl-C does."""
        if self.process is not None:
            if self.process.poll() is None:
                self.process.send_signal(signal.SIGINT)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    self.process.wait(60)
            self.process.kill()
            self.process.wait()
            self.listener.join(10)

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def wait_for(self, status: int, *, path: str = "/health/", patience: float = 60) -> float:
        """Wait until an address answers with a status; return how many seconds that took."""
        started = time.monotonic()
        while time.monotonic() < started + patience:
            assert self.is_running, "".join(self.said)
            if Person(self.port).ask(path, patience=10).status == status:
                return time.monotonic() - started
            time.sleep(0.05)
        raise AssertionError(f"{path} did not answer {status} in {patience} s")

    @staticmethod
    def wait_for_page(person: Person, path: str, patience: float = 60) -> float:
        """Wait until somebody's page is there; return how many seconds that took."""
        started = time.monotonic()
        while person.ask(path).status != 200:
            assert time.monotonic() < started + patience
            time.sleep(0.05)
        return time.monotonic() - started

    def person(self, email: str = LEAD) -> Person:
        """Return somebody who has signed in."""
        return Person(self.port).sign_in(email)

    def writers(self, count: int = len(STEPS)) -> list[Writer]:
        """Return people who fill in the steps of one diagnostic, one each."""
        people = [self.person() for _ in range(count)]
        return [
            Writer(one, one.diagnostic(), step) for one, step in zip(people, STEPS, strict=False)
        ]

    # --- Its processes -----------------------------------------------------------------------

    @property
    def web(self) -> tuple[int, list[int]]:
        """The web server's master, and its workers."""
        assert self.process is not None
        found = {pid: parent_of(pid) for pid in self.processes("gunicorn")}
        [master] = [pid for pid, parent in found.items() if parent == self.process.pid]
        return master, [pid for pid, parent in found.items() if parent == master]

    def processes(self, word: str) -> list[int]:
        """Return the processes that were started with this word on their command line."""
        found = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                with contextlib.suppress(OSError):
                    line = (entry / "cmdline").read_bytes().split(b"\0")
                    if os.fsencode(word) in line and self._started(int(entry.name)):
                        found.append(int(entry.name))
        return found

    def _started(self, pid: int) -> bool:
        """Tell whether a process is of this site: it knows the folder of its data, or who started it
        does (the renderer knows nothing)."""
        mark = os.fsencode(f"DATA_DIR={self.data}")
        while pid > 1:
            if mark in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0"):
                return True
            pid = parent_of(pid)
        return False

    @contextlib.contextmanager
    def hung(self) -> Iterator[None]:
        """Stop every process of the database by SIGSTOP; let them go on afterwards."""
        pids = self.cluster.processes()
        for pid in pids:
            _send(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in self.cluster.processes():
                _send(pid, signal.SIGCONT)

    @staticmethod
    def kill(pids: list[int]) -> None:
        """End processes by SIGKILL."""
        for pid in pids:
            _send(pid, signal.SIGKILL)

    def connect(self, patience: float = 60) -> psycopg.Connection:
        """Return a connection of one's own to the database, as soon as it accepts one."""
        deadline = time.monotonic() + patience
        while True:
            try:
                return psycopg.connect(
                    host=str(self.cluster.files.socket_folder),
                    port=PORT,
                    user=ROLE,
                    dbname=DATABASE,
                    autocommit=True,
                )
            except psycopg.OperationalError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)


def parent_of(pid: int) -> int:
    """Return a process's parent, 0 when the process has ended."""
    with contextlib.suppress(OSError):
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    return 0


def _send(pid: int, signum: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signum)


def _free_port() -> int:
    import socket

    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def slack() -> float:
    """Return by how much a bound of time stretches: a machine that does something else is slower."""
    return max(1.0, os.getloadavg()[0] / len(os.sched_getaffinity(0)))


def at_once(actions: Iterable[Callable[[], Answer]]) -> list[Answer]:
    """Do several things at the same moment; return the answers in their order."""
    found = list(actions)
    with ThreadPoolExecutor(len(found)) as pool:
        return [future.result() for future in [pool.submit(action) for action in found]]


def summary(answers: Iterable[Answer]) -> str:
    """Say how many answers there were of each status, and how long the slowest took."""
    found = list(answers)
    counts = Counter(answer.status for answer in found)
    said = ", ".join(f"{n} × {status}" for status, n in sorted(counts.items()))
    return f"{said}; slowest {max((a.seconds for a in found), default=0):.1f} s"
