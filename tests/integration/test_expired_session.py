"""A form that meets an ended session, whichever it is: the person comes back to the page that they
came from with what they typed, and can send it."""

from __future__ import annotations

from html import unescape
from uuid import uuid4

import pytest
from allauth.account.models import EmailAddress
from django.contrib.sessions.models import Session
from django.db import OperationalError
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from procrastinate.contrib.django import app

from diagnostics import expired_session
from diagnostics.domain.answers import Vision
from diagnostics.domain.vocabulary import State, StepKey
from diagnostics.models import Acknowledgement, Invitation, Message
from diagnostics.tasks import purge_ended_sessions
from tests.factories import PASSWORD
from tests.pages import page_of
from tests.routes import first_point
from tests.scene import Scene, bring_to, make_scene

pytestmark = pytest.mark.django_db
TEXT = "Tapé <b>pendant</b> la coupure, avant l’été"
FRAME = {
    "title": TEXT,
    "board_date": "2027-03-04",
    "workshops-TOTAL_FORMS": "1",
    "workshops-INITIAL_FORMS": "0",
    "workshops-0-date": "2026-09-08",
    "workshops-0-participants": "7",
    "workshops-0-composition": "Deux et deux",
    "base_year": "2026",
    "horizon_years": "3",
}
CARD = {"name": TEXT, "territory": "Bassin de vie", "base_scale": "living_area"}


@pytest.fixture
def scene() -> Scene:
    return make_scene()


def sent_without_session(scene, person, address, page, data, *, last=None) -> tuple[Client, str]:
    """Send a form whose session has ended, sign in; return the browser and the page one is on.

    ``last``: who was signed in before, if it was somebody else.
    """
    client = scene.ended(last or person)
    answer = client.post(address, data, headers={"Referer": f"http://testserver{page}"})
    assert answer["Location"] == f"{reverse('account_login')}?next={page}"
    sign_in_again(client, person, page)
    return client, client.get(page).content.decode()


def sign_in_again(client, person, page="/", **ticked) -> None:
    person.set_password(PASSWORD)
    person.save()
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    typed = {"login": person.email, "password": PASSWORD, "next": page, **ticked}
    answer = client.post(reverse("account_login"), typed)
    assert answer["Location"] == page, unescape(answer.content.decode())[:2000]


def send_now(client, page, address):
    """Press « Envoyer maintenant »."""
    assert "Votre session s’était terminée" in unescape(page)
    form = next(f for f in page_of_text(page).forms if f.action == address and f.method == "post")
    return client.post(address, form.data)


def page_of_text(page):
    return page_of(type("Response", (), {"content": page.encode()}))


def url(name, *args):
    return reverse(name, args=args)


def test_a_submission(scene):
    pk = scene.diagnostic.pk
    address, page = url("diagnostic_submit", pk), url("diagnostic_check", pk)
    client, shown = sent_without_session(scene, scene.lead, address, page, {"confirm": "on"})
    send_now(client, shown, address)
    scene.diagnostic.refresh_from_db()
    assert scene.diagnostic.state == State.SUBMITTED


def test_a_request_for_changes(scene):
    bring_to(scene, State.SUBMITTED)
    pk = scene.diagnostic.pk
    address, page = url("diagnostic_request_changes", pk), url("diagnostic_check", pk)
    client, shown = sent_without_session(scene, scene.facilitator, address, page, {"reason": TEXT})
    assert TEXT in unescape(shown)
    assert "<b>pendant" not in shown
    send_now(client, shown, address)
    assert Message.objects.get().text == TEXT


def test_an_identity_card(scene):
    address = url("structure_edit", scene.structure.pk)
    client, shown = sent_without_session(scene, scene.lead, address, address, CARD)
    assert TEXT in unescape(shown)
    send_now(client, shown, address)
    scene.structure.refresh_from_db()
    assert scene.structure.name == TEXT


def test_the_frame_with_its_workshops(scene):
    address = url("diagnostic_edit", scene.diagnostic.pk)
    client, shown = sent_without_session(scene, scene.lead, address, address, FRAME)
    for text in (TEXT, "2027-03-04", "Deux et deux"):
        assert text in unescape(shown)
    send_now(client, shown, address)
    scene.diagnostic.refresh_from_db()
    assert scene.diagnostic.title == TEXT
    assert scene.diagnostic.workshops[0]["participants"] == 7


def test_an_invitation(scene):
    pk = scene.structure.pk
    address, page = url("invitation_create", pk), url("structure_team", pk)
    data = {"addresses": "zoe@exemple.fr", "role": "contributor", "once": "0" * 32}
    client, shown = sent_without_session(scene, scene.lead, address, page, data)
    send_now(client, shown, address)
    assert Invitation.objects.get().email == "zoe@exemple.fr"


