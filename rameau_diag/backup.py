"""A backup is one file: what the database held at one moment, with the means to tell that it is whole.

It is a tar archive of two members, which ``tar`` and ``pg_restore`` read without us: ``manifest.json`` (who
made it, the migrations, what each table holds, counted and summed) and ``database.dump`` (``pg_dump``'s own
format). Behind it stands the SHA-256 of all its bytes. Restoring checks that sum before it touches anything,
and what each table then holds against the manifest before it keeps the result.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import json
import os
import re
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.loader import MigrationLoader

from rameau_diag.postgres_programs import ProgramFailed, major_of, run_program

FORMAT = "rameau_diag backup 1"
MANIFEST, DUMP = "manifest.json", "database.dump"
SEAL = re.compile(rb"sha256 ([0-9a-f]{64})\n\Z")
SEAL_SIZE = len("sha256 ") + 64 + 1
PIECE = 1 << 20
ASIDE = "before_restore"  # the schema where what is replaced waits until the restored one is whole

FOREIGN = "« {} » n’est pas une sauvegarde de ce projet."
INTERRUPTED = (
    f"Une restauration a été interrompue : ce que la base contenait avant attend dans le schéma « {ASIDE} ». "
    "Rien n’a été touché. Pour le reprendre, avec psql ou « manage.py dbshell » : "
    f"« BEGIN; DROP SCHEMA public CASCADE; ALTER SCHEMA {ASIDE} RENAME TO public; COMMIT; ». "
    f"Pour y renoncer : « DROP SCHEMA {ASIDE} CASCADE; »."
)
DAMAGED = "« {} » est abîmé ou incomplet : sa somme de contrôle n’est pas la sienne. Prenez une autre sauvegarde."


class BackupError(ProgramFailed):
    """A backup cannot be made or restored; the message is a French sentence for the person."""


@contextmanager
def alone(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Have one connection to the database, and no pool with others beside it."""
    options = connection.settings_dict["OPTIONS"]
    pooled = options.pop("pool", None)
    connection.close()
    try:
        yield
    finally:
        connection.close()
        if pooled is not None:
            options["pool"] = pooled


# --- What tables hold -----------------------------------------------------------------------------

# The sum of 120 bits of each row's hash.
SUM_OF_ROWS = """
    SELECT count(*), sum(('x' || substr(h, 1, 15))::bit(60)::bigint::numeric),
        sum(('x' || substr(h, 17, 15))::bit(60)::bigint::numeric)
    FROM (SELECT md5(t::text) AS h FROM public.{} AS t) AS hashed
"""


def digest_of_tables(connection: BaseDatabaseWrapper) -> dict[str, str]:
    """Return, for each table, how many rows it has and a sum of all of them; for each sequence, its place.

    The sum does not depend on the order of rows, nor on the version of PostgreSQL.
    """
    found: dict[str, str] = {}
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0; SET LOCAL timezone = 'UTC'")
        cursor.execute(
            "SELECT format('%I', relname) FROM pg_class WHERE relkind IN ('r', 'p') "
            "AND relnamespace = 'public'::regnamespace ORDER BY relname"
        )
        for (table,) in cursor.fetchall():
            cursor.execute(SUM_OF_ROWS.format(table))
            found[table] = " ".join(str(value or 0) for value in cursor.fetchone())
        cursor.execute(
            "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public'"
        )
        found |= {f"{name} (sequence)": str(value) for name, value in cursor.fetchall()}
    return found


# --- Making one -----------------------------------------------------------------------------------


def make_backup(connection: BaseDatabaseWrapper, path: Path) -> dict[str, Any]:
    """Write all that the database holds at this moment to a new file; return its manifest.

    The site may serve meanwhile. The file has its name once it is whole and on the disk. Raises
    ``BackupError``.
    """
    if path.exists():
        raise BackupError(f"« {path} » existe déjà : donnez un autre nom.")
    _refuse_interrupted(connection)
    part, dump = (path.with_name(f"{path.name}.{os.getpid()}.{end}") for end in ("part", "dump"))
    try:
        _make_private(part)
        _make_private(dump)
        manifest = _dump(connection, dump)
        _write(part, manifest, dump)
        seal(part)
        part.rename(path)
        _sync(path.parent)
    except OSError as error:
        raise BackupError(f"« {path} » ne peut pas être écrit : {error.strerror}.") from error
    finally:
        part.unlink(missing_ok=True)
        dump.unlink(missing_ok=True)
    return manifest


def _dump(connection: BaseDatabaseWrapper, to: Path) -> dict[str, Any]:
    """Dump one snapshot, and say what it holds as the same snapshot has it."""
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        cursor.execute("SELECT pg_export_snapshot()")
        snapshot = cursor.fetchone()[0]
        manifest = {
            "format": FORMAT,
            "made": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
            "postgresql": major_of(connection),
            "migrations": _applied(connection),
            "tables": digest_of_tables(connection),
        }
        options = ["--format=custom", "--no-owner", "--no-privileges", f"--exclude-schema={ASIDE}"]
        run_program("pg_dump", connection, [*options, f"--snapshot={snapshot}", f"--file={to}"])
    return manifest


def _write(archive: Path, manifest: dict[str, Any], dump: Path) -> None:
    with tarfile.open(archive, mode="w", format=tarfile.PAX_FORMAT) as tar:
        text = json.dumps(manifest, ensure_ascii=False, indent=1).encode()
        member = tarfile.TarInfo(MANIFEST)
        member.size = len(text)
        tar.addfile(member, io.BytesIO(text))
        member = tarfile.TarInfo(DUMP)
        member.size = dump.stat().st_size
        with dump.open("rb") as content:
            tar.addfile(member, content)


