"""Every step filled to its caps is accepted, below the limits of a request."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings

from diagnostics.domain.answers import ANSWER_SHAPES, MAX_CALENDAR_ROWS, MAX_LINKS, MAX_ROWS
from diagnostics.domain.document import load_document
from diagnostics.domain.vocabulary import (
    AllianceFamily,
    GovernanceForm,
    Mission,
    ScopeStepKey,
    Shock,
    StepKey,
)
from diagnostics.queries import get_diagnostic, load_step
from tests.posting import STEPS, URL_ENCODED, form_of
from tests.scene import Scene
from tests.shapes import empty_document

pytestmark = pytest.mark.django_db


def longest(length: int) -> str:
    """Characters of four bytes: twelve each in a posted form."""
    return "😀" * length


def rows(prefix: str, count: int = MAX_ROWS, **fields: Any) -> list[dict[str, Any]]:
    return [{"id": f"{prefix}{number:05d}", **fields} for number in range(count)]


def links(prefix: str) -> list[str]:
    return [f"{prefix}{number:05d}" for number in range(MAX_LINKS)]


COLUMN = {
    "fte": 9999.99,
    "team_detail": longest(300),
    "volunteers": 1_000_000,
    "skills_sponsorship_days": 1_000_000,
    "budget_min_keur": 999_999.99,
    "budget_max_keur": 1_000_000,
    "public_pct": 99.99,
    "private_pct": 99.99,
    "self_pct": 99.99,
}
AT_CAPS: dict[StepKey, dict[str, Any]] = {
    StepKey.VISION: {
        "starting_point": longest(800),
        "statements": rows("v", 6, text=longest(280)),
    },
    StepKey.ROLES: {"rows": rows("r", role="other", label=longest(300), detail=longest(300))},
    StepKey.OBJECTIVES: {
        "rows": rows(
            "o",
            statement=longest(300),
            kind="quantitative",
            indicator=longest(300),
            baseline_value=999_999_999.99,
            target_value=1_000_000_000,
            unit=longest(60),
            deadline_year=2100,
            serves=links("r"),
        )
    },
    StepKey.POSITIONING: {
        "rows": rows(
            "p",
            actor_type="nonprofit_networks",
            label=longest(300),
            circle=2,
            mode="individual",
            posture=longest(300),
            note=longest(1000),
        )
    },
    StepKey.ACTIVITIES: {
        "rows": rows(
            "a",
            mission="support_partnerships",
            text=longest(300),
            priority=3,
            state="to_strengthen",
            start_year=2100,
            serves=links("o"),
        ),
        "out_of_scope": [mission.value for mission in Mission],
    },
    StepKey.ACCOMPANIMENT_SCOPE: {
        "rows": [
            {
                "step": key.value,
                "handling": "with_partner",
                "partner": longest(300),
                "alliance": "l00001",
                "note": longest(1000),
            }
            for key in ScopeStepKey
        ]
    },
    StepKey.TERRITORIAL_SCALES: {
        "rows": rows(
            "s",
            activity="a00001",
            label=longest(300),
            scale="employment_zone",
            territory=longest(300),
            note=longest(1000),
        )
    },
    StepKey.ECONOMIC_MODEL: {
        "now": COLUMN,
        "target": COLUMN,
        "needs_now": longest(1000),
        "needs_target": longest(1000),
        "levers": rows(
            "x",
            family="private",
            text=longest(300),
            state="to_mobilise",
            amount_now_keur=999_999.99,
            amount_target_keur=1_000_000,
        ),
        "scenarios": [
            {
                "shock": shock.value,
                "chosen": shock is not Shock.FUNDER_LEAVES,
                "lever": "x00001" if shock is Shock.FUNDER_LEAVES else None,
                "stop_first": longest(1000),
            }
            for shock in Shock
        ],
    },
    StepKey.ALLIANCES: {
        "rows": rows(
            "l",
            actor=longest(300),
            family=AllianceFamily.NONPROFIT_NETWORKS.value,
            level="departmental",
            relation="to_approach",
            purpose=longest(300),
            horizon_year=2100,
            note=longest(1000),
            serves=links("a"),
        )
    },
    StepKey.ORGANISATION: {
        "organisation": longest(1000),
        "governance": longest(1000),
        "governance_forms": [form.value for form in GovernanceForm],
        "legal_tool": "social_joint_venture",
        "legal_tool_state": "considered",
        "rationale": longest(500),
    },
    StepKey.BOARD_DECISIONS: {
        "decisions": rows("d", text=longest(300)),
        "calendar": rows("c", MAX_CALENDAR_ROWS, month="2100-12", milestone=longest(120)),
    },
}
COMMON = {"board_question": longest(1000), "mark": "to_review"}


@pytest.fixture(scope="module")
def scene(rows_of_the_module) -> Scene:
    """A diagnostic whose answers are all at their caps."""
    with rows_of_the_module.unblock():
        scene = Scene()
        answers = {step.value: value | COMMON for step, value in AT_CAPS.items()}
        scene.store_all(load_document(empty_document() | {"answers": answers}))
        return scene


@pytest.mark.parametrize("step", STEPS)
def test_a_step_at_its_caps_is_stored_below_the_limits(scene, step):
    answer = scene.answer(step)
    data = scene.page(step)
    data[f"{step}-internal_note"] = longest(1000)
    body = data.urlencode()
    assert len(body) < settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    assert (
        sum(len(values) for _name, values in data.lists()) < settings.DATA_UPLOAD_MAX_NUMBER_FIELDS
    )
    for formset in form_of_page(scene, step).formsets.values():
        assert len(formset.forms) == formset.cap

    response = scene.browser.post(scene.url(step), data=body, content_type=URL_ENCODED)

    assert response.status_code == 302, step
    assert scene.answer(step) == answer
    assert scene.row(step).internal_note == longest(1000)
    assert scene.revision(step) == 2


def form_of_page(scene, step):
    loaded = load_step(get_diagnostic(scene.lead, scene.diagnostic.pk), step, user=scene.lead)
    return form_of(loaded.form_context, step)


@pytest.mark.parametrize("step", [StepKey.ALLIANCES, StepKey.OBJECTIVES])
def test_a_step_at_its_caps_may_be_refused_in_every_row(scene, step):
    data = scene.page(step)
    year = "horizon_year" if step is StepKey.ALLIANCES else "deadline_year"
    for index in range(60):
        data[f"{step}-rows-{index}-{year}"] = "bientôt"

    assert len(scene.post(step, data, autosave="1").json()["kept"]) == 60

    assert len(scene.kept(step)) == 60
    assert scene.browser.get(scene.url(step)).status_code == 200


def test_every_step_is_at_its_caps():
    assert set(AT_CAPS) == set(STEPS)
    for step, value in AT_CAPS.items():
        assert set(value | COMMON) == set(ANSWER_SHAPES[step].model_fields)
