"""``manage.py diagnostic_schema``: the JSON Schema of a document, for other programs."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand

from diagnostics.domain.schema import document_schema


class Command(BaseCommand):
    """Print the JSON Schema of the DiagnosticDocument; no database is needed."""

    help = (
        "Imprime le schéma JSON du document d’un diagnostic : chaque champ avec sa description, "
        "son unité et ses valeurs possibles."
    )
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Print it."""
        self.stdout.write(json.dumps(document_schema(), ensure_ascii=False, indent=2))
