"""The supervisor behind ``make run``: database, web server and worker in the foreground.

It owns three children: PostgreSQL (unless ``DATABASE_URL`` names one), gunicorn and a
worker. It starts them in order, starts again one that dies, and on Ctrl-C, SIGTERM
or the end of its terminal stops them in order. Should it be killed, the kernel tells them.

Only the standard library is imported here: the set-up script asks it for its checks before
anything is installed. What needs Django runs in a child (``rameau_diag.standalone.preparation``).
"""

import contextlib
import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from types import FrameType

from rameau_diag.folders import REPOSITORY, data_dir
from rameau_diag.processes import die_with_parent, end_with_parent, signals_wait, speak_utf8
from rameau_diag.standalone.checks import HOST, StartError, checked_number, claimed_port
from rameau_diag.standalone.children import Child, open_log, say
from rameau_diag.standalone.demo_accounts import DEMO_ACCOUNTS
from rameau_diag.standalone.embedded_postgres import Cluster
from rameau_diag.standalone.local_secret import make_secret_key
from rameau_diag.standalone.postgres_account import EmbeddedPostgresError

PATIENCE_AT_START = 90
PATIENCE_AT_STOP = 8
GRACE = 4  # of what is under way in the web server and the worker
PAUSE_BEFORE_DATABASE = 2.0  # seconds, when it did not start again


class Stopped(BaseException):
    """Ctrl-C, SIGTERM or the end of the terminal."""


