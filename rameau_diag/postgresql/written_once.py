"""Queries of every page, whose SQL is written once in a process and not at each request.

Writing the SQL of a query, in Python, takes Django ten times as long as PostgreSQL takes to answer it:
a third of what a page of a step cost. Which values a query is asked with does not change its SQL; these
queries are written at their first use, and sent again with other values (ADR 0034).
"""

from __future__ import annotations

import datetime as dt
import secrets
import uuid
from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from functools import update_wrapper
from typing import Any, Generic, ParamSpec, TypeVar, cast

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import QuerySet
from django.db.models.sql.compiler import SQLCompiler
from django.db.transaction import TransactionManagementError

P = ParamSpec("P")
R = TypeVar("R")

# Values in the place of those that a query is asked with, never twice the same.
_MARKS: dict[type, Callable[[], Any]] = {
    uuid.UUID: uuid.uuid4,
    int: lambda: 10**9 + secrets.randbelow(10**9),
    str: lambda: secrets.token_hex(8),
    dt.datetime: lambda: (
        dt.datetime(1000, 1, 1, tzinfo=dt.UTC)
        + dt.timedelta(microseconds=secrets.randbelow(10**15))
    ),
}


class NotFixed(Exception):
    """A query cannot be written once: its SQL depends on the values that it is asked with."""


class WrittenOnce(Generic[P, R]):
    """A query of which the positional arguments are values, and the named ones make its SQL.

    Asked with them it returns the list of what the query set of the function would give. Values are
    UUIDs, whole numbers, texts and moments; None is none of them, since SQL asks for it otherwise.
    """

    def __init__(self, query: Callable[P, QuerySet[Any, R]]) -> None:
        self._query = query
        self._written: dict[tuple[Any, ...], _Written | None] = {}
        update_wrapper(self, query)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> list[R]:
        """Ask the database (one query)."""
        key = (*map(type, args), *kwargs.items())
        if key not in self._written:
            self._written[key] = self._write(args, kwargs)
        written = self._written[key]
        return [] if written is None else cast("list[R]", written.answer(args))

    def _write(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> _Written | None:
        """Write the SQL; None of a query that finds nothing, whatever it is asked with.

        Twice, with other values: raises NotFixed unless each is found in its places and nothing else
        differs.
        """
        unknown = {type(value).__name__ for value in args} - {mark.__name__ for mark in _MARKS}
        if unknown:
            raise NotFixed(f"{self._query.__name__}: no values of {', '.join(sorted(unknown))}")
        try:
            first, second = (self._marked(args, kwargs) for _ in range(2))
        except EmptyResultSet:
            return None
        if (first.sql, first.places, first.constants) != (
            second.sql,
            second.places,
            second.constants,
        ) or {number for _, number in first.places} != set(range(len(args))):
            raise NotFixed(f"{self._query.__name__}: its SQL is not the same for all values")
        return first

    def _marked(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> _Written:
        marks = [_MARKS[type(value)]() for value in args]
        query_set = cast("Callable[..., QuerySet[Any]]", self._query)(*marks, **kwargs)
        compiler = query_set.query.get_compiler(using=query_set.db)
        sql, parameters = compiler.as_sql()
        places = tuple(
            (place, marks.index(parameter))
            for place, parameter in enumerate(parameters)
            if parameter in marks
        )
        compiler.connection = None  # a thread's own
        return _Written(query_set, compiler, sql, tuple(parameters), places)


@dataclass(frozen=True)
class _Written:
    """A query set with its SQL; ``places``: where in the parameters which value goes."""

    query_set: QuerySet[Any]
    compiler: SQLCompiler
    sql: str
    parameters: tuple[Any, ...]
    places: tuple[tuple[int, int], ...]

    @property
    def constants(self) -> list[Any]:
        """The parameters that are no values."""
        values = {place for place, _ in self.places}
        return [value for place, value in enumerate(self.parameters) if place not in values]

    def answer(self, values: tuple[Any, ...]) -> list[Any]:
        """Return what the database answers for some values."""
        parameters = list(self.parameters)
        for place, number in self.places:
            parameters[place] = values[number]
        query_set = self.query_set.all()
        compiler = copy(self.compiler)
        compiler.connection = connections[query_set.db]
        if query_set.query.select_for_update and not compiler.connection.in_atomic_block:
            raise TransactionManagementError("A lock is held by a transaction.")
        compiler.as_sql = lambda *_, **__: (self.sql, tuple(parameters))  # type: ignore[method-assign]
        query_set.query.get_compiler = lambda *_, **__: compiler  # type: ignore[method-assign]
        return list(query_set)


def written_once(query: Callable[P, QuerySet[Any, R]]) -> WrittenOnce[P, R]:
    """Have the SQL of a query written once: of the query set that the function returns.

    Positional arguments are values; what changes the SQL is given by name.
    """
    return WrittenOnce(query)
