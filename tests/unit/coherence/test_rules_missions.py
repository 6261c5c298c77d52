"""R09–R18: a case that fires, one that just does not, one without the data."""

from __future__ import annotations

import pytest

from tests.coherence_cases import (
    NB,
    NNB,
    activities,
    alliances,
    ftes,
    missions,
    objectives,
    of_rule,
    partner,
    scales,
    scope,
    target,
)

FOUR = ("connect_networks", "raise_awareness", "support_partnerships", "analyse_share")
CREATE, HAVE = {"state": "to_create"}, {"state": "existing"}
FIRST, LATER = {"priority": 1}, {"priority": 3}


def pace(promised: str, figure: str) -> str:
    return (
        f"{promised}{NB}ETP = environ {figure}{NB}partenariats par an et par ETP (l’exemple du "
        f"kit{NB}: 22). Qu’est-ce qui rend ce rythme tenable{NNB}?"
    )


EFFECTS = (
    f"Vous voulez savoir ce que les partenariats changent{NB}: sur quoi vous appuierez-vous, si "
    f"personne ne les évalue{NNB}?"
)
ANALYSE = activities({"mission": "analyse_share", "text": "Évaluer l’impact sur le territoire"})
FIRES = [
    ("R09", missions("connect_networks", "analyse_share", out_of_scope=("raise_awareness",)), [(
        ("support_partnerships",),
        f"La mission «{NB}Accompagner les partenariats{NB}» n’a aucune activité. Est-ce un "
        f"choix{NNB}? Qui la porte sur le territoire{NNB}?")]),
    ("R10", objectives(target(100)) | missions("connect_networks"), [(("o1",),
        f"Vous visez 100{NB}partenariats sans activité d’accompagnement. Qui aidera à les "
        f"construire{NNB}?")]),
    ("R10", objectives(target(100)) | missions("support_partnerships") | scope(match="self"), [(
        ("o1",),
        f"Vous visez 100{NB}partenariats sans rien prendre en charge au-delà de la mise en "
        f"relation. Qui aidera à les construire{NNB}?")]),
    ("R10", objectives(target(None)) | scope(match="none"), [(("o1",),
        "Vous visez des partenariats sans prendre en charge aucune étape de leur accompagnement. "
        f"Qui aidera à les construire{NNB}?")]),
    ("R10", objectives(target(20, per_year=True)) | missions("connect_networks"), [(("o1",),
        f"Vous visez 20{NB}partenariats par an sans activité d’accompagnement. Qui aidera à les "
        f"construire{NNB}?")]),
    ("R10", objectives(target(60), target(20, "partenariats par an")) | missions("analyse_share"), [(
        ("o1", "o2"), "Vous visez des partenariats sans activité d’accompagnement. Qui aidera à les "
        f"construire{NNB}?")]),
    ("R11", objectives(target(250)) | ftes(2.5, 4), [(("o1",),
        pace(f"250{NB}partenariats en 3{NB}ans pour 3,25", "25,6"))]),
    ("R11", objectives(target(202.6, baseline_value=0)) | ftes(3, 3), [(("o1",),
        pace(f"202,6{NB}partenariats en 3{NB}ans pour 3", "22,5"))]),
    ("R11", objectives(target(350, baseline_value=70)) | ftes(3, 3), [(("o1",),
        pace(f"280{NB}partenariats en 3{NB}ans pour 3", "31,1"))]),
    ("R11", objectives(target(80, deadline_year=2027)) | ftes(3, 3), [(("o1",),
        pace(f"80{NB}partenariats en 1{NB}an pour 3", "26,7"))]),
    ("R11", objectives(target(80, deadline_year=None, baseline_value=900, per_year=True),
        target(1000, target_max_value=1200, per_year=True, baseline_value=990)) | ftes(30, 30), [(
        ("o2",), pace(f"1{NNB}000{NB}partenariats par an pour 30", "33,3"))]),
    ("R11", objectives(target(150), target(40, "partenariat initié par année")) | ftes(3, 3), [(
        ("o1", "o2"), pace(f"90{NB}partenariats par an pour 3", "30"))]),
    ("R12", activities(FIRST, FIRST, FIRST, FIRST, LATER), [(("a1", "a2", "a3", "a4"),
        f"4 activités sur 5 sont prioritaires{NB}: laquelle attendrait si le temps manquait{NNB}?")]),
    ("R13", activities(CREATE, HAVE) | ftes(2, 2), [(("a1",),
        f"La moitié de vos activités sont à créer, à équipe constante. Que cessez-vous de "
        f"faire{NNB}?")]),
    ("R13", activities(CREATE, CREATE, HAVE) | ftes(2.25, 1.5), [(("a1", "a2"),
        "Plus de la moitié de vos activités (2 sur 3) sont à créer, avec une équipe qui passe "
        f"de 2,25 à 1,5{NB}ETP. Que cessez-vous de faire{NNB}?")]),
    ("R13", activities(CREATE, CREATE) | ftes(1, 1), [(("a1", "a2"),
        f"Toutes vos activités sont à créer, à équipe constante. Que cessez-vous de faire{NNB}?")]),
    ("R13", activities(CREATE) | ftes(0, 0), [(("a1",),
        f"Votre seule activité est à créer, à équipe constante. Que cessez-vous de faire{NNB}?")]),
    ("R14", scope(follow_up=partner()), [(("follow_up",),
        f"Étape «{NB}Suivre le partenariat{NB}»{NB}: le partenaire n’est pas nommé.")]),
    ("R14", scope(follow_up=partner("Barreau")) | alliances({"actor": "CCI"}), [(("follow_up",),
        f"Étape «{NB}Suivre le partenariat{NB}»{NB}: le partenaire «{NB}Barreau{NB}» n’apparaît "
        "pas dans vos alliances.")]),
    ("R14", scope(match=partner("Barreau", "l9")) | alliances({"actor": "CCI"}), [(("match",),
        f"Étape «{NB}Mettre en relation{NB}»{NB}: le partenaire «{NB}Barreau{NB}» n’apparaît "
        "pas dans vos alliances.")]),
    ("R15", ANALYSE | scope(match="self"), [(("evaluate", "a1"), EFFECTS)]),
    ("R15", activities({}, {"mission": "analyse_share", "text": "Bilans annuels"})
        | scope(evaluate="none"), [(("evaluate", "a2"), EFFECTS)]),
    ("R16", scope(prepare_nonprofit="self", prepare_company="none"), [(
        ("prepare_nonprofit", "prepare_company"),
        f"Un seul des deux partenaires est préparé. Qui prépare l’autre{NNB}?")]),
    ("R16", scope(prepare_nonprofit="none"), [(("prepare_nonprofit", "prepare_company"),
        "Vous ne préparez pas l’association, et rien n’est décidé pour l’entreprise. Qui les "
        f"prépare{NNB}?")]),
    ("R17", activities(FIRST | {"mission": "raise_awareness"}, FIRST) | scales(
        {"mission": "raise_awareness"}, {"activity": "a9", "scale": "region"}), [
        (("a1",), f"«{NB}Activité{NB}» est prioritaire mais n’a pas d’échelon."),
        (("a2",), f"«{NB}Activité{NB}» est prioritaire mais n’a pas d’échelon.")]),
    ("R18", scales({"scale": "region"}, {"scale": "national"}, {"scale": "epci"})
        | alliances({"level": "local"}), [(("s1", "s2"),
        f"Vous agissez à l’échelle nationale{NB}: quel allié avez-vous à ce niveau{NNB}?")]),
    ("R18", scales({"label": "Observatoire", "scale": "region"}) | alliances({}), [(("s1",),
        f"Vous agissez à l’échelle régionale{NB}: quel allié avez-vous à ce niveau{NNB}?")]),
]  # fmt: skip
ACCOMPANIED = missions("support_partnerships") | scope(follow_up="with_partner")
SILENT = [
    ("R09", missions(*FOUR)),
    ("R09", missions(*FOUR[:3], out_of_scope=("analyse_share",))),
    ("R10", objectives(target(100)) | ACCOMPANIED),
    ("R10", objectives(target(100, "%")) | missions("connect_networks")),
    ("R10", objectives(target(100, "% des partenariats")) | missions("connect_networks")),
    ("R10", objectives({"kind": "qualitative", "unit": "partenariats"}) | missions("analyse_share")),
    ("R10", objectives(target(10, baseline_value=20)) | missions("analyse_share")),
    ("R11", objectives(target(200)) | ftes(2, 4)),
    ("R11", objectives(target(900, baseline_value=900)) | ftes(3, 3)),
    ("R11", objectives(target(900, deadline_year=2026)) | ftes(3, 3)),
    ("R11", objectives(target(900, "points de partenariats")) | ftes(3, 3)),
    ("R11", objectives(target(60, per_year=True)) | ftes(3, 3)),
    ("R12", activities(FIRST, FIRST, FIRST, FIRST)),
    ("R12", activities(FIRST, FIRST, FIRST, LATER, {})),
    ("R13", activities(CREATE, HAVE, HAVE) | ftes(2, 2)),
    ("R13", activities(CREATE, HAVE) | ftes(2, 2.1)),
    ("R14", scope(match=partner(alliance="l1")) | alliances({"actor": "CCI"})),
    ("R14", scope(match=partner("la cci")) | alliances({"actor": "CCI territoriale"})),
    ("R14", scope(match=partner("Université de Sorelle")) | alliances({"actor": "Universite"})),
    ("R14", scope(match={"handling": "self", "partner": "Barreau"}) | alliances({"actor": "CCI"})),
    ("R14", scope(match=partner("Chambre de commerce")) | alliances({"actor": "CCI territoriale"})),
    ("R15", ANALYSE | scope(evaluate="with_partner")),
    ("R15", missions("analyse_share") | scope(evaluate="none")),
    ("R15", activities({"mission": "support_partnerships", "text": "Évaluer"}) | scope(match="self")),
    ("R15", missions("connect_networks") | scope(evaluate="none")),
    ("R16", scope(prepare_nonprofit="none", prepare_company="none")),
    ("R16", scope(prepare_nonprofit="self", prepare_company="with_partner")),
    ("R16", scope(prepare_nonprofit="self")),
    ("R17", activities(FIRST) | scales({"activity": "a1", "scale": "epci"})),
    ("R17", activities(FIRST | {"mission": "raise_awareness"}) | scales(
        {"mission": "raise_awareness", "scale": "region"})),
    ("R17", activities({"priority": 2}, {}) | scales({"label": "Autre", "scale": "region"})),
    ("R18", scales({"scale": "region"}) | alliances({"level": "regional"})),
    ("R18", scales({"scale": "department"}) | alliances({"level": "local"})),
]  # fmt: skip
NO_DATA = [
    ("R09", {}),
    ("R09", activities()),
    ("R10", objectives(target(100))),
    ("R10", objectives(target(100)) | activities() | scope()),
    ("R10", missions("connect_networks")),
    ("R11", objectives(target(100)) | ftes(0.5, None)),
    ("R11", objectives(target(100)) | ftes(None, 0.5)),
    ("R11", objectives(target(100)) | ftes(0, 0)),
    ("R11", objectives(target(None)) | ftes(1, 1)),
    ("R11", ftes(1, 1)),
    ("R12", {}),
    ("R13", activities(CREATE) | ftes(2, None)),
    ("R13", ftes(2, 2)),
    ("R14", scope(match=partner("Barreau"))),
    ("R14", alliances({})),
    ("R15", ANALYSE),
    ("R15", ANALYSE | scope(match={"handling": "undecided", "note": "à voir"})),
    ("R16", {}),
    ("R16", scope()),
    ("R17", activities(FIRST)),
    ("R17", activities(FIRST) | scales({"label": "Observatoire"})),
    ("R17", scales({"scale": "region"})),
    ("R18", scales({"scale": "region"})),
    ("R18", alliances({"level": "local"})),
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


def test_the_pace_rises_from_a_note_to_a_point_of_attention():
    severities = []
    for value in (202.5, 203, 270, 271):
        found = of_rule("R11", objectives(target(value)) | ftes(3, 3))
        severities.append([finding.severity for finding in found])
    assert severities == [[], ["info"], ["info"], ["attention"]]


def test_the_pace_is_counted_over_the_horizon_where_no_deadline_is_told():
    answers = objectives(target(250, deadline_year=None)) | ftes(3, 3)
    assert len(of_rule("R11", answers, horizon=3)) == 1
    assert of_rule("R11", answers, horizon=5) == []


@pytest.mark.parametrize(("base", "fires"), [("department", 1), ("region", 0), (None, 0)])
def test_the_reach_depends_on_the_base(base, fires):
    answers = scales({"scale": "region"}) | alliances({"level": "local"})
    assert len(of_rule("R18", answers, base_scale=base)) == fires


def test_a_base_in_the_region_still_asks_for_a_national_ally():
    answers = scales({"scale": "region"}, {"scale": "national"}) | alliances({"level": "local"})
    (finding,) = of_rule("R18", answers, base_scale="region")
    assert finding.rows == ("s2",)


def test_the_two_sides_of_a_promise_are_told_apart():
    """Links go to what lacks, and only there."""
    promise = objectives(target(100))
    sides = {
        "activities": missions("connect_networks") | scope(follow_up="self"),
        "accompaniment_scope": missions("support_partnerships") | scope(match="self"),
    }
    for step, answers in sides.items():
        (finding,) = of_rule("R10", promise | answers)
        assert finding.steps == ("objectives", step)
