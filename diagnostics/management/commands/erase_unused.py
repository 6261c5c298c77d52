"""``manage.py erase_unused``: what nobody uses any more, and where it stands on its way out."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from diagnostics.notifications import tell_erased, warn_of_expiry
from diagnostics.queries.expiring import find_expiring
from diagnostics.services.expiring import carry_out


class Command(BaseCommand):
    """List; with ``--confirm``, do at once what the worker does every night."""

    help = (
        "Liste les comptes et les brouillons que personne n’utilise plus, et ce qu’il en adviendra. "
        "N’efface rien sans --confirm, qui fait ce que le worker fait chaque nuit."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Do nothing unless asked to."""
        parser.add_argument("--confirm", action="store_true", help="prévenir et effacer")

    def handle(self, *args: Any, confirm: bool, **options: Any) -> None:
        """List, then carry out."""
        now = timezone.now()
        for one in find_expiring(now):
            what = f"brouillon {one.diagnostic.pk}" if one.diagnostic else "compte"
            whose = f" {one.person.email}" if one.person else ""
            day = timezone.localdate(one.last_used)
            self.stdout.write(f"{day:%d/%m/%Y}  {one.stage.value:<32}  {what}{whose}")
        if confirm:
            done = carry_out(now, warn=warn_of_expiry, tell_erased=tell_erased)
            self.stdout.write(f"Prévenus : {done['warned']}. Effacés : {done['erased']}.")
        else:
            self.stdout.write("Rien n’est fait : ajoutez --confirm pour prévenir et effacer.")
