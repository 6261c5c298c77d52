"""One form sent, one thing done: two presses on a slow line are one."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

from django.db import transaction

from diagnostics.models import SentForm, User

KEPT_FOR = dt.timedelta(days=1)
TOKEN = re.compile(r"[0-9a-f]{32}")


def do_once(token: str, *, user: User, action: Callable[[], str]) -> tuple[str, bool]:
    """Run ``action``, which creates or deletes something and returns the address that it leads to,
    unless the form with this token was sent already. Returns the address, and whether it ran now.

    Two at once: the second waits for the first. What ``action`` raises undoes it whole, so that the
    form can be sent again. A text that is no token of ours protects from nothing.
    """
    if not TOKEN.fullmatch(token):
        return action(), True
    with transaction.atomic():
        sent, is_new = SentForm.objects.get_or_create(token=token, user=user)
        if is_new:
            sent.leads_to = action()
            sent.save(update_fields=["leads_to"])
    return sent.leads_to, is_new


def led_to(token: str, *, user: User) -> str:
    """Return where a form of the person that was sent already has led, or nothing: what a second press
    asks for may be gone."""
    if not TOKEN.fullmatch(token):
        return ""
    sent = SentForm.objects.filter(token=token, user=user).first()
    return sent.leads_to if sent else ""


def purge_sent_forms(now: dt.datetime) -> int:
    """Remove the forms that nobody sends again; tell how many."""
    return SentForm.objects.filter(sent_at__lt=now - KEPT_FOR).delete()[0]
