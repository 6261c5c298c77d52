"""Reads that span models: the loaders of each object, and what the pages show."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any
from uuid import UUID

from django.db.models import Case, Count, IntegerField, Q, QuerySet, Value, When
from django.http import Http404

from diagnostics.domain.answers import Answer as AnswerShape
from diagnostics.domain.completeness import (
    Missing,
    StepStatus,
    axes_without_answer,
    missing_in_step,
    step_statuses,
)
from diagnostics.domain.document import (
    Answers,
    DiagnosticCard,
    DiagnosticDocument,
    StructureCard,
    Workshop,
    drop_dangling_links,
    load_answer,
)
from diagnostics.domain.kit_sheet import (
    KitSheet,
    SheetAxis,
    SheetExample,
    SheetQuestion,
    SheetStep,
)
from diagnostics.domain.permissions import Access, TeamAccess
from diagnostics.domain.vocabulary import (
    STEP_AXIS,
    Axis,
    MembershipRole,
    State,
    StepKey,
)
from diagnostics.models import (
    Answer,
    ChangeRequest,
    Diagnostic,
    Draft,
    Example,
    Kit,
    Membership,
    Question,
    Step,
    Structure,
    User,
    Version,
)


def _role_of(user: User, structure_id: UUID) -> MembershipRole | None:
    role = (
        Membership.objects.filter(structure_id=structure_id, user=user)
        .values_list("role", flat=True)
        .first()
    )
    return MembershipRole(role) if role else None


@dataclass(frozen=True)
class LoadedStructure:
    """A structure with what the person is to it."""

    structure: Structure
    access: TeamAccess


@dataclass(frozen=True)
class LoadedDiagnostic:
    """A diagnostic (with its structure) and what the person is to it."""

    diagnostic: Diagnostic
    access: Access


def get_structure(user: User, pk: UUID) -> LoadedStructure:
    """Load a structure for a person; Http404 for those who may not see it."""
    structure = (
        Structure.objects.visible_to(user).select_related("facilitator").filter(pk=pk).first()
    )
    if structure is None:
        raise Http404
    access = TeamAccess(role=_role_of(user, structure.pk), is_facilitator=user.is_facilitator)
    return LoadedStructure(structure, access)


def get_diagnostic(user: User, pk: UUID) -> LoadedDiagnostic:
    """Load a diagnostic for a person; Http404 for those who may not see it."""
    diagnostic = Diagnostic.objects.select_related("structure", "kit").filter(pk=pk).first()
    if diagnostic is None:
        raise Http404
    access = access_to(diagnostic, user)
    if not access.can_view:
        raise Http404
    return LoadedDiagnostic(diagnostic, access)


def access_to(diagnostic: Diagnostic, user: User) -> Access:
    """Tell what a person is to a diagnostic in its present state."""
    return Access(
        role=_role_of(user, diagnostic.structure_id),
        state=State(diagnostic.state),
        is_facilitator=user.is_facilitator,
    )


def structure_card(structure: Structure) -> StructureCard:
    """Return the identity card of a structure as the document holds it."""
    return StructureCard.model_validate(
        {
            "name": structure.name,
            "legal_form": structure.legal_form,
            "founded_year": structure.founded_year,
            "territory": structure.territory,
            "population": structure.population,
            "region": structure.region,
            "base_scale": structure.base_scale or None,
        }
    )


def build_document(diagnostic: Diagnostic, answers: list[Answer]) -> DiagnosticDocument:
    """Assemble the document of a diagnostic from its stored answers; no query is made.

    Answers that hold nothing are absent, and links to rows that are gone are left out.
    """
    values: dict[str, Any] = {}
    for answer in answers:
        shape = load_answer(StepKey(answer.step), answer.shape_value())
        if not shape.is_empty():
            values[answer.step] = shape
    document = DiagnosticDocument(
        schema=1,
        kit=diagnostic.kit.slug,
        structure=structure_card(diagnostic.structure),
        diagnostic=DiagnosticCard(
            title=diagnostic.title,
            base_year=diagnostic.base_year,
            horizon_years=diagnostic.horizon_years,
            state=State(diagnostic.state),
            board_date=diagnostic.board_date,
            workshops=[Workshop.model_validate(entry) for entry in diagnostic.workshops],
        ),
        answers=Answers(**values),
    )
    # The shapes were just read for this document alone: no copy is needed.
    drop_dangling_links(document.answers)
    return document


def load_diagnostic_document(diagnostic: Diagnostic) -> DiagnosticDocument:
    """Read the answers of a diagnostic (one query) and assemble its document."""
    return build_document(diagnostic, list(diagnostic.answers.all()))


# --- Steps ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class RailStep:
    """A step as the axes rail and the task list show it."""

    key: StepKey
    number: str
    title: str
    status: StepStatus
    answer: Answer | None = None
    has_draft: bool = False


@dataclass(frozen=True)
class RailAxis:
    """An axis with its steps; ``number`` is 0 for the addition to the kit."""

    axis: Axis
    number: int
    title: str
    in_kit: bool
    steps: list[RailStep] = field(default_factory=list)

    @property
    def complete(self) -> int:
        """How many of its steps are complete."""
        return sum(step.status is StepStatus.COMPLETE for step in self.steps)


@dataclass(frozen=True)
class StepContext:
    """What a step's form needs to know besides what was typed.

    ``document`` gives the rows that can be linked to, ``stored`` the answer now in force (None:
    never given), ``revision`` its revision (0: never given), ``known_ids`` the ids its rows carry.
    """

    document: DiagnosticDocument
    stored: AnswerShape | None = None
    revision: int = 0
    internal_note: str = ""
    known_ids: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True)
class LoadedStep:
    """Everything a step's page shows, read in a constant number of queries.

    ``answers`` are those of all steps, as they are stored.
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

    @cached_property
    def draft(self) -> Draft | None:
        """What the person typed at this step and did not store; read when it is asked for."""
        drafts = Draft.objects.filter(diagnostic=self.diagnostic, step=self.step.value)
        return drafts.filter(user=self.user).first()

    @property
    def questions(self) -> list[Question]:
        """The kit's questions."""
        return list(self.kit_step.questions.all())

    @property
    def examples(self) -> list[Example]:
        """The kit's examples."""
        return list(self.kit_step.examples.all())

    @cached_property
    def rail(self) -> list[RailAxis]:
        """The axes with the status of each step."""
        return _rail(self.steps, self.document)

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
        """How many of the kit's ten steps are complete."""
        return sum(axis.complete for axis in self.rail if axis.in_kit)


