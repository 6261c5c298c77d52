"""The database stops, hangs, is cut off, locked or full: the page says so, with what was typed."""

from __future__ import annotations

import contextlib
import re
import threading
from collections.abc import Callable, Iterator
from html import unescape
from typing import Any

import psycopg
import pytest
from django.db import (
    DataError,
    IntegrityError,
    InterfaceError,
    OperationalError,
    ProgrammingError,
    connection,
    transaction,
)
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from procrastinate.exceptions import ConnectorException
from psycopg_pool import ConnectionPool

from diagnostics.domain.vocabulary import StepKey
from diagnostics.models import Answer, Diagnostic
from diagnostics.views.away import Away, why_away
from rameau_diag.postgresql import waiting
from tests.doors import Door
from tests.factories import PASSWORD
from tests.pages import page_of
from tests.scene import Scene
from tests.threads import PATIENCE

VISION = StepKey.VISION
FIRST = "vision-statements-0-text"
TYPED = "Ce qui a été tapé pendant la panne"
# As those of the site, a few times shorter.
SHORT = waiting.Bounds(
    connection=0.6, statement=2.0, lock=0.3, scarce=0.1, silence=0.3, knock=0.2, at_most=3.0
)


@pytest.fixture
def scene(transactional_db) -> Scene:
    return Scene()


@contextlib.contextmanager
def other_pool(**reached: Any) -> Iterator[None]:
    """Have this process answer people, through a pool of its own; all is as before afterwards, also for
    what empties the database."""
    known = connection.settings_dict
    usual = waiting._bounds, waiting.watch, {name: known[name] for name in reached}
    connection.close()
    connection.close_pool()
    waiting._bounds, waiting.watch = SHORT, waiting.Watch()
    known.update(reached)
    try:
        yield
    finally:
        waiting._bounds, waiting.watch = usual[:2]
        connection.close()
        connection.close_pool()
        known.update(usual[2])


@pytest.fixture
def bounded(scene):
    with other_pool():
        yield


@pytest.fixture
def door(scene):
    """What is between this process and its database."""
    door = Door()
    with other_pool(HOST=door.folder, PORT="5432"):
        yield door
        door.open()
        while waiting.watch.is_away:  # its thread ends its work
            pause()
    door.close()


class Visitor(Client):
    """A browser; each answer gives its connection back, as on the site."""

    def request(self, **request: Any) -> Any:
        try:
            return super().request(**request)
        finally:
            connection.close()


@pytest.fixture
def client(scene) -> Client:
    """The lead's browser; what a middleware raises is answered, as on the site."""
    client = Visitor(raise_request_exception=False)
    client.cookies = scene.client_of(scene.lead).cookies
    return client


def pause() -> None:
    threading.Event().wait(0.02)


def is_said(response, sentence: str) -> None:
    assert response.status_code == 503, unescape(response.content.decode())[:2000]
    assert response["Retry-After"] == "4"
    assert "no-store" in response["Cache-Control"]
    assert sentence in page_of(response).text


def everything_says_so(scene, client, data) -> None:
    """A page, a step that is sent, one that saves itself, the health check."""
    page = client.get(scene.url(VISION))
    sent = scene.post(VISION, data, client=client, **{FIRST: TYPED})
    kept = scene.post(VISION, data, client=client, autosave="1", **{FIRST: TYPED})
    health = Visitor(raise_request_exception=False).get(reverse("health"))

    is_said(page, "Le site ne répond pas pour le moment")
    assert page["Refresh"] == "4"
    is_said(sent, "envoyez-le de nouveau dans un moment")
    assert TYPED in unescape(sent.content.decode())
    assert "Refresh" not in sent
    assert (kept.status_code, kept["Retry-After"], kept.json()) == (
        503,
        "4",
        {"status": "unavailable"},
    )
    assert (health.status_code, health.json()) == (503, {"status": "unavailable"})


