"""The journal of a diagnostic as its page shows it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.core.paginator import Page, Paginator

from diagnostics.domain.journal import tell_event
from diagnostics.domain.vocabulary import EventKind
from diagnostics.models import Diagnostic, Event

PER_PAGE = 50
# Whom a page names for what nobody did.
BY_ITSELF = "L’application"


@dataclass(frozen=True)
class JournalLine:
    """One event: when, who, and what in words, after the name."""

    at: dt.datetime
    who: str
    said: str


@dataclass(frozen=True)
class Journal:
    """A page of the journal, the newest event first."""

    lines: tuple[JournalLine, ...]
    page: Page[Event]


def load_journal(diagnostic: Diagnostic, *, page: str = "1") -> Journal:
    """Read a page of a diagnostic's events, in two queries, but for what was downloaded
    (its structure's journal tells it); a strange number is the nearest page."""
    events = Event.objects.filter(diagnostic=diagnostic).select_related("actor")
    events = events.exclude(kind=EventKind.EXPORTED.value)
    shown = Paginator(events, PER_PAGE).get_page(page)
    lines = tuple(
        JournalLine(
            event.created_at,
            event.actor.display_name if event.actor else BY_ITSELF,
            tell_event(EventKind(event.kind), event.detail),
        )
        for event in shown
    )
    return Journal(lines, shown)
