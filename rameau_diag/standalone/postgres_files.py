"""The files of one PostgreSQL: its data folder, its socket's folder, its locks and its log."""

import contextlib
import hashlib
import os
import pwd
import secrets
import shutil
import signal
import stat
import subprocess
import sys
from pathlib import Path
from typing import IO

from rameau_diag.processes import end_with_parent
from rameau_diag.standalone.children import open_log
from rameau_diag.standalone.postgres_account import (
    STATE,
    EmbeddedPostgresError,
    as_account,
    program_of,
    reachable,
)

DATABASE = "rameau_diag"
ROLE = "rameau"
MAJOR = "18"


class ClusterFiles:
    """What one PostgreSQL keeps on the disk, made whole or not at all."""

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

    def make_data_folder(self) -> None:
        """Make the folder of everything durable, and that of the logs."""
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

    def open_lock(self, name: str) -> IO[str]:
        """Open a file to lock; it is locked until it is closed."""
        try:
            return open(self.data / name, "a")  # noqa: SIM115  (kept open: it carries a lock)
        except OSError as error:
            raise EmbeddedPostgresError(
                f"Le fichier {self.data / name} ne peut pas être ouvert : {error.strerror}."
            ) from None

    def exists(self) -> bool:
        """Whether there is a cluster; refuses a link to data that have gone."""
        if self.folder.is_symlink() and not self.folder.exists():
            raise EmbeddedPostgresError(
                f"Les données ont disparu de {self.folder.readlink()} ; supprimez le lien "
                f"{self.folder} pour repartir de zéro."
            )
        return self.folder.exists()

    def check_version(self) -> None:
        """Refuse the data of another version of PostgreSQL."""
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

    def create(self, account: pwd.struct_passwd | None) -> None:
        """Make the cluster aside, complete with its database, then give it its name."""
        home = self.data
        if account is not None and not reachable(self.data, account):
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
        make = [str(program_of("initdb", account)), "-D", str(new), "--username", ROLE]
        # The builtin provider: the order of texts never depends on the machine's C library.
        make += ["--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-instructions"]
        make += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        single = [str(program_of("postgres", account)), "--single", "-D", str(new), "postgres"]
        if not self.durable:
            make.append("--no-sync")
            single.insert(2, "-F")
        with open_log(self.log) as log:
            for command, text in ((make, b""), (single, f"CREATE DATABASE {DATABASE};\n".encode())):
                done = subprocess.run(
                    command,
                    input=text,
                    stdout=log,
                    stderr=log,
                    # Should a signal end this process meanwhile: what is half made has a name of its own.
                    preexec_fn=end_with_parent(signal.SIGKILL),
                    check=False,
                    **as_account(account),
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

    def make_socket_folder(self, account: pwd.struct_passwd | None) -> None:
        """Make the folder that only the account of the server may enter."""
        with contextlib.suppress(FileExistsError):
            self.socket_folder.mkdir(mode=0o700)
            if account is not None:
                os.chown(self.socket_folder, account.pw_uid, account.pw_gid)
        self.check_socket_folder()

    def check_socket_folder(self) -> None:
        """Refuse a folder that somebody else made under this name, or may enter."""
        found = self.socket_folder.lstat()
        expected = self.folder.stat().st_uid
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != expected or found.st_mode & 0o077:
            raise EmbeddedPostgresError(
                f"Le dossier {self.socket_folder} n'est pas celui de ce projet : supprimez-le, "
                "puis relancez."
            )


def _sync(folder: Path) -> None:
    """Make a rename inside ``folder`` durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
