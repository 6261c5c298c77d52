"""One cause, one finding: what a slip or a rule makes silent, and that it speaks without it."""

from __future__ import annotations

import pytest

from tests.coherence_cases import (
    Answers,
    activities,
    alliances,
    being,
    budget,
    card,
    missions,
    model,
    objectives,
    of_rule,
    positions,
    roles,
    scope,
    shares,
    target,
    told,
)


def lever(now: float | None, then: float | None, **fields: object) -> dict:
    return {"amount_now_keur": now, "amount_target_keur": then} | fields


TO_MOBILISE = {"state": "to_mobilise"}
CLEAN = shares(60, 20, 20)
BUSINESS = {"actor_type": "business_networks", "circle": 1}
APPROACH = {"relation": "to_approach", "horizon_year": 2035, "purpose": "Orienter"}


def late(*years: int) -> Answers:
    return objectives(*({"deadline_year": year, "statement": f"But {year}"} for year in years))


# The cause, what it silences, answers with both, and the same without the cause.
PAIRS = {
    "S1 the budget, R24": ("S1", "R24", model(budget(92_000) | {"fte": 2}),
        model(budget(1_000) | {"fte": 2})),
    "S1 the budget, S4": ("S1", "S4", model(budget(92_000, 300_000) | {"fte": 2}),
        model(budget(92, 300) | {"fte": 2})),
    "S1 the budget, S5": ("S1", "S5", model(None, budget(92_000) | {"fte": 2}, (lever(0, 200_000),)),
        model(None, budget(92) | {"fte": 2}, (lever(0, 200),))),
    "S1 the budget, S6": ("S1", "S6", model(budget(100), budget(92_000) | {"fte": 2}),
        model(budget(20), budget(92) | {"fte": 2})),
    "S1 the budget, R20": ("S1", "R20", model(budget(100), budget(92_000) | {"fte": 2}),
        model(budget(60), budget(92) | {"fte": 2})),
    "S2 the team, R26": ("S2", "R26", model(budget(100) | {"fte": 2}, budget(100) | {"fte": 70}),
        model(budget(100) | {"fte": 2}, budget(100) | {"fte": 3})),
    "S2 the team, S7": ("S2", "S7", model(budget(100) | {"fte": 2}, budget(100) | {"fte": 70}),
        model(budget(100) | {"fte": 2}, budget(100) | {"fte": 9})),
    "S2 the team, S6": ("S2", "S6", model(budget(50) | {"fte": 1}, budget(250) | {"fte": 9_100}),
        model(budget(50) | {"fte": 1}, budget(250) | {"fte": 2})),
    "S1 the budget, S7": ("S1", "S7", model(budget(50) | {"fte": 1}, budget(250_000) | {"fte": 5}),
        model(budget(50) | {"fte": 1}, budget(200) | {"fte": 5})),
    "S2 the team, R24": ("S2", "R24", model(budget(100) | {"fte": 35}), model(budget(100) | {"fte": 10})),
    "S3 the shares, R19": ("S3", "R19", model(shares(0.4, 0.3, 0.3)), model(shares(40, 30, 28))),
    "S3 the shares, M1": ("S3", "M1", model(budget(100) | shares(0.9, 0.1, 0), None,
        (lever(100, 0, family="self"),)), model(budget(100) | shares(90, 10, 0), None,
        (lever(100, 0, family="self"),))),
    "S4, R24": ("S4", "R24", model(budget(100, 400) | {"fte": 1}), model(budget(200, 300) | {"fte": 1})),
    "S4, S6": ("S4", "S6", model(budget(10), budget(50, 110)), model(budget(10), budget(60, 110))),
    "S5, R25": ("S5", "R25", model(None, budget(100), (lever(0, 151),)),
        model(None, budget(100), (lever(0, 150),))),
    "S5, M4": ("S5", "M4", model(None, budget(100), (lever(0, 151, **TO_MOBILISE),)),
        model(None, budget(100), (lever(0, 150, **TO_MOBILISE),))),
    "S6, M4": ("S6", "M4", model(budget(20), budget(100), (lever(0, 90, **TO_MOBILISE),)),
        model(budget(25), budget(100), (lever(0, 90, **TO_MOBILISE),))),
    "S11, S10": ("S11", "S10", objectives(target(50, statement="Réunir 20 clubs et 30 élus")),
        objectives(target(50, statement="Réunir 20 clubs puis 30 élus"))),
    "S10, S8": ("S10", "S8", objectives(target(50, statement="Réunir 20 clubs", baseline_value=60)),
        objectives(target(50, statement="Réunir 50 clubs", baseline_value=60))),
    "S12, R07": ("S12", "R07", late(2035, 2036), late(2035, 2027)),
    "S12, S14": ("S12", "S14", late(2035, 2036) | alliances(APPROACH), late(2035) | alliances(APPROACH)),
    "S12, S14 of an activity": ("S12", "S14",
        late(2035, 2036) | activities({"state": "to_create", "start_year": 2035}),
        late(2035) | activities({"state": "to_create", "start_year": 2035})),
    "S12, S16": ("S12", "S16", late(2035, 2036) | card(title="2033-2036"), late(2035) | card(title="2033-2036")),
    "S12, the period of S13": ("S12", "S13", late(2035, 2036) | card(board_date="2035-06-18"),
        late(2035) | card(board_date="2035-06-18")),
    "R10, C1": ("R10", "C1", objectives(target(100)) | missions("raise_awareness") | scope(follow_up="self"),
        objectives(target(100, "%")) | missions("raise_awareness") | scope(follow_up="self")),
    "R10, C5 of its objectives": ("R10", "C5",
        objectives(target(100), {}) | activities({"mission": "analyse_share", "serves": ["o2"]}),
        objectives(target(100), {}) | activities({"mission": "support_partnerships", "serves": ["o2"]})),
    "R22, C3": ("R22", "C3", objectives(target(9, "entreprises")) | alliances({})
        | model(None, {"private_pct": 10}), objectives(target(9, "entreprises")) | alliances({})
        | model(None, {"private_pct": 9})),
    "R29 on networks of companies, C3": ("R29", "C3",
        objectives(target(9, "entreprises")) | alliances({}) | positions(BUSINESS),
        objectives(target(9, "entreprises")) | alliances({}) | positions(BUSINESS | {"circle": 2})),
}  # fmt: skip


