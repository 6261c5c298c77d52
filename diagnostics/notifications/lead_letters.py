"""What a facilitator writes to the leads of several structures."""

from __future__ import annotations

from diagnostics.models import User
from diagnostics.notifications.frame import reply_to, send_letter
from diagnostics.notifications.letters import Button, Letter, Quote, Words


def write_to_lead(
    *, key: str, person: User, sender: User, subject: str, text: str, base_url: str
) -> bool:
    """Queue what a facilitator wrote to a person, whose answer goes to them; tell whether it is new.

    In the caller's transaction; the same ``key`` again tells nobody twice.
    """
    letter = Letter(
        subject=subject,
        greeting=person.display_name,
        site=base_url,
        parts=(
            Words(f"{sender.display_name}, de la facilitation, vous écrit\u00a0:"),
            Quote(text),
            Words("Pour lui répondre, répondez simplement à ce message."),
            Button("Ouvrir vos diagnostics", f"{base_url}/"),
        ),
    )
    return send_letter(letter, key=key, kind="lead_letter", person=person, headers=reply_to(sender))
