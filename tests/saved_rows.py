"""The database between tests that commit: emptied of what it holds, and given back what many need.

Django's own flush truncates fifty tables and makes every permission again, whatever a test wrote;
the kit and the demo structures are long to load. Here only the tables that hold rows are emptied,
and rows that were made once are put back by copies of them. Triggers rest meanwhile (the history is
append-only, the queue tells its workers), and so do foreign keys: the database's superuser is needed,
whom the tests' own server and the usual images of PostgreSQL both give.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.apps import apps
from django.db import connection, transaction

# The migrations fill them, and no test writes there.
_STAYS = {"django_content_type", "auth_permission"}
_saved: set[str] = set()


def empty() -> None:
    """Delete every row that tests may have written, those of the queue included."""
    with _triggers_at_rest() as cursor:
        _empty(cursor)


def restore(name: str, make: Callable[[], object]) -> None:
    """Let the database hold what ``make`` writes in an empty one, and nothing else.

    ``make`` is called once per process; its rows come back with their keys.
    """
    if name in _saved:
        with _triggers_at_rest() as cursor:
            _empty(cursor)
            cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s", [_schema(name)])
            for (table,) in cursor.fetchall():
                cursor.execute(f'INSERT INTO "{table}" SELECT * FROM {_schema(name)}."{table}"')
        return
    empty()
    make()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"DROP SCHEMA IF EXISTS {_schema(name)} CASCADE")
        cursor.execute(f"CREATE SCHEMA {_schema(name)}")
        for table in _holding_rows(cursor):
            cursor.execute(f'CREATE TABLE {_schema(name)}."{table}" AS TABLE "{table}"')
    _saved.add(name)


def forget() -> None:
    """Remove the copies: what is looked at is then the database as the migrations make it."""
    with connection.cursor() as cursor:
        for name in _saved:
            cursor.execute(f"DROP SCHEMA IF EXISTS {_schema(name)} CASCADE")
    _saved.clear()


def _schema(name: str) -> str:
    return f"saved_{name}"


@contextmanager
def _triggers_at_rest() -> Iterator[Any]:
    """Give a cursor, in a transaction where nothing is checked nor told."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        yield cursor


def _empty(cursor: Any) -> None:
    for table in _holding_rows(cursor):
        cursor.execute(f'DELETE FROM "{table}"')


def _holding_rows(cursor: Any) -> list[str]:
    tables = {model._meta.db_table for model in apps.get_models(include_auto_created=True)}
    asked = " UNION ALL ".join(
        f"SELECT '{table}' WHERE EXISTS (SELECT FROM \"{table}\")"
        for table in sorted(tables - _STAYS)
    )
    cursor.execute(asked)
    return [table for (table,) in cursor.fetchall()]
