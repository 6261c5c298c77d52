"""A mail that is kept leaves once, however often it is tried, and is forgotten a month later."""

from __future__ import annotations

import datetime as dt
import threading
from smtplib import SMTPServerDisconnected
from types import SimpleNamespace

import pytest
from asgiref.sync import async_to_sync
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend as LocmemBackend
from django.db import OperationalError, connection
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from diagnostics import tasks
from diagnostics.models import Membership, QueuedMail
from diagnostics.services.mails import KEPT, Written, purge_mails, queue_mail
from tests.factories import UserFactory
from tests.scene import make_scene, run_worker
from tests.threads import PATIENCE, at_once


def written(person, key="k:1", **fields) -> Written:
    texts = {"subject": "Objet", "text": "Texte", "html": "<p>Texte</p>"}
    headers = {"Message-ID": f"<{key}@x.example>", "Reply-To": "Léa <lea@x.example>"}
    return Written(key, "message", person, **texts, headers=headers, **fields)


class DownAtFirst(LocmemBackend):
    """A mail server that answers from the third call on."""

    calls = 0

    def send_messages(self, messages):
        type(self).calls += 1
        if type(self).calls < 3:
            raise SMTPServerDisconnected("Connection unexpectedly closed")
        return super().send_messages(messages)


class Slow(LocmemBackend):
    """A mail server that keeps the first mail waiting until a second sender has given up."""

    given_up = threading.Event()

    def send_messages(self, messages):
        assert self.given_up.wait(PATIENCE)
        return super().send_messages(messages)


