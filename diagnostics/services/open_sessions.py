"""Ending the sessions of a person."""

from __future__ import annotations

from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Exists, OuterRef

from diagnostics.models import OpenSession, User
from diagnostics.queries.personal_data import open_sessions


def end_session(session: OpenSession) -> None:
    """End one session: the next request of its browser is nobody's."""
    with transaction.atomic():
        Session.objects.filter(pk=session.session_key).delete()
        session.delete()


def end_sessions(user: User, *, but: str = "") -> int:
    """End all the sessions of a person, but the one of a key; return how many they were.

    Each is read: also those of before their rows were written.
    """
    keys = [key for key, _end in open_sessions(user) if key != but]
    with transaction.atomic():
        ended = Session.objects.filter(pk__in=keys).delete()[0]
        OpenSession.objects.filter(user=user).exclude(session_key=but).delete()
    return ended


def purge_open_sessions() -> int:
    """Forget the rows of sessions that have ended; return how many they were."""
    alive = Session.objects.filter(pk=OuterRef("session_key"))
    return OpenSession.objects.filter(~Exists(alive)).delete()[0]
