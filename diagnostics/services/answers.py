"""Saving the answer to a step."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils import timezone

from diagnostics.domain.answers import ANSWER_SHAPES, without_ids
from diagnostics.domain.answers import Answer as AnswerShape
from diagnostics.domain.document import DiagnosticDocument
from diagnostics.domain.indicators import Assessment, assess
from diagnostics.domain.merge import merge_answers, put_back, row_keys
from diagnostics.domain.vocabulary import StepKey
from diagnostics.models import Answer, AnswerRevision, Diagnostic, RecentAnswer, User
from diagnostics.queries import (
    LoadedStep,
    Noted,
    Overtaken,
    build_document,
    noted_answer,
    past_answer,
    read_overtaken,
    stored_acknowledgements,
    stored_answers,
    thresholds_of,
    with_answer,
)
from diagnostics.services.errors import NotAllowed, ServiceError, WrongState
from diagnostics.services.kept_texts import Aside, forget_rows, keep_texts
from diagnostics.services.locking import lock_diagnostic

# What every save writes, beside the columns of what was said.
SAVED = ("revision", "updated_by", "updated_at", "sent_by")
# The same author replacing a text within this time leaves no revision of it.
REVISION_AFTER = dt.timedelta(minutes=10)
# A page opened longer ago is not merged any more: both texts are shown whole.
MERGED_FOR = dt.timedelta(hours=24)


class StaleRevision(ServiceError):
    """Somebody else saved this step meanwhile, and the texts cannot be merged; nothing was stored."""


@dataclass(frozen=True)
class AsStored:
    """A diagnostic after a save: the row of the step, all answers, their document, what it says."""

    row: Answer
    answers: list[Answer]
    document: DiagnosticDocument
    assessment: Assessment


@dataclass(frozen=True)
class SavedAnswer:
    """What a save did: the revision now in force and what it says, whether anything changed, with what
    of somebody else's it was merged, and what is kept aside for the person, by place."""

    revision: int
    noted: Noted
    changed: bool
    merged: Overtaken | None = None
    kept: dict[str, list[str]] = field(default_factory=dict)
    stored: AsStored | None = None  # when something changed


