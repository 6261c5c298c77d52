"""``manage.py reencrypt_factors``: after a change of the secret key, before the former one is taken out."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from diagnostics.services.factors import reencrypt_factors


class Command(BaseCommand):
    """Encrypt the secrets of second factors with the secret key of now."""

    help = (
        "Chiffre avec SECRET_KEY les secrets de double authentification qu’une clé de "
        "SECRET_KEY_FALLBACKS avait chiffrés. À faire avant de vider celle-ci."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it, and say how many; fail when some can be read with no key."""
        written, unreadable = reencrypt_factors()
        self.stdout.write(f"Chiffrés avec la clé actuelle : {written}.")
        if unreadable:
            raise CommandError(
                f"Illisibles avec les clés données : {unreadable}. Remettez l’ancienne clé dans "
                "SECRET_KEY_FALLBACKS, ou libérez ces personnes (remove_factors ADRESSE)."
            )
