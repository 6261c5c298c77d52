"""The mails of accounts: what waits in the queue to be written from, and the keys, made when they leave.

A key that lies in a queue, in a table or in their backups opens an account to whoever reads them.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from allauth.account import app_settings
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from allauth.account.utils import user_pk_to_url_str
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.timezone import now

from diagnostics.models import QueuedMail, User
from diagnostics.services.mails import ToWrite, queue_to_write

CONFIRMATIONS = frozenset({"email_confirmation_signup", "email_confirmation"})
RESET = "password_reset_key"
# What allauth knows of a change and a mail tells; everything else that it gives stays out of the queue.
TOLD = ("ip", "user_agent", "from_email", "to_email", "deleted_email")


def queue_account_mail(
    template: str,
    address: str,
    *,
    person: User | None,
    base_url: str,
    context: Mapping[str, Any],
) -> None:
    """Queue a mail of an account, in the caller's transaction.

    ``template``: the prefix of allauth's template, « account/email/password_changed »; ``context``: what
    allauth would give to it. One row and one job, whether somebody has an account at the address or not.
    """
    source = {"template": template, "base_url": base_url, "at": now().isoformat()}
    source |= {name: str(context[name]) for name in TOLD if name in context}
    queue_to_write(
        ToWrite(
            key=f"account:{uuid.uuid4()}",
            kind=f"account:{template.rpartition('/')[2]}"[:40],
            address=address,
            source=source,
            person=person,
        )
    )


def context_of(mail: QueuedMail) -> dict[str, Any] | None:
    """Return what an account's mail is written with, its key made now; None when it is of no use any
    more: the address was confirmed meanwhile, or is no longer the person's."""
    source = mail.written_from
    base_url, name = source["base_url"], source["template"].rpartition("/")[2]
    context: dict[str, Any] = {
        **source,
        "email": mail.address,
        "timestamp": parse_datetime(source["at"]),
        "signup_url": base_url + reverse("account_signup"),
        "password_reset_url": base_url + reverse("account_reset_password"),
    }
    if name in CONFIRMATIONS:
        path = _confirmation_path(mail)
        return context | {"activate_url": base_url + path} if path else None
    if name == RESET:
        path = _reset_path(mail)
        return context | {"password_reset_url": base_url + path} if path else None
    return context


def _confirmation_path(mail: QueuedMail) -> str:
    waiting = EmailAddress.objects.filter(
        user=mail.person, email__iexact=mail.address, verified=False
    )
    address = waiting.first() if mail.person else None
    if address is None:
        return ""
    return reverse("account_confirm_email", args=[EmailConfirmationHMAC.create(address).key])


def _reset_path(mail: QueuedMail) -> str:
    person = mail.person
    if person is None or not _has(person, mail.address):
        return ""
    # As allauth's own link: the person and the key are one text to whoever reads it.
    token = app_settings.PASSWORD_RESET_TOKEN_GENERATOR().make_token(person)
    key = f"{user_pk_to_url_str(person)}-{token}"
    path = reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"})
    return path.replace("UID-KEY", key)


def _has(person: User, address: str) -> bool:
    if person.email == address:
        return True
    return bool(EmailAddress.objects.filter(user=person, email__iexact=address).exists())
