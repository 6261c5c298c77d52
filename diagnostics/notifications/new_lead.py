"""What somebody is told to whom the lead of a structure was handed over."""

from __future__ import annotations

from django.urls import reverse

from diagnostics.domain.vocabulary import MembershipRole
from diagnostics.models import Event
from diagnostics.notifications.frame import reply_to, send_letter
from diagnostics.notifications.letters import Button, Letter, Words, named


def tell_new_lead(event: Event, *, base_url: str) -> None:
    """Write to who leads a structure now, in the caller's transaction; to nobody who does not any more."""
    if event.structure is None or event.person is None or event.actor is None:
        return
    leads = event.structure.memberships.filter(
        role=MembershipRole.LEAD.value, user=event.person, user__is_active=True
    )
    if event.structure.deleted_at is not None or not leads.exists():
        return
    name, structure = event.actor.display_name, named(event.structure.name)
    send_letter(
        Letter(
            f"Vous êtes référent·e de la structure {structure}",
            (
                Words(
                    f"{name} vous a transmis le rôle de référent·e de la structure {structure}. "
                    "Vous invitez désormais l’équipe, soumettez le diagnostic à la facilitation et "
                    "recevez ses réponses."
                ),
                Words(
                    f"Pour joindre {name}, répondez simplement à ce message. Vous pouvez aussi "
                    "transmettre ce rôle à votre tour, depuis la page de l’équipe."
                ),
                Button(
                    "Ouvrir la page de l’équipe",
                    base_url + reverse("structure_team", args=[event.structure_id]),
                ),
            ),
            greeting=event.person.display_name,
            site=base_url + "/",
        ),
        key=f"new_lead:{event.pk}",
        kind="new_lead",
        person=event.person,
        headers=reply_to(event.actor),
    )
