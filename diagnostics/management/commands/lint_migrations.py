"""``manage.py lint_migrations``: what migrations must not do (``rameau_diag/migration_lint.py``)."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from rameau_diag.migration_lint import problems_of_all


class Command(BaseCommand):
    """Print what is wrong with the migrations; no database is needed."""

    help = "Vérifie que les migrations reviennent en arrière et que l’ancien code fonctionne après elles."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Fail when something is wrong."""
        if problems := problems_of_all():
            raise CommandError("\n".join(problems))
