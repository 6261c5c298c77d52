"""One form sent, one thing created: two presses on a slow line are one."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

from django.db import transaction

from diagnostics.models import SentForm, User

KEPT_FOR = dt.timedelta(days=1)


def create_once(token: str, *, user: User, create: Callable[[], str]) -> tuple[str, bool]:
    """Run ``create``, which creates something and returns the address that it leads to, unless the
    form with this token was sent already. Returns the address, and whether it was created now.

    Two at once: the second waits for the first. What ``create`` raises undoes it whole, so that the
    form can be sent again. A text that is no token of ours protects from nothing.
    """
    if not re.fullmatch(r"[0-9a-f]{32}", token):
        return create(), True
    with transaction.atomic():
        sent, is_new = SentForm.objects.get_or_create(token=token, user=user)
        if is_new:
            sent.leads_to = create()
            sent.save(update_fields=["leads_to"])
    return sent.leads_to, is_new


def purge_sent_forms(now: dt.datetime) -> int:
    """Remove the forms that nobody sends again; tell how many."""
    return SentForm.objects.filter(sent_at__lt=now - KEPT_FOR).delete()[0]
