"""What the pages of a whole diagnostic show: its home, its check page, its « fil rouge »."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet

from diagnostics.domain.answers import Answer as AnswerShape
from diagnostics.domain.coherence import (
    CoherenceFinding,
    acknowledged_findings,
    open_findings,
    set_aside_findings,
    split_trials,
)
from diagnostics.domain.completeness import (
    AWAITS_THE_TEAM,
    Missing,
    StepStatus,
    axes_without_answer,
    marked_steps,
    missing_in_step,
    step_statuses,
)
from diagnostics.domain.document import (
    DiagnosticDocument,
    load_answer,
)
from diagnostics.domain.vocabulary import (
    Axis,
    Mark,
    State,
    StepKey,
)
from diagnostics.models import (
    Answer,
    Diagnostic,
    KeptText,
    User,
    Version,
)
from diagnostics.queries.access import LoadedDiagnostic
from diagnostics.queries.documents import (
    build_document,
    findings_of,
    later_of,
    stored_acknowledgements,
    stored_answers,
)
from diagnostics.queries.kit import kit_steps, texts_of
from diagnostics.queries.steps import RailAxis, RailStep, kept_texts, rail_of
from diagnostics.queries.talk import Reading, Talk, open_talk
from diagnostics.queries.versions import submitted_versions
from diagnostics.typography import keur_range, typeset
from rameau_diag.postgresql.written_once import written_once


@dataclass(frozen=True)
class MarkedStep:
    """A step that carries a mark of the team."""

    key: StepKey
    number: str
    title: str
    mark: Mark
    board_question: str


@dataclass(frozen=True)
class Essentials:
    """What a diagnostic says in a few lines; each empty while it says nothing of it."""

    statement: str
    more_statements: int
    objectives: int
    objectives_with_figure: int
    budget_now: str
    budget_target: str

    @property
    def is_empty(self) -> bool:
        """Tell whether there is nothing to show."""
        return not (self.statement or self.objectives or self.budget_now or self.budget_target)


def _essentials(document: DiagnosticDocument) -> Essentials:
    answers = document.answers
    statements = (
        [row.text for row in answers.vision.statements if row.text] if answers.vision else []
    )
    objectives = answers.objectives.rows if answers.objectives else []
    model = answers.economic_model
    sides = (model.now, model.target) if model else ()
    now, target = [keur_range(x.budget_min_keur, x.budget_max_keur) for x in sides] or ["", ""]
    return Essentials(
        statement=typeset(statements[0]) if statements else "",
        more_statements=max(len(statements) - 1, 0),
        objectives=len(objectives),
        objectives_with_figure=sum(row.is_in_figures for row in objectives),
        budget_now=now,
        budget_target=target,
    )


def _marked_steps(diagnostic: Diagnostic, document: DiagnosticDocument) -> list[MarkedStep]:
    names = texts_of(diagnostic)
    return [
        MarkedStep(
            step,
            names.step(step).number,
            names.step(step).short_title,
            mark,
            question.board_question if (question := document.answers.get(step)) else "",
        )
        for step, mark in marked_steps(document)
    ]


@dataclass(frozen=True)
class Home:
    """The diagnostic's home: task list, what was asked of the structure, what to do next."""

    rail: list[RailAxis]
    document: DiagnosticDocument
    talk: Talk
    versions: list[Version]
    last_answer: Answer | None
    next_step: RailStep | None
    marked: list[MarkedStep]
    essentials: Essentials

    @property
    def steps_complete(self) -> int:
        """How many steps are complete."""
        return sum(axis.complete for axis in self.rail)

    @property
    def steps_total(self) -> int:
        """How many steps there are."""
        return sum(len(axis.steps) for axis in self.rail)


def load_home(loaded: LoadedDiagnostic, *, user: User) -> Home:
    """Read the home of a diagnostic in a constant number of queries."""
    diagnostic = loaded.diagnostic
    answers = stored_answers(diagnostic, with_authors=True)
    document = build_document(
        diagnostic, answers, stored_acknowledgements(diagnostic), later_of(diagnostic)
    )
    kept = kept_texts(diagnostic, user) if loaded.access.can_edit else {}
    findings = open_findings(findings_of(diagnostic, document))
    statuses = step_statuses(document)
    reading = Reading(diagnostic, loaded.access, user, document.answers)
    talk = open_talk(reading, openings_only=True)
    rail = rail_of(
        kit_steps(diagnostic), texts_of(diagnostic), statuses, answers, kept, findings, talk.counts
    )
    steps = [step for axis in rail for step in axis.steps]
    return Home(
        rail=rail,
        document=document,
        talk=talk,
        versions=submitted_versions(diagnostic),
        last_answer=max(answers, key=lambda answer: answer.updated_at, default=None),
        next_step=next((s for s in steps if s.status in AWAITS_THE_TEAM), None),
        marked=_marked_steps(diagnostic, document),
        essentials=_essentials(document),
    )


@dataclass(frozen=True)
class CheckedStep:
    """A step on the check page: its answer, what it lacks, and the team's own note for its members
    (empty for anybody else)."""

    key: StepKey
    number: str
    title: str
    answer: AnswerShape | None
    status: StepStatus
    missing: list[Missing]
    note: str
    talk: Talk  # the threads that wait for somebody