def save_answer(
    diagnostic: Diagnostic,
    answer: AnswerShape,
    *,
    internal_note: str,
    base_revision: int,
    user: User,
    read: LoadedStep | None = None,
    aside: Aside | None = None,
    sent_by: str = "",
) -> SavedAnswer:
    """Store the answer to a step; one transaction, rights and state re-checked under lock.

    ``base_revision`` is the revision the person started from (0: none). When another page saved
    since, both are merged by row and by field. The replaced value is kept: as an AnswerRevision when
    the author changes or ten minutes have passed, for a day otherwise. The diagnostic's indicators
    are computed again. The same text saved twice is a success that changes nothing.

    ``aside``: what is kept for the person beside the answer; where two texts stand against each other
    the stored one stays and the other is kept there too. Without it, such a save is refused whole.
    ``sent_by``: the page and how manieth of its saves this is; its saves follow one another without
    a merge, and one that comes late, after a newer one, changes nothing.

    ``read``: what was read of the diagnostic, of any of its steps; it is read again when somebody
    wrote since.

    Raises NotAllowed, WrongState, and StaleRevision when the two texts cannot be merged.
    """
    step, merged = answer.step, None
    with transaction.atomic():
        locked = lock_for_editing(diagnostic, user=user, read=read.diagnostic if read else None)
        as_read: DiagnosticDocument | None = None
        if read is not None and locked.updated_at == read.diagnostic.updated_at:
            as_read = read.document
            answers, said = list(read.answers), as_read.said
        else:
            answers = stored_answers(locked)
            said = stored_acknowledgements(locked)
        stored = next((row for row in answers if row.step == step.value), None)
        noted, revision = Noted(answer, internal_note), stored.revision if stored else 0
        if stored and _is_older(sent_by, stored.sent_by):
            return SavedAnswer(revision, noted_answer(step, stored.replaced()["value"]), False)
        if stored and base_revision != revision and _says_else(stored, noted):
            page = sent_by.partition(" ")[0]
            merged = read_overtaken(
                stored, noted, base_revision=base_revision, user=user, page=page
            )
            if merged.base == merged.stored:
                merged = None  # nobody else saved: the same page typed on
            elif merged.conflicts and aside is None:
                raise StaleRevision("Une autre personne a enregistré cette étape entre-temps.")
            else:
                noted = merged.merged
        kept: dict[str, list[str]] = {}
        if aside is not None:
            texts = dict(aside.out)
            for conflict in merged.conflicts if merged else ():
                texts |= aside.texts_of(conflict)
            if read is not None and not texts and not aside.known:
                kept = read.kept.get(step.value, {})  # nothing to keep, nothing settled
            else:
                kept = keep_texts(
                    diagnostic,
                    step,
                    user=user,
                    texts=texts,
                    known=aside.known,
                    page=aside.page,
                )
        if not _says_else(stored, noted):
            return SavedAnswer(revision, noted, changed=False, merged=merged, kept=kept)
        before = as_read.answers.get(step) if as_read else None
        same_rows = before is not None and before.row_ids() == noted.answer.row_ids()
        now = timezone.now()
        if stored is None:
            stored = Answer(diagnostic=locked, step=step.value, revision=0)
            answers.append(stored)
        else:
            another = stored.updated_by_id != user.pk
            history = another or now - stored.updated_at >= REVISION_AFTER
            (AnswerRevision if history else RecentAnswer).objects.create(**stored.replaced())
        for name, new in _fields(noted).items():
            setattr(stored, name, new)
        stored.revision += 1
        stored.updated_by = user
        stored.updated_at = now
        stored.sent_by = sent_by
        if stored.pk:
            stored.save(update_fields=[*SAVED, *_fields(noted)])
        else:
            stored.save()
        locked.updated_at = now
        if as_read and same_rows:  # no link of another step comes to life or dies
            document = with_answer(as_read, stored)
        else:
            document = build_document(locked, answers, said)
        assessment = assess(
            document,
            thresholds_of(locked),
            today=timezone.localdate(),
            trials=locked.kit.trials,
        )
        locked.indicators = dict(assessment.indicators)
        locked.save(update_fields=["updated_at", "indicators"])
    now_is = AsStored(stored, answers, document, assessment)
    return SavedAnswer(stored.revision, noted, True, merged, kept, now_is)


def restore_answer(
    diagnostic: Diagnostic, step: StepKey, *, revision: int, base_revision: int, user: User
) -> SavedAnswer:
    """Put back an answer as one of its revisions has it: a save like another, from the revision that
    the person saw (``base_revision``).

    Raises NotAllowed, WrongState, StaleRevision, and ServiceError when there is no such revision.
    """
    past = AnswerRevision.objects.filter(
        answer__diagnostic=diagnostic, answer__step=step.value, revision=revision
    ).first()
    if past is None:
        raise ServiceError("Cette révision n’est pas dans l’historique.")
    noted = noted_answer(step, past.value)
    return save_answer(
        diagnostic,
        noted.answer,
        internal_note=noted.note,
        base_revision=base_revision,
        user=user,
    )


def restore_row(
    diagnostic: Diagnostic, step: StepKey, *, row: str, revision: int, user: User
) -> SavedAnswer:
    """Put one row back as a past answer has it (``row``: « statements/v1 »), at its place, beside all
    that was written since: a save like another. Nothing changes when the row is there.

    Raises NotAllowed, WrongState, and ServiceError when it is not at hand any more or when its set
    is full.
    """
    now = Answer.objects.filter(diagnostic=diagnostic, step=step.value).first()
    past = past_answer(now, revision) if now else None
    if now is None or past is None:
        raise ServiceError("Cette révision n’est pas dans l’historique.")
    noted = noted_answer(step, now.replaced()["value"])
    field_name, _, key = row.partition("/")
    try:
        found = put_back(noted.answer, past.answer, field_name, key)
    except LookupError as error:
        raise ServiceError("Cette révision n’a pas cette ligne.") from error
    if found.conflicts:
        raise ServiceError("Il n’y a plus de place pour cette ligne\u00a0: retirez-en une autre.")
    return save_answer(
        diagnostic,
        found.answer,
        internal_note=noted.note,
        base_revision=now.revision,
        user=user,
    )


