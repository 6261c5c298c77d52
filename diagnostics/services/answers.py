"""Saving the answer to a step."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from diagnostics.domain.answers import Answer as AnswerShape
from diagnostics.domain.answers import without_ids
from diagnostics.domain.indicators import compute_indicators
from diagnostics.models import Answer, AnswerRevision, Diagnostic, User
from diagnostics.queries import (
    LoadedStep,
    build_document,
    stored_acknowledgements,
    thresholds_of,
)
from diagnostics.services.drafts import discard_draft
from diagnostics.services.errors import NotAllowed, ServiceError, WrongState
from diagnostics.services.locking import lock_diagnostic

# The same author replacing a text within this time leaves no revision of it.
REVISION_AFTER = dt.timedelta(minutes=10)


class StaleRevision(ServiceError):
    """Somebody else saved this step meanwhile; nothing was stored over their answer."""


@dataclass(frozen=True)
class SavedAnswer:
    """What a save did: the revision now in force, and whether anything changed."""

    revision: int
    changed: bool


def save_answer(
    diagnostic: Diagnostic,
    answer: AnswerShape,
    *,
    internal_note: str,
    base_revision: int,
    user: User,
    read: LoadedStep | None = None,
    keep_draft: bool = False,
) -> SavedAnswer:
    """Store the answer to a step; one transaction, rights and state re-checked under lock.

    ``base_revision`` is the revision the person started from (0: none). The replaced value is kept
    as an AnswerRevision when the author changes or ten minutes have passed; the person's draft of
    the step is dropped (``keep_draft``: what is saved is not what they typed there, so it stays)
    and the diagnostic's indicators are computed again. The same text saved
    twice is a success that changes nothing.

    ``read``: what was read of the diagnostic, of any of its steps; it is read again when somebody
    wrote since.

    Raises NotAllowed, WrongState, and StaleRevision when somebody else saved meanwhile.
    """
    step = answer.step
    with transaction.atomic():
        locked = lock_for_editing(diagnostic, user=user)
        if read is not None and locked.updated_at == read.diagnostic.updated_at:
            answers, acknowledgements = list(read.answers), read.document.acknowledgements
        else:
            answers = list(locked.answers.all())
            acknowledgements = stored_acknowledgements(locked)
        stored = next((row for row in answers if row.step == step.value), None)
        value = answer.model_dump(mode="json", exclude={"board_question", "mark"})
        fields = {
            "value": value,
            "board_question": answer.board_question,
            "mark": answer.mark.value if answer.mark else "",
            "internal_note": internal_note,
        }
        unchanged = (
            all(
                without_ids(getattr(stored, name)) == without_ids(new)
                for name, new in fields.items()
            )
            if stored
            else answer.is_empty and not internal_note
        )
        if unchanged:
            if not keep_draft:
                discard_draft(diagnostic, step, user=user)
            return SavedAnswer(stored.revision if stored else 0, changed=False)
        if base_revision != (stored.revision if stored else 0):
            raise StaleRevision("Une autre personne a enregistré cette étape entre-temps.")
        now = timezone.now()
        if stored is None:
            stored = Answer(diagnostic=locked, step=step.value, revision=0)
            answers.append(stored)
        elif stored.updated_by_id != user.pk or now - stored.updated_at >= REVISION_AFTER:
            AnswerRevision.objects.create(
                answer=stored,
                revision=stored.revision,
                value={**stored.shape_value(), "internal_note": stored.internal_note},
                author_id=stored.updated_by_id,
                written_at=stored.updated_at,
            )
        for name, new in fields.items():
            setattr(stored, name, new)
        stored.revision += 1
        stored.updated_by = user
        stored.updated_at = now
        stored.save()
        if not keep_draft:
            discard_draft(diagnostic, step, user=user)
        locked.updated_at = now
        document = build_document(locked, answers, acknowledgements)
        locked.indicators = dict(compute_indicators(document, thresholds_of(locked)))
        locked.save(update_fields=["updated_at", "indicators"])
    return SavedAnswer(stored.revision, changed=True)


def lock_for_editing(diagnostic: Diagnostic, *, user: User) -> Diagnostic:
    """Lock a diagnostic for a write of its content and re-check right and state.

    Returns it as it is now, with its structure and kit. Raises NotAllowed or WrongState.
    """
    locked, access = lock_diagnostic(diagnostic, user=user)
    if not access.has_editing_role:
        raise NotAllowed("Vous pouvez lire ce diagnostic, pas le modifier.")
    if not access.can_edit:
        raise WrongState(
            f"Ce diagnostic est « {access.state.label} » : ses réponses ne se modifient plus."
        )
    return locked
