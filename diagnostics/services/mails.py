"""Mails that wait, leave once, and are forgotten."""

from __future__ import annotations

import datetime as dt
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db import InterfaceError, OperationalError, connection, transaction
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
# Seconds during which a mail that was accepted is marked, while the database is away: one that is not
# marked leaves again.
MARKING = 120

logger = logging.getLogger(__name__)


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


@dataclass(frozen=True)
class ToWrite:
    """A mail that holds what opens something: it is written when it leaves.

    ``source``: what it is written from, as plain JSON without any key. ``person``: whose account it is
    of, None for an address without one.
    """

    key: str
    kind: str
    address: str
    source: dict[str, Any]
    person: User | None = None
    headers: dict[str, str] = field(default_factory=dict)


@transaction.atomic
def queue_to_write(mail: ToWrite) -> QueuedMail | None:
    """Keep what a mail is written from and queue its sending, both or neither; None when it was before."""
    queued, is_new = keep_to_write(mail)
    if not is_new:
        return None
    app.configure_task("send_mail").defer(mail_id=queued.pk)
    return queued


def keep_to_write(mail: ToWrite) -> tuple[QueuedMail, bool]:
    """Keep what a mail is written from, for whoever sends it now; tell whether it is new."""
    return QueuedMail.objects.get_or_create(
        key=mail.key,
        defaults={
            "kind": mail.kind,
            "person": mail.person,
            "address": mail.address,
            "written_from": mail.source,
            "headers": mail.headers,
        },
    )


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


def send_once(pk: int, send: Callable[[QueuedMail], bool]) -> bool:
    """Send a queued mail unless it left already; tell whether it left now.

    Its row is locked meanwhile: of two workers one sends, the other fails at once and tries again
    later. Whatever ``send`` raises leaves it unsent; what it returns False for is nothing any more, and
    is removed. Somebody whose account was closed, or who may no longer see the diagnostic, is not
    written to. A mail that quotes what its person reads no longer is removed: the mail of the day is
    written anew within the hour, without it.

    A mail that the server accepted is marked whatever becomes of the database meanwhile (ADR 0033).
    """
    left: tuple[QueuedMail, dt.datetime] | None = None
    try:
        with transaction.atomic():
            mail = _locked(pk)
            if mail is None or not _is_still_for(mail):
                return False
            if mail.person and not mail.written_from:
                mail.address = mail.person.email
            if not _is_read_by(mail.person, mail.about) or not send(mail):
                mail.delete()
                return False
            left = (mail, timezone.now())
            _mark(*left)
    except (OperationalError, InterfaceError):
        if left is None:
            raise
        logger.warning("The database went while the mail %s left: it is marked again", pk)
        _mark_later(*left)
    return True


def _locked(pk: int) -> QueuedMail | None:
    mail = (
        QueuedMail.objects.select_for_update(of=("self",), nowait=True)
        .select_related("person", "diagnostic")
        .filter(pk=pk, sent_at=None)
        .first()
    )
    # What it said was forgotten: all its attempts failed long ago.
    return mail if mail and (mail.text or mail.written_from) else None


def _mark(mail: QueuedMail, left_at: dt.datetime) -> None:
    kept = QueuedMail.objects.filter(pk=mail.pk)
    if mail.kind == FAREWELL:
        kept.delete()
    else:
        kept.update(address=mail.address, sent_at=left_at)


def _mark_later(mail: QueuedMail, left_at: dt.datetime) -> None:
    """Mark a mail that left, as soon as the database is back."""
    deadline = time.monotonic() + MARKING
    while True:
        connection.close()  # the one of the transaction is of no use any more
        try:
            return _mark(mail, left_at)
        except (OperationalError, InterfaceError):
            if time.monotonic() > deadline:
                raise
            time.sleep(1)


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
    found = Diagnostic.objects.filter(pk__in=wanted).annotate(**what_is_asked_of(person.pk))
    accesses = {str(one.pk): access_to(one, person) for one in found}
    return all(
        pk in accesses and can_read(accesses[pk], Audience(audience)) for pk, audience in quoted
    )


def purge_mails(now: dt.datetime) -> int:
    """Forget what the mails said that were written long ago, whether they left or were given up; tell of
    how many.

    Their keys stay, so that none leaves again, but of those of accounts and invitations, whose address
    may be nobody's here: each of them is asked for anew.
    """
    old = QueuedMail.objects.filter(queued_at__lt=now - KEPT)
    old.filter(kind=FAREWELL).delete()
    asked, _by_model = old.exclude(written_from={}).delete()
    return asked + old.exclude(text="").update(text="", html="", headers={})
