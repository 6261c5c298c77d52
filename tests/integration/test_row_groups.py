"""Rows that stand in groups: activities under their mission, levers under their family."""

import re

import pytest
from django.http import QueryDict

from diagnostics.domain.answers import ANSWER_SHAPES, Activities
from diagnostics.domain.vocabulary import FundingFamily, Mission, StepKey
from diagnostics.models import KeptText
from diagnostics.services.answers import save_answer
from tests.pages import html_of
from tests.scene import Scene

pytestmark = pytest.mark.django_db
ROWS = "activities-rows"


@pytest.fixture
def scene() -> Scene:
    return Scene()


def stored(scene: Scene) -> list[tuple[str, str | None]]:
    return [(row.text, row.mission) for row in scene.answer(StepKey.ACTIVITIES).rows]


def store(scene: Scene, *rows: tuple[str, str]) -> None:
    answer = Activities.model_validate(
        {"rows": [{"id": f"a{n}", "text": t, "mission": m} for n, (t, m) in enumerate(rows)]}
    )
    save_answer(scene.diagnostic, answer, internal_note="", base_revision=0, user=scene.lead)


def typed(data: QueryDict) -> list[tuple[str, str]]:
    total = int(data[f"{ROWS}-TOTAL_FORMS"])
    return [(data[f"{ROWS}-{n}-text"].strip(), data[f"{ROWS}-{n}-mission"]) for n in range(total)]


def test_an_empty_step_has_a_line_under_each_mission_and_stores_none_of_them(scene):
    data = scene.page(StepKey.ACTIVITIES)
    assert typed(data) == [("", mission.value) for mission in Mission]

    scene.post(StepKey.ACTIVITIES, data)

    assert scene.answer(StepKey.ACTIVITIES).is_empty
    assert not KeptText.objects.exists()


def test_a_row_is_added_under_its_mission_and_counts_once_it_says_something(scene):
    store(scene, ("un", "raise_awareness"))
    data = scene.page(StepKey.ACTIVITIES)

    response = scene.post(StepKey.ACTIVITIES, data, row_op="add:rows:analyse_share")
    assert stored(scene) == [("un", "raise_awareness")]
    page = scene.browser.get(response["Location"])
    group = re.search(r'data-group="analyse_share".*?</section>\s*<p', html_of(page))[0]
    assert f'name="{ROWS}-1-text"' in group

    data = scene.page(StepKey.ACTIVITIES)
    data[f"{ROWS}-TOTAL_FORMS"] = "2"
    data[f"{ROWS}-1-text"], data[f"{ROWS}-1-mission"] = "deux", "analyse_share"
    scene.post(StepKey.ACTIVITIES, data)
    assert stored(scene) == [("un", "raise_awareness"), ("deux", "analyse_share")]


def test_a_stored_row_that_has_only_a_mission_stays(scene):
    store(scene, ("", "raise_awareness"))

    scene.post(StepKey.ACTIVITIES, scene.page(StepKey.ACTIVITIES))

    assert stored(scene) == [("", "raise_awareness")]


def test_a_row_moves_among_those_of_its_mission(scene):
    awareness, networks = Mission.RAISE_AWARENESS.value, Mission.CONNECT_NETWORKS.value
    store(scene, ("un", awareness), ("deux", networks), ("trois", awareness))

    scene.post(StepKey.ACTIVITIES, scene.page(StepKey.ACTIVITIES), row_op="up:rows:2")
    assert [text for text, _ in stored(scene)] == ["trois", "deux", "un"]
    # It was the only one of its mission: it stays.
    scene.post(StepKey.ACTIVITIES, scene.page(StepKey.ACTIVITIES), row_op="down:rows:1")
    assert [text for text, _ in stored(scene)] == ["trois", "deux", "un"]


@pytest.mark.parametrize("place", ["nowhere", "other", "1"])
def test_a_group_that_no_page_has_is_refused(scene, place):
    data = scene.page(StepKey.ACTIVITIES)
    assert scene.post(StepKey.ACTIVITIES, data, row_op=f"add:rows:{place}").status_code == 400
    response = scene.browser.get(f"{scene.url(StepKey.ACTIVITIES)}?ajout=rows:{place}")
    assert response.status_code == 200


def test_levers_are_added_up_by_family_against_the_budget(scene):
    data = scene.page(StepKey.ECONOMIC_MODEL)
    for name, value in {
        "now-budget_min_keur": "120",
        "target-budget_min_keur": "250",
        "target-budget_max_keur": "300",
        "target-public_pct": "33",
        "levers-0-text": "Région",
        "levers-0-amount_now_keur": "40",
        "levers-0-amount_target_keur": "60,5",
        "levers-1-text": "Mécènes",
        "levers-1-amount_target_keur": "20",
    }.items():
        data[f"economic_model-{name}"] = value
    scene.post(StepKey.ECONOMIC_MODEL, data)

    page = html_of(scene.browser.get(scene.url(StepKey.ECONOMIC_MODEL)))

    told = dict(re.findall(r'data-lever-total="(\w*)">([^<]*)<', page))
    assert {key: text.replace("\u00a0", " ") for key, text in told.items()} == {
        "public": "2026 : 40 K€ · 2029 : 60,5 K€ sur 82,5 – 99 K€",
        "private": "2026 : 0 K€ · 2029 : 20 K€",
        "self": "2026 : 0 K€ · 2029 : 0 K€",
        "": "2026 : 40 K€ sur 120 K€ · 2029 : 80,5 K€ sur 250 – 300 K€",
    }
    assert [row.family for row in scene.answer(StepKey.ECONOMIC_MODEL).levers] == [
        FundingFamily.PUBLIC,
        FundingFamily.PRIVATE,
    ]


@pytest.mark.parametrize(
    ("step", "answer", "expected"),
    [
        (
            StepKey.ECONOMIC_MODEL,
            {"levers": [{"id": "x1", "text": "Convention", "family": "public", "state": "secured",
                         "amount_now_keur": 6, "amount_target_keur": 8, "amount_target_max_keur": 9}]},
            "Acquis · 6 · 8 à 9",
        ),
        (
            StepKey.POSITIONING,
            {"rows": [{"id": "p1", "actor_type": "other", "label": "Lycées", "circle": 1, "posture": "appui"}]},
            "1er cercle — influence directe · appui",
        ),
        (
            StepKey.ACTIVITIES,
            {"rows": [{"id": "a1", "text": "Rencontrer", "mission": "raise_awareness", "priority": 1,
                       "state": "existing"}]},
            "Prioritaire · Existante",
        ),
    ],
)  # fmt: skip
def test_a_folded_row_says_what_its_line_holds_beside_its_name(scene, step, answer, expected):
    scene.store(ANSWER_SHAPES[step].model_validate(answer))

    html = html_of(scene.browser.get(scene.url(step)))

    (line, *_others) = re.findall(r'<span class="row-hint-line">([^<]*)</span>', html)
    assert line == expected
