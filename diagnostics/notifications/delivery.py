"""Sending what was kept: as it was written, or written now because it holds what opens something."""

from __future__ import annotations

from typing import NamedTuple

from diagnostics.models import QueuedMail
from diagnostics.notifications.accounts import account_letter, letter_of_allauth
from diagnostics.notifications.invitations import invitation_letter, invitation_of
from diagnostics.notifications.letters import Letter
from diagnostics.notifications.sending import message_id, send_plain
from diagnostics.services.account_mails import context_of


class _Said(NamedTuple):
    subject: str
    text: str
    html: str


def deliver(mail: QueuedMail) -> bool:
    """Send a mail that was kept; False when there is nothing to say any more."""
    said = _written_now(mail) if mail.written_from else _Said(mail.subject, mail.text, mail.html)
    if said is None:
        return False
    # No absence message answers it (RFC 3834).
    headers = {"Message-ID": message_id(mail.key), "Auto-Submitted": "auto-generated"}
    send_plain(mail.address, *said, headers=headers | mail.headers)
    return True


def _written_now(mail: QueuedMail) -> _Said | None:
    source = mail.written_from
    if "invitation" in source:
        invitation = invitation_of(source["invitation"])
        if invitation is None:
            return None
        return _said(invitation_letter(invitation, base_url=source["base_url"]))
    context = context_of(mail)
    if context is None:
        return None
    letter = account_letter(source["template"].rpartition("/")[2], context)
    return _said(letter) if letter else _Said(*letter_of_allauth(source["template"], context), "")


def _said(letter: Letter) -> _Said:
    return _Said(letter.title, letter.as_text(), letter.as_html())
