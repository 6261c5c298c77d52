"""``manage.py remove_factors ADDRESS``: frees whoever has lost their second factor, at a terminal."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from diagnostics.domain.addresses import normalise_address
from diagnostics.models import User
from diagnostics.services.factors import remove_factors


class Command(BaseCommand):
    """Take every second factor and recovery code away from an account; journalled."""

    help = "Retire la double authentification d’un compte dont les moyens sont perdus ; le journal le dit."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Ask whose account it is."""
        parser.add_argument("address", metavar="ADRESSE")

    def handle(self, *args: Any, address: str, **options: Any) -> None:
        """Take them away."""
        user = User.objects.filter(email__iexact=normalise_address(address)).first()
        if user is None:
            raise CommandError("Aucun compte n’a cette adresse.")
        had_any = remove_factors(user, actor=None)
        self.stdout.write("C’est fait." if had_any else "Ce compte n’en avait pas.")
