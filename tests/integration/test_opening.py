"""Opening a diagnostic: a second one for the same years is asked about first."""

from __future__ import annotations

from html import unescape

import pytest
from django.urls import reverse

from diagnostics.domain.vocabulary import EventKind
from diagnostics.models import Diagnostic, Event
from tests.pages import html_of
from tests.scene import Scene
from tests.threads import at_once

YEARS = {"base_year": "2026", "horizon_years": "3"}


def opened(scene, **data: str):
    address = reverse("diagnostic_create", args=[scene.structure.pk])
    return scene.browser.post(address, data)


def events() -> int:
    return Event.objects.filter(kind=EventKind.DIAGNOSTIC_OPENED.value).count()


@pytest.mark.django_db
def test_the_same_years_are_asked_about_with_what_was_typed():
    scene = Scene()  # it has one for 2026 and three years
    before = events()

    response = opened(scene, **YEARS, title="Une seconde fois")

    page = unescape(html_of(response))
    assert response.status_code == 200
    assert "Un diagnostic existe déjà pour 2026–2029" in page
    assert reverse("diagnostic_home", args=[scene.diagnostic.pk]) in page
    assert "Une seconde fois" in page
    assert (Diagnostic.objects.count(), events()) == (1, before)

    response = opened(scene, **YEARS, title="Une seconde fois", beside_another="1")

    assert response.status_code == 302
    assert sorted(Diagnostic.objects.values_list("title", flat=True)) == sorted(
        [scene.diagnostic.title, "Une seconde fois"]
    )


@pytest.mark.django_db
@pytest.mark.parametrize("other", [{"base_year": "2027"}, {"horizon_years": "5"}])
def test_other_years_are_not(other):
    assert opened(Scene(), **YEARS | other).status_code == 302
    assert Diagnostic.objects.count() == 2


@pytest.mark.django_db
def test_another_structures_are_no_reason():
    scene, elsewhere = Scene(), Scene()
    Diagnostic.objects.filter(pk=scene.diagnostic.pk).update(base_year=2020)
    assert elsewhere.diagnostic.base_year == 2026
    assert opened(scene, **YEARS).status_code == 302


@pytest.mark.django_db(transaction=True)
def test_pressed_twice_at_once_opens_one():
    scene = Scene()
    clients = [scene.client_of(scene.lead) for _ in range(4)]
    address = reverse("diagnostic_create", args=[scene.structure.pk])
    data = YEARS | {"base_year": "2030"}

    responses = at_once(*[lambda c=client: c.post(address, data) for client in clients])

    assert sorted(response.status_code for response in responses) == [200, 200, 200, 302]
    assert Diagnostic.objects.filter(base_year=2030).count() == 1
