"""The mail of an invitation, whose link proves an address: written when it is sent, never stored."""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone

from diagnostics.models import Invitation
from diagnostics.notifications.frame import message_id, reply_to
from diagnostics.notifications.letters import Button, Letter, Words, named
from diagnostics.notifications.sending import send_plain
from diagnostics.services.team import invitation_token
from diagnostics.typography import french_date, one_line


def send_invitation_mail(invitation: Invitation, *, base_url: str) -> None:
    """Send the link of an invitation at once."""
    letter = invitation_letter(invitation, base_url=base_url)
    key = f"invitation:{invitation.pk}:{invitation.sent_at.isoformat()}"
    headers = reply_to(invitation.invited_by) | {"Message-ID": message_id(key)}
    send_plain(invitation.email, letter.title, letter.as_text(), letter.as_html(), headers=headers)


def invitation_letter(invitation: Invitation, *, base_url: str) -> Letter:
    """Return what somebody invited reads."""
    structure = one_line(invitation.structure.name)
    who = invitation.invited_by.display_name
    until = french_date(timezone.localtime(invitation.expires_at).date())
    link = base_url + reverse("invitation_accept", args=[invitation_token(invitation)])
    return Letter(
        f"{who} vous invite à rejoindre {structure}",
        (
            Words(
                f"{who} vous invite à rejoindre l’équipe de la structure {named(structure)}, avec le "
                f"rôle {named(invitation.role_label)}."
            ),
            Words(
                "L’équipe y définit à plusieurs l’ambition de la structure pour les partenariats "
                "associations-entreprises sur son territoire."
            ),
            Button("Rejoindre l’équipe", link),
            Words(
                f"Ce lien est valable jusqu’au {until}. Ne le transmettez pas\u00a0: il prouve que cette "
                "adresse est la vôtre."
            ),
            Words(
                "Vous n’attendiez pas cette invitation\u202f? Ignorez ce message, rien ne sera créé à "
                "votre nom.",
                small=True,
            ),
        ),
        site=base_url + "/",
    )
