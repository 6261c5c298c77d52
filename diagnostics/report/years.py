"""« Année par année »: what the document dates, year by year, and the calendar of the board.

Pure. Nothing is spread over years that was not: a team at the horizon stands at the horizon.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from diagnostics.domain.answers import EconomicModel, Milestone, Objective
from diagnostics.domain.answers.activities import ACTIVITIES
from diagnostics.domain.answers.alliances import ALLIES
from diagnostics.domain.answers.objectives import FALLING, OBJECTIVES
from diagnostics.domain.document import DiagnosticCard, DiagnosticDocument
from diagnostics.domain.vocabulary import ActivityState, Relation
from diagnostics.typography import (
    MONTHS,
    NBSP,
    capitalised,
    count,
    measure,
    number,
    shortened,
    typeset,
)

TEAM, STARTS, DUE = "Équipe", "Activités qui démarrent", "Objectifs à atteindre"
ALLIED, MEETINGS = "Alliés à approcher", "Calendrier"
ORDER = (TEAM, STARTS, DUE, ALLIED, MEETINGS)
UNDATED = "Sans année"
NOTHING = "Rien n’est daté de cette année."
PAST = "passé"
# What an activity or an ally without a year is called.
_UNDATED = {STARTS: "Activités à créer", DUE: "Objectifs"}

Told = tuple[int | None, str, str]  # year, kind, words


@dataclass(frozen=True)
class Entry:
    """What of a kind a year holds; ``is_listed`` when each has a line of its own."""

    label: str
    items: tuple[str, ...]
    is_listed: bool = False

    @property
    def in_line(self) -> str:
        """Its items one after the other."""
        return f"{NBSP}· ".join(self.items)


@dataclass(frozen=True)
class PlanYear:
    """A year of the plan; ``note`` says where it stands (« N+1 »), ``entries`` is empty when nothing is
    dated of it."""

    title: str
    note: str
    entries: tuple[Entry, ...]


def year_by_year(
    document: DiagnosticDocument, calendar: Sequence[Milestone], *, seen_on: dt.date | None = None
) -> list[PlanYear]:
    """Return the years from the first of which something is dated to the horizon, and beyond those of
    which something is; then what has no year. Empty while nothing is dated.

    ``calendar``: the milestones of the board, of which those before the month of ``seen_on`` are told
    past.
    """
    card = document.diagnostic
    found: dict[int | None, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for year, kind, words in (
        *_of_the_team(document.answers.economic_model, card),
        *_of_rows(document),
        *_of_the_calendar(calendar, seen_on),
    ):
        found[year][kind].append(words)
    undated = found.pop(None, {})
    if not found and MEETINGS not in undated:
        return []
    told = {year for year in found if year is not None}
    inside = [year for year in told if year >= card.base_year]
    shown = told | set(range(min(inside, default=card.target_year + 1), card.target_year + 1))
    years = [
        PlanYear(str(year), _note(year, card), _entries(found.get(year, {})))
        for year in sorted(shown)
    ]
    if undated:
        years.append(PlanYear(UNDATED, "", _entries(undated, _UNDATED)))
    return years


def _note(year: int, card: DiagnosticCard) -> str:
    if year == card.target_year:
        return "l’horizon"
    return f"N+{year - card.base_year}" if card.base_year < year < card.target_year else ""


def _entries(told: dict[str, list[str]], names: dict[str, str] | None = None) -> tuple[Entry, ...]:
    return tuple(
        Entry((names or {}).get(kind, kind), tuple(told[kind]), is_listed=kind == MEETINGS)
        for kind in ORDER
        if told.get(kind)
    )


def _of_the_team(model: EconomicModel | None, card: DiagnosticCard) -> Iterator[Told]:
    """Yield the team of the horizon, as it changes: employees, else volunteers."""
    if model is None:
        return
    now, target = model.now, model.target
    if target.fte is not None and target.fte != now.fte and (target.fte or now.fte):
        start = "" if now.fte is None else f"de {number(now.fte)} à "
        yield card.target_year, TEAM, f"{start}{measure(target.fte, 'ETP')}"
    if not target.fte and target.volunteers and target.volunteers != now.volunteers:
        start = "" if now.volunteers is None else f"de {number(now.volunteers)} à "
        yield card.target_year, TEAM, f"{start}{count(target.volunteers, 'bénévole', 'bénévoles')}"


def _of_rows(document: DiagnosticDocument) -> Iterator[Told]:
    """Yield the starts, the deadlines and the actors to approach, in the order of their tables; what is
    there does not start again."""
    base_year = document.diagnostic.base_year
    for position, activity in enumerate(ACTIVITIES.of(document.answers), 1):
        is_there = activity.state is not ActivityState.TO_CREATE
        if is_there and activity.start_year and activity.start_year <= base_year:
            continue
        if activity.start_year is not None:
            yield activity.start_year, STARTS, _coded(f"A{position}", shortened(activity.text))
        elif activity.state is ActivityState.TO_CREATE:
            yield None, STARTS, f"A{position}"
    for position, objective in enumerate(OBJECTIVES.of(document.answers), 1):
        code = f"O{position}"
        words = _coded(code, _aim(objective)) if objective.deadline_year else code
        yield objective.deadline_year, DUE, words
    for ally in ALLIES.of(document.answers):
        if ally.relation is Relation.TO_APPROACH and ally.actor:
            yield ally.horizon_year, ALLIED, shortened(ally.actor)


def _coded(code: str, words: str) -> str:
    return f"{code}{NBSP}{words}".strip()


def _aim(row: Objective) -> str:
    """Say the target in figures, else the objective in a few words."""
    if not row.target_told:
        return shortened(row.statement)
    unit = typeset(row.unit_told)
    falling = f" ({FALLING})" if row.is_falling else ""
    return f":{NBSP}{row.target_told}{f'{NBSP}{unit}' if unit else ''}{falling}"


def _of_the_calendar(calendar: Sequence[Milestone], seen_on: dt.date | None) -> Iterator[Told]:
    """Yield the milestones by month; those without a month come last."""
    this_month = f"{seen_on:%Y-%m}" if seen_on else ""
    for row in sorted(calendar, key=lambda row: (not row.month, row.month)):
        words = typeset(row.milestone) or "à préciser"
        if not row.month:
            yield None, MEETINGS, words
            continue
        month = capitalised(MONTHS[int(row.month[5:]) - 1])
        past = f" ({PAST})" if row.month < this_month else ""
        yield int(row.month[:4]), MEETINGS, f"{month}{past}{NBSP}: {words}"
