"""The one loader of each object: who may not see it gets a 404."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.http import Http404

from diagnostics.domain.permissions import Access, TeamAccess
from diagnostics.domain.vocabulary import (
    MembershipRole,
    State,
)
from diagnostics.models import (
    Diagnostic,
    Membership,
    Structure,
    User,
    role_in_structure,
)


def role_of(user: User, structure_id: UUID) -> MembershipRole | None:
    """Return a person's role in a structure, None without one (one query): the one lookup of it.

    Queries that read a diagnostic bring it along (:func:`diagnostics.models.role_in_structure`).
    """
    own = Membership.objects.order_by().filter(structure_id=structure_id, user=user)
    roles = own.values_list("role", flat=True)[:1]
    return MembershipRole(roles[0]) if roles else None


def team_access(structure_id: UUID, user: User) -> TeamAccess:
    """Tell what a person is to a structure."""
    return TeamAccess(role=role_of(user, structure_id), is_facilitator=user.is_facilitator)


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
    return LoadedStructure(structure, team_access(structure.pk, user))


def get_diagnostic(user: User, pk: UUID) -> LoadedDiagnostic:
    """Load a diagnostic for a person; Http404 for those who may not see it."""
    try:
        diagnostic = (
            Diagnostic.objects.with_surroundings()
            # The model declares it, for those who read it.
            .annotate(role_of_user=role_in_structure(user))  # type: ignore[no-redef]
            .get(pk=pk)
        )
    except Diagnostic.DoesNotExist as error:
        raise Http404 from error
    access = access_by(diagnostic.role_of_user, diagnostic.state, user)
    if not access.can_view:
        raise Http404
    return LoadedDiagnostic(diagnostic, access)


def access_by(role: str | None, state: str, user: User) -> Access:
    """Tell what a person with this role is to a diagnostic in this state."""
    return Access(
        role=MembershipRole(role) if role else None,
        state=State(state),
        is_facilitator=user.is_facilitator,
    )
