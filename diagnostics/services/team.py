"""The team of a structure: invitations, roles, departures.

Every function is one transaction that locks the structure's row first, then checks again who asks:
two people acting at once see one another's work. A refusal is a ServiceError in French.
"""

from __future__ import annotations

import base64
import hashlib
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, timedelta
from enum import Enum
from typing import TYPE_CHECKING
from uuid import UUID

from allauth.account.models import EmailAddress
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.crypto import salted_hmac
from procrastinate.contrib.django import app

from diagnostics.domain.addresses import normalise_address
from diagnostics.domain.vocabulary import EventKind, MembershipRole
from diagnostics.models import Event, Invitation, Membership, Structure, User
from diagnostics.queries import team_access
from diagnostics.services.errors import NotAllowed, ServiceError, WrongState
from diagnostics.services.journal import record_event
from diagnostics.services.locking import lock_structure
from diagnostics.services.structures import let_go_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

INVITATION_LIFE = timedelta(days=14)
# Teams count a dozen people: beyond this in one day, sent again included, somebody abuses the mail.
INVITATIONS_PER_DAY = 50
TOO_MANY_TODAY = (
    f"{INVITATIONS_PER_DAY} invitations sont déjà parties en un jour\u00a0: réessayez demain."
)
RESENDING_PAUSE = timedelta(minutes=10)
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


def invitations_to(user: User) -> QuerySet[Invitation]:
    """Return the invitations that a person can accept, at any address that they proved."""
    proved = EmailAddress.objects.filter(user=user, verified=True).values("email")
    return (
        Invitation.objects.pending()
        .filter(Q(email__iexact=user.email) | Q(email__in=proved))
        .exclude(structure__memberships__user=user)
        .select_related("structure", "invited_by")
        .order_by("created_at", "pk")
    )


def has_a_team(user: User) -> bool:
    """Tell whether a person is in a team, or invited to one."""
    is_member = user.memberships.filter(structure__deleted_at=None).exists()
    return is_member or invitations_to(user).exists()


class Outcome(Enum):
    """What becomes of an address that the lead wants to invite."""

    INVITED = "invited"
    MEMBER = "member"
    WAITING = "waiting"  # invited already, and not answered yet
    TOO_MANY = "too_many"  # of invitations in one day


@dataclass(frozen=True)
class Invited:
    """An address and what became of it; ``invitation``: the open one, where there is one."""

    address: str
    outcome: Outcome
    invitation: Invitation | None = None


def invite_members(
    structure: Structure,
    addresses: Iterable[str],
    *,
    role: MembershipRole,
    user: User,
    base_url: str,
) -> list[Invited]:
    """Invite addresses to join with a role; each mail is queued, each invitation journalled.

    A member, and an address whose invitation still waits for its answer, are left as they are. An
    invitation that has expired is replaced: its link stops working.
    """
    with _managed(structure.pk, user=user) as locked:
        if role not in ROLES_TO_GIVE:
            raise ServiceError("Ce rôle ne se donne pas par invitation.")
        members = _addresses_of_members(locked)
        waiting = {normalise_address(one.email): one for one in open_invitations(locked)}
        left = left_today(locked)
        told: dict[str, Invited] = {}
        for address in map(normalise_address, addresses):
            before = waiting.get(address)
            if address in told:
                continue
            if address in members:
                told[address] = Invited(address, Outcome.MEMBER)
            elif before and not before.is_expired:
                told[address] = Invited(address, Outcome.WAITING, before)
            elif left <= 0:
                told[address] = Invited(address, Outcome.TOO_MANY)
            else:
                if before:
                    cancel(before)
                invitation = invite(locked, address, role=role, user=user, base_url=base_url)
                told[address] = Invited(address, Outcome.INVITED, invitation)
                left -= 1
    return list(told.values())


