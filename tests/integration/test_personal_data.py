"""« Mes données »: all that is held of a person is theirs to take, and goes when they go."""

from __future__ import annotations

import json

import pytest
from allauth.account.models import EmailAddress
from django.apps import apps
from django.conf import settings
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.hashers import make_password
from django.contrib.sessions.models import Session
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from diagnostics import known_browsers, tasks
from diagnostics.domain.answers import Vision
from diagnostics.domain.vocabulary import EventKind, MembershipRole, State
from diagnostics.expired_session import PERSON_COOKIE
from diagnostics.models import (
    Event,
    Invitation,
    KeptText,
    Membership,
    OpenSession,
    QueuedMail,
    Remark,
    User,
)
from diagnostics.notifications import tell_erased
from diagnostics.queries.personal_data import HELD, open_sessions, what_holds_back
from diagnostics.services.account_mails import queue_account_mail
from diagnostics.services.departures import FORMER_MEMBER, erase_account
from diagnostics.services.errors import WrongState
from diagnostics.services.mails import send_once
from diagnostics.services.structures import delete_structure
from diagnostics.services.team import accept_invitation, hand_over_lead, invitation_token
from tests.everywhere import tables_with
from tests.factories import PASSWORD, UserFactory
from tests.inviting import invite_member
from tests.pages import html_of, page_of
from tests.scene import BASE_URL, STATEMENT, Scene, make_scene
from tests.talking import SHARED, say

MY_DATA, FILE, ERASE = "/mes-donnees/", "/mes-donnees/donnees.json", "/mes-donnees/effacer/"
NAME, ADDRESS = "Aude Canaribleu", "aude.canaribleu@exemple.example"
# What a browser keeps of who was signed in.
BROWSER_COOKIES = {PERSON_COOKIE, known_browsers.COOKIE}


# --- Every field is classified -------------------------------------------------------------------


def fields_of(model) -> set[str]:
    return {field.name for field in model._meta.concrete_fields}


def test_every_field_of_every_table_that_points_to_a_person_is_given_or_has_a_reason():
    pointing = {
        model._meta.label
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.get_fields()
        if field.concrete and field.is_relation and field.related_model is User
    }
    assert pointing | {"diagnostics.User"} == set(HELD)
    for label, held in HELD.items():
        model = apps.get_model(label)
        links = {
            field.name
            for field in model._meta.get_fields()
            if field.concrete and field.is_relation and field.related_model is User
        }
        if model is not User:
            assert set(held.mine) == links, label
        given = {name.partition("__")[0] for name in held.exported}
        assert given & set(held.kept_out) == set(), label
        assert given | set(held.kept_out) | set(held.mine) - {"pk"} == fields_of(model), label
        assert all(held.kept_out.values()), label


# --- The file --------------------------------------------------------------------------------------


def somebody(scene: Scene) -> User:
    """A member who left something wherever one can."""
    user = UserFactory(name=NAME, email=ADDRESS, verified=True)
    invitation = invite_member(
        scene.structure,
        email=ADDRESS,
        role=MembershipRole.CONTRIBUTOR,
        user=scene.lead,
        base_url=BASE_URL,
    )
    tasks.send_invitation(invitation_id=invitation.pk, base_url=BASE_URL)
    accept_invitation(invitation_token(invitation), user=user)
    unknown = {"person": None, "base_url": BASE_URL, "context": {}}
    queue_account_mail("account/email/unknown_account", ADDRESS, **unknown)
    statements = [{"id": "v1", "text": "Vision d’Aude"}]
    scene.store(Vision.model_validate({"statements": statements}), user=user)
    scene.store(Vision.model_validate({"statements": []}), user=scene.lead)
    say(scene, SHARED, user=user, text="Message d’Aude")
    KeptText.objects.create(
        diagnostic=scene.diagnostic, step="vision", user=user, texts="vision-x=Texte+gard%C3%A9"
    )
    Remark.objects.create(author=user, text="Remarque d’Aude pour elle")
    Remark.objects.create(author=user, text="Remarque d’Aude pour tous", is_shared=True)
    mail = {"kind": "k", "text": "t", "html": "h", "sent_at": user.date_joined}
    QueuedMail.objects.create(key="1", person=user, address=ADDRESS, subject="À Aude", **mail)
    told = {"person": scene.lead, "address": scene.lead.email, "subject": f"{NAME} a soumis"}
    QueuedMail.objects.create(key="2", diagnostic=scene.diagnostic, **told, **mail)
    about = [{"diagnostic": str(scene.diagnostic.pk), "audience": SHARED.value}]
    of_the_day = {"subject": f"Le jour de {NAME.upper()}", "about": about}
    QueuedMail.objects.create(key="4", **told | of_the_day, **mail)
    answered = {"person": scene.lead, "address": scene.lead.email, "subject": "Une lettre"}
    QueuedMail.objects.create(key="3", headers={"Reply-To": ADDRESS}, **answered, **mail)
    LogEntry.objects.log_actions(scene.staff.pk, [user], CHANGE, single_object=True)
    job = app.configure_task("send_mail").defer(to=ADDRESS, subject="s", text="t", html="h")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'succeeded' WHERE id = %s", [job])
    return user


