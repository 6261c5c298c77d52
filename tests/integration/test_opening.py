"""Opening a diagnostic (a second one for the same years is asked about), and its years corrected."""

from __future__ import annotations

from html import unescape

import pytest
from django.urls import reverse

from diagnostics.domain.answers import Objectives
from diagnostics.domain.vocabulary import EventKind, State
from diagnostics.models import Diagnostic, Event
from diagnostics.services.diagnostics import update_frame
from diagnostics.services.errors import WrongState
from tests.pages import html_of, page_of
from tests.scene import Scene, make_scene
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


# --- Correcting the years ---------------------------------------------------------------------------


def corrected(scene, **changes: str):
    address = reverse("diagnostic_edit", args=[scene.diagnostic.pk])
    page = page_of(scene.browser.get(address))
    data = next(form.data for form in page.forms if "title" in form.data)
    return scene.browser.post(address, data | changes)


@pytest.mark.django_db
def test_the_years_of_a_draft_are_corrected_and_the_usual_title_follows():
    scene = make_scene()
    Diagnostic.objects.filter(pk=scene.diagnostic.pk).update(title="Ambition 2026–2029")
    late = Objectives.model_validate(
        {"rows": [{"id": "o1", "kind": "quantitative", "statement": "A", "deadline_year": 2030}]}
    )
    scene.store(late)
    before = Diagnostic.objects.get(pk=scene.diagnostic.pk).indicators

    assert corrected(scene, base_year="2027", horizon_years="5").status_code == 302

    diagnostic = Diagnostic.objects.get(pk=scene.diagnostic.pk)
    assert (diagnostic.years, diagnostic.target_year) == ((2027, 5), 2032)
    assert diagnostic.title == "Ambition 2027–2032"
    assert diagnostic.indicators != before  # 2030 is within the horizon now
    home = scene.browser.get(reverse("diagnostic_home", args=[diagnostic.pk]))
    assert "Objectifs à 5 ans" in unescape(html_of(home)).replace("\u00a0", " ")


@pytest.mark.django_db
def test_a_title_of_ones_own_stays_and_a_bad_year_is_refused_with_what_was_typed():
    scene = make_scene()
    title = scene.diagnostic.title

    response = corrected(scene, base_year="27", title="Ce que je tape")

    page = unescape(html_of(response))
    assert response.status_code == 200
    assert "Ce que je tape" in page
    assert 'href="#id_base_year"' in page
    assert corrected(scene, base_year="2027").status_code == 302
    diagnostic = Diagnostic.objects.get(pk=scene.diagnostic.pk)
    assert (diagnostic.title, diagnostic.base_year) == (title, 2027)


@pytest.mark.django_db
def test_what_was_submitted_once_keeps_its_years(quick_pdf):
    scene = make_scene(State.CHANGES_REQUESTED)
    assert corrected(scene, base_year="2030", title="Autre titre").status_code == 302
    diagnostic = Diagnostic.objects.get(pk=scene.diagnostic.pk)
    assert (diagnostic.title, diagnostic.base_year) == ("Autre titre", 2026)
    with pytest.raises(WrongState):
        update_frame(
            diagnostic, title="T", board_date=None, workshops=[], user=scene.lead, years=(2030, 3)
        )
