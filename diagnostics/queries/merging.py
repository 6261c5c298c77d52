"""What a person typed from an older revision, beside what was stored meanwhile."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from diagnostics.domain.answers import ANSWER_SHAPES
from diagnostics.domain.answers import Answer as AnswerShape
from diagnostics.domain.document import load_answer
from diagnostics.domain.merge import Conflict, merge_answers, merge_text
from diagnostics.domain.vocabulary import StepKey
from diagnostics.models import Answer, AnswerRevision, RecentAnswer, User

NOTE = ("internal_note",)


@dataclass(frozen=True)
class Noted:
    """An answer with the note of the team, which stands beside it."""

    answer: AnswerShape
    note: str = ""


@dataclass(frozen=True)
class Overtaken:
    """A text that somebody else overtook: both began from ``base``. ``author``: who stored last."""

    base: Noted
    stored: Noted
    typed: Noted
    author: str

    @cached_property
    def conflicts(self) -> tuple[Conflict, ...]:
        """What has to be chosen, in reading order: ``stored``, then ``other`` (what was typed)."""
        return self._merge()[1]

    @property
    def merged(self) -> Noted:
        """Both, with what is stored where they conflict."""
        return self._merge()[0]

    @property
    def to_choose(self) -> Noted:
        """Both, with what was typed where one field has two texts."""
        return self._merge(prefer_other=True)[0]

    def _merge(self, *, prefer_other: bool = False) -> tuple[Noted, tuple[Conflict, ...]]:
        base, stored, typed = self.base, self.stored, self.typed
        merged = merge_answers(base.answer, stored.answer, typed.answer, prefer_other=prefer_other)
        note, conflict = merge_text(base.note, stored.note, typed.note, NOTE)
        if conflict is None:
            return Noted(merged.answer, note), merged.conflicts
        note = typed.note if prefer_other else note
        return Noted(merged.answer, note), (*merged.conflicts, conflict)


def read_overtaken(
    row: Answer, typed: Noted, *, base_revision: int, user: User
) -> Overtaken | None:
    """Return what a person typed from an older revision of an answer, with what it began from.

    None when that revision is not at hand any more, or when the same person saved since: what is
    new in both may be the same rows then, sent twice.
    """
    step = StepKey(row.step)
    if row.updated_by_id == user.pk:
        return None
    if base_revision == 0:
        base = Noted(ANSWER_SHAPES[step]())
    else:
        value = _replaced_value(row, base_revision)
        if value is None:
            return None
        base = noted_answer(step, value)
    later = {"answer": row, "revision__gt": base_revision, "author": user}
    if any(kept.objects.filter(**later).exists() for kept in (AnswerRevision, RecentAnswer)):
        return None
    stored = noted_answer(step, row.replaced()["value"])
    return Overtaken(base, stored, typed, row.updated_by.display_name)


def _replaced_value(row: Answer, revision: int) -> dict[str, Any] | None:
    for kept in (AnswerRevision, RecentAnswer):
        found = kept.objects.filter(answer=row, revision=revision).values_list("value", flat=True)
        if value := found.first():
            return dict(value)
    return None


def noted_answer(step: StepKey, value: dict[str, Any]) -> Noted:
    """Read a value as revisions keep it (:meth:`Answer.replaced`)."""
    answer = {name: part for name, part in value.items() if name != "internal_note"}
    return Noted(load_answer(step, answer), value.get("internal_note", ""))
