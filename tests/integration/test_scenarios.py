"""« Et si ? » on the step of the economic model: chosen, counted again, saved, merged, never lost."""

from __future__ import annotations

import json
import re

import pytest
from django.urls import reverse

from diagnostics.domain.answers import LONG_TEXT, EconomicModel
from diagnostics.domain.vocabulary import StepKey
from diagnostics.models import Answer as AnswerRow
from tests.posting import URL_ENCODED
from tests.scene import Scene

pytestmark = pytest.mark.django_db
STEP = StepKey.ECONOMIC_MODEL
START = "economic_model-scenarios"
NB = "\u00a0"
HEADLINE = f"Sans «{NB}Région{NB}»{NB}: il manque 40{NB}K€ sur 280 (14{NB}%)."
MODEL = {
    "now": {"fte": 2, "budget_min_keur": 120},
    "target": {"fte": 4, "budget_min_keur": 280},
    "levers": [
        {"id": "x1", "family": "public", "text": "Région", "state": "secured",
         "amount_target_keur": 40},
        {"id": "x2", "family": "private", "text": "Club", "state": "to_mobilise",
         "amount_target_keur": 240},
    ],
}  # fmt: skip


@pytest.fixture
def scene() -> Scene:
    scene = Scene()
    scene.store(EconomicModel.model_validate(MODEL))
    return scene


def scenarios(scene) -> list[tuple[bool, str | None, str]]:
    return [(row.chosen, row.lever, row.stop_first) for row in scene.answer(STEP).scenarios]


def html_at(scene, address: str) -> str:
    response = scene.browser.get(address)
    assert response.status_code == 200
    return response.content.decode()


def words(html: str) -> str:
    return re.sub(r"\s*<[^>]+>\s*", " ", html)


def preview(scene, page) -> str:
    response = scene.browser.post(
        reverse("scenarios_preview", args=[scene.diagnostic.pk]),
        data=page.urlencode(),
        content_type=URL_ENCODED,
    )
    assert response.status_code == 200
    return response.content.decode()


def test_a_shock_is_counted_as_one_types_and_stored_with_the_step(scene):
    page = scene.page(STEP)
    page[f"{START}-0-lever"], page[f"{START}-0-stop_first"] = "x1", "Les rencontres"
    page[f"{START}-1-chosen"] = "on"

    told = preview(scene, page)
    assert HEADLINE in told
    assert f"Si la moitié seulement arrive{NB}: il manque 120{NB}K€ sur 280 (43{NB}%)." in told
    assert told.count('hx-swap-oob="true"') == 4  # plan A, and the three shocks
    assert "Avec un poste de moins" not in told
    assert scenarios(scene) == [(False, None, "")] * 3  # a preview stores nothing

    # Another amount is counted before it is stored.
    page["economic_model-levers-0-amount_target_keur"] = "30"
    assert f"il manque 30{NB}K€ sur 280 (11{NB}%)" in preview(scene, page)
    page["economic_model-levers-0-amount_target_keur"] = "40"

    scene.post(STEP, page)
    assert scenarios(scene) == [
        (False, "x1", "Les rencontres"),
        (True, None, ""),
        (False, None, ""),
    ]
    shown = html_at(scene, scene.url(STEP))
    assert HEADLINE in shown
    assert '<option value="x1" selected>L1 · Région</option>' in shown
    checked = html_at(scene, reverse("diagnostic_check", args=[scene.diagnostic.pk]))
    assert "Plan A / plan B" in checked
    assert "Les rencontres" in checked


def test_nothing_chosen_prints_nothing_and_is_not_in_the_document(scene):
    page = scene.page(STEP)
    page["economic_model-needs_now"] = "Du temps"
    scene.post(STEP, page)

    assert "scenarios" not in AnswerRow.objects.get(step=STEP.value).value
    document = scene.browser.get(reverse("document_json", args=[scene.diagnostic.pk]))
    assert "scenarios" not in json.loads(document.content)["answers"]["economic_model"]
    report = html_at(scene, reverse("report", args=[scene.diagnostic.pk]))
    assert "Du temps" in report
    assert "Plan A / plan B" not in report


