"""Three-way merge of an answer: what two people changed since the same text, by row and by field.

Pure: the base, the answer *stored* first and the *other* one go in; the merged answer and the
conflicts come out. Independent changes are both kept. Of a true conflict (the same field, two
different texts) the merged answer holds what was stored, and the conflict holds both. No text that
somebody entered is lost: it is in the merged answer or in a conflict.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from pydantic import ValidationError

from diagnostics.domain.answers import STEPS, Answer, RowSet, Shape, StepDescriptor

A = TypeVar("A", bound=Answer)
# Where a field is: names of fields and ids of rows, from the answer down.
Place = tuple[str, ...]


class ConflictKind(StrEnum):
    """What two people did that cannot both be."""

    FIELD = "field"  # two different texts in one field
    REMOVED = "removed"  # one removed the row that the other changed: the row stays
    NO_ROOM = "no_room"  # rows that both added, beyond the cap of the set
    ORDER = "order"  # each put the rows in an order of their own: the stored one stays


@dataclass(frozen=True)
class Conflict:
    """One thing that somebody has to choose: what is stored, and what the other one has.

    Values are those of the shapes (a text, a number, a row, a list of ids); None stands for an
    empty field or a removed row.
    """

    kind: ConflictKind
    place: Place
    stored: Any
    other: Any


@dataclass(frozen=True)
class Merged:
    """A merged answer with what could not be merged, in reading order."""

    answer: Any
    conflicts: tuple[Conflict, ...]


def merge_answers(base: A, stored: A, other: A) -> Merged:
    """Merge two answers to a step that both began from ``base``."""
    if other in (base, stored):
        return Merged(stored, ())
    if stored == base:
        return Merged(other, ())
    merge = _Merge(STEPS[base.step])
    values = merge.fields((), base, stored, other)
    answer = type(base).model_validate(values)
    return Merged(answer.without_blank_rows(), tuple(merge.conflicts))


def put_back(answer: A, past: A, field: str, key: str) -> Merged:
    """Return an answer with one row of a ``past`` one at its place again, as it was there; the answer
    itself when the row is in it. A conflict: the set is full.

    Raises LookupError when the past answer has no such row.
    """
    keys = row_keys(past, field)
    if key not in keys:
        raise LookupError(key)
    if key in row_keys(answer, field):
        return Merged(answer, ())
    others = [row for row, its in zip(getattr(past, field), keys, strict=True) if its != key]
    return merge_answers(past.model_copy(update={field: others}), answer, past)


def row_keys(answer: Answer, field: str) -> list[str]:
    """Return which rows a set of an answer has, in order; LookupError when ``field`` is no set."""
    row_set = next((rows for rows in STEPS[answer.step].row_sets if rows.field == field), None)
    if row_set is None:
        raise LookupError(field)
    return [str(getattr(row, row_set.key)) for row in getattr(answer, field)]


def merge_text(base: str, stored: str, other: str, place: Place) -> tuple[str, Conflict | None]:
    """Merge a text that stands beside the answer (the team's own note)."""
    if other in (base, stored):
        return stored, None
    if stored == base:
        return other, None
    return stored, Conflict(ConflictKind.FIELD, place, stored, other)


class _Merge:
    """One merge, which gathers its conflicts on the way."""

    def __init__(self, step: StepDescriptor[Any]) -> None:
        self.row_sets = {row_set.field: row_set for row_set in step.row_sets}
        self.conflicts: list[Conflict] = []

    def fields(self, place: Place, base: Shape, stored: Shape, other: Shape) -> dict[str, Any]:
        """Return the merged values of a shape, by field."""
        return {
            name: self._value((*place, name), *(getattr(x, name) for x in (base, stored, other)))
            for name in type(base).model_fields
        }

    def _value(self, place: Place, base: Any, stored: Any, other: Any) -> Any:
        if other in (base, stored):
            return stored
        if stored == base:
            return other
        if isinstance(stored, Shape):
            return self._shape(place, base, stored, other)
        if len(place) == 1 and place[0] in self.row_sets:
            return self._rows(place, self.row_sets[place[0]], base, stored, other)
        if isinstance(stored, list):
            return _merged_choices(base, stored, other)
        self._conflict(ConflictKind.FIELD, place, stored, other)
        return stored

    def _shape(self, place: Place, base: Shape, stored: Shape, other: Shape) -> Shape:
        """Merge two rows or two groups of fields.

        What each changed may not go together (a minimum above a maximum): the fields that the other
        one changed are conflicts then.
        """
        before = len(self.conflicts)
        values = self.fields(place, base, stored, other)
        try:
            merged = type(stored).model_validate(values)
        except ValidationError:
            merged = stored
        # A shape may also hold less than it was given: links win over « no objective ».
        refused = [name for name, value in values.items() if getattr(merged, name) != value]
        if not refused:
            return merged
        del self.conflicts[before:]
        for name in type(stored).model_fields:
            theirs = getattr(other, name)
            if theirs not in (getattr(base, name), getattr(stored, name)):
                self._conflict(ConflictKind.FIELD, (*place, name), getattr(stored, name), theirs)
        return stored

    # --- Rows ---

    def _rows(
        self,
        place: Place,
        row_set: RowSet[Any],
        base: list[Any],
        stored: list[Any],
        other: list[Any],
    ) -> list[Any]:
        key = row_set.key
        sides = [{getattr(row, key): row for row in rows} for rows in (base, stored, other)]
        of_base, of_stored, of_other = sides
        kept: dict[str, Any] = {}
        for row_id in dict.fromkeys(row_id for side in (of_stored, of_other) for row_id in side):
            row = self._row((*place, row_id), *(side.get(row_id) for side in sides))
            if row is not None:
                kept[row_id] = row
        order, same_order = _merged_order(*(list(side) for side in sides), kept=kept)
        if not same_order:
            self._conflict(ConflictKind.ORDER, place, list(of_stored), list(of_other))
        return self._within_cap(place, row_set, [kept[row_id] for row_id in order], of_stored, key)

    def _row(self, place: Place, base: Any, stored: Any, other: Any) -> Any:
        """Return the merged row, None when it is no longer there."""
        if stored is not None and other is not None:
            if other in (base, stored):
                return stored
            if stored == base:
                return other
            return self._shape(place, base or stored.emptied, stored, other)
        if base is None:  # added on one side
            return stored or other
        left = stored or other
        if left is None or left == base:
            return None  # removed, and the other side has not touched it
        self._conflict(ConflictKind.REMOVED, place, stored, other)
        return left

    def _within_cap(
        self, place: Place, row_set: RowSet[Any], rows: list[Any], stored: dict[str, Any], key: str
    ) -> list[Any]:
        """Leave out the other one's new rows that have no room left, and tell them."""
        surplus = len(rows) - row_set.cap
        if surplus <= 0:
            return rows
        added = [row for row in rows if getattr(row, key) not in stored]
        out = {getattr(row, key) for row in added[-surplus:]}
        for row in added[-surplus:]:
            self._conflict(ConflictKind.NO_ROOM, (*place, getattr(row, key)), None, row)
        return [row for row in rows if getattr(row, key) not in out]

    def _conflict(self, kind: ConflictKind, place: Place, stored: Any, other: Any) -> None:
        self.conflicts.append(Conflict(kind, place, stored, other))


def _merged_choices(base: list[Any], stored: list[Any], other: list[Any]) -> list[Any]:
    """Merge what is ticked: what either added is in, what either took away is out.

    In the order of the base, then what is new, sorted: whoever saved first.
    """
    left = [x for x in base if x in stored and x in other]
    return left + sorted({x for x in (*stored, *other) if x not in base})


def _merged_order(
    base: Sequence[str], stored: Sequence[str], other: Sequence[str], *, kept: Iterable[str]
) -> tuple[list[str], bool]:
    """Return the ids of the rows that are kept, in their order, and whether the two orders agree.

    Rows that only one side has come after the row that they follow there.
    """
    known = set(kept)
    everywhere = set(base) & set(stored) & set(other) & known
    of_base, of_stored, of_other = (
        [row_id for row_id in side if row_id in everywhere] for side in (base, stored, other)
    )
    agree = of_other in (of_base, of_stored) or of_stored == of_base
    order: list[str] = list(of_other if of_stored == of_base else of_stored)
    runs = [*_runs(stored, everywhere, known), *_runs(other, everywhere, known)]
    after: dict[str, list[list[str]]] = {}
    for anchor, run in sorted(runs, key=lambda entry: entry[1]):
        after.setdefault(anchor, []).append(run)
    placed: dict[str, None] = {}
    for anchor in ("", *order):
        if anchor:
            placed[anchor] = None
        for run in after.get(anchor, ()):
            placed.update(dict.fromkeys(run))
    return list(placed), agree


def _runs(
    side: Sequence[str], everywhere: set[str], known: set[str]
) -> Iterator[tuple[str, list[str]]]:
    """Yield the rows of a side that the others lack, each run with the row that it follows."""
    anchor, run = "", list[str]()
    for row_id in side:
        if row_id in everywhere:
            if run:
                yield anchor, run
            anchor, run = row_id, []
        elif row_id in known:
            run.append(row_id)
    if run:
        yield anchor, run
