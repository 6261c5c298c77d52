"""Sessions in the database, where no cookie can make the query fail (setting SESSION_ENGINE).

Those of people who are signed in have a row that their owner can read (``OpenSession``), written with the
session itself, every ten minutes at most: no request pays for it. So is the day when they were here last.
"""

from __future__ import annotations

import datetime as dt
import time
from typing import TYPE_CHECKING

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends import db
from django.db.models import Q
from django.utils import timezone

if TYPE_CHECKING:
    from django.contrib.sessions.models import Session

PERSON, BROWSER, SEEN = SESSION_KEY, "browser", "seen"
SEEN_EVERY = 60 * 10  # seconds


class SessionStore(db.SessionStore):
    """Takes a key with a NUL, which PostgreSQL refuses as text, for the unknown key that it is."""

    def _validate_session_key(self, key: str | None) -> bool:
        known = super()._validate_session_key(key)  # type: ignore[misc]  # Django's stubs lack it
        return bool(known) and "\x00" not in (key or "")

    def _get_session_from_db(self) -> Session | None:
        from diagnostics.queries.sessions import find_session

        found = find_session(str(self.session_key), now=timezone.now())
        if found is None:
            self._session_key = None  # as Django's: an unknown key is given to nobody
        return found

    def save(self, must_create: bool = False) -> None:
        """Save it; and where and when its person was seen, from time to time."""
        if self.session_key is None:
            self.create()
            return
        data = self._get_session(no_load=must_create)  # type: ignore[attr-defined]  # as well
        is_seen_now = PERSON in data and is_long_ago(data.get(SEEN))
        if is_seen_now:
            data[SEEN] = int(time.time())
        super().save(must_create)
        if is_seen_now:
            self._tell_its_person(data)

    def cycle_key(self) -> None:
        """Change the key at a sign-in or a change of password; what is told of it stays."""
        from diagnostics.models import OpenSession

        former = self.session_key
        super().cycle_key()
        if former and PERSON in self:
            OpenSession.objects.filter(session_key=former).update(session_key=self.session_key)

    def _tell_its_person(self, data: dict[str, object]) -> None:
        from diagnostics.models import OpenSession, User

        person, now = int(str(data[PERSON])), timezone.now()
        row = OpenSession(
            session_key=str(self.session_key),
            user_id=person,
            browser=str(data.get(BROWSER, "")),
            last_seen_at=now,
        )
        OpenSession.objects.bulk_create(
            [row],
            update_conflicts=True,
            unique_fields=["session_key"],
            update_fields=["user", "browser", "last_seen_at"],
        )
        # The row above goes with its session; the account is kept by its last visit.
        yesterday = now - dt.timedelta(days=1)
        not_lately = Q(last_seen_at=None) | Q(last_seen_at__lt=yesterday)
        User.objects.filter(not_lately, pk=person).update(last_seen_at=now)


def is_long_ago(seen: object) -> bool:
    """Tell whether a session's person was seen so long ago that it is written again."""
    return not isinstance(seen, int) or seen < time.time() - SEEN_EVERY
