"""The kit: its steps and their names, kept by each process until somebody edits them, and read
whole for the questionnaire on paper."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache

from diagnostics.domain.kit_sheet import (
    KitSheet,
    SheetAxis,
    SheetExample,
    SheetQuestion,
    SheetStep,
)
from diagnostics.domain.kit_texts import KitTexts, axis_number, read_texts
from diagnostics.domain.vocabulary import (
    Axis,
    StepKey,
)
from diagnostics.models import (
    Diagnostic,
    Kit,
    Step,
)


def kit_steps(diagnostic: Diagnostic) -> list[Step]:
    """Return the steps of a diagnostic's kit with their questions and examples."""
    return _steps_of_kit(diagnostic.kit_id, diagnostic.kit.changed_at)


def texts_of(diagnostic: Diagnostic) -> KitTexts:
    """Return what a diagnostic's kit calls its steps and axes, with the diagnostic's horizon."""
    kit = diagnostic.kit
    return _texts_of_kit(kit.pk, kit.changed_at, kit.credit, diagnostic.horizon_years)


@lru_cache(maxsize=8)
def _steps_of_kit(kit_id: int, changed_at: dt.datetime) -> list[Step]:
    """Read a kit once per process, and again once somebody edited it (``changed_at``)."""
    return list(
        Step.objects.filter(kit_id=kit_id)
        .select_related("part")
        .prefetch_related("questions", "examples")
        .order_by("part__position", "position")
    )


@lru_cache(maxsize=24)
def _texts_of_kit(
    kit_id: int, changed_at: dt.datetime, credit: str, horizon_years: int
) -> KitTexts:
    return read_texts(credit, _steps_of_kit(kit_id, changed_at)).at(horizon_years)


def load_kit_sheet(kit: Kit) -> KitSheet:
    """Read a whole kit as plain values, in a constant number of queries."""
    parts = kit.parts.prefetch_related("steps__questions", "steps__examples")
    return KitSheet(
        title=kit.title,
        motto=kit.motto,
        published=kit.date_label,
        credit=kit.credit,
        axes=tuple(
            SheetAxis(
                axis=Axis(part.key),
                number=axis_number(part.position, in_kit=part.in_kit),
                title=part.title,
                steps=tuple(_sheet_step(step) for step in part.steps.all()),
            )
            for part in parts
        ),
    )


def _sheet_step(step: Step) -> SheetStep:
    return SheetStep(
        key=StepKey(step.key),
        number=step.number,
        title=step.title,
        caption=step.caption,
        help=step.help,
        questions=tuple(SheetQuestion(q.number, q.text) for q in step.questions.all()),
        examples=tuple(SheetExample(e.group, e.text, e.note) for e in step.examples.all()),
    )