def test_a_database_that_hangs(scene, client, door):
    """A connection without our bounds, the control, waits for as long as it hangs."""
    data = scene.page(VISION)
    control = psycopg.connect(host=door.folder, port=5432, **reached(), autocommit=True)
    unbounded = threading.Thread(target=control.execute, args=["SELECT 1"])

    door.fall_silent()
    unbounded.start()
    everything_says_so(scene, client, data)
    assert unbounded.is_alive()
    door.open()
    unbounded.join(PATIENCE)

    assert not unbounded.is_alive()
    control.close()
    it_is_back(scene, client)


def test_a_database_that_has_stopped(scene, client, door):
    data = scene.page(VISION)
    assert client.get(scene.url(VISION)).status_code == 200

    door.shut()
    everything_says_so(scene, client, data)
    door.open()

    it_is_back(scene, client)


def test_after_a_restart_that_nobody_saw_the_first_page_is_there(scene, client, door):
    """Not one of the connections that were made before is tried twice."""
    holders = [threading.Thread(target=hold_for_a_moment) for _ in range(6)]
    for holder in holders:
        holder.start()
    for holder in holders:
        holder.join(PATIENCE)

    door.cut()

    assert client.get(scene.url(VISION)).status_code == 200


def hold_for_a_moment() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(0.05)")
    connection.close()


def it_is_back(scene, client) -> None:
    while waiting.watch.is_away:  # it knocks four times a second
        pause()
    assert client.get(scene.url(VISION)).status_code == 200
    assert client.get(reverse("health")).status_code == 200


def reached() -> dict[str, str]:
    known = connection.settings_dict
    return {"dbname": known["NAME"], "user": known["USER"], "password": known["PASSWORD"]}


def test_a_connection_cut_at_any_statement_of_a_save_leaves_all_of_it_or_nothing(
    scene, client, door
):
    """503 or done, never 500; what was sent is in the page, and sending it again does it."""
    statuses = []
    for messages in range(1, 80):
        data, text = scene.page(VISION), f"Coupé au message {messages}"
        before = scene.stored_rows()
        door.cut_after(messages)
        response = scene.post(VISION, data, client=client, **{FIRST: text})
        was_whole = door.spares()
        statuses.append(response.status_code)
        through_another_connection(scene.stored_rows)
        if response.status_code == 503:
            assert text in unescape(response.content.decode())
            # After the commit only the answer was lost: what is sent again changes nothing.
            assert scene.stored_rows() == before or first_of(scene) == text
        else:
            assert (response.status_code, first_of(scene)) == (302, text)
        if was_whole:
            break
    assert (was_whole, statuses.count(503) > 10) == (True, True)


def through_another_connection(read: Callable[[], object]) -> None:
    """Have a connection that works: one that the pool made meanwhile was perhaps cut as well."""
    for _ in range(20):
        with contextlib.suppress(OperationalError):
            read()
            return
        connection.close()
        pause()
    read()


def first_of(scene: Scene) -> str:
    return scene.answer(VISION).statements[0].text


@contextlib.contextmanager
def held(hold: Callable[[], object]) -> Iterator[None]:
    """Have another thread do something in a transaction that goes on meanwhile."""
    holds, done = threading.Event(), threading.Event()

    def run() -> None:
        with transaction.atomic():
            hold()
            holds.set()
            done.wait(PATIENCE)
        connection.close()

    holder = threading.Thread(target=run)
    holder.start()
    assert holds.wait(PATIENCE)
    try:
        yield
    finally:
        done.set()
        holder.join(PATIENCE)


