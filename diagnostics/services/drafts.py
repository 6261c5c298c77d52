"""Drafts: what a person typed that is not stored as the answer. Nothing typed is ever lost."""

from __future__ import annotations

from typing import Any

from django.db.models import Value
from django.db.models.functions import Least
from django.http import QueryDict
from django.utils import timezone

from diagnostics.domain.vocabulary import StepKey
from diagnostics.models import Diagnostic, Draft, User

# What is posted besides the text: never part of a draft.
_NOT_TYPED = (
    "csrfmiddlewaretoken",
    "base_revision",
    "wizard_goto_step",
    "review_later",
    "stay",
    "keep_draft",
    "discard_draft",
    "row_op",
    "example",
    "preset",
)
_MAX_REVISION = 2**31 - 1


def typed_text(data: QueryDict) -> str:
    """Return what was typed as url-encoded text (PostgreSQL's JSON would refuse a NUL)."""
    kept = data.copy()
    for name in _NOT_TYPED:
        kept.pop(name, None)
    return kept.urlencode()


def typed_values(data: QueryDict, step: StepKey) -> list[str]:
    """Return the texts that were typed in the fields of a step, to be read and copied."""
    prefix = f"{step.value}-"
    return [
        value
        for name, values in data.lists()
        if name.startswith(prefix) and not name.endswith(("_FORMS", "-id"))
        for value in values
        if value.strip()
    ]


def save_draft(
    diagnostic: Diagnostic, step: StepKey, *, form_data: str, base_revision: int, user: User
) -> None:
    """Keep what a person typed at a step; it replaces their former draft of that step.

    A draft keeps the revision that it began from: as long as it is neither saved nor dropped, what
    somebody else stored since then is shown beside it.
    """
    began = min(base_revision, _MAX_REVISION)
    changed: dict[str, Any] = {"form_data": form_data, "saved_at": timezone.now()}
    Draft.objects.update_or_create(
        diagnostic=diagnostic,
        step=step.value,
        user=user,
        defaults=changed | {"base_revision": Least("base_revision", Value(began))},
        create_defaults=changed | {"base_revision": began},
    )


def discard_draft(diagnostic: Diagnostic, step: StepKey, *, user: User) -> None:
    """Drop a person's draft of a step."""
    Draft.objects.filter(diagnostic=diagnostic, step=step.value, user=user).delete()
