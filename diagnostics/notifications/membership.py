"""What somebody is told whose role in a team somebody else changed, or whom they took out of it."""

from __future__ import annotations

from django.urls import reverse

from diagnostics.domain.vocabulary import EventKind, MembershipRole
from diagnostics.models import Event
from diagnostics.notifications.frame import reply_to, send_letter
from diagnostics.notifications.letters import Button, Letter, Part, Words, named

# What each role is there to do, in the words of a letter.
ALLOWS = {
    MembershipRole.CONTRIBUTOR: (
        "Vous remplissez désormais le diagnostic avec l’équipe, et participez aux échanges."
    ),
    MembershipRole.READER: (
        "Vous lisez toujours le diagnostic, participez aux échanges et téléchargez le rapport, mais "
        "vous ne modifiez plus les réponses."
    ),
}


def tell_member(event: Event, *, base_url: str) -> None:
    """Write to whose role changed, or who was taken out, in the caller's transaction; to nobody of whom it
    is not true any more."""
    person, structure = event.person, event.structure
    if person is None or structure is None or event.actor is None:
        return
    membership = structure.memberships.filter(user=person).first()
    role = MembershipRole(membership.role) if membership else None
    is_removed = event.kind == EventKind.MEMBER_REMOVED.value
    is_still_so = role is None if is_removed else role == event.detail["after"]
    if not is_still_so or structure.deleted_at is not None or not person.is_active:
        return
    name, team = event.actor.display_name, named(structure.name)
    if role is None:
        subject = f"Vous ne faites plus partie de l’équipe de la structure {team}"
        loses = (
            "vous ne lisez plus ses diagnostics qu’en facilitation"
            if person.is_facilitator
            else "vous n’avez plus accès à ses diagnostics"
        )
        said: tuple[Part, ...] = (
            Words(
                f"{name} vous a retiré·e de l’équipe de la structure {team}\u00a0: {loses}. "
                "Ce que vous y avez écrit y reste, à votre nom."
            ),
            Words(
                f"Si c’est une erreur, répondez simplement à ce message\u00a0: {name} peut vous inviter de "
                "nouveau."
            ),
        )
    else:
        subject = f"Votre rôle a changé dans l’équipe de la structure {team}"
        said = (
            Words(
                f"{name} vous a donné le rôle {named(role.label)} dans l’équipe de la structure {team}. "
                f"{ALLOWS[role]}"
            ),
            Words(f"Pour joindre {name}, répondez simplement à ce message."),
            Button(
                "Ouvrir la page de la structure",
                base_url + reverse("structure_detail", args=[structure.pk]),
            ),
        )
    send_letter(
        Letter(subject, said, greeting=person.display_name, site=base_url + "/"),
        key=f"member:{event.pk}",
        kind="member",
        person=person,
        headers=reply_to(event.actor),
    )