def seal(path: Path) -> None:
    """Write behind a file the sum of its bytes, and have it on the disk."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    with path.open("ab") as file:
        file.write(f"sha256 {digest}\n".encode())
        file.flush()
        os.fsync(file.fileno())


# --- Reading one ----------------------------------------------------------------------------------


def read_manifest(path: Path) -> dict[str, Any]:
    """Return what a backup says of itself, once all its bytes are those that were written.

    Raises ``BackupError`` for a file that is damaged, cut, or of something else.
    """
    try:
        _check_seal(path)
        with tarfile.open(path, mode="r:") as tar:
            member = tar.extractfile(MANIFEST)
            manifest = json.load(member) if member is not None else {}
            tar.getmember(DUMP)
    except OSError as error:
        raise BackupError(f"« {path} » ne se lit pas : {error.strerror}.") from error
    except (tarfile.TarError, KeyError, ValueError) as error:
        raise BackupError(FOREIGN.format(path)) from error
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise BackupError(FOREIGN.format(path))
    return manifest


def _check_seal(path: Path) -> None:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        left = path.stat().st_size - SEAL_SIZE
        begins = file.peek(512)[:512]
        while left > 0 and (piece := file.read(min(PIECE, left))):
            digest.update(piece)
            left -= len(piece)
        told = SEAL.match(file.read())
    if told is None or told.group(1).decode() != digest.hexdigest():
        ours = begins.startswith(MANIFEST.encode())
        raise BackupError((DAMAGED if ours else FOREIGN).format(path))


# --- Restoring one --------------------------------------------------------------------------------


def restore_backup(connection: BaseDatabaseWrapper, path: Path, *, replace: bool) -> dict[str, Any]:
    """Fill an empty database with what a backup holds; return its manifest.

    With ``replace``, what the database held gives way, once the restored tables are what the backup says of
    them; until then nothing is lost. Raises ``BackupError``.
    """
    manifest = read_manifest(path)
    _refuse_newer(connection, manifest)
    _refuse_interrupted(connection)
    full = _has_tables(connection)
    if full and not replace:
        raise BackupError(
            "La base de données n’est pas vide : donnez-en une autre, ou ajoutez « --replace » "
            "(« REPLACE=oui » avec make) pour remplacer ce qu’elle contient."
        )
    _refuse_company(connection)
    with _put_aside(connection) if full else _emptied_on_failure(connection):
        _restore(connection, path)
        with transaction.atomic(using=connection.alias):
            found = digest_of_tables(connection)
        if found != manifest["tables"]:
            raise BackupError(f"Ce qui a été restauré n’est pas ce que « {path} » annonce.")
    return manifest


def _refuse_newer(connection: BaseDatabaseWrapper, manifest: dict[str, Any]) -> None:
    known = MigrationLoader(None).disk_migrations
    unknown = [
        name
        for app, name in manifest["migrations"]
        if app == "diagnostics" and (app, name) not in known
    ]
    if unknown:
        raise BackupError(
            f"La sauvegarde vient d’une version plus récente (elle connaît « {unknown[-1]} ») : "
            "installez cette version d’abord."
        )


def _refuse_company(connection: BaseDatabaseWrapper) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
            "AND usename IS NOT NULL AND pid <> pg_backend_pid()"
        )
        if cursor.fetchone()[0]:
            raise BackupError(
                "D’autres programmes se servent de la base de données : arrêtez le site et "
                "l’exécuteur des tâches, puis recommencez."
            )


def _refuse_interrupted(connection: BaseDatabaseWrapper) -> None:
    """Leave it to a person to say which is right: what was put aside may be the only copy."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_namespace WHERE nspname = %s", [ASIDE])
        if cursor.fetchone()[0]:
            raise BackupError(INTERRUPTED)


@contextmanager
def _put_aside(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Keep what is there in another schema until what replaces it is whole."""
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        cursor.execute(f"ALTER SCHEMA public RENAME TO {ASIDE}")
        cursor.execute("CREATE SCHEMA public AUTHORIZATION pg_database_owner")
    try:
        yield
    except BaseException:
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            cursor.execute("DROP SCHEMA public CASCADE")
            cursor.execute(f"ALTER SCHEMA {ASIDE} RENAME TO public")
        raise
    with connection.cursor() as cursor:
        cursor.execute(f"DROP SCHEMA {ASIDE} CASCADE")


@contextmanager
def _emptied_on_failure(connection: BaseDatabaseWrapper) -> Iterator[None]:
    try:
        yield
    except BaseException:
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            cursor.execute("DROP SCHEMA public CASCADE")
            cursor.execute("CREATE SCHEMA public AUTHORIZATION pg_database_owner")
        raise


def _restore(connection: BaseDatabaseWrapper, path: Path) -> None:
    options = ["--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges"]
    with tarfile.open(path, mode="r:") as tar:
        content = tar.extractfile(DUMP)
        assert content is not None  # its presence was checked with the manifest
        run_program("pg_restore", connection, options, content)


def _has_tables(connection: BaseDatabaseWrapper) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
        return bool(cursor.fetchone()[0])


def _applied(connection: BaseDatabaseWrapper) -> list[list[str]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT app, name FROM django_migrations ORDER BY id")
        return [list(row) for row in cursor.fetchall()]


# --- Files ----------------------------------------------------------------------------------------


def _make_private(path: Path) -> None:
    """Make a new file that nobody else may read."""
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


def _sync(folder: Path) -> None:
    """Make the names of a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
