"""``manage.py export_diagnostic UUID``: the document of a diagnostic, with its findings."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from diagnostics.models import Diagnostic
from diagnostics.queries import document_with_findings, load_diagnostic_document


class Command(BaseCommand):
    """Print the document of a diagnostic, as ``document.json`` gives it."""

    help = "Imprime le document d’un diagnostic et, sous « findings », ses points à discuter."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the diagnostic."""
        parser.add_argument("diagnostic", help="identifiant (UUID) du diagnostic")

    def handle(self, *args: Any, diagnostic: str, **options: Any) -> None:
        """Print it."""
        try:
            pk = UUID(diagnostic)
        except ValueError as error:
            raise CommandError(f"« {diagnostic} » n’est pas un identifiant.") from error
        found = Diagnostic.objects.select_related("structure", "kit").filter(pk=pk).first()
        if found is None:
            raise CommandError(f"Il n’y a pas de diagnostic « {pk} ».")
        value = document_with_findings(found, load_diagnostic_document(found))
        self.stdout.write(json.dumps(value, ensure_ascii=False, indent=1))
