"""Merging two answers that began from the same text: what is kept, what has to be chosen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diagnostics.domain.answers import (
    ANSWER_SHAPES,
    MAX_STATEMENTS,
    STEPS,
    Activities,
    Answer,
    EconomicModel,
    Objectives,
    TerritorialScales,
    Vision,
)
from diagnostics.domain.merge import (
    Conflict,
    ConflictKind,
    Merged,
    merge_answers,
    merge_text,
    put_back,
    row_keys,
)
from diagnostics.domain.vocabulary import StepKey
from tests.shapes import answers, patient

# --- Examples ---------------------------------------------------------------------------------------


def objectives(*rows: dict[str, Any], **fields: Any) -> Objectives:
    return Objectives.model_validate({"rows": rows, **fields})


def texts(answer: Any, field: str = "rows", name: str = "statement") -> list[str]:
    return [getattr(row, name) for row in getattr(answer, field)]


ONE, TWO, THREE = ({"id": f"o{n}", "statement": f"Objectif {n}"} for n in (1, 2, 3))
BASE = objectives(ONE, TWO, THREE)


def test_other_rows_are_both_kept():
    merged = merge_answers(
        BASE,
        objectives({**ONE, "unit": "%"}, TWO, THREE, {"id": "oa", "statement": "Ajouté"}),
        objectives({"id": "ob", "statement": "En tête"}, ONE, {**TWO, "statement": "Deux"}, THREE),
    )
    assert merged == Merged(
        objectives(
            {"id": "ob", "statement": "En tête"},
            {**ONE, "unit": "%"},
            {**TWO, "statement": "Deux"},
            THREE,
            {"id": "oa", "statement": "Ajouté"},
        ),
        (),
    )


def test_other_fields_of_a_row_are_both_kept():
    merged = merge_answers(
        BASE,
        objectives({**ONE, "unit": "%", "serves": ["r1"]}, TWO, THREE, mark="to_review"),
        objectives({**ONE, "deadline_year": 2029, "serves": ["r2"]}, TWO, THREE),
    )
    first = {**ONE, "unit": "%", "deadline_year": 2029, "serves": ["r1", "r2"]}
    assert merged == Merged(objectives(first, TWO, THREE, mark="to_review"), ())


def test_the_same_field_is_to_be_chosen():
    merged = merge_answers(
        BASE,
        objectives({**ONE, "statement": "De Marc", "unit": "%"}, TWO, THREE),
        objectives({**ONE, "statement": "De Léa"}, TWO, THREE),
    )
    assert texts(merged.answer) == ["De Marc", "Objectif 2", "Objectif 3"]
    assert merged.answer.rows[0].unit == "%"
    assert merged.conflicts == (
        Conflict(ConflictKind.FIELD, ("rows", "o1", "statement"), "De Marc", "De Léa"),
    )


def test_the_same_text_typed_twice_is_no_conflict():
    both = objectives({**ONE, "statement": "La même"}, TWO, THREE)
    merged = merge_answers(BASE, both, objectives({**ONE, "statement": "La même"}, TWO))
    assert merged == Merged(objectives({**ONE, "statement": "La même"}, TWO), ())


def test_a_row_that_nobody_touched_can_be_removed():
    merged = merge_answers(
        BASE, objectives(ONE, THREE), objectives(ONE, TWO, {**THREE, "unit": "%"})
    )
    assert merged == Merged(objectives(ONE, {**THREE, "unit": "%"}), ())


@pytest.mark.parametrize("first", [True, False])
def test_a_row_removed_and_changed_stays_and_is_to_be_chosen(first):
    changed, removed = objectives(ONE, {**TWO, "unit": "%"}, THREE), objectives(ONE, THREE)
    merged = merge_answers(BASE, *((removed, changed) if first else (changed, removed)))
    assert merged.answer == changed
    row = changed.rows[1]
    sides = (None, row) if first else (row, None)
    assert merged.conflicts == (Conflict(ConflictKind.REMOVED, ("rows", "o2"), *sides),)


@pytest.mark.parametrize("first", [True, False])
def test_the_order_that_one_chose_is_kept(first):
    moved, changed = objectives(THREE, ONE, TWO), objectives(ONE, TWO, {**THREE, "unit": "%"})
    merged = merge_answers(BASE, *((moved, changed) if first else (changed, moved)))
    assert merged == Merged(objectives({**THREE, "unit": "%"}, ONE, TWO), ())


def test_what_is_ticked_is_added_and_taken_away():
    def serving(*ids: str) -> Objectives:
        return objectives({**ONE, "serves": list(ids)})

    merged = merge_answers(
        serving("r3", "r1", "r2"), serving("r3", "r1", "r5"), serving("r4", "r3", "r2")
    )
    assert merged == Merged(serving("r3", "r4", "r5"), ())


def test_a_row_that_both_emptied_is_gone():
    base = objectives({"id": "o1", "statement": "Un", "unit": "%"}, TWO)
    merged = merge_answers(
        base,
        objectives({"id": "o1", "unit": "%"}, TWO),
        objectives({"id": "o1", "statement": "Un"}, TWO),
    )
    assert merged == Merged(objectives(TWO), ())


def test_two_orders_are_told():
    merged = merge_answers(BASE, objectives(THREE, ONE, TWO), objectives(TWO, ONE, THREE))
    assert merged.answer == objectives(THREE, ONE, TWO)
    assert [(c.kind, c.place) for c in merged.conflicts] == [(ConflictKind.ORDER, ("rows",))]


def test_a_new_row_follows_the_row_that_it_was_put_after():
    merged = merge_answers(
        BASE,
        objectives(THREE, {"id": "ob", "statement": "B"}, ONE, TWO),
        objectives(ONE, TWO, THREE, {"id": "oa", "statement": "A"}),
    )
    assert texts(merged.answer) == ["Objectif 3", "A", "B", "Objectif 1", "Objectif 2"]


def test_rows_without_room_are_told():
    def vision(*names: str) -> Vision:
        return Vision.model_validate({"statements": [{"id": n, "text": n} for n in names]})

    base = vision("v1", "v2", "v3", "v4", "v5")
    merged = merge_answers(
        base,
        vision(*["v1", "v2", "v3", "v4", "v5", "va"]),
        vision(*["v1", "v2", "v3", "v4", "v5", "vb"]),
    )
    assert len(merged.answer.statements) == MAX_STATEMENTS
    (conflict,) = merged.conflicts
    assert (conflict.kind, conflict.place, conflict.stored) == (
        ConflictKind.NO_ROOM,
        ("statements", "vb"),
        None,
    )
    assert conflict.other.text == "vb"


def economic(**now: Any) -> EconomicModel:
    return EconomicModel.model_validate({"now": now})


def test_a_minimum_above_the_other_ones_maximum_is_to_be_chosen():
    merged = merge_answers(
        economic(budget_min_keur=100, budget_max_keur=200),
        economic(budget_min_keur=100, budget_max_keur=120, fte=2),
        economic(budget_min_keur=150, budget_max_keur=200, fte=3, volunteers=9),
    )
    assert merged.answer == economic(budget_min_keur=100, budget_max_keur=120, fte=2)
    assert merged.conflicts == (
        Conflict(ConflictKind.FIELD, ("now", "fte"), 2, 3),
        Conflict(ConflictKind.FIELD, ("now", "volunteers"), None, 9),
        Conflict(ConflictKind.FIELD, ("now", "budget_min_keur"), 100, 150),
    )


def test_two_columns_of_the_model_are_both_kept():
    merged = merge_answers(economic(fte=1), economic(fte=2), economic(fte=1, volunteers=9))
    assert merged == Merged(economic(fte=2, volunteers=9), ())


def test_what_a_scale_is_about_is_chosen_not_mixed():
    def scales(**row: Any) -> TerritorialScales:
        return TerritorialScales.model_validate({"rows": [{"id": "t1", "note": "n", **row}]})

    merged = merge_answers(scales(), scales(activity="a1"), scales(mission="analyse_share"))
    assert merged.answer == scales(activity="a1")
    assert [conflict.place for conflict in merged.conflicts] == [("rows", "t1", "mission")]


def test_no_objective_and_an_objective_are_to_be_chosen():
    def activities(**row: Any) -> Activities:
        return Activities.model_validate({"rows": [{"id": "a1", "text": "Rencontres", **row}]})

    merged = merge_answers(activities(), activities(serves=["o1"]), activities(serves_none=True))
    assert merged.answer == activities(serves=["o1"])
    assert [conflict.place for conflict in merged.conflicts] == [("rows", "a1", "serves_none")]


@pytest.mark.parametrize(
    ("stored", "other", "expected"),
    [
        ("a", "a", ("a", None)),
        ("b", "a", ("b", None)),
        ("a", "b", ("b", None)),
        ("b", "b", ("b", None)),
        ("b", "c", ("b", Conflict(ConflictKind.FIELD, ("internal_note",), "b", "c"))),
    ],
)
def test_the_note_of_the_team(stored, other, expected):
    assert merge_text("a", stored, other, ("internal_note",)) == expected


# --- Whatever two people do ----------------------------------------------------------------------------


@st.composite
def edited(draw: st.DrawFn, base: Answer, side: str) -> Answer:
    """The base with some fields of another answer, some rows less, changed, added, moved."""
    fresh = draw(answers(base.step)).model_dump(mode="json")
    values = base.model_dump(mode="json")
    row_sets = {row_set.field: row_set for row_set in STEPS[base.step].row_sets}
    for name in values:
        if name not in row_sets:
            if isinstance(values[name], dict):
                values[name] = _mixed(draw, values[name], fresh[name])
            elif draw(st.booleans()):
                values[name] = fresh[name]
            continue
        rows, others = values[name], fresh.get(name, [])  # absent while nothing is said of it
        for index, row in enumerate(rows[: len(others)]):
            rows[index] = _mixed(draw, row, others[index])
        if not row_sets[name].is_fixed:
            rows = [row for row in rows if draw(st.integers(0, 3))]
            new = [{**row, "id": f"{row['id']}{side}"} for row in others if draw(st.booleans())]
            values[name] = draw(st.permutations(rows + new))
    try:
        return ANSWER_SHAPES[base.step].model_validate(values).without_blank_rows()
    except ValueError:  # a minimum above a maximum: no page posts it
        return base


def _mixed(draw: st.DrawFn, one: dict[str, Any], two: dict[str, Any]) -> dict[str, Any]:
    return {
        name: two.get(name, value)
        if name not in {"id", "step", "shock"} and draw(st.booleans())
        else value
        for name, value in one.items()
    }


@st.composite
def situations(draw: st.DrawFn) -> tuple[Answer, Answer, Answer]:
    base = draw(st.sampled_from(list(StepKey)).flatmap(answers)).without_blank_rows()
    return base, draw(edited(base, "s")), draw(edited(base, "p"))


def typed(value: Any) -> Iterator[str]:
    """Every text, number and code of a value."""
    if isinstance(value, Answer) or hasattr(value, "model_dump"):
        value = value.model_dump(mode="json")
    if isinstance(value, dict):
        for part in value.values():
            yield from typed(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from typed(part)
    elif isinstance(value, float) and value.is_integer():
        yield str(int(value))  # as the JSON says it
    elif value not in (None, "", False):
        yield str(value)


# Drawing a situation costs far more than merging it: each is looked at from all sides.
@settings(patient, max_examples=40)
@given(situations())
def test_whatever_two_people_do(situation):
    nothing_typed_is_lost(*situation)
    it_is_a_valid_answer_with_unique_ids(*situation)
    whoever_saves_first(*situation)
    an_unchanged_side_gives_the_other_one(*situation)
    a_row_that_one_kept_and_the_other_changed_is_never_lost(*situation)


def nothing_typed_is_lost(base: Answer, stored: Answer, other: Answer) -> None:
    merged = merge_answers(base, stored, other)
    there = set(typed(merged.answer)) | {
        text for c in merged.conflicts for text in (*typed(c.stored), *typed(c.other))
    }
    for side in (stored, other):
        assert set(typed(side)) - set(typed(base)) <= there
    # And nothing is there that nobody typed.
    assert there <= set(typed(base)) | set(typed(stored)) | set(typed(other))


def it_is_a_valid_answer_with_unique_ids(base: Answer, stored: Answer, other: Answer) -> None:
    answer = merge_answers(base, stored, other).answer
    assert type(answer).model_validate(answer.model_dump(mode="json")) == answer
    assert max(Counter(row.id for row in answer.all_rows()).values(), default=1) == 1


def whoever_saves_first(base: Answer, stored: Answer, other: Answer) -> None:
    one, two = merge_answers(base, stored, other), merge_answers(base, other, stored)
    assert bool(one.conflicts) == bool(two.conflicts)
    if not one.conflicts:
        assert one.answer == two.answer


def an_unchanged_side_gives_the_other_one(base: Answer, stored: Answer, _other: Answer) -> None:
    assert merge_answers(base, stored, base) == Merged(stored, ())
    assert merge_answers(base, base, stored) == Merged(stored, ())
    assert merge_answers(base, stored, stored) == Merged(stored, ())


def a_row_that_one_kept_and_the_other_changed_is_never_lost(
    base: Answer, stored: Answer, other: Answer
) -> None:
    merged = merge_answers(base, stored, other)
    told = {c.place[1] for c in merged.conflicts if len(c.place) > 1}
    ids, left = base.row_ids(), merged.answer.row_ids() | told
    for one, two in ((stored, other), (other, stored)):
        changed = {row.id for row in one.all_rows()} - {
            row.id for row in base.all_rows() for mine in one.all_rows() if row == mine
        }
        assert {
            row_id for row_id in changed if row_id not in ids or row_id in two.row_ids()
        } <= left


# --- One row put back -------------------------------------------------------------------------------


@given(st.data(), st.sampled_from(list(StepKey)))
@patient
def test_a_row_taken_out_and_put_back_changes_nothing(data, step):
    past = data.draw(answers(step)).without_blank_rows()
    places = [
        (rows.field, key) for rows in STEPS[step].row_sets for key in row_keys(past, rows.field)
    ]
    for field, key in places:
        rows = zip(getattr(past, field), row_keys(past, field), strict=True)
        less = past.model_copy(update={field: [row for row, its in rows if its != key]})
        assert put_back(less, past, field, key) == Merged(past, ())
        assert put_back(past, past, field, key) == Merged(past, ())


def test_a_row_comes_back_between_its_neighbours_whatever_became_of_them():
    reworded = {**ONE, "statement": "Objectif 1, autrement"}
    new = {"id": "o9", "statement": "Objectif nouveau"}
    back = put_back(objectives(reworded, new, THREE), BASE, "rows", "o2")
    assert back.conflicts == ()
    assert sorted(texts(back.answer)) == sorted(
        ["Objectif 1, autrement", "Objectif 2", "Objectif nouveau", "Objectif 3"]
    )
    assert texts(back.answer).index("Objectif 2") in {1, 2}


@pytest.mark.parametrize(("field", "key"), [("rows", "o9"), ("elsewhere", "o2")])
def test_a_row_that_was_never_there_cannot_come_back(field, key):
    with pytest.raises(LookupError):
        put_back(objectives(ONE), BASE, field, key)
