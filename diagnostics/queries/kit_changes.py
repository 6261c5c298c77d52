"""Who changed which text of a kit."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from diagnostics.models import Example, Kit, KitChange, Part, Question, Step


def changes_of(row: Kit | Part | Step | Question | Example) -> QuerySet[KitChange]:
    """Return what was changed of a row and of all that is in it, the last change first."""
    kit = row if isinstance(row, Kit) else row.kit
    changes = KitChange.objects.filter(kit=kit).select_related("changed_by")
    if isinstance(row, Kit):
        return changes
    return changes.filter(Q(path=row.path) | Q(path__startswith=f"{row.path}/"))


def last_change(row: Kit | Part | Step | Question | Example, name: str) -> KitChange | None:
    """Return the last change of one text of a row; None when nobody changed it."""
    return changes_of(row).filter(path=row.path, name=name).first()
