"""An ally made where its name was written: « Créer cet allié » of step 3.2."""

from __future__ import annotations

from enum import StrEnum
from typing import TypeVar, cast

from django.db import transaction

from diagnostics.domain.answers import (
    MAX_ROWS,
    AccompanimentScope,
    Alliance,
    Alliances,
    new_row_id,
)
from diagnostics.domain.answers import Answer as AnswerShape
from diagnostics.domain.coherence.words import words
from diagnostics.domain.vocabulary import Relation, ScopeStepKey
from diagnostics.models import Answer, Diagnostic, User
from diagnostics.queries import noted_answer
from diagnostics.services.answers import lock_for_editing, save_answer

A = TypeVar("A", bound=AnswerShape)


class Linking(StrEnum):
    """What became of a partner that one asked to make an ally of."""

    CREATED = "nouveau"
    KNOWN = "connu"  # an ally of that name was there: the step is tied to it
    NO_ROOM = "plein"
    CHANGED = "change"  # the step names no such partner (any more)


def link_partner(
    diagnostic: Diagnostic, scope_step: ScopeStepKey, *, name: str, user: User
) -> Linking:
    """Make an ally of the partner that a step of the accompaniment names, unless one of that name is
    there, and tie the step to it: two saves like others, in one transaction.

    The ally exists already: one does a step with it. Its family is left to be told. ``name``: as
    the person typed it; nothing changes when the stored step names somebody else. Raises NotAllowed
    and WrongState.
    """
    with transaction.atomic():
        lock_for_editing(diagnostic, user=user)
        scope, scope_note, scope_revision = _stored(diagnostic, AccompanimentScope())
        row = next(row for row in scope.rows if row.step is scope_step)
        allies, note, revision = _stored(diagnostic, Alliances())
        ally = next((ally for ally in allies.rows if _is_called(ally, name)), None)
        done = Linking.KNOWN
        if not name or row.partner != name:
            is_tied = ally is not None and row.alliance == ally.id  # pressed twice, or by two
            return done if is_tied else Linking.CHANGED
        if ally is None:
            if len(allies.rows) >= MAX_ROWS:
                return Linking.NO_ROOM
            row_id = new_row_id(Alliance.id_prefix)
            ally = Alliance(id=row_id, actor=name, relation=Relation.EXISTING)
            done = Linking.CREATED
            save_answer(
                diagnostic,
                allies.model_copy(update={"rows": [*allies.rows, ally]}),
                internal_note=note,
                base_revision=revision,
                user=user,
            )
        tied = row.model_copy(update={"alliance": ally.id, "partner": ""})
        save_answer(
            diagnostic,
            scope.model_copy(
                update={"rows": [tied if entry is row else entry for entry in scope.rows]}
            ),
            internal_note=scope_note,
            base_revision=scope_revision,
            user=user,
        )
    return done


def _stored(diagnostic: Diagnostic, blank: A) -> tuple[A, str, int]:
    """Return an answer as it is stored (``blank`` while there is none), its note and its revision."""
    row = Answer.objects.filter(diagnostic=diagnostic, step=blank.step.value).first()
    if row is None:
        return blank, "", 0
    noted = noted_answer(blank.step, row.replaced()["value"])
    return cast(A, noted.answer), noted.note, row.revision


def _is_called(ally: Alliance, name: str) -> bool:
    """Tell whether an ally has this name, whatever its accents, case and little words."""
    return ally.actor == name or (bool(words(name)) and words(ally.actor) == words(name))
