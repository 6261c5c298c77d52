"""Step 3.3 posted without JavaScript: boxes beside rows; two people at once; who may."""

from __future__ import annotations

import pytest
from django.http import QueryDict

from diagnostics.domain.answers import Activities, TerritorialScales
from diagnostics.domain.vocabulary import State, StepKey
from tests.factories import MembershipFactory
from tests.scene import Scene, bring_to

pytestmark = pytest.mark.django_db

STEP = StepKey.TERRITORIAL_SCALES
ROWS = "territorial_scales-rows"


@pytest.fixture
def scene() -> Scene:
    scene = Scene()
    rows = [
        {"id": "a1", "mission": "connect_networks", "text": "Organiser des rencontres"},
        {"id": "a2", "mission": "connect_networks", "text": "Signer des conventions"},
    ]
    scene.store(Activities.model_validate({"rows": rows}))
    return scene


def store(scene: Scene, *rows: dict) -> None:
    scene.store(TerritorialScales.model_validate({"rows": list(rows)}))


def tick(scene: Scene, *values: str, without: tuple[str, ...] = (), user=None) -> QueryDict:
    """Return what a page without JavaScript posts once some boxes were ticked, others not."""
    data = scene.page(STEP, user=user)
    page = scene.client_of(user or scene.lead).get(scene.url(STEP))
    shown = page.context["form"].grid.ticked
    data["grid"] = shown
    data.setlist("tick", [v for v in shown.split() if v not in without] + list(values))
    return data


def said(scene: Scene) -> list[tuple[str, str, str]]:
    return [
        (row.activity or row.mission or row.label, str(row.scale), row.territory)
        for row in scene.answer(STEP).rows
    ]


def test_boxes_are_stored_as_rows_and_shown_again(scene):
    response = scene.post(STEP, tick(scene, "sja1", "sca1", "sj0"))

    assert response.url == scene.url(StepKey.ECONOMIC_MODEL)
    assert said(scene) == [
        ("connect_networks", "region", ""),
        ("a1", "epci", ""),
        ("a1", "region", ""),
    ]
    page = scene.browser.get(scene.url(STEP))
    assert page.context["form"].grid.ticked == "sj0 sca1 sja1"
    assert "par sa mission\u00a0: Région" in page.content.decode()
    scene.post(STEP, tick(scene, without=("sj0", "sca1")))
    assert said(scene) == [("a1", "region", "")]


def test_sent_twice_it_adds_a_row_once(scene):
    data = tick(scene, "sja1")
    scene.post(STEP, data)
    scene.post(STEP, data)
    assert said(scene) == [("a1", "region", "")]
    assert scene.kept(STEP) == {}


def test_rows_posted_as_they_always_were_are_stored(scene):
    """Other programs and the page's own saves post no box."""
    data = scene.page(STEP)
    data[f"{ROWS}-TOTAL_FORMS"] = "2"
    data[f"{ROWS}-0-subject"], data[f"{ROWS}-0-scale"] = "activity:a1", "region"
    data[f"{ROWS}-1-label"], data[f"{ROWS}-1-scale"] = "Un salon", "epci"

    scene.post(STEP, data)

    assert said(scene) == [("a1", "region", ""), ("Un salon", "epci", "")]


def test_an_unticked_row_with_a_name_comes_back_with_it(scene):
    named = {"id": "s1", "activity": "a1", "scale": "region", "territory": "Grand Est"}
    store(scene, named, {"id": "s2", "activity": "a2", "scale": "epci", "note": "Avec eux"})

    data = tick(scene, without=("sja1", "sca2"))
    data[f"{ROWS}-0-note"] = "Jusqu’à Reims"
    response = scene.post(STEP, data)

    # One at a time: the other stays until it is unticked by itself.
    assert said(scene) == [("a2", "epci", "")]
    page = scene.browser.get(response.url.partition("#")[0])
    removed = page.context["removed"]
    assert 'name="put_back"' in page.content.decode()
    scene.post(STEP, scene.page(STEP), put_back=removed.asked)
    assert sorted(said(scene)) == [("a1", "region", "Grand Est"), ("a2", "epci", "")]
    assert {row.note for row in scene.answer(STEP).rows} == {"Jusqu’à Reims", "Avec eux"}


def test_two_people_who_tick_the_same_box_and_others(scene):
    other = MembershipFactory(structure=scene.structure).user
    mine, theirs = tick(scene, "sja1", "sjc9"), tick(scene, "sja1", "sca2", user=other)
    theirs[f"{ROWS}-TOTAL_FORMS"] = "1"
    theirs[f"{ROWS}-0-label"], theirs[f"{ROWS}-0-scale"] = "Un salon", "region"

    scene.post(STEP, mine)
    scene.post(STEP, theirs, client=scene.client_of(other))

    assert sorted(said(scene)) == [
        ("Un salon", "region", ""),
        ("a1", "region", ""),
        ("a2", "epci", ""),
    ]
    assert scene.kept(STEP) == scene.kept(STEP, other) == {}


def test_unticked_by_one_while_another_names_it_waits_for_a_word(scene):
    store(scene, {"id": "s1", "activity": "a1", "scale": "region"})
    other = MembershipFactory(structure=scene.structure).user
    mine, theirs = tick(scene, without=("sja1",)), tick(scene, user=other)
    theirs[f"{ROWS}-0-territory"] = "Grand Est"

    scene.post(STEP, theirs, client=scene.client_of(other))
    scene.post(STEP, mine)

    assert said(scene) == [("a1", "region", "Grand Est")]
    assert scene.kept(STEP) == {"rows/s1": ["removed"]}


@pytest.mark.parametrize(("role", "status"), [("reader", 403), ("stranger", 404)])
def test_who_may_not_write_ticks_nothing(scene, role, status):
    assert scene.post(STEP, tick(scene, "sja1"), client=scene.client(role)).status_code == status
    assert scene.row(STEP) is None


def test_a_closed_step_keeps_what_was_ticked():
    scene = Scene()
    scene.store_demo()
    data = tick(scene, "sla1")
    before = said(scene)
    bring_to(scene, State.SUBMITTED)

    assert scene.post(STEP, data).status_code == 409
    assert said(scene) == before
    assert scene.kept(STEP)["rows/sla1/scale"] == ["national"]


def test_a_row_of_an_activity_that_is_gone_stays_and_says_so(scene):
    store(scene, {"id": "s1", "activity": "a9", "scale": "region", "note": "Utile"})
    page = scene.browser.get(scene.url(STEP)).content.decode()
    assert "Région — Activité retirée depuis" in page

    scene.post(STEP, tick(scene, "sja1"))

    assert said(scene) == [("a9", "region", ""), ("a1", "region", "")]