@dataclass(frozen=True)
class CheckedAxis:
    """An axis on the check page."""

    axis: Axis
    number: str
    title: str
    steps: list[CheckedStep]


@dataclass(frozen=True)
class KeptAtStep:
    """How many texts of a person wait at a step to be corrected or chosen."""

    person: User
    step: RailStep
    count: int


@dataclass(frozen=True)
class CheckPage:
    """Everything the check page shows; the facilitator reads the same page.

    ``own_kept`` and ``others_kept``: what waits at the steps, of who reads and, for the lead, of the
    others. It is in no answer.
    """

    document: DiagnosticDocument
    axes: list[CheckedAxis]
    empty_axes: list[Axis]
    talk: Talk
    last_version: Version | None
    findings: list[CoherenceFinding]
    acknowledged: list[CoherenceFinding]
    set_aside: list[CoherenceFinding]
    tried: list[CoherenceFinding]  # for facilitators alone
    own_kept: list[KeptAtStep]
    others_kept: list[KeptAtStep]
    marked: list[MarkedStep]

    @property
    def own_kept_count(self) -> int:
        """How many texts of who reads wait in all."""
        return sum(kept.count for kept in self.own_kept)

    @property
    def whole_talk(self) -> Talk:
        """The threads on the whole diagnostic."""
        return Talk([thread for thread in self.talk.threads if not thread.step], self.talk.counts)

    @property
    def missing_count(self) -> int:
        """How many things are missing in all."""
        return sum(len(step.missing) for axis in self.axes for step in axis.steps)


def load_check_page(loaded: LoadedDiagnostic, *, user: User) -> CheckPage:
    """Read the check page of a diagnostic in a constant number of queries."""
    diagnostic, access = loaded.diagnostic, loaded.access
    answers = stored_answers(diagnostic)
    # What the board decided is told in the place of what was asked of it.
    later = later_of(diagnostic) if diagnostic.state == State.ADOPTED.value else None
    document = build_document(diagnostic, answers, stored_acknowledgements(diagnostic), later)
    notes = {row.step: row.internal_note for row in answers} if access.role else {}
    talk = open_talk(Reading(diagnostic, access, user, document.answers))
    rail = rail_of(
        kit_steps(diagnostic), texts_of(diagnostic), step_statuses(document), talk=talk.counts
    )
    found, tried = split_trials(
        findings_of(diagnostic, document, with_trials=access.is_facilitator)
    )
    kept = _kept_at_steps(diagnostic, rail) if access.can_edit else []
    return CheckPage(
        document=document,
        axes=[
            CheckedAxis(
                axis=axis.axis,
                number=axis.number,
                title=axis.title,
                steps=[
                    CheckedStep(
                        key=step.key,
                        number=step.number,
                        title=step.title,
                        answer=document.answers.get(step.key),
                        status=step.status,
                        missing=missing_in_step(document, step.key),
                        note=notes.get(step.key, ""),
                        talk=talk.of_step(step.key, document.answers),
                    )
                    for step in axis.steps
                ],
            )
            for axis in rail
        ],
        empty_axes=axes_without_answer(document),
        talk=talk,
        last_version=next(iter(submitted_versions(diagnostic, at_most=1)), None),
        findings=open_findings(found),
        acknowledged=acknowledged_findings(found),
        set_aside=set_aside_findings(found),
        tried=tried,
        own_kept=[entry for entry in kept if entry.person == user],
        marked=_marked_steps(diagnostic, document),
        others_kept=[e for e in kept if e.person != user and access.transitions["submit"]],
    )


def _kept_at_steps(diagnostic: Diagnostic, rail: list[RailAxis]) -> list[KeptAtStep]:
    """Return what is kept for everybody, in the order of the steps."""
    texts = _kept_by_everybody(diagnostic.pk)
    return [
        KeptAtStep(kept.user, step, len(kept.by_place))
        for axis in rail
        for step in axis.steps
        for kept in texts
        if kept.step == step.key
    ]


@written_once
def _kept_by_everybody(diagnostic: UUID) -> QuerySet[KeptText]:
    return KeptText.objects.filter(diagnostic=diagnostic).select_related("user")


@dataclass(frozen=True)
class LoadedThread:
    """What the « fil rouge » is made from: the document, and the stored answers by step."""

    document: DiagnosticDocument
    rows: dict[StepKey, Answer]

    def revision(self, step: StepKey) -> int:
        """Return the revision of a step now in force (0: never answered)."""
        return self.rows[step].revision if step in self.rows else 0

    def stored(self, step: StepKey) -> AnswerShape:
        """Return the answer now in force, links to rows that are gone included."""
        return load_answer(step, self.rows[step].shape_value() if step in self.rows else {})


def load_thread(diagnostic: Diagnostic) -> LoadedThread:
    """Read what is stored of a diagnostic, its answers with their authors (two queries)."""
    answers = stored_answers(diagnostic, with_authors=True)
    rows = {StepKey(answer.step): answer for answer in answers}
    document = build_document(diagnostic, answers, stored_acknowledgements(diagnostic))
    return LoadedThread(document, rows)
