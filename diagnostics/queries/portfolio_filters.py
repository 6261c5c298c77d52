"""What the filters of the facilitators' list offer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.db import connection
from django.db.models import Func, QuerySet, TextField

from diagnostics.domain.portfolio import MYSELF, NO_DIAGNOSTIC, NOBODY, Wanted
from diagnostics.domain.vocabulary import State
from diagnostics.models import Cohort, User

MOST_REGIONS = 200


class Key(Func):
    """A text as it is sorted and searched (the portfolio’s migration)."""

    function = "portfolio_key"
    output_field = TextField()


@dataclass(frozen=True)
class Choice:
    """One value of a filter."""

    value: str
    label: str
    is_chosen: bool


@dataclass(frozen=True)
class Filters:
    """What each filter of the list offers; ``people``: who facilitates, oneself included."""

    states: list[Choice]
    regions: list[Choice]
    facilitators: list[Choice]
    cohorts: list[Choice]
    horizons: list[Choice]
    people: list[Choice]


# Each distinct value is looked up in its index, after the one before: nothing is read as a whole.
_KNOWN = """
SELECT kind, value, is_chosen FROM (
WITH RECURSIVE region(key) AS (
    (SELECT region_key FROM diagnostics_portfolioline WHERE region_key IS NOT NULL
        ORDER BY region_key, id LIMIT 1)
    UNION ALL
    SELECT (SELECT region_key FROM diagnostics_portfolioline
        WHERE region_key > region.key ORDER BY region_key, id LIMIT 1)
    FROM region WHERE region.key IS NOT NULL
), year(horizon) AS (
    SELECT min(horizon)::int FROM diagnostics_portfolioline
    UNION ALL
    SELECT (SELECT min(horizon)::int FROM diagnostics_portfolioline
        WHERE horizon > year.horizon)
    FROM year WHERE year.horizon IS NOT NULL
)
(SELECT 'region' AS kind, known.region AS value, region.key = portfolio_key(%s) AS is_chosen
    FROM region CROSS JOIN LATERAL (
        SELECT s.region FROM diagnostics_portfolioline line
        JOIN diagnostics_structure s ON s.id = line.structure_id
        WHERE line.region_key = region.key LIMIT 1
    ) known
    WHERE region.key IS NOT NULL ORDER BY region.key LIMIT %s)
UNION ALL
SELECT 'horizon', horizon::text, horizon = %s FROM year WHERE horizon IS NOT NULL
) offered
"""


def load_filters(user: User, wanted: Wanted) -> Filters:
    """Read what the filters offer (three queries)."""
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN, [wanted.region, MOST_REGIONS, wanted.horizon])
        known = cursor.fetchall()
    regions, horizons = (
        [Choice(value, value, bool(chosen)) for kind, value, chosen in known if kind == asked]
        for asked in ("region", "horizon")
    )
    team = [(str(person.pk), person.display_name) for person in facilitators()]
    others = [each for each in team if each[0] != str(user.pk)]
    cohorts = [(str(cohort.pk), cohort.name) for cohort in Cohort.objects.all()]
    asked = MYSELF if wanted.facilitator == str(user.pk) else wanted.facilitator
    return Filters(
        states=_choices([*State.choices(), (NO_DIAGNOSTIC, "Sans diagnostic")], wanted.state),
        regions=regions,
        facilitators=_choices([(MYSELF, "Moi"), (NOBODY, "Personne"), *others], asked),
        cohorts=_choices(cohorts, str(wanted.cohort)),
        horizons=horizons,
        people=_choices(team, ""),
    )


def facilitators() -> QuerySet[User]:
    """Return who facilitates, in the order of their names."""
    people = User.objects.filter(is_facilitator=True, is_active=True)
    return people.order_by(Key("name"), "email", "pk")


def _choices(offered: Iterable[tuple[str, str]], asked: str) -> list[Choice]:
    return [Choice(value, label, value == asked) for value, label in offered]


def offered(wanted: Wanted, filters: Filters) -> Wanted:
    """Leave out what no filter offers: the list then shows what its filters say."""

    def known(choices: list[Choice]) -> bool:
        return any(choice.is_chosen for choice in choices)

    return replace(
        wanted,
        region=wanted.region if known(filters.regions) else "",
        facilitator=wanted.facilitator if known(filters.facilitators) else "",
        cohort=wanted.cohort if known(filters.cohorts) else 0,
        horizon=wanted.horizon if known(filters.horizons) else 0,
    )