def test_a_save_behind_a_lock_gives_back_what_was_typed(scene, client, bounded):
    """Who comes next, while it is held, has less patience."""
    data = scene.page(VISION)

    with held(lambda: Diagnostic.objects.select_for_update().get()):
        response = scene.post(VISION, data, client=client, **{FIRST: TYPED})
        with CaptureQueriesContext(connection) as asked:
            next_one = scene.post(VISION, data, client=client, **{FIRST: TYPED})

    is_said(response, "Le site est très occupé")
    is_said(next_one, "Le site est très occupé")
    assert patiences(asked) == [f"{1000 * SHORT.scarce:.0f}"]
    [form] = page_of(response).forms
    assert (form.action, form.data[FIRST]) == (scene.url(VISION), [TYPED])
    assert not Answer.objects.exists()
    assert client.post(form.action, form.data).status_code == 302
    assert first_of(scene) == TYPED
    with CaptureQueriesContext(connection) as asked:
        scene.post(VISION, scene.page(VISION), client=client, **{FIRST: f"{TYPED}, encore"})
    assert patiences(asked) == []


def patiences(asked: CaptureQueriesContext) -> list[str]:
    """How long transactions were told to wait for a lock, in milliseconds."""
    told = [re.search(r"set_config\('lock_timeout', '(\d+)'", query["sql"]) for query in asked]
    return [found[1] for found in told if found]


@pytest.fixture
def bounded_to_one(scene):
    """With one connection for all; the usual ones are back before the database is emptied."""
    options = connection.settings_dict["OPTIONS"]
    with other_pool(OPTIONS=options | {"pool": options["pool"] | {"max_size": 1}}):
        yield


def test_no_connection_left(scene, client, bounded_to_one, monkeypatch):
    """Who comes next, while there is none, waits for less."""
    waited = patience_of_the_pool(monkeypatch)

    with held(lambda: Diagnostic.objects.get()):
        responses = [client.get(scene.url(VISION)) for _ in range(3)]

    for response in responses:
        is_said(response, "Le site ne répond pas pour le moment")
    assert waited == pytest.approx([SHORT.connection, SHORT.scarce, SHORT.scarce], abs=0.02)
    assert client.get(scene.url(VISION)).status_code == 200
    client.get(scene.url(VISION))
    assert waited[-1] == pytest.approx(SHORT.connection, abs=0.02)


def patience_of_the_pool(monkeypatch) -> list[float]:
    """How long each that asked for a connection here would have waited, in seconds."""
    waited: list[float] = []
    ours, getconn = threading.get_ident(), ConnectionPool.getconn

    def noted(pool: ConnectionPool, timeout: float | None = None) -> Any:
        if threading.get_ident() == ours:
            waited.append(timeout or 0.0)
        return getconn(pool, timeout)

    monkeypatch.setattr(ConnectionPool, "getconn", noted)
    return waited


def test_a_password_is_not_given_back(client, door):
    door.shut()

    response = client.post(
        reverse("account_login"), {"login": "lea@structure.example", "password": PASSWORD}
    )

    assert response.status_code == 503
    page = unescape(response.content.decode())
    assert "lea@structure.example" in page
    assert PASSWORD not in page
    assert page_of(response).forms == []


def caused(error: Exception, cause: Exception) -> Exception:
    error.__cause__ = cause
    return error


FULL = psycopg.errors.DiskFull()


@pytest.mark.parametrize(
    ("error", "answered"),
    [
        (OperationalError(), Away()),
        (InterfaceError("the connection is closed"), Away()),
        (caused(OperationalError(), psycopg.errors.LockNotAvailable()), Away(is_busy=True)),
        (caused(OperationalError(), psycopg.errors.QueryCanceled()), Away(is_busy=True)),
        (caused(OperationalError(), psycopg.errors.DeadlockDetected()), Away(is_busy=True)),
        (caused(OperationalError(), FULL), Away(has_no_room=True)),
        (caused(ConnectorException(), FULL), Away(has_no_room=True)),
        (caused(ConnectorException(), psycopg.OperationalError()), Away()),
        (caused(DataError(), psycopg.errors.ReadOnlySqlTransaction()), Away()),
        (IntegrityError(), None),
        (ProgrammingError(), None),
        (caused(DataError(), psycopg.errors.NumericValueOutOfRange()), None),
        (ValueError(), None),
        (None, None),
    ],
)
def test_what_says_that_the_database_is_away(error, answered):
    assert why_away(error) == answered
