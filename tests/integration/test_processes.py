"""Real processes: what ``make run`` starts, how it ends, and what is left afterwards."""

import contextlib
import http.client
import http.cookiejar
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from rameau_diag.folders import REPOSITORY
from rameau_diag.standalone.demo_accounts import DEMO_ACCOUNTS
from rameau_diag.standalone.embedded_postgres import PORT, Cluster
from rameau_diag.standalone.postgres_files import DATABASE, ROLE, ClusterFiles

BARE = {key: os.environ[key] for key in ("PATH", "HOME", "LANG") if key in os.environ}


def a_folder(parent: Path) -> Iterator[Path]:
    """A data folder in a path with a space and an accent."""
    folder = parent / "données à l'essai"
    yield folder
    # Of root's server, whose account cannot reach pytest's private folders.
    shutil.rmtree(ClusterFiles(folder).kept_by_root, ignore_errors=True)


@pytest.fixture
def data(tmp_path: Path):
    yield from a_folder(tmp_path)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory):
    """A data folder whose database is made once, for tests that leave its server stopped."""
    yield from a_folder(tmp_path_factory.mktemp("shared"))


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def connect(cluster: Cluster) -> psycopg.Connection:
    return psycopg.connect(
        host=str(cluster.files.socket_folder),
        port=PORT,
        user=ROLE,
        dbname=DATABASE,
        autocommit=True,
    )


def ours(data: Path) -> list[str]:
    """Every process started for this data folder (of a renderer, only the command line is read
    by others than root)."""
    found = [f"postgres {pid}" for pid in Cluster(data).processes()]
    mark, folder = os.fsencode(f"DATA_DIR={data}"), os.fsencode(temporary(data))
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            line = environment = b""
            with contextlib.suppress(OSError):
                line = (entry / "cmdline").read_bytes()
                environment = (entry / "environ").read_bytes()
            if folder in line or mark in environment.split(b"\0"):
                found.append(f"{entry.name} {line.replace(bytes(1), b' ').decode()}")
    return found


def temporary(data: Path) -> Path:
    """The folder for temporary files of what is started for a data folder."""
    return data.parent / "fichiers temporaires"


def printing(data: Path) -> bool:
    """Whether a PDF is being printed: a warm renderer and its child."""
    return sum("diagnostics.report.warm" in line for line in ours(data)) > 1


class Server:
    """``python -m rameau_diag.standalone.serve`` as a person would start it."""

    def __init__(self, data: Path, **environment: str) -> None:
        self.port = free_port()
        temporary(data).mkdir(exist_ok=True)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "rameau_diag.standalone.serve"],
            cwd=REPOSITORY,
            env=BARE
            | {"DATA_DIR": str(data), "PORT": str(self.port), "WEB_CONCURRENCY": "1"}
            | {"TMPDIR": str(temporary(data))}
            | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def wait_until_it_answers(self) -> None:
        deadline = time.monotonic() + 600
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                pytest.fail(f"the start failed: {self.process.stdout.read()}")
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/health/", timeout=60).close()
                return
            time.sleep(0.1)
        pytest.fail("no answer")

    def ask_for_a_pdf(self) -> None:
        """Sign in as somebody of the demo and ask for the blank kit; do not wait for it."""
        jar = http.cookiejar.CookieJar()
        browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
        site = f"http://127.0.0.1:{self.port}"
        page = browser.open(f"{site}/accounts/login/", timeout=60).read().decode()
        person = {
            "csrfmiddlewaretoken": re.search(r'csrfmiddlewaretoken" value="(\w+)"', page).group(1),
            "login": DEMO_ACCOUNTS[0].email,
            "password": "diagnostic-demo",
        }
        browser.open(f"{site}/accounts/login/", urllib.parse.urlencode(person).encode(), timeout=60)

        def ask() -> None:
            with contextlib.suppress(OSError, http.client.HTTPException):
                browser.open(f"{site}/kit.pdf", timeout=60).close()

        threading.Thread(target=ask).start()

    def end(self, signum: int) -> tuple[int, str]:
        self.process.send_signal(signum)
        output, _ = self.process.communicate(timeout=60)
        return self.process.returncode, output


class Writer(threading.Thread):
    """Writes rows one after the other, and remembers those that were acknowledged."""

    def __init__(self, cluster: Cluster, first: int) -> None:
        super().__init__()
        self.connection = connect(cluster)
        self.acknowledged = [first]
        self.connection.execute("INSERT INTO kept VALUES (%s)", [first])

    def run(self) -> None:
        with contextlib.suppress(psycopg.Error):
            while True:
                number = self.acknowledged[-1] + 1
                self.connection.execute("INSERT INTO kept VALUES (%s)", [number])
                self.acknowledged.append(number)
                time.sleep(0.005)  # the processors are for those that start and print