def test_a_text_that_is_too_long_is_refused_alone_and_given_back(scene):
    page = scene.page(STEP)
    page[f"{START}-2-chosen"], page[f"{START}-2-stop_first"] = "on", "é" * (LONG_TEXT + 1)
    page[f"{START}-1-stop_first"] = "Le forum"

    scene.post(STEP, page)

    assert scenarios(scene) == [(False, None, ""), (False, None, "Le forum"), (True, None, "")]
    shown = words(html_at(scene, scene.url(STEP)))
    assert "Hypothèse 3, Ce que nous arrêterions d’abord" in shown
    assert f"1{NB}caractère de trop" in shown
    assert "é" * (LONG_TEXT + 1) in shown


def test_two_people_each_with_a_shock_and_one_text_twice(scene):
    mine, theirs = scene.page(STEP), scene.page(STEP, user=scene.contributor)
    theirs[f"{START}-0-lever"], theirs[f"{START}-0-stop_first"] = "x2", "Le leur"
    scene.post(STEP, theirs, client=scene.client("contributor"))
    mine[f"{START}-2-chosen"], mine[f"{START}-0-stop_first"] = "on", "Le mien"
    scene.post(STEP, mine)

    assert scenarios(scene) == [(False, "x2", "Le leur"), (False, None, ""), (True, None, "")]
    assert scene.kept(STEP) == {"scenarios/funder_leaves/stop_first": ["Le mien"]}
    shown = html_at(scene, scene.url(STEP))
    assert "Le leur" in shown
    assert "Le mien" in shown


def test_a_page_opened_before_the_question_was_asked_leaves_the_answers(scene):
    old = scene.page(STEP)
    for name in [name for name in old if name.startswith(START)]:
        del old[name]
    page = scene.page(STEP)
    page[f"{START}-0-lever"], page[f"{START}-2-chosen"] = "x1", "on"
    scene.post(STEP, page)

    old["base_revision"] = str(scene.revision(STEP))
    old["economic_model-needs_now"] = "Du temps"
    scene.post(STEP, old)

    assert scene.answer(STEP).needs_now == "Du temps"
    assert scenarios(scene) == [(False, "x1", ""), (False, None, ""), (True, None, "")]


def test_a_lever_that_goes_keeps_its_place_until_it_is_back_or_another_is_chosen(scene):
    page = scene.page(STEP)
    page[f"{START}-0-lever"], page[f"{START}-0-stop_first"] = "x1", "Les rencontres"
    scene.post(STEP, page)

    scene.post(STEP, scene.page(STEP), row_op="remove:levers:0")
    shown = words(html_at(scene, scene.url(STEP)))
    assert f"Levier retiré{NB}: choisissez-en un autre" in shown
    assert "il manque" not in shown
    scene.post(STEP, scene.page(STEP))
    assert scenarios(scene)[0] == (False, "x1", "Les rencontres")

    again = scene.answer(STEP)
    levers = EconomicModel.model_validate(MODEL).levers
    scene.store(again.model_copy(update={"levers": levers}))
    assert HEADLINE in html_at(scene, scene.url(STEP))


def test_a_lever_just_typed_can_be_struck_out(scene):
    page = scene.page(STEP)
    total = int(page["economic_model-levers-TOTAL_FORMS"])
    page["economic_model-levers-TOTAL_FORMS"] = str(total + 1)
    page[f"economic_model-levers-{total}-id"] = "xnew11"
    page[f"economic_model-levers-{total}-text"] = "Fondation"
    page[f"economic_model-levers-{total}-amount_target_keur"] = "28"
    page[f"{START}-0-lever"] = "xnew11"
    assert f"Sans «{NB}Fondation{NB}»" in preview(scene, page)
    # Without JavaScript: saved first, then the list has it.
    scene.post(STEP, page)
    assert '<option value="xnew11" selected>L3 · Fondation</option>' in html_at(
        scene, scene.url(STEP)
    )


def test_a_preview_reads_as_much_whatever_is_chosen(scene, django_assert_num_queries):
    page = scene.page(STEP)
    with django_assert_num_queries(5):
        preview(scene, page)
    page[f"{START}-0-lever"], page[f"{START}-2-chosen"] = "x1", "on"
    with django_assert_num_queries(5):
        preview(scene, page)