def resend_invitation(invitation: Invitation, *, user: User, base_url: str) -> Invitation:
    """Send the mail of an open invitation again, its link for another fourteen days; journalled.

    The link is the same: the mail that was sent first opens it as well.
    """
    with _managed(invitation.structure_id, user=user, or_prepared=True) as structure:
        locked = Invitation.objects.select_for_update(of=("self",)).get(pk=invitation.pk)
        if locked.accepted_at:
            raise WrongState("Cette invitation a déjà été acceptée.")
        if locked.cancelled_at:
            raise WrongState("Cette invitation a été annulée\u00a0: invitez l’adresse de nouveau.")
        if normalise_address(locked.email) in _addresses_of_members(structure):
            raise WrongState("Cette personne fait déjà partie de l’équipe.")
        now = timezone.now()
        if locked.sent_at > now - RESENDING_PAUSE:
            raise WrongState(
                "Cette invitation vient de partir\u00a0: laissez-lui dix minutes pour arriver."
            )
        if left_today(structure) <= 0:
            raise WrongState(TOO_MANY_TODAY)
        locked.sent_at, locked.expires_at = now, now + INVITATION_LIFE
        locked.save(update_fields=["sent_at", "expires_at"])
        record_event(EventKind.INVITATION_RESENT, actor=user, structure=structure, role=locked.role)
        app.configure_task("send_invitation").defer(invitation_id=locked.pk, base_url=base_url)
    return locked


def is_replaced(invitation: Invitation) -> bool:
    """Tell whether the same address has a newer invitation to the structure, which it can accept."""
    pending = Invitation.objects.pending().filter(structure=invitation.structure_id)
    address = normalise_address(invitation.email)
    return any(normalise_address(one.email) == address for one in pending.exclude(pk=invitation.pk))


def cancel_invitation(invitation: Invitation, *, user: User) -> Invitation:
    """Cancel an invitation that nobody has accepted; its link stops working. Journalled."""
    with _managed(invitation.structure_id, user=user, or_prepared=True) as structure:
        locked = Invitation.objects.select_for_update(of=("self",)).get(pk=invitation.pk)
        if locked.accepted_at:
            raise WrongState("Cette invitation a déjà été acceptée.")
        if locked.cancelled_at is None:
            cancel(locked)
            record_event(
                EventKind.INVITATION_CANCELLED, actor=user, structure=structure, role=locked.role
            )
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
            let_go_of(structure, user)
        invitation.accepted_at = timezone.now()
        invitation.accepted_by = user
        invitation.save(update_fields=["accepted_at", "accepted_by"])
    return membership


# --- Members ------------------------------------------------------------------------------------


def change_role(membership: Membership, *, role: MembershipRole, user: User) -> Membership:
    """Give another role to a member who is not the lead; journalled and told them when it changes."""
    with _managed(membership.structure_id, user=user) as structure:
        locked = _member(membership)
        if role not in ROLES_TO_GIVE:
            raise ServiceError("Ce rôle se transmet, il ne se donne pas.")
        if locked.role == MembershipRole.LEAD:
            raise WrongState("Transmettez d’abord le rôle de référent·e à une autre personne.")
        if locked.role != role:
            event = _set_role(locked, role, actor=user, structure=structure)
            app.configure_task("mail_member").defer(event_id=event.pk)
    return locked


def hand_over_lead(membership: Membership, *, user: User) -> Membership:
    """Make a member the lead, who is told; the lead who hands over becomes a contributor. Journalled."""
    with _managed(membership.structure_id, user=user) as structure:
        locked = _member(membership)
        if locked.role == MembershipRole.LEAD:
            raise WrongState("Cette personne est déjà référent·e de la structure.")
        rows = Membership.objects.select_for_update(of=("self",)).select_related("user")
        leaving = rows.get(structure=structure, user=user)
        # In this order: one lead at most at any moment, one at least when it commits.
        _set_role(leaving, MembershipRole.CONTRIBUTOR, actor=user, structure=structure)
        event = _set_role(locked, MembershipRole.LEAD, actor=user, structure=structure)
        app.configure_task("mail_new_lead").defer(event_id=event.pk)
    return locked