def part(data: dict, label: str) -> list[dict]:
    return next(one["lignes"] for one in data["donnees"] if one["table"] == label)


@pytest.mark.django_db
def test_the_file_holds_what_the_person_wrote_and_nothing_of_others():
    scene = make_scene()
    say(scene, SHARED, text="Message de Lise")
    user = somebody(scene)
    client = scene.client_of(user)
    page = html_of(client.get(MY_DATA))
    assert FILE in page
    assert ERASE in page

    response = client.get(FILE)

    assert response["Cache-Control"] == "private, no-store"
    assert response["Content-Disposition"].startswith('attachment; filename="mes-donnees-')
    data = json.loads(response.content)
    assert part(data, "diagnostics.User")[0]["email"] == ADDRESS
    assert [team["structure__name"] for team in part(data, "diagnostics.Membership")] == [
        scene.structure.name
    ]
    assert [one["text"] for one in part(data, "diagnostics.Message")] == ["Message d’Aude"]
    assert [one["text"] for one in part(data, "diagnostics.Remark")] == [
        "Remarque d’Aude pour elle",
        "Remarque d’Aude pour tous",
    ]
    (revision,) = part(data, "diagnostics.AnswerRevision")
    assert revision["value"]["statements"][0]["text"] == "Vision d’Aude"
    assert revision["answer__diagnostic"] == str(scene.diagnostic.pk)
    assert part(data, "diagnostics.KeptText")[0]["texts"] == {"vision-x": ["Texte gardé"]}
    assert [one["subject"] for one in part(data, "diagnostics.QueuedMail")] == ["À Aude"]
    assert [one["vous"] for one in part(data, "diagnostics.Invitation")] == [["accepted_by"]]
    kinds = [one["kind"] for one in part(data, "diagnostics.Event")]
    assert EventKind.MEMBER_JOINED.value in kinds
    assert len(part(data, "sessions.Session")) == 1
    whole = response.content.decode()
    for other in (STATEMENT, "Message de Lise", scene.lead.email, user.password):
        assert other not in whole
    exported = Event.objects.get(kind=EventKind.EXPORTED.value)
    assert (exported.actor, exported.structure, exported.detail) == (
        user,
        None,
        {"what": "personal"},
    )


@pytest.mark.django_db
def test_asking_whether_there_is_a_file_takes_nothing():
    scene = Scene()
    assert scene.browser.head(FILE).status_code == 200
    assert not Event.objects.filter(kind=EventKind.EXPORTED.value).exists()


# --- The end of an account ---------------------------------------------------------------------------


