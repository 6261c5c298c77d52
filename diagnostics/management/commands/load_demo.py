"""``manage.py load_demo``: create the demo structures and accounts; twice changes nothing."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from diagnostics.services.demo import load_demo


class Command(BaseCommand):
    """Create the demo data that is not there yet."""

    help = (
        "Crée les trois structures de démonstration et leurs comptes ; sans effet la seconde fois."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        """Create what is missing and tell what was."""
        created = load_demo(
            settings.BASE_DIR / "fixtures" / "demo", password=settings.DEMO_PASSWORD
        )
        for structure in created:
            self.stdout.write(f"Structure de démonstration créée : {structure.name}")
