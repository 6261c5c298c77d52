"""``manage.py import_diagnostic FILE --structure …``: a draft diagnostic from a document."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from diagnostics.domain.addresses import normalise_address
from diagnostics.domain.document import read_document
from diagnostics.domain.malformed import Malformed, why_unreadable
from diagnostics.domain.vocabulary import MembershipRole
from diagnostics.models import Membership, Structure, User
from diagnostics.services.errors import ServiceError
from diagnostics.services.imports import import_diagnostic


class Command(BaseCommand):
    """Create a draft from a document, whole or not at all."""

    help = (
        "Crée un diagnostic en brouillon à partir du document d’un fichier. Un document mal formé "
        "est refusé en entier, avec le chemin JSON et la raison."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the file, the structure, and who acts."""
        parser.add_argument("path", help="fichier du document, ou « - » pour l’entrée standard")
        parser.add_argument(
            "--structure", required=True, help="identifiant (UUID) ou nom de la structure"
        )
        parser.add_argument(
            "--as",
            dest="email",
            metavar="EMAIL",
            help="qui importe (par défaut, le ou la référent·e de la structure)",
        )

    def handle(
        self, *args: Any, path: str, structure: str, email: str | None = None, **options: Any
    ) -> None:
        """Read, find who acts and for whom, import."""
        try:
            text = sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
        except OSError as error:
            raise CommandError(
                f"Lecture impossible de « {path} » : {why_unreadable(error)}."
            ) from error
        try:
            document = read_document(text)
        except Malformed as error:
            problems = "\n".join(f"  {problem}" for problem in error.problems)
            raise CommandError(f"Document refusé, rien n’est enregistré.\n{problems}") from error
        found = the_structure(structure)
        try:
            diagnostic = import_diagnostic(found, document, user=who_acts(found, email))
        except ServiceError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Diagnostic créé pour {found.name} : {diagnostic.pk}")


def the_structure(given: str) -> Structure:
    """Return the structure of this identifier, or of this name when a single one bears it."""
    try:
        pk = UUID(given)
    except ValueError:
        named = list(Structure.objects.filter(name__iexact=given.strip())[:10])
        if len(named) > 1:
            ids = "\n".join(f"  {structure.pk}" for structure in named)
            raise CommandError(
                f"Plusieurs structures s’appellent « {given} » : donnez l’identifiant de l’une "
                f"d’elles.\n{ids}"
            ) from None
        if not named:
            raise CommandError(f"Aucune structure ne s’appelle « {given} ».") from None
        return named[0]
    structure = Structure.objects.filter(pk=pk).first()
    if structure is None:
        raise CommandError(f"Il n’y a pas de structure « {pk} ».")
    return structure


def who_acts(structure: Structure, email: str | None) -> User:
    """Return the person of this address, or the structure's lead."""
    if email:
        user = User.objects.filter(email__iexact=normalise_address(email)).first()
        if user is None:
            raise CommandError(f"Personne n’a de compte à l’adresse « {email} ».")
        return user
    lead = (
        Membership.objects.filter(structure=structure, role=MembershipRole.LEAD.value)
        .select_related("user")
        .first()
    )
    if lead is None:
        raise CommandError(
            f"{structure.name} n’a pas encore de référent·e : personne ne peut importer pour elle."
        )
    return lead.user