def remove_row(diagnostic: Diagnostic, step: StepKey, *, row: str, user: User) -> bool:
    """Take one row out of the answer that is stored (« rows/o1 »): a save like another. Tell whether
    it was there.

    Raises NotAllowed and WrongState.
    """
    with transaction.atomic():
        lock_for_editing(diagnostic, user=user)
        now = Answer.objects.filter(diagnostic=diagnostic, step=step.value).first()
        noted = noted_answer(step, now.replaced()["value"]) if now else None
        name, _, key = row.partition("/")
        if now is None or noted is None or key not in row_keys(noted.answer, name):
            return False
        left = [entry for entry in getattr(noted.answer, name) if entry.id != key]
        save_answer(
            diagnostic,
            noted.answer.model_copy(update={name: left}),
            internal_note=noted.note,
            base_revision=now.revision,
            user=user,
        )
    return True


def undo_save(
    diagnostic: Diagnostic, step: StepKey, *, revision: int, user: User
) -> tuple[SavedAnswer, int]:
    """Take back what the save that made a revision changed, and nothing that was written since: a save
    like another. Return it, and how many of its changes stay because somebody changed the same since.

    What is kept aside for the person of the rows that go is forgotten with them. Raises NotAllowed,
    WrongState, and ServiceError when the revision is not at hand any more.
    """
    with transaction.atomic():
        lock_for_editing(diagnostic, user=user)
        now = Answer.objects.filter(diagnostic=diagnostic, step=step.value).first()
        if now is None or not 0 < revision <= now.revision:
            raise ServiceError("Cet ajout n’est plus là\u00a0: rien n’a été changé.")
        noted = noted_answer(step, now.replaced()["value"])
        after = noted if revision == now.revision else past_answer(now, revision)
        empty = Noted(ANSWER_SHAPES[step]())
        before = past_answer(now, revision - 1) if revision > 1 else empty
        if after is None or before is None:
            raise ServiceError(
                "Cet ajout date de plus d’un jour\u00a0: retirez ses lignes une à une, ou passez par l’historique."
            )
        merged = merge_answers(after.answer, noted.answer, before.answer)
        saved = save_answer(
            diagnostic,
            merged.answer,
            internal_note=noted.note,
            base_revision=now.revision,
            user=user,
        )
        gone = after.answer.row_ids() - merged.answer.row_ids()
        forget_rows(diagnostic, step, user=user, rows=gone)
    return saved, len(merged.conflicts)


def purge_recent_answers(now: dt.datetime) -> int:
    """Remove the values from which nobody is merged any more; tell how many."""
    return RecentAnswer.objects.filter(replaced_at__lt=now - MERGED_FOR).delete()[0]


def _is_older(sent_by: str, stored_by: str) -> bool:
    """Tell whether a save comes after a newer one of the same page."""
    page, _, number = sent_by.partition(" ")
    stored_page, _, stored_number = stored_by.partition(" ")
    return bool(page) and page == stored_page and int(number) < int(stored_number)


def _fields(noted: Noted) -> dict[str, Any]:
    """Return the columns of an answer."""
    answer = noted.answer
    return {
        "value": answer.model_dump(mode="json", exclude={"board_question", "mark"}),
        "board_question": answer.board_question,
        "mark": answer.mark.value if answer.mark else "",
        "internal_note": noted.note,
    }


def _says_else(stored: Answer | None, noted: Noted) -> bool:
    """Tell whether a text says something else than what is stored, whatever the ids of its rows."""
    if stored is None:
        return bool(noted.note) or not noted.answer.is_empty
    return any(
        without_ids(getattr(stored, name)) != without_ids(new)
        for name, new in _fields(noted).items()
    )


def lock_for_editing(
    diagnostic: Diagnostic, *, user: User, read: Diagnostic | None = None
) -> Diagnostic:
    """Lock a diagnostic for a write of its content and re-check right and state.

    Returns it as it is now, with its structure and kit (``read``: as in lock_diagnostic). Raises
    NotAllowed or WrongState.
    """
    locked, access = lock_diagnostic(diagnostic, user=user, read=read)
    if not access.has_editing_role:
        raise NotAllowed("Vous pouvez lire ce diagnostic, pas le modifier.")
    if not access.can_edit:
        raise WrongState(
            f"Ce diagnostic est « {access.state.label} » : ses réponses ne se modifient plus."
        )
    return locked
