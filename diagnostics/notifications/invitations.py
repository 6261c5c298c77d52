"""The mail of an invitation, whose link proves an address: written when it leaves, never stored."""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone

from diagnostics.models import Invitation
from diagnostics.notifications.frame import reply_to
from diagnostics.notifications.letters import Button, Letter, Words, named
from diagnostics.services.mails import ToWrite
from diagnostics.services.team import invitation_token
from diagnostics.typography import french_date, one_line


def invitation_of(pk: int) -> Invitation | None:
    """Return an invitation that is still open: neither cancelled, nor replaced, nor accepted."""
    found = Invitation.objects.pending().select_related("structure", "invited_by")
    return found.filter(pk=pk).first()


def invitation_mail(invitation: Invitation, *, base_url: str) -> ToWrite:
    """Return what the mail of an invitation is written from; sent again on purpose, it is another one."""
    return ToWrite(
        key=f"invitation:{invitation.pk}:{invitation.sent_at.isoformat()}",
        kind="invitation",
        address=invitation.email,
        source={
            "invitation": invitation.pk,
            "structure": str(invitation.structure_id),
            "base_url": base_url,
        },
        headers=reply_to(invitation.invited_by),
    )


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
