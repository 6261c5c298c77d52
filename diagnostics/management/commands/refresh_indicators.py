"""``manage.py refresh_indicators``: compute again the figures that lists show of each diagnostic."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from diagnostics.models import Diagnostic
from diagnostics.services.coherence import refresh_indicators
from diagnostics.typography import count


class Command(BaseCommand):
    """Compute the indicators again, after thresholds of a kit or the rules themselves changed."""

    help = (
        "Recalcule les chiffres que les listes montrent de chaque diagnostic, par exemple après un "
        "changement de seuils dans un kit. Sans danger pendant que l’application sert."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        """Take the diagnostics one after the other, each under its lock."""
        done = 0
        for pk in list(Diagnostic.objects.values_list("pk", flat=True)):
            with transaction.atomic():
                diagnostic = (
                    Diagnostic.objects.select_for_update(of=("self",))
                    .select_related("structure", "kit")
                    .get(pk=pk)
                )
                refresh_indicators(diagnostic)
            done += 1
        self.stdout.write(f"Indicateurs recalculés : {count(done, 'diagnostic', 'diagnostics')}.")
