"""What became of a diagnostic in the next one, and since one of its versions."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from diagnostics.domain.document import DiagnosticDocument, load_document
from diagnostics.domain.kit_texts import default_texts
from diagnostics.domain.since import ActorMoved, Fate, Since, compare_diagnostics
from diagnostics.domain.since_aims import MoneySince
from diagnostics.domain.starting_again import start_again
from diagnostics.report.since import since_page, since_parts, summary
from tests.canaries import Filler, changes
from tests.scene import demo_document
from tests.shapes import documents, empty_document, patient

NB = "\u00a0"


def document(base_year: int = 2026, **values: Any) -> DiagnosticDocument:
    given = {**empty_document(), **values}
    given["diagnostic"] = {**given["diagnostic"], "base_year": base_year}
    return load_document(given)


def two(step: str, before: Any, after: Any, *, follows: bool = True, **values: Any) -> Since:
    """Compare two answers to one step."""
    return compare_diagnostics(
        document(answers={step: before} if before else {}),
        document(2029, answers={step: after} if after else {}, **values),
        follows=follows,
    )


def fates(since: Since) -> list[tuple[str, Fate]]:
    return [(entry.name, entry.fate) for step in since.steps for entry in step.entries]


def rows(*rows: dict[str, Any]) -> dict[str, Any]:
    return {"rows": list(rows)}


def objective(row_id: str, **fields: Any) -> dict[str, Any]:
    return {"id": row_id, "unit": "associations", "kind": "quantitative", **fields}


# --- Step by step ---------------------------------------------------------------------------------


def test_rows_are_kept_reworded_adjusted_added_or_dropped():
    since = two(
        "activities",
        rows(
            {"id": "a1", "text": "Forum", "priority": 1},
            {"id": "a2", "text": "Club", "priority": 1},
            {"id": "a3", "text": "Lettre", "priority": 1},
            {"id": "a4", "text": "Tribune"},
        ),
        rows(
            {"id": "a2", "text": "Club d’entreprises", "priority": 1},
            {"id": "a1", "text": "Forum", "priority": 1},
            {"id": "a3", "text": "Lettre", "priority": 2},
            {"id": "a5", "text": "Podcast"},
        ),
    )
    assert fates(since) == [
        ("Club d’entreprises", Fate.REWORDED),
        ("Forum", Fate.KEPT),
        ("Lettre", Fate.ADJUSTED),
        ("Podcast", Fate.ADDED),
        ("Tribune", Fate.DROPPED),
    ]
    (step,) = since.steps
    (change,) = step.of(Fate.REWORDED)[0].changes
    assert (change.before, change.after) == ("Club", "Club d’entreprises")
    assert summary(since) == (
        f"Lignes et textes des étapes{NB}: 1{NB}gardé, 1{NB}reformulé, 1{NB}ajusté, "
        f"1{NB}ajouté et 1{NB}abandonné."
    )


def test_texts_of_an_answer_and_rows_that_are_always_there():
    since = two("vision", {"starting_point": "Avant"}, {"starting_point": "Après"})
    assert fates(since) == [("Constat de départ", Fate.REWORDED)]
    assert fates(two("vision", None, {"starting_point": "Après"})) == [
        ("Constat de départ", Fate.ADDED)
    ]
    assert fates(two("vision", {"starting_point": "Avant"}, None)) == [
        ("Constat de départ", Fate.DROPPED)
    ]
    chain = two(
        "accompaniment_scope",
        rows({"step": "match", "handling": "self"}, {"step": "evaluate", "handling": "self"}),
        rows({"step": "match", "handling": "self"}),
    )
    # The four that nobody ever decided are not told.
    assert fates(chain) == [
        ("Mettre en relation", Fate.KEPT),
        ("Évaluer le partenariat", Fate.ADJUSTED),
    ]


def test_a_scale_is_named_by_what_it_is_of():
    scales = rows(
        {"id": "s1", "activity": "a1", "scale": "region"},
        {"id": "s2", "mission": "raise_awareness"},
    )
    both = {"activities": rows({"id": "a1", "text": "Forum"}), "territorial_scales": scales}
    since = compare_diagnostics(document(answers=both), document(2029, answers=both), follows=True)
    assert [name for name, _fate in fates(since)] == ["Forum", "Forum — Région", "Sensibiliser"]


def test_the_bookmark_of_the_team_is_no_change_and_figures_of_the_year_are_told_apart():
    row = objective("o1", statement="A", target_value=120)
    since = two(
        "objectives",
        {**rows({**row, "baseline_value": 40}), "mark": "for_board", "board_question": "Q ?"},
        {**rows({**row, "baseline_value": 96}), "mark": "to_review"},
    )
    assert fates(since) == [("A", Fate.KEPT)]
    within = two(
        "objectives",
        rows({**row, "baseline_value": 40}),
        {**rows({**row, "baseline_value": 96}), "board_question": "Q ?"},
        follows=False,
    )
    assert [fate for _name, fate in fates(within)] == [Fate.ADDED, Fate.ADJUSTED]
    assert within.objectives == within.money == within.decisions == ()


@patient
@given(document=documents())
def test_a_document_is_all_kept_in_itself(document):
    for follows in (True, False):
        since = compare_diagnostics(document, document, follows=follows)
        assert since.is_unchanged
        assert {fate for _name, fate in fates(since)} <= {Fate.KEPT}
        assert {row.is_kept for row in (*since.objectives, *since.decisions)} <= {True}


def test_no_change_within_a_diagnostic_goes_unsaid():
    filler = Filler()
    former = filler.document()
    for name, step, changed in changes(filler, former):
        since = compare_diagnostics(former, changed, follows=False)
        told = [found.step for found in since.steps if found.changed]
        assert told == ([] if name.endswith(".mark") else [step]), name


# --- What had been aimed at ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (
            {"target_value": 120, "deadline_year": 2029},
            {"baseline_value": 96},
            f"visé en 2029{NB}: 120 · aujourd’hui{NB}: 96",
        ),
        ({"target_value": 120}, {}, f"visé{NB}: 120 · aujourd’hui{NB}: à dire"),
        (
            {"target_value": 15, "target_max_value": 20, "deadline_year": 2029},
            {"baseline_value": 0},
            f"visé en 2029{NB}: 15 à 20 · aujourd’hui{NB}: 0",
        ),
        (
            {"target_value": 70, "target_at_least": True, "unit": "%"},
            {"baseline_value": 45.5, "unit": "%"},
            f"visé{NB}: au moins 70{NB}% · aujourd’hui{NB}: 45,5{NB}%",
        ),
        (
            {"target_value": 120},
            {"baseline_value": 96, "unit": "entreprises"},
            f"visé{NB}: 120 · aujourd’hui{NB}: 96 entreprises",
        ),
        ({"target_value": 120, "deadline_year": 2029}, None, f"visé en 2029{NB}: 120"),
        ({"kind": "qualitative", "deadline_year": 2028}, {}, "visé en 2028"),
        ({"kind": "qualitative"}, {}, ""),
    ],
)
def test_an_objective_tells_what_was_aimed_at_and_what_is(before, after, told):
    now = rows(objective("o1", statement="A", **after)) if after is not None else None
    (row,) = two("objectives", rows(objective("o1", statement="A", **before)), now).objectives
    assert row.told == told
    assert row.is_kept is (after is not None)


def test_reasons_stand_with_what_is_gone_only():
    left_out = [
        {"step": step, "row": row, "reason": "Parce que"}
        for step, row in [("objectives", "o1"), ("objectives", "o2"), ("board_decisions", "o1")]
    ]
    since = two(
        "objectives",
        rows(objective("o1", statement="A"), objective("o2", statement="B")),
        rows(objective("o2", statement="B")),
        left_out=left_out,
    )
    assert [(row.row_id, row.reason) for row in since.objectives] == [
        ("o1", "Parce que"),
        ("o2", ""),
    ]


def test_money_that_was_there_aimed_at_and_is():
    since = two(
        "economic_model",
        {
            "now": {"fte": 2, "budget_min_keur": 120},
            "target": {"fte": 3, "budget_min_keur": 250, "budget_max_keur": 300, "self_pct": 34},
            "levers": [
                {"id": "x1", "text": "Club", "amount_now_keur": 0, "amount_target_keur": 36},
                {"id": "x2", "text": "Impact local"},
                {"id": "x3", "text": "Dons", "amount_target_keur": 5},
            ],
        },
        {
            "now": {"fte": 2.5, "budget_min_keur": 180},
            "levers": [
                {"id": "x4", "text": "Mécénat", "amount_now_keur": 12},
                {"id": "x1", "text": "Club", "amount_now_keur": 20},
            ],
        },
    )
    assert since.money == (
        MoneySince("Équipe", f"2{NB}ETP", f"3{NB}ETP", f"2,5{NB}ETP"),
        MoneySince("Budget", f"120{NB}K€", f"250{NB}–{NB}300{NB}K€", f"180{NB}K€"),
        MoneySince("Auto-financement", "", f"34{NB}%", ""),
        MoneySince("Club", f"0{NB}K€", f"36{NB}K€", f"20{NB}K€", is_lever=True),
        MoneySince("Dons", "", f"5{NB}K€", "", is_lever=True),
        MoneySince("Mécénat", "", "", f"12{NB}K€", is_lever=True),
    )
    assert not since.is_copied


def test_actors_that_changed_circle():
    actors = [{"id": "p1", "actor_type": "citizens"}, {"id": "p2", "actor_type": "academia"}]
    before = rows({**actors[0], "circle": 1}, {**actors[1], "circle": 2})
    after = rows({**actors[0], "circle": 2}, {**actors[1], "circle": 2})
    assert two("positioning", before, after).actors == (
        ActorMoved("Citoyens", "1er cercle — influence directe", "2e cercle — influence élargie"),
    )


def test_decisions_of_the_former_board():
    former = document(
        answers={
            "board_decisions": {"decisions": [{"id": f"d{n}", "text": f"D{n}"} for n in (1, 2, 3)]}
        },
        adoption={
            "date": "2026-06-18",
            "outcomes": [
                {"decision": "d1", "result": "amended", "amended_text": "D1 amendée"},
                {"decision": "d2", "result": "rejected"},
            ],
        },
    )
    now = document(
        2029,
        answers={"board_decisions": {"decisions": [{"id": "d1", "text": "D1 encore"}]}},
        left_out=[{"step": "board_decisions", "row": "d3", "reason": "Faite"}],
    )
    since = compare_diagnostics(former, now, follows=True)
    assert [
        (row.text, row.result, row.is_kept, row.now, row.reason, row.asks_why)
        for row in since.decisions
    ] == [
        ("D1 amendée", "amended", True, "D1 encore", "", False),
        ("D2", "rejected", False, "", "", False),
        ("D3", None, False, "", "Faite", True),
    ]


# --- The page --------------------------------------------------------------------------------------


def next_one(former: DiagnosticDocument) -> DiagnosticDocument:
    card = former.diagnostic.model_copy(update={"base_year": 2029})
    answers = start_again(former, base_year=2029)
    return former.model_copy(update={"answers": answers, "diagnostic": card})


def test_a_diagnostic_just_started_again_pretends_nothing():
    former = demo_document("sorelle")
    since = compare_diagnostics(former, next_one(former), follows=True)
    assert {row.today for row in since.objectives} == {""}
    assert since.is_copied
    texts = default_texts().at(3)
    parts = {part.anchor: part for part in since_parts(since, texts)}
    note = parts["depuis-moyens"].blocks[1]
    assert note.label == "Les chiffres de 2029 sont à relire"
    assert list(parts) == [
        "depuis-objectifs",
        "depuis-moyens",
        "depuis-decisions",
        "depuis-etapes",
    ]


def test_the_page_says_what_it_compares_and_the_steps_by_their_names():
    former = demo_document("sorelle")
    page = since_page(compare_diagnostics(former, next_one(former), follows=True), default_texts())
    assert page.title == "Annexe\u00a0: depuis le dernier diagnostic"
    assert "(2026–2029)" in page.lead
    table = page.parts[-1].blocks[0]
    assert [group[0].name for group in table.groups][:2] == [
        f"2.2 Objectifs à 3/5{NB}ans",
        "3.1 Activités à mettre en place",
    ]
