"""The team of a structure: invitations, roles, departures.

Every function is one transaction that locks the structure's row first, then checks again who asks:
two people acting at once see one another's work. A refusal is a ServiceError in French.
"""

from __future__ import annotations

import base64
import hashlib
from contextlib import contextmanager
from datetime import UTC, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from allauth.account.models import EmailAddress
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac
from procrastinate.contrib.django import app

from diagnostics.domain.addresses import normalise_address
from diagnostics.domain.vocabulary import EventKind, MembershipRole
from diagnostics.models import Invitation, Membership, Structure, User
from diagnostics.queries import team_access
from diagnostics.services.errors import NotAllowed, ServiceError, WrongState
from diagnostics.services.journal import record_event
from diagnostics.services.locking import lock_structure

if TYPE_CHECKING:
    from collections.abc import Iterator

INVITATION_LIFE = timedelta(days=14)
# A team of the field counts a dozen people: beyond this in one day, somebody is abusing the mail.
INVITATIONS_PER_DAY = 50
ROLES_TO_GIVE = (MembershipRole.CONTRIBUTOR, MembershipRole.READER)


# --- Invitations ------------------------------------------------------------------------------


def invitation_token(invitation: Invitation) -> str:
    """Return the token of an invitation's link.

    It is derived from the row with the secret key rather than drawn and mailed: the queued mail
    and the database hold nothing that opens the link, yet the worker can write it.
    """
    moment = invitation.created_at.astimezone(UTC).isoformat()
    text = f"{invitation.structure_id}|{invitation.email}|{moment}"
    digest = salted_hmac("diagnostics.invitation", text, algorithm="sha256").digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def token_digest(token: str) -> str:
    """Return what is stored of a token."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


def find_invitation(token: str) -> Invitation | None:
    """Return the invitation of a link, whatever its state, with its structure and its author."""
    return (
        Invitation.objects.select_related("structure", "invited_by")
        .filter(token_digest=token_digest(token))
        .first()
    )


def addresses_of(user: User) -> set[str]:
    """Return the addresses that a person has proved to hold, in their one spelling."""
    verified = EmailAddress.objects.filter(user=user, verified=True)
    return {
        normalise_address(user.email),
        *(normalise_address(email) for email in verified.values_list("email", flat=True)),
    }


def has_a_team(user: User) -> bool:
    """Tell whether a person is in a team, or invited to one at an address that they proved."""
    return (
        user.memberships.filter(structure__deleted_at=None).exists()
        or Invitation.objects.pending().filter(email__in=addresses_of(user)).exists()
    )


def invite_member(
    structure: Structure, *, email: str, role: MembershipRole, user: User, base_url: str
) -> Invitation:
    """Invite an address to join with a role; the mail is queued, the invitation journalled.

    An open invitation to the same address is replaced: its link stops working.
    """
    email = normalise_address(email)
    with _managed(structure.pk, user=user) as locked:
        if role not in ROLES_TO_GIVE:
            raise ServiceError("Ce rôle ne se donne pas par invitation.")
        if _is_member(locked, email):
            raise ServiceError("Cette personne fait déjà partie de l’équipe.")
        now = timezone.now()
        recent = locked.invitations.filter(created_at__gt=now - timedelta(days=1)).count()
        if recent >= INVITATIONS_PER_DAY:
            raise ServiceError(
                f"{INVITATIONS_PER_DAY} invitations ont déjà été envoyées en un jour : "
                "réessayez demain."
            )
        locked.invitations.filter(email__iexact=email, accepted_at=None, cancelled_at=None).update(
            cancelled_at=now
        )
        invitation = Invitation(
            structure=locked,
            email=email,
            role=role.value,
            invited_by=user,
            created_at=now,
            expires_at=now + INVITATION_LIFE,
        )
        invitation.token_digest = token_digest(invitation_token(invitation))
        invitation.save()
        record_event(EventKind.MEMBER_INVITED, actor=user, structure=locked, role=role.value)
        app.configure_task("send_invitation").defer(invitation_id=invitation.pk, base_url=base_url)
    return invitation


def cancel_invitation(invitation: Invitation, *, user: User) -> Invitation:
    """Cancel an invitation that nobody has accepted; its link stops working."""
    with _managed(invitation.structure_id, user=user):
        locked = Invitation.objects.select_for_update(of=("self",)).get(pk=invitation.pk)
        if locked.accepted_at:
            raise WrongState("Cette invitation a déjà été acceptée.")
        if locked.cancelled_at is None:
            locked.cancelled_at = timezone.now()
            locked.save(update_fields=["cancelled_at"])
    return locked


def accept_invitation(token: str, *, user: User) -> Membership:
    """Make ``user`` join the structure of an invitation to one of their addresses.

    Accepting twice changes nothing; a member who accepts keeps the role they have. The arrival is
    journalled.
    """
    found = find_invitation(token)
    if found is None:
        raise WrongState("Ce lien d’invitation n’existe pas ou n’existe plus.")
    with transaction.atomic():
        structure = lock_structure(found.structure_id)
        invitation = Invitation.objects.select_for_update(of=("self",)).get(pk=found.pk)
        if normalise_address(invitation.email) not in addresses_of(user):
            raise NotAllowed("Cette invitation a été envoyée à une autre adresse que la vôtre.")
        membership = Membership.objects.filter(structure=structure, user=user).first()
        if invitation.accepted_at:
            if invitation.accepted_by_id == user.pk and membership:
                return membership
            raise WrongState("Cette invitation a déjà servi.")
        if invitation.cancelled_at:
            raise WrongState("Cette invitation a été annulée.")
        if invitation.is_expired:
            raise WrongState("Cette invitation a expiré.")
        role = MembershipRole(invitation.role)
        if membership is None:
            if role is MembershipRole.LEAD and _lead_of(structure) is not None:
                raise WrongState("Cette structure a déjà un·e référent·e.")
            membership = Membership.objects.create(structure=structure, user=user, role=role.value)
            record_event(EventKind.MEMBER_JOINED, actor=user, structure=structure, role=role.value)
        invitation.accepted_at = timezone.now()
        invitation.accepted_by = user
        invitation.save(update_fields=["accepted_at", "accepted_by"])
    return membership


# --- Members ------------------------------------------------------------------------------------


def change_role(membership: Membership, *, role: MembershipRole, user: User) -> Membership:
    """Give another role to a member who is not the lead; journalled when it changes."""
    with _managed(membership.structure_id, user=user) as structure:
        locked = _member(membership)
        if role not in ROLES_TO_GIVE:
            raise ServiceError("Ce rôle se transmet, il ne se donne pas.")
        if locked.role == MembershipRole.LEAD:
            raise WrongState("Transmettez d’abord le rôle de référent·e à une autre personne.")
        if locked.role != role:
            _set_role(locked, role, actor=user, structure=structure)
    return locked


def hand_over_lead(membership: Membership, *, user: User) -> Membership:
    """Make a member the lead; the lead who hands over becomes a contributor. Both journalled."""
    with _managed(membership.structure_id, user=user) as structure:
        locked = _member(membership)
        if locked.role == MembershipRole.LEAD:
            raise WrongState("Cette personne est déjà référent·e de la structure.")
        leaving = Membership.objects.select_for_update(of=("self",)).get(
            structure=structure, user=user
        )
        # In this order: one lead at most at any moment, one at least when it commits.
        _set_role(leaving, MembershipRole.CONTRIBUTOR, actor=user, structure=structure)
        _set_role(locked, MembershipRole.LEAD, actor=user, structure=structure)
    return locked


def remove_member(membership: Membership, *, user: User) -> None:
    """Take a member out of the team: the lead anyone but themselves, a member themselves only."""
    with transaction.atomic():
        structure = lock_structure(membership.structure_id)
        locked = _member(membership)
        if locked.user_id != user.pk and not team_access(structure.pk, user).can_manage:
            raise NotAllowed("Seul·e le ou la référent·e de la structure peut gérer l’équipe.")
        if locked.role == MembershipRole.LEAD:
            raise WrongState("Transmettez d’abord le rôle de référent·e à une autre personne.")
        record_event(
            EventKind.MEMBER_REMOVED,
            actor=user,
            structure=structure,
            role=locked.role,
            member=locked.user_id,
        )
        locked.delete()


# --- What they share ------------------------------------------------------------------------------


@contextmanager
def _managed(structure_id: UUID, *, user: User) -> Iterator[Structure]:
    """Open a transaction on a structure whose team ``user`` manages, its row locked."""
    with transaction.atomic():
        structure = lock_structure(structure_id)
        if not team_access(structure.pk, user).can_manage:
            raise NotAllowed("Seul·e le ou la référent·e de la structure peut gérer l’équipe.")
        yield structure


def _member(membership: Membership) -> Membership:
    locked = (
        Membership.objects.select_for_update(of=("self",))
        .select_related("user")
        .filter(pk=membership.pk)
        .first()
    )
    if locked is None:
        raise WrongState("Cette personne ne fait plus partie de l’équipe.")
    return locked


def _lead_of(structure: Structure) -> Membership | None:
    return structure.memberships.filter(role=MembershipRole.LEAD.value).first()


def _is_member(structure: Structure, email: str) -> bool:
    holders = EmailAddress.objects.filter(email__iexact=email, verified=True)
    return (
        structure.memberships.filter(user__email__iexact=email).exists()
        or structure.memberships.filter(user__in=holders.values("user")).exists()
    )


def _set_role(
    membership: Membership, role: MembershipRole, *, actor: User, structure: Structure
) -> None:
    before, membership.role = membership.role, role.value
    membership.save(update_fields=["role"])
    record_event(
        EventKind.MEMBER_ROLE_CHANGED,
        actor=actor,
        structure=structure,
        member=membership.user_id,
        before=before,
        after=role.value,
    )
