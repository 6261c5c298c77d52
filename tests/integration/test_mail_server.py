"""Whatever a mail server does, each mail is taken once; nothing else waits for it."""

from __future__ import annotations

import threading

import pytest
from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateJob

from diagnostics import tasks
from diagnostics.models import QueuedMail
from diagnostics.services.mails import Written, queue_mail
from rameau_diag import environment
from tests.factories import UserFactory
from tests.scene import run_worker
from tests.smtp import LATER, TAKEN, mail_server
from tests.threads import PATIENCE

pytestmark = pytest.mark.django_db(transaction=True)


def queue(*subjects: str) -> None:
    person = UserFactory()
    for subject in subjects:
        queue_mail(Written(f"key:{subject}", "message", person, subject, "Texte", "<p>Texte</p>"))


def due_now() -> None:
    """Let the time pass until the next attempts."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET scheduled_at = now() WHERE status = 'todo'")


def work_until_done() -> None:
    for _ in range(4):
        run_worker()
        due_now()
    assert set(ProcrastinateJob.objects.values_list("status", flat=True)) == {"succeeded"}
    assert not QueuedMail.objects.filter(sent_at=None).exists()


def test_one_that_refuses_one_message_in_three(settings):
    subjects = [f"Objet {number}" for number in range(7)]
    with mail_server(settings, lambda number: TAKEN if number % 3 else LATER) as server:
        queue(*subjects)
        work_until_done()
    assert server.subjects() == subjects
    assert len(server.offered) > len(subjects)


def test_one_that_thinks_long_about_a_message_takes_it_once(settings):
    """It answers after what one waits for any other answer: hanging up would send it again."""
    thought = threading.Event()

    def think(number: int) -> str:
        if number == 1:
            thought.wait(0.6)
        return TAKEN

    with mail_server(settings, think) as server:
        settings.EMAIL_TIMEOUT = 0.2
        queue("Objet")
        work_until_done()
    assert server.subjects() == ["Objet"]


def test_one_that_says_nothing_is_left(settings):
    with mail_server(settings, silent=True) as server:
        settings.EMAIL_TIMEOUT = 0.1
        queue("Objet")
        run_worker()
        assert server.called.acquire(timeout=PATIENCE)
    job = ProcrastinateJob.objects.get(task_name="send_mail")
    assert (job.status, job.attempts) == ("todo", 1)
    with mail_server(settings) as server:
        due_now()
        work_until_done()
    assert server.subjects() == ["Objet"]


def test_the_database_that_goes_while_it_answers_is_told_after(settings):
    """The mail was taken: it is marked as soon as the database is back, and does not leave again."""

    def cut(_number: int) -> str:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE state = 'idle in transaction' AND query LIKE '%queuedmail%'"
                " AND datname = current_database()"
            )
            assert cursor.fetchall() == [(True,)]
        connection.close()
        return TAKEN

    with mail_server(settings, cut) as server:
        queue("Objet")
        tasks.send_mail(mail_id=QueuedMail.objects.get().pk)
        work_until_done()
    assert server.subjects() == ["Objet"]


def test_an_answer_that_is_lost_is_the_one_case_of_a_double(settings):
    """Nobody can know: it is sent again rather than lost, under the same Message-ID."""
    with mail_server(settings, lambda number: None if number == 1 else TAKEN) as server:
        queue("Objet")
        work_until_done()
    assert server.subjects() == ["Objet", "Objet"]
    first, second = (message["Message-ID"] for message in server.taken)
    assert first == second


def test_without_a_word_on_time_one_does_not_wait_for_ever(monkeypatch):
    monkeypatch.setenv("EMAIL_URL", "smtp://hote:25")
    assert "EMAIL_TIMEOUT" not in environment.email("EMAIL_URL")
    monkeypatch.setenv("EMAIL_URL", "smtp://hote:25/?timeout=7")
    assert environment.email("EMAIL_URL")["EMAIL_TIMEOUT"] == 7