def _kit_steps(diagnostic: Diagnostic) -> list[Step]:
    """Return the steps of a diagnostic's kit with their questions and examples."""
    return _steps_of_kit(diagnostic.kit_id, diagnostic.kit.changed_at)


@lru_cache(maxsize=8)
def _steps_of_kit(kit_id: int, changed_at: dt.datetime) -> list[Step]:
    """Read a kit once per process, and again once somebody edited it (``changed_at``)."""
    return list(
        Step.objects.filter(kit_id=kit_id)
        .select_related("part")
        .prefetch_related("questions", "examples")
        .order_by("part__position", "position")
    )


def _rail(
    steps: Iterable[Step],
    document: DiagnosticDocument,
    answers: Iterable[Answer] = (),
    drafts: Iterable[str] = (),
) -> list[RailAxis]:
    statuses = step_statuses(document)
    answer_of = {answer.step: answer for answer in answers}
    waiting = set(drafts)
    axes: dict[str, RailAxis] = {}
    for step in steps:
        part = step.part
        axis = axes.setdefault(
            part.key,
            RailAxis(
                axis=Axis(part.key),
                number=part.position if part.in_kit else 0,
                title=part.short_title,
                in_kit=part.in_kit,
            ),
        )
        key = StepKey(step.key)
        axis.steps.append(
            RailStep(
                key=key,
                number=step.number,
                title=step.short_title,
                status=statuses[key],
                answer=answer_of.get(step.key),
                has_draft=step.key in waiting,
            )
        )
    return list(axes.values())


def load_step(loaded: LoadedDiagnostic, step: StepKey, *, user: User) -> LoadedStep:
    """Read what a step's page shows; Http404 when the diagnostic's kit has no such step."""
    diagnostic = loaded.diagnostic
    steps = _kit_steps(diagnostic)
    kit_step = next((entry for entry in steps if entry.key == step.value), None)
    if kit_step is None:
        raise Http404
    answers = list(diagnostic.answers.all())
    row = next((answer for answer in answers if answer.step == step.value), None)
    document = build_document(diagnostic, answers)
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
            known_ids=frozenset(stored.row_ids() if stored else ()),
        ),
    )


# --- The diagnostic's home and its check page ------------------------------------------------


