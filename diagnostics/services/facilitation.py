"""Who follows a structure, a facilitator's absence, and structures that wait for their first lead."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any, Unpack
from uuid import UUID

from django.db import transaction
from procrastinate.contrib.django import app

from diagnostics.domain.addresses import normalise_address
from diagnostics.domain.vocabulary import EventKind, MembershipRole
from diagnostics.models import Invitation, Structure, User
from diagnostics.queries import role_of, team_access
from diagnostics.services.errors import NotAllowed, ServiceError, WrongState
from diagnostics.services.journal import record_event, record_events
from diagnostics.services.locking import lock_structure
from diagnostics.services.structures import IdentityCard, known_fields
from diagnostics.services.team import (
    TOO_MANY_TODAY,
    addresses_of,
    cancel,
    invite,
    left_today,
    open_invitations,
)


class OwnAddress(ServiceError):
    """A facilitator invites herself to lead a structure."""


NOT_A_FACILITATOR = "Seule la facilitation choisit qui suit une structure."


def change_facilitator(structure: Structure, *, to: User | None, user: User) -> Structure:
    """Have another facilitator follow a structure, or nobody in particular; journalled, and told to its
    lead by mail.

    Raises NotAllowed, and ServiceError when ``to`` does not facilitate or is of the structure's team.
    """
    with transaction.atomic():
        locked = lock_structure(structure.pk)
        if not team_access(locked.pk, user).is_facilitator:
            raise NotAllowed(NOT_A_FACILITATOR)
        if to is not None:
            refuse_facilitator(to, locked.pk)
        entrust([locked], to=to, user=user)
    return locked


def entrust(structures: Iterable[Structure], *, to: User | None, user: User) -> list[Structure]:
    """Have a facilitator follow structures that the caller has locked, and whose right it has asked;
    return those that somebody else followed.

    In the caller's transaction, in a constant number of queries: journalled, and told to each lead by
    mail when somebody follows them.
    """
    after = to.pk if to else None
    changed = [structure for structure in structures if structure.facilitator_id != after]
    if not changed:
        return []
    events = record_events(
        EventKind.FACILITATOR_CHANGED,
        actor=user,
        told=[(one, {"before": one.facilitator_id, "after": after}) for one in changed],
    )
    Structure.objects.filter(pk__in=[one.pk for one in changed]).update(facilitator=to)
    for structure in changed:
        structure.facilitator = to
    if to is not None:
        jobs: list[dict[str, Any]] = [{"event_id": event.pk} for event in events]
        app.configure_task("mail_facilitator").batch_defer(*jobs)
    return changed


def create_structure_for(
    lead_address: str, *, user: User, base_url: str, **fields: Unpack[IdentityCard]
) -> Structure:
    """Create a structure and invite its lead; the facilitator who creates it follows it.

    It has no member until the invitation is accepted. Raises NotAllowed, OwnAddress.
    """
    if not user.is_facilitator:
        raise NotAllowed("Seule la facilitation crée une structure pour quelqu’un d’autre.")
    with transaction.atomic():
        structure = Structure.objects.create(facilitator=user, **known_fields(fields))
        record_event(EventKind.STRUCTURE_CREATED, actor=user, structure=structure)
        invite_lead(structure, lead_address, user=user, base_url=base_url)
    return structure


def invite_lead(
    structure: Structure, lead_address: str, *, user: User, base_url: str
) -> Invitation:
    """Invite who will lead a structure that has no lead yet, in place of whoever was invited before:
    the links sent before stop working. The first who accepts leads it.

    Raises NotAllowed, WrongState past the invitations of one day, and ServiceError when the address is
    one's own: nobody facilitates the structure that they lead.
    """
    address = normalise_address(lead_address)
    if address in addresses_of(user):
        raise OwnAddress(
            "Cette adresse est la vôtre\u00a0: écrivez celle de la personne qui sera référent·e."
        )
    with transaction.atomic():
        locked = lock_structure(structure.pk)
        if not team_access(locked.pk, user).can_invite_lead:
            raise NotAllowed("Cette structure a un·e référent·e, qui gère son équipe.")
        if left_today(locked) <= 0:
            raise WrongState(TOO_MANY_TODAY)
        for before in open_invitations(locked):
            cancel(before)
        return invite(locked, address, role=MembershipRole.LEAD, user=user, base_url=base_url)


def change_absence(
    user: User, *, first: dt.date | None, last: dt.date | None, stand_in: User | None
) -> None:
    """Tell when a facilitator is away, both days included, and who reviews meanwhile; None: never.

    Raises NotAllowed, and ServiceError when the other person does not facilitate or is oneself.
    """
    if not user.is_facilitator:
        raise NotAllowed("Les absences sont celles de la facilitation.")
    if stand_in is not None and (stand_in == user or not stand_in.is_facilitator):
        raise ServiceError("Choisissez une autre personne de la facilitation.")
    user.absent_from, user.absent_until, user.stand_in = first, last, stand_in
    user.save(update_fields=["absent_from", "absent_until", "stand_in"])


def refuse_facilitator(person: User, structure_id: UUID) -> None:
    """Raise ServiceError when a person cannot facilitate a structure: not of the facilitation, or of
    the structure's own team."""
    if not (person.is_facilitator and person.is_active):
        raise ServiceError(f"{person.display_name} ne fait pas partie de la facilitation.")
    if role_of(person, structure_id) is not None:
        raise ServiceError(
            f"{person.display_name} fait partie de l’équipe de la structure\u00a0: choisissez "
            "quelqu’un d’autre."
        )