# The first start makes the database and compresses the static files: minutes on a busy machine.
@pytest.mark.timeout(1800)
def test_both_ways_to_end_keep_what_was_acknowledged_and_leave_nothing(data):
    """Killed, it starts again; asked to, it stops in order (SIGTERM is heard as Ctrl-C is)."""
    cluster = Cluster(data)
    acknowledged = []
    for signum in (signal.SIGKILL, signal.SIGINT):
        server = Server(data)
        try:
            server.wait_until_it_answers()
            with connect(cluster) as connection:
                connection.execute("CREATE TABLE IF NOT EXISTS kept (number int PRIMARY KEY)")
                found = connection.execute("SELECT number FROM kept").fetchall()
                assert {row[0] for row in found} >= set(acknowledged)
                connection.execute("DELETE FROM diagnostics_rendering")
            deadline = time.monotonic() + 120
            writer = Writer(cluster, len(found) + 1_000_000 * signum)
            writer.start()
            server.ask_for_a_pdf()
            while not printing(data):
                assert time.monotonic() < deadline, ours(data)
                time.sleep(0.1)  # looking through all processes costs as well
            code, output = server.end(signum)
            ended = time.monotonic()
        finally:
            server.process.kill()
        writer.join(15)
        writer.connection.close()
        acknowledged += writer.acknowledged
        assert len(writer.acknowledged) > 10
        if signum == signal.SIGKILL:
            assert code == -signal.SIGKILL
        else:
            assert code == 0
            assert "Tout est arrêté" in output
        # Those that print end when who asked them has ended: the kernel tells them, then they go.
        while ours(data) and time.monotonic() < ended + 60:
            time.sleep(0.1)
        assert "Traceback" not in output
        assert ours(data) == []
        assert list(temporary(data).iterdir()) == []
    with cluster.joined_or_started(), connect(cluster) as connection:
        found = connection.execute("SELECT number FROM kept").fetchall()
    assert {row[0] for row in found} >= set(acknowledged)
    assert (data / "secret_key").stat().st_mode & 0o777 == 0o600


def test_it_stops_in_order_while_it_still_starts(data):
    server = Server(data)
    try:
        while not any("standalone.preparation" in line for line in ours(data)):
            assert server.process.poll() is None
            time.sleep(0.02)
        code, output = server.end(signal.SIGTERM)
    finally:
        server.process.kill()
    assert (code, "Tout est arrêté" in output, "Traceback" in output) == (0, True, False)
    assert ours(data) == []


def refused(data: Path, **environment: str) -> str:
    """What a start that must fail says."""
    server = Server(data, **environment)
    output, _ = server.process.communicate(timeout=120)
    assert server.process.returncode != 0
    assert len(output.strip().splitlines()) == 1, output
    assert not (data / "postgres").exists()
    assert ours(data) == []
    return output


def test_a_taken_port_is_told_in_one_sentence(data):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert f"Le port {port} est déjà pris" in refused(data, PORT=str(port))
    assert not data.exists()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "huit mille"),
        ("PORT", "70000"),
        ("WEB_CONCURRENCY", "abc"),
        ("DEBUG", "maybe"),
        ("DATABASE_URL", "mysql://base"),
        ("EMAIL_URL", "foo"),
    ],
)
def test_a_bad_setting_is_told_in_one_sentence(data, name, value):
    assert refused(data, **{name: value}).startswith(name)


def test_a_file_where_the_data_should_be_is_told_in_one_sentence(data):
    data.write_text("not a folder")
    assert "ne peut pas être écrit" in refused(data)


def test_a_crash_and_a_pid_given_to_somebody_else_do_not_hinder_the_next_start(shared):
    cluster = Cluster(shared, durable=False)
    assert cluster.start()
    postmaster = cluster.processes()[0]
    os.kill(postmaster, signal.SIGKILL)
    while not cluster.is_down():
        time.sleep(0.01)
    pid_file = shared / "postgres" / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    assert lines[0] == str(postmaster)
    pid_file.write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")
    cluster.stop()

    with cluster.joined_or_started(), connect(cluster) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    assert cluster.processes() == []


def test_a_second_process_joins_the_server_and_the_owner_waits_for_it(shared):
    script = (
        "import sys; from pathlib import Path; from rameau_diag.standalone.embedded_postgres import Cluster\n"
        "cluster = Cluster(Path(sys.argv[1]), durable=False)\n"
        "with cluster.joined_or_started():\n"
        "    print(cluster.owned, flush=True); sys.stdin.read(); print('leaves', flush=True)"
    )

    def command() -> subprocess.Popen:
        return subprocess.Popen(
            [sys.executable, "-c", script, str(shared)],
            cwd=REPOSITORY,
            env=BARE,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    with command() as owner:
        assert owner.stdout.readline() == "True\n"
        with command() as guest:
            assert guest.stdout.readline() == "False\n"
            owner.stdin.close()
            assert owner.stdout.readline() == "leaves\n"
            with connect(Cluster(shared)) as connection:
                assert connection.execute("SELECT 1").fetchone() == (1,)
            guest.stdin.close()
            assert guest.wait(60) == 0
        assert owner.wait(60) == 0
    assert Cluster(shared).processes() == []
