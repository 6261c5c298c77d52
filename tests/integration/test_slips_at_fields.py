"""Slips of the pen at the fields of their step: asked, mended by one click, meant on purpose."""

from __future__ import annotations

import re
from urllib.parse import urlencode

import pytest
from django.urls import reverse

from diagnostics.domain.vocabulary import StepKey
from diagnostics.models import Acknowledgement, Answer
from tests.pages import html_of, step_data
from tests.scene import Scene, make_scene

pytestmark = pytest.mark.django_db
STEP = StepKey.ECONOMIC_MODEL
LOW, HIGH, TEAM = (
    f"economic_model-now-{name}" for name in ("budget_min_keur", "budget_max_keur", "fte")
)
PUBLIC, PRIVATE, SELF = (
    f"economic_model-target-{name}_pct" for name in ("public", "private", "self")
)
EUROS = {LOW: "92000", HIGH: "92000", TEAM: "2"}
IN_EUROS = "2026\u00a0: 92\u202f000\u00a0K€, soit 92\u00a0millions d’euros."


@pytest.fixture
def scene() -> Scene:
    scene = make_scene()
    scene.diagnostic.answers.all().delete()
    return scene


def address(scene: Scene, step: StepKey = STEP) -> str:
    return reverse("diagnostic_step", args=[scene.diagnostic.pk, step])


def post(scene: Scene, step: StepKey = STEP, **typed: str):
    client = scene.client("lead")
    data = step_data(client, address(scene, step)) | typed
    return client.post(address(scene, step), data)


def page(scene: Scene, step: StepKey = STEP) -> str:
    return html_of(scene.client("lead").get(address(scene, step)))


def intended(scene: Scene) -> str:
    """What the button « c’est voulu » posts."""
    (value,) = re.findall(r'name="intended" value="([0-9a-f]{12} \w[\w-]*)"', page(scene))
    return value


def now(scene: Scene) -> dict:
    return Answer.objects.get(diagnostic=scene.diagnostic, step=STEP).value["now"]


def test_a_save_in_place_asks_at_the_field(scene):
    told = post(scene, **EUROS, autosave="1").json()
    (slip,) = told["slips"]
    assert slip["field"] == f"id_{LOW}"
    assert IN_EUROS in slip["html"]
    assert "Mettre 92\u00a0K€</button>" in slip["html"]
    # Beside the form, the slip is only named: it is told once.
    assert IN_EUROS not in told["around"]
    assert f'<a href="#id_{LOW}">' in told["around"]


def test_the_page_says_it_without_javascript_and_as_the_field_s_description(scene):
    post(scene, **EUROS, stay="1")
    html = page(scene)
    assert html.count(IN_EUROS) == 1
    assert f'aria-describedby="id_{LOW}_slip-S1"' in html
    assert 'aria-invalid="true"' not in html
    check = html_of(
        scene.client("lead").get(reverse("diagnostic_check", args=[scene.diagnostic.pk]))
    )
    assert IN_EUROS in check
    assert "Saisie à vérifier" in check


def test_a_step_without_slips_asks_nothing(scene):
    told = post(scene, **(EUROS | {LOW: "92", HIGH: "92"}), autosave="1").json()
    assert told["slips"] == []
    assert "data-slip" not in page(scene)
    assert "À vérifier" not in page(scene)


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        (EUROS, {LOW: "92", HIGH: "92"}),
        (
            {PUBLIC: "0,33", PRIVATE: "0,33", SELF: "0,34"},
            {PUBLIC: "33", PRIVATE: "33", SELF: "34"},
        ),
    ],
)
def test_one_click_mends_it(scene, typed, written):
    post(scene, **typed, stay="1")
    correct = urlencode(written)
    assert f'name="correct" value="{correct.replace("&", "&amp;")}"' in " ".join(
        page(scene).split()
    )
    response = post(scene, correct=correct)
    assert response.url == f"{address(scene)}#id_{next(iter(written))}"
    html = page(scene)
    assert "data-slip" not in html
    for name, text in written.items():
        assert f'name="{name}" value="{text}"' in html


def test_a_correction_writes_only_what_the_page_posts(scene):
    response = post(scene, **EUROS, correct="economic_model-now-team_size=3")
    assert response.status_code == 302
    assert now(scene)["fte"] == 2


def test_a_slip_on_purpose_is_a_choice(scene):
    post(scene, **EUROS, stay="1")
    value = intended(scene)
    fingerprint, _, field = value.partition(" ")
    assert (len(fingerprint), field) == (12, f"id_{LOW}")
    response = post(scene, **{TEAM: "2,5"}, intended=value)
    assert response.url == f"{address(scene)}#id_{LOW}"
    assert now(scene)["fte"] == 2.5
    choice = Acknowledgement.objects.get()
    assert (choice.rule, choice.rows, choice.reason) == ("S1", ["now"], "C’est voulu.")
    assert choice.made_by == scene.lead
    assert "data-slip" not in page(scene)


def test_what_was_mended_meanwhile_needs_no_answer(scene):
    post(scene, **EUROS, stay="1")
    value = intended(scene)
    post(scene, **{LOW: "92", HIGH: "92"}, intended=value)
    assert now(scene)["budget_min_keur"] == 92
    assert not Acknowledgement.objects.exists()


def test_a_point_that_is_no_slip_is_not_answered_this_way(scene):
    post(
        scene, **{f"economic_model-now-{name}_pct": "50" for name in ("public", "private", "self")}
    )
    point = page(scene).partition('id="point-')[2][:12]
    post(scene, intended=f"{point} id_x")
    assert len(point) == 12
    assert not Acknowledgement.objects.exists()


def test_a_slip_follows_its_row_past_blank_ones(scene):
    """A blank row is not stored: the third row of the page is the second of the answer."""
    rows = {
        "TOTAL_FORMS": "3",
        "INITIAL_FORMS": "0",
        "0-id": "oaaaaa",
        "0-statement": "Un objectif",
        "1-id": "obbbbb",
        "2-id": "occccc",
        "2-statement": "Évaluer",
        "2-kind": "quantitative",
        "2-target_value": "150",
        "2-unit": "%",
    }
    typed = {f"objectives-rows-{name}": text for name, text in rows.items()}
    (slip,) = post(scene, StepKey.OBJECTIVES, **typed, autosave="1").json()["slips"]
    assert slip["field"] == "id_objectives-rows-2-target_value"
    _, slip = page(scene, StepKey.OBJECTIVES).split("data-slip=")
    assert 'data-at="id_objectives-rows-1-target_value"' in slip


def test_a_field_whose_text_is_refused_is_not_asked_about_the_stored_one(scene):
    post(scene, **EUROS, stay="1")
    told = post(scene, **{LOW: "beaucoup"}, autosave="1").json()
    assert [entry["field"] for entry in told["refused"]] == [LOW]
    assert told["slips"] == []
    assert "data-slip" not in page(scene)
