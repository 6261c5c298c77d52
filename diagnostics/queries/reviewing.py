"""What a facilitator reads while she reviews a diagnostic, and which one waits for her next."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import (
    Case,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    When,
)
from django.utils import timezone

from diagnostics.domain.changes import ChangeLine, lines_of
from diagnostics.domain.coherence import open_findings
from diagnostics.domain.comparison import compare_documents
from diagnostics.domain.conversation import ThreadKind, ThreadState
from diagnostics.domain.document import DiagnosticDocument, load_document
from diagnostics.domain.lacking import lacking_in
from diagnostics.domain.vocabulary import STEP_AXIS, Axis, MembershipRole, State, StepKey
from diagnostics.models import (
    Diagnostic,
    Invitation,
    Membership,
    ReadVersion,
    Remark,
    Review,
    StepReviewed,
    Structure,
    Thread,
    User,
    Version,
)
from diagnostics.queries.concerned import load_facilitation
from diagnostics.queries.conversation import asked_now
from diagnostics.queries.documents import (
    build_document,
    findings_of,
    stored_acknowledgements,
    stored_answers,
)
from diagnostics.queries.kit import texts_of
from diagnostics.queries.todo import reviews_of

REMARKS_BESIDE_A_STEP = 12  # the others are in the library


@dataclass(frozen=True)
class StepChanges:
    """What changed in a step."""

    key: StepKey
    axis: Axis
    number: str
    title: str
    lines: list[ChangeLine]


@dataclass(frozen=True)
class SinceRead:
    """What changed since a version: the last one that the person read, or the one before the last
    (``read_at`` None: she has read none). ``steps`` is empty when nothing did."""

    version: Version
    read_at: dt.datetime | None
    steps: list[StepChanges]


@dataclass(frozen=True)
class StepSaid:
    """What a facilitator finds beside a step: whether somebody has nothing to say of it, and the remarks
    that can be used there."""

    reviewed: StepReviewed | None
    remarks: list[Remark]


@dataclass(frozen=True)
class ReviewPage:
    """What a facilitator finds first on the page of a diagnostic, and what she does there.

    ``review``: the one of what is submitted now (None in another state); ``last``: the last version;
    ``since`` None: there is no earlier version, and she has read none; ``reviewed``: the steps of which
    somebody said that there is nothing to say; ``addressed``, ``pending``: the requests that wait for her, and for the
    structure.
    """

    review: Review | None
    last: Version | None
    since: SinceRead | None
    pending: list[Thread]
    addressed: list[Thread]
    decisions: list[str]
    questions: list[tuple[str, str]]
    reviewed: dict[StepKey, StepReviewed] = field(default_factory=dict)
    remarks: list[Remark] = field(default_factory=list)
    following: Diagnostic | None = None

    @property
    def is_up_to_date(self) -> bool:
        """Tell whether she has read the last version."""
        return bool(
            self.last
            and self.since
            and self.since.read_at
            and self.since.version.number >= self.last.number
        )

    def of_step(self, step: StepKey) -> StepSaid:
        """Return what stands beside a step; the remarks on it come before those on any."""
        usable = [entry for entry in self.remarks if entry.step in ("", step.value)]
        usable.sort(key=lambda entry: entry.step == "")
        return StepSaid(
            self.reviewed.get(step),
            usable[:REMARKS_BESIDE_A_STEP],
        )


def load_review(
    diagnostic: Diagnostic, document: DiagnosticDocument, *, last: Version | None, user: User
) -> ReviewPage:
    """Read what a facilitator finds on the page of a diagnostic, in a constant number of queries.

    ``document``: what the page shows; ``last``: the last version.
    """
    review = open_review(diagnostic) if diagnostic.state == State.SUBMITTED.value else None
    pending, addressed = settled_apart(diagnostic)
    answer = document.answers.board_decisions
    return ReviewPage(
        review=review,
        last=last,
        since=_since(diagnostic, document, last=last, user=user),
        pending=pending,
        addressed=addressed,
        decisions=[row.text for row in answer.decisions if row.text] if answer else [],
        questions=_questions(diagnostic, document),
        reviewed={StepKey(step.step): step for step in review.steps_reviewed.all()}
        if review
        else {},
        remarks=list(remarks_for(user)) if review else [],
        following=None if review else next_review(user, after=diagnostic.pk),
    )


def open_review(diagnostic: Diagnostic) -> Review | None:
    """Return the review of what is submitted now, with who has it and the steps gone through."""
    reviewed = Prefetch(
        "steps_reviewed", StepReviewed.objects.select_related("reviewed_by").order_by("pk")
    )
    return (
        diagnostic.reviews.filter(closed_at=None)
        .select_related("taken_by__stand_in")
        .prefetch_related(reviewed)
        .first()
    )


def _since(
    diagnostic: Diagnostic, document: DiagnosticDocument, *, last: Version | None, user: User
) -> SinceRead | None:
    """Compare with the version that was read; else with the one before the last."""
    if last is None:
        return None
    read = ReadVersion.objects.filter(version=OuterRef("pk"), reader=user)
    base = (
        diagnostic.versions.annotate(read_at=Subquery(read.values("read_at")[:1]))
        .filter(Q(read_at__isnull=False) | Q(number__lt=last.number))
        .order_by(F("read_at").desc(nulls_last=True), "-number")
        .first()
    )
    if base is None:
        return None
    return SinceRead(base, base.read_at, _step_changes(diagnostic, base, document))


def _step_changes(
    diagnostic: Diagnostic, base: Version, document: DiagnosticDocument
) -> list[StepChanges]:
    before = load_document(base.content)
    names = texts_of(diagnostic)
    return [
        StepChanges(
            changes.step,
            STEP_AXIS[changes.step],
            names.step(changes.step).number,
            names.step(changes.step).short_title,
            lines_of(changes),
        )
        for changes in compare_documents(before, document)
    ]


def _questions(diagnostic: Diagnostic, document: DiagnosticDocument) -> list[tuple[str, str]]:
    """Return what the structure asks its board, with the name of the step."""
    names = texts_of(diagnostic)
    return [
        (names.step(step).short_title, answer.board_question)
        for step, answer in document.answers.given()
        if answer.board_question
    ]


def open_requests(diagnostic: Diagnostic) -> QuerySet[Thread]:
    """Return the requests that are not settled, the oldest first, with what they ask now (``reason``)."""
    states = [ThreadState.PENDING.value, ThreadState.ADDRESSED.value]
    return (
        diagnostic.threads.filter(kind=ThreadKind.REQUEST.value, state__in=states)
        .select_related("opened_by")
        .annotate(**asked_now())
        .order_by("opened_at", "pk")
    )


def settled_apart(diagnostic: Diagnostic) -> tuple[list[Thread], list[Thread]]:
    """Return the requests that wait for the structure, and those that it has addressed (one query)."""
    requests = list(open_requests(diagnostic))
    pending, addressed = (
        [entry for entry in requests if entry.state == state.value]
        for state in (ThreadState.PENDING, ThreadState.ADDRESSED)
    )
    return pending, addressed


def remarks_for(user: User) -> QuerySet[Remark]:
    """Return the remarks that a facilitator can use: her own, then the team's."""
    own = Case(When(author=user, then=0), default=1, output_field=IntegerField())
    return (
        Remark.objects.filter(Q(author=user) | Q(is_shared=True))
        .select_related("author")
        .order_by(own, "step", "created_at", "pk")
    )


