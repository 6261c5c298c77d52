"""Writing the journal."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from diagnostics.domain.vocabulary import EventKind
from diagnostics.models import Diagnostic, Event, Structure, User


def record_event(
    kind: EventKind,
    *,
    actor: User,
    structure: Structure,
    diagnostic: Diagnostic | None = None,
    **detail: Any,
) -> Event:
    """Append an event to the journal; call it inside the transaction of what happened."""
    return Event.objects.create(
        kind=kind.value, actor=actor, structure=structure, diagnostic=diagnostic, detail=detail
    )


def record_events(
    kind: EventKind, *, actor: User, told: Iterable[tuple[Structure, dict[str, Any]]]
) -> list[Event]:
    """Append an event for each of several structures, each with its detail (one query); as
    :func:`record_event` does one."""
    events = [
        Event(kind=kind.value, actor=actor, structure=structure, detail=detail)
        for structure, detail in told
    ]
    return Event.objects.bulk_create(events)
