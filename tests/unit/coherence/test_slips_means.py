"""S1–S7: a case that fires, one that just does not, one without the data."""

from __future__ import annotations

import pytest

from tests.coherence_cases import NB, NNB, budget, ftes, model, of_rule, shares

TEAM = {"fte": 2}
NO_TEAM = {"fte": 0}


def lever(*amounts: float | None, **fields: object) -> dict:
    names = ("amount_now_keur", "amount_target_keur", "amount_target_max_keur")
    return dict(zip(names, amounts, strict=False)) | fields


EUROS = f"Le budget s’écrit en milliers d’euros{NB}: vouliez-vous"
FRACTIONS = f"Les parts s’écrivent en pour cent{NB}: 33, et non 0,33."
VISED = f"est-ce bien ce que vous visez{NNB}?"
FIRES = [
    ("S1", model(budget(92_000) | TEAM), [(("now",),
        f"2026{NB}: 92{NNB}000{NB}K€, soit 92{NB}millions d’euros. {EUROS} 92{NB}K€{NNB}?")]),
    ("S1", model(budget(92_000) | TEAM, budget(150_000, 180_500) | TEAM), [(("now",),
        f"2026{NB}: 92{NNB}000{NB}K€, soit 92{NB}millions d’euros. {EUROS} 92{NB}K€{NNB}?"),
        (("target",), f"2029{NB}: 150{NNB}000{NB}–{NB}180{NNB}500{NB}K€, soit 150{NB}–{NB}180,5{NB}"
        f"millions d’euros. {EUROS} 150{NB}–{NB}180,5{NB}K€{NNB}?")]),
    ("S1", model(budget(1_500) | {"fte": 0.2}), [(("now",),
        f"2026{NB}: 1{NNB}500{NB}K€, soit 1,5{NB}million d’euros. {EUROS} 1,5{NB}K€{NNB}?")]),
    ("S1", model(None, budget(1_001) | NO_TEAM, (lever(None, 50.05), lever(10, None))), [(("target",),
        f"2029{NB}: 1{NNB}001{NB}K€, soit 1{NB}million d’euros. {EUROS} 1{NB}K€{NNB}?")]),
    ("S2", model(budget(174) | {"fte": 35}, budget(100) | {"fte": 20.1}), [
        (("now",), f"35{NB}ETP pour 174{NB}K€{NB}: l’équipe s’écrit en équivalents temps plein, ni en "
            "heures ni en pour cent."),
        (("target",), f"20,1{NB}ETP pour 100{NB}K€{NB}: l’équipe s’écrit en équivalents temps plein, "
            "ni en heures ni en pour cent.")]),
    ("S3", model(shares(0.33, 0.33, 0.34), shares(0.5, 0.5, 0.5)), [
        (("now",), FRACTIONS), (("target",), FRACTIONS)]),
    ("S4", model(budget(100, 200.1)), [(("now",),
        f"La fourchette va de 100 à 200,1{NB}K€, du simple à plus du double. Que retiendra le "
        f"trésorier{NNB}?")]),
    ("S5", model(None, budget(80, 120), (lever(0, 10), lever(0, 150.5, 200, text="Mécénat"))), [(
        ("x2",), f"Le levier «{NB}Mécénat{NB}» (150,5{NB}K€) dépasse à lui seul le budget cible "
        f"(100{NB}K€).")]),
    ("S6", model(budget(100), budget(401)), [(("now", "target"),
        f"Le budget est multiplié par 4{NB}: {VISED}")]),
    ("S6", model(budget(20) | TEAM, budget(90) | {"fte": 8}), [(("now", "target"),
        f"Le budget est multiplié par 4,5{NB}: {VISED}")]),
    ("S7", ftes(0.9, 3.9), [(("now", "target"), f"L’équipe passe de 0,9 à 3,9{NB}ETP{NB}: {VISED}")]),
]  # fmt: skip
SILENT = [
    ("S1", model(budget(10_000) | TEAM)),
    ("S1", model(budget(3_000) | TEAM)),
    ("S1", model(budget(1_000_000) | {"fte": 0.1})),
    ("S1", model(budget(1_000) | NO_TEAM, None, (lever(10),))),
    ("S1", model(budget(2_000) | NO_TEAM, None, (lever(10, 101),))),
    ("S2", model(budget(100) | {"fte": 20})),
    ("S2", model(budget(0) | {"fte": 20})),
    ("S3", model(shares(0.5, 0.5, 0.51))),
    ("S3", model(shares(0, 0, 0))),
    ("S4", model(budget(100, 200))),
    ("S4", model(budget(0, 200))),
    ("S5", model(None, budget(100), (lever(0, 150, 400),))),
    ("S6", model(budget(100), budget(400))),
    ("S6", model(budget(100) | TEAM, budget(500) | {"fte": 8.1})),
    ("S6", model(budget(0), budget(500))),
    ("S7", ftes(1, 4)),
    ("S7", ftes(0.5, 3.4)),
    ("S7", ftes(0, 4)),
    ("S7", model(budget(50) | TEAM, budget(201) | {"fte": 9})),
]
NO_DATA = [
    ("S1", model(budget(92_000))),
    ("S1", model(budget(92_000) | NO_TEAM)),
    ("S1", model(budget(92_000) | NO_TEAM, None, (lever(None, None), lever(0, -5)))),
    ("S2", model({"fte": 35})),
    ("S2", model(budget(100))),
    ("S3", model(shares(0.8, None, 0.2))),
    ("S4", model(budget(None, 200))),
    ("S5", model(None, None, (lever(0, 900),))),
    ("S5", model(None, budget(100), (lever(900),))),
    ("S6", model(None, budget(500))),
    ("S7", ftes(None, 9)),
]


@pytest.mark.parametrize(("rule", "answers", "expected"), FIRES)
def test_it_fires(rule, answers, expected):
    assert [(f.rows, f.message) for f in of_rule(rule, answers)] == expected


@pytest.mark.parametrize(("rule", "answers"), SILENT)
def test_it_just_does_not(rule, answers):
    assert of_rule(rule, answers) == []


@pytest.mark.parametrize(("rule", "answers"), NO_DATA)
def test_it_is_silent_without_its_data(rule, answers):
    assert of_rule(rule, answers) == []


# --- What mends them ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "answers", "label", "fields"),
    [
        ("S1", model(budget(92_000) | TEAM), f"Mettre 92{NB}K€",
            [("now-budget_min_keur", "92"), ("now-budget_max_keur", "92")]),
        ("S1", model({"budget_max_keur": 92_500} | TEAM), f"Mettre 92,5{NB}K€",
            [("now-budget_max_keur", "92,5")]),
        ("S1", model(None, budget(800_000, 1_000_000) | {"fte": 3}), f"Mettre 800{NB}–{NB}1{NNB}000{NB}K€",
            [("target-budget_min_keur", "800"), ("target-budget_max_keur", f"1{NNB}000")]),
        ("S3", model(None, shares(0.333, 0.333, 0.334)), f"Mettre 33,3{NB}–{NB}33,3{NB}–{NB}33,4{NB}%",
            [("target-public_pct", "33,3"), ("target-private_pct", "33,3"), ("target-self_pct", "33,4")]),
    ],
)  # fmt: skip
def test_one_click_mends_it(rule, answers, label, fields):
    (finding,) = of_rule(rule, answers)
    assert finding.correction is not None
    assert finding.correction.label == label
    assert list(finding.correction.fields) == fields


def test_no_click_is_offered_that_the_field_would_refuse():
    (finding,) = of_rule("S3", model(shares(1.1, 0.2, 0.2)))
    assert finding.correction is None
