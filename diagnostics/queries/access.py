"""The one loader of each object: who may not see it gets a 404."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import Http404

from diagnostics.domain.permissions import Access, TeamAccess
from diagnostics.domain.vocabulary import (
    MembershipRole,
    State,
)
from diagnostics.models import (
    Diagnostic,
    Membership,
    Review,
    Structure,
    Thread,
    User,
    Version,
    role_in_structure,
)
from rameau_diag.postgresql.written_once import written_once


def role_of(user: User, structure_id: UUID) -> MembershipRole | None:
    """Return a person's role in a structure, None without one (one query): the one lookup of it.

    Queries that read a diagnostic bring it along (:func:`diagnostics.models.role_in_structure`).
    """
    roles = _roles(structure_id, user.pk)
    return MembershipRole(roles[0]) if roles else None


@written_once
def _roles(structure: UUID, user: int) -> QuerySet[Membership, str]:
    own = Membership.objects.order_by().filter(structure_id=structure, user_id=user)
    return own.values_list("role", flat=True)[:1]


def team_access(structure_id: UUID, user: User) -> TeamAccess:
    """Tell what a person is to a structure (one query, one more for a facilitator). Nobody facilitates
    their own structure."""
    role = role_of(user, structure_id)
    if role is not None or not user.is_facilitator:
        return TeamAccess(role=role)
    leads = Membership.objects.filter(structure_id=structure_id, role=MembershipRole.LEAD.value)
    return TeamAccess(role=None, is_facilitator=True, has_lead=leads.exists())


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
        Structure.objects.visible_to(user)
        .select_related("facilitator__stand_in")
        .filter(pk=pk)
        .first()
    )
    if structure is None:
        raise Http404
    return LoadedStructure(structure, team_access(structure.pk, user))


def get_diagnostic(user: User, pk: UUID) -> LoadedDiagnostic:
    """Load a diagnostic for a person; Http404 for those who may not see it."""
    diagnostic = read_unchecked(user, pk)
    if diagnostic is None:
        raise Http404
    access = access_to(diagnostic, user)
    if not access.can_view:
        raise Http404
    return LoadedDiagnostic(diagnostic, access)


def read_unchecked(user: User, pk: UUID) -> Diagnostic | None:
    """Read a diagnostic with its surroundings and what :func:`access_to` asks of it (one query).

    No right is checked: it is for whoever asks :func:`access_to` next.
    """
    return next(iter(_diagnostics(pk, user.pk)), None)


@written_once
def _diagnostics(pk: UUID, user: int) -> QuerySet[Diagnostic]:
    surrounded = Diagnostic.objects.with_surroundings()
    return surrounded.annotate(**what_is_asked_of(user)).order_by().filter(pk=pk)


def what_is_asked_of(user: int) -> dict[str, Any]:
    """Return what a diagnostic is annotated with for :func:`access_to`; ``user``: the person's key."""
    review = Review.objects.filter(
        diagnostic=OuterRef("pk"), closed_at=None, taken_by__isnull=False
    )
    pending = (
        Thread.objects.pending_requests()
        .filter(diagnostic=OuterRef("pk"))
        .order_by()
        .values("diagnostic")
        .values(count=Count("pk"))
    )
    return {
        "role_of_user": role_in_structure(user),
        "is_review_taken": Exists(review),
        "pending_request_count": Coalesce(Subquery(pending), 0),
        "was_submitted": Exists(Version.objects.filter(diagnostic=OuterRef("pk"))),
    }


def access_to(diagnostic: Diagnostic, user: User) -> Access:
    """Tell what a person is to a diagnostic that was read with :func:`what_is_asked_of`."""
    access = access_by(diagnostic.role_of_user, diagnostic.state, user)
    return replace(
        access,
        is_taken=diagnostic.is_review_taken,
        pending_requests=diagnostic.pending_request_count,
        was_submitted=diagnostic.was_submitted,
    )


def access_by(role: str | None, state: str, user: User) -> Access:
    """Tell what a person with this role is to a diagnostic in this state.

    Whether its review is taken and how many requests are pending is not known here
    (:func:`access_to`). Nobody facilitates a diagnostic of their own structure.
    """
    return Access(
        role=MembershipRole(role) if role else None,
        state=State(state),
        is_facilitator=user.is_facilitator and not role,
    )
