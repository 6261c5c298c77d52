"""Editing a kit: one row at a time under the kit's lock, with who changed what, before and after.

Versions that were submitted keep the texts they were submitted with (their record); open diagnostics
show an edited text at once.
"""

from __future__ import annotations

from typing import Any, cast

from django.db import transaction

from diagnostics.models import Example, Kit, KitChange, Part, Question, Step, User
from diagnostics.models.kit import LINE_LENGTH
from diagnostics.services.errors import NotAllowed
from diagnostics.typography import NBSP, capitalised, quoted

KitRow = Kit | Part | Step | Question | Example

# What people can change of each: its texts, not its place in the questionnaire.
TEXTS: dict[type[KitRow], tuple[str, ...]] = {
    Kit: (
        *("title", "motto", "credit", "introduction", "plan_title", "plan"),
        *("corrections", "reconstructions", "thresholds"),
    ),
    Part: ("title", "short_title"),
    Step: ("title", "short_title", "caption", "help"),
    Question: ("text",),
    Example: ("position", "group", "text", "text_2013", "note", "payload"),
}


def kit_of(row: KitRow) -> Kit:
    """Return the kit that a row belongs to."""
    if isinstance(row, Kit):
        return row
    return row.kit if isinstance(row, Part | Step) else row.step.kit


def path_of(row: KitRow) -> str:
    """Return where a row stands in its kit: « steps/roles/examples/12 », empty for the kit itself."""
    if isinstance(row, Kit):
        return ""
    if isinstance(row, Part):
        return f"parts/{row.key}"
    if isinstance(row, Step):
        return f"steps/{row.key}"
    kind = "questions" if isinstance(row, Question) else "examples"
    return f"{path_of(row.step)}/{kind}/{row.pk}"


def place_of(row: KitRow) -> str:
    """Return where a row stands, in words: « Étape 2.1 (Rôles souhaités), exemple 3 »."""
    if isinstance(row, Kit):
        return "Le kit"
    if isinstance(row, Part):
        return f"Axe {quoted(row.short_title)}"
    if isinstance(row, Step):
        number = f"Étape {row.number}" if row.number else "Étape"
        return f"{number} ({row.short_title})"
    noun = "question" if isinstance(row, Question) else "exemple"
    position = row.number if isinstance(row, Question) else row.position
    return f"{place_of(row.step)}, {noun}{NBSP}{position}"


def texts_of_row(row: KitRow) -> dict[str, Any]:
    """Return what people can change of a row, by field."""
    return {name: getattr(row, name) for name in TEXTS[type(row)]}


def label_of(model: type[KitRow], name: str) -> str:
    """Return what people call a field of a row."""
    return capitalised(str(cast("Any", model)._meta.get_field(name).verbose_name))


def save_kit_row(row: KitRow, *, user: User) -> list[KitChange]:
    """Save a row of a kit, new or edited, and note what changed of its texts.

    Raises NotAllowed when the person is no longer of the staff.
    """
    with transaction.atomic():
        lock_kit(kit_of(row).pk, user=user)
        model = cast("type[Kit]", type(row))
        stored = cast("KitRow | None", model.objects.filter(pk=row.pk).first() if row.pk else None)
        row.save()
        return note_changes(row, texts_of_row(stored) if stored else None, user=user)


def delete_kit_row(row: Example, *, user: User) -> None:
    """Remove an example, and note what it said; NotAllowed as :func:`save_kit_row`."""
    with transaction.atomic():
        lock_kit(row.step.kit_id, user=user)
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
    transaction; ``user``: None when the kit's file says it."""
    said, says = before or {}, {} if is_gone else texts_of_row(row)
    changes = [
        KitChange(
            kit=kit_of(row),
            path=path_of(row),
            place=place_of(row)[:LINE_LENGTH],
            field=label_of(type(row), name),
            name=name,
            before=said.get(name),
            after=says.get(name),
            changed_by=user,
        )
        for name in TEXTS[type(row)]
        if (said.get(name) or None) != (says.get(name) or None)
    ]
    return KitChange.objects.bulk_create(changes)