def due_now() -> None:
    """Let the time pass until the next attempt."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET scheduled_at = now() WHERE status = 'todo'")


# --- Once ---------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_it_is_queued_once_by_its_key():
    person = UserFactory()
    first = queue_mail(written(person))
    assert queue_mail(written(person)) is None
    assert list(QueuedMail.objects.all()) == [first]
    assert [job.args for job in ProcrastinateJob.objects.all()] == [{"mail_id": first.pk}]


@pytest.mark.django_db
def test_it_leaves_once_with_its_headers():
    person = UserFactory(email="p@x.example")
    queued = queue_mail(written(person))
    for _ in range(2):
        tasks.send_mail(mail_id=queued.pk)
    (message,) = mail.outbox
    assert (message.to, message.subject, message.body) == (["p@x.example"], "Objet", "Texte")
    assert message.alternatives[0].content == "<p>Texte</p>"
    sent = message.message()
    assert sent["Message-ID"] == "<k:1@x.example>"
    assert "lea@x.example" in sent["Reply-To"]
    queued.refresh_from_db()
    assert queued.sent_at is not None


@pytest.mark.django_db(transaction=True)
def test_it_is_tried_until_the_mail_server_is_back(settings):
    settings.EMAIL_BACKEND = f"{__name__}.DownAtFirst"
    DownAtFirst.calls = 0
    queued = queue_mail(written(UserFactory()))
    for attempt in (1, 2):
        run_worker()
        queued.refresh_from_db()
        job = ProcrastinateJob.objects.get(task_name="send_mail")
        assert (job.status, job.attempts, queued.sent_at) == ("todo", attempt, None)
        due_now()
    for _ in range(2):
        run_worker()
    assert ProcrastinateJob.objects.get(task_name="send_mail").status == "succeeded"
    assert len(mail.outbox) == 1


def test_a_server_that_is_away_for_a_day_loses_nothing():
    waits = [tasks.mail_wait(attempts) for attempts in range(tasks.MAIL_ATTEMPTS)]
    assert waits[:7] == [60, 120, 240, 480, 960, 1920, 3600]
    assert sum(waits) >= 30 * 3600
    assert max(waits) == 3600  # it leaves within the hour once the server is back
    for name in ("send_mail", "send_invitation", "mail_message", "mail_submitted", "mail_adopted"):
        assert app.tasks[name].retry_strategy is tasks.MAIL_RETRY


@pytest.mark.django_db(transaction=True)
def test_of_two_workers_at_once_one_sends_it(settings):
    settings.EMAIL_BACKEND = f"{__name__}.Slow"
    Slow.given_up.clear()
    queued = queue_mail(written(UserFactory()))

    def send() -> None:
        try:
            tasks.send_mail(mail_id=queued.pk)
        finally:
            Slow.given_up.set()

    outcomes = at_once(send, send)

    assert [type(outcome) for outcome in outcomes if outcome] == [OperationalError]
    assert len(mail.outbox) == 1
    # The one that gave up tries again later, and finds it gone.
    tasks.send_mail(mail_id=queued.pk)
    assert len(mail.outbox) == 1


@pytest.mark.django_db
def test_jobs_of_the_old_form_still_leave():
    tasks.send_mail(to="a@x.example", subject="Bonjour", text="T", html="<p>T</p>")
    assert [message.to for message in mail.outbox] == [["a@x.example"]]


# --- To whom it is still for ------------------------------------------------------------------------------


@pytest.mark.django_db
def test_who_left_meanwhile_is_not_written_to():
    scene = make_scene()
    gone, closed, moved = scene.contributor, scene.reader, scene.lead
    mails = [
        queue_mail(written(person, f"k:{person.pk}", diagnostic=scene.diagnostic))
        for person in (gone, closed, moved)
    ]
    Membership.objects.filter(user=gone).delete()
    closed.is_active = False
    closed.save(update_fields=["is_active"])
    moved.email = "nouvelle@x.example"
    moved.save(update_fields=["email"])
    for queued in mails:
        tasks.send_mail(mail_id=queued.pk)
    assert [message.to for message in mail.outbox] == [["nouvelle@x.example"]]


# --- What is kept -------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_texts_are_forgotten_a_month_later_and_keys_stay():
    person, now = UserFactory(), timezone.now()
    old, recent, waiting = (queue_mail(written(person, f"k:{n}")) for n in range(3))
    long_ago, later = now - KEPT - dt.timedelta(minutes=1), now - KEPT + dt.timedelta(minutes=1)
    QueuedMail.objects.filter(pk=old.pk).update(queued_at=long_ago, sent_at=long_ago)
    QueuedMail.objects.filter(pk=recent.pk).update(queued_at=later, sent_at=later)
    # All its attempts failed.
    QueuedMail.objects.filter(pk=waiting.pk).update(queued_at=long_ago)
    QueuedMail.objects.create(
        key="account:1",
        kind="a",
        address="a@x.example",
        written_from={"at": ""},
        queued_at=long_ago,
    )
    assert purge_mails(now) == 3
    texts = dict(QueuedMail.objects.order_by("pk").values_list("key", "text"))
    assert texts == {"k:0": "", "k:1": "Texte", "k:2": ""}
    assert purge_mails(now) == 0
    tasks.send_mail(mail_id=waiting.pk)
    assert mail.outbox == []
    assert queue_mail(written(person, "k:0")) is None


@pytest.mark.django_db
def test_jobs_that_were_done_a_month_ago_are_forgotten():
    """Some hold what a letter said."""
    kept = {
        app.configure_task("send_mail").defer(mail_id=1),
        _done(days=29),
        _done(days=29, status="failed"),
    }
    _done(days=31)
    _done(days=31, status="failed")
    async_to_sync(tasks.purge_jobs.func)(SimpleNamespace(app=app), 0)
    assert set(ProcrastinateJob.objects.values_list("pk", flat=True)) == kept


def _done(*, days: int, status: str = "succeeded") -> int:
    job = app.configure_task("send_mail").defer(mail_id=1)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = %s WHERE id = %s", [status, job])
        cursor.execute(
            "UPDATE procrastinate_events SET at = now() - %s WHERE job_id = %s",
            [dt.timedelta(days=days), job],
        )
    return job
