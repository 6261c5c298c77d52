"""Where a person is signed in."""

from __future__ import annotations

from django.contrib.sessions.models import Session
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from diagnostics.models import OpenSession, User


def sessions_of(user: User) -> QuerySet[OpenSession]:
    """Return the sessions of a person that have not ended, the last seen first."""
    alive = Session.objects.filter(pk=OuterRef("session_key"), expire_date__gt=timezone.now())
    return OpenSession.objects.filter(Exists(alive), user=user).order_by("-last_seen_at", "-pk")