def test_a_choice_on_purpose(scene):
    pk = scene.diagnostic.pk
    address, page = url("finding_acknowledge", pk), url("diagnostic_check", pk)
    data = first_point(scene) | {"reason": TEXT}
    client, shown = sent_without_session(scene, scene.lead, address, page, data)
    send_now(client, shown, address)
    assert Acknowledgement.objects.get().reason == TEXT


def test_it_is_shown_once_and_to_nobody_without_the_right(scene):
    pk = scene.structure.pk
    address, page = url("structure_edit", pk), url("structure_detail", pk)
    client, shown = sent_without_session(scene, scene.stranger, address, page, CARD)
    assert "Cette page est introuvable" in unescape(shown)
    assert client.post(address, CARD).status_code == 404
    again = unescape(client.get(reverse("start")).content.decode())
    assert "Votre session s’était terminée" not in again
    scene.structure.refresh_from_db()
    assert scene.structure.name != TEXT


@pytest.mark.parametrize(("who", "is_kept"), [("lead", True), ("stranger", False)])
def test_the_sign_in_says_that_it_is_kept(scene, who, is_kept):
    client = scene.ended(getattr(scene, who))
    answer = client.post(url("structure_edit", scene.structure.pk), CARD)
    text = page_of(client.get(answer["Location"])).text
    assert ("Ce que vous aviez envoyé est gardé" in text) == is_kept


def test_it_is_not_shown_to_somebody_else(scene):
    pk = scene.structure.pk
    address, page = url("structure_edit", pk), url("structure_detail", pk)
    client, shown = sent_without_session(
        scene, scene.lead, address, page, CARD, last=scene.contributor
    )
    for text in (shown, client.get(reverse("start")).content.decode()):
        assert TEXT not in unescape(text)
        assert "Votre session s’était terminée" not in unescape(text)


@pytest.mark.parametrize(
    "referer", ["", "https://ailleurs.example/x", "//", "http://testserver/nulle-part/", "\x00"]
)
def test_a_page_that_is_none_of_ours_leads_to_the_start(scene, referer):
    answer = Client().post(
        url("diagnostic_submit", scene.diagnostic.pk), {}, headers={"Referer": referer}
    )
    assert answer["Location"] == f"{reverse('account_login')}?next={reverse('start')}"


def test_no_password_is_kept(scene):
    client = scene.ended(scene.lead)
    client.post(url("structure_edit", scene.structure.pk), {"name": "x", "new_password": "secret"})
    assert dict(client.session) == {}


def test_no_code_of_a_second_factor_is_kept(scene):
    client = scene.ended(scene.lead)
    for name in ("mfa_reauthenticate", "mfa_activate_totp"):
        client.post(reverse(name), {"code": "12345678"})
    assert dict(client.session) == {}


@pytest.mark.parametrize("ticked", [{}, {"remember": "on"}])
def test_what_was_kept_does_not_change_how_long_one_stays_signed_in(scene, ticked):
    client = scene.ended(scene.lead)
    client.post(steps(scene.diagnostic.pk)[0], {"title": TEXT})
    client.post(url("structure_edit", scene.structure.pk), CARD)
    sign_in_again(client, scene.lead, **ticked)
    assert "Votre session s’était terminée" in unescape(client.get("/").content.decode())
    assert client.session.get_expire_at_browser_close() is (not ticked)


# --- What is kept is bounded -------------------------------------------------------------------------


def steps(*pks) -> list[str]:
    return [url("diagnostic_step", pk, "vision") for pk in pks]


def test_nothing_is_kept_of_somebody_whom_the_browser_does_not_name(scene):
    """Whoever posts to addresses, real or not, cannot fill the database with it."""
    client, typed = Client(), {"vision-statements-0-text": "x" * 250_000}
    before = Session.objects.count()
    for address in (
        *steps(scene.diagnostic.pk, uuid4()),
        url("structure_edit", scene.structure.pk),
    ):
        assert client.post(address, typed).status_code == 302
    forged = Client()
    forged.cookies["personne"] = f"{scene.lead.pk}:1tkQlX:aaaa"
    forged.post(steps(scene.diagnostic.pk)[0], typed)
    assert Session.objects.count() == before


def test_only_what_the_person_may_come_back_to_is_kept(scene):
    theirs = scene.stranger.memberships.get().structure.diagnostics.get()
    sent = [
        *steps(theirs.pk, uuid4()),
        url("diagnostic_edit", uuid4()),
        url("structure_edit", theirs.pk),
    ]
    gone = scene.ended(scene.lead)
    for address in sent:
        gone.post(address, {"title": TEXT})
    assert dict(gone.session) == {}
    gone.post(steps(scene.diagnostic.pk)[0], {"title": TEXT})
    assert set(gone.session.keys()) == {"pending_step", "_session_expiry"}
    reader = scene.ended(scene.reader)
    reader.post(steps(scene.diagnostic.pk)[0], {"title": TEXT})
    assert dict(reader.session) == {}
    left = scene.ended(scene.contributor)
    scene.contributor.is_active = False
    scene.contributor.save()
    left.post(steps(scene.diagnostic.pk)[0], {"title": TEXT})
    assert dict(left.session) == {}


