"""Mails about diagnostics: who receives which, and that they leave with the transaction."""

import pytest
from django.db import transaction
from django.urls import reverse
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from diagnostics import notifications, tasks
from tests.factories import DiagnosticFactory, MembershipFactory, StructureFactory, UserFactory

pytestmark = pytest.mark.django_db

URL = "https://diagnostic.example"


@pytest.fixture
def diagnostic():
    structure = StructureFactory(name="Lien & Brumelle")
    for role in ["lead", "contributor", "reader"]:
        MembershipFactory(structure=structure, role=role, user__email=f"{role}@x.example")
    MembershipFactory(structure=structure, user__email="parti@x.example", user__is_active=False)
    MembershipFactory(role="contributor", user__email="ailleurs@x.example")
    return DiagnosticFactory(structure=structure, title="Ambition 2026–2029")


def queued():
    return list(ProcrastinateJob.objects.order_by("id"))


def recipients():
    return [job.args["to"] for job in queued()]


def test_every_task_is_registered():
    assert {"send_mail", "send_invitation"} <= set(app.tasks)


def test_submitted_tells_the_structure_s_facilitator(diagnostic):
    UserFactory(facilitator=True)
    diagnostic.structure.facilitator = UserFactory(facilitator=True, email="est@rameau.example")
    notifications.diagnostic_submitted(diagnostic, base_url=URL)
    assert recipients() == ["est@rameau.example"]


@pytest.mark.parametrize("gone", [{"is_active": False}, {"is_facilitator": False}])
def test_submitted_tells_all_facilitators_when_nobody_follows(diagnostic, gone):
    diagnostic.structure.facilitator = UserFactory(
        **{"is_facilitator": True, "email": "parti@rameau.example"} | gone
    )
    for name in ["a", "b"]:
        UserFactory(facilitator=True, email=f"{name}@rameau.example")
    UserFactory(staff=True)
    notifications.diagnostic_submitted(diagnostic, base_url=URL)
    assert recipients() == ["a@rameau.example", "b@rameau.example"]


def test_changes_requested_tells_those_who_fill_in(diagnostic, mailoutbox):
    asked = {"audience": "facilitation", "kind": "request", "state": "pending"}
    thread = diagnostic.threads.create(**asked, opened_by=diagnostic.created_by)
    thread.messages.create(author=diagnostic.created_by, text="Chiffrez <l’objectif> 2.")
    notifications.changes_requested(diagnostic, thread_id=thread.pk, base_url=URL)
    assert recipients() == ["lead@x.example", "contributor@x.example"]
    tasks.send_mail(**queued()[0].args)
    (mail,) = mailoutbox
    html = mail.alternatives[0][0]
    assert mail.subject == "Des modifications sont demandées sur votre diagnostic"
    assert "Chiffrez <l’objectif> 2." in mail.body
    assert "Chiffrez &lt;l’objectif&gt; 2." in html
    link = URL + reverse("diagnostic_home", args=[diagnostic.pk])
    assert link in mail.body
    assert link in html


def test_validated_tells_the_whole_team(diagnostic):
    notifications.diagnostic_validated(diagnostic, base_url=URL)
    assert recipients() == ["lead@x.example", "contributor@x.example", "reader@x.example"]
    assert queued()[0].args["subject"] == "Le diagnostic de Lien & Brumelle est validé"


def test_a_title_on_two_lines_makes_one_subject(diagnostic):
    diagnostic.structure.name = "Lien\r\nBcc: pirate@x.example"
    notifications.diagnostic_validated(diagnostic, base_url=URL)
    assert "\n" not in queued()[0].args["subject"]


def test_mails_disappear_with_the_transaction(diagnostic):
    class UndoneError(Exception):
        pass

    def notify_then_fail():
        with transaction.atomic():
            notifications.diagnostic_validated(diagnostic, base_url=URL)
            raise UndoneError

    with pytest.raises(UndoneError):
        notify_then_fail()
    assert recipients() == []


def test_what_fails_is_raised_for_the_queue_to_retry(monkeypatch):
    def refuse(self, fail_silently=False):
        raise ConnectionRefusedError

    monkeypatch.setattr("django.core.mail.EmailMessage.send", refuse)
    with pytest.raises(ConnectionRefusedError):
        tasks.send_mail(to="a@x.example", subject="s", text="t", html="h")
