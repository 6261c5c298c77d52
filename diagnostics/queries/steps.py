"""What a step’s page shows: the kit’s step, the rail of the axes, the answer and the texts kept."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from copy import copy
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404

from diagnostics.domain.answers import Answer as AnswerShape
from diagnostics.domain.coherence import (
    CoherenceFinding,
    findings_of_step,
    open_findings,
    set_aside_findings,
)
from diagnostics.domain.completeness import (
    StepStatus,
    step_statuses,
)
from diagnostics.domain.document import (
    DiagnosticDocument,
    load_answer,
)
from diagnostics.domain.indicators import Assessment
from diagnostics.domain.kit_texts import KitTexts, Name, as_read
from diagnostics.domain.permissions import Access
from diagnostics.domain.vocabulary import (
    STEP_AXIS,
    Axis,
    StepKey,
)
from diagnostics.models import (
    Answer,
    Diagnostic,
    Example,
    KeptText,
    Question,
    Step,
    User,
)
from diagnostics.queries.access import LoadedDiagnostic
from diagnostics.queries.conversation import OpenCounts, Waiting
from diagnostics.queries.documents import (
    build_document,
    findings_of,
    stored_acknowledgements,
    stored_answers,
)
from diagnostics.queries.kit import kit_steps, texts_of
from diagnostics.queries.talk import Reading, Talk, talk_of_step
from rameau_diag.postgresql.written_once import written_once


@dataclass(frozen=True)
class RailStep:
    """A step as the axes rail and the task list show it."""

    key: StepKey
    number: str
    title: str
    status: StepStatus
    answer: Answer | None = None
    kept: int = 0  # texts of the person that wait to be corrected or chosen
    talk: Waiting = Waiting()  # threads of the person's audiences that wait for somebody


@dataclass(frozen=True)
class RailAxis:
    """An axis with its steps; ``number`` is empty for the addition to the kit."""

    axis: Axis
    number: str
    title: str
    in_kit: bool
    findings: int = 0  # open findings to discuss
    steps: list[RailStep] = field(default_factory=list)

    @property
    def complete(self) -> int:
        """How many of its steps are complete."""
        return sum(step.status is StepStatus.COMPLETE for step in self.steps)


@dataclass(frozen=True)
class StepContext:
    """What a step's form needs to know besides what was typed.

    ``document`` gives the rows that can be linked to, ``stored`` the answer now in force (None:
    never given), ``revision`` its revision (0: never given).
    """

    document: DiagnosticDocument
    stored: AnswerShape | None = None
    revision: int = 0
    internal_note: str = ""


@dataclass(frozen=True)
class LoadedStep:
    """Everything a step's page shows, read in a constant number of queries.

    ``answers`` are those of all steps, as they are stored; ``kept`` the texts that are kept for the
    person at each step, by place.
    """

    diagnostic: Diagnostic
    access: Access
    user: User
    step: StepKey
    answers: list[Answer]
    document: DiagnosticDocument
    stored_row: Answer | None
    steps: list[Step]
    kit_step: Step
    form_context: StepContext
    kept: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    assessed: Assessment | None = None  # of this document, where it is known already

    @property
    def kept_here(self) -> dict[str, list[str]]:
        """What the person typed at this step and could not be stored, by place."""
        return self.kept.get(self.step.value, {})

    def at_horizon(self, text: str) -> str:
        """Return a text of the kit with the years of this diagnostic."""
        card = self.diagnostic
        return as_read(text, base_year=card.base_year, years=card.horizon_years)

    @property
    def help(self) -> str:
        """How to answer the step, in the kit's words."""
        return self.at_horizon(self.kit_step.help)

    @cached_property
    def questions(self) -> list[Question]:
        """The kit's questions."""
        questions = [copy(question) for question in self.kit_step.questions.all()]
        for question in questions:
            question.text = self.at_horizon(question.text)
        return questions

    @cached_property
    def examples(self) -> list[Example]:
        """The kit's examples."""
        examples = [copy(example) for example in self.kit_step.examples.all()]
        for example in examples:
            example.text = self.at_horizon(example.text)
            example.payload = json.loads(self.at_horizon(json.dumps(example.payload)))
        return examples

    @cached_property
    def rail(self) -> list[RailAxis]:
        """The axes with the status of each step."""
        statuses = self.assessed.statuses if self.assessed else step_statuses(self.document)
        return rail_of(self.steps, self.texts, statuses, kept=self.kept, talk=self.talk.counts)

    @cached_property
    def talk(self) -> Talk:
        """The threads of the step that the person reads, and what waits in the diagnostic (one query,
        made by the pages that show them)."""
        reading = Reading(self.diagnostic, self.access, self.user, self.document.answers)
        return talk_of_step(reading, self.step)

    @property
    def texts(self) -> KitTexts:
        """What the steps and the axes are called."""
        return texts_of(self.diagnostic)

    @property
    def name(self) -> Name:
        """What the step is called."""
        return self.texts.step(self.step)

    @property
    def axis_name(self) -> Name:
        """What its axis is called."""
        return self.texts.axis(self.axis)

    @cached_property
    def findings(self) -> list[CoherenceFinding]:
        """The open findings to discuss that concern the step."""
        return open_findings(self._found)

    @cached_property
    def set_aside(self) -> list[CoherenceFinding]:
        """The findings that concern the step and that the structure set aside."""
        return set_aside_findings(self._found)

    @cached_property
    def _found(self) -> list[CoherenceFinding]:
        found = (
            self.assessed.findings if self.assessed else findings_of(self.diagnostic, self.document)
        )
        return findings_of_step(found, self.step)

    @property
    def stored(self) -> AnswerShape | None:
        """The answer now in force."""
        return self.form_context.stored

    @property
    def revision(self) -> int:
        """The revision now in force (0: never answered)."""
        return self.form_context.revision

    @property
    def axis(self) -> Axis:
        """The axis of the step."""
        return STEP_AXIS[self.step]

    @property
    def steps_complete(self) -> int:
        """How many steps are complete."""
        return sum(axis.complete for axis in self.rail)

    @property
    def position(self) -> int:
        """Which step of the diagnostic it is, from 1."""
        return [step.key for step in self.steps].index(self.step.value) + 1


