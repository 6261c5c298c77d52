"""Ending the sessions of a person."""

from __future__ import annotations

from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Exists, OuterRef

from diagnostics.domain.vocabulary import EventKind
from diagnostics.models import OpenSession, User
from diagnostics.services.journal import record_event


def end_session(session: OpenSession, *, actor: User) -> None:
    """End one session: the next request of its browser is nobody's; journalled."""
    with transaction.atomic():
        Session.objects.filter(pk=session.session_key).delete()
        session.delete()
        record_event(EventKind.SESSIONS_ENDED, actor=actor, person=session.user)


def end_sessions(user: User, *, but: str = "", actor: User | None = None) -> int:
    """End all the sessions of a person, but the one of a key; return how many they were.

    ``actor``: who ends them, for the journal, if that is what they ask for; None where the journal says
    what ends them (a password that was changed, an account that is erased).
    """
    own = OpenSession.objects.filter(user=user).exclude(session_key=but)
    with transaction.atomic():
        keys = list(own.values_list("session_key", flat=True))
        ended = Session.objects.filter(pk__in=keys).delete()[0]
        own.filter(session_key__in=keys).delete()
        if ended and actor is not None:
            record_event(EventKind.SESSIONS_ENDED, actor=actor, person=user)
    return ended


def purge_open_sessions() -> int:
    """Forget the rows of sessions that have ended; return how many they were."""
    alive = Session.objects.filter(pk=OuterRef("session_key"))
    return OpenSession.objects.filter(~Exists(alive)).delete()[0]
