"""What a worker that was killed had begun is done by another, once."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest
from django.conf import settings
from django.core import mail
from django.db import connection
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.exceptions import AlreadyEnqueued

from diagnostics.domain.vocabulary import State
from diagnostics.models import Paper
from diagnostics.services.jobs import SIGN_OF_LIFE
from diagnostics.services.renderings import defer_ahead
from tests.scene import bring_to, make_scene, run_worker

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE = 120  # seconds: a process takes long to start on a busy machine


@contextmanager
def a_worker(**environment: str) -> Iterator[subprocess.Popen]:
    """A worker in a process of its own, killed at the end as by a machine that stops."""
    process = subprocess.Popen(
        [sys.executable, "manage.py", "worker", "--grace", "0"],
        cwd=settings.BASE_DIR,
        env=os.environ
        | {
            "DJANGO_SETTINGS_MODULE": "diagnostics.bench.served_settings",
            "BENCH_DATABASE": connection.settings_dict["NAME"],
        }
        | environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait(PATIENCE)


def states(task: str) -> list[str]:
    return [job.status for job in ProcrastinateJob.objects.filter(task_name=task).order_by("id")]


def wait_for(task: str, state: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while states(task) != [state]:
        assert time.monotonic() < deadline, states(task)
        time.sleep(0.02)


def restart(*, silent_for: int = SIGN_OF_LIFE + 1) -> None:
    """Let the time pass since the last sign of life, and have another worker look."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE procrastinate_workers SET last_heartbeat = now() - %s * interval '1 second'",
            [silent_for],
        )
    with suppress(AlreadyEnqueued):  # by the first worker, as every minute
        app.configure_task("restart_stalled_jobs").defer(timestamp=0)
    run_worker()


def test_a_mail_that_was_being_sent():
    with socket.create_server(("127.0.0.1", 0)) as server:  # it takes calls and says nothing
        server.settimeout(PATIENCE)
        app.configure_task("send_mail").defer(
            to="lise@exemple.example", subject="Bonjour", text="Bonjour", html="<p>Bonjour</p>"
        )
        with a_worker(EMAIL_URL=f"smtp://127.0.0.1:{server.getsockname()[1]}"):
            talk, _address = server.accept()
        talk.close()
    assert states("send_mail") == ["doing"]

    restart(silent_for=SIGN_OF_LIFE // 3)  # it may only be slow
    assert (states("send_mail"), mail.outbox) == (["doing"], [])

    for _ in range(2):
        restart()
        assert states("send_mail") == ["succeeded"]
        assert [sent.subject for sent in mail.outbox] == ["Bonjour"]


def test_a_mail_that_is_being_sent_when_the_worker_is_asked_to_stop():
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(PATIENCE)
        app.configure_task("send_mail").defer(
            to="lise@exemple.example", subject="Bonjour", text="Bonjour", html="<p>Bonjour</p>"
        )
        with a_worker(EMAIL_URL=f"smtp://127.0.0.1:{server.getsockname()[1]}") as process:
            talk, _address = server.accept()
            process.terminate()
            assert process.wait(PATIENCE) == 0
        talk.close()
    assert states("send_mail") == ["todo"]
    run_worker()
    assert [sent.subject for sent in mail.outbox] == ["Bonjour"]


def test_a_report_that_was_being_printed(quick_pdf):
    scene = make_scene()
    bring_to(scene, State.SUBMITTED)
    with connection.cursor() as cursor:  # the mails are not what is looked at
        cursor.execute("DELETE FROM procrastinate_jobs WHERE task_name <> 'print_last_version'")
    with a_worker():
        wait_for("print_last_version", "doing")
    assert states("print_last_version") == ["doing"]

    restart()

    assert states("print_last_version") == ["succeeded"]
    assert Paper.objects.filter(version__number=1).exists()


def test_one_of_which_another_waits_makes_room_for_it(quick_pdf):
    """A draft was being printed ahead; somebody reads it again before anybody looks."""
    scene = make_scene()
    defer_ahead(scene.diagnostic)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing'")
    defer_ahead(scene.diagnostic)
    assert states("print_ahead") == ["doing", "todo"]

    restart()

    assert states("print_ahead") == ["failed", "succeeded"]
    assert len(quick_pdf) == 1