def rail_of(
    steps: Iterable[Step],
    texts: KitTexts,
    statuses: Mapping[StepKey, StepStatus],
    answers: Iterable[Answer] = (),
    kept: Mapping[str, Collection[str]] | None = None,
    findings: Iterable[CoherenceFinding] = (),
    talk: OpenCounts | None = None,
) -> list[RailAxis]:
    """Return the axes with their steps: names, statuses, answers, texts kept, open findings, threads
    that wait."""
    answer_of = {answer.step: answer for answer in answers}
    per_axis = Counter(finding.axis for finding in findings)
    axes: dict[str, RailAxis] = {}
    for step in steps:
        part = step.part
        axis = axes.setdefault(
            part.key,
            RailAxis(
                axis=Axis(part.key),
                number=texts.axis(Axis(part.key)).number,
                title=texts.axis(Axis(part.key)).short_title,
                in_kit=part.in_kit,
                findings=per_axis[Axis(part.key)],
            ),
        )
        key = StepKey(step.key)
        name = texts.step(key)
        axis.steps.append(
            RailStep(
                key=key,
                number=name.number,
                title=name.short_title,
                status=statuses[key],
                answer=answer_of.get(step.key),
                kept=len((kept or {}).get(step.key, ())),
                talk=talk.of(step.key) if talk else Waiting(),
            )
        )
    return list(axes.values())


def load_step(loaded: LoadedDiagnostic, step: StepKey, *, user: User) -> LoadedStep:
    """Read what a step's page shows; Http404 when the diagnostic's kit has no such step."""
    diagnostic = loaded.diagnostic
    steps = kit_steps(diagnostic)
    kit_step = next((entry for entry in steps if entry.key == step.value), None)
    if kit_step is None:
        raise Http404
    answers = stored_answers(diagnostic)
    row = next((answer for answer in answers if answer.step == step.value), None)
    if row is not None and row.updated_by_id == user.pk:
        row.updated_by = user  # the page names its author: most often the person who reads it
    document = build_document(diagnostic, answers, stored_acknowledgements(diagnostic))
    stored = load_answer(step, row.shape_value()) if row else None
    return LoadedStep(
        diagnostic=diagnostic,
        access=loaded.access,
        user=user,
        step=step,
        answers=answers,
        document=document,
        stored_row=row,
        steps=steps,
        kit_step=kit_step,
        form_context=StepContext(
            document=document,
            stored=stored,
            revision=row.revision if row else 0,
            internal_note=row.internal_note if row else "",
        ),
        kept=kept_texts(diagnostic, user),
    )


def kept_texts(diagnostic: Diagnostic, user: User) -> dict[str, dict[str, list[str]]]:
    """Return what is kept for a person in a diagnostic, by step and by place."""
    return {step: KeptText.read(texts) for step, texts in _kept_texts(diagnostic.pk, user.pk)}


@written_once
def _kept_texts(diagnostic: UUID, user: int) -> QuerySet[KeptText, tuple[str, Any]]:
    kept = KeptText.objects.filter(diagnostic=diagnostic, user=user)
    return kept.values_list("step", "texts")
