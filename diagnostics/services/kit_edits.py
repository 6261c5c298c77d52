"""Editing a kit: one row at a time under the kit's lock, with who changed what, before and after.

Versions that were submitted keep the texts they were submitted with (their record); open diagnostics
show an edited text at once.
"""

from __future__ import annotations

from typing import Any, cast

from django.db import transaction

from diagnostics.models import Example, Kit, KitChange, Part, Question, Step, User
from diagnostics.models.kit import LINE_LENGTH
from diagnostics.services.coherence import defer_refresh
from diagnostics.services.errors import NotAllowed
from diagnostics.typography import capitalised

# What the counts of the diagnostics depend on.
COUNTED = frozenset({"thresholds", "trials"})

KitRow = Kit | Part | Step | Question | Example


def texts_of_row(row: KitRow) -> dict[str, Any]:
    """Return what people can change of a row, by field."""
    return {name: getattr(row, name) for name in row.texts}


def save_kit_row(row: KitRow, *, user: User) -> list[KitChange]:
    """Save a row of a kit, new or edited, and note what changed of its texts.

    Raises NotAllowed when the person is no longer of the staff.
    """
    with transaction.atomic():
        lock_kit(_kit_of(row).pk, user=user)
        model = cast("type[Kit]", type(row))
        stored = cast("KitRow | None", model.objects.filter(pk=row.pk).first() if row.pk else None)
        row.save()
        return note_changes(row, texts_of_row(stored) if stored else None, user=user)


def delete_kit_row(row: Example, *, user: User) -> None:
    """Remove an example, and note what it said; NotAllowed as :func:`save_kit_row`."""
    with transaction.atomic():
        lock_kit(row.kit.pk, user=user)
        note_changes(row, texts_of_row(row), user=user, is_gone=True)
        row.delete()


def lock_kit(pk: int, *, user: User) -> Kit:
    """Lock a kit in the caller's transaction, so that its texts are edited by one person at a time.

    Raises NotAllowed when the person is not of the staff.
    """
    if not User.objects.filter(pk=user.pk, is_staff=True, is_active=True).exists():
        raise NotAllowed("Les textes du kit sont modifiés par l’administration du RAMEAU.")
    # A diagnostic that is opened meanwhile refers to the kit: it need not wait.
    return Kit.objects.select_for_update(no_key=True).get(pk=pk)


def note_changes(
    row: KitRow, before: dict[str, Any] | None, *, user: User | None, is_gone: bool = False
) -> list[KitChange]:
    """Write down what a row says now against what it said (None: it is new), in the caller's
    transaction; ``user``: None when the kit's file says it. What its rules say is then counted again."""
    said, says = before or {}, {} if is_gone else texts_of_row(row)
    changes = [
        KitChange(
            kit=_kit_of(row),
            path=row.path,
            place=row.place[:LINE_LENGTH],
            name=name,
            field=capitalised(str(cast("Any", row)._meta.get_field(name).verbose_name)),
            before=said.get(name),
            after=says.get(name),
            changed_by=user,
        )
        for name in row.texts
        if (said.get(name) or None) != (says.get(name) or None)
    ]
    if any(change.name in COUNTED for change in changes):
        defer_refresh(changes[0].kit_id)
    return KitChange.objects.bulk_create(changes)


def _kit_of(row: KitRow) -> Kit:
    return row if isinstance(row, Kit) else row.kit
