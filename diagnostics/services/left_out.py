"""Why rows of the former diagnostic are not in the next one: objectives dropped, decisions not kept."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from diagnostics.domain.answers import LONG_TEXT, is_printable
from diagnostics.domain.since import Since, compare_diagnostics
from diagnostics.domain.vocabulary import EventKind, StepKey
from diagnostics.models import Diagnostic, LeftOutRow, User
from diagnostics.queries import load_diagnostic_document, previous_document
from diagnostics.services.answers import lock_for_editing
from diagnostics.services.errors import ServiceError, WrongState
from diagnostics.services.journal import record_event

# A row of the former diagnostic: its step and its id.
Place = tuple[StepKey, str]


class RowIsBack(ServiceError):
    """A row is in the diagnostic again: there is nothing to explain."""


class ReasonChanged(ServiceError):
    """Somebody else wrote another reason meanwhile; nothing was stored. ``places``: of which rows."""

    def __init__(self, places: Iterable[Place]) -> None:
        super().__init__(
            "Une autre personne a écrit une raison entre-temps\u00a0: relisez-la, puis enregistrez."
        )
        self.places = frozenset(places)


@dataclass(frozen=True)
class Written:
    """A reason as somebody wrote it (empty: none), and the mark of the one that they had read."""

    reason: str
    read: str


def mark_of(reason: str) -> str:
    """Return what a page keeps of the reason that it shows; empty of none."""
    return hashlib.sha256(reason.encode()).hexdigest()[:12] if reason else ""


def rows_to_explain(since: Since) -> dict[Place, str]:
    """Return the rows whose reason can be written, each with its name, in reading order."""
    rows = {
        (StepKey.OBJECTIVES, row.row_id): row.name for row in since.objectives if not row.is_kept
    }
    rows |= {
        (StepKey.BOARD_DECISIONS, row.row_id): row.text for row in since.decisions if row.asks_why
    }
    return rows


def write_reasons(diagnostic: Diagnostic, written: Mapping[Place, Written], *, user: User) -> int:
    """Store why rows were left out, an empty reason taking the former one away; tell how many changed.

    One transaction, right and state asked again under lock, journalled. Raises NotAllowed,
    WrongState, RowIsBack, ReasonChanged, and ServiceError for a text that is too long or unprintable.
    """
    for entry in written.values():
        if len(entry.reason) > LONG_TEXT:
            raise ServiceError(f"{LONG_TEXT} caractères au plus.")
        if not is_printable(entry.reason):
            raise ServiceError("Ce texte contient un caractère de contrôle\u00a0: retirez-le.")
    with transaction.atomic():
        locked = lock_for_editing(diagnostic, user=user)
        before = previous_document(locked)
        if before is None:
            raise WrongState("Ce diagnostic n’en suit aucun\u00a0: il n’y a rien à comparer.")
        since = compare_diagnostics(before, load_diagnostic_document(locked), follows=True)
        if set(written) - set(rows_to_explain(since)):
            raise RowIsBack(
                "Une ligne est de nouveau dans le diagnostic\u00a0: rechargez la comparaison."
            )
        stored = {(StepKey(row.step), row.row): row for row in locked.left_out.all()}
        changes = _changes(stored, written)
        for place, reason in changes.items():
            _store(locked, place, reason, stored.get(place), user)
        if changes:
            locked.updated_at = timezone.now()
            locked.save(update_fields=["updated_at"])
            record_event(
                EventKind.REASONS_WRITTEN,
                actor=user,
                structure=locked.structure,
                diagnostic=locked,
                rows=[row for _step, row in changes],
            )
    return len(changes)


def _changes(
    stored: Mapping[Place, LeftOutRow], written: Mapping[Place, Written]
) -> dict[Place, str]:
    """Return the reasons to store; raises ReasonChanged."""
    now = {place: row.reason for place, row in stored.items()}
    typed = {
        place: entry
        for place, entry in written.items()
        if entry.reason != now.get(place, "")
        # Who did not touch a reason that somebody else wrote takes nothing away.
        and mark_of(entry.reason) != entry.read
    }
    late = [place for place, entry in typed.items() if entry.read != mark_of(now.get(place, ""))]
    if late:
        raise ReasonChanged(late)
    return {place: entry.reason for place, entry in typed.items()}


def _store(
    diagnostic: Diagnostic, place: Place, reason: str, row: LeftOutRow | None, user: User
) -> None:
    if not reason:
        if row is not None:
            row.delete()
        return
    LeftOutRow.objects.update_or_create(
        diagnostic=diagnostic,
        step=place[0].value,
        row=place[1],
        defaults={"reason": reason, "written_by": user, "written_at": timezone.now()},
    )
