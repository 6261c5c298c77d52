"""What a person finds when they come in: their diagnostics, the last changed first, and their
structures. The same number of queries whatever they have."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import Max, OuterRef, Subquery

from diagnostics.domain.kit_texts import Name
from diagnostics.domain.permissions import Access
from diagnostics.domain.vocabulary import StepKey
from diagnostics.models import Answer, AnswerRevision, Diagnostic, Membership, User
from diagnostics.queries.access import access_to, what_is_asked_of
from diagnostics.queries.kit import texts_of
from diagnostics.typography import folded

PER_PAGE = 20  # diagnostics
MAX_STRUCTURES = 20  # listed beside them; the others are found by their name


@dataclass(frozen=True)
class OwnDiagnostic:
    """A diagnostic of a person: the answer that was changed last, and the step where they left off
    (None: they never answered)."""

    diagnostic: Diagnostic
    membership: Membership
    access: Access
    last_answer: Answer | None
    own_step: StepKey | None
    own_step_name: Name | None


@dataclass(frozen=True)
class Start:
    """A page of the diagnostics that match, and the structures that do.

    ``waiting``: the structures that have no diagnostic yet, whatever was asked for.
    """

    asked: str
    page: Page[UUID]
    diagnostics: list[OwnDiagnostic]
    structures: list[Membership]
    waiting: list[Membership]
    diagnostics_total: int
    structures_total: int

    @property
    def structures_left_out(self) -> int:
        """How many structures that match are not listed."""
        return max(self.structures_total - MAX_STRUCTURES, 0)


def matches(asked: str, *texts: str) -> bool:
    """Tell whether every word asked for is somewhere in some texts."""
    searched = folded(" ".join(texts))
    return all(word in searched for word in folded(asked).split())


def load_start(user: User, *, asked: str = "", page: str = "1") -> Start:
    """Read what a person finds when they come in: four queries."""
    memberships = list(
        user.memberships.filter(structure__deleted_at=None)
        .select_related("structure")
        .order_by("structure__name", "pk")
    )
    of_structure = {membership.structure_id: membership for membership in memberships}
    # Names alone: accents are searched here, since no extension of the database is asked for.
    known = list(
        Diagnostic.objects.filter(structure__in=of_structure)
        .order_by("-updated_at", "pk")
        .values_list("pk", "structure_id", "title")
    )
    found = [
        pk
        for pk, structure, title in known
        if matches(asked, title, of_structure[structure].structure.name)
    ]
    begun = {structure for _pk, structure, _title in known}
    named = [m for m in memberships if matches(asked, m.structure.name, m.structure.territory)]
    shown: Page[UUID] = Paginator(found, PER_PAGE).get_page(page)
    return Start(
        asked=asked,
        page=shown,
        diagnostics=_own_diagnostics(shown, of_structure, user=user),
        structures=named[:MAX_STRUCTURES],
        waiting=[m for m in memberships if m.structure_id not in begun][:MAX_STRUCTURES],
        diagnostics_total=len(known),
        structures_total=len(named),
    )


def _own_diagnostics(
    found: Iterable[UUID], of_structure: dict[UUID, Membership], *, user: User
) -> list[OwnDiagnostic]:
    """Read the diagnostics of a page, and their answers without what they say (two queries)."""
    order = list(found)
    diagnostics = (
        Diagnostic.objects.select_related("kit")
        .defer("workshops")
        .annotate(**what_is_asked_of(user.pk))
        .in_bulk(order)
    )
    own = AnswerRevision.objects.filter(answer=OuterRef("pk"), author=user).order_by()
    answers = (
        # The model declares what is annotated, for those who read it.
        Answer.objects.filter(diagnostic__in=order)
        .select_related("updated_by")
        .only("diagnostic_id", "step", "updated_at", "updated_by__name", "updated_by__email")
        .annotate(own_at=Subquery(own.values("answer").values(at=Max("written_at"))))  # type: ignore[no-redef]
    )
    of_diagnostic: dict[UUID, list[Answer]] = {pk: [] for pk in order}
    for answer in answers:
        of_diagnostic[answer.diagnostic_id].append(answer)
    return [
        _own_diagnostic(
            diagnostics[pk],
            of_structure[diagnostics[pk].structure_id],
            of_diagnostic[pk],
            user=user,
        )
        for pk in order
        if pk in diagnostics
    ]


def _own_diagnostic(
    diagnostic: Diagnostic, membership: Membership, answers: list[Answer], *, user: User
) -> OwnDiagnostic:
    own = {}
    for answer in answers:
        at = answer.updated_at if answer.updated_by_id == user.pk else answer.own_at
        if at is not None:
            own[at] = StepKey(answer.step)
    step = own[max(own)] if own else None
    return OwnDiagnostic(
        diagnostic=diagnostic,
        membership=membership,
        access=access_to(diagnostic, user),
        last_answer=max(answers, key=lambda answer: answer.updated_at, default=None),
        own_step=step,
        own_step_name=texts_of(diagnostic).step(step) if step else None,
    )
