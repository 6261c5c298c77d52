"""The journal as pages show it: of a diagnostic, of a structure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet

from diagnostics.domain.journal import tell_event
from diagnostics.domain.vocabulary import EventKind
from diagnostics.models import Diagnostic, Event, Structure, User

PER_PAGE = 50
# Whom a page names for what nobody did.
BY_ITSELF = "L’application"
# Where an event of a team keeps whom it concerns.
_CONCERNED = {EventKind.MEMBER_ROLE_CHANGED.value, EventKind.MEMBER_REMOVED.value}


@dataclass(frozen=True)
class JournalLine:
    """One event: when, who, and what in words, after the name; of which diagnostic, if of one."""

    at: dt.datetime
    who: str
    said: str
    diagnostic: Diagnostic | None = None


@dataclass(frozen=True)
class Journal:
    """A page of the journal, the newest event first."""

    lines: tuple[JournalLine, ...]
    page: Page[Event]


def load_journal(diagnostic: Diagnostic, *, page: str = "1") -> Journal:
    """Read a page of a diagnostic's events, in two queries, but for what was downloaded (its
    structure's journal tells it); a strange number is the nearest page."""
    events = Event.objects.filter(diagnostic=diagnostic).select_related("actor")
    return _page_of(events.exclude(kind=EventKind.EXPORTED.value), page)


def load_structure_journal(structure: Structure, *, page: str = "1") -> Journal:
    """Read a page of all that happened to a structure, in three queries, downloads included."""
    events = Event.objects.filter(structure=structure)
    told = events.select_related("actor", "person", "diagnostic")
    return _page_of(told.defer("diagnostic__indicators"), page, with_diagnostics=True)


def tell_line(event: Event, names: Mapping[int, str]) -> str:
    """Say an event after the name of who did it; ``names``: those of the people whom it concerns."""
    return tell_event(EventKind(event.kind), event.detail, person=_person(event, names))


def names_in(events: Iterable[Event]) -> dict[int, str]:
    """Return the names of the people whom events of teams concern, in one query; none when none do."""
    wanted = {pk for event in events if (pk := _concerned(event)) is not None}
    people = User.objects.filter(pk__in=wanted) if wanted else ()
    return {person.pk: person.display_name for person in people}


def _page_of(events: QuerySet[Event], page: str, *, with_diagnostics: bool = False) -> Journal:
    shown = Paginator(events, PER_PAGE).get_page(page)
    names = names_in(shown)
    lines = tuple(
        JournalLine(
            event.created_at,
            event.actor.display_name if event.actor else BY_ITSELF,
            tell_line(event, names),
            event.diagnostic if with_diagnostics else None,
        )
        for event in shown
    )
    return Journal(lines, shown)


def _concerned(event: Event) -> int | None:
    member: Any = event.detail.get("member") if event.kind in _CONCERNED else None
    return member if isinstance(member, int) and member != event.actor_id else None


def _person(event: Event, names: Mapping[int, str]) -> str:
    """Return the name of whom an event concerns, when that is not who did it."""
    if event.person is not None and event.person_id != event.actor_id:
        return event.person.display_name
    concerned = _concerned(event)
    return names.get(concerned, "") if concerned is not None else ""
