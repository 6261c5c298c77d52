"""Many people at once, on a site served by real processes, as locust plays them (``make load``)."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from django.conf import settings
from django.test import Client

from diagnostics.bench.served import CSRF_TOKEN, PATIENCE, Site, served_environment, served_site
from diagnostics.bench.situation import Situation
from diagnostics.domain.vocabulary import MembershipRole, StepKey
from diagnostics.models import Diagnostic, Membership, User
from diagnostics.services.structures import create_structure
from diagnostics.typography import number

TEAM = 3  # people of one structure, each at steps of their own
ROOM = 10  # people of one diagnostic who type at once
LONGEST_START = 30  # seconds in which all have come


@dataclass(frozen=True)
class Goal:
    """What is asked of some kind of request: the 95th percentile of its time, in milliseconds."""

    name: str
    at_most: float


@dataclass(frozen=True)
class Found:
    """What so many people met: by kind of request its times in milliseconds, and what failed."""

    times: dict[str, list[float]]
    failures: list[str]
    waited: int  # PDFs whose page said where they stood

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read what locust's people noted."""
        noted = json.loads(path.read_text(encoding="utf-8"))
        return cls(noted["times"], noted["failures"], noted["waited"])

    def missed(self, goals: list[Goal]) -> list[str]:
        """Return the kinds of request that took too long."""
        p95 = {name: percentile(times, 95) for name, times in self.times.items()}
        return [goal.name for goal in goals if p95.get(goal.name, 0) > goal.at_most]

    def lines(self, goals: list[Goal]) -> Iterator[str]:
        """Tell it as lines of a table."""
        yield "| demande | nombre | médiane | 95e centile | 99e centile | but | |"
        yield "|---|---:|---:|---:|---:|---:|---|"
        asked, missed = {goal.name: goal for goal in goals}, self.missed(goals)
        for name, times in self.times.items():
            p50, p95, p99 = (f"{percentile(times, share):.0f} ms" for share in (50, 95, 99))
            limit, held = "aucun", ""
            if name in asked:
                limit = f"{number(asked[name].at_most)} ms"
                held = "dépassé" if name in missed else "tenu"
            yield f"| {name} | {len(times)} | {p50} | {p95} | {p99} | {limit} | {held} |"
        yield f"\nÉchecs : {len(self.failures)} ; PDF dits « se prépare » : {self.waited}."
        yield from (f"  {failure}" for failure in self.failures[:10])


def percentile(times: list[float], share: int) -> float:
    """Return a percentile of some times, 0 of none."""
    if len(times) < 2:
        return times[0] if times else 0.0
    return statistics.quantiles(times, n=100, method="inclusive")[share - 1]


def measure_crowd(
    situation: Situation, *, locust: str, people: int, minutes: float, typing: bool
) -> Found:
    """Let so many people use the site: in teams of three, with a PDF every five seconds, or all of them
    typing, ten in each diagnostic. ``locust``: the Python that has it."""
    crowd = list(_people(situation, people, ROOM if typing else TEAM))
    plan = {"people": crowd, "typing": typing, "csrf": CSRF_TOKEN}
    with tempfile.TemporaryDirectory() as folder, served_site() as port, worker():
        planned, found = Path(folder) / "plan.json", Path(folder) / "found.json"
        planned.write_text(json.dumps(plan), encoding="utf-8")
        seconds = round(minutes * 60)
        rate = max(people / min(LONGEST_START, seconds / 4), 1)
        arguments = ["--headless", "--only-summary", "--host", f"http://127.0.0.1:{port}"]
        arguments += ["--users", str(people + (not typing)), "--spawn-rate", f"{rate:.1f}"]
        arguments += ["--run-time", f"{seconds}s", "--stop-timeout", "30", "--loglevel", "WARNING"]
        file = Path(__file__).with_name("locustfile.py")
        _warm_up(port, crowd)
        played = subprocess.run(
            [locust, "-m", "locust", "-f", str(file), *arguments],
            env=os.environ | {"LOAD_PLAN": str(planned), "LOAD_FOUND": str(found)},
            capture_output=True,
            text=True,
            check=False,  # 1 when a request failed: that is told below
        )
        if not found.exists():
            raise RuntimeError(played.stderr)
        return Found.read(found)


def _warm_up(port: int, people: list[dict[str, Any]]) -> None:
    """Have each process make what it makes once: a site that people use has been running for a while."""
    for person in people[: 2 * TEAM]:
        for path in ("", "relecture/", *(f"etapes/{step}/" for step in person["steps"])):
            site = Site(port, person["cookie"], time.monotonic() + PATIENCE)
            response = site.ask("GET", f"/diagnostics/{person['diagnostic']}/{path}")
            if response.status != 200:
                raise RuntimeError(f"{path}: {response.status}")


@contextmanager
def worker() -> Iterator[None]:
    """Run a worker beside the site, for what it is asked to print."""
    arguments = ["manage.py", "worker", "--grace", "4"]
    process = subprocess.Popen(
        [sys.executable, *arguments],
        cwd=settings.BASE_DIR,
        env=served_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # as « make run » starts it: Linux shares the cores among sessions
    )
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _people(situation: Situation, count: int, together: int) -> Iterator[dict[str, Any]]:
    """Make the people, signed in, ``together`` of them in each structure."""
    card = situation.document.structure.model_dump(mode="json")
    for first in range(0, count, together):
        size = min(together, count - first)
        team = [User.objects.create_user(f"foule{first + n}@bench.example") for n in range(size)]
        structure = create_structure(user=team[0], **card | {"name": f"Structure {first}"})
        for user in team[1:]:
            role = MembershipRole.CONTRIBUTOR
            Membership.objects.create(structure=structure, user=user, role=role)
        diagnostic = situation.diagnostic_of(structure, team[0])
        for place, user in enumerate(team):
            yield _person(situation, diagnostic, user, place, together)


def _person(
    situation: Situation, diagnostic: Diagnostic, user: User, place: int, together: int
) -> dict[str, Any]:
    """Return what locust has to know of somebody: their session, and what they post of their steps."""
    client = Client()
    client.force_login(user, settings.AUTHENTICATION_BACKENDS[0])
    steps = list(StepKey)
    own = steps[place % together :: together] or [steps[place % len(steps)]]
    if together == ROOM:  # two at each of the first five, in different fields
        own = [steps[place % 5]]
    field = "internal_note" if together == ROOM and place % ROOM >= 5 else "board_question"
    return {
        "cookie": f"sessionid={client.cookies['sessionid'].value}; csrftoken={CSRF_TOKEN}",
        "diagnostic": str(diagnostic.pk),
        "steps": {
            step.value: dict(situation.to_save(step, diagnostic, page="-").lists()) for step in own
        },
        "field": field,
        "name": f"p{place}",
    }
