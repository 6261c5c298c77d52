"""Load the kit's texts, questions and examples into the database."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from diagnostics.models.kit import Example, Question
from diagnostics.services.kit import KitFileError, load_kit


class Command(BaseCommand):
    """``manage.py load_kit``: add what is missing; ``--overwrite`` restores the file's texts."""

    help = "Charge le kit : ajoute ce qui manque, sans toucher aux textes modifiés."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the file and ``--overwrite``."""
        parser.add_argument(
            "path",
            nargs="?",
            type=Path,
            default=settings.BASE_DIR / "fixtures" / "kit_2013.json",
            help="fichier du kit (par défaut fixtures/kit_2013.json)",
        )
        parser.add_argument(
            "--overwrite",
            action="store_true",
            help="remplacer les textes modifiés par ceux du fichier",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Load the file and say what the kit holds."""
        try:
            kit = load_kit(options["path"], overwrite=options["overwrite"])
        except KitFileError as error:
            raise CommandError(str(error)) from error
        questions = Question.objects.filter(step__kit=kit).count()
        examples = Example.objects.filter(step__kit=kit).count()
        self.stdout.write(
            f"Kit {kit} : {kit.parts.count()} axes, {kit.steps.count()} étapes, "
            f"{questions} questions, {examples} exemples."
        )
