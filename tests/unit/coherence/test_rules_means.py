"""R19–R28: a case that fires, one that just does not, one without the data."""

from __future__ import annotations

import pytest

from tests.coherence_cases import (
    NB,
    NNB,
    alliances,
    being,
    budget,
    ftes,
    model,
    of_rule,
    organisation,
    shares,
)

TO_MOBILISE = {"family": "private", "state": "to_mobilise"}
SECURED = {"family": "private", "state": "secured"}
RENEW = {"family": "private", "state": "to_renew"}
PAY = {
    "family": "private",
    "text": "Participation financière des entreprises pour leur accompagnement",
}
TRUST = (
    f"Les entreprises financent une part de l’accompagnement{NB}: comment restez-vous un tiers de "
    f"confiance{NNB}?"
)


def brings(value: float) -> dict:
    return {"amount_target_keur": value}


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
    ("R20", model(budget(100), budget(200, 300), (SECURED | brings(100), RENEW | brings(79))), [((),
        f"Le budget passe de 100 à 250{NB}K€ sans levier nouveau.")]),
    ("R21", model(shares(80, 8, 12), shares(35, 18, 22.5), (SECURED,)), [
        (("private",), f"La part privée gagne 10{NB}points{NB}: quel levier{NNB}?"),
        (("self",), f"La part d’auto-financement gagne 10,5{NB}points{NB}: quel levier{NNB}?")]),
    ("R21", model(shares(35.3, None, None), shares(45.3, None, None), (TO_MOBILISE,)), [
        (("public",), f"La part publique gagne 10{NB}points{NB}: quel levier{NNB}?")]),
    ("R22", model(None, {"private_pct": 10}) | alliances({"actor": "Chambre d’agriculture"}, {}), [((),
        f"Vous comptez sur 10{NB}% de ressources privées{NB}: quel réseau d’entreprises vous y "
        f"aidera{NNB}?")]),
    ("R23", model(None, {"public_pct": 80}), [((),
        f"En 2029, 80{NB}% du budget reste public. Quel est votre plan si un financeur se "
        f"retire{NNB}?")]),
    ("R24", model(budget(150) | {"fte": 1}, budget(39.9) | {"fte": 1}), [(("now", "target"),
        f"2026 (N){NB}: 150{NB}K€ par ETP{NNB}; 2029 (N+3){NB}: 39,9{NB}K€ par ETP. Qu’est-ce qui "
        f"l’explique{NNB}?")]),
    ("R24", model(budget(110) | {"fte": 1}, budget(111) | {"fte": 1}), [(("target",),
        f"2029 (N+3){NB}: 111{NB}K€ par ETP. Qu’est-ce qui l’explique{NNB}?")]),
    ("R25", model(None, budget(100, 120), amounts(50, None, 30)), [(("x1", "x3"),
        f"Les leviers chiffrés couvrent 80{NB}% du budget cible.")]),
    ("R25", model(None, budget(90, 100), amounts(111)), [(("x1",),
        f"Les leviers chiffrés couvrent 111{NB}% du budget cible.")]),
    ("R25", model(None, budget(90, 100), ({"amount_target_keur": 111, "amount_target_max_keur": 150},)),
        [(("x1",), f"Les leviers chiffrés couvrent 111{NB}% du budget cible.")]),
    ("R26", ftes(2, 2.5), [((),
        f"L’équipe passe de 2 à 2,5{NB}ETP{NB}: comment s’organise-t-elle{NNB}?")]),
    ("R26", ftes(2, 3) | organisation(governance="Quatre collèges"), [((),
        f"L’équipe passe de 2 à 3{NB}ETP{NB}: comment s’organise-t-elle{NNB}?")]),
    ("R27", model(None, {"private_pct": 25}) | organisation(governance_forms=["colleges"]), [((),
        f"Quelle place pour les entreprises contributrices dans la gouvernance{NNB}?")]),
    ("R28", model(levers=(TO_MOBILISE, PAY)), [(("x2",), TRUST)]),
    ("R28", model(levers=(PAY | {"text": "Contribution à l’accompagnement"},
        PAY | {"text": "ENTREPRISES ACCOMPAGNÉES : 12 × 2 000 €"})), [(("x1", "x2"), TRUST)]),
]  # fmt: skip
SILENT = [
    ("R19", model(shares(80, 8, 11), shares(33, 33, 33))),
    ("R19", model(shares(33.4, 33.4, 34.2), shares(33.3, 33.3, 33.3))),
    ("R20", model(budget(100), budget(129.9))),
    ("R20", model(budget(100), budget(200), (TO_MOBILISE,))),
    ("R20", model(budget(100), budget(200, 300), (SECURED | brings(100), RENEW | brings(80)))),
    ("R20", model(budget(0), budget(0))),
    ("R21", model(shares(80, 8, 12), shares(70, 17.9, 12.1))),
    ("R21", model({"private_pct": 8}, {"private_pct": 30}, (TO_MOBILISE,))),
    ("R22", model(None, {"private_pct": 9.9}) | alliances({})),
    ("R22", model(None, {"private_pct": 30}) | alliances({"family": "business_networks"})),
    ("R22", model(None, {"private_pct": 30}) | alliances({"actor": "CCI territoriale"})),
    ("R22", model(None, {"private_pct": 30}) | alliances({"actor": "Chambre de métiers"})),
    ("R22", model(None, {"private_pct": 30}) | alliances({}) | being("chamber")),
    ("R22", model(None, {"private_pct": 30}) | alliances({}) | being("business_network")),
    ("R23", model(None, {"public_pct": 79.9})),
    ("R23", model(None, {"public_pct": 100}) | being("local_authority")),
    ("R23", model({"public_pct": 100}, {"public_pct": 50})),
    ("R24", model(budget(40) | {"fte": 1}, budget(220) | {"fte": 2})),
    ("R24", model(budget(150) | {"fte": 1}) | being("foundation")),
    ("R25", model(None, budget(100, 200), amounts(90))),
    ("R25", model(None, budget(50, 100), amounts(60, 50))),
    ("R25", model(None, budget(100), ({"amount_target_keur": 60, "amount_target_max_keur": 90},))),
    ("R26", ftes(2, 2.4)),
    ("R26", ftes(2, 3) | organisation(organisation="Deux pôles")),
    ("R27", model(None, {"private_pct": 24.9})),
    ("R27", model(None, {"private_pct": 30}) | organisation(governance="Quatre collèges")),
    ("R27", model(None, {"private_pct": 30}) | being("chamber")),
    ("R27", model(None, {"private_pct": 30}) | being("business_network")),
    ("R28", model(levers=(PAY,)) | organisation(governance="Charte de déontologie")),
    ("R28", model(levers=(PAY | {"text": "Participation des entreprises"},))),
    ("R28", model(levers=(PAY | {"text": "Adhésions : accompagnement des entreprises du club"},))),
    ("R28", model(levers=(PAY | {"family": "self"},))),
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
