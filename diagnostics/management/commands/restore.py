"""``manage.py restore FILE``: a database as a backup has it."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from rameau_diag.backup import alone, restore_backup
from rameau_diag.postgres_programs import ProgramFailed


class Command(BaseCommand):
    """Restore a backup whole, or leave everything as it was."""

    help = (
        "Remplit une base de données vide avec une sauvegarde, puis vérifie chaque table. Refuse un "
        "fichier abîmé ou d’autre chose, et une base qui n’est pas vide. Le site est arrêté pendant ce temps."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the file and ``--replace``."""
        parser.add_argument("path", type=Path, help="fichier écrit par « manage.py backup »")
        parser.add_argument(
            "--replace",
            action="store_true",
            help="remplacer ce que la base contient, une fois la sauvegarde restaurée et vérifiée",
        )

    def handle(self, *args: Any, path: Path, replace: bool, **options: Any) -> None:
        """Restore it and say what is left to do."""
        try:
            with alone(connection):
                manifest = restore_backup(connection, path, replace=replace)
                executor = MigrationExecutor(connection)
                left = executor.migration_plan(executor.loader.graph.leaf_nodes())
        except ProgramFailed as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Restauré et vérifié : {path}, du {manifest['made']}.")
        if left:
            self.stdout.write(
                "Il reste à lancer « manage.py migrate » : la sauvegarde est plus ancienne."
            )
        self.stdout.write(
            "Reprenez aussi la clé secrète d’alors (SECRET_KEY) : sans elle, chacun doit se reconnecter "
            "et les liens déjà envoyés ne valent plus."
        )