@dataclass(frozen=True)
class Home:
    """The diagnostic's home: task list, what was asked of the structure, what to do next."""

    rail: list[RailAxis]
    document: DiagnosticDocument
    change_request: ChangeRequest | None
    versions: list[Version]
    last_answer: Answer | None
    next_step: RailStep | None

    @property
    def steps_complete(self) -> int:
        """How many of the kit's ten steps are complete."""
        return sum(axis.complete for axis in self.rail if axis.in_kit)


def load_home(loaded: LoadedDiagnostic, *, user: User) -> Home:
    """Read the home of a diagnostic in a constant number of queries."""
    diagnostic = loaded.diagnostic
    answers = list(diagnostic.answers.select_related("updated_by"))
    document = build_document(diagnostic, answers)
    drafts = (
        list(diagnostic.drafts.filter(user=user).values_list("step", flat=True))
        if loaded.access.can_edit
        else []
    )
    rail = _rail(_kit_steps(diagnostic), document, answers, drafts)
    steps = [step for axis in rail for step in axis.steps]
    return Home(
        rail=rail,
        document=document,
        change_request=pending_request(diagnostic),
        versions=list(diagnostic.versions.select_related("submitted_by").defer("content")),
        last_answer=max(answers, key=lambda answer: answer.updated_at, default=None),
        next_step=next((s for s in steps if s.status is not StepStatus.COMPLETE), None),
    )


def pending_request(diagnostic: Diagnostic) -> ChangeRequest | None:
    """Return the request for changes that the structure has not answered yet."""
    return (
        diagnostic.change_requests.filter(addressed_at=None).select_related("requested_by").first()
    )


@dataclass(frozen=True)
class CheckedStep:
    """A step on the check page: its answer and what it lacks."""

    key: StepKey
    number: str
    title: str
    answer: AnswerShape | None
    status: StepStatus
    missing: list[Missing]

    @property
    def display_template(self) -> str:
        """The template that shows the answer, here as in the report."""
        return f"steps/{self.key.value}/display.html"


@dataclass(frozen=True)
class CheckedAxis:
    """An axis on the check page."""

    axis: Axis
    number: int
    title: str
    steps: list[CheckedStep]


@dataclass(frozen=True)
class CheckPage:
    """Everything the check page shows; the facilitator reads the same page."""

    document: DiagnosticDocument
    axes: list[CheckedAxis]
    empty_axes: list[Axis]
    change_request: ChangeRequest | None
    last_version: Version | None

    @property
    def missing_count(self) -> int:
        """How many things are missing in all."""
        return sum(len(step.missing) for axis in self.axes for step in axis.steps)


def load_check_page(loaded: LoadedDiagnostic) -> CheckPage:
    """Read the check page of a diagnostic in a constant number of queries."""
    diagnostic = loaded.diagnostic
    document = load_diagnostic_document(diagnostic)
    rail = _rail(_kit_steps(diagnostic), document)
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
                    )
                    for step in axis.steps
                ],
            )
            for axis in rail
        ],
        empty_axes=axes_without_answer(document),
        change_request=pending_request(diagnostic),
        last_version=diagnostic.versions.select_related("submitted_by").defer("content").first(),
    )


# --- The facilitator's list --------------------------------------------------------------------

_REVIEW_ORDER = [State.SUBMITTED, State.CHANGES_REQUESTED, State.DRAFT, State.VALIDATED]


def diagnostics_for_review(user: User, state: State | None) -> QuerySet[Diagnostic]:
    """Return the diagnostics of the facilitators' list: those to review first, oldest first."""
    diagnostics = Diagnostic.objects.visible_to(user).select_related(
        "structure", "structure__facilitator"
    )
    if state is not None:
        diagnostics = diagnostics.filter(state=state.value)
    order = Case(
        *(When(state=s.value, then=Value(rank)) for rank, s in enumerate(_REVIEW_ORDER)),
        default=Value(len(_REVIEW_ORDER)),
        output_field=IntegerField(),
    )
    return diagnostics.order_by(order, "submitted_at", "structure__name", "pk")


def count_by_state(user: User) -> dict[State, int]:
    """Count the diagnostics a facilitator sees, by state (one query)."""
    counts = Diagnostic.objects.visible_to(user).aggregate(
        **{state.value: Count("pk", filter=Q(state=state.value)) for state in State}
    )
    return {state: counts[state.value] for state in State}


def get_version(diagnostic: Diagnostic, number: int) -> Version:
    """Return a submitted version; Http404 when there is none of that number."""
    version = diagnostic.versions.filter(number=number).first()
    if version is None:
        raise Http404
    return version


# --- The kit itself -----------------------------------------------------------------------------


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
