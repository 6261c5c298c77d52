"""Reminders: to the lead of a draft that nobody touched, to the facilitator of a review that waits; one
mail a day at most, and what it says is what the start page says."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from diagnostics.domain.vocabulary import State
from diagnostics.models import Diagnostic, QueuedMail, User
from diagnostics.notifications import send_reminders
from diagnostics.queries.todo import load_to_do
from diagnostics.services.diagnostics import open_diagnostic
from tests.factories import UserFactory
from tests.pages import html_of, page_of
from tests.scene import BASE_URL, Scene, make_scene

pytestmark = pytest.mark.django_db

EIGHT = timezone.make_aware(dt.datetime(2026, 11, 30, 8, 11))  # in Paris


def days(number: float, start: dt.datetime = EIGHT) -> dt.datetime:
    return start + dt.timedelta(days=number)


def touched(scene: Scene, at: dt.datetime, diagnostic: Diagnostic | None = None) -> None:
    pk = (diagnostic or scene.diagnostic).pk
    Diagnostic.objects.filter(pk=pk).update(updated_at=at, state_since=at)


def remind(at: dt.datetime) -> list[tuple[User, QueuedMail]]:
    """Do the reminders of a moment; return those queued, as if they were written then."""
    before = set(QueuedMail.objects.values_list("pk", flat=True))
    send_reminders(at, base_url=BASE_URL)
    new = QueuedMail.objects.exclude(pk__in=before)
    new.update(queued_at=at)
    return [(one.person, one) for one in new.select_related("person").order_by("person")]


def people(at: dt.datetime) -> list[User]:
    return [person for person, _mail in remind(at)]


# --- A draft ---------------------------------------------------------------------------------------------


def test_the_lead_alone_is_reminded_of_a_draft_untouched_for_14_days():
    scene = make_scene()
    touched(scene, days(-13))
    assert people(EIGHT) == []
    # By the calendar of the wall: late in the evening, fourteen days before this morning.
    touched(scene, timezone.make_aware(dt.datetime(2026, 11, 16, 23, 50)))
    assert people(EIGHT - dt.timedelta(hours=1)) == []  # too early in the day
    ((person, mailed),) = remind(EIGHT)
    assert person == scene.lead
    assert mailed.subject == "Rappel\u00a0: le diagnostic de Confidence de la structure vous attend"
    assert "sans changement depuis le 16\u00a0novembre\u00a02026" in mailed.text
    assert mailed.headers["List-Unsubscribe"].startswith(f"<{BASE_URL}/messages/")


def test_twice_at_most_until_somebody_touches_it():
    scene = make_scene()
    touched(scene, days(-14))
    # The days on which one could be due, and those around.
    asked = (0, 1, 13, 14, 15, 27, 28, 29, 42, 59)
    assert [day for day in asked if scene.lead in people(days(day))] == [0, 14]
    touched(scene, days(60))
    asked = (60, 61, 73, 74, 75, 87, 88, 89, 102, 119)
    assert [day for day in asked if scene.lead in people(days(day))] == [74, 88]


def test_never_within_14_days_of_another_mail_about_it():
    scene = make_scene()
    touched(scene, days(-30))
    of_lead = {"person": scene.lead, "address": scene.lead.email, "kind": "message"}
    other = {"person": scene.reader, "address": scene.reader.email, "kind": "message"}
    QueuedMail.objects.create(key="a", diagnostic=scene.diagnostic, queued_at=days(-13), **of_lead)
    QueuedMail.objects.create(key="b", diagnostic=scene.diagnostic, queued_at=days(0), **other)
    assert people(EIGHT) == []
    # A mail of the day that names it among others counts as well.
    about = [{"diagnostic": str(scene.diagnostic.pk)}]
    QueuedMail.objects.create(key="c", about=about, queued_at=days(-10), **of_lead)
    assert people(days(1)) == people(days(3)) == []
    assert people(days(4)) == [scene.lead]


@pytest.mark.parametrize("state", [State.CHANGES_REQUESTED, State.VALIDATED, State.ADOPTED])
def test_of_a_draft_only(state):
    scene = make_scene(state)
    touched(scene, days(-40))
    assert people(EIGHT) == []


def test_who_does_not_want_them_or_left_has_none():
    scene = make_scene()
    touched(scene, days(-40))
    User.objects.filter(pk=scene.lead.pk).update(reminder_mails=False)
    assert people(EIGHT) == []
    User.objects.filter(pk=scene.lead.pk).update(reminder_mails=True, is_active=False)
    assert people(EIGHT) == []
    User.objects.filter(pk=scene.lead.pk).update(is_active=True)
    Diagnostic.objects.filter(pk=scene.diagnostic.pk).update(
        deleted_at=EIGHT, deleted_by=scene.lead
    )
    assert people(EIGHT) == []


# --- A review ------------------------------------------------------------------------------------------------


def test_the_facilitator_is_reminded_once_of_a_review_that_waits_for_7_days():
    scene = make_scene(State.SUBMITTED)
    scene.structure.facilitator = scene.facilitator
    scene.structure.save(update_fields=["facilitator"])
    UserFactory(facilitator=True)
    touched(scene, days(-6))
    assert people(EIGHT) == []
    ((person, mailed),) = remind(days(1))
    assert person == scene.facilitator
    assert "soumis le 24\u00a0novembre\u00a02026" in mailed.text
    assert [
        day for day in (2, 3, 7, 8, 9, 14, 15, 22, 39) if scene.facilitator in people(days(day))
    ] == []


def test_who_stands_in_is_reminded_and_all_where_nobody_follows():
    scene = make_scene(State.SUBMITTED)
    touched(scene, days(-9))
    colleague = UserFactory(facilitator=True)
    scene.structure.facilitator = scene.facilitator
    scene.structure.save(update_fields=["facilitator"])
    User.objects.filter(pk=scene.facilitator.pk).update(
        absent_from=EIGHT.date(), absent_until=days(3).date(), stand_in=colleague
    )
    assert people(EIGHT) == [colleague]
    # Back, and reminded in her turn: nobody told her.
    assert people(days(4)) == [scene.facilitator]
    QueuedMail.objects.all().delete()
    scene.structure.facilitator = None
    scene.structure.save(update_fields=["facilitator"])
    assert people(days(5)) == [scene.facilitator, colleague]


# --- One mail a day ---------------------------------------------------------------------------------------------


def test_several_subjects_make_one_mail_a_day():
    scene = make_scene()
    second = open_diagnostic(
        scene.structure, title="Deuxième", base_year=2027, horizon_years=3, user=scene.lead
    )
    waiting = make_scene(State.SUBMITTED)
    User.objects.filter(pk=scene.lead.pk).update(is_facilitator=True)
    waiting.structure.facilitator = scene.lead
    waiting.structure.save(update_fields=["facilitator"])
    for diagnostic in (scene.diagnostic, second, waiting.diagnostic):
        touched(scene, days(-20), diagnostic)

    ((person, mailed),) = remind(EIGHT)

    assert person == scene.lead
    assert mailed.subject == "Rappel\u00a0: 3 diagnostics vous attendent"
    assert mailed.text.count("\n- ") == 3
    assert people(EIGHT + dt.timedelta(hours=3)) == []
    touched(scene, days(-15), second)
    assert people(EIGHT + dt.timedelta(hours=4)) == []
    assert people(days(1)) == []  # a mail about it yesterday


# --- The start page ----------------------------------------------------------------------------------------------


TO_DO = {
    State.DRAFT: {
        "lead": "Continuer le questionnaire",
        "contributor": "Continuer le questionnaire",
        "reader": "",
    },
    State.SUBMITTED: {
        "lead": "",
        "facilitator": "Relire, valider ou demander des modifications",
    },
    State.CHANGES_REQUESTED: {
        "lead": "Répondre à la demande",
        "contributor": "Répondre à la demande",
        "reader": "",
    },
    State.VALIDATED: {"lead": "Enregistrer la décision du conseil", "contributor": ""},
    State.ADOPTED: {"lead": ""},
}


@pytest.mark.parametrize("state", TO_DO)
def test_what_the_start_page_says_there_is_to_do(state):
    scene = make_scene(state)
    for role, words in TO_DO[state].items():
        page = scene.client(role).get("/")
        found = load_to_do(getattr(scene, role))
        assert [one.step.words for one in found] == ([words] if words else []), role
        assert ("À faire" in html_of(page)) is bool(words), role
        assert all(one.step.address in page_of(page).links for one in found), role


def test_the_reminder_says_what_the_start_page_says():
    scene = make_scene()
    touched(scene, days(-20))
    ((person, mailed),) = remind(EIGHT)
    (one,) = load_to_do(person)
    page = page_of(scene.browser.get("/"))
    assert one.step.address in page.links
    assert f"- {one.step.words}\u00a0: le diagnostic" in mailed.text
    assert f"  {BASE_URL}{one.step.address}" in mailed.text


def test_a_facilitator_reads_on_their_start_page_what_waits_for_them_alone():
    scene = make_scene(State.SUBMITTED)
    colleague = UserFactory(facilitator=True)
    scene.structure.facilitator = colleague
    scene.structure.save(update_fields=["facilitator"])
    assert load_to_do(scene.facilitator) == []
    assert "Confidence" not in html_of(scene.client("facilitator").get("/"))
    assert [one.diagnostic for one in load_to_do(colleague)] == [scene.diagnostic]
    scene.diagnostic.reviews.update(taken_by=scene.facilitator, taken_at=EIGHT)
    assert load_to_do(colleague) == []
    assert [one.diagnostic for one in load_to_do(scene.facilitator)] == [scene.diagnostic]
