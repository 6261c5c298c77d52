"""``manage.py backup FILE``: all that the database holds, in one file."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from diagnostics.typography import count
from rameau_diag.backup import alone, make_backup
from rameau_diag.folders import secret_key_file
from rameau_diag.postgres_programs import ProgramFailed


class Command(BaseCommand):
    """Write a backup, and say what it does not hold."""

    help = (
        "Écrit dans un nouveau fichier tout ce que contient la base de données, pendant que le site "
        "sert. Le fichier dit lui-même s’il est entier."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the file."""
        parser.add_argument("path", type=Path, help="fichier à écrire, qui n’existe pas encore")

    def handle(self, *args: Any, path: Path, **options: Any) -> None:
        """Write it."""
        try:
            with alone(connection):
                manifest = make_backup(connection, path)
        except ProgramFailed as error:
            raise CommandError(str(error)) from error
        tables = [told for name, told in manifest["tables"].items() if "(sequence)" not in name]
        rows = sum(int(told.split()[0]) for told in tables)
        size = f"{path.stat().st_size / 1_000_000:.1f}".replace(".", ",")
        held = f"{count(len(tables), 'table', 'tables')}, {count(rows, 'ligne', 'lignes')}"
        self.stdout.write(f"{path} : {size} Mo, {held}.")
        for line in outside_the_database():
            self.stdout.write(line)


def outside_the_database() -> list[str]:
    """Say what a site keeps elsewhere, which its host keeps as well."""
    key = secret_key_file()
    where = f"dans {key}" if key.exists() else "dans la variable SECRET_KEY"
    told = [f"À garder ailleurs, hors de ce fichier : la clé secrète ({where})."]
    if settings.EMAIL_BACKEND.endswith("filebased.EmailBackend"):
        told.append(f"Les messages écrits dans {settings.EMAIL_FILE_PATH} n’y sont pas non plus.")
    return told
