"""Mails that wait, leave once, and are forgotten."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils import timezone
from procrastinate.contrib.django import app

from diagnostics.domain.conversation import Audience, can_read
from diagnostics.domain.retention import MAIL_TEXTS_DAYS
from diagnostics.models import Diagnostic, QueuedMail, User
from diagnostics.queries import role_of
from diagnostics.queries.access import access_to, what_is_asked_of

# The texts of mails are kept as long as somebody may ask what became of them.
KEPT = dt.timedelta(days=MAIL_TEXTS_DAYS)
SUBJECT = 400  # characters, where a structure's name and a person's fit


@dataclass(frozen=True)
class Written:
    """A mail that was written, to be queued for one person.

    ``key``: what it is for, the same whoever asks again; ``about``: what it tells of each diagnostic
    that it names, as plain JSON: with the ``audience`` of what it quotes, it leaves only if that is
    still read by the person.
    """

    key: str
    kind: str
    person: User
    subject: str
    text: str
    html: str
    headers: dict[str, str] = field(default_factory=dict)
    diagnostic: Diagnostic | None = None
    about: list[dict[str, Any]] = field(default_factory=list)


# The kind of the one mail to an address that nobody has any more: it is removed once it left.
FAREWELL = "account_erased"


@transaction.atomic
def queue_farewell(*, key: str, address: str, subject: str, text: str, html: str) -> None:
    """Queue a mail to somebody whose account was just erased."""
    queued = QueuedMail.objects.create(
        key=key, kind=FAREWELL, address=address, subject=subject, text=text, html=html
    )
    app.configure_task("send_mail").defer(mail_id=queued.pk)


@transaction.atomic
def queue_mail(mail: Written) -> QueuedMail | None:
    """Keep a mail and queue its sending, both or neither; None when it was queued before."""
    queued, is_new = QueuedMail.objects.get_or_create(
        key=mail.key,
        defaults={
            "kind": mail.kind,
            "person": mail.person,
            "diagnostic": mail.diagnostic,
            "address": mail.person.email,
            "subject": mail.subject[:SUBJECT],
            "text": mail.text,
            "html": mail.html,
            "headers": mail.headers,
            "about": mail.about,
        },
    )
    if not is_new:
        return None
    app.configure_task("send_mail").defer(mail_id=queued.pk)
    return queued


def send_once(pk: int, send: Callable[[QueuedMail], None]) -> bool:
    """Send a queued mail unless it left already; tell whether it left now.

    Its row is locked meanwhile: of two workers one sends, the other fails at once and tries again
    later. Whatever ``send`` raises leaves it unsent. Somebody whose account was closed, or who may no
    longer see the diagnostic, is not written to. A mail that quotes what its person reads no longer is
    removed: the mail of the day is written anew within the hour, without it.
    """
    with transaction.atomic():
        mail = (
            QueuedMail.objects.select_for_update(of=("self",), nowait=True)
            .select_related("person", "diagnostic")
            .filter(pk=pk, sent_at=None)
            .exclude(text="")
            .first()
        )
        if mail is None or not _is_still_for(mail):
            return False
        if not _is_read_by(mail.person, mail.about):
            mail.delete()
            return False
        if mail.person:
            mail.address = mail.person.email
        send(mail)
        if mail.kind == FAREWELL:
            mail.delete()
            return True
        mail.sent_at = timezone.now()
        mail.save(update_fields=["sent_at", "address"])
    return True


def _is_still_for(mail: QueuedMail) -> bool:
    person, diagnostic = mail.person, mail.diagnostic
    if person is None:
        return True
    if not person.is_active:
        return False
    if diagnostic is None or person.is_facilitator:
        return True
    return role_of(person, diagnostic.structure_id) is not None


def _is_read_by(person: User | None, about: list[dict[str, Any]]) -> bool:
    """Tell whether a person reads each audience that a mail quotes, as they stand now."""
    quoted = {(entry["diagnostic"], entry["audience"]) for entry in about if "audience" in entry}
    if not quoted:
        return True
    if person is None:
        return False
    wanted = {pk for pk, _audience in quoted}
    found = Diagnostic.objects.filter(pk__in=wanted).annotate(**what_is_asked_of(person))
    accesses = {str(one.pk): access_to(one, person) for one in found}
    return all(
        pk in accesses and can_read(accesses[pk], Audience(audience)) for pk, audience in quoted
    )


def purge_mails(now: dt.datetime) -> int:
    """Forget what the mails said that were written long ago, whether they left or were given up; their
    keys stay, so that none leaves again."""
    QueuedMail.objects.filter(kind=FAREWELL, queued_at__lt=now - KEPT).delete()
    old = QueuedMail.objects.filter(queued_at__lt=now - KEPT).exclude(text="")
    return old.update(text="", html="", headers={})
