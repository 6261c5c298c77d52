"""Handing mails to the mail server; what fails is raised, for the queue to try again."""

from __future__ import annotations

import uuid
from email.utils import parseaddr

from django.conf import settings
from django.core.mail import EmailMultiAlternatives


def message_id(key: str) -> str:
    """Return the Message-ID of a mail, always the same: a mail server that receives it twice knows."""
    host = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    return f"<{uuid.uuid5(uuid.NAMESPACE_URL, key)}@{host}>"


def send_plain(
    to: str, subject: str, text: str, html: str, *, headers: dict[str, str] | None = None
) -> None:
    """Send a mail in its two forms, in the first alone when the second is empty."""
    message = EmailMultiAlternatives(
        subject, text, settings.DEFAULT_FROM_EMAIL, [to], headers=headers
    )
    if html:
        message.attach_alternative(html, "text/html")
    message.send()
