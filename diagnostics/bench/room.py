"""A room of thirty people who type at once, on a site served by real processes."""

from __future__ import annotations

import json
import random
import statistics
import threading
import time
from dataclasses import dataclass, field

from django.db import connection
from django.http import QueryDict

from diagnostics.bench.served import CSRF_TOKEN, PATIENCE, Site, served_site
from diagnostics.bench.situation import Situation
from diagnostics.domain.vocabulary import StepKey
from diagnostics.models import Diagnostic, RecentAnswer

DIAGNOSTICS, PEOPLE_EACH = 3, 10
SECONDS = 30.0
# Between two sends of a page where somebody writes: a sentence, and the pause after which it goes.
PAUSE = (2.0, 4.0)
# Two people at each of these steps: they write in different fields.
STEPS = tuple(StepKey)[:5]


@dataclass
class Room:
    """What thirty people met: the times of their saves in seconds, what the database wrote."""

    times: list[float] = field(default_factory=list)
    merged: int = 0
    wal: int = 0
    recent: int = 0
    failures: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        count = len(self.times)
        median = statistics.median(self.times) * 1000
        p95 = statistics.quantiles(self.times, n=20)[-1] * 1000
        return (
            f"{DIAGNOSTICS * PEOPLE_EACH} personnes tapent ensemble pendant {SECONDS:.0f} s : "
            f"{count} enregistrements ({self.merged} fusionnés avec celui d’un autre), médiane "
            f"{median:.0f} ms, 95e centile {p95:.0f} ms ; chacun écrit "
            f"{self.wal / count / 1024:.1f} Kio de WAL et garde {self.recent / count / 1024:.1f} Kio "
            f"pour un jour."
        )


def measure_room(situation: Situation) -> Room:
    """Serve the site to thirty people, ten in each diagnostic, two at each step."""
    found = Room()
    people = situation.colleagues(PEOPLE_EACH)
    diagnostics = [situation.another_whole() for _ in range(DIAGNOSTICS)]
    with served_site() as port:
        writers = [
            _Writer(Site.of(port, user), situation, diagnostic, number, found)
            for diagnostic in diagnostics
            for number, user in enumerate(people)
        ]
        before = _written()
        threads = [threading.Thread(target=writer.write) for writer in writers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(PATIENCE)
        after = _written()
    found.wal, found.recent = (now - then for now, then in zip(after, before, strict=True))
    if found.failures:
        raise RuntimeError(", ".join(found.failures[:3]))
    return found


def _written() -> tuple[int, int]:
    """Return how many bytes the database has written in its log, and holds of recent values."""
    table = RecentAnswer._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')")
        (wal,) = cursor.fetchone()
        cursor.execute("SELECT pg_total_relation_size(%s)", [table])
        (recent,) = cursor.fetchone()
    return int(wal), int(recent)


class _Writer:
    """One person at one step, who writes on and on in a field of their own."""

    def __init__(
        self, site: Site, situation: Situation, diagnostic: Diagnostic, number: int, found: Room
    ) -> None:
        self.site, self.found, self.number = site, found, number
        step = STEPS[number % len(STEPS)]
        self.field = f"{step}-{('board_question', 'internal_note')[number // len(STEPS) % 2]}"
        self.address = situation.address_of(step, diagnostic)
        response, page = site.read("GET", self.address)
        self.data: QueryDict = situation.to_save(step, diagnostic, page=page.decode())
        self.data["csrfmiddlewaretoken"], self.data["page"] = CSRF_TOKEN, f"p{number}"
        if response.status != 200:
            raise RuntimeError(f"{self.address}: {response.status}")

    def write(self) -> None:
        """Type a sentence, have it saved, and go on, until the time is over."""
        chance = random.Random(self.number)  # noqa: S311  (no secret)
        end = time.monotonic() + SECONDS
        time.sleep(chance.uniform(0, PAUSE[1]))
        sent = 0
        while time.monotonic() < end:
            sent += 1
            self.data["sent"] = str(sent)
            self.data[self.field] = f"Phrase {sent} de la personne {self.number}. " * (1 + sent % 9)
            started = time.perf_counter()
            response, told = self.site.read("POST", self.address, self.data.urlencode())
            self.found.times.append(time.perf_counter() - started)
            if response.status != 200:
                self.found.failures.append(f"{self.address}: {response.status}")
                return
            answer = json.loads(told)
            self.data["base_revision"] = str(answer["revision"])
            self.found.merged += "said" in answer
            for place, texts in answer.get("news", {}).get("texts", {}).items():
                self.data.setlist(f"{self.field.partition('-')[0]}-{place}", texts)
            time.sleep(chance.uniform(*PAUSE))
