"""The mails of accounts wait in the queue without what they open, and leave with it."""

from __future__ import annotations

import json
import re
from urllib.parse import urlsplit

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.db import connection
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob

from diagnostics.models import QueuedMail, User
from tests.factories import PASSWORD, UserFactory
from tests.mails import left

pytestmark = pytest.mark.django_db

SIGN_UP = {"name": "Inès", "email": "ines@x.example", "password1": PASSWORD}
NEW = "une-autre-phrase-longue"


def waiting() -> list[dict[str, object]]:
    """Return what the jobs hold, each of them a mail's."""
    return [job.args for job in ProcrastinateJob.objects.order_by("id")]


def everything_kept() -> str:
    """Return whatever the tables of mails and jobs hold, as text."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT to_jsonb(q)::text FROM diagnostics_queuedmail q"
            " UNION ALL SELECT to_jsonb(j)::text FROM procrastinate_jobs j"
        )
        return "\n".join(row for (row,) in cursor.fetchall())


def key_in(body: str) -> str:
    """Return the last part of the address that a mail leads to: its key."""
    return (
        urlsplit(re.search(r"http://testserver/\S+", body)[0]).path.rstrip("/").rpartition("/")[2]
    )


@pytest.fixture
def no_mail_server(settings):
    """A mail server that would fail whoever spoke to it."""
    settings.EMAIL_BACKEND = "no.such.Backend"


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize("page", ["account_signup", "account_reset_password"])
def test_a_page_sends_nothing_and_queues_one_job(client, no_mail_server, page, known):
    if known:
        UserFactory(email="ines@x.example", verified=True)
    response = client.post(reverse(page), SIGN_UP)
    assert response.status_code == 302
    queued = QueuedMail.objects.get()
    assert (waiting(), queued.address) == ([{"mail_id": queued.pk}], "ines@x.example")
    assert "est en route" in client.get(response.url).content.decode()
    assert mail.outbox == []


@pytest.mark.parametrize("page", ["account_signup", "account_reset_password"])
def test_what_opens_an_account_is_kept_nowhere(client, page):
    if page == "account_reset_password":
        UserFactory(email="ines@x.example", verified=True)
    client.post(reverse(page), SIGN_UP)
    before = everything_kept()
    (message,) = left()
    key = key_in(message.body)
    assert len(key) > 20
    assert key not in before
    assert key not in everything_kept()
    assert '"address": "ines@x.example"' in before  # it is the table that was read


def test_the_key_of_a_confirmation_opens(client):
    client.post(reverse("account_signup"), SIGN_UP)
    (message,) = left()
    client.post(reverse("account_confirm_email", args=[key_in(message.body)]))
    assert EmailAddress.objects.get().verified


def test_a_confirmation_that_is_of_no_use_any_more_does_not_leave(client):
    client.post(reverse("account_signup"), SIGN_UP)
    EmailAddress.objects.update(verified=True)
    assert left() == []
    assert not QueuedMail.objects.exists()


def test_a_reset_does_not_leave_to_an_address_that_was_removed(client):
    person = UserFactory(email="ines@x.example", verified=True)
    client.post(reverse("account_reset_password"), {"email": "ines@x.example"})
    EmailAddress.objects.filter(user=person).update(email="autre@x.example")
    User.objects.filter(pk=person.pk).update(email="autre@x.example")
    assert left() == []


def test_a_mail_to_an_address_that_is_not_the_first_goes_there(client):
    person = UserFactory(email="ines@x.example", verified=True)
    EmailAddress.objects.create(user=person, email="seconde@x.example", verified=True)
    client.post(reverse("account_reset_password"), {"email": "seconde@x.example"})
    assert [message.to for message in left()] == [["seconde@x.example"]]


def test_a_change_is_told_with_where_it_came_from(client):
    person = UserFactory(email="ines@x.example", verified=True)
    client.force_login(person)
    data = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    client.post(
        reverse("account_change_password"), data, headers={"user-agent": "Navigateur d’Inès"}
    )
    queued = QueuedMail.objects.get()
    assert queued.person == person
    assert set(queued.written_from) == {"template", "base_url", "at", "ip", "user_agent"}
    (message,) = left()
    assert message.subject == "Votre mot de passe a été changé"
    assert "avec le navigateur Navigateur d’Inès" in message.body
    assert NEW not in json.dumps(queued.written_from)


def test_its_message_id_is_the_same_however_often_it_leaves(client):
    client.post(reverse("account_signup"), SIGN_UP)
    left()
    QueuedMail.objects.update(sent_at=None)
    first, second = (message.message()["Message-ID"] for message in left())
    assert first == second


def test_what_cannot_be_queued_is_not_done(client, monkeypatch):
    """The account and its mail are kept together, or neither is."""

    def fail(*_args: object, **_fields: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("diagnostics.accounts.queue_account_mail", fail)
    client.raise_request_exception = False
    response = client.post(reverse("account_signup"), SIGN_UP)
    assert response.status_code == 500
    assert not User.objects.exists()
