"""A query whose SQL is written once asks what its query set asks, with whatever values."""

from __future__ import annotations

import datetime as dt
import importlib
import pkgutil
import threading
import typing
import uuid
from itertools import product

import pytest
from django.db import connection, transaction
from django.db.models import Prefetch, QuerySet
from django.db.transaction import TransactionManagementError
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from diagnostics import queries, services
from diagnostics.domain.vocabulary import MembershipRole
from diagnostics.models import Diagnostic, Membership, User
from rameau_diag.postgresql.written_once import NotFixed, WrittenOnce, written_once
from tests.factories import DiagnosticFactory, MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db

VALUES = {
    uuid.UUID: [uuid.uuid4(), uuid.uuid4()],
    int: [0, 1],
    str: [" Vision ", "l’« autre » 'étape' %s", ""],
    dt.datetime: [dt.datetime(2026, 11, 30, tzinfo=dt.UTC), dt.datetime(2013, 1, 1, tzinfo=dt.UTC)],
}
SHAPES = {
    "with_authors": [False, True],
    "openings_only": [False, True],
    "audiences": [("all",), ("structure", "all"), ()],
    "at_most": [None, 1],
}


@written_once
def people_called(name: str, pk: int) -> QuerySet[User]:
    return User.objects.order_by("pk").exclude(pk=pk).filter(name=name)


def sql_of(statements: CaptureQueriesContext) -> list[str]:
    return [entry["sql"] for entry in statements.captured_queries]


def queries_written_once() -> dict[str, WrittenOnce]:
    modules = [
        importlib.import_module(found.name)
        for package in (queries, services)
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
    ]
    return {
        f"{module.__name__}.{name}": value
        for module in modules
        for name, value in vars(module).items()
        if isinstance(value, WrittenOnce) and value.__module__ == module.__name__
    }


@pytest.mark.parametrize("name", queries_written_once())
def test_each_asks_what_its_query_set_asks(name: str):
    query = queries_written_once()[name]
    hints = typing.get_type_hints(query.__wrapped__)
    hints.pop("return")
    values = {key: VALUES[kind] for key, kind in hints.items() if key not in SHAPES}
    shapes = [key for key in hints if key in SHAPES]
    for options in product(*(SHAPES[key] for key in shapes)):
        named = dict(zip(shapes, options, strict=True))
        for number in range(3):
            asked = [
                choices[(number + place) % len(choices)]
                for place, choices in enumerate(values.values())
            ]
            with CaptureQueriesContext(
                connection,
            ) as once:
                query(*asked, **named)
            with CaptureQueriesContext(connection) as usual:
                list(query.__wrapped__(*asked, **named))
            assert sql_of(once) == sql_of(usual)


def test_it_finds_what_is_there_now_for_each_value():
    first, second = UserFactory(name="Claire"), UserFactory(name="Claire")
    assert people_called("Claire", first.pk) == [second]
    assert people_called("Claire", second.pk) == [first]
    assert people_called("Karim", first.pk) == []
    third = UserFactory(name="Karim")
    assert people_called("Karim", first.pk) == [third]


def test_rows_come_with_what_the_query_set_brings(django_assert_num_queries):
    membership = MembershipFactory(role=MembershipRole.LEAD.value)

    @written_once
    def memberships(structure: uuid.UUID) -> QuerySet[Membership]:
        return Membership.objects.filter(structure=structure).select_related("user")

    memberships(uuid.uuid4())
    with django_assert_num_queries(1):
        (found,) = memberships(membership.structure_id)
        assert (found, found.user) == (membership, membership.user)


def test_what_is_named_makes_another_query():
    UserFactory(name="Claire", is_staff=True)
    UserFactory(name="Claire")

    @written_once
    def people(name: str, *, are_staff: bool) -> QuerySet[User]:
        found = User.objects.filter(name=name)
        return found.filter(is_staff=True) if are_staff else found

    assert [len(people("Claire", are_staff=are_staff)) for are_staff in (True, False, True)] == [
        1,
        2,
        1,
    ]


def test_a_query_that_never_finds_anything_asks_nobody(django_assert_num_queries):
    @written_once
    def nobody(name: str) -> QuerySet[User]:
        return User.objects.filter(name=name, pk__in=[])

    with django_assert_num_queries(0):
        assert nobody("Claire") == []


A_NAIVE_MOMENT = dt.datetime(2026, 11, 30)


@pytest.mark.parametrize(
    "value", [None, True, 1.5, ["Claire"], MembershipRole.LEAD, A_NAIVE_MOMENT]
)
def test_other_values_are_refused(value: object):
    with pytest.raises(NotFixed, match="no value to ask with"):
        people_called(value, 1)  # type: ignore[arg-type]  # that is what is tried


def without_it(name: str) -> QuerySet[User]:
    return User.objects.filter(is_staff=True)


def put_in_lower_case(name: str) -> QuerySet[User]:
    return User.objects.filter(email=name.lower())


def stripped(name: str) -> QuerySet[User]:
    return User.objects.filter(name=name.strip())


def cut(name: str) -> QuerySet[User]:
    return User.objects.filter(name=name[:50])


def by_the_clock(name: str) -> QuerySet[User]:
    return User.objects.filter(name=name, date_joined__lt=timezone.now())


def by_the_day(name: str) -> QuerySet[User]:
    return User.objects.filter(name=name, absent_from=timezone.localdate())


def with_more(name: str) -> QuerySet[User]:
    theirs = Membership.objects.exclude(role=name)
    return User.objects.filter(name=name).prefetch_related(Prefetch("memberships", theirs))


def of_another_kind(name: str) -> QuerySet[Diagnostic]:
    return Diagnostic.objects.filter(pk=name)


@pytest.mark.parametrize(
    "query",
    [
        without_it,
        put_in_lower_case,
        stripped,
        cut,
        by_the_clock,
        by_the_day,
        with_more,
        of_another_kind,
    ],
)
def test_a_query_that_cannot_be_written_once_says_so(query):
    """Nothing is asked with a value that was there when it was written."""
    with pytest.raises(NotFixed, match=query.__name__):
        written_once(query)("Claire")


def test_a_small_number_is_found():
    """Django knows of some numbers that a column cannot hold, without asking."""
    diagnostic = DiagnosticFactory(base_year=2027)

    @written_once
    def of_year(year: int) -> QuerySet[Diagnostic]:
        return Diagnostic.objects.filter(base_year=year)

    assert of_year(100_000) == []
    assert of_year(2027) == [diagnostic]


def test_a_value_is_given_by_its_place():
    with pytest.raises(NotFixed, match="by its place"):
        people_called("Claire", pk=1)


@pytest.mark.django_db(transaction=True)
def test_a_lock_needs_a_transaction():
    @written_once
    def locked(pk: uuid.UUID) -> QuerySet[Diagnostic]:
        return Diagnostic.objects.select_for_update().filter(pk=pk)

    with transaction.atomic():
        assert locked(uuid.uuid4()) == []
    with pytest.raises(TransactionManagementError):
        locked(uuid.uuid4())


@pytest.mark.django_db(transaction=True)
def test_each_thread_asks_through_its_own_connection():
    used: dict[str, int] = {}

    def ask(name: str) -> None:
        people_called("Claire", 1)
        used[name] = connection.connection.info.backend_pid
        with CaptureQueriesContext(connection) as asked:
            people_called("Claire", 1)
        assert len(asked) == 1

    ask("here")
    thread = threading.Thread(target=lambda: (ask("there"), connection.close()))
    thread.start()
    thread.join()
    assert used["here"] != used["there"]
