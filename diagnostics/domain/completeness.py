"""What is still missing, in words: one source for task list, check page, submission and report.

What each step needs stands in its module of :mod:`diagnostics.domain.answers`. Nothing here ever
blocks saving, and submission is refused only while an axis has no answer at all.
"""

from __future__ import annotations

from dataclasses import dataclass

from diagnostics.domain.answers import STEPS
from diagnostics.domain.document import DiagnosticDocument
from diagnostics.domain.vocabulary import (
    AXIS_STEPS,
    KIT_AXES,
    Axis,
    Labelled,
    Mark,
    StepKey,
)


class StepStatus(Labelled):
    """Status of a step in the task list."""

    TO_DO = "to_do", "À faire"
    STARTED = "started", "Commencé"
    COMPLETE = "complete", "Complet"
    TO_REVIEW = "to_review", "À revoir"
    DISPUTED = "disputed", "En débat"
    FOR_BOARD = "for_board", "À trancher"


# What the team still has to do something about: what only waits for the board is not.
AWAITS_THE_TEAM = frozenset(StepStatus) - {StepStatus.COMPLETE, StepStatus.FOR_BOARD}


@dataclass(frozen=True)
class Missing:
    """Something missing: its step, the form field to go to (without prefix), and the words."""

    step: StepKey
    field: str
    message: str


@dataclass(frozen=True)
class AxisProgress:
    """Progress of one axis."""

    axis: Axis
    complete: int
    total: int


def missing_in_step(document: DiagnosticDocument, step: StepKey) -> list[Missing]:
    """Return what one step still lacks to be complete, in words and in reading order."""
    answer = document.answers.get(step)
    if answer is None or answer.content_is_empty:
        return [Missing(step, STEPS[step].first_field, "cette étape n’a pas de réponse")]
    return [Missing(step, field, words) for field, words in STEPS[step].missing(answer, document)]


def remaining_items(document: DiagnosticDocument) -> list[Missing]:
    """Return everything the diagnostic still lacks (« Reste à compléter »), in the kit's order."""
    return [item for step in StepKey for item in missing_in_step(document, step)]


def step_status(document: DiagnosticDocument, step: StepKey) -> StepStatus:
    """Return the status of a step: none is complete while a mark of the team stands on it.

    « À revoir » wins over everything, « en débat » over what the answer lacks; « à trancher en
    conseil » is said of what lacks nothing else.
    """
    answer = document.answers.get(step)
    mark = answer.mark if answer else None
    if mark is Mark.TO_REVIEW:
        return StepStatus.TO_REVIEW
    if answer is None or answer.content_is_empty:
        return StepStatus.TO_DO
    if mark is Mark.DISPUTED:
        return StepStatus.DISPUTED
    if missing_in_step(document, step):
        return StepStatus.STARTED
    return StepStatus.FOR_BOARD if mark is Mark.FOR_BOARD else StepStatus.COMPLETE


def step_statuses(document: DiagnosticDocument) -> dict[StepKey, StepStatus]:
    """Return the status of every step."""
    return {step: step_status(document, step) for step in StepKey}


def marked_steps(document: DiagnosticDocument) -> list[tuple[StepKey, Mark]]:
    """Return the steps that carry a mark of the team, in the kit's order."""
    return [(step, answer.mark) for step, answer in document.answers.given() if answer.mark]


def axes_without_answer(document: DiagnosticDocument) -> list[Axis]:
    """Return the axes of the kit with no answer at all: the only thing that refuses a submission."""
    answers = document.answers
    return [
        axis
        for axis in KIT_AXES
        if all(
            (answer := answers.get(step)) is None or answer.content_is_empty
            for step in AXIS_STEPS[axis]
        )
    ]


def axis_progress(statuses: dict[StepKey, StepStatus]) -> list[AxisProgress]:
    """Return how many steps of each axis are complete."""
    return [
        AxisProgress(axis, sum(statuses[step] is StepStatus.COMPLETE for step in steps), len(steps))
        for axis, steps in AXIS_STEPS.items()
    ]
