"""What changed between two answers to a step, or two documents, by row and by field, in words.

Pure. Rows are the same row when they have the same id, whatever their place.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar, cast

from pydantic.fields import FieldInfo

from diagnostics.domain.answers import ANSWER_SHAPES, STEPS, Answer, Labels, RowSet, Shape
from diagnostics.domain.document import Answers, DiagnosticDocument
from diagnostics.domain.links import names_behind
from diagnostics.domain.vocabulary import CIRCLE_LABELS, PRIORITY_LABELS, Labelled, StepKey
from diagnostics.typography import (
    NBSP,
    capitalised,
    count,
    enumeration,
    french_month,
    number,
    quoted,
)

A = TypeVar("A", bound=Answer)
# A description says to a program what to write: « objectifs servis (ids de lignes) ».
_FOR_PROGRAMS = re.compile(r" \(ids?\b[^)]*\)")

# Numbers that stand for words: what the field is called, and what each number says.
_CODES = {"circle": ("Cercle", CIRCLE_LABELS), "priority": ("Priorité", PRIORITY_LABELS)}


class RowChangeKind(StrEnum):
    """What became of a row."""

    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"


@dataclass(frozen=True)
class FieldChange:
    """A field that changed: what it is called, and its value in words (empty: none)."""

    name: str
    label: str
    before: str
    after: str


@dataclass(frozen=True)
class RowChange:
    """A row that was added, changed or removed, with the name by which people know it."""

    kind: RowChangeKind
    row_id: str
    name: str
    fields: tuple[FieldChange, ...]


@dataclass(frozen=True)
class RowSetChanges:
    """What became of a set of rows; ``noun``: what people call one."""

    field: str
    noun: str
    rows: tuple[RowChange, ...]
    is_reordered: bool

    def counted(self, kind: RowChangeKind) -> str:
        """Return « 2 activités », or nothing."""
        found = sum(row.kind is kind for row in self.rows)
        return count(found, self.noun, f"{self.noun}s") if found else ""


@dataclass(frozen=True)
class AnswerChanges:
    """What changed in the answer to a step: its own fields, then its sets of rows."""

    step: StepKey
    fields: tuple[FieldChange, ...]
    row_sets: tuple[RowSetChanges, ...]

    def __bool__(self) -> bool:
        """Tell whether anything changed."""
        return bool(self.fields or self.row_sets)

    @property
    def said(self) -> str:
        """Say it after the name of a person: « a ajouté 2 activités et modifié 1 activité »."""
        done = []
        for verb, kind in (
            ("ajouté", RowChangeKind.ADDED),
            ("modifié", RowChangeKind.CHANGED),
            ("retiré", RowChangeKind.REMOVED),
        ):
            counted = [rows.counted(kind) for rows in self.row_sets]
            named = [c for c in counted if c]
            if kind is RowChangeKind.CHANGED:
                named += [quoted(change.label) for change in self.fields]
            if named:
                done.append(f"{verb} {enumeration(named)}")
        if any(rows.is_reordered for rows in self.row_sets):
            done.append("changé l’ordre des lignes")
        return f"a {enumeration(done)}" if done else ""


def compare_answers(before: A | None, after: A | None, labels: Labels) -> AnswerChanges:
    """Return what changed between two answers to one step, at least one of which is there.

    ``labels``: what the rows that links lead to are called, by their id (:func:`labels_of`).
    """
    step = cast(A, after or before).step
    shape = ANSWER_SHAPES[step]
    one, two = before or shape(), after or shape()
    row_sets = {row_set.field: row_set for row_set in STEPS[step].row_sets}
    rows = (_compare_rows(row_set, one, two, labels) for row_set in row_sets.values())
    return AnswerChanges(
        step,
        tuple(_changes(one, two, labels, leave_out=set(row_sets))),
        tuple(changes for changes in rows if changes.rows or changes.is_reordered),
    )


def compare_documents(
    before: DiagnosticDocument, after: DiagnosticDocument
) -> tuple[AnswerChanges, ...]:
    """Return what changed in each step that changed, in the order of the kit."""
    labels = labels_of(before.answers, after.answers)
    found = (
        compare_answers(before.answers.get(step), after.answers.get(step), labels)
        for step in StepKey
        if before.answers.get(step) or after.answers.get(step)
    )
    return tuple(changes for changes in found if changes)


def labels_of(*documents: Answers) -> Labels:
    """Return what every row is called that links may lead to; the last document wins."""
    targets = {
        id(target): target
        for step in STEPS.values()
        for row_set in step.row_sets
        for links in row_set.links.values()
        for target in links
    }
    labels: Labels = {}
    for answers in documents:
        for target in targets.values():
            labels |= target.labels(answers)
    return labels


def _compare_rows(
    row_set: RowSet[Any], before: Answer, after: Answer, labels: Labels
) -> RowSetChanges:
    one, two = (_by_key(row_set, answer) for answer in (before, after))
    found = []
    for position, (key, row) in enumerate(two.items(), 1):
        old = one.get(key)
        if old is None:
            found.append(
                _row(row_set, RowChangeKind.ADDED, position, key, row.emptied, row, labels)
            )
        elif old != row:
            found.append(_row(row_set, RowChangeKind.CHANGED, position, key, old, row, labels))
    for position, (key, row) in enumerate(one.items(), 1):
        if key not in two:
            found.append(
                _row(row_set, RowChangeKind.REMOVED, position, key, row, row.emptied, labels)
            )
    left = [key for key in one if key in two]
    return RowSetChanges(
        row_set.field,
        row_set.noun,
        tuple(found),
        is_reordered=left != [key for key in two if key in one],
    )


def _by_key(row_set: RowSet[Any], answer: Answer) -> dict[str, Any]:
    rows = getattr(answer, row_set.field)
    return {str(getattr(row, row_set.key)): row for row in rows}


def _row(
    row_set: RowSet[Any],
    kind: RowChangeKind,
    position: int,
    key: str,
    before: Any,
    after: Any,
    labels: Labels,
) -> RowChange:
    named = before if kind is RowChangeKind.REMOVED else after
    changes = _changes(before, after, labels, links=row_set.links, leave_out={row_set.key})
    return RowChange(kind, key, row_set.mention(named, position), tuple(changes))


def _changes(
    before: Shape,
    after: Shape,
    labels: Labels,
    *,
    links: Collection[str] = (),
    leave_out: Collection[str] = (),
) -> Iterator[FieldChange]:
    """Yield the fields of a shape, and of the groups in it, that are not the same."""
    for name, field in type(after).model_fields.items():
        one, two = getattr(before, name), getattr(after, name)
        if one == two or name in leave_out:
            continue
        if isinstance(two, Shape):
            for inner in _changes(one, two, labels):
                label = f"{_label(name, field)}, {_lowered(inner.label)}"
                yield FieldChange(f"{name}-{inner.name}", label, inner.before, inner.after)
            continue
        of_links = labels if name in links else None
        yield FieldChange(
            name, _label(name, field), _words(name, one, of_links), _words(name, two, of_links)
        )


def field_told(shape: Shape, name: str) -> tuple[str, str]:
    """Return what a field is called, and its value in words (empty: none)."""
    return _label(name, type(shape).model_fields[name]), _words(name, getattr(shape, name), None)


def _lowered(label: str) -> str:
    return label[:1].lower() + label[1:]


def _label(name: str, field: FieldInfo) -> str:
    if name in _CODES:
        return _CODES[name][0]
    return capitalised(_FOR_PROGRAMS.sub("", field.description or "").strip(f"«» {NBSP}"))


def _words(name: str, value: Any, links: Labels | None) -> str:
    """Say the value of a field as people read it; ``links``: what the rows behind ids are called."""
    if value is None or value == []:
        return ""
    if links is not None:
        ids = value if isinstance(value, list) else [value]
        return enumeration(names_behind(ids, links)) or "une ligne retirée depuis"
    if isinstance(value, list):
        return enumeration(entry.label for entry in value)
    if isinstance(value, Labelled):
        return value.label
    if isinstance(value, bool):
        return "oui" if value else "non"
    if name in _CODES:
        return _CODES[name][1][value]
    if isinstance(value, int | float):
        return str(value) if name.endswith("_year") else number(value)
    return french_month(value) if name == "month" else str(value)
