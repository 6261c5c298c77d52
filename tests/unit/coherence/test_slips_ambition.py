"""S8–S16: a case that fires, one that just does not, one without the data."""

from __future__ import annotations

import pytest

from diagnostics.domain.vocabulary import StepKey
from tests.coherence_cases import (
    NB,
    NNB,
    activities,
    alliances,
    being,
    card,
    model,
    objectives,
    of_rule,
    positions,
    roles,
    target,
    vision,
)


def says(statement: str, value: float | None, unit: str = "jours", **fields: object) -> dict:
    return target(value, unit, statement=statement, **fields)


def objective(statement: str, value: float | None, unit: str = "jours", **fields: object) -> dict:
    return objectives(says(statement, value, unit, **fields))


def from_to(statement: str, before: float, after: float, **fields: object) -> dict:
    return objective(statement, after, baseline_value=before, **fields)


def fall(told: str, before: float | str) -> list:
    return [(("o1",), f"La cible ({told}) est inférieure à la valeur actuelle ({before}). Est-ce une "
        f"baisse voulue{NNB}?")]  # fmt: skip


def other_number(said: object, told: object) -> list:
    return [(("o1",), f"L’énoncé dit {said}, la cible dit {told}.")]


def several(statement: str) -> list:
    return [(("o1",), f"«{NB}{statement}{NB}» réunit plusieurs cibles{NB}: une ligne par cible se "
        "suivra mieux.")]  # fmt: skip


def dated(*years: int | None) -> dict:
    return objectives(*({"deadline_year": year, "statement": f"But {year}"} for year in years))


def alike(noun: str, name: str, *rows: str, number: str = "Deux") -> tuple:
    return rows, f"{number} {noun} portent le même nom{NB}: «{NB}{name}{NB}»."


