"""The mails that tell a transition: who is told, what each reads and can do, where each link leads."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.core import mail
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from diagnostics import notifications, tasks
from diagnostics.domain.conversation import DEEDS, Audience, ThreadKind
from diagnostics.domain.vocabulary import EventKind, State, StepKey
from diagnostics.models import Event, QueuedMail, User
from diagnostics.queries.todo import load_to_do
from diagnostics.services.conversation import do_in_thread, open_thread
from diagnostics.services.reviews import hand_over_review
from diagnostics.services.workflow import (
    reopen_diagnostic,
    request_changes,
    submit_diagnostic,
    validate_diagnostic,
    withdraw_submission,
)
from diagnostics.typography import capitalised
from tests.factories import UserFactory
from tests.pages import html_of
from tests.scene import BASE_URL, IN_SPITE, REASON, Scene, make_scene

pytestmark = pytest.mark.django_db


def tell(kind: EventKind, scene: Scene, **job: object) -> dict[User, QueuedMail]:
    """Do the job of the last transition of a kind; return what it queued, by person."""
    before = set(QueuedMail.objects.values_list("pk", flat=True))
    args = ProcrastinateJob.objects.filter(task_name=f"mail_{MAILS[kind]}").last().args
    app.tasks[f"mail_{MAILS[kind]}"](**args | job)
    queued = QueuedMail.objects.exclude(pk__in=before).select_related("person")
    return {one.person: one for one in queued}


MAILS = {
    EventKind.SUBMITTED: "submitted",
    EventKind.SUBMISSION_WITHDRAWN: "submission_withdrawn",
    EventKind.CHANGES_REQUESTED: "changes_requested",
    EventKind.VALIDATED: "validated",
    EventKind.REOPENED: "reopened",
    EventKind.ADOPTED: "adopted",
}


def follow(scene: Scene, person: User | None = None) -> None:
    scene.structure.facilitator = person or scene.facilitator
    scene.structure.save(update_fields=["facilitator"])


def ask(scene: Scene, text: str, step: StepKey | None = None):
    return open_thread(
        scene.diagnostic,
        audience=Audience.FACILITATION,
        kind=ThreadKind.REQUEST,
        text=text,
        step=step,
        user=scene.facilitator,
        base_url=BASE_URL,
    )


def page(scene: Scene, name: str) -> str:
    return BASE_URL + reverse(name, args=[scene.diagnostic.pk])


# --- Who ------------------------------------------------------------------------------------------------


def test_a_submission_is_told_to_the_facilitator_and_to_the_team_but_who_submitted():
    scene = make_scene(State.SUBMITTED)
    follow(scene)
    UserFactory(facilitator=True)  # follows others
    scene.member("Inactive").delete()
    gone = scene.member("Paul")
    User.objects.filter(pk=gone.pk).update(is_active=False)

    told = tell(EventKind.SUBMITTED, scene)

    assert set(told) == {scene.facilitator, scene.contributor, scene.reader}
    of_facilitator = told[scene.facilitator]
    assert of_facilitator.subject == "À relire\u00a0: le diagnostic de Confidence de la structure"
    assert "vous pouvez demander des modifications" in of_facilitator.text
    assert page(scene, "diagnostic_check") in of_facilitator.text
    for person in (scene.contributor, scene.reader):
        assert told[person].subject == "Le diagnostic de Confidence de la structure est soumis"
        assert "Il ne se modifie plus pendant la relecture" in told[person].text
        assert "demander des modifications" not in told[person].text


def test_who_reviews_it_comes_before_who_follows_the_structure():
    scene = make_scene(State.SUBMITTED)
    follow(scene)
    colleague = UserFactory(facilitator=True, name="Cléo")
    scene.diagnostic.reviews.update(
        taken_by=colleague, taken_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    )
    told = tell(EventKind.SUBMITTED, scene)
    assert set(told) == {colleague, scene.contributor, scene.reader}


@pytest.mark.parametrize("gone", [{"is_active": False}, {"is_facilitator": False}])
def test_all_facilitators_are_told_when_nobody_follows_but_those_of_the_structure(gone):
    scene = make_scene(State.SUBMITTED)
    follow(scene, UserFactory(**{"is_facilitator": True} | gone))
    other = UserFactory(facilitator=True)
    User.objects.filter(pk=scene.contributor.pk).update(is_facilitator=True)
    told = tell(EventKind.SUBMITTED, scene)
    assert set(told) == {scene.facilitator, other, scene.contributor, scene.reader}
    assert "Il attend votre relecture" not in told[scene.contributor].text


def test_who_stands_in_is_told_while_the_facilitator_is_away():
    scene = make_scene(State.SUBMITTED)
    today = dt.date.today()
    last, first = (UserFactory(facilitator=True) for _ in range(2))
    away = {"absent_from": today, "absent_until": today}
    User.objects.filter(pk=first.pk).update(**away, stand_in=last)
    User.objects.filter(pk=scene.facilitator.pk).update(**away, stand_in=first)
    follow(scene)
    assert set(tell(EventKind.SUBMITTED, scene)) == {last, scene.contributor, scene.reader}
    # The three away, one for the other in a round: whoever is there is told.
    there = UserFactory(facilitator=True)
    User.objects.filter(pk=last.pk).update(**away, stand_in=scene.facilitator)
    QueuedMail.objects.all().delete()
    assert set(tell(EventKind.SUBMITTED, scene)) == {there, scene.contributor, scene.reader}


# --- What --------------------------------------------------------------------------------------------------


def test_changes_requested_list_each_request_with_its_link():
    scene = make_scene(State.SUBMITTED)
    follow(scene)
    on_step = ask(scene, "Chiffrez <l’objectif> 2.", StepKey.OBJECTIVES)
    settled = ask(scene, "Demande déjà retirée", StepKey.ROLES)
    do_in_thread(
        scene.diagnostic,
        settled.pk,
        deed=DEEDS["retirer"],
        user=scene.facilitator,
        base_url=BASE_URL,
    )
    whole = request_changes(
        scene.diagnostic, reason=REASON, user=scene.facilitator, base_url=BASE_URL
    )

    told = tell(EventKind.CHANGES_REQUESTED, scene)

    assert set(told) == {scene.lead, scene.contributor, scene.reader}
    step = f"{BASE_URL}{scene.url(StepKey.OBJECTIVES)}#echange-{on_step.pk}"
    threads = f"{page(scene, 'diagnostic_home')}echanges/#echange-{whole.pk}"
    for mailed in told.values():
        assert mailed.subject == (
            "Modifications demandées sur le diagnostic de Confidence de la structure"
        )
        for told_there in (step, threads, REASON, "Chiffrez <l’objectif> 2."):
            assert told_there in mailed.text
        assert "Demande déjà retirée" not in mailed.text
        assert f'href="{step}"' in mailed.html
        assert "Chiffrez &lt;l’objectif&gt; 2." in mailed.html
        assert mailed.headers["Reply-To"] == f"Fanny Facilitator <{scene.facilitator.email}>"
        assert mailed.diagnostic == scene.diagnostic
    assert "Répondre aux 2 demandes" in told[scene.lead].text
    assert "soumettez-le de nouveau" in told[scene.lead].text
    assert "votre référent·e le soumettra" in told[scene.contributor].text
    assert "Vous pouvez le lire" in told[scene.reader].text


def test_each_button_says_what_the_start_page_says():
    scene = make_scene(State.SUBMITTED)
    ask(scene, "Précisez.", StepKey.ROLES)
    request_changes(scene.diagnostic, reason="", user=scene.facilitator, base_url=BASE_URL)
    told = tell(EventKind.CHANGES_REQUESTED, scene)
    for person in (scene.lead, scene.contributor):
        (one,) = load_to_do(person)
        assert one.step.words == "Répondre à la demande"
        assert f"{one.step.words}\u00a0:\n{BASE_URL}{one.step.address}" in told[person].text
    assert load_to_do(scene.reader) == []


def test_the_links_of_the_mail_lead_to_the_threads_on_their_pages():
    scene = make_scene(State.SUBMITTED)
    on_step = ask(scene, "Chiffrez.", StepKey.OBJECTIVES)
    whole = request_changes(
        scene.diagnostic, reason=REASON, user=scene.facilitator, base_url=BASE_URL
    )
    told = tell(EventKind.CHANGES_REQUESTED, scene)
    for person, client in ((scene.lead, scene.browser), (scene.reader, scene.client("reader"))):
        links = re.findall(r"^  (\S+)#(echange-\d+)$", told[person].text, re.MULTILINE)
        assert [anchor for _address, anchor in links] == [
            f"echange-{thread.pk}" for thread in (on_step, whole)
        ]
        for address, anchor in links:
            page = client.get(address.removeprefix(BASE_URL))
            assert f'id="{anchor}"' in html_of(page)


def test_what_the_structure_answered_is_listed_to_who_reviews_it_again():
    scene = make_scene(State.SUBMITTED)
    follow(scene)
    answered, left = ask(scene, "Chiffrez.", StepKey.OBJECTIVES), ask(scene, "Nommez.")
    request_changes(scene.diagnostic, reason="", user=scene.facilitator, base_url=BASE_URL)
    do_in_thread(
        scene.diagnostic, answered.pk, deed=DEEDS["traiter"], user=scene.lead, base_url=BASE_URL
    )
    submit_diagnostic(scene.diagnostic, user=scene.lead, base_url=BASE_URL)
    text = tell(EventKind.SUBMITTED, scene)[scene.facilitator].text
    assert "1\u00a0demande est traitée\u00a0:" in text
    assert "1\u00a0demande attend une réponse\u00a0:" in text
    assert text.index(f"#echange-{answered.pk}") < text.index(f"#echange-{left.pk}")


def test_a_withdrawn_submission_is_told():
    scene = make_scene(State.SUBMITTED)
    follow(scene)
    withdraw_submission(scene.diagnostic, user=scene.lead, base_url=BASE_URL)
    told = tell(EventKind.SUBMISSION_WITHDRAWN, scene)
    assert set(told) == {scene.facilitator, scene.contributor, scene.reader}
    assert "Il n’y a rien à relire pour le moment" in told[scene.facilitator].text
    assert "Vous pouvez le compléter" in told[scene.contributor].text


def test_a_withdrawn_submission_lists_what_is_asked_now():
    scene = make_scene()
    asked = open_thread(
        scene.diagnostic,
        audience=Audience.FACILITATION,
        kind=ThreadKind.REQUEST,
        text="Chiffrez 2027.",
        user=scene.facilitator,
        base_url=BASE_URL,
    )
    for deed, text, user in (
        ("traiter", "C’est fait.", scene.lead),
        ("redemander", "Et 2028.", scene.facilitator),
    ):
        do_in_thread(
            scene.diagnostic, asked.pk, deed=DEEDS[deed], text=text, user=user, base_url=BASE_URL
        )
    submit_diagnostic(scene.diagnostic, user=scene.lead, base_url=BASE_URL)
    withdraw_submission(scene.diagnostic, user=scene.lead, base_url=BASE_URL)
    text = tell(EventKind.SUBMISSION_WITHDRAWN, scene)[scene.contributor].text
    assert re.findall("> (.*)", text) == ["Et 2028."]


def test_a_validation_is_told_to_the_team_and_to_the_facilitator_who_did_not_make_it():
    scene = make_scene(State.SUBMITTED)
    follow(scene, UserFactory(facilitator=True))
    validate_diagnostic(
        scene.diagnostic, user=scene.facilitator, base_url=BASE_URL, in_spite=IN_SPITE
    )
    scene.diagnostic.board_date = dt.date(2027, 1, 14)
    scene.diagnostic.save(update_fields=["board_date"])
    told = tell(EventKind.VALIDATED, scene)
    assert set(told) == {scene.lead, scene.contributor, scene.reader, scene.structure.facilitator}
    assert "enregistrez ce que le conseil a décidé" in told[scene.lead].text
    assert "du 14\u00a0janvier\u00a02027" in told[scene.reader].text
    for person in (scene.lead, scene.contributor, scene.reader):
        assert page(scene, "report") in told[person].text


def test_a_diagnostic_that_is_reopened_says_why():
    scene = make_scene(State.VALIDATED)
    reopen_diagnostic(
        scene.diagnostic, reason="Le territoire a changé.", user=scene.lead, base_url=BASE_URL
    )
    told = tell(EventKind.REOPENED, scene)
    assert set(told) == {scene.contributor, scene.reader, scene.facilitator}
    assert all("> Le territoire a changé." in mailed.text for mailed in told.values())


@pytest.mark.parametrize(
    ("form", "session", "deciders"),
    [
        ("association", "du conseil", "le conseil"),
        ("chamber", "de l’assemblée", "l’assemblée"),
    ],
)
def test_an_adoption_is_told(form: str, session: str, deciders: str):
    scene = make_scene(State.VALIDATED)
    scene.structure.legal_form = form
    scene.structure.save()
    event = Event.objects.create(
        structure=scene.structure,
        diagnostic=scene.diagnostic,
        actor=scene.lead,
        kind=EventKind.ADOPTED.value,
    )
    notifications.tell_transition(event, base_url=BASE_URL)
    told = {one.person: one for one in QueuedMail.objects.filter(kind="adopted")}
    assert set(told) == {scene.contributor, scene.reader, scene.facilitator}
    assert {one.subject for one in told.values()} == {
        f"{capitalised(deciders)} a adopté le diagnostic de Confidence de la structure"
    }
    for mailed in told.values():
        assert f"a enregistré la séance {session}" in mailed.text
    words = f"{deciders} de la structure doit se prononcer"
    assert words in told[scene.facilitator].text


@pytest.mark.parametrize(
    ("name", "of"),
    [
        ("Alliances du Val", "d’Alliances du Val"),
        ("Hélianthe", "de la structure Hélianthe"),
        ("Lien\r\nBcc: pirate@x.example", "de Lien Bcc: pirate@x.example"),
        ("<b>Nom</b>\u2028& Cie", "de la structure <b>Nom</b> & Cie"),
    ],
)
def test_the_name_of_the_structure_is_in_the_subject_on_one_line(name, of):
    scene = make_scene(State.SUBMITTED)
    scene.structure.name = name
    scene.structure.save(update_fields=["name"])
    told = tell(EventKind.SUBMITTED, scene)[scene.reader]
    assert told.subject == f"Le diagnostic {of} est soumis"
    assert "<b>" not in told.html


def test_no_mail_shows_an_address_but_as_a_link():
    scene = make_scene(State.SUBMITTED)
    told = tell(EventKind.SUBMITTED, scene)[scene.reader]
    shown = told.html.replace(f'href="{BASE_URL}', "")
    assert "testserver" not in shown
    assert "Diagnostic ambition" in shown
    lines = [line for line in told.text.splitlines() if "testserver" in line]
    assert lines == [page(scene, "diagnostic_home")]


def test_a_review_that_is_handed_over_is_told_to_whom_it_is():
    scene = make_scene(State.SUBMITTED)
    colleague, other = (UserFactory(facilitator=True) for _ in range(2))
    hand_over_review(scene.diagnostic, to=colleague, words="Je pars lundi.", user=scene.facilitator)
    args = ProcrastinateJob.objects.get(task_name="mail_handed_over").args
    for _ in range(2):
        tasks.mail_handed_over(**args)
    mailed = QueuedMail.objects.get(kind="review_handed_over")
    assert (mailed.person, mailed.subject) == (
        colleague,
        "Relecture confiée\u00a0: le diagnostic de Confidence de la structure",
    )
    assert "> Je pars lundi." in mailed.text
    assert reverse("diagnostic_check", args=[scene.diagnostic.pk]) in mailed.text
    assert other.email not in mailed.text


def test_a_review_that_is_handed_over_to_somebody_away_is_told_to_them_alone():
    scene = make_scene(State.SUBMITTED)
    today = timezone.localdate()
    away = UserFactory(facilitator=True, absent_from=today, absent_until=today)
    UserFactory(facilitator=True)
    hand_over_review(scene.diagnostic, to=away, words="", user=scene.facilitator)
    tasks.mail_handed_over(**ProcrastinateJob.objects.get(task_name="mail_handed_over").args)
    assert [one.person for one in QueuedMail.objects.filter(kind="review_handed_over")] == [away]


# --- Once, with the transaction -----------------------------------------------------------------------------


def test_the_job_done_twice_tells_nobody_twice():
    scene = make_scene(State.SUBMITTED)
    assert len(tell(EventKind.SUBMITTED, scene)) == 3
    assert tell(EventKind.SUBMITTED, scene) == {}
    assert ProcrastinateJob.objects.filter(task_name="send_mail").count() == 3
    withdraw_submission(scene.diagnostic, user=scene.lead, base_url=BASE_URL)
    submit_diagnostic(scene.diagnostic, user=scene.lead, base_url=BASE_URL)
    assert len(tell(EventKind.SUBMITTED, scene)) == 3


def test_jobs_queued_before_they_named_their_event_still_tell():
    scene = make_scene(State.SUBMITTED)
    tasks.app.tasks["mail_submitted"](diagnostic_id=str(scene.diagnostic.pk), base_url=BASE_URL)
    assert QueuedMail.objects.filter(kind="submitted").count() == 3


def test_mails_disappear_with_the_transaction():
    class UndoneError(Exception):
        pass

    scene = make_scene(State.SUBMITTED)

    def notify_then_fail():
        with transaction.atomic():
            notifications.tell_transition(Event.objects.first(), base_url=BASE_URL)
            assert QueuedMail.objects.exists()
            raise UndoneError

    with pytest.raises(UndoneError):
        notify_then_fail()
    assert scene.structure
    assert not QueuedMail.objects.exists()
    assert not ProcrastinateJob.objects.filter(task_name="send_mail").exists()
    assert mail.outbox == []
