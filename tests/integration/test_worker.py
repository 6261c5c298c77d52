"""The worker: what it survives, and what becomes of the jobs that it had begun."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from datetime import timedelta

import psycopg
import pytest
from django.db import connection, connections
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob, ProcrastinateWorker
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException

from diagnostics import notifications, worker
from diagnostics.models import Message, QueuedMail
from diagnostics.services.mails import Written, queue_mail
from tests.factories import UserFactory
from tests.scene import run_worker
from tests.smtp import mail_server
from tests.threads import PATIENCE

pytestmark = pytest.mark.django_db(transaction=True)
HOURS_AGO = timezone.now() - timedelta(hours=5)


@pytest.fixture
def looks_all_the_time(monkeypatch):
    """A worker that looks after what nobody does all the time, and gives no sign of life but then."""
    monkeypatch.setattr(worker, "LOOK", 0.05)
    monkeypatch.setattr(worker, "HEARTBEAT", 3600)


@contextmanager
def a_worker(*, grace: float = PATIENCE) -> Iterator[Callable[[], int]]:
    """A worker in a thread of the test's; gives what stops it and returns its status.

    What is being done when it stops goes on in the thread, until the end of the block.
    """
    ready, ended = threading.Event(), threading.Event()
    status: list[int] = []
    handles: dict[str, object] = {}

    async def work() -> None:
        handles.update(loop=asyncio.get_running_loop(), stop=asyncio.Event())
        connector = worker.PatientConnector()
        await connector.open_async()
        handles["app"] = app.replace_connector(connector)
        with handles["app"] as patient:
            ready.set()
            status.append(await worker.serve(patient, grace=grace, stop=handles["stop"]))
            ended.set()
            loops = {one for one in asyncio.all_tasks() if one.get_name() == "worker loop"}
            await asyncio.gather(*loops, return_exceptions=True)
        await connector.close_async()

    def run() -> None:
        with closing(asyncio.new_event_loop()) as loop:
            loop.run_until_complete(work())
        connections.close_all()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()

    def stop() -> int:
        if not ended.is_set():
            handles["loop"].call_soon_threadsafe(handles["stop"].set)
        assert ended.wait(PATIENCE)
        return status[0]

    try:
        assert ready.wait(PATIENCE)
        yield stop
    finally:
        stop()
        thread.join(PATIENCE)
        assert not thread.is_alive()


def states(task: str) -> list[str]:
    jobs = ProcrastinateJob.objects.filter(task_name=task).order_by("id")
    return list(jobs.values_list("status", flat=True))


def wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def queue(*subjects: str) -> None:
    person = UserFactory()
    for subject in subjects:
        queue_mail(Written(f"key:{subject}", "message", person, subject, "Texte", "<p>Texte</p>"))


# --- Jobs that nobody does --------------------------------------------------------------------------


def test_what_is_being_done_when_it_is_stopped_waits_again(settings):
    with a_worker(grace=0) as stop, mail_server(settings, silent=True) as server:
        queue("Objet")
        assert server.called.acquire(timeout=PATIENCE)
        assert states("send_mail") == ["doing"]
        assert stop() == 0
        assert states("send_mail") == ["todo"]
        assert not ProcrastinateWorker.objects.exists()
    with mail_server(settings) as server:
        run_worker()
    assert (server.subjects(), states("send_mail")) == (["Objet"], ["succeeded"])


def test_a_job_that_was_taken_and_never_heard_of_waits_again(monkeypatch, settings):
    """The database took it and went before it could say so."""
    monkeypatch.setattr(worker, "LOOK", 0.05)
    monkeypatch.setattr(worker, "POLL", 0.05)
    with mail_server(settings) as server, a_worker():
        wait_until(lambda: ProcrastinateWorker.objects.count() == len(worker.LANES))
        lane = ProcrastinateWorker.objects.last()
        queue("Objet")
        ProcrastinateJob.objects.filter(task_name="send_mail").update(status="doing", worker=lane)
        wait_until(lambda: states("send_mail") == ["succeeded"])
    assert server.subjects() == ["Objet"]


def test_a_job_that_is_tried_again_makes_room_for_one_that_waits(monkeypatch):
    """Both have the lock of their task: the queue takes one of them alone."""
    monkeypatch.setattr(worker, "LOOK", 0.05)
    second = threading.Event()

    def fail(*_args: object, **_fields: object) -> None:
        if not second.is_set():
            app.configure_task("mail_digests", schedule_in={"hours": 1}).defer(timestamp=1)
            second.set()
            raise RuntimeError

    monkeypatch.setattr(notifications, "send_digests", fail)
    app.configure_task("mail_digests").defer(timestamp=0)
    with a_worker():
        wait_until(lambda: states("mail_digests") == ["failed", "todo"])


# --- The signs of life, after the database was away -------------------------------------------------


def a_silent_worker() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (%s) RETURNING id",
            [HOURS_AGO],
        )
        return cursor.fetchone()[0]


def another_takes(task: str) -> ProcrastinateJob:
    """Another worker does a job, which no lane of ours would take."""
    silent = a_silent_worker()
    pk = app.configure_task(task, queue="another").defer(timestamp=0)
    ProcrastinateJob.objects.filter(pk=pk).update(status="doing", worker_id=silent)
    return ProcrastinateJob.objects.get(pk=pk)


def test_what_it_does_itself_is_not_put_back(monkeypatch, settings, looks_all_the_time):
    monkeypatch.setattr(worker, "SIGN_OF_LIFE", 0)
    with a_worker(grace=0), mail_server(settings, silent=True) as server:
        queue("Objet")
        assert server.called.acquire(timeout=PATIENCE)
        for _ in range(3):
            ProcrastinateWorker.objects.all().update(last_heartbeat=HOURS_AGO)
            lost = another_takes("purge_mails")
            wait_until(lambda pk=lost.pk: ProcrastinateJob.objects.get(pk=pk).status == "todo")
        assert states("send_mail") == ["doing"]
        assert not server.called.acquire(blocking=False)


def test_what_another_does_is_left_to_it_until_it_had_the_time_for_a_sign_of_life(
    looks_all_the_time,
):
    with a_worker():
        wait_until(lambda: ProcrastinateWorker.objects.count() == len(worker.LANES))
        lane = ProcrastinateWorker.objects.last()
        another_takes("purge_mails")
        for _ in range(3):  # what the worker took without hearing of it is found by a look
            never_heard_of = another_takes("purge_renderings")
            ProcrastinateJob.objects.filter(pk=never_heard_of.pk).update(worker=lane)
            wait_until(
                lambda pk=never_heard_of.pk: ProcrastinateJob.objects.get(pk=pk).status == "todo"
            )
        assert states("purge_mails") == ["doing"]


def test_an_outage_is_over_when_everybody_had_the_time_for_a_sign_of_life():
    """Whether it began before this worker, or is known by the looks that did not come."""
    outages = worker.Outages(1000)
    told = {}
    for looks in (range(1000, 1040, 5), range(1100, 1140, 5)):
        told |= {now: outages.are_over(now) for now in looks}
    assert [now for now, are_over in told.items() if are_over] == [1030, 1035, 1130, 1135]


def test_the_look_of_every_minute_is_for_who_does_not_look_by_itself(looks_all_the_time):
    """procrastinate's own worker does it, which looks after nothing otherwise."""
    another_takes("purge_mails")
    app.configure_task("restart_stalled_jobs").defer(timestamp=0)
    with a_worker():
        wait_until(lambda: "succeeded" in states("restart_stalled_jobs"))
    assert states("purge_mails") == ["doing"]
    with suppress(AlreadyEnqueued):  # by the first worker, as every minute
        app.configure_task("restart_stalled_jobs").defer(timestamp=0)
    run_worker()
    assert states("purge_mails") != ["doing"]


