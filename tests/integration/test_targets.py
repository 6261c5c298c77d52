"""A whole target in one field: a number, a range, a minimum, per year, alone and with two people."""

from __future__ import annotations

import json

import pytest
from django.urls import reverse

from diagnostics.domain.answers import EconomicModel
from diagnostics.domain.vocabulary import StepKey
from tests.factories import MembershipFactory, UserFactory
from tests.pages import choice_shown, html_of
from tests.scene import Scene, objectives

pytestmark = pytest.mark.django_db
OBJECTIVES = StepKey.OBJECTIVES
TARGET, UNIT = "objectives-rows-0-target_value", "objectives-rows-0-unit"
NB = "\u00a0"


@pytest.fixture
def scene() -> Scene:
    scene = Scene()
    scene.store(objectives("Relier", "Former"))
    return scene


def told(scene) -> tuple[float | None, float | None, bool, bool, str]:
    """The target of the first objective, as the document says it."""
    document = json.loads(
        scene.browser.get(reverse("document_json", args=[scene.diagnostic.pk])).content
    )
    row = document["answers"]["objectives"]["rows"][0]
    keys = ("target_value", "target_max_value", "target_at_least", "per_year", "unit")
    assert document["schema"] == 5
    return tuple(row[key] for key in keys)


@pytest.mark.parametrize(
    ("target", "unit", "expected", "shown"),
    [
        ("entre 15 et 20", "partenariats", (15, 20, False, False, "partenariats"), "15 à 20"),
        ("2 à 3 par an", "sorties", (2, 3, False, True, "sorties"), "2 à 3"),
        ("plus de 70", "partenariats/an", (70, None, True, True, "partenariats"), "au moins 70"),
        ("0", "jours", (0, None, False, False, "jours"), "0"),
    ],
)
def test_a_target_is_stored_as_it_is_read_and_shown_as_one_text(
    scene, target, unit, expected, shown
):
    page = scene.page(OBJECTIVES)
    page[TARGET], page[UNIT] = target, unit

    scene.post(OBJECTIVES, page)

    assert told(scene) == expected
    again = scene.page(OBJECTIVES)
    assert (again[TARGET], again[UNIT]) == (shown, expected[-1])
    assert again["objectives-rows-0-per_year"] == str(expected[3])
    scene.post(OBJECTIVES, again)
    assert told(scene) == expected


def test_a_range_that_two_people_write_is_chosen_whole(scene):
    bob = MembershipFactory(structure=scene.structure, user=UserFactory(name="Bob Collègue")).user
    mine = scene.page(OBJECTIVES)
    mine[TARGET] = "10 à 12"
    his = objectives("Relier", "Former").model_copy(deep=True)
    his.rows[0].target_value, his.rows[0].target_max_value = 15, 20
    scene.store(his, user=bob)

    scene.post(OBJECTIVES, mine)

    assert told(scene)[:2] == (15, 20)
    both = choice_shown(html_of(scene.browser.get(scene.url(OBJECTIVES))), "rows/o1/target_value")
    assert "15 à 20" in both
    assert "10 à 12" in both
    page = scene.page(OBJECTIVES)
    page["settle"] = "mine rows/o1/target_value"
    scene.post(OBJECTIVES, page)
    assert told(scene)[:2] == (10, 12)


def test_a_lever_may_cost_and_be_renewed(scene):
    scene.store(EconomicModel.model_validate({"levers": [{"id": "x1", "text": "Prêt"}]}))
    page = scene.page(StepKey.ECONOMIC_MODEL)
    page["economic_model-levers-0-amount_now_keur"] = "−12,5"
    page["economic_model-levers-0-amount_target_keur"] = "-10 à 5 K€"
    page["economic_model-levers-0-state"] = "to_renew"

    scene.post(StepKey.ECONOMIC_MODEL, page)

    lever = scene.answer(StepKey.ECONOMIC_MODEL).levers[0]
    assert (lever.amount_now_keur, lever.amount_target_keur, lever.amount_target_max_keur) == (
        -12.5,
        -10,
        5,
    )
    assert lever.state == "to_renew"
    assert (
        scene.page(StepKey.ECONOMIC_MODEL)["economic_model-levers-0-amount_target_keur"]
        == "-10 à 5"
    )
