"""A form that meets an ended session, whichever it is: the person comes back to the page that they
came from with what they typed, and can send it."""

from __future__ import annotations

from html import unescape

import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from django.urls import reverse

from diagnostics.domain.vocabulary import State
from diagnostics.models import Acknowledgement, Invitation, Message
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
    person.set_password(PASSWORD)
    person.save()
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    answer = client.post(
        answer["Location"], {"login": person.email, "password": PASSWORD, "next": page}
    )
    assert answer["Location"] == page, unescape(answer.content.decode())[:2000]
    return client, client.get(page).content.decode()


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
    client = Client()
    client.post(url("structure_edit", scene.structure.pk), {"name": "x", "new_password": "secret"})
    assert "pending_form" not in client.session


def test_too_much_text_is_not_kept_for_an_unknown_person(scene):
    client = Client()
    client.post(url("structure_edit", scene.structure.pk), {"name": "x" * 300_001})
    assert "pending_form" not in client.session
