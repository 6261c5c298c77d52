"""R19–R28: a case that fires, one that just does not, one without the data."""

from __future__ import annotations

import pytest

from tests.coherence_cases import (
    NB,
    NNB,
    alliances,
    budget,
    ftes,
    model,
    of_rule,
    organisation,
    shares,
)

TO_MOBILISE = {"family": "private", "state": "to_mobilise"}
SECURED = {"family": "private", "state": "secured"}
PAY = {"text": "Participation financière des entreprises pour leur accompagnement"}
TRUST = (
    f"Les entreprises financent une part de l’accompagnement{NB}: comment restez-vous un tiers de "
    f"confiance{NNB}?"
)


def amounts(*values: float | None) -> tuple[dict, ...]:
    return tuple({"family": "public", "amount_target_keur": value} for value in values)


FIRES = [
    ("R19", model(shares(80, 8, 10), shares(60, 30, 11.5)), [
        (("now",), f"2026 (N){NB}: la répartition totalise 98{NB}%."),
        (("target",), f"2029 (N+3){NB}: la répartition totalise 101,5{NB}%.")]),
    ("R20", model(budget(100), budget(120, 140)), [((),
        f"Le budget passe de 100 à 130{NB}K€ sans levier nouveau.")]),
    ("R20", model(budget(3), budget(3.9), (SECURED,)), [((),
        f"Le budget passe de 3 à 3,9{NB}K€ sans levier nouveau.")]),
    ("R20", model(budget(0), budget(10)), [((),
        f"Le budget passe de 0 à 10{NB}K€ sans levier nouveau.")]),
    ("R21", model(shares(80, 8, 12), shares(35, 18, 22.5), (SECURED,)), [
        (("private",), f"La part des ressources privées gagne 10{NB}points (de 8 à 18{NB}%){NB}: "
            f"quel levier{NNB}?"),
        (("self",), f"La part de l’auto-financement gagne 10,5{NB}points (de 12 à 22,5{NB}%){NB}: "
            f"quel levier{NNB}?")]),
    ("R21", model(shares(35.3, None, None), shares(45.3, None, None), (TO_MOBILISE,)), [
        (("public",), f"La part des ressources publiques gagne 10{NB}points (de 35,3 à "
            f"45,3{NB}%){NB}: quel levier{NNB}?")]),
    ("R22", model(None, {"private_pct": 10}) | alliances({}), [((),
        f"Vous comptez sur 10{NB}% de ressources privées sans réseau d’entreprises dans vos "
        "alliances.")]),
    ("R23", model(None, {"public_pct": 80}), [((),
        f"En 2029, 80{NB}% du budget reste public. Quel est votre plan si un financeur se "
        f"retire{NNB}?")]),
    ("R24", model(budget(150) | {"fte": 1}, budget(39.9) | {"fte": 1}), [
        (("now",), f"2026 (N){NB}: 150{NB}K€ par ETP. Vérifiez le budget ou l’équipe."),
        (("target",), f"2029 (N+3){NB}: 39,9{NB}K€ par ETP. Vérifiez le budget ou l’équipe.")]),
    ("R25", model(None, budget(100), amounts(50, None, 30)), [(("x1", "x3"),
        f"Les leviers chiffrés couvrent 80{NB}% du budget cible (80 sur 100{NB}K€).")]),
    ("R25", model(None, budget(90, 110), amounts(111)), [(("x1",),
        f"Les leviers chiffrés couvrent 111{NB}% du budget cible (111 sur 100{NB}K€).")]),
    ("R26", ftes(2, 2.25), [((),
        f"L’équipe passe de 2 à 2,25{NB}ETP{NB}: comment s’organise-t-elle{NNB}?")]),
    ("R26", ftes(2, 3) | organisation(governance="Quatre collèges"), [((),
        f"L’équipe passe de 2 à 3{NB}ETP{NB}: comment s’organise-t-elle{NNB}?")]),
    ("R27", model(None, {"private_pct": 25}) | organisation(governance_forms=["colleges"]), [((),
        f"Quelle place pour les entreprises contributrices dans la gouvernance{NNB}? Elles "
        f"apporteraient 25{NB}% du budget en 2029.")]),
    ("R28", model(levers=(TO_MOBILISE, PAY)), [(("x2",), TRUST)]),
    ("R28", model(levers=({"text": "participation d’entreprises : 12 × 2 000 €"},
        {"text": "PARTICIPATION DES ENTREPRISES"})), [(("x2",), TRUST)]),
]  # fmt: skip
SILENT = [
    ("R19", model(shares(80, 8, 11), shares(33, 33, 33))),
    ("R19", model(shares(33.4, 33.4, 34.2), shares(33.3, 33.3, 33.3))),
    ("R20", model(budget(100), budget(129.9))),
    ("R20", model(budget(100), budget(200), (TO_MOBILISE,))),
    ("R20", model(budget(0), budget(0))),
    ("R21", model(shares(80, 8, 12), shares(70, 17.9, 12.1))),
    ("R21", model({"private_pct": 8}, {"private_pct": 30}, (TO_MOBILISE,))),
    ("R22", model(None, {"private_pct": 9.9}) | alliances({})),
    ("R22", model(None, {"private_pct": 30}) | alliances({"family": "business_networks"})),
    ("R23", model(None, {"public_pct": 79.9})),
    ("R23", model({"public_pct": 100}, {"public_pct": 50})),
    ("R24", model(budget(40) | {"fte": 1}, budget(220) | {"fte": 2})),
    ("R25", model(None, budget(100), amounts(90))),
    ("R25", model(None, budget(100), amounts(60, 50))),
    ("R26", ftes(2, 2)),
    ("R26", ftes(2, 3) | organisation(organisation="Deux pôles")),
    ("R27", model(None, {"private_pct": 24.9})),
    ("R27", model(None, {"private_pct": 30}) | organisation(governance="Quatre collèges")),
    ("R28", model(levers=(PAY,)) | organisation(governance="Charte de déontologie")),
    ("R28", model(levers=({"text": "Mécénat des entreprises"},))),
]
NO_DATA = [
    ("R19", model(shares(80, None, 30))),
    ("R19", {}),
    ("R20", model(budget(100), None)),
    ("R20", model(None, budget(100))),
    ("R21", model({"private_pct": 8}, None)),
    ("R21", model(None, {"private_pct": 30})),
    ("R22", model(None, {"private_pct": 30})),
    ("R22", alliances({})),
    ("R23", model({"public_pct": 100}, None)),
    ("R24", model(budget(500), {"fte": 1})),
    ("R24", model(budget(500) | {"fte": 0})),
    ("R25", model(None, None, amounts(10))),
    ("R25", model(None, budget(100), amounts(None))),
    ("R25", model(None, budget(0), amounts(10))),
    ("R26", ftes(2, None)),
    ("R26", ftes(None, 2)),
    ("R27", model({"private_pct": 40}, None)),
    ("R28", organisation(organisation="Deux pôles")),
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


def test_the_target_column_bears_the_name_of_the_horizon():
    answers = model(None, shares(50, 50, 50))
    (finding,) = of_rule("R19", answers, horizon=5)
    assert finding.message == f"2031 (N+5){NB}: la répartition totalise 150{NB}%."
