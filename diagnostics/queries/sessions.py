"""The session that a request comes with: the first query of each."""

from __future__ import annotations

import datetime as dt

from django.contrib.sessions.models import Session
from django.db.models import QuerySet

from rameau_diag.postgresql.written_once import written_once


def find_session(key: str, *, now: dt.datetime) -> Session | None:
    """Return the session of a key unless it ended (one query)."""
    return next(iter(_sessions(key, now)), None)


@written_once
def _sessions(key: str, now: dt.datetime) -> QuerySet[Session]:
    return Session.objects.filter(session_key=key, expire_date__gt=now)
