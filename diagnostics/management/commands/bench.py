"""``manage.py bench``: the time our pages take, as multiples of the least that Django would take.

Everything happens in a database made for the occasion and removed afterwards, and in this process
but for the last lines, which serve a site.
"""

from __future__ import annotations

import contextlib
import os
import platform
from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

import django
from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import connection
from django.test import Client
from django.test.utils import override_settings
from django.utils import timezone

from diagnostics.bench import coherence, floor
from diagnostics.bench.measure import Line, Measure, as_table, run
from diagnostics.bench.papers import measure_papers, patient_requests
from diagnostics.bench.portfolio import measure_portfolio
from diagnostics.bench.room import measure_room
from diagnostics.bench.served import measure_under_load
from diagnostics.bench.situation import PAPERS, Situation
from diagnostics.domain.vocabulary import StepKey


class Command(BaseCommand):
    """Print the benchmarks as a table."""

    help = (
        "Mesure les pages par rapport au minimum que Django ferait, dans une base de données "
        "jetable, et imprime un tableau."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Let a hurried person ask for fewer rounds."""
        parser.add_argument("--rounds", type=int, default=25, help="tours de mesure (25)")
        parser.add_argument("--papers", action="store_true", help="les documents seulement")

    def handle(self, *args: Any, rounds: int, papers: bool, **options: Any) -> None:
        """Measure in interleaved rounds and print the medians."""
        if papers:
            self._only_papers(rounds)
            return
        with throw_away_database(), like_production(), patient_requests():
            situation = Situation()
            measures = self._measures(situation, max(rounds, 1))
            run(measures)
            load = measure_under_load(situation)
            room = measure_room(situation)
            printed = measure_papers(situation, self._signed_in(situation), rounds)
            portfolio = measure_portfolio(rounds)
        now = timezone.localtime()
        self.stdout.write(
            f"{now:%d/%m/%Y %H:%M} · Python {platform.python_version()} · Django "
            f"{django.get_version()} · {os.cpu_count()} cœurs · médianes de {rounds} tours "
            "entrelacés\n"
        )
        busy = Line(
            "enregistrer pendant que huit PDF s’impriment, 95e centile",
            load.p95(load.meanwhile),
            load.p95(load.alone),
            budget=None,
        )
        self.stdout.write(as_table([*(measure.line for measure in measures), busy, *portfolio]))
        self.stdout.write(
            f"\nHuit PDF en {load.printing:.1f} s sur un site servi, et {len(load.meanwhile)} "
            f"enregistrements pendant ce temps ({load.told_to_wait} fois « Le PDF se prépare »)."
        )
        self.stdout.write(f"{printed}\n{room}")
        self.stdout.write(coherence.measured(rounds))

    def _only_papers(self, rounds: int) -> None:
        with throw_away_database(), like_production(), patient_requests():
            situation = Situation()
            client = self._signed_in(situation)
            measures = self._of_papers(situation, client, rounds)
            run(measures)
            printed = measure_papers(situation, client, rounds)
        self.stdout.write(as_table([measure.line for measure in measures]))
        self.stdout.write(f"\n{printed}")

    @staticmethod
    def _signed_in(situation: Situation) -> Client:
        client = Client()
        situation.sign_in(client)
        return client

    @staticmethod
    def _of_papers(situation: Situation, client: Client, rounds: int) -> list[Measure]:
        return [
            situation.printing(client, max(rounds // 4, 3)),
            *(situation.serving_kept(client, kind, max(rounds // 8, 3)) for kind in PAPERS),
        ]

    def _measures(self, situation: Situation, rounds: int) -> list[Measure]:
        client, bare = Client(), Client()
        for each in (client, bare):
            situation.sign_in(each)
        with override_settings(MIDDLEWARE=floor.MIDDLEWARE):
            bare.handler.load_middleware()
        return [
            *(situation.reading(client, bare, step, rounds) for step in StepKey),
            *(situation.saving(client, bare, step, rounds) for step in StepKey),
            situation.saving(client, bare, StepKey.OBJECTIVES, rounds, one_update=True),
            situation.autosaving(client, bare, StepKey.OBJECTIVES, rounds),
            situation.autosaving(client, bare, StepKey.ECONOMIC_MODEL, rounds),
            situation.growing(client, rounds),
            *self._of_papers(situation, client, rounds),
        ]


@contextlib.contextmanager
def throw_away_database() -> Iterator[None]:
    """Work in a database of our own, as the test runner does."""
    real = connection.settings_dict["NAME"]
    connection.settings_dict["TEST"]["NAME"] = f"bench_{os.getpid()}"
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        yield
    finally:
        connection.creation.destroy_test_db(real, verbosity=0)


def like_production() -> Any:
    """Return the settings of a served site, with the bare pages beside ours."""
    return override_settings(
        ROOT_URLCONF="diagnostics.bench.floor",
        ALLOWED_HOSTS=["testserver"],
        DEBUG=False,
        STATIC_ROOT=settings.BASE_DIR / "static",
        STORAGES={
            "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
            # Nothing was collected for this process.
            "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
        },
    )