@pytest.mark.django_db
def test_an_erased_account_is_found_nowhere_and_what_it_wrote_stays():
    scene = make_scene()
    user = somebody(scene)
    client, elsewhere = scene.client_of(user), scene.client_of(user)
    before = {words: set(tables_with(words)) for words in (NAME, ADDRESS)}
    assert {"diagnostics_user", "diagnostics_queuedmail", "django_admin_log"} <= before[NAME]
    assert {"account_emailaddress", "diagnostics_invitation", "procrastinate_jobs"} <= before[
        ADDRESS
    ]
    events = Event.objects.count()
    assert len(open_sessions(user)) == 2
    keys = list(OpenSession.objects.filter(user=user).values_list("session_key", flat=True))
    assert client.get(MY_DATA).status_code == 200
    assert {name for name in BROWSER_COOKIES if client.cookies[name].value} == BROWSER_COOKIES

    refused = client.post(ERASE, {"password": "un autre"})
    assert refused.status_code == 422
    assert "Ce n’est pas votre mot de passe." in html_of(refused)
    assert User.objects.get(pk=user.pk).erased_at is None
    response = client.post(ERASE, {"password": PASSWORD})

    assert response.url == "/"
    assert {
        name for name in BROWSER_COOKIES if response.cookies[name].value == ""
    } == BROWSER_COOKIES
    assert "Votre compte est effacé." in html_of(client.get("/"))
    for browser in (client, elsewhere):
        assert browser.get(MY_DATA).status_code == 302
    assert not Session.objects.filter(pk__in=keys).exists()
    # The one mail that says so is the last place, and its row goes with it.
    farewell = QueuedMail.objects.get(kind="account_erased")
    assert (farewell.address, farewell.person) == (ADDRESS, None)
    sent = []
    assert send_once(farewell.pk, lambda mail: not sent.append(mail.text))
    assert NAME in sent[0]
    assert {words: tables_with(words) for words in (NAME, ADDRESS)} == {NAME: {}, ADDRESS: {}}
    assert tables_with("Texte+gard") == tables_with("pour elle") == {}
    assert set(tables_with("Vision d’Aude")) == {"diagnostics_answerrevision"}
    assert set(tables_with("Message d’Aude")) == {"diagnostics_message"}
    user.refresh_from_db()
    assert (user.display_name, user.is_active, user.has_usable_password()) == (
        FORMER_MEMBER,
        False,
        False,
    )
    kinds = [EventKind.MEMBER_REMOVED.value, EventKind.ACCOUNT_ERASED.value]
    assert sorted(Event.objects.order_by("pk").values_list("kind", flat=True)[events:]) == sorted(
        kinds
    )
    talk = html_of(scene.client("lead").get(reverse("conversation", args=[scene.diagnostic.pk])))
    assert FORMER_MEMBER in talk
    assert "Message d’Aude" in talk
    with pytest.raises(WrongState):
        erase_account(user, actor=user, tell=tell_erased)


@pytest.mark.django_db
def test_an_address_that_somebody_added_and_did_not_prove_stays_its_owners():
    """Anybody may type that of somebody else; and may be called « e »."""
    scene = Scene()
    theirs = "victime@exemple.example"
    user = UserFactory(name="e", email=ADDRESS, verified=True)
    EmailAddress.objects.create(user=user, email=theirs, verified=False)
    waiting = invite_member(scene.structure, email=theirs, user=scene.lead)
    queue_account_mail(
        "account/email/unknown_account", theirs, person=None, base_url=BASE_URL, context={}
    )
    told = {"person": scene.lead, "address": scene.lead.email, "kind": "k", "html": "h"}
    elsewhere = QueuedMail.objects.create(
        key="1",
        diagnostic=scene.diagnostic,
        subject="Une lettre",
        text=f"De M. E. et de {theirs}, pas de l{ADDRESS}",
        sent_at=timezone.now(),
        **told,
    )
    job = app.configure_task("send_mail").defer(to=f"l{ADDRESS}", subject="e", text="t", html="h")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'failed' WHERE id = %s", [job])
    kept = [
        list(rows.order_by("pk").values())
        for rows in (Invitation.objects, QueuedMail.objects, ProcrastinateJob.objects)
    ]

    erase_account(user, actor=user, tell=lambda address, name: None)

    waiting.refresh_from_db()
    assert (waiting.cancelled_at, waiting.email) == (None, theirs)
    assert kept == [
        list(rows.order_by("pk").values())
        for rows in (Invitation.objects, QueuedMail.objects, ProcrastinateJob.objects)
    ]
    assert elsewhere.pk in {row["id"] for row in kept[1]}


@pytest.mark.django_db
def test_a_short_name_is_looked_for_as_a_whole_word_where_its_person_was():
    scene = make_scene()
    user = UserFactory(name="e", email=ADDRESS, verified=True)
    scene.structure.memberships.create(user=user, role=MembershipRole.READER.value)
    told = {"person": scene.lead, "address": scene.lead.email, "kind": "k", "html": "h"}
    told |= {"diagnostic": scene.diagnostic, "sent_at": timezone.now(), "subject": "Le mail"}
    QueuedMail.objects.create(key="1", text="Une lettre pour elle", **told)
    QueuedMail.objects.create(key="2", text="Une lettre de E : elle", **told)
    erase_account(user, actor=user, tell=lambda address, name: None)
    told = dict(QueuedMail.objects.values_list("key", "text"))
    assert told == {"1": "Une lettre pour elle", "2": ""}


@pytest.mark.django_db
def test_an_invitation_that_waits_for_somebody_who_went_is_cancelled():
    scene = Scene()
    user = UserFactory(name=NAME, email=ADDRESS, verified=True)
    EmailAddress.objects.create(user=user, email="a.canaribleu@autre.example", verified=True)
    invitation = invite_member(
        scene.structure,
        email="a.canaribleu@autre.example",
        role=MembershipRole.READER,
        user=scene.lead,
        base_url=BASE_URL,
    )
    erase_account(user, actor=user, tell=lambda address, name: None)
    invitation.refresh_from_db()
    assert invitation.cancelled_at
    assert tables_with("canaribleu") == {}


