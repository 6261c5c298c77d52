"""The library of remarks: one's own, the team's, and where they are used."""

from __future__ import annotations

import pytest
from django.urls import reverse

from diagnostics.domain.vocabulary import State, StepKey
from diagnostics.models import Remark
from diagnostics.services import remarks as services
from tests.factories import UserFactory
from tests.pages import page_of
from tests.scene import Scene, make_scene

pytestmark = pytest.mark.django_db
LIBRARY = "/remarques/"


@pytest.fixture
def facilitator():
    return UserFactory(facilitator=True)


@pytest.fixture
def hers(facilitator):
    return Scene.client_of(facilitator)


def test_a_remark_is_added_once_changed_shared_and_deleted(hers, facilitator):
    told = {"text": "Qui mesure ?", "step": "objectives", "once": "a" * 32}
    for _press in range(2):
        assert hers.post(LIBRARY, told).status_code == 302
    remark = Remark.objects.get()
    assert (remark.author, remark.step, remark.is_shared) == (facilitator, "objectives", False)
    change = reverse("remark_change", args=[remark.pk])
    hers.post(change, {"text": "Qui mesure, et quand ?", "is_shared": "on"})
    remark.refresh_from_db()
    assert (remark.text, remark.step, remark.is_shared) == ("Qui mesure, et quand ?", "", True)
    delete = {"once": "b" * 32}
    for _press in range(2):
        response = hers.post(reverse("remark_delete", args=[remark.pk]), delete)
        assert response["Location"] == LIBRARY
    assert not Remark.objects.exists()


@pytest.mark.parametrize("text", ["", "   ", "x" * 1001, "a\x00b"])
def test_what_cannot_be_kept_is_refused_with_what_was_typed(hers, text: str):
    response = hers.post(LIBRARY, {"text": text})
    assert (response.status_code, Remark.objects.exists()) == (422, False)
    assert text.strip().partition("\x00")[0] in page_of(response).text


def test_others_read_what_is_shared_and_change_nothing(hers):
    author = UserFactory(facilitator=True, name="Odile Other")
    shared = Remark.objects.create(author=author, text="Partagée", is_shared=True)
    own = Remark.objects.create(author=author, text="Gardée pour soi")
    text = page_of(hers.get(LIBRARY)).text
    assert "Partagée" in text
    assert "Odile Other" in text
    assert "Gardée pour soi" not in text
    for remark, status in ((shared, 403), (own, 404)):
        for name in ("remark_change", "remark_delete"):
            address = reverse(name, args=[remark.pk])
            assert hers.get(address).status_code == status
            assert hers.post(address, {"text": "Autre"}).status_code == status
    assert Remark.objects.filter(text__in=["Partagée", "Gardée pour soi"]).count() == 2


def test_there_are_not_too_many(hers, facilitator, monkeypatch):
    monkeypatch.setattr(services, "MAX_REMARKS", 1)
    Remark.objects.create(author=facilitator, text="Une")
    response = hers.post(LIBRARY, {"text": "Deux"})
    assert response.status_code == 409
    assert "Deux" in page_of(response).text
    assert Remark.objects.count() == 1


def test_a_step_offers_its_remarks_before_the_others():
    scene = make_scene(State.SUBMITTED)
    for step, text in (
        ("", "Partout"),
        ("vision", "De la vision"),
        ("objectives", "Des objectifs"),
    ):
        Remark.objects.create(author=scene.facilitator, step=step, text=text)
    Remark.objects.create(author=UserFactory(facilitator=True), text="D’une autre")
    address = reverse("diagnostic_check", args=[scene.diagnostic.pk])
    review = scene.client("facilitator").get(address).context["review"]
    assert [remark.text for remark in review.of_step(StepKey.VISION).remarks] == [
        "De la vision",
        "Partout",
    ]
    assert "Partout" not in page_of(scene.client("lead").get(address)).text
