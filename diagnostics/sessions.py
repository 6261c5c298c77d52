"""Sessions in the database, where no cookie can make the query fail (setting SESSION_ENGINE)."""

from django.contrib.sessions.backends import db


class SessionStore(db.SessionStore):
    """Takes a key with a NUL, which PostgreSQL refuses as text, for the unknown key that it is."""

    def _validate_session_key(self, key: str | None) -> bool:
        known = super()._validate_session_key(key)  # type: ignore[misc]  # Django's stubs lack it
        return bool(known) and "\x00" not in (key or "")
