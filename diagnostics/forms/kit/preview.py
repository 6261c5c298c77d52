"""What a step's page will make of the texts of the kit, saved or not."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils import timezone

from diagnostics.domain.kit_texts import Name, as_read, axis_number
from diagnostics.domain.vocabulary import StepKey
from diagnostics.forms.examples import ShownExample, ShownExamples, form_payload
from diagnostics.forms.kit.prefill import HORIZON, Added, told_prefill
from diagnostics.forms.registry import STEP_FORMS
from diagnostics.models import Example, Part, Question, Step


@dataclass(frozen=True)
class PreviewedQuestion:
    """A question, as it is read."""

    text: str


@dataclass(frozen=True)
class PreviewedStep:
    """A step with its texts, as the head of its page takes them (diagnostics/_step_head.html).

    ``added``: what a click on each example adds.
    """

    axis: str
    axis_name: Name
    name: Name
    questions: list[PreviewedQuestion]
    help: str
    caption: str
    examples: ShownExamples
    added: list[tuple[Example, list[Added]]]
    stored_row: None = None


def preview_step(
    step: Step, part: Part, questions: Iterable[Question], examples: Iterable[Example]
) -> PreviewedStep:
    """Return a step as the page of a diagnostic would show it, at three years from this one."""
    shown = [_at_horizon(example) for example in examples]
    form = STEP_FORMS[StepKey(step.key)] if step.key in set(StepKey) else None
    entries = [
        ShownExample(example, "+" if form and form_payload(form, example.payload) else "")
        for example in shown
    ]
    return PreviewedStep(
        axis=part.key,
        axis_name=Name(
            number=axis_number(part.position, in_kit=part.in_kit),
            title=part.title,
            short_title=part.short_title,
        ).at(HORIZON),
        name=Name(number=step.number, title=step.title, short_title=step.short_title).at(HORIZON),
        questions=[PreviewedQuestion(_read(question.text)) for question in questions],
        help=_read(step.help),
        caption=step.caption,
        examples=ShownExamples(
            kit=[entry for entry in entries if entry.example.text_2013],
            added=[entry for entry in entries if not entry.example.text_2013],
        ),
        added=[
            (example, told_prefill(StepKey(step.key), example.payload) if form else [])
            for example in shown
        ],
    )


def _read(text: str) -> str:
    return as_read(text, base_year=timezone.localdate().year, years=HORIZON)


def _at_horizon(example: Example) -> Example:
    """Return the example with the years that a diagnostic reads, as its page shows it."""
    return Example(
        pk=example.pk,
        step=example.step,
        group=example.group,
        text=_read(example.text),
        text_2013=example.text_2013,
        note=example.note,
        payload=json.loads(_read(json.dumps(example.payload))),
    )
