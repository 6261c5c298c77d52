"""Writing the identity card of a structure, and deleting one that has no diagnostic."""

from __future__ import annotations

from typing import Any, TypedDict, Unpack

from django.db import transaction
from django.utils import timezone

from diagnostics.domain.vocabulary import EventKind, MembershipRole
from diagnostics.models import Membership, Review, Structure, User
from diagnostics.queries import team_access
from diagnostics.services.coherence import refresh_indicators
from diagnostics.services.errors import NotAllowed, WrongState
from diagnostics.services.journal import record_event
from diagnostics.services.locking import lock_structure


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
        structure = Structure.objects.create(**known_fields(fields))
        Membership.objects.create(structure=structure, user=user, role=MembershipRole.LEAD.value)
        record_event(EventKind.STRUCTURE_CREATED, actor=user, structure=structure)
    return structure


def update_structure(
    structure: Structure, *, user: User, **fields: Unpack[IdentityCard]
) -> Structure:
    """Change fields of the identity card, only those given.

    The base scale is read by the rules of coherence: the diagnostics' indicators follow it.
    Raises NotAllowed when ``user`` is not the lead any more once the row is locked; while nobody leads
    it, the facilitators who prepare it change its card.
    """
    changes = known_fields(fields)
    with transaction.atomic():
        locked = lock_structure(structure.pk)
        if not team_access(locked.pk, user).can_edit_card:
            raise NotAllowed("Seul·e le ou la référent·e de la structure peut modifier sa fiche.")
        concerned = []
        if changes.get("base_scale", locked.base_scale) != locked.base_scale:
            # Before the card is saved: a save of a diagnostic waits for its structure's lines last.
            rows = locked.diagnostics.select_for_update(of=("self",))
            concerned = list(rows.select_related("structure", "kit"))
        for name, value in changes.items():
            setattr(locked, name, value)
        if changes:
            locked.save(update_fields=list(changes))
        for diagnostic in concerned:
            diagnostic.structure = locked
            refresh_indicators(diagnostic)
    return locked


def delete_structure(structure: Structure, *, user: User) -> None:
    """Take a structure without diagnostics away from everybody; its row and its journal stay.

    Its open invitations are cancelled. Raises NotAllowed, and WrongState when it has a diagnostic.
    """
    with transaction.atomic():
        locked = lock_structure(structure.pk, to_delete=True)
        if not team_access(locked.pk, user).can_edit_card:
            raise NotAllowed("Seul·e le ou la référent·e de la structure peut la supprimer.")
        if locked.diagnostics.exists():
            raise WrongState("Cette structure a un diagnostic\u00a0: elle ne se supprime pas.")
        now = timezone.now()
        locked.invitations.filter(accepted_at=None, cancelled_at=None).update(cancelled_at=now)
        locked.deleted_at, locked.deleted_by = now, user
        locked.save(update_fields=["deleted_at", "deleted_by"])
        record_event(EventKind.STRUCTURE_DELETED, actor=user, structure=locked)


def let_go_of(structure: Structure, user: User) -> None:
    """Have somebody who is now of a structure's team no longer facilitate it, nor review its
    diagnostics, in the caller's transaction; journalled."""
    # Before the structure is saved: a save of a diagnostic waits for its structure's lines last. All of
    # them: what the person takes meanwhile is read once its lock is held.
    locked = {row.pk: row for row in structure.diagnostics.select_for_update(of=("self",))}
    taken = Review.objects.filter(diagnostic__in=locked, closed_at=None, taken_by=user)
    for review in taken:
        review.taken_by, review.taken_at = None, None
        review.save(update_fields=["taken_by", "taken_at"])
        record_event(
            EventKind.REVIEW_HANDED_OVER,
            actor=user,
            structure=structure,
            diagnostic=locked[review.diagnostic_id],
            before=user.pk,
            after=None,
        )
    if structure.facilitator_id == user.pk:
        record_event(
            EventKind.FACILITATOR_CHANGED,
            actor=user,
            structure=structure,
            before=user.pk,
            after=None,
        )
        structure.facilitator = None
        structure.save(update_fields=["facilitator"])


def known_fields(fields: IdentityCard) -> dict[str, Any]:
    """Return fields of the identity card; raises TypeError of any other."""
    unknown = set(fields) - set(IDENTITY_FIELDS)
    if unknown:
        raise TypeError(f"not on the identity card: {', '.join(sorted(unknown))}")
    return dict(fields)
