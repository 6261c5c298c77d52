"""What the answer to a step was: its revisions, what each changed, any two of them compared."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from diagnostics.domain.answers import ANSWER_SHAPES, STEPS
from diagnostics.domain.comparison import AnswerChanges, RowChangeKind, compare_answers, labels_of
from diagnostics.domain.merge import row_keys
from diagnostics.models import Answer, AnswerRevision
from diagnostics.queries.merging import Noted, noted_answer, past_answer
from diagnostics.queries.steps import LoadedStep

PER_PAGE = 25


@dataclass(frozen=True)
class Change:
    """What changed from one text to another; ``note``: the two notes of the team, when they differ;
    ``gone``: the rows that were removed and that the answer in force has not either."""

    answer: AnswerChanges
    note: tuple[str, str] | None
    gone: frozenset[str]

    @property
    def said(self) -> str:
        """Say it after a name."""
        return self.answer.said or "a modifié la note interne de l’équipe"


@dataclass(frozen=True)
class PastAnswer:
    """One revision of an answer, and what it changed of the one kept before it.

    ``before``: the revision of that one, 0 for none; ``is_current``: it is the answer now in force.
    """

    revision: int
    before: int
    author: str
    written_at: dt.datetime
    noted: Noted
    change: Change
    is_current: bool


@dataclass(frozen=True)
class History:
    """The revisions of a step, the newest first; ``older``: the page after this one, 0 for none."""

    entries: tuple[PastAnswer, ...]
    older: int

    def entry(self, revision: int) -> PastAnswer | None:
        """Return an entry of this page."""
        return next((entry for entry in self.entries if entry.revision == revision), None)


def load_history(loaded: LoadedStep, *, page: int = 1) -> History:
    """Read a page of the history of a step, in two queries; the team's notes are its own: whoever is
    not of the structure gets none."""
    row = loaded.stored_row
    if row is None:
        return History((), 0)
    start = (page - 1) * PER_PAGE
    past = AnswerRevision.objects.filter(answer=row).select_related("author")
    # The answer in force is the first of the first page; one more says what the last one changed.
    rows: list[Answer | AnswerRevision] = [row] if page == 1 else []
    rows += past[max(start - 1, 0) : start + PER_PAGE]
    if not rows:
        return History((), 0)
    kept = [(entry, _noted(loaded, entry)) for entry in rows]
    before = [noted for _entry, noted in kept[1:]] + [Noted(ANSWER_SHAPES[loaded.step]())]
    earlier_ones = [entry.revision for entry, _noted in kept[1:]] + [0]
    entries = tuple(
        PastAnswer(
            entry.revision,
            earlier,
            _author(entry),
            entry.updated_at if isinstance(entry, Answer) else entry.written_at,
            noted,
            change_between(loaded, old, noted),
            is_current=isinstance(entry, Answer),
        )
        for (entry, noted), old, earlier in zip(kept, before, earlier_ones, strict=True)
    )
    has_older = len(entries) > PER_PAGE
    return History(entries[:PER_PAGE], page + 1 if has_older else 0)


@dataclass(frozen=True)
class RemovedRow:
    """A row that was just removed and can be put back: of which set, where it stood, what it is
    called. ``asked``: what the button that puts it back sends."""

    name: str
    index: int
    label: str
    asked: str


def read_removal(asked: str) -> tuple[str, int, int]:
    """Read « rows/o1:12:3 »: the row, the revision that has it, where it stood (0 when not said).

    What no page writes gives a row that no revision has.
    """
    place, *numbers = asked.split(":")
    revision, index = (
        int(number) if number.isascii() and number.isdigit() and len(number) < 10 else 0
        for number in (*numbers, "", "")[:2]
    )
    return place, revision, index


def removed_row(loaded: LoadedStep, asked: str) -> RemovedRow | None:
    """Return the row that was just removed (see :func:`read_removal`), while it can come back."""
    place, revision, index = read_removal(asked)
    name, _, key = place.partition("/")
    sets = {rows.field: rows for rows in STEPS[loaded.step].row_sets if not rows.is_fixed}
    if loaded.stored_row is None or loaded.stored is None or name not in sets or not revision:
        return None
    past = past_answer(loaded.stored_row, revision)
    if past is None or key in row_keys(loaded.stored, name):
        return None
    rows = getattr(past.answer, name)
    for position, row in enumerate(rows, 1):
        if row.id == key:
            named = sets[name].mention(row, position)
            label = f"{sets[name].noun} {named}" if sets[name].name(row) else named
            return RemovedRow(name, index, label, f"{place}:{revision}")
    return None


def change_between(loaded: LoadedStep, before: Noted, after: Noted) -> Change:
    """Compare two texts of a step; links are named as the diagnostic has them now."""
    labels = labels_of(loaded.document.answers)
    notes = (before.note, after.note)
    changes = compare_answers(before.answer, after.answer, labels)
    return Change(
        changes,
        notes if before.note != after.note else None,
        frozenset(
            row.row_id
            for rows in changes.row_sets
            for row in rows.rows
            if row.kind is RowChangeKind.REMOVED
            and (loaded.stored is None or row.row_id not in row_keys(loaded.stored, rows.field))
        ),
    )


def _noted(loaded: LoadedStep, entry: Answer | AnswerRevision) -> Noted:
    value = entry.replaced()["value"] if isinstance(entry, Answer) else entry.value
    noted = noted_answer(loaded.step, value)
    return noted if loaded.access.role else Noted(noted.answer)


def _author(entry: Answer | AnswerRevision) -> str:
    person = entry.updated_by if isinstance(entry, Answer) else entry.author
    return person.display_name
