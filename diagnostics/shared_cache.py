"""A cache in PostgreSQL (setting CACHES): what one process counts, the others know.

Django's own cache in a database counts its rows at each writing and, when there are many, throws away
some that still hold: whoever makes many keys would have what was counted of them forgotten. Here each
operation is one statement, and only what has expired goes.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.db import connection

from diagnostics.models import SharedValue

_TABLE = SharedValue._meta.db_table
# « clock_timestamp »: the time of now, also within a transaction, and the same for all machines.
_GET = f"SELECT value::text FROM {_TABLE} WHERE key = %s AND until > clock_timestamp()"  # noqa: S608
_INSERT = (
    f"INSERT INTO {_TABLE} AS kept (key, value, until)"  # noqa: S608
    " VALUES (%s, %s::jsonb, clock_timestamp() + %s * interval '1 second')"
    " ON CONFLICT (key) DO UPDATE SET value = excluded.value, until = excluded.until"
)
_ADD = f"{_INSERT} WHERE kept.until <= clock_timestamp()"
_TOUCH = (
    f"UPDATE {_TABLE} SET until = clock_timestamp() + %s * interval '1 second'"  # noqa: S608
    " WHERE key = %s AND until > clock_timestamp()"
)
_INCREASE = (
    f"UPDATE {_TABLE} SET value = to_jsonb(value::text::bigint + %s)"  # noqa: S608
    " WHERE key = %s AND until > clock_timestamp() RETURNING value::text"
)
_FOR_EVER = 60 * 60 * 24 * 3650  # seconds


class SharedCache(BaseCache):
    """Keeps values that JSON can write."""

    def __init__(self, location: str, params: dict[str, Any]) -> None:
        super().__init__(params)

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        """Return a value that has not expired."""
        with connection.cursor() as cursor:
            cursor.execute(_GET, [self._digest(key, version)])
            row = cursor.fetchone()
        return json.loads(row[0]) if row else default

    def set(
        self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None
    ) -> None:
        """Keep a value."""
        self._write(_INSERT, key, value, timeout, version)

    def add(
        self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None
    ) -> bool:
        """Keep a value unless there is one; of several who do so at once, one is told that it did."""
        return self._write(_ADD, key, value, timeout, version)

    def touch(self, key: str, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        """Have a value expire later."""
        with connection.cursor() as cursor:
            cursor.execute(_TOUCH, [self._seconds(timeout), self._digest(key, version)])
            return bool(cursor.rowcount)

    def incr(self, key: str, delta: int = 1, version: int | None = None) -> int:
        """Add to a number, which expires when it would have; raises ValueError when there is none."""
        with connection.cursor() as cursor:
            cursor.execute(_INCREASE, [delta, self._digest(key, version)])
            row = cursor.fetchone()
        if row is None:
            raise ValueError(f"Nothing is kept by the name of {key!r}.")
        return int(row[0])

    def delete(self, key: str, version: int | None = None) -> bool:
        """Forget a value."""
        return bool(SharedValue.objects.filter(pk=self._digest(key, version)).delete()[0])

    def clear(self) -> None:
        """Forget everything."""
        SharedValue.objects.all().delete()

    def _write(self, statement: str, key: str, value: Any, timeout: Any, version: Any) -> bool:
        kept: list[str | float] = [
            self._digest(key, version),
            json.dumps(value),
            self._seconds(timeout),
        ]
        with connection.cursor() as cursor:
            cursor.execute(statement, kept)
            return bool(cursor.rowcount)

    def _digest(self, key: str, version: int | None) -> str:
        return hashlib.sha256(self.make_key(key, version=version).encode()).hexdigest()

    def _seconds(self, timeout: Any) -> float:
        if timeout is None:
            return _FOR_EVER
        return float(self.default_timeout or 0 if timeout is DEFAULT_TIMEOUT else timeout)