@pytest.mark.parametrize(("cause", "silenced", "both", "apart"), PAIRS.values(), ids=PAIRS)
def test_a_cause_silences_what_follows_from_it(cause, silenced, both, apart):
    assert (len(of_rule(cause, both)), len(of_rule(silenced, both))) == (1, 0)
    assert (len(of_rule(cause, apart)), len(of_rule(silenced, apart))) == (0, 1)


@pytest.mark.parametrize(
    "answers",
    [
        objectives(target(100)) | missions("raise_awareness"),  # R10
        missions("raise_awareness") | scope(follow_up="self"),  # C1
    ],
)
def test_accompanying_is_asked_once(answers):
    asked = [rows for rule, rows in told(answers) if rule == "R09"]
    assert asked == [("connect_networks",), ("analyse_share",)]


def test_a_column_is_unknown_by_itself():
    """The other column keeps its figures."""
    both = budget(92_000) | {"fte": 2} | CLEAN
    (finding,) = of_rule("R24", model(both, budget(500) | {"fte": 2}))
    assert finding.rows == ("target",)


def test_a_wide_range_silences_its_own_column_only():
    (finding,) = of_rule("R24", model(budget(100, 400) | {"fte": 1}, budget(200) | {"fte": 1}))
    assert finding.rows == ("target",)


def test_one_statement_silences_nothing_of_another():
    several = target(50, statement="Réunir 20 clubs et 30 élus")
    other = target(50, statement="Former 80 bénévoles", baseline_value=60)
    answers = objectives(several, other)
    assert [entry for entry in told(answers) if entry[0].startswith("S")] == [
        ("S10", ("o2",)),
        ("S11", ("o1",)),
    ]


def test_out_of_role_speaks_beside_a_promise():
    answers = objectives(target(100)) | activities(out_of_scope=("support_partnerships",))
    found = of_rule("C1", answers | scope(follow_up="self"))
    assert [f.severity for f in found] == ["attention"]
    assert len(of_rule("R10", answers | scope(follow_up="self"))) == 1


def test_a_board_that_is_past_is_told_though_the_period_is_another():
    answers = late(2035, 2036) | card(board_date="2021-06-18")
    (finding,) = of_rule("S13", answers)
    assert "est passé" in finding.message


def test_other_first_circles_do_not_silence_the_way_to_companies():
    close = positions({"actor_type": "local_authorities", "circle": 1}, BUSINESS | {"circle": 2})
    answers = objectives(target(9, "entreprises")) | alliances({}) | close
    assert len(of_rule("R29", answers)) == len(of_rule("C3", answers)) == 1


def test_a_role_is_asked_for_its_objective():
    answers = roles("network", "scout") | objectives({"serves": ["r1"]})
    assert ("C6", ("r2",)) in told(answers)
    assert ("C6", ("r2",)) in told(answers | being("foundation"))
