"""Writing the journal."""

from __future__ import annotations

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
