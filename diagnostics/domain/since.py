"""What became of a diagnostic: in the one that followed it, or since one of its versions.

Pure. Row by row: what was kept, reworded, adjusted (its figures, years or choices), added, dropped.
Of two diagnostics that follow each other also what had been aimed at beside what is: objectives,
money, decisions of the board; and the actors that changed circle. Rows are the same row when they
have the same id.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from diagnostics.domain.answers import (
    ANSWER_SHAPES,
    STEPS,
    ActionTerritory,
    Answer,
    Labels,
    RowSet,
    Shape,
)
from diagnostics.domain.answers.positioning import POSITIONS
from diagnostics.domain.comparison import (
    FieldChange,
    RowChange,
    RowChangeKind,
    compare_answers,
    labels_of,
)
from diagnostics.domain.document import DiagnosticCard, DiagnosticDocument
from diagnostics.domain.since_aims import (
    DecisionSince,
    MoneySince,
    ObjectiveSince,
    Reasons,
    decisions_since,
    money_since,
    objectives_since,
)
from diagnostics.domain.vocabulary import CIRCLE_LABELS, Labelled, Mark, StepKey
from diagnostics.typography import capitalised, typeset


class Fate(Labelled):
    """What became of something, said after « ce qui est »."""

    KEPT = "kept", "gardé"
    REWORDED = "reworded", "reformulé"
    ADJUSTED = "adjusted", "ajusté"
    ADDED = "added", "ajouté"
    DROPPED = "dropped", "abandonné"


@dataclass(frozen=True)
class Fated:
    """A row, or a field of the answer itself: its name, what became of it, what changed in it."""

    fate: Fate
    name: str
    changes: tuple[FieldChange, ...] = ()
    row_id: str = ""


@dataclass(frozen=True)
class StepSince:
    """What became of the answer to a step."""

    step: StepKey
    entries: tuple[Fated, ...]

    def of(self, fate: Fate) -> list[Fated]:
        """Return what had one fate, in the order of the step."""
        return [entry for entry in self.entries if entry.fate is fate]

    @property
    def kept(self) -> list[Fated]:
        """What is as it was."""
        return self.of(Fate.KEPT)

    @property
    def changed(self) -> list[Fated]:
        """What is not as it was, by fate."""
        return [entry for fate in Fate if fate is not Fate.KEPT for entry in self.of(fate)]


@dataclass(frozen=True)
class ActorMoved:
    """An actor that is in another circle of influence than before."""

    name: str
    before: str
    after: str


@dataclass(frozen=True)
class Since:
    """Two documents compared; ``follows``: they are two diagnostics of one structure, the older one
    first, and not two states of one diagnostic. ``is_copied``: year N of the economic model still waits
    to be read again."""

    before: DiagnosticCard
    after: DiagnosticCard
    follows: bool
    steps: tuple[StepSince, ...]
    objectives: tuple[ObjectiveSince, ...] = ()
    money: tuple[MoneySince, ...] = ()
    actors: tuple[ActorMoved, ...] = ()
    decisions: tuple[DecisionSince, ...] = ()
    is_copied: bool = False

    @property
    def counts(self) -> dict[Fate, int]:
        """How many rows and fields had each fate."""
        found = Counter(entry.fate for step in self.steps for entry in step.entries)
        return {fate: found[fate] for fate in Fate}

    @property
    def is_unchanged(self) -> bool:
        """Tell whether both say the same."""
        return not any(step.changed for step in self.steps)


def compare_diagnostics(
    before: DiagnosticDocument, after: DiagnosticDocument, *, follows: bool
) -> Since:
    """Return what became of ``before`` in ``after``; ``follows``: see :class:`Since`."""
    labels = labels_of(before.answers, after.answers)
    steps = tuple(
        found
        for step in StepKey
        if before.answers.get(step) or after.answers.get(step)
        if (found := _step(step, before, after, labels, follows=follows)).entries
    )
    actors = tuple(_moved(before, after))
    if not follows:
        return Since(before.diagnostic, after.diagnostic, False, steps, actors=actors)
    reasons: Reasons = {(entry.step, entry.row): entry.reason for entry in after.left_out}
    model = after.answers.economic_model
    return Since(
        before.diagnostic,
        after.diagnostic,
        True,
        steps,
        objectives=tuple(objectives_since(before, after, reasons)),
        money=tuple(money_since(before, after)),
        actors=actors,
        decisions=tuple(decisions_since(before, after, reasons)),
        is_copied=model is not None and model.mark is Mark.TO_REVIEW,
    )


# --- Step by step ------------------------------------------------------------------------------

# The team's bookmark is of the moment; in the next diagnostic these say another year's.
_MOMENTARY = frozenset({"mark"})
_OF_THE_YEAR = {
    StepKey.OBJECTIVES: frozenset({"baseline_value"}),
    StepKey.ECONOMIC_MODEL: frozenset(
        {"amount_now_keur", "amount_target_keur", "amount_target_max_keur"}
    ),
}
_SIDES = ("now-", "target-")
# Months that have passed were not given up.
_NOT_COMPARED_LATER = frozenset({"calendar"})
# Of decisions of the former board the page says more (:func:`decisions_since`).
_TOLD_APART = frozenset({"decisions"})


def _step(
    step: StepKey,
    before: DiagnosticDocument,
    after: DiagnosticDocument,
    labels: Labels,
    *,
    follows: bool,
) -> StepSince:
    one, two = before.answers.get(step), after.answers.get(step)
    changes = compare_answers(one, two, labels)
    of_year = _OF_THE_YEAR.get(step, frozenset()) if follows else frozenset()
    entries = [
        Fated(_fate_of_field(change), change.label, (change,))
        for change in changes.fields
        if change.name not in _MOMENTARY
        and not (follows and (change.name.startswith(_SIDES) or change.name == "board_question"))
    ]
    changed = {rows.field: rows.rows for rows in changes.row_sets}
    shape = ANSWER_SHAPES[step]
    one, two = one or shape(), two or shape()
    for row_set in STEPS[step].row_sets:
        if follows and row_set.field in _NOT_COMPARED_LATER:
            continue
        found = changed.get(row_set.field, ())
        fated = _rows(row_set, one, two, found, labels, of_year)
        is_apart = follows and row_set.field in _TOLD_APART
        entries += [entry for entry in fated if not is_apart or entry.fate is Fate.ADDED]
    return StepSince(step, tuple(entries))


def _fate_of_field(change: FieldChange) -> Fate:
    if not change.before:
        return Fate.ADDED
    return Fate.REWORDED if change.after else Fate.DROPPED


def _rows(
    row_set: RowSet[Any],
    before: Answer,
    after: Answer,
    changes: Iterable[RowChange],
    labels: Labels,
    of_year: frozenset[str],
) -> Iterator[Fated]:
    """Yield what became of each row: those that are there now in their order, then those that went."""
    one, two = (_by_key(row_set, answer) for answer in (before, after))
    changed = {change.row_id: change for change in changes}
    for position, (key, row) in enumerate(two.items(), 1):
        name = row_name(row_set, row, position, labels)
        change = changed.get(key)
        if change is None:
            if not (row_set.is_fixed and row == type(row).model_validate({row_set.key: key})):
                yield Fated(Fate.KEPT, name, row_id=key)
        elif change.kind is RowChangeKind.ADDED:
            yield Fated(Fate.ADDED, name, row_id=key)
        else:
            fields = tuple(field for field in change.fields if field.name not in of_year)
            yield Fated(_fate_of_row(fields, one[key], row), name, fields, key)
    for position, (key, row) in enumerate(one.items(), 1):
        if key not in two:
            yield Fated(Fate.DROPPED, row_name(row_set, row, position, labels), row_id=key)


def _by_key(row_set: RowSet[Any], answer: Answer) -> dict[str, Shape]:
    rows = getattr(answer, row_set.field)
    return {str(getattr(row, row_set.key)): row for row in rows}


def _fate_of_row(fields: tuple[FieldChange, ...], before: Shape, after: Shape) -> Fate:
    """A text that says something else is reworded; figures, years, choices and links are adjusted."""
    if not fields:
        return Fate.KEPT
    texts = (
        type(getattr(before, field.name)) is str and type(getattr(after, field.name)) is str
        for field in fields
        if field.before and field.after and field.name != "month"
    )
    return Fate.REWORDED if any(texts) else Fate.ADJUSTED


def row_name(row_set: RowSet[Any], row: Any, position: int, labels: Labels) -> str:
    """Return what people call a row, in full; « Activité 3 » of one without a name."""
    name = row_set.name(row)
    if not name and isinstance(row, ActionTerritory):
        name = labels.get(row.activity or "", "") or (row.mission.label if row.mission else "")
        name = " — ".join(part for part in (name, row.scale.label if row.scale else "") if part)
    return typeset(name) if name else capitalised(f"{row_set.noun}\u00a0{position}")


# --- Actors ------------------------------------------------------------------------------------


def _moved(before: DiagnosticDocument, after: DiagnosticDocument) -> Iterator[ActorMoved]:
    circles = {row.id: row.circle for row in POSITIONS.of(before.answers)}
    for row in POSITIONS.of(after.answers):
        was = circles.get(row.id)
        if was and row.circle and was != row.circle:
            yield ActorMoved(typeset(row.title), CIRCLE_LABELS[was], CIRCLE_LABELS[row.circle])
