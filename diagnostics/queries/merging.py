"""What a person typed from an older revision, beside what was stored meanwhile."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import QuerySet

from diagnostics.domain.answers import ANSWER_SHAPES
from diagnostics.domain.answers import Answer as AnswerShape
from diagnostics.domain.document import load_answer
from diagnostics.domain.merge import Conflict, merge_answers, merge_text
from diagnostics.domain.vocabulary import StepKey
from diagnostics.models import Answer, AnswerRevision, RecentAnswer, User
from rameau_diag.postgresql.written_once import written_once

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

    @property
    def conflicts(self) -> tuple[Conflict, ...]:
        """What has to be chosen, in reading order: ``stored``, then ``other`` (what was typed)."""
        return self._merged[1]

    @property
    def merged(self) -> Noted:
        """Both, with what is stored where they conflict."""
        return self._merged[0]

    @cached_property
    def _merged(self) -> tuple[Noted, tuple[Conflict, ...]]:
        base, stored, typed = self.base, self.stored, self.typed
        merged = merge_answers(base.answer, stored.answer, typed.answer)
        note, conflict = merge_text(base.note, stored.note, typed.note, NOTE)
        conflicts = (*merged.conflicts, conflict) if conflict else merged.conflicts
        return Noted(merged.answer, note), conflicts


def read_overtaken(
    row: Answer, typed: Noted, *, base_revision: int, user: User, page: str = ""
) -> Overtaken:
    """Return what a person typed from an older revision of an answer, with what it began from.

    What their own ``page`` stored since then counts as what they began from: a page goes on typing
    before it has the answer to its last save. A revision that is not at hand any more counts as
    empty: whatever differs is to be chosen, and no row is taken away.
    """
    step = StepKey(row.step)
    past = [
        (kept.revision, kept.value, kept.sent_by)
        for since in (_revisions_since, _recent_since)
        for kept in since(row.pk, base_revision)
    ]
    past = sorted(past, key=lambda entry: entry[0])
    past.append((row.revision, row.replaced()["value"], row.sent_by))
    base = before = Noted(ANSWER_SHAPES[step]())
    for revision, value, sent_by in past:
        noted = noted_answer(step, value)
        if revision == base_revision:
            base = noted
        elif page and sent_by.partition(" ")[0] == page:
            base = Overtaken(before, noted, base, "").merged
        before = noted
    author = (
        "vous, dans un autre onglet"
        if row.updated_by_id == user.pk
        else row.updated_by.display_name
    )
    return Overtaken(base, before, typed, author)


@written_once
def _revisions_since(answer: int, revision: int) -> QuerySet[AnswerRevision]:
    return AnswerRevision.objects.filter(answer=answer, revision__gte=revision)


@written_once
def _recent_since(answer: int, revision: int) -> QuerySet[RecentAnswer]:
    return RecentAnswer.objects.filter(answer=answer, revision__gte=revision)


def past_answer(row: Answer, revision: int) -> Noted | None:
    """Return what a past revision of an answer said, while it is at hand (two queries at most)."""
    for table in (AnswerRevision, RecentAnswer):
        kept = table.objects.filter(answer=row, revision=revision).first()
        if kept is not None:
            return noted_answer(StepKey(row.step), kept.value)
    return None


def noted_answer(step: StepKey, value: dict[str, Any]) -> Noted:
    """Read a value as revisions keep it (:meth:`Answer.replaced`)."""
    answer = {name: part for name, part in value.items() if name != "internal_note"}
    return Noted(load_answer(step, answer), value.get("internal_note", ""))
