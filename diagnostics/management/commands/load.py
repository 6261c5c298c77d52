"""``manage.py load``: what the site does when many people use it at once (``make load``)."""

from __future__ import annotations

import os
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from diagnostics.bench.crowd import Goal, measure_crowd
from diagnostics.bench.situation import Situation
from diagnostics.management.commands.bench import throw_away_database

# Of how many people what is asked; beyond the last, as of it.
GOALS = {
    100: [Goal("page", 200), Goal("enregistrement", 250)],
    300: [Goal("page", 1500)],
}


def goals_of(people: int) -> list[Goal]:
    """Return what is asked when so many people are there."""
    return GOALS[min(size for size in GOALS if size >= min(people, max(GOALS)))]


class Command(BaseCommand):
    """Print the times that many people at once meet, as a table."""

    help = (
        "Mesure un site servi par de vrais processus pendant que beaucoup de personnes s’en servent, "
        "avec un PDF toutes les cinq secondes, dans une base de données jetable."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Let one say how many, for how long."""
        parser.add_argument("--locust", required=True, help="le Python qui a locust")
        parser.add_argument("--people", type=int, default=100, help="personnes (100)")
        parser.add_argument("--minutes", type=float, default=5, help="durée (5)")
        parser.add_argument(
            "--typing", action="store_true", help="toutes tapent, dix par diagnostic"
        )

    def handle(
        self, *args: Any, locust: str, people: int, minutes: float, typing: bool, **options: Any
    ) -> None:
        """Measure, print, and fail when a request did or a goal is missed."""
        if people < 1 or minutes <= 0:
            raise CommandError("Il faut au moins une personne et une durée.")
        with throw_away_database():
            found = measure_crowd(
                Situation(), locust=locust, people=people, minutes=minutes, typing=typing
            )
        goals = [] if typing else goals_of(people)
        now = timezone.localtime()
        self.stdout.write(
            f"{now:%d/%m/%Y %H:%M} · {os.cpu_count()} cœurs · {people} personnes"
            f"{' qui tapent ensemble' if typing else ', un PDF toutes les 5 s'} · {minutes:g} min\n"
        )
        for line in found.lines(goals):
            self.stdout.write(line)
        if found.failures or found.missed(goals):
            raise CommandError("Un but n’est pas tenu.")
