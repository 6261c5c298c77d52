"""Queries of every page, whose SQL is written once in a process and not at each request.

Writing the SQL of a query, in Python, takes Django ten times as long as PostgreSQL takes to answer it:
a third of what a page of a step cost. Which values a query is asked with does not change its SQL; these
queries are written at their first use, and sent again with other values (ADR 0034).
"""

from __future__ import annotations

import datetime as dt
import inspect
import secrets
import uuid
from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from functools import update_wrapper
from typing import Any, Generic, ParamSpec, TypeVar, cast

from django.core.exceptions import EmptyResultSet, ValidationError
from django.db import connections
from django.db.models import QuerySet
from django.db.models.sql.compiler import SQLCompiler
from django.db.transaction import TransactionManagementError

P = ParamSpec("P")
R = TypeVar("R")

# Values in the place of those that a query is asked with: longer than what is cut, with what is stripped
# or put in lower case, so that a query that changes its texts does not say the same; small enough for any column.
_MARKS: dict[type, Callable[[], Any]] = {
    uuid.UUID: uuid.uuid4,
    int: lambda: 1 + secrets.randbelow(32_000),
    str: lambda: f" A{secrets.token_hex(40)}z ",
    dt.datetime: lambda: (
        dt.datetime(1000, 1, 1, tzinfo=dt.UTC)
        + dt.timedelta(microseconds=secrets.randbelow(10**15))
    ),
}


class NotFixed(Exception):
    """A query cannot be written once: its SQL depends on more than where its values stand."""


class WrittenOnce(Generic[P, R]):
    """A query of which the positional arguments are values, and those by name make its SQL.

    Asked with them it returns the list of what the query set of the function would give. Values are
    UUIDs, whole numbers, texts and moments that know their zone, and stand in the query as they are given: the
    function neither looks at them (``if value:``) nor asks the clock, the zone or the language.
    """

    def __init__(self, query: Callable[P, QuerySet[Any, R]]) -> None:
        self._query = cast("Callable[..., QuerySet[Any, R]]", query)
        parameters = inspect.signature(query).parameters.values()
        self._by_name = {p.name for p in parameters if p.kind is p.KEYWORD_ONLY}
        self._written: dict[tuple[Any, ...], _Written] = {}
        update_wrapper(self, query)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> list[R]:
        """Ask the database (one query). Raises NotFixed."""
        for value in args:
            if type(value) not in _MARKS or (type(value) is dt.datetime and value.tzinfo is None):
                raise NotFixed(f"{self._query.__name__}: {value!r} is no value to ask with")
        key = (*map(type, args), *kwargs.items())
        written = self._written.get(key)
        if written is None:
            try:
                written = self._written[key] = self._write(args, kwargs)
            except EmptyResultSet:  # of these marks at least: Django knows without asking
                return list(self._query(*args, **kwargs))
        return cast("list[R]", written.answer(args))

    def _write(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> _Written:
        """Write the SQL, twice with other values: each is found in its places and nothing else differs."""
        name = self._query.__name__
        if not kwargs.keys() <= self._by_name:
            raise NotFixed(f"{name}: a value is given by its place")
        try:
            first, second = (self._marked(args, kwargs) for _ in range(2))
        except (ValidationError, TypeError, ValueError) as error:
            raise NotFixed(f"{name}: {error}") from error
        said = [(one.sql, one.places, one.constants) for one in (first, second)]
        if said[0] != said[1] or {number for _, number in first.places} != set(range(len(args))):
            raise NotFixed(f"{name}: its SQL is not the same for all values")
        if any(isinstance(constant, dt.date) for constant in first.constants):
            raise NotFixed(f"{name}: a day or a moment is given as a value")
        return first

    def _marked(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> _Written:
        marks: list[Any] = []
        for value in args:
            while (mark := _MARKS[type(value)]()) in marks:
                pass  # two numbers that are the same by chance
            marks.append(mark)
        query_set = self._query(*marks, **kwargs)
        if query_set._prefetch_related_lookups:  # type: ignore[attr-defined]  # its own queries hold values
            raise NotFixed(f"{self._query.__name__}: what is fetched besides is not written once")
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

    Positional arguments are values; what changes the SQL is given by name (``*, with_authors: bool``).
    """
    return WrittenOnce(query)
