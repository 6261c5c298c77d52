"""The facilitator's list: what comes first, its filter, its pages."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from diagnostics.domain.vocabulary import State
from diagnostics.models import Diagnostic
from diagnostics.views.facilitation import PAGE_SIZE
from tests.factories import DiagnosticFactory, UserFactory
from tests.pages import page_of
from tests.scene import SECRETS, make_scene

pytestmark = pytest.mark.django_db

PORTFOLIO = "/portefeuille/"
NOW = timezone.now()
MOMENTS = {
    State.DRAFT: {},
    State.SUBMITTED: {"submitted_at": NOW},
    State.CHANGES_REQUESTED: {"submitted_at": NOW},
    State.VALIDATED: {"submitted_at": NOW, "validated_at": NOW},
    State.ADOPTED: {"submitted_at": NOW, "validated_at": NOW, "adopted_at": NOW},
}


@pytest.fixture
def facilitator(client):
    user = UserFactory(facilitator=True)
    client.force_login(user)
    return user


def diagnostic_in(state: State, name: str, **fields) -> Diagnostic:
    return DiagnosticFactory(structure__name=name, state=state.value, **MOMENTS[state] | fields)


def names(response) -> list[str]:
    return [diagnostic.structure.name for diagnostic in response.context["page"].object_list]


def test_those_to_review_come_first_the_oldest_first(client, facilitator):
    for state in reversed(State):
        diagnostic_in(state, state.value)
    diagnostic_in(State.SUBMITTED, "waits", submitted_at=NOW - dt.timedelta(days=20))
    response = client.get(PORTFOLIO)
    assert names(response) == [
        "waits",
        "submitted",
        "changes_requested",
        "draft",
        "validated",
        "adopted",
    ]
    text = page_of(response).text
    assert "6 diagnostics · 2 attendent votre relecture" in text


@pytest.mark.parametrize("state", list(State))
def test_the_filter_keeps_one_state(client, facilitator, state: State):
    for other in State:
        diagnostic_in(other, f"Structure {other.value}")
    response = client.get(PORTFOLIO, {"etat": state.value})
    assert names(response) == [f"Structure {state.value}"]
    body = response.content.decode()
    assert [other for other in State if f"Structure {other.value}<" in body] == [state]


@pytest.mark.parametrize("asked", ["", "unknown", "draft'--", "DRAFT", "\x00", "é" * 500])
def test_an_unknown_filter_shows_everything(client, facilitator, asked: str):
    diagnostic_in(State.DRAFT, "Structure")
    response = client.get(PORTFOLIO, {"etat": asked})
    assert (response.status_code, names(response)) == (200, ["Structure"])


def test_an_empty_list_says_so(client, facilitator):
    text = page_of(client.get(PORTFOLIO)).text
    assert "Aucun diagnostic dans cette liste" in text
    assert "aucun n’attend votre relecture" in text


def test_pages(client, facilitator):
    for index in range(PAGE_SIZE + 1):
        diagnostic_in(State.DRAFT, f"Structure {index:03}")
    first, second = client.get(PORTFOLIO), client.get(PORTFOLIO, {"page": "2", "etat": "draft"})
    assert len(names(first)) == PAGE_SIZE
    assert names(second) == [f"Structure {PAGE_SIZE:03}"]
    assert "?page=1&etat=draft" in page_of(second).links
    for asked in ("0", "-1", "99999999999999999999", "deux", ""):
        assert client.get(PORTFOLIO, {"page": asked}).status_code == 200


def test_each_row_leads_to_the_reading_page_and_says_who_follows(client, facilitator):
    followed = diagnostic_in(State.SUBMITTED, "Suivie", structure__facilitator=facilitator)
    response = client.get(PORTFOLIO)
    page = page_of(response)
    assert reverse("diagnostic_check", args=[followed.pk]) in page.links
    assert facilitator.display_name in page.text
    assert "À relire depuis le" in page.text


def test_hostile_names_are_text(client, facilitator):
    hostile = '<script>alert(1)</script> & "Cie"'
    diagnostic_in(State.DRAFT, hostile, title=hostile)
    response = client.get(PORTFOLIO)
    assert "<script>alert" not in response.content.decode()
    assert page_of(response).text.count(hostile) == 2


def test_the_list_is_for_facilitators(client):
    scene = make_scene(State.SUBMITTED)
    for role in ("lead", "contributor", "reader", "stranger", "staff"):
        response = scene.client(role).get(PORTFOLIO)
        assert response.status_code == 403
        assert not [words for words in SECRETS if words in response.content.decode()]
    body = scene.client("facilitator").get(PORTFOLIO).content.decode()
    assert [words for words in SECRETS[:2] if words in body] == list(SECRETS[:2])


def test_a_facilitator_reads_but_does_not_write():
    scene = make_scene()
    client = scene.client("facilitator")
    address = reverse("diagnostic_step", args=[scene.diagnostic.pk, "vision"])
    page = page_of(client.get(address))
    assert address not in page.post_actions
    assert "Vous lisez ce diagnostic pour la facilitation" in page.text
    before = list(scene.diagnostic.answers.values())
    assert client.post(address, {"base_revision": "1"}).status_code == 403
    assert list(scene.diagnostic.answers.values()) == before
    assert not scene.diagnostic.kept_texts.exists()
