"""Handing mails to the mail server; what fails is raised, for the queue to try again."""

from __future__ import annotations

from django.conf import settings
from django.core.mail import EmailMultiAlternatives

from diagnostics.models import QueuedMail


def deliver(mail: QueuedMail) -> None:
    """Send a mail that was kept."""
    send_plain(mail.address, mail.subject, mail.text, mail.html, headers=mail.headers)


def send_plain(
    to: str, subject: str, text: str, html: str, *, headers: dict[str, str] | None = None
) -> None:
    """Send a mail in its two forms."""
    message = EmailMultiAlternatives(
        subject, text, settings.DEFAULT_FROM_EMAIL, [to], headers=headers
    )
    message.attach_alternative(html, "text/html")
    message.send()
