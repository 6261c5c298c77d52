"""The database stops, hangs, is cut off, locked, full or taken: 503 in time, and back by itself."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import time
from html import unescape

import psycopg
import pytest

from tests.faults.site import LEAD, Answer, Person, Site, Writer, at_once, slack, summary

AWAY = 20.0  # seconds
SAID_WITHIN = 3.0
HEALTH_WITHIN = 2.0
BACK_WITHIN = 5.0
TYPED = "Ce qui a été tapé pendant la panne"


def during(site: Site, person: Person, path: str, writers: list[Writer]) -> str:
    """Ask for all kinds of things while the database is away; say what was answered."""
    ended, answers, health = time.monotonic() + AWAY, [], []
    while time.monotonic() < ended:
        health.append(Person(site.port).ask("/health/"))
        answers += at_once(
            [
                lambda: person.ask("/"),
                lambda: person.ask(path),
                lambda: person.ask("/accounts/login/"),
                *[lambda w=writer: form_of(w) for writer in writers],
            ]
        )
        time.sleep(0.3)
    assert {answer.status for answer in [*answers, *health]} <= {200, 503}
    assert {answer.status for answer in health} == {503}
    slowest = max(answer.seconds for answer in answers)
    assert slowest < SAID_WITHIN * slack()
    assert max(answer.seconds for answer in health) < HEALTH_WITHIN * slack()
    sent = [answer for answer in answers if answer.status == 503 and "Texte 1" in answer.body]
    assert sent
    assert all(TYPED in unescape(answer.body) for answer in sent)
    return f"{summary(answers)}; /health/ {summary(health)}"


def form_of(writer: Writer) -> Answer:
    """Send a step as its button does, without JavaScript."""
    fields = {name: text for name, text in writer.fields.items() if name != "autosave"}
    return writer.person.ask(writer.path, fields | {f"{writer.step}-board_question": TYPED})


@pytest.fixture(autouse=True)
def _is_well(site: Site) -> None:
    """Wait for what the test before did to the site to be over."""
    site.wait_for(200)


def test_hung(site, note):
    person = site.person()
    path, writers = person.diagnostic(), site.writers(3)
    with site.hung():
        said = during(site, person, path, writers)
    back = site.wait_for(200)
    page = site.wait_for_page(person, path)
    note(f"PostgreSQL hung for {AWAY:.0f} s (SIGSTOP)", f"{said}; back after {page:.1f} s")
    assert max(back, page) < BACK_WITHIN * slack()


def test_stopped(site, note):
    """The supervisor rests meanwhile, or it would start it again at once."""
    person = site.person()
    path, writers = person.diagnostic(), site.writers(3)
    os.kill(site.process.pid, signal.SIGSTOP)
    try:
        os.kill(site.cluster.processes()[0], signal.SIGINT)
        while Person(site.port).ask("/health/").status == 200:
            time.sleep(0.02)
        said = during(site, person, path, writers)
    finally:
        os.kill(site.process.pid, signal.SIGCONT)
    page = site.wait_for_page(person, path)
    note(
        f"PostgreSQL stopped for {AWAY:.0f} s",
        f"{said}; back after {page:.1f} s, its start included",
    )
    assert page < BACK_WITHIN * slack()


def test_cut(site, note):
    """Half of the answers lose their connection on the way."""
    people = [site.person() for _ in range(4)]
    path = people[0].diagnostic()
    answers = []
    with site.connect() as connection:
        for _ in range(50):
            answers += at_once(
                [lambda p=person: p.ask(path) for person in people] + [lambda: cut(connection)]
            )
    answers = [answer for answer in answers if answer.status != -1]
    note("Connections cut under 200 pages", summary(answers))
    assert {answer.status for answer in answers} <= {200, 503}
    assert at_once([lambda: people[0].ask(path)])[0].status == 200


def cut(connection: psycopg.Connection) -> Answer:
    time.sleep(random.uniform(0.02, 0.3))
    connection.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE pid <> pg_backend_pid() AND backend_type = 'client backend' AND application_name = ''"
    )
    return Answer(-1, 0)


def test_locked(site, note):
    writers = site.writers() * 4
    with site.connect() as connection, connection.transaction():
        connection.execute("SELECT 1 FROM diagnostics_diagnostic FOR UPDATE")
        answers = at_once([lambda w=writer: form_of(w) for writer in writers])
    note("24 saves behind a lock that is held", summary(answers))
    assert {answer.status for answer in answers} == {503}
    assert all(TYPED in unescape(answer.body) for answer in answers)
    assert max(answer.seconds for answer in answers) < 5 * slack()
    assert writers[0].save().status == 200


def test_exhausted(site, note):
    """Others hold all the connections that the database has."""
    people = [site.person() for _ in range(6)]
    path = people[0].diagnostic()
    with contextlib.ExitStack() as held:
        with site.connect() as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"
            )
        with contextlib.suppress(psycopg.OperationalError):
            while True:
                held.enter_context(contextlib.closing(site.connect(patience=0)))
        answers = at_once([lambda p=person: p.ask(path) for person in people * 9])
    note("54 pages while others hold every connection", summary(answers))
    assert {answer.status for answer in answers} <= {200, 503}
    assert max(answer.seconds for answer in answers) < SAID_WITHIN * slack()
    assert site.wait_for_page(people[0], path) < BACK_WITHIN * slack()


def test_the_sessions_are_emptied(site, note):
    """What somebody sends of a step waits until they have signed in again."""
    [writer] = site.writers(1)
    with site.connect() as connection:
        connection.execute("DELETE FROM django_session")
    sent = form_of(writer)
    assert sent.status == 302
    writer.person.sign_in(LEAD)
    page = writer.person.ask(writer.path)
    assert page.status == 200
    assert TYPED in unescape(page.body)
    note("Sessions emptied in the middle of a step", "what was typed is back after the sign-in")