CREATE, HAVE = {"state": "to_create"}, {"state": "existing"}
APPROACH = {"relation": "to_approach", "actor": "CJD"}
OUT = f"2 échéances sortent de 2026–2029{NB}: l’année N ou l’horizon sont-ils les bons{NNB}?"
LOCAL = {"actor_type": "local_authorities", "circle": 1}
FIRES = [
    ("S8", from_to("Délai de réponse", 40, 20), fall("20", 40)),
    ("S8", from_to("Au moins répondre, ou du moins écrire", 1_200, 0), fall("0", f"1{NNB}200")),
    ("S8", from_to("De 20 à 40 jours", 40, 20), fall("20", 40)),
    ("S8", from_to("Délai", 40, 20, target_max_value=30), fall("20 à 30", 40)),
    ("S8", from_to("Adhérents", 40, 20, kind=None), fall("20", 40)),
    ("S8", from_to("Délai de réponse", 40, 40), [(("o1",),
        f"La cible est la valeur actuelle (40){NB}: qu’est-ce qui doit changer{NNB}?")]),
    ("S8", from_to("Adhésions", 40, 20, unit="%", target_at_least=True), fall(f"au moins 20{NB}%", f"40{NB}%")),
    ("S9", objective("Évaluer", 150, "% des partenariats"), [(("o1",), f"150{NB}%, est-ce une part{NNB}?")]),
    ("S9", objective("Évaluer", 80, "Pour cent", target_max_value=100.5), [(("o1",),
        f"100,5{NB}%, est-ce une part{NNB}?")]),
    ("S10", objective("Initier 200 partenariats", 20, "partenariats"), other_number(200, 20)),
    ("S10", objective(f"Initier 1{NNB}200 ou 300 partenariats", 20), other_number(f"1{NNB}200", 20)),
    ("S10", objective("Passer de 40 à 90", 100, baseline_value=40), other_number(90, 100)),
    ("S10", objective("Tenir 12 rencontres", 15, target_max_value=20), other_number(12, "15 à 20")),
    ("S11", objective("200 associations, 200 entreprises", 200), several("200 associations, 200 entreprises")),
    ("S11", objective("Réunir 120 associations et 80 élus", 120), several("Réunir 120 associations et 80 élus")),
    ("S11", objectives({"kind": "qualitative", "statement": "Aider 20 clubs et d'10 réseaux"}),
        several("Aider 20 clubs et d’10 réseaux")),
    ("S12", dated(2023, 2031, 2027), [(("o1", "o2"), OUT)]),
    ("S12", dated(2023, 2031), [(("o1", "o2"), OUT)]),
    ("S13", card(board_date="2026-06-18"), [((),
        f"Le conseil du 18{NB}juin{NB}2026 est passé{NB}: quelle est la prochaine séance{NNB}?")]),
    ("S13", card(board_date="2024-12-31", state="adopted"), [((),
        f"Le conseil du 31{NB}décembre{NB}2024 sort de 2026–2029.")]),
    ("S13", card(board_date="2030-01-01", state="changes_requested"), [((),
        f"Le conseil du 1er{NB}janvier{NB}2030 sort de 2026–2029.")]),
    ("S13", card(board_date="2026-12-18", workshops=[{"date": "2026-12-01"}, {"date": "2027-01-05"}]), [((),
        f"Un atelier (5{NB}janvier{NB}2027) suit le conseil du 18{NB}décembre{NB}2026.")]),
    ("S14", activities(CREATE | {"start_year": 2024, "text": "Club"}, HAVE | {"start_year": 2027, "text": "Café"},
        CREATE | {"start_year": 2030, "text": "Lettre"}), [
        (("a1",), f"«{NB}Club{NB}»{NB}: démarrage 2024, alors qu’elle est «{NB}à créer{NB}»."),
        (("a2",), f"«{NB}Café{NB}»{NB}: démarrage 2027, alors qu’elle est «{NB}existante{NB}»."),
        (("a3",), f"«{NB}Lettre{NB}»{NB}: démarrage 2030, hors de 2026–2029.")]),
    ("S14", alliances(APPROACH | {"horizon_year": 2024}, APPROACH | {"horizon_year": 2030, "actor": ""}), [
        (("l1",), f"«{NB}CJD{NB}»{NB}: échéance 2024, hors de 2026–2029."),
        (("l2",), f"L’acteur{NB}2{NB}: échéance 2030, hors de 2026–2029.")]),
    ("S15", vision("Une dynamique collective", "Autre chose", "Dynamique collective"),
        [alike("énoncés", "Une dynamique collective", "v1", "v3")]),
    ("S15", roles("network", "scout", "network"), [alike("rôles", "Être un acteur de réseaux", "r1", "r3")]),
    ("S15", objectives(*[{"statement": "Évaluer l’impact", "unit": "%"}] * 3, {"statement": "Impact évalué"},
        {"statement": "EVALUER impact", "unit": "partenariats"}),
        [alike("objectifs", "Évaluer l’impact", "o1", "o2", "o3", number="Trois")]),
    ("S15", activities(*[{"text": "Le café", "mission": "raise_awareness"}, {"text": "Café"}] * 2),
        [alike("activités", "Le café", "a1", "a3"), alike("activités", "Café", "a2", "a4")]),
    ("S15", model(levers=({"text": "Mécénat", "family": "private"}, {"text": "mécénat", "family": "private"})),
        [alike("leviers", "Mécénat", "x1", "x2")]),
    ("S15", alliances({"actor": "CRESS Bretagne"}, {"actor": "CRESS de Bretagne"}),
        [alike("alliés", "CRESS Bretagne", "l1", "l2")]),
    ("S15", positions(LOCAL, LOCAL | {"circle": 2}), [alike("acteurs", "Collectivités territoriales", "p1", "p2")]),
    ("S16", card(title="Ambition 2025-2029"), [((), "Le titre dit 2025–2029, le diagnostic 2026–2029.")]),
    ("S16", card(title="2029 à 2026"), [((), "Le titre dit 2029–2026, le diagnostic 2026–2029.")]),
]  # fmt: skip
OTHER = {"actor_type": "other", "circle": 1, "label": "Lycée"}
SILENT = [
    *[("S8", from_to(statement, 40, 20)) for statement in (
        "Réduire le délai", "Une réduction du délai", "Se recentrer", "Diminuer", "Une baisse", "Abaisser",
        "Limiter", "Ramener le délai", "Alléger", "Resserrer", "Supprimer", "Aucun retard", "Aucune attente",
        "Zéro attente", "Moins d’attente", "Répondre en moins de temps, au moins", "De 40 à 20 jours",
        "Délai : 40 jours, puis 20")],
    *[("S8", from_to(statement, 40, 40)) for statement in (
        "Maintenir", "Le maintien", "Garder", "Conserver", "Stabiliser", "Pérenniser", "Préserver", "Consolider")],
    ("S8", from_to("Délai", 40, 30, target_max_value=50)),
    ("S8", from_to("Délai", 40, 40, target_max_value=50)),
    ("S8", from_to("Adhérents", 40, 41)),
    ("S8", from_to("Délai", 40, 20, kind="qualitative")),
    ("S9", objective("Évaluer", 100, "%")),
    ("S9", objective("Évaluer", 150, "points de %")),
    ("S9", objective("Évaluer", 150, "%", kind="qualitative")),
    ("S10", objective("Initier 200 partenariats", 200)),
    ("S10", objective("De 40 à 90", 90, baseline_value=40)),
    ("S10", objective("Accueillir 50 associations de plus", 90, baseline_value=40)),
    ("S10", objective("Partir de 40", 90, baseline_value=40)),
    ("S10", objective("Entre 15 et 20 rencontres", 15, target_max_value=20)),
    ("S10", objective("Au plus 20 rencontres", 15, target_max_value=20)),
    ("S10", objective("Lever 12,5K€ de cotisations", 15, "K€")),
    ("S10", objective("Porter les recettes à 10 500K€", 15, "K€")),
    ("S11", objective("Réunir 40 clubs, 12 000h de bénévolat", 40, "clubs")),
    ("S10", objective("Tenir 4 rencontres", 15)),
    ("S10", objective("Tenir 12 rencontres", 15, kind="qualitative")),
    ("S10", objective("Agir sur l’ODD 17, l’axe 12 et la loi 1901 d’ici 2029, au 10e étage", 15)),
    ("S10", objective("Suivre à 6 et 12 mois, dans les 30 jours, 50 % des partenariats", 15, "partenariats")),
    ("S11", objective("Entre 15 et 20 rencontres", 15)),
    ("S11", objective("200 associations, 9 entreprises", 200)),
    ("S11", objective("200 associations pour 200 entreprises", 200)),
    ("S11", objective("200 associations (3 par canton), dont 20 et 5 et 20", 200)),
    ("S11", objective("20 partenariats, 50 % évalués", 20, "partenariats")),
    ("S12", dated(2023, 2031, 2027, 2028)),
    ("S12", dated(2023, 2027)),
    ("S13", card(board_date="2026-11-29")),
    ("S13", card(board_date="2026-06-18", state="submitted", workshops=[{"date": "2026-07-01"}])),
    ("S13", card(board_date="2025-01-01", state="adopted")),
    ("S13", card(board_date="2026-12-18", workshops=[{"date": "2026-12-18"}, {"date": None}])),
    ("S14", activities(CREATE | {"start_year": 2025}, HAVE | {"start_year": 2026}, {"start_year": 2040})),
    ("S14", activities({"state": "to_strengthen", "start_year": 2040})),
    ("S14", alliances(APPROACH | {"horizon_year": 2025}, {"horizon_year": 2040})),
    ("S15", objectives({"statement": "Évaluer", "unit": "%"}, {"statement": "Évaluer", "unit": "jours"})),
    ("S15", activities({"text": "Café", "mission": "raise_awareness"}, {"text": "Café", "mission": "analyse_share"})),
    ("S15", model(levers=({"text": "Ville", "family": "public"}, {"text": "Ville", "family": "private"}))),
    ("S15", positions(LOCAL, LOCAL, LOCAL | {"circle": 2, "mode": "individual"})),
    ("S15", positions(OTHER, OTHER | {"circle": 2, "label": "Collège"})),
    ("S15", roles("other", "other")),
    ("S16", card(title="Ambition 2026-2029")),
    ("S16", card(title="Ambition 2029, projet de 120312, lot 20305")),
    ("S16", card(title="2025, 2026 et 2029")),
]  # fmt: skip
NO_DATA = [
    ("S8", objective("Délai", 20)),
    ("S8", objectives(target(None, baseline_value=40))),
    ("S9", objective("Évaluer", None, "%")),
    ("S10", objective("Tenir 12 rencontres", None)),
    ("S11", {}),
    ("S12", dated(None, None)),
    ("S13", card(workshops=[{"date": "2026-12-18"}])),
    ("S14", activities(CREATE, HAVE)),
    ("S15", vision("", "La", "le")),
    ("S16", {}),
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


def test_the_step_of_a_slip_is_that_of_its_row():
    (ally,) = of_rule("S14", alliances(APPROACH | {"horizon_year": 2031}))
    (role,) = of_rule("S15", roles("scout", "scout"))
    assert (ally.steps, role.steps) == ((StepKey.ALLIANCES,), (StepKey.ROLES,))


def test_another_kind_of_structure_is_asked_the_same():
    assert len(of_rule("S9", objective("Évaluer", 150, "%") | being("foundation"))) == 1