def test_a_worker_that_starts_forgets_none_that_only_waited():
    """One that is forgotten can take no job any more."""
    waited = a_silent_worker()
    with a_worker():
        wait_until(lambda: ProcrastinateWorker.objects.count() == 1 + len(worker.LANES))
        assert ProcrastinateWorker.objects.filter(pk=waited).exists()


# --- Lanes ------------------------------------------------------------------------------------------


def test_mails_that_wait_for_a_server_hold_up_nothing_else(settings):
    lanes = {task.queue for task in app.tasks.values()}
    assert lanes - {"builtin"} <= set(worker.LANES)
    hanging = worker.LANES["mails"] + 1
    with a_worker(grace=0), mail_server(settings, silent=True) as server:
        queue(*(f"Objet {number}" for number in range(hanging)))
        for _ in range(worker.LANES["mails"]):
            assert server.called.acquire(timeout=PATIENCE)
        app.configure_task("purge_mails").defer(timestamp=0)
        wait_until(lambda: "succeeded" in states("purge_mails"))
        assert states("send_mail") == ["doing"] * worker.LANES["mails"] + ["todo"]


# --- The database -----------------------------------------------------------------------------------


def test_it_goes_on_when_all_its_connections_were_cut(settings):
    with mail_server(settings) as server, a_worker():
        wait_until(lambda: ProcrastinateWorker.objects.count() == len(worker.LANES))
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            assert cursor.rowcount > 0
        queue("Objet")
        wait_until(lambda: states("send_mail") == ["succeeded"])
    assert server.subjects() == ["Objet"]


def patiently(ask: Callable[[], Awaitable[object]]) -> object:
    """Ask in a thread of its own: Playwright, once used, keeps an event loop in the tests' one."""

    async def asked() -> object:
        return await worker._patiently(ask)

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(lambda: asyncio.run(asked())).result()


def test_a_database_that_is_away_is_asked_until_it_answers(monkeypatch):
    monkeypatch.setattr(worker, "PAUSE", 0)
    answers = iter([psycopg.OperationalError("away"), psycopg.InterfaceError("closed"), None])

    async def ask() -> str:
        if error := next(answers):
            raise ConnectorException from error
        return "back"

    assert patiently(ask) == "back"


def test_what_else_the_database_says_is_not_asked_again():
    async def ask() -> None:
        raise ConnectorException from psycopg.errors.UndefinedTable("no such table")

    with pytest.raises(ConnectorException):
        patiently(ask)


def test_what_a_job_queues_is_queued_with_what_it_writes(monkeypatch, settings):
    """Queued by another connection, the job of a mail is done before there is such a mail."""

    def tell(_message: Message, *, base_url: str) -> None:
        queue("Objet")
        assert ProcrastinateJob.objects.filter(task_name="send_mail").count() == 1
        raise RuntimeError

    monkeypatch.setattr(notifications, "tell_message", tell)
    monkeypatch.setattr("diagnostics.tasks.Message.objects.select_related", lambda *_: _One())
    app.configure_task("mail_message").defer(message_id=0, base_url="http://x.example")
    run_worker()
    assert states("mail_message") == ["todo"]  # tried again later
    assert (states("send_mail"), QueuedMail.objects.count()) == ([], 0)


class _One:
    """A message, whichever is looked for."""

    def filter(self, **_fields: object) -> _One:
        return self

    def first(self) -> Message:
        return Message()
