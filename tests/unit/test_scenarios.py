"""« Et si ? »: what each shock does to the model, and what it takes away from the fil rouge."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diagnostics.domain.answers import EconomicModel
from diagnostics.domain.bridge import bridge_of
from diagnostics.domain.coherence import find_coherence
from diagnostics.domain.document import DiagnosticDocument, load_document
from diagnostics.domain.scenario_words import Told, after_in_words, plan_in_words, told
from diagnostics.domain.scenarios import Effect, study_scenarios
from diagnostics.domain.starting_again import start_again
from diagnostics.domain.vocabulary import FundingFamily, Shock
from tests.report_samples import without_dangling_links
from tests.scene import demo_document
from tests.shapes import documents, empty_document, patient

NB = "\u00a0"
REGION = {"id": "x1", "family": "public", "text": "Région", "state": "secured"}
CLUB = {"id": "x2", "family": "private", "text": "Club", "state": "to_mobilise"}
TARGET = {"fte": 4, "budget_min_keur": 280, "public_pct": 50, "private_pct": 30, "self_pct": 20}
BY_SHOCK: dict[str, dict[str, Any]] = {
    "funder_leaves": {"lever": "x1"},
    "half_comes": {"chosen": True},
    "one_post_less": {"chosen": True},
}


def document_of(
    *levers: dict[str, Any],
    shock: str,
    target: dict[str, Any] | None = None,
    now: dict[str, Any] | None = None,
    **answers: Any,
) -> DiagnosticDocument:
    """Return a document whose team studies one shock."""
    model = {
        "now": {"fte": 2} if now is None else now,
        "target": TARGET if target is None else target,
        "levers": list(levers),
        "scenarios": [{"shock": shock, **BY_SHOCK[shock]}],
    }
    return without_dangling_links(
        load_document(empty_document() | {"answers": {"economic_model": model, **answers}})
    )


def effect_of(document: DiagnosticDocument) -> Effect:
    (effect,) = study_scenarios(document)
    return effect


def said_of(document: DiagnosticDocument) -> Told:
    return told(effect_of(document), document)


def whole(shares: dict[FundingFamily, int] | None) -> list[int] | None:
    return None if shares is None else list(shares.values())


# --- A funder leaves -------------------------------------------------------------------------------


def test_the_money_of_a_funder_that_leaves():
    levers = (REGION | {"amount_target_keur": 40}, CLUB | {"amount_target_keur": 240})
    effect = effect_of(document := document_of(*levers, shock="funder_leaves"))

    assert said_of(document).headline == (
        f"Sans «{NB}Région{NB}»{NB}: il manque 40{NB}K€ sur 280 (14{NB}%)"
    )
    assert (effect.plan.budget, effect.after.budget) == (280, 240)
    assert (effect.plan.to_find, effect.after.to_find) == (240, 280)
    assert (effect.plan.fte, effect.after.fte) == (4, Decimal("3.4"))
    # 140 − 40, 84 and 56 of 240
    assert (whole(effect.plan.shares), whole(effect.after.shares)) == ([50, 30, 20], [42, 35, 23])


@pytest.mark.parametrize(
    ("lever", "others", "target", "lost", "missing", "to_find"),
    [
        # What of it was still to find is so no more: all of it is to be found elsewhere.
        ({"state": "to_mobilise", "amount_now_keur": 25, "amount_target_keur": 40}, 240, 280, 40, 40, 40),
        ({"state": "to_renew", "amount_now_keur": 40, "amount_target_keur": 40}, 240, 280, 40, 40, 40),
        # A range counts by its low end.
        ({"amount_target_keur": 40, "amount_target_max_keur": 60}, 240, 280, 40, 40, 40),
        # Not told, nothing, below 0.
        ({}, 280, 280, None, None, 0),
        ({"amount_target_keur": 0}, 280, 280, 0, 0, 0),
        ({"amount_target_keur": -15}, 295, 280, 0, 0, 0),
        # What the levers bring beyond the budget is not missed.
        ({"amount_target_keur": 40}, 250, 280, 40, 30, 30),
        ({"amount_target_keur": 40}, 280, 280, 40, 0, 0),
        # More than the budget: it lacks all of it.
        ({"amount_target_keur": 500}, -220, 280, 500, 280, 280),
        # No budget.
        ({"amount_target_keur": 40}, 0, None, 40, 40, None),
        # What no lever brought was to find before.
        ({"amount_target_keur": 40}, 200, 280, 40, 40, 80),
    ],
)  # fmt: skip
def test_what_is_missing_without_a_lever(lever, others, target, lost, missing, to_find):
    rest = {"id": "x9", "family": "self", "state": "secured", "amount_target_keur": others}
    document = document_of(
        REGION | lever, rest, shock="funder_leaves", target={"budget_min_keur": target}
    )
    effect = effect_of(document)
    assert (effect.lost, effect.missing, effect.after.to_find) == (lost, missing, to_find)
    assert effect.after.fte is None


@pytest.mark.parametrize(
    ("lever", "target", "headline"),
    [
        ({}, {}, "Sans « Région » : son montant de 2029 n’est pas dit, ce qui manque ne se compte pas"),
        ({"text": ""}, {}, "Sans le levier 1 : son montant de 2029 n’est pas dit, ce qui manque ne se compte pas"),
        ({"amount_target_keur": 0}, {}, "Sans « Région » : rien n’en est attendu en 2029, rien ne manque"),
        ({"amount_target_keur": 40}, {}, "Sans « Région » : il manque 40 K€"),
        ({"amount_target_keur": 40, "amount_target_max_keur": 60}, {"budget_min_keur": 100, "budget_max_keur": 150},
         "Sans « Région » : il manque au moins 40 K€ sur 125 (32 %)"),
        ({"amount_target_keur": 0.5}, {"budget_max_keur": 4}, "Sans « Région » : il manque 0,5 K€ sur 4 (13 %)"),
        ({"amount_target_keur": 40}, {"budget_min_keur": 0}, "Sans « Région » : rien ne manque, les autres leviers couvrent le budget"),
    ],
)  # fmt: skip
def test_the_sentence_of_a_funder_that_leaves(lever, target, headline):
    document = document_of(REGION | lever, shock="funder_leaves", target=target)
    assert said_of(document).headline.replace(NB, " ") == headline


def test_a_lever_that_is_gone_is_no_shock():
    document = document_of(CLUB, shock="funder_leaves")
    assert study_scenarios(document) == []
    dangling = document.answers.economic_model.model_copy(deep=True)
    dangling.scenarios[0].lever = "x7"
    answers = document.answers.model_copy(update={"economic_model": dangling})
    assert study_scenarios(document.model_copy(update={"answers": answers})) == []


# --- Half comes ------------------------------------------------------------------------------------


def test_half_of_what_is_to_find_comes():
    """The new money of what is to be mobilised, 9 and 36, and the 25 that no lever brings."""
    levers = (
        REGION | {"state": "to_mobilise", "amount_now_keur": 45, "amount_target_keur": 54},
        CLUB | {"amount_target_keur": 36},
        {"id": "x3", "family": "self", "state": "to_renew", "amount_target_keur": 165},
    )
    effect = effect_of(document := document_of(*levers, shock="half_comes"))

    assert effect.plan.to_find == 70
    half = Decimal(35)
    assert (effect.missing, effect.after.to_find, effect.after.budget) == (half, half, 280 - half)
    assert said_of(document).headline == (
        f"Si la moitié seulement arrive{NB}: il manque 35{NB}K€ sur 280 (13{NB}%)"
    )
    assert sum(effect.after.shares.values()) == 100


@pytest.mark.parametrize(
    ("levers", "target", "lost", "words"),
    [
        ([], TARGET, 140, "Si la moitié seulement arrive"),
        ([REGION], TARGET, 140, "Si la moitié seulement arrive"),
        ([CLUB | {"state": None, "amount_target_keur": 280}], TARGET, 140, "Si la moitié seulement arrive"),
        ([REGION | {"amount_target_keur": 5}], {}, None, "Ce qui est à trouver ne se compte pas encore"),
        ([REGION | {"amount_target_keur": 280}], TARGET, 0, "Rien n’est à trouver"),
        # A lever that costs, and one whose amount is not told, bring nothing.
        ([REGION | {"amount_target_keur": 300}, CLUB | {"amount_target_keur": -20},
          CLUB | {"id": "x3"}], TARGET, 0, "Rien n’est à trouver"),
        ([CLUB | {"amount_target_keur": 0.01}], {"budget_min_keur": 0.01}, Decimal("0.01"),
         "Si la moitié seulement arrive"),
    ],
)  # fmt: skip
def test_what_is_to_find(levers, target, lost, words):
    document = document_of(*levers, shock="half_comes", target=target)
    assert effect_of(document).lost == lost
    assert said_of(document).headline.startswith(words)


# --- One post less -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fte", "after", "budget", "words"),
    [
        (4, 3, 210, "Avec un poste de moins : 3 ETP au lieu de 4 en 2029"),
        (1.5, Decimal("0.5"), 93, "Avec un poste de moins : 0,5 ETP au lieu de 1,5 en 2029"),
        (0.5, 0, 0, "Avec un poste de moins : 0 ETP au lieu de 0,5 en 2029"),
        (0, 0, 280, "Aucun salarié n’est prévu en 2029 : cette hypothèse ne change rien"),
        (None, None, 280, "L’équipe de 2029 n’est pas dite : un poste de moins ne se compte pas"),
    ],
)  # fmt: skip
def test_one_post_less(fte, after, budget, words):
    document = document_of(shock="one_post_less", target=TARGET | {"fte": fte})
    effect = effect_of(document)
    assert (effect.after.fte, effect.after.budget) == (after, budget)
    assert said_of(document).headline.replace(NB, " ") == words
    assert effect.missing is None


def test_what_a_post_costs_in_the_mean_is_not_to_be_found():
    levers = (REGION | {"amount_target_keur": 180}, CLUB | {"amount_target_keur": 100})
    said = said_of(document_of(*levers, shock="one_post_less"))
    assert [(change.label, change.before, change.after) for change in said.changes] == [
        ("Budget", f"280{NB}K€", f"210{NB}K€"),
        ("Reste à trouver", f"100{NB}K€", f"30{NB}K€"),
        ("Équipe", f"4{NB}ETP", f"3{NB}ETP"),
    ]
    assert said.advice[0] == f"Compté à 70{NB}K€ par ETP, ce que chacun représente dans le budget."


# --- The pace ----------------------------------------------------------------------------------------

PACES = [
    [{"target_value": 100, "baseline_value": 0}],
    [{"target_value": 200}],
    [{"target_value": 200, "target_max_value": 400, "deadline_year": 2028}],
    [{"target_value": 90, "per_year": True, "baseline_value": 50}],
    [{"target_value": 200}, {"target_value": 100, "deadline_year": 2027}],
    [{"target_value": 300}, {"target_value": 10, "deadline_year": 2026}],
]


@pytest.mark.parametrize("rows", PACES)
def test_the_pace_is_that_of_rule_r11(rows):
    """What the rule says of the same document, once the shock has come, is the pace after it."""
    values = [
        {"id": f"o{n}", "unit": "partenariats", "kind": "quantitative", **row}
        for n, row in enumerate(rows)
    ]
    objectives = {"rows": values}
    document = document_of(
        shock="one_post_less", now={"fte": 1}, target={"fte": 2}, objectives=objectives
    )
    effect = effect_of(document)
    for fte, pace in ((2, effect.plan.pace), (1, effect.after.pace)):
        planned = document_of(
            shock="one_post_less", now={"fte": 1}, target={"fte": fte}, objectives=objectives
        )
        said = [f.message for f in find_coherence(planned) if f.rule == "R11"]
        if pace <= Decimal("22.5"):
            assert said == []
        else:
            (message,) = said
            figure = re.search(r"environ ([\d,]+)", message)[1]
            assert Decimal(figure.replace(",", ".")) == pace


@pytest.mark.parametrize(
    ("now", "fte", "unit", "paces"),
    [
        (2, 4, "partenariats", (Decimal("10.0"), Decimal("12.0"))),
        (0, 1, "partenariats", (Decimal("60.0"), None)),  # volunteers only, then
        (0, 0, "partenariats", (None, None)),
        (None, 4, "partenariats", (None, None)),
        (2, 4, "% de partenariats", (None, None)),
        (2, 4, "entreprises", (None, None)),
    ],
)
def test_a_pace_needs_partnerships_and_a_team(now, fte, unit, paces):
    objectives = {"rows": [{"id": "o1", "unit": unit, "target_value": 90, "kind": "quantitative"}]}
    effect = effect_of(
        document_of(
            shock="one_post_less", now={"fte": now}, target={"fte": fte}, objectives=objectives
        )
    )
    assert (effect.plan.pace, effect.after.pace) == paces


# --- What it carried ---------------------------------------------------------------------------------

TIED: dict[str, Any] = {
    "objectives": {"rows": [{"id": f"o{n}", "statement": f"Objectif {n}"} for n in (1, 2, 3)]},
    "activities": {
        "rows": [
            {"id": "a1", "text": "Forum", "serves": ["o1", "o2"]},
            {"id": "a2", "text": "Club", "serves": ["o2"]},
            {"id": "a3", "text": "Bilan", "serves": ["o3"]},
            {"id": "a4", "text": "Note", "serves_none": True},
        ]
    },
    "alliances": {
        "rows": [
            {"id": "l1", "actor": "Conseil régional", "serves": ["x1", "a1", "a2"]},
            {"id": "l2", "actor": "CCI", "serves": ["a2", "x2"]},
        ]
    },
    "accompaniment_scope": {
        "rows": [{"step": "match", "handling": "with_partner", "alliance": "l1"}]
    },
}


def carried_by(document: DiagnosticDocument) -> dict[str, Any]:
    carried = effect_of(document).carried
    return {
        "allies": [item.title for item in carried.allies],
        "activities": [item.code for item in carried.activities],
        "steps": [item.title for item in carried.steps],
        "objectives": [item.code for item in carried.objectives],
        "unaided": {key.id for key in carried.unaided},
        "alone": {key.id for key in carried.alone},
    }


def test_what_a_lever_carried_is_what_its_allies_serve():
    assert carried_by(document_of(REGION, CLUB, shock="funder_leaves", **TIED)) == {
        "allies": ["Conseil régional"],
        "activities": ["A1", "A2"],
        "steps": ["Mettre en relation"],
        "objectives": ["O1", "O2"],
        "unaided": {"a1"},  # the second has the CCI
        "alone": {"o1", "o2"},  # no other activity serves them
    }


def test_what_half_puts_at_risk_is_what_the_levers_to_find_carried():
    club = CLUB | {"amount_target_keur": 10}
    assert carried_by(document_of(REGION, club, shock="half_comes", **TIED)) == {
        "allies": ["CCI"],
        "activities": ["A2"],
        "steps": [],
        "objectives": ["O2"],
        "unaided": set(),
        "alone": set(),  # the forum serves it too
    }


def test_what_a_post_carried_is_what_no_ally_serves():
    assert carried_by(document_of(REGION, CLUB, shock="one_post_less", **TIED)) == {
        "allies": [],
        "activities": ["A3", "A4"],
        "steps": [],
        "objectives": ["O3"],
        "unaided": set(),
        "alone": {"o3"},
    }


@pytest.mark.parametrize(
    ("shock", "allies", "advice"),
    [
        ("funder_leaves", [], "Aucun allié n’est relié à ce levier"),
        ("funder_leaves", [("Département", ["a1"])], "Aucun allié n’est relié à ce levier"),
        ("funder_leaves", [("Conseil régional", ["a1"])], "Reliez « Conseil régional » à ce levier"),
        ("funder_leaves", [("Conseil régional", ["x1"])], "Ces alliés ne sont reliés à aucune activité"),
        ("funder_leaves", [("Conseil régional", ["x1", "a1"])], ""),
        ("half_comes", [("Conseil régional", ["a1"])], "Aucun allié n’est relié à ce qui est à trouver"),
        ("half_comes", [("Conseil régional", ["x2", "a1"])], ""),
        ("one_post_less", [], ""),
        ("one_post_less", [("CCI", ["a1"])], "Chaque activité a un allié"),
    ],
)  # fmt: skip
def test_what_is_tied_to_nothing_is_told_usefully(shock, allies, advice):
    levers = (REGION | {"amount_target_keur": 20}, CLUB | {"amount_target_keur": 20})
    rows = [{"id": f"l{n}", "actor": a, "serves": s} for n, (a, s) in enumerate(allies)]
    activities = {"rows": [{"id": "a1", "text": "Forum"}]}
    document = document_of(*levers, shock=shock, activities=activities, alliances={"rows": rows})
    said = [one.replace(NB, " ") for one in said_of(document).advice if "Compté" not in one]
    assert [one[: len(advice)] for one in said] == ([advice] if advice else [])


def test_without_an_activity_nothing_is_tied_to_a_post():
    advice = said_of(document_of(shock="one_post_less")).advice[-1]
    assert advice.startswith("Aucune activité n’est dite")


def test_many_rows_are_told_by_their_codes():
    many = [{"id": f"a{n}", "text": f"Activité {n}"} for n in range(1, 5)]
    (few,) = said_of(document_of(shock="one_post_less", activities={"rows": many[:2]})).touched
    (more,) = said_of(document_of(shock="one_post_less", activities={"rows": many})).touched
    assert few.in_short == f"A1 «{NB}Activité 1{NB}» et A2 «{NB}Activité 2{NB}»"
    assert more.in_short == "A1, A2, A3 et A4"


def test_of_many_allies_the_first_are_named():
    rows = [{"id": f"l{n}", "actor": f"Allié {n}", "serves": ["x1"]} for n in range(1, 6)]
    document = document_of(REGION, shock="funder_leaves", alliances={"rows": rows})
    (allies,) = said_of(document).touched
    assert allies.in_short.replace(NB, " ") == "« Allié 1 », « Allié 2 », « Allié 3 » et 2 autres"


# --- What is printed adds up -------------------------------------------------------------------------

CHOSEN = [{"shock": s, **(c if "lever" not in c else {"lever": "x1"})} for s, c in BY_SHOCK.items()]


def figure_of(text: str) -> Decimal:
    """Read a figure as it is printed: « 1 250,5 K€ »."""
    plain = re.sub(r"[^\d,−]", "", text).replace(",", ".").replace("−", "-")
    return Decimal(plain)


@patient
@given(documents(), st.integers(0, 2))
def test_sums_printed_are_sums_counted(document, which):
    model = document.answers.economic_model or EconomicModel()
    values = model.model_dump(mode="json") | {"scenarios": [CHOSEN[which]]}
    answers = document.answers.model_copy(
        update={"economic_model": EconomicModel.model_validate(values)}
    )
    document = without_dangling_links(document.model_copy(update={"answers": answers}))
    for effect in study_scenarios(document):
        said = told(effect, document)
        changes = {c.label: (figure_of(c.before), figure_of(c.after)) for c in said.changes
                   if c.label in {"Budget", "Reste à trouver"}}  # fmt: skip
        if effect.missing and "Budget" in changes:
            before, after = changes["Budget"]
            assert (before, after) == (effect.plan.budget, effect.after.budget)
            printed = re.search(r"il manque (?:au moins )?([^K]+)K€", said.headline)[1]
            assert before - after == figure_of(printed) == effect.missing
        bridge = bridge_of(document.answers.economic_model)
        assert (bridge is None) == (effect.plan.to_find is None)
        if bridge is not None:
            to_the_cent = pytest.approx(max(bridge.to_find, 0), abs=0.0051)
            assert float(effect.plan.to_find) == to_the_cent
        for plan in (effect.plan, effect.after):
            assert plan.shares is None or sum(plan.shares.values()) == 100
            assert plan.budget is None or plan.budget >= 0
            assert plan.to_find is None or plan.to_find >= 0
            assert plan.fte is None or plan.fte >= 0


def test_plan_a_in_a_line():
    words = plan_in_words(demo_document("sorelle")).replace(NB, " ")
    assert words == (
        "280 K€ (milieu de 265 – 295 K€), dont 129 K€ à trouver · 4 ETP (70 K€ par ETP) · "
        "45 % public, 30 % privé, 25 % auto-financement · 10,3 partenariats par an et par ETP"
    )
    assert plan_in_words(load_document(empty_document())) == ""


def test_the_plan_after_a_shock_in_a_line():
    levers = (REGION | {"amount_target_keur": 40}, CLUB | {"amount_target_keur": 240})
    effect = effect_of(document_of(*levers, shock="funder_leaves"))
    assert after_in_words(effect).replace(NB, " ") == (
        "240 K€ de budget · 280 K€ à trouver · 3,4 ETP · 42 % public, 35 % privé, 23 % auto-financement"
    )
    assert after_in_words(effect_of(document_of(REGION, shock="funder_leaves"))) == ""


def test_shares_that_do_not_add_up_are_those_of_the_levers():
    levers = (REGION | {"amount_target_keur": 40}, CLUB | {"amount_target_keur": 80})
    target = {"budget_min_keur": 120, "public_pct": 80}
    effect = effect_of(document_of(*levers, shock="funder_leaves", target=target))
    assert (whole(effect.plan.shares), whole(effect.after.shares)) == ([33, 67, 0], [0, 100, 0])


# --- Stored ------------------------------------------------------------------------------------------


def test_a_document_that_says_nothing_of_it_has_no_key():
    model = EconomicModel.model_validate({"levers": [REGION]})
    assert "scenarios" not in model.model_dump(mode="json")
    assert [row.shock for row in model.scenarios] == list(Shock)
    assert EconomicModel().is_empty
    said = EconomicModel.model_validate(
        {"scenarios": [{"shock": "half_comes", "stop_first": "Le forum"}]}
    )
    assert [row["stop_first"] for row in said.model_dump(mode="json")["scenarios"]] == [
        "", "Le forum", "",
    ]  # fmt: skip
    assert not said.is_empty


@pytest.mark.parametrize("schema", [1, 2, 3, 4, 5])
def test_older_documents_are_read(schema):
    value = empty_document() | {"schema": schema}
    value["answers"] = {"economic_model": {"levers": [REGION]}}
    document = load_document(value)
    assert document.as_json()["schema"] == 5
    assert study_scenarios(document) == []


def test_each_shock_is_studied_in_its_own_way():
    rows = [{"shock": shock.value, "chosen": True, "lever": "x1"} for shock in Shock]
    model = EconomicModel.model_validate({"levers": [REGION], "scenarios": rows})
    assert [(row.chosen, row.lever) for row in model.scenarios] == [
        (False, "x1"), (True, None), (True, None),
    ]  # fmt: skip
    with pytest.raises(ValueError, match="donnée deux fois"):
        EconomicModel.model_validate({"scenarios": [rows[0], rows[0]]})


@pytest.mark.parametrize(("base_year", "kept"), [(2028, True), (2029, False)])
def test_the_next_diagnostic_keeps_the_shocks_while_its_aim_stands(base_year, kept):
    document = document_of(REGION, shock="funder_leaves")
    model = start_again(document, base_year=base_year).economic_model
    assert any(row.is_studied for row in model.scenarios) is kept
