"""Writing the identity card of a structure."""

from __future__ import annotations

from typing import Any, TypedDict, Unpack

from django.db import transaction

from diagnostics.domain.vocabulary import EventKind, MembershipRole
from diagnostics.models import Membership, Structure, User
from diagnostics.queries import team_access
from diagnostics.services.coherence import refresh_indicators
from diagnostics.services.errors import NotAllowed
from diagnostics.services.journal import record_event


class IdentityCard(TypedDict, total=False):
    """The fields of the identity card."""

    name: str
    legal_form: str
    founded_year: int | None
    territory: str
    base_scale: str
    population: int | None
    region: str


IDENTITY_FIELDS = tuple(IdentityCard.__annotations__)


def create_structure(*, user: User, **fields: Unpack[IdentityCard]) -> Structure:
    """Create a structure whose lead is ``user``; the creation is journalled."""
    with transaction.atomic():
        structure = Structure.objects.create(**_known(fields))
        Membership.objects.create(structure=structure, user=user, role=MembershipRole.LEAD.value)
        record_event(EventKind.STRUCTURE_CREATED, actor=user, structure=structure)
    return structure


def update_structure(
    structure: Structure, *, user: User, **fields: Unpack[IdentityCard]
) -> Structure:
    """Change fields of the identity card, only those given.

    The base scale is read by the rules of coherence: the diagnostics' indicators follow it.
    Raises NotAllowed when ``user`` is not the lead any more once the row is locked.
    """
    changes = _known(fields)
    with transaction.atomic():
        locked = Structure.objects.select_for_update(no_key=True).get(pk=structure.pk)
        if not team_access(locked.pk, user).can_manage:
            raise NotAllowed("Seul·e le ou la référent·e de la structure peut modifier sa fiche.")
        base_scale = locked.base_scale
        for name, value in changes.items():
            setattr(locked, name, value)
        if changes:
            locked.save(update_fields=list(changes))
        if locked.base_scale != base_scale:
            for diagnostic in locked.diagnostics.select_for_update(of=("self",)).select_related(
                "structure", "kit"
            ):
                refresh_indicators(diagnostic)
    return locked


def _known(fields: IdentityCard) -> dict[str, Any]:
    unknown = set(fields) - set(IDENTITY_FIELDS)
    if unknown:
        raise TypeError(f"not on the identity card: {', '.join(sorted(unknown))}")
    return dict(fields)
