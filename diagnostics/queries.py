"""Reads that span models: the loaders of each object, and what the pages show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import Http404

from diagnostics.domain.document import (
    Answers,
    DiagnosticCard,
    DiagnosticDocument,
    StructureCard,
    Workshop,
    load_answer,
)
from diagnostics.domain.permissions import Access, TeamAccess
from diagnostics.domain.vocabulary import MembershipRole, State, StepKey
from diagnostics.models import Answer, Diagnostic, Membership, Structure, User


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
    structure = Structure.objects.visible_to(user).select_related("facilitator").filter(pk=pk).first()
    if structure is None:
        raise Http404
    access = TeamAccess(role=_role_of(user, structure.pk), is_facilitator=user.is_facilitator)
    return LoadedStructure(structure, access)


def get_diagnostic(user: User, pk: UUID) -> LoadedDiagnostic:
    """Load a diagnostic for a person; Http404 for those who may not see it."""
    diagnostic = (
        Diagnostic.objects.visible_to(user)
        .select_related("structure__facilitator", "kit")
        .filter(pk=pk)
        .first()
    )
    if diagnostic is None:
        raise Http404
    return LoadedDiagnostic(diagnostic, access_to(diagnostic, user))


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
            horizon_years=diagnostic.horizon_years,  # type: ignore[arg-type]  # 3 or 5: constraint
            state=State(diagnostic.state),
            board_date=diagnostic.board_date,
            workshops=[Workshop.model_validate(entry) for entry in diagnostic.workshops],
        ),
        answers=Answers(**values),
    )
    return document.without_dangling_links()


def load_diagnostic_document(diagnostic: Diagnostic) -> DiagnosticDocument:
    """Read the answers of a diagnostic (one query) and assemble its document."""
    return build_document(diagnostic, list(diagnostic.answers.all()))
