"""A letter of a facilitator to the leads of structures, one mail each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID, uuid4

from django.db import transaction
from procrastinate.contrib.django import app

from diagnostics.domain.vocabulary import MembershipRole
from diagnostics.models import Membership, Structure, User
from diagnostics.services.errors import NotAllowed
from diagnostics.services.portfolio import MOST_AT_ONCE, NO_RIGHT, facilitates


@dataclass(frozen=True)
class Addressee:
    """Somebody who gets a letter, for the structures that they lead."""

    person: User
    structures: list[Structure]


def addressees(chosen: Iterable[UUID]) -> tuple[list[Addressee], list[Structure]]:
    """Return the leads of structures, each once, and the structures that have none to write to."""
    structures = list(Structure.objects.filter(pk__in=list(chosen)[:MOST_AT_ONCE]))
    leads = Membership.objects.filter(
        structure__in=structures, role=MembershipRole.LEAD.value, user__is_active=True
    ).select_related("user")
    lead_of = {lead.structure_id: lead.user for lead in leads}
    led: dict[int, list[Structure]] = {}
    people: dict[int, User] = {}
    for structure in structures:
        if person := lead_of.get(structure.pk):
            people[person.pk] = person
            led.setdefault(person.pk, []).append(structure)
    return (
        [Addressee(people[pk], of_lead) for pk, of_lead in led.items()],
        [structure for structure in structures if structure.pk not in lead_of],
    )


def write_to_leads(
    people: Iterable[Addressee], *, subject: str, text: str, user: User, base_url: str
) -> None:
    """Queue a letter to each of these people, one mail each; answers go to who writes.

    Raises NotAllowed.
    """
    with transaction.atomic():
        if not facilitates(user):
            raise NotAllowed(NO_RIGHT)
        letter = uuid4().hex
        for each in people:
            app.configure_task("mail_lead_letter").defer(
                key=f"lead_letter:{letter}:{each.person.pk}",
                person_id=each.person.pk,
                sender_id=user.pk,
                subject=subject,
                text=text,
                base_url=base_url,
            )
