"""Looking for words in the whole database, whatever table they are in."""

from __future__ import annotations

from django.db import connection


def tables_with(words: str) -> dict[str, int]:
    """Return how many rows of each table hold some words, in any column and any case."""
    with connection.cursor() as cursor:
        found = {}
        for table in connection.introspection.table_names(cursor):
            name = connection.ops.quote_name(table)
            cursor.execute(
                f"SELECT count(*) FROM {name} AS rows WHERE strpos(lower(rows::text), lower(%s)) > 0",
                [words],
            )
            number = cursor.fetchone()[0]
            if number:
                found[table] = number
    return found