class Supervisor:
    """What runs between the first check and the last stop."""

    def __init__(self) -> None:
        self.port = checked_number("PORT", 8000, 1, 65535)
        self.web_concurrency = checked_number("WEB_CONCURRENCY", 4, 1, 64)
        self.data = data_dir()
        self.logs = self.data / "logs"
        self.cluster = None if os.environ.get("DATABASE_URL", "").strip() else Cluster(self.data)
        self.children: list[Child] = []
        self.preparation: subprocess.Popen[bytes] | None = None
        self.database_again_at = 0.0  # not before; 0: it was well

    def run(self) -> None:
        """Start everything, say where it is, and watch it until the end."""
        with claimed_port(self.port) as listener, self.only_one():
            try:
                self.check_settings()
                self.start_database()
                self.prepare()
                self.start_children(listener)
                self.wait_for_an_answer()
                self.welcome()
                self.watch()
            finally:
                self.stop()

    @contextlib.contextmanager
    def only_one(self) -> Iterator[None]:
        """Refuse to serve the same data twice."""
        try:
            self.logs.mkdir(parents=True, exist_ok=True)
            lock = open(self.data / "serve.lock", "a+")  # noqa: SIM115  (kept open: it carries a lock)
        except OSError as error:
            raise StartError(
                f"Le dossier {self.data} ne peut pas être écrit : {error.strerror}."
            ) from None
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                lock.seek(0)
                raise StartError(
                    f"Le projet tourne déjà avec ces données, à l'adresse {lock.read().strip()}."
                ) from None
            lock.truncate(0)
            lock.write(f"{self.address}\n")
            lock.flush()
            yield

    @property
    def address(self) -> str:
        """Answer where the site is."""
        return f"http://{HOST}:{self.port}"

    def check_settings(self) -> None:
        """Read the settings in a child: a bad value ends the start with its sentence."""
        make_secret_key()
        self.run_preparation("check")

    def start_database(self) -> None:
        """Start PostgreSQL, once a command that may hold it has ended."""
        if self.cluster is None:
            return
        deadline = time.monotonic() + 20
        while not self.cluster.start():
            if time.monotonic() > deadline:
                raise StartError(
                    "La base de données est tenue par une commande « manage.py » en cours : "
                    "attendez sa fin, puis relancez."
                )
            time.sleep(0.2)

    def prepare(self) -> None:
        """Migrate, load the kit and the demo data, collect the static files."""
        if not (self.data / "static" / ".sources").exists():
            say("Préparation des données et de l'interface…")
        self.run_preparation("prepare")

    def run_preparation(self, step: str) -> None:
        """Run a step of ``rameau_diag.standalone.preparation``, whose last line is for the person."""
        path = self.logs / "preparation.log"
        arguments = [sys.executable, "-m", "rameau_diag.standalone.preparation", step]
        with open_log(path) as log, signals_wait():
            self.preparation = subprocess.Popen(
                arguments,
                cwd=REPOSITORY,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                start_new_session=True,
                preexec_fn=end_with_parent(signal.SIGTERM),
            )
        said = self.preparation.communicate()[0].decode(errors="replace").strip()
        code = self.preparation.returncode
        self.preparation = None
        if code:
            raise StartError(said or f"La préparation a échoué ; la raison est dans {path}.")

    def start_children(self, listener: socket.socket) -> None:
        """Start the web server and the worker."""
        web = ["-m", "gunicorn", "--config", "python:rameau_diag.web_server"]
        web += ["--bind", f"fd://{listener.fileno()}", "--workers", str(self.web_concurrency)]
        web += ["--graceful-timeout", str(GRACE)]
        worker = ["manage.py", "worker", "--grace", str(GRACE)]
        logs, handed = self.logs, [listener.fileno()]
        self.children = [
            # Killed supervisor: neither waits for requests or jobs whose database ends as well.
            Child("Le serveur web", web, logs / "web.log", signal.SIGKILL, pass_fds=handed),
            Child("L'exécuteur des tâches", worker, logs / "worker.log", signal.SIGKILL),
        ]
        for child in self.children:
            child.start()

    def wait_for_an_answer(self) -> None:
        """Wait until the site answers that all is well, or at least answers."""
        deadline = time.monotonic() + PATIENCE_AT_START
        while time.monotonic() < deadline:
            status = self.ask()
            if status == 200 or (status and time.monotonic() > deadline - PATIENCE_AT_START / 2):
                return
            self.look_after()
            for child in self.children:
                if child.deaths >= 3:
                    raise StartError(f"{child.label} ne démarre pas ; voir {child.log}.")
            time.sleep(0.1)
        raise StartError(f"Le site ne répond pas ; voir {self.logs / 'web.log'}.")

    def ask(self) -> int | None:
        """Answer the status of the site's own check, None when nothing answers."""
        try:
            # An address of our own making.
            with urllib.request.urlopen(f"{self.address}/health/", timeout=5) as response:  # noqa: S310
                return int(response.status)
        except urllib.error.HTTPError as error:
            error.close()
            # 503: not yet well. Any other answer comes from a site that works otherwise.
            return None if error.code == 503 else 200
        except (OSError, ValueError):
            return None

    def welcome(self) -> None:
        """Say where the site is and who can sign in."""
        password = os.environ.get("DEMO_PASSWORD") or "diagnostic-demo"
        width = max(len(account.email) for account in DEMO_ACCOUNTS)
        lines = ["", f"Le site est prêt : {self.address}", ""]
        lines.append(f"Comptes de démonstration, mot de passe « {password} » :")
        for account in DEMO_ACCOUNTS:
            hint = f"   ← {account.hint}" if account.hint else ""
            lines.append(f"  {account.email:<{width}}  {account.role}{hint}")
        lines += ["", f"Journaux : {self.logs}", "Ctrl-C arrête tout ; les données restent.", ""]
        say("\n".join(lines))

    def watch(self) -> None:
        """Look after the children until a signal ends it."""
        while True:
            self.look_after()
            time.sleep(0.25)

    def look_after(self) -> None:
        """Start again what has died, the database first."""
        if self.cluster is not None and self.cluster.is_down():
            self.start_database_again(self.cluster)
        for child in self.children:
            child.look()

    def start_database_again(self, cluster: Cluster) -> None:
        """Start it, or try again in a moment: on a full disk it starts once there is room again, and what
        was acknowledged is there."""
        if time.monotonic() < self.database_again_at:
            return
        if not self.database_again_at:
            say(f"La base de données s'est arrêtée ; elle est relancée ({cluster.files.log}).")
        try:
            cluster.start_server()
        except (EmbeddedPostgresError, OSError) as error:
            if not self.database_again_at:
                say(f"{error} Un nouvel essai a lieu toutes les {PAUSE_BEFORE_DATABASE:.0f} s.")
            self.database_again_at = time.monotonic() + PAUSE_BEFORE_DATABASE
        else:
            self.database_again_at = 0.0

    def stop(self) -> None:
        """Stop everything in order; the database last, so that no answer in flight is lost."""
        if self.preparation is not None:
            self.preparation.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.preparation.wait(5)
            self.preparation.kill()
            self.preparation.wait()
        for child in self.children:
            child.ask_to_stop()
        deadline = time.monotonic() + PATIENCE_AT_STOP
        for child in self.children:
            child.wait(deadline)
        if self.cluster is not None and self.cluster.owned:
            self.cluster.stop()


def _stop(signum: int, _frame: FrameType | None) -> None:
    for other in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(other, signal.SIG_IGN)  # the stop itself is not interrupted
    raise Stopped(signum)


def main() -> int:
    """Serve until a signal; 0 when it ended as asked, 1 when it could not start."""
    speak_utf8()
    for signum in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signum, _stop)
    if signal.getsignal(signal.SIGHUP) is signal.SIG_DFL:  # not under nohup
        signal.signal(signal.SIGHUP, _stop)
    if "--end-with-parent" in sys.argv:
        die_with_parent(signal.SIGTERM)
    os.environ["PRODUCTION"] = os.environ.get("PRODUCTION", "").strip() or "false"
    try:
        Supervisor().run()
    except Stopped:
        say("Tout est arrêté ; les données restent.")
        return 0
    except (StartError, EmbeddedPostgresError) as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:  # a full disk, files of another account…
        print(f"{error.filename or 'Le système'} : {error.strerror or error}.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