@pytest.mark.parametrize("bound", ["OF_A_NETWORK", "OF_ALL"])
def test_what_finds_no_room_is_given_back(scene, monkeypatch, bound):
    monkeypatch.setattr(expired_session, bound, 500)
    address = url("structure_edit", scene.structure.pk)
    client = scene.ended(scene.lead)
    first = client.post(address, {"name": "y" * 300})
    assert first.status_code == 302
    refused = client.post(address, {"name": "Un autre texte " * 20})
    assert refused.status_code == 403
    page = unescape(refused.content.decode())
    assert "Votre session est terminée" in page
    assert ("Un autre texte " * 20).strip() in page
    elsewhere = client.post(address, {"name": "z" * 300}, REMOTE_ADDR="192.0.2.7")
    assert elsewhere.status_code == (302 if bound == "OF_A_NETWORK" else 403)


def test_a_page_that_saves_by_itself_and_finds_no_room_tries_again(scene, monkeypatch):
    monkeypatch.setattr(expired_session, "OF_ALL", 5)
    client, (address,) = scene.ended(scene.lead), steps(scene.diagnostic.pk)
    by_itself = client.post(address, {"title": TEXT, "autosave": "1"})
    assert (by_itself.status_code, by_itself["Retry-After"]) == (503, "60")
    assert client.post(address, {"title": TEXT}).status_code == 403


def test_forms_of_several_tabs_come_back_one_after_the_other(scene):
    pk = scene.structure.pk
    address = url("structure_edit", pk)
    client = scene.ended(scene.lead)
    frame = url("diagnostic_edit", scene.diagnostic.pk)
    client.post(frame, FRAME | {"title": "Le cadre"})
    client.post(address, CARD)
    client.post(address, CARD)  # pressed again
    sign_in_again(client, scene.lead)
    shown = [unescape(client.get(reverse("start")).content.decode()) for _ in range(3)]
    came = ["Votre session s’était terminée" in page for page in shown]
    assert came == [True, True, False]
    assert ["Le cadre" in shown[0], TEXT in shown[1]] == [True, True]


def test_an_older_tab_of_a_step_gives_its_text(scene):
    """It was open before somebody else saved, and its session ended."""
    page = scene.page(StepKey.VISION)
    page["vision-statements-0-text"] = TEXT
    scene.store(Vision.model_validate({"statements": [{"id": "v1", "text": "Entre-temps"}]}))
    client = scene.ended(scene.lead)
    answer = scene.post(StepKey.VISION, page, client=client)
    sign_in_again(client, scene.lead)
    shown = unescape(client.get(answer["Location"].partition("next=")[2]).content.decode())
    assert "Entre-temps" in shown
    assert TEXT in shown
    assert scene.kept(StepKey.VISION) or scene.answer(StepKey.VISION).statements[0].text == TEXT


def test_a_step_that_others_hold_at_the_sign_in_is_offered_to_be_sent(scene, monkeypatch):
    """The sign-in succeeds: one that failed would leave the text in a session that nobody has."""
    address = scene.url(StepKey.VISION)
    data = scene.page(StepKey.VISION) | {"vision-statements-0-text": TEXT}
    client = scene.ended(scene.lead)
    client.post(address, data)

    def held(*arguments: object) -> None:
        raise OperationalError

    with monkeypatch.context() as patch:
        patch.setattr(expired_session, "save_posted", held)
        sign_in_again(client, scene.lead, address)
    shown = client.get(address).content.decode()

    assert "la session s’est terminée est gardé" not in unescape(shown)
    send_now(client, shown, address)
    assert scene.answer(StepKey.VISION).statements[0].text == TEXT


def test_sessions_that_ended_are_removed_every_day(scene):
    lasting, over = scene.client_of(scene.lead).session, scene.ended(scene.lead)
    over.post(url("structure_edit", scene.structure.pk), CARD)
    now = timezone.now()
    Session.objects.filter(pk=over.session.session_key).update(expire_date=now)
    purge_ended_sessions(timestamp=0)
    left = set(Session.objects.values_list("pk", flat=True))
    assert lasting.session_key in left
    assert over.session.session_key not in left
    assert "purge_sessions" in {
        task.task.name for task in app.periodic_registry.periodic_tasks.values()
    }
