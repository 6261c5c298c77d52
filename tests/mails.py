"""The mails that wait in the queue, sent in the test's own transaction."""

from __future__ import annotations

from django.core import mail
from django.core.mail import EmailMessage

from diagnostics import tasks
from diagnostics.models import QueuedMail


def left() -> list[EmailMessage]:
    """Have the mails leave that wait; return all those that left since the test began."""
    for pk in QueuedMail.objects.filter(sent_at=None).order_by("pk").values_list("pk", flat=True):
        tasks.send_mail(mail_id=pk)
    return mail.outbox
