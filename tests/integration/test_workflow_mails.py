"""Submitting, requesting changes, validating: who is written to, and only when it is done."""

from __future__ import annotations

import pytest
from django.core import mail
from django.db import transaction
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob

from diagnostics.models import Version
from diagnostics.services.workflow import (
    request_changes,
    submit_diagnostic,
    validate_diagnostic,
)
from tests.scene import BASE_URL, IN_SPITE, REASON, make_scene, run_worker

# The worker prints each version too: others look at that, and it takes seconds.
pytestmark = pytest.mark.usefixtures("quick_pdf")


@pytest.mark.django_db
def test_mails_are_queued_in_the_transaction_and_go_with_its_rollback():
    scene = make_scene()
    with transaction.atomic():
        submit_diagnostic(scene.diagnostic, user=scene.lead, base_url=BASE_URL)
        assert ProcrastinateJob.objects.filter(task_name="mail_submitted").count() == 1
        transaction.set_rollback(True)
    assert not ProcrastinateJob.objects.exists()
    assert not Version.objects.exists()
    submit_diagnostic(scene.diagnostic, user=scene.lead, base_url=BASE_URL)
    request_changes(scene.diagnostic, reason=REASON, user=scene.facilitator, base_url=BASE_URL)
    submit_diagnostic(scene.diagnostic, user=scene.lead, base_url=BASE_URL)
    scene.diagnostic.threads.update(state="accepted")
    validate_diagnostic(
        scene.diagnostic, user=scene.facilitator, base_url=BASE_URL, in_spite=IN_SPITE
    )
    jobs = ProcrastinateJob.objects.order_by("pk").values_list("task_name", flat=True)
    assert list(jobs) == [
        *("mail_submitted", "print_last_version"),
        *("mail_changes_requested", "print_last_version"),
        *("mail_submitted", "print_last_version"),
        *("mail_validated", "print_last_version"),
    ]
    assert mail.outbox == []


@pytest.mark.django_db(transaction=True)
def test_the_worker_writes_to_those_concerned_and_to_nobody_else():
    scene = make_scene()
    home = BASE_URL + reverse("diagnostic_home", args=[scene.diagnostic.pk])
    check = BASE_URL + reverse("diagnostic_check", args=[scene.diagnostic.pk])
    report = BASE_URL + reverse("report", args=[scene.diagnostic.pk])

    def sent() -> dict[str, str]:
        run_worker()
        assert not ProcrastinateJob.objects.exclude(status="succeeded").exists()
        found = {message.to[0]: message.subject + "\n" + message.body for message in mail.outbox}
        assert len(found) == len(mail.outbox)
        mail.outbox.clear()
        return found

    team = {scene.lead.email, scene.contributor.email, scene.reader.email}
    submit_diagnostic(scene.diagnostic, user=scene.lead, base_url=BASE_URL)
    mails = sent()
    assert set(mails) == team - {scene.lead.email} | {scene.facilitator.email}
    assert check in mails[scene.facilitator.email]

    request_changes(scene.diagnostic, reason=REASON, user=scene.facilitator, base_url=BASE_URL)
    mails = sent()
    assert set(mails) == team
    assert all(REASON in text and home in text for text in mails.values())

    submit_diagnostic(scene.diagnostic, user=scene.lead, base_url=BASE_URL)
    sent()
    scene.diagnostic.threads.update(state="accepted")
    validate_diagnostic(
        scene.diagnostic, user=scene.facilitator, base_url=BASE_URL, in_spite=IN_SPITE
    )
    mails = sent()
    assert set(mails) == team
    assert all(report in text for text in mails.values())


@pytest.mark.django_db(transaction=True)
def test_a_submission_is_told_to_the_one_who_follows_the_structure():
    scene = make_scene()
    team = {scene.lead.email, scene.contributor.email, scene.reader.email}

    def told() -> set[str]:
        """Return who is told besides the team."""
        run_worker()
        found = {message.to[0] for message in mail.outbox} - team
        mail.outbox.clear()
        return found

    other = type(scene.facilitator).objects.create_user("autre@rameau.example", is_facilitator=True)
    scene.structure.facilitator = other
    scene.structure.save(update_fields=["facilitator"])
    submit_diagnostic(scene.diagnostic, user=scene.lead, base_url=BASE_URL)
    assert told() == {"autre@rameau.example"}
    # Somebody who no longer facilitates is not told: the others are.
    other.is_facilitator = False
    other.save(update_fields=["is_facilitator"])
    request_changes(scene.diagnostic, reason=REASON, user=scene.facilitator, base_url=BASE_URL)
    told()
    submit_diagnostic(scene.diagnostic, user=scene.lead, base_url=BASE_URL)
    assert told() == {scene.facilitator.email}


@pytest.mark.django_db(transaction=True)
def test_the_mails_are_text_whatever_the_names():
    scene = make_scene()
    scene.structure.name = "<b>Nom</b>\u2028& Cie"
    scene.structure.save(update_fields=["name"])
    submit_diagnostic(scene.diagnostic, user=scene.lead, base_url=BASE_URL)
    run_worker()
    message = mail.outbox[0]
    assert "<b>Nom</b>" in message.subject
    assert "<b>Nom</b>" in message.body
    html = message.alternatives[0].content
    assert "<b>Nom</b>" not in html
    assert "&lt;b&gt;Nom&lt;/b&gt;" in html
