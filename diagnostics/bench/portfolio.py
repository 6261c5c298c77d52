"""The facilitators' list with 10,000 diagnostics of 4,000 structures, against 100 of 40."""

from __future__ import annotations

import datetime as dt
import gc
import random
import statistics
import time
from collections.abc import Iterator

from django.conf import settings
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from diagnostics.bench.measure import Line
from diagnostics.bench.situation import get
from diagnostics.domain.vocabulary import MembershipRole, State, TerritorialScale
from diagnostics.models import Answer, Diagnostic, Event, Kit, Membership, Structure, Thread, User

FEW, MANY = 40, 4_000  # structures
EACH = 2.5  # diagnostics
FACILITATORS = 20
BUDGET = 1.3
BATCH = 1_000  # rows of one statement
REGIONS = ("Bretagne", "Corse", "Grand Est", "Île-de-France", "Normandie", "Occitanie", "Réunion")
FIRST_WORDS = ("Œuvrer", "Élan", "Passerelles", "Alliances", "Réseau", "Atelier", "L’Étape", "Lien")
MOMENTS = {
    State.DRAFT: (),
    State.SUBMITTED: ("submitted_at",),
    State.CHANGES_REQUESTED: ("submitted_at",),
    State.VALIDATED: ("submitted_at", "validated_at"),
    State.ADOPTED: ("submitted_at", "validated_at", "adopted_at"),
}
# What is asked of the list: its address, with {last} for its last page.
ASKED = {
    "première page": "?vue=toutes",
    "dernière page": "?vue=toutes&page={last}",
    "par structure, dernière page": "?tri=structure&page={last}",
    "par points, première page": "?tri=-points",
    "recherche": "?q=oeuvrer+grand",
    "un état": "?etat=submitted",
}


def measure_portfolio(rounds: int) -> list[Line]:
    """Time the list with little and with a lot, in that order: what is there is seen by all."""
    crowd = Crowd()
    crowd.grow_to(FEW)
    few = crowd.times(rounds)
    crowd.grow_to(MANY)
    many = crowd.times(rounds)
    return [
        Line(
            f"portefeuille, {name}, 10 000 diagnostics contre 100",
            many[name],
            few[name],
            BUDGET if "page" in name else None,
        )
        for name in ASKED
    ]


class Crowd:
    """Structures with their leads, their diagnostics and what is said of them."""

    def __init__(self) -> None:
        self.random = random.Random(4_000)  # noqa: S311  # the same crowd in every run
        self.kit = Kit.objects.get()
        self.now = timezone.now()
        self.count = 0
        self.facilitators = User.objects.bulk_create(
            User(email=f"f{n}@bench.example", name=f"Facilitatrice {n}", is_facilitator=True)
            for n in range(FACILITATORS)
        )
        self.client = Client()
        self.client.force_login(self.facilitators[0], settings.AUTHENTICATION_BACKENDS[0])

    def grow_to(self, count: int) -> None:
        """Add structures until there are so many, and have the tables as they are once the database
        has looked after them."""
        numbers = range(self.count, count)
        leads = User.objects.bulk_create(
            User(email=f"r{n}@bench.example", name=f"Référente {n}") for n in numbers
        )
        structures = Structure.objects.bulk_create(map(self._structure, numbers), batch_size=BATCH)
        Membership.objects.bulk_create(
            (
                Membership(structure=structure, user=lead, role=MembershipRole.LEAD.value)
                for structure, lead in zip(structures, leads, strict=True)
            ),
            batch_size=BATCH,
        )
        diagnostics = Diagnostic.objects.bulk_create(
            self._diagnostics(structures, leads), batch_size=BATCH
        )
        Thread.objects.bulk_create(
            Thread(
                diagnostic=diagnostic,
                audience="facilitation",
                kind="comment",
                state="open",
                opened_by_id=diagnostic.created_by_id,
            )
            for diagnostic in diagnostics[::3]
        )
        Answer.objects.bulk_create(
            Answer(diagnostic=d, step=step, value={}, updated_by_id=d.created_by_id)
            for d in diagnostics
            for step in ("vision", "roles", "objectives")
        )
        Event.objects.bulk_create(
            Event(
                structure_id=d.structure_id,
                diagnostic=d,
                actor_id=d.created_by_id,
                kind="diagnostic_opened",
            )
            for d in diagnostics
        )
        self.count = count
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")

    def times(self, rounds: int) -> dict[str, float]:
        """Return the median of each address, in milliseconds, asked in interleaved rounds."""
        last = -(-Diagnostic.objects.count() // 50)
        addresses = {
            name: reverse("portfolio") + query.format(last=last) for name, query in ASKED.items()
        }
        taken: dict[str, list[float]] = {name: [] for name in addresses}
        for number in range(rounds + 2):
            for name, address in addresses.items():
                gc.collect()
                started = time.perf_counter()
                get(self.client, address)
                if number > 1:
                    taken[name].append(time.perf_counter() - started)
        return {name: statistics.median(times) * 1000 for name, times in taken.items()}

    def _structure(self, number: int) -> Structure:
        pick = self.random.choice
        return Structure(
            name=f"{pick(FIRST_WORDS)} {pick(FIRST_WORDS)} {number}",
            territory=f"Bassin de vie {self.random.randrange(900)}",
            region=pick(REGIONS),
            base_scale=TerritorialScale.LIVING_AREA.value,
            facilitator=pick([*self.facilitators, None]),
        )

    def _diagnostics(self, structures: list[Structure], leads: list[User]) -> Iterator[Diagnostic]:
        for index in range(round(len(structures) * EACH)):
            structure = structures[index % len(structures)]
            state = self.random.choice(list(State))
            since = self.now - dt.timedelta(minutes=self.random.randrange(60 * 24 * 200))
            moments = dict.fromkeys(MOMENTS[state], since)
            base_year = 2020 + self.random.randrange(8)
            yield Diagnostic(
                structure=structure,
                kit=self.kit,
                title=f"Ambition {base_year}–{base_year + 3}",
                base_year=base_year,
                state=state.value,
                state_since=since,
                updated_at=since,
                board_date=self.random.choice([None, (since + dt.timedelta(days=99)).date()]),
                indicators={
                    "steps_total": 11,
                    "steps_complete": self.random.randrange(12),
                    "attention": self.random.randrange(9),
                    "info": self.random.randrange(3),
                    "axes": {
                        axis: {"total": 3, "complete": 1, "started": 2}
                        for axis in ("vision", "ambition", "missions", "means")
                    },
                },
                created_by=leads[index % len(leads)],
                **moments,
            )
