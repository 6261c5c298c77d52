"""One form sent, one thing created: a second press on a slow line, or two at once, are one."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from diagnostics.models import Diagnostic, Invitation, SentForm, Structure, Version
from diagnostics.services.once import purge_sent_forms
from tests.factories import UserFactory, the_kit
from tests.pages import page_of
from tests.scene import Scene, make_scene
from tests.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)
CARD = {
    "name": ["Passerelles"],
    "territory": ["Bassin de vie"],
    "base_scale": ["living_area"],
}


def filled(client, address, action=None, **typed) -> dict:
    """Return what the form of a page sends once it is filled."""
    data = page_of(client.get(address)).form_to(action or "").data
    assert len(data["once"][0]) == 32
    return data | typed


def sent_twice(clients, address, data) -> set[str]:
    """Send a form twice at once and once more later; return where that leads."""
    answers = at_once(*[lambda c=c: c.post(address, data) for c in clients])
    answers.append(clients[0].post(address, data))
    assert [answer.status_code for answer in answers] == [302] * 3
    return {answer["Location"] for answer in answers}


def two_browsers(user) -> list:
    return [Scene.client_of(user) for _ in range(2)]


def test_one_structure():
    the_kit()
    clients = two_browsers(UserFactory())
    address = reverse("structure_create")

    led_to = sent_twice(clients, address, filled(clients[0], address, **CARD))

    structure = Structure.objects.get()
    assert led_to == {reverse("diagnostic_create", args=[structure.pk])}
    # Another page of the form makes another structure.
    clients[0].post(address, filled(clients[0], address, **CARD))
    assert Structure.objects.count() == 2


def test_one_diagnostic():
    scene = Scene()
    clients = two_browsers(scene.lead)
    address = reverse("diagnostic_create", args=[scene.structure.pk])
    data = filled(clients[0], address, base_year=["2031"])

    led_to = sent_twice(clients, address, data)

    diagnostic = Diagnostic.objects.get(base_year=2031)
    assert led_to == {reverse("diagnostic_step", args=[diagnostic.pk, "vision"])}


def test_one_invitation_and_one_mail():
    scene = Scene()
    clients = two_browsers(scene.lead)
    team = reverse("structure_team", args=[scene.structure.pk])
    address = reverse("invitation_create", args=[scene.structure.pk])
    typed = {"addresses": ["zoe@exemple.fr"], "role": ["contributor"]}

    assert sent_twice(clients, address, filled(clients[0], team, address, **typed)) == {team}

    assert Invitation.objects.count() == 1
    assert ProcrastinateJob.objects.filter(task_name="send_invitation").count() == 1


def test_one_submission():
    scene = make_scene()
    clients = two_browsers(scene.lead)
    address = reverse("diagnostic_submit", args=[scene.diagnostic.pk])
    home = reverse("diagnostic_home", args=[scene.diagnostic.pk])
    data = filled(clients[0], address, address, confirm=["on"])

    assert sent_twice(clients, address, data) == {home}

    assert Version.objects.count() == 1


def test_what_was_refused_can_be_sent_again():
    scene = Scene()
    address = reverse("diagnostic_create", args=[scene.structure.pk])
    taken = {"base_year": [str(scene.diagnostic.base_year)], "horizon_years": ["3"]}
    data = filled(scene.browser, address, **taken)
    assert scene.browser.post(address, data).status_code == 200  # asked about
    assert not SentForm.objects.exists()

    assert scene.browser.post(address, data | {"beside_another": ["1"]}).status_code == 302
    assert Diagnostic.objects.count() == 2


@pytest.mark.parametrize("token", ["", "x" * 32, "\x00", "a" * 31, "A" * 32])
def test_a_token_that_is_none_protects_from_nothing(token):
    the_kit()
    client = Scene.client_of(UserFactory())
    for _time in (1, 2):
        assert client.post(reverse("structure_create"), CARD | {"once": [token]}).status_code == 302
    assert Structure.objects.count() == 2


def test_the_token_of_somebody_else_leads_nowhere():
    the_kit()
    one, two = Scene.client_of(UserFactory()), Scene.client_of(UserFactory())
    data = CARD | {"once": ["0123456789abcdef" * 2]}
    first = one.post(reverse("structure_create"), data)["Location"]
    second = two.post(reverse("structure_create"), data)["Location"]
    assert first != second
    assert two.get(first).status_code == 404


def test_a_day_later_the_tokens_are_forgotten():
    the_kit()
    client = Scene.client_of(UserFactory())
    client.post(reverse("structure_create"), CARD | {"once": ["0" * 32]})
    assert purge_sent_forms(timezone.now() + dt.timedelta(hours=23)) == 0
    assert purge_sent_forms(timezone.now() + dt.timedelta(hours=25)) == 1
