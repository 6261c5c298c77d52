"""Writing the journal."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import F
from django.utils import timezone

from diagnostics.domain.vocabulary import EventKind
from diagnostics.models import Diagnostic, Event, FailedSignIns, Structure, User


def record_event(
    kind: EventKind,
    *,
    actor: User | None,
    structure: Structure | None = None,
    diagnostic: Diagnostic | None = None,
    person: User | None = None,
    **detail: Any,
) -> Event:
    """Append an event to the journal; call it inside the transaction of what happened.

    Without a structure: what happens to an account or to the site (``SITE_EVENTS``), ``person`` being
    whose account it is. Without an actor: what nobody did (``UNATTENDED_EVENTS``). The detail holds
    neither the text of an answer nor a mail address.
    """
    return Event.objects.create(
        kind=kind.value,
        actor=actor,
        structure=structure,
        diagnostic=diagnostic,
        person=person,
        detail=detail,
    )


def record_export(
    what: str,
    *,
    actor: User,
    diagnostic: Diagnostic | None = None,
    structure: Structure | None = None,
    **detail: Any,
) -> Event:
    """Journal that somebody takes something out of the site (``what``: a key of ``EXPORTS``).

    The one thing that a page that only reads writes to the journal.
    """
    of_it = diagnostic.structure if diagnostic else structure
    return record_event(
        EventKind.EXPORTED,
        actor=actor,
        structure=of_it,
        diagnostic=diagnostic,
        what=what,
        **detail,
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


def count_failed_sign_in() -> None:
    """Count a sign-in that was refused: a number per day; whose address was tried is not kept."""
    today = timezone.localdate()
    FailedSignIns.objects.bulk_create([FailedSignIns(day=today)], ignore_conflicts=True)
    FailedSignIns.objects.filter(day=today).update(count=F("count") + 1)