# --- What is lacking -------------------------------------------------------------------------------


def read_lacking(diagnostic: Diagnostic) -> tuple[str, ...]:
    """Return what a diagnostic lacks, in words (three queries): for the page that asks, and under the
    lock before it is validated."""
    document = build_document(
        diagnostic, stored_answers(diagnostic), stored_acknowledgements(diagnostic)
    )
    findings = open_findings(findings_of(diagnostic, document))
    addressed = diagnostic.threads.filter(
        kind=ThreadKind.REQUEST.value, state=ThreadState.ADDRESSED.value
    )
    steps = [StepKey(step) if step else None for step in addressed.values_list("step", flat=True)]
    return lacking_in(document, findings, texts_of(diagnostic), addressed=steps)


# --- Who reviews, and what comes next ----------------------------------------------------------------


def reviews_waiting(user: User) -> list[Diagnostic]:
    """Return what waits for a facilitator's review, as « À faire » has it: what has been taken, then the
    structures that are followed, then those that nobody follows; the longest waiting first (three
    queries)."""

    def rank(found: tuple[Diagnostic, int | None]) -> int:
        diagnostic, reviewer = found
        if reviewer is not None:
            return 0
        return 2 if diagnostic.structure.facilitator_id is None else 1

    found = reviews_of(user, load_facilitation(timezone.localdate()))
    return [diagnostic for diagnostic, _reviewer in sorted(found, key=rank)]


def next_review(user: User, *, after: UUID | None) -> Diagnostic | None:
    """Return the review that waits first for a facilitator, but for the one of ``after``."""
    return next((found for found in reviews_waiting(user) if found.pk != after), None)


def facilitators_for(structure: Structure) -> QuerySet[User]:
    """Return who may facilitate a structure: nobody of its own team."""
    people = User.objects.filter(is_facilitator=True, is_active=True)
    members = structure.memberships.values("user")
    return people.exclude(pk__in=members).select_related("stand_in").order_by("name", "email")


def other_facilitators(user: User) -> QuerySet[User]:
    """Return who may stand in for a facilitator."""
    people = User.objects.filter(is_facilitator=True, is_active=True)
    return people.exclude(pk=user.pk).select_related("stand_in").order_by("name", "email")


def structures_without_lead(user: User) -> QuerySet[Structure]:
    """Return the structures that nobody leads yet, with their open invitations (``waiting``): those
    that the person follows first, the oldest first."""
    own = Case(When(facilitator=user, then=0), default=1, output_field=IntegerField())
    invited = Invitation.objects.filter(accepted_at=None, cancelled_at=None)
    leads = Membership.objects.filter(
        structure=OuterRef("pk"), role=MembershipRole.LEAD.value
    ).order_by()
    return (
        Structure.objects.filter(~Exists(leads))
        .select_related("facilitator")
        .prefetch_related(
            Prefetch("invitations", invited.select_related("invited_by"), to_attr="waiting")
        )
        .order_by(own, "created_at", "pk")
    )