def remove_member(membership: Membership, *, user: User) -> None:
    """Take a member out of the team: the lead anyone but themselves, who is told; a member themselves only.

    Invitations that wait for an answer of theirs are cancelled.
    """
    with transaction.atomic():
        structure = lock_structure(membership.structure_id)
        locked = _member(membership)
        if locked.user_id != user.pk and not team_access(structure.pk, user).can_manage:
            raise NotAllowed("Seul·e le ou la référent·e de la structure peut gérer l’équipe.")
        if locked.role == MembershipRole.LEAD:
            raise WrongState("Transmettez d’abord le rôle de référent·e à une autre personne.")
        # Invited at two addresses, they would come back by the other link.
        theirs = addresses_of(locked.user)
        for invitation in open_invitations(structure):
            if normalise_address(invitation.email) in theirs:
                cancel(invitation)
        event = record_event(
            EventKind.MEMBER_REMOVED,
            actor=user,
            structure=structure,
            role=locked.role,
            person=locked.user,
            member=locked.user_id,
        )
        locked.delete()
        if locked.user_id != user.pk:
            app.configure_task("mail_member").defer(event_id=event.pk)


# --- What they share ------------------------------------------------------------------------------


@contextmanager
def _managed(structure_id: UUID, *, user: User, or_prepared: bool = False) -> Iterator[Structure]:
    """Open a transaction on a structure whose team ``user`` manages, its row locked; ``or_prepared``:
    or whose lead a facilitator still waits for."""
    with transaction.atomic():
        structure = lock_structure(structure_id)
        access = team_access(structure.pk, user)
        if not (access.can_manage or (or_prepared and access.can_invite_lead)):
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


def _addresses_of_members(structure: Structure) -> set[str]:
    """Return every address that a member of the team has proved to hold."""
    emails = [*structure.memberships.values_list("user__email", flat=True)]
    of_members = EmailAddress.objects.filter(user__memberships__structure=structure, verified=True)
    return {
        normalise_address(email) for email in [*emails, *of_members.values_list("email", flat=True)]
    }


def open_invitations(structure: Structure) -> list[Invitation]:
    """Return the invitations that nobody has accepted or cancelled, expired or not."""
    return list(structure.invitations.filter(accepted_at=None, cancelled_at=None))


def left_today(structure: Structure) -> int:
    """Return how many mails of invitation the structure may still send."""
    sent = structure.events.filter(
        kind__in=[EventKind.MEMBER_INVITED.value, EventKind.INVITATION_RESENT.value],
        created_at__gt=timezone.now() - timedelta(days=1),
    )
    return INVITATIONS_PER_DAY - sent.count()


def invite(
    structure: Structure, address: str, *, role: MembershipRole, user: User, base_url: str
) -> Invitation:
    """Make an invitation in the caller's transaction, its mail queued; journalled."""
    now = timezone.now()
    invitation = Invitation(
        structure=structure,
        email=address,
        role=role.value,
        invited_by=user,
        created_at=now,
        sent_at=now,
        expires_at=now + INVITATION_LIFE,
    )
    invitation.token_digest = token_digest(invitation_token(invitation))
    invitation.save()
    record_event(EventKind.MEMBER_INVITED, actor=user, structure=structure, role=role.value)
    app.configure_task("send_invitation").defer(invitation_id=invitation.pk, base_url=base_url)
    return invitation


def cancel(invitation: Invitation) -> None:
    """Cancel an open invitation, in the caller's transaction."""
    invitation.cancelled_at = timezone.now()
    invitation.save(update_fields=["cancelled_at"])


def _set_role(
    membership: Membership, role: MembershipRole, *, actor: User, structure: Structure
) -> Event:
    before, membership.role = membership.role, role.value
    membership.save(update_fields=["role"])
    return record_event(
        EventKind.MEMBER_ROLE_CHANGED,
        actor=actor,
        structure=structure,
        person=membership.user,
        member=membership.user_id,
        before=before,
        after=role.value,
    )
