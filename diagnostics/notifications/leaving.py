"""The link by which somebody stops receiving what they need not receive."""

from __future__ import annotations

from dataclasses import dataclass

from django.core import signing
from django.urls import reverse

from diagnostics.domain.vocabulary import Labelled
from diagnostics.models import User

SALT = "diagnostics.mails.leave"


class Optional(Labelled):
    """What one may stop receiving."""

    COMMENTS = "comments", "les messages des échanges"
    REMINDERS = "reminders", "les rappels"


@dataclass(frozen=True)
class Leaving:
    """What a link asks: that a person receives no more of a kind of mail."""

    person_id: int
    kind: Optional


def leave_token(person: User, kind: Optional) -> str:
    """Return the signed end of the link; it opens nothing else, and ends with the site's key."""
    return signing.dumps([person.pk, kind.value], salt=SALT)


def leave_address(person: User, kind: Optional, *, base_url: str) -> str:
    """Return the link, as mails have it."""
    return base_url + reverse("mails_leave", args=[leave_token(person, kind)])


def read_token(token: str) -> Leaving | None:
    """Return what a link asks; None when it was not made here."""
    try:
        person_id, kind = signing.loads(token, salt=SALT)
        return Leaving(int(person_id), Optional(kind))
    except (signing.BadSignature, ValueError, TypeError):
        return None
