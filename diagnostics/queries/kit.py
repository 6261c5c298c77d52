"""The kit itself, read whole."""

from __future__ import annotations

from diagnostics.domain.kit_sheet import (
    KitSheet,
    SheetAxis,
    SheetExample,
    SheetQuestion,
    SheetStep,
)
from diagnostics.domain.vocabulary import (
    Axis,
    StepKey,
)
from diagnostics.models import (
    Kit,
    Step,
)


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
                number=part.position if part.in_kit else 0,
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
