"""The answer shapes: what they keep, and what they refuse."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from diagnostics.domain import answers as shapes
from diagnostics.domain.answers import ANSWER_SHAPES, new_row_id
from diagnostics.domain.document import load_answer
from diagnostics.domain.vocabulary import Mission, RelationMode, RoleKind, ScopeStepKey, StepKey
from tests.shapes import answers, patient

STEPS = list(StepKey)


@pytest.mark.parametrize("step", STEPS)
@patient
@given(data=st.data())
def test_json_and_back(step, data):
    answer = data.draw(answers(step))
    value = json.loads(json.dumps(answer.model_dump(mode="json"), allow_nan=False))

    again = load_answer(step, value)

    assert again == answer
    assert again.model_dump(mode="json") == value


@pytest.mark.parametrize("step", STEPS)
def test_an_empty_answer_is_empty_and_json_says_every_key(step):
    shape = ANSWER_SHAPES[step]

    assert shape().is_empty
    assert load_answer(step, {}) == shape()
    # A key of a later schema is absent while nothing is said of it.
    later = {"scenarios"} if step is StepKey.ECONOMIC_MODEL else set()
    assert set(shape().model_dump(mode="json")) == set(shape.model_fields) - later


@pytest.mark.parametrize("step", STEPS)
def test_a_question_for_the_board_is_not_content(step):
    answer = ANSWER_SHAPES[step](board_question="Faut-il y aller ?", mark="for_board")

    assert not answer.is_empty
    assert answer.content_is_empty


@pytest.mark.parametrize("step", STEPS)
def test_an_unknown_key_is_refused(step):
    with pytest.raises(ValidationError, match="extra_forbidden"):
        load_answer(step, {"surprise": "x"})


NUMBERS = [
    ("economic_model", "now", "fte", 0, 10_000),
    ("economic_model", "now", "volunteers", 0, 1_000_000),
    ("economic_model", "now", "skills_sponsorship_days", 0, 1_000_000),
    ("economic_model", "target", "budget_min_keur", 0, 1_000_000),
    ("economic_model", "target", "budget_max_keur", 0, 1_000_000),
    ("economic_model", "now", "public_pct", 0, 100),
    ("economic_model", "now", "private_pct", 0, 100),
    ("economic_model", "target", "self_pct", 0, 100),
    ("economic_model", "levers", "amount_now_keur", -1_000_000, 1_000_000),
    ("economic_model", "levers", "amount_target_keur", -1_000_000, 1_000_000),
    ("objectives", "rows", "baseline_value", 0, 1_000_000_000),
    ("objectives", "rows", "target_value", 0, 1_000_000_000),
    ("objectives", "rows", "deadline_year", 1900, 2100),
    ("activities", "rows", "start_year", 1900, 2100),
    ("activities", "rows", "priority", 1, 3),
    ("positioning", "rows", "circle", 1, 2),
    ("alliances", "rows", "horizon_year", 1900, 2100),
]


def with_value(part: str, name: str, value: object) -> dict:
    inner: dict = {name: value}
    return {part: [{"id": "z1", **inner}] if part in {"rows", "levers"} else inner}


@pytest.mark.parametrize(("step", "part", "name", "low", "high"), NUMBERS)
def test_a_number_has_a_minimum_and_a_maximum(step, part, name, low, high):
    step = StepKey(step)
    for accepted in (low, high):
        value = with_value(part, name, accepted)
        dumped = load_answer(step, value).model_dump(mode="json")[part]
        assert (dumped[0] if isinstance(dumped, list) else dumped)[name] == accepted
    for refused in (low - 1, high + 1, math.nan, math.inf, -math.inf, 10**400, "abc", [low]):
        with pytest.raises(ValidationError):
            load_answer(step, with_value(part, name, refused))


def test_json_overflow_and_endless_numbers_are_refused():
    for text in ("1e999", "-1e999", "NaN", "9" * 4000):
        value = json.loads(f'{{"now": {{"fte": {text}}}}}')
        with pytest.raises(ValidationError):
            load_answer(StepKey.ECONOMIC_MODEL, value)


def test_a_range_upside_down_is_refused():
    with pytest.raises(ValidationError, match="dépasse le haut"):
        load_answer(
            StepKey.ECONOMIC_MODEL, {"now": {"budget_min_keur": 300, "budget_max_keur": 250}}
        )
    level = load_answer(
        StepKey.ECONOMIC_MODEL, {"now": {"budget_min_keur": 250, "budget_max_keur": 250}}
    )
    assert level.now.budget_middle == 250


TEXTS = [
    ("vision", None, "starting_point", 800),
    ("vision", "statements", "text", 280),
    ("vision", None, "board_question", 1000),
    ("roles", "rows", "label", 300),
    ("roles", "rows", "detail", 300),
    ("objectives", "rows", "statement", 300),
    ("objectives", "rows", "indicator", 300),
    ("objectives", "rows", "measured_by", 300),
    ("objectives", "rows", "unit", 60),
    ("positioning", "rows", "posture", 300),
    ("positioning", "rows", "note", 1000),
    ("activities", "rows", "text", 300),
    ("territorial_scales", "rows", "label", 300),
    ("territorial_scales", "rows", "territory", 300),
    ("territorial_scales", "rows", "note", 1000),
    ("economic_model", None, "needs_now", 1000),
    ("economic_model", None, "needs_target", 1000),
    ("economic_model", "levers", "text", 300),
    ("alliances", "rows", "actor", 300),
    ("alliances", "rows", "purpose", 300),
    ("alliances", "rows", "note", 1000),
    ("organisation", None, "organisation", 1000),
    ("organisation", None, "governance", 1000),
    ("organisation", None, "rationale", 500),
    ("board_decisions", "decisions", "text", 300),
    ("board_decisions", "decisions", "why", 300),
    ("board_decisions", "decisions", "cost", 300),
    ("board_decisions", "decisions", "condition", 300),
    ("board_decisions", "decisions", "if_not", 300),
    ("board_decisions", "decisions", "carried_by", 300),
    ("board_decisions", "calendar", "milestone", 120),
]


def with_text(rows: str | None, name: str, text: str) -> dict:
    return {rows: [{"id": "z1", name: text}]} if rows else {name: text}


@pytest.mark.parametrize(("step", "rows", "name", "length"), TEXTS)
def test_a_text_is_bounded_trimmed_and_printable(step, rows, name, length):
    step = StepKey(step)
    longest = "é" * (length - 1) + "😀"
    dumped = load_answer(step, with_text(rows, name, f"  {longest}\n")).model_dump(mode="json")
    assert (dumped[rows][0] if rows else dumped)[name] == longest
    for refused in (longest + "x", "a\x00b", "a\x07b", "a\x85b", "a\ud800b", "a\x1b[31m"):
        with pytest.raises(ValidationError):
            load_answer(step, with_text(rows, name, refused))


ROWS = [
    ("vision", "statements", 6),
    ("roles", "rows", 60),
    ("objectives", "rows", 60),
    ("positioning", "rows", 60),
    ("activities", "rows", 60),
    ("territorial_scales", "rows", 60),
    ("economic_model", "levers", 60),
    ("alliances", "rows", 60),
    ("board_decisions", "decisions", 60),
    ("board_decisions", "calendar", 12),
]


@pytest.mark.parametrize(("step", "rows", "cap"), ROWS)
def test_rows_have_a_cap_and_ids_of_their_own(step, rows, cap):
    step = StepKey(step)
    many = [{"id": f"z{number}"} for number in range(cap)]
    assert len(load_answer(step, {rows: many}).row_ids()) == cap
    with pytest.raises(ValidationError, match="too_long"):
        load_answer(step, {rows: [*many, {"id": "y1"}]})
    with pytest.raises(ValidationError, match="utilisé deux fois"):
        load_answer(step, {rows: [{"id": "z1"}, {"id": "z1"}]})
    for bad in ("", "1z", "Z1", "z" * 13, "z-1", "z\n", None, 3):
        with pytest.raises(ValidationError):
            load_answer(step, {rows: [{"id": bad}]})


def test_ids_are_unique_across_the_tables_of_a_step():
    with pytest.raises(ValidationError, match="utilisé deux fois"):
        load_answer(
            StepKey.BOARD_DECISIONS, {"decisions": [{"id": "z1"}], "calendar": [{"id": "z1"}]}
        )


CODES = [
    ("roles", "rows", "role"),
    ("objectives", "rows", "kind"),
    ("positioning", "rows", "actor_type"),
    ("positioning", "rows", "mode"),
    ("activities", "rows", "mission"),
    ("activities", "rows", "state"),
    ("territorial_scales", "rows", "scale"),
    ("territorial_scales", "rows", "mission"),
    ("economic_model", "levers", "family"),
    ("economic_model", "levers", "state"),
    ("alliances", "rows", "family"),
    ("alliances", "rows", "level"),
    ("alliances", "rows", "relation"),
    ("organisation", None, "legal_tool"),
    ("organisation", None, "legal_tool_state"),
    ("vision", None, "mark"),
]


@pytest.mark.parametrize(("step", "rows", "name"), CODES)
def test_an_unknown_code_is_refused(step, rows, name):
    for bad in ("nothing_of_the_kind", "", "PUBLIC", 7):
        with pytest.raises(ValidationError):
            load_answer(StepKey(step), with_text(rows, name, bad))


def test_links_are_bounded_and_counted_once():
    def links(ids):
        return load_answer(StepKey.OBJECTIVES, {"rows": [{"id": "o1", "serves": ids}]}).rows[0]

    assert links(["r1", "r2", "r1"]).serves == ["r1", "r2"]
    assert len(links([f"r{n}" for n in range(20)]).serves) == 20
    with pytest.raises(ValidationError, match="too_long"):
        links([f"r{n}" for n in range(21)])
    with pytest.raises(ValidationError):
        links(["not an id"])


def test_the_six_steps_come_in_their_order_and_once():
    chain = list(ScopeStepKey)
    answer = load_answer(
        StepKey.ACCOMPANIMENT_SCOPE,
        {"rows": [{"step": "evaluate", "handling": "self"}, {"step": "match"}]},
    )

    assert [row.step for row in answer.rows] == chain
    assert [row.handling.value for row in answer.rows] == ["undecided"] * 5 + ["self"]
    with pytest.raises(ValidationError, match="deux fois"):
        load_answer(StepKey.ACCOMPANIMENT_SCOPE, {"rows": [{"step": "match"}, {"step": "match"}]})


def test_an_echelon_is_about_one_thing():
    with pytest.raises(ValidationError, match="pas les deux"):
        load_answer(
            StepKey.TERRITORIAL_SCALES,
            {"rows": [{"id": "s1", "activity": "a1", "mission": "raise_awareness"}]},
        )


@pytest.mark.parametrize("month", ["2026-09", "1900-01", "2100-12", ""])
def test_a_month(month):
    answer = load_answer(StepKey.BOARD_DECISIONS, {"calendar": [{"id": "c1", "month": month}]})
    assert answer.calendar[0].month == month


@pytest.mark.parametrize("month", ["2026-13", "2026-00", "1899-12", "2101-01", "09/2026", "2026"])
def test_not_a_month(month):
    with pytest.raises(ValidationError):
        load_answer(StepKey.BOARD_DECISIONS, {"calendar": [{"id": "c1", "month": month}]})


def test_blank_rows_are_those_at_their_defaults():
    blank = shapes.Position(id="p1", mode=RelationMode.NONE)
    held = shapes.Position(id="p2", mode=RelationMode.COLLECTIVE)

    answer = shapes.Positioning(rows=[blank, held])
    assert answer.without_blank_rows().rows == [held]


def test_missions_left_to_others_are_named_once():
    answer = load_answer(StepKey.ACTIVITIES, {"out_of_scope": ["analyse_share", "analyse_share"]})
    assert answer.out_of_scope == [Mission.ANALYSE_SHARE]


def test_a_number_has_one_spelling():
    now = load_answer(StepKey.ECONOMIC_MODEL, {"now": {"fte": 18.0, "public_pct": 33.5}}).now
    dumped = now.model_dump_json()
    assert '"fte":18,' in dumped
    assert '"public_pct":33.5' in dumped


def test_row_titles():
    assert shapes.Role(id="r1").title == "Rôle à préciser"
    assert shapes.Role(id="r1", role=RoleKind.OTHER, label="Passeur").title == "Passeur"
    assert shapes.Position(id="p1", actor_type="citizens", mode="collective").title == (
        "Citoyens (en collectif)"
    )


def test_new_ids_fit_the_shape_and_differ():
    ids = {new_row_id("o") for _ in range(500)}
    assert len(ids) > 490
    for row_id in ids:
        assert shapes.Objective(id=row_id).id == row_id
