"""R01–R08: a case that fires, one that just does not, one without the data."""

from __future__ import annotations

import pytest

from diagnostics.domain.vocabulary import RoleKind
from tests.coherence_cases import (
    NB,
    NNB,
    activities,
    missions,
    objectives,
    of_rule,
    roles,
    target,
    vision,
)

R01 = (
    "Vous définissez votre ambition sans avoir décrit la situation souhaitée sur le territoire. "
    f"Commencez par la vision{NB}: c’est elle qui justifie l’ambition."
)
R04 = "Aucun objectif n’est chiffré. Choisissez-en au moins un à mesurer."
R05 = f"Tous vos objectifs sont chiffrés. Qu’est-ce qui doit aussi changer en qualité{NNB}?"
LONG = "Renforcer la sélection des projets innovants grâce à une grille partagée"
FIRES = [
    ("R01", roles("network"), [((), R01)]),
    ("R01", objectives({}), [((), R01)]),
    ("R01", roles("network") | {"vision": {"starting_point": "Peu de liens"}}, [((), R01)]),
    ("R02", roles("network", "scout", "spread", "other"), [(("r1", "r2", "r3", "r4"),
        f"Vous retenez 4 rôles. Lequel passerait en second si le temps manquait{NNB}?")]),
    ("R03", roles("network", "scout") | missions("analyse_share"), [(("r1",),
        f"Le rôle «{NB}Être un acteur de réseaux{NB}» n’est porté par aucune activité (mission "
        f"«{NB}Mettre en relation, animer des réseaux{NB}»). Ajoutez une activité ou revoyez ce "
        "rôle.")]),
    ("R03", roles("influence_reference") | missions("connect_networks"), [(("r1",),
        f"Le rôle «{NB}Être un acteur d’influence et de référence sur le sujet{NB}» n’est porté "
        f"par aucune activité (missions «{NB}Sensibiliser{NB}» ou «{NB}Analyser, diffuser{NB}»). "
        "Ajoutez une activité ou revoyez ce rôle.")]),
    ("R04", objectives({"kind": "qualitative"}), [((), R04)]),
    ("R04", objectives({}, {"kind": "qualitative"}), [((), R04)]),
    ("R05", objectives(target(1), target(2), target(3)), [((), R05)]),
    ("R06", objectives({"kind": "quantitative"}), [(("o1",),
        f"«{NB}Objectif{NB}»{NB}: il manque la valeur cible, l’unité et l’échéance pour pouvoir "
        "le suivre.")]),
    ("R06", objectives(target(5), target(5, unit="")), [(("o2",),
        f"«{NB}Objectif{NB}»{NB}: il manque l’unité pour pouvoir le suivre.")]),
    ("R06", objectives(target(None, statement="")), [(("o1",),
        f"L’objectif{NB}1{NB}: il manque la valeur cible pour pouvoir le suivre.")]),
    ("R06", objectives({"target_value": 0, "unit": "jours"}), [(("o1",),
        f"«{NB}Objectif{NB}»{NB}: il manque l’échéance pour pouvoir le suivre.")]),
    ("R07", objectives(target(5, deadline_year=2030), {"deadline_year": 2025}, *[target(1)] * 2), [
        (("o1",), f"«{NB}Objectif{NB}»{NB}: l’échéance 2030 sort de l’horizon 2026–2029."),
        (("o2",), f"«{NB}Objectif{NB}»{NB}: l’échéance 2025 sort de l’horizon 2026–2029.")]),
    ("R07", objectives({"statement": LONG, "deadline_year": 2035}), [(("o1",),
        f"«{NB}Renforcer la sélection des projets innovants…{NB}»{NB}: l’échéance "
        "2035 sort de l’horizon 2026–2029.")]),
    ("R08", objectives(*[{}] * 9), [(tuple(f"o{n}" for n in range(1, 10)),
        f"9 objectifs{NB}: lesquels le conseil suivra-t-il vraiment{NNB}?")]),
]  # fmt: skip
SILENT = [
    ("R01", vision("Une dynamique est instaurée") | roles("network")),
    ("R01", {"vision": {"starting_point": "Peu de liens"}}),
    ("R02", roles("network", "scout", "spread")),
    ("R03", roles("network", "other") | missions("connect_networks")),
    ("R03", roles("scout") | missions("raise_awareness")),
    ("R03", roles("spread") | missions("support_partnerships")),
    ("R04", objectives({"kind": "qualitative"}, target(3))),
    ("R04", objectives({"target_value": 3})),
    ("R05", objectives(target(1), target(2))),
    ("R05", objectives(target(1), target(2), {"kind": "qualitative"})),
    ("R06", objectives(target(5), target(0), {"kind": "qualitative"})),
    ("R07", objectives(target(5, deadline_year=2026), target(5, deadline_year=2029))),
    ("R08", objectives(*[{}] * 8)),
]
NO_DATA = [
    ("R01", {}),
    ("R01", {"roles": {"board_question": "Quels rôles ?"}}),
    ("R02", {}),
    ("R03", roles("network")),
    ("R03", roles("network") | activities()),
    ("R03", missions("connect_networks")),
    ("R04", {}),
    ("R05", objectives({}, {}, {})),
    ("R06", objectives({})),
    ("R07", objectives({})),
    ("R08", {}),
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


def test_a_role_out_of_every_mission_is_told_even_when_all_are_left_to_others():
    """« Hors de notre rôle » is an answer to the step: nothing acts the role."""
    answers = roles("network") | activities(out_of_scope=("connect_networks",))
    assert len(of_rule("R03", answers)) == 1


@pytest.mark.parametrize("role", list(RoleKind))
def test_every_role_of_the_kit_has_missions(role):
    found = of_rule("R03", roles(role) | activities(out_of_scope=("connect_networks",)))
    assert len(found) == (role is not RoleKind.OTHER)


def test_the_horizon_of_five_years_is_two_years_longer():
    answers = objectives(target(5, deadline_year=2031), target(5, deadline_year=2032))
    assert [f.rows for f in of_rule("R07", answers, horizon=5)] == [("o2",)]