@pytest.mark.django_db
def test_a_lead_hands_over_first():
    scene = make_scene()
    page = scene.browser.get(ERASE)
    team = reverse("structure_team", args=[scene.structure.pk])
    assert team in html_of(page)
    assert 'type="password"' not in html_of(page)
    assert scene.browser.post(ERASE, {"password": PASSWORD}).status_code == 409
    with pytest.raises(WrongState):
        erase_account(scene.lead, actor=scene.lead, tell=tell_erased)
    assert User.objects.get(pk=scene.lead.pk).erased_at is None

    hand_over_lead(scene.membership("contributor"), user=scene.lead)
    User.objects.filter(pk=scene.lead.pk).update(password=make_password(PASSWORD))
    scene.browser.force_login(
        User.objects.get(pk=scene.lead.pk), "django.contrib.auth.backends.ModelBackend"
    )
    assert scene.browser.post(ERASE, {"password": PASSWORD}).status_code == 302
    assert not Membership.objects.filter(user=scene.lead).exists()


@pytest.mark.django_db
def test_a_lead_who_is_alone_has_a_way_out():
    scene = Scene()
    scene.structure.memberships.exclude(user=scene.lead).delete()
    delete = reverse("diagnostic_delete", args=[scene.diagnostic.pk])
    end = reverse("structure_delete", args=[scene.structure.pk])
    links = page_of(scene.browser.get(ERASE)).links
    assert [one for one in links if one in (delete, end)] == [delete, end]
    for address in (delete, end):
        assert scene.browser.post(address).status_code == 302
    assert 'type="password"' in html_of(scene.browser.get(ERASE))


@pytest.mark.django_db
def test_a_lead_who_is_alone_with_what_was_submitted_is_told_whom_to_ask():
    scene = make_scene(State.SUBMITTED)
    scene.structure.memberships.exclude(user=scene.lead).delete()
    links = page_of(scene.browser.get(ERASE)).links
    assert reverse("structure_team", args=[scene.structure.pk]) in links
    assert f"mailto:{settings.LEGAL['contact']}" in links
    assert reverse("structure_delete", args=[scene.structure.pk]) not in links


@pytest.mark.django_db
def test_the_lead_of_a_structure_that_was_deleted_may_go():
    scene = Scene()
    scene.diagnostic.answers.all().delete()
    scene.diagnostic.deleted_at, scene.diagnostic.deleted_by = (
        scene.diagnostic.created_at,
        scene.lead,
    )
    scene.diagnostic.save()
    delete_structure(scene.structure, user=scene.lead)
    assert not what_holds_back(scene.lead)
    erase_account(scene.lead, actor=scene.lead, tell=tell_erased)
    with connection.cursor() as cursor:  # what is checked when a transaction ends
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert not Membership.objects.filter(user=scene.lead).exists()


@pytest.mark.django_db
def test_facilitators_hand_over_what_they_follow_and_review_and_the_last_administrator_stays():
    scene = make_scene(State.SUBMITTED)
    facilitator = scene.facilitator
    scene.structure.facilitator = facilitator
    scene.structure.save()
    review = scene.diagnostic.reviews.get()
    review.taken_by, review.taken_at = facilitator, review.version.submitted_at
    review.save()
    held = what_holds_back(facilitator)
    assert (held.followed, held.reviews, held.led, held.is_last_administrator) == (1, 1, (), False)
    page = html_of(scene.client("facilitator").get(ERASE))
    assert reverse("portfolio") in page
    assert 'type="password"' not in page
    scene.structure.facilitator, review.taken_by, review.taken_at = None, None, None
    scene.structure.save()
    review.save()
    assert not what_holds_back(facilitator)
    erase_account(facilitator, actor=facilitator, tell=tell_erased)

    boss = UserFactory(staff=True, is_superuser=True)
    User.objects.filter(is_superuser=True).exclude(pk=boss.pk).update(is_superuser=False)
    assert what_holds_back(boss).is_last_administrator
    UserFactory(is_superuser=True)
    assert not what_holds_back(boss)


@pytest.mark.django_db
def test_a_password_is_not_guessed_here_either():
    scene = make_scene()
    client = scene.client("contributor")
    statuses = [client.post(ERASE, {"password": f"essai {n}"}).status_code for n in range(12)]
    assert statuses[0] == 422
    assert statuses[-1] == 429
    assert client.post(ERASE, {"password": PASSWORD}).status_code == 429
    assert User.objects.get(pk=scene.contributor.pk).erased_at is None
