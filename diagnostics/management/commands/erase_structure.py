"""``manage.py erase_structure UUID``: removes a structure and all that it has, for good."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from diagnostics.domain.addresses import normalise_address
from diagnostics.domain.retention import BACKUP_DAYS
from diagnostics.models import Structure, User
from diagnostics.services.erasure import erase_structure, what_goes


class Command(BaseCommand):
    """Say what would go; with ``--confirm`` and ``--as``, remove it."""

    help = (
        "Efface pour de bon une structure, ses diagnostics et tout ce qui s’y rapporte, à sa demande. "
        "Sans --confirm, dit seulement ce qui partirait."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Ask for the structure, and to erase it for its exact name and for who does it."""
        parser.add_argument("structure", type=UUID, metavar="UUID")
        parser.add_argument("--confirm", metavar="NOM", help="le nom exact de la structure")
        parser.add_argument(
            "--as", dest="by", metavar="ADRESSE", help="compte de l’administration qui efface"
        )

    def handle(
        self,
        *args: Any,
        structure: UUID,
        confirm: str | None = None,
        by: str | None = None,
        **options: Any,
    ) -> None:
        """Tell, then erase if asked to."""
        found = Structure.with_deleted.filter(pk=structure).first()
        if found is None:
            raise CommandError("Aucune structure n’a cet identifiant.")
        self.stdout.write(f"{found.name} ({found.pk})")
        for name, number in what_goes(found).items():
            self.stdout.write(f"  {number:>6}  {name}")
        if confirm is None:
            self.stdout.write(
                "Rien n’est effacé. Pour effacer tout cela pour de bon : "
                "--confirm « le nom exact » --as « adresse d’un compte de l’administration »."
            )
            return
        if confirm != found.name:
            raise CommandError("Le nom donné n’est pas celui de la structure : rien n’est effacé.")
        erasure = erase_structure(found, by=_staff(by))
        self.stdout.write(
            f"Effacé : {sum(erasure.counts.values())} lignes. Les comptes des personnes restent. Les "
            f"copies de secours d’avant en gardent la trace {BACKUP_DAYS} jours au plus."
        )


def _staff(address: str | None) -> User:
    found = User.objects.filter(
        email__iexact=normalise_address(address or ""), is_staff=True, is_active=True
    ).first()
    if found is None:
        raise CommandError(
            "Donnez avec --as l’adresse d’un compte de l’administration : rien n’est effacé."
        )
    return found
