"""C1–C7, A1–A4, M1–M5: a case that fires, one that just does not, one without the data."""

from __future__ import annotations

import pytest

from tests.coherence_cases import (
    NB,
    NNB,
    activities,
    alliances,
    being,
    budget,
    ftes,
    missions,
    model,
    objectives,
    of_rule,
    organisation,
    positions,
    roles,
    scope,
    shares,
    target,
)


def lever(family: str | None, now: float | None, then: float | None, **fields: object) -> dict:
    amounts = {"amount_now_keur": now, "amount_target_keur": then}
    return {"family": family, "state": "to_mobilise"} | amounts | fields


def tied(*links: tuple[str, ...]) -> dict:
    """Activities that serve these objectives."""
    return activities(*({"serves": list(ids)} for ids in links))


def yearly(*years: int | None) -> dict:
    return objectives(*({"deadline_year": year} for year in years))


QUALITY = {"kind": "qualitative", "statement": "Une porte d’entrée"}
ENTERPRISES, PARTNERSHIPS = target(90, "entreprises engagées"), target(100, statement="Cent liens")
PRODUCED = f"«{NB}Objectif{NB}»{NB}: par qui atteindrez-vous les entreprises{NNB}?"
AT_HALF = f"À quoi verrez-vous, à mi-chemin, que vous avancez{NNB}?"
TO_FIND = (
    "sont des ressources que vous n’avez pas encore. Quel est le budget si la moitié seulement"
)
FUND = organisation(legal_tool="endowment_fund", legal_tool_state="decided")
FIRES = [
    ("C1", missions("raise_awareness") | scope(prepare_nonprofit="self", follow_up="self", match="self"), [
        (("support_partnerships", "prepare_nonprofit", "follow_up"), f"Vous prenez en charge 2{NB}étapes "
            f"de l’accompagnement (3.2), mais «{NB}Accompagner{NB}» n’a aucune activité (3.1).")]),
    ("C1", missions("raise_awareness", out_of_scope=("support_partnerships",)) | scope(evaluate="self"), [
        (("support_partnerships", "evaluate"), f"Vous prenez en charge 1{NB}étape de l’accompagnement "
            f"(3.2), mais «{NB}Accompagner{NB}» est hors de votre rôle (3.1).")]),
    ("C3", objectives(QUALITY, ENTERPRISES, PARTNERSHIPS) | alliances({}), [(("o2", "o3"), PRODUCED)]),
    ("C3", objectives(target(20, "partenariats par an", statement="Objectif")) | alliances(
        {"actor": "Chambre d’agriculture", "family": "institutions"}), [(("o1",), PRODUCED)]),
    ("C5", objectives(target(1, "%", statement="Un"), QUALITY, target(3, "%")) | tied(("o3", "o9"), ()), [
        (("o1",), f"Aucune activité ne sert l’objectif «{NB}Un{NB}». Laquelle le fera avancer{NNB}?"),
        (("o2",), f"Aucune activité ne sert l’objectif «{NB}Une porte d’entrée{NB}». Laquelle le fera "
            f"avancer{NNB}?")]),
    ("C5", objectives(target(1, "%", statement=""), {}) | tied(("o2",)), [
        (("o1",), f"Aucune activité ne sert l’objectif 1. Laquelle le fera avancer{NNB}?")]),
    ("C6", roles("network", "scout") | objectives({"serves": ["r1"]}, {"serves": ["r7"]}), [(("r2",),
        f"Aucun objectif ne dit comment tenir le rôle «{NB}Être un éclaireur sur le sujet{NB}».")]),
    ("C7", objectives(target(20, per_year=True)) | scope(follow_up="none"), [(("follow_up", "o1"),
        f"Personne ne suit les partenariats une fois conclus{NB}: qui saura ce qu’ils deviennent{NNB}?")]),
    ("A1", yearly(2029, None, 2029, 2029), [(("o1", "o3", "o4"), AT_HALF)]),
    ("A2", objectives(QUALITY, QUALITY | {"statement": ""}, target(1)), [
        (("o1",), f"«{NB}Une porte d’entrée{NB}» n’a pas d’échéance."),
        (("o2",), f"L’objectif{NB}2 n’a pas d’échéance.")]),
    ("A4", objectives(target(20), target(40), target(90, "%")) | ftes(0, 0), [(("o1", "o2"),
        f"40{NB}partenariats sans salarié{NB}: combien de temps bénévole, et de qui{NNB}?")]),
    ("M1", model(budget(100) | shares(60, 20, 20), None, (lever("public", 70, 0), lever("self", 30, 0))), [
        (("now",), f"2026{NB}: les leviers privés font 0{NB}% des montants, la répartition dit 20{NB}%.")]),
    ("M1", model(None, budget(100, 120) | shares(50, 42.9, None),
        (lever("public", 0, 45), lever("private", 0, 45, amount_target_max_keur=60))), [
        (("target",), f"2029{NB}: les leviers privés font 50{NB}% des montants, la répartition dit "
            f"42,9{NB}%.")]),
    ("M1", model(budget(100) | shares(100, 0, 0), budget(100) | shares(0, 0, 100),
        (lever("self", 100, 100), lever(None, None, None))), [
        (("now",), f"2026{NB}: les leviers publics font 0{NB}% des montants, la répartition dit "
            f"100{NB}%.")]),
    ("M1", model(None, budget(100) | shares(80, 0, 20), (lever("self", 0, 60), lever("public", 0, 40))), [
        (("target",), f"2029{NB}: les leviers publics font 40{NB}% des montants, la répartition dit "
            f"80{NB}%.")]),
    ("M3", model(budget(100), None, (lever("public", 50, 30, text="CAF"), lever("self", -10, -30, text=""))), [
        (("x1",), f"«{NB}CAF{NB}» passe de 50 à 30{NB}K€{NB}: c’est 20{NB}% du budget actuel à remplacer "
            "ou à ne plus dépenser."),
        (("x2",), f"Le levier{NB}2 passe de −10 à −30{NB}K€{NB}: c’est 20{NB}% du budget actuel à remplacer "
            "ou à ne plus dépenser.")]),
    ("M4", model(None, budget(80, 120), (lever("self", 10, 40, amount_target_max_keur=90),
        lever("self", 50, 10), lever("self", None, 10), lever("self", 0, 99, state="to_renew"))), [
        (("x1", "x3"), f"40{NB}% du budget de 2029 {TO_FIND} arrive{NNB}?")]),
    ("M4", model(None, budget(100), (lever("self", 0, 46.5),)), [
        (("x1",), f"47{NB}% du budget de 2029 {TO_FIND} arrive{NNB}?")]),
    ("M5", FUND | model(None, {"public_pct": 12.5}), [((),
        f"Un fonds de dotation ne reçoit pas de fonds publics{NB}: par quelle structure passeront les "
        f"12,5{NB}%{NNB}?")]),
]  # fmt: skip
SILENT = [
    ("C1", missions("support_partnerships") | scope(follow_up="self")),
    ("C1", missions("raise_awareness") | scope(match="self", follow_up="with_partner")),
    ("C1", missions("analyse_share") | scope(evaluate="self")),
    ("C3", objectives(ENTERPRISES) | alliances({"actor": "CCI"})),
    ("C3", objectives(ENTERPRISES) | alliances({"actor": "CMA"})),
    ("C3", objectives(ENTERPRISES) | alliances({"family": "business_networks"})),
    ("C3", objectives(ENTERPRISES) | alliances({}) | being("chamber")),
    ("C3", objectives(ENTERPRISES) | alliances({}) | being("business_network")),
    ("C3", objectives(ENTERPRISES) | alliances({}) | activities(out_of_scope=("connect_networks",))),
    ("C3", objectives(target(50, "% d’entreprises"), QUALITY | {"unit": "entreprises"}) | alliances({})),
    ("C3", objectives(target(10, "entreprises", baseline_value=20)) | alliances({})),
    ("C5", objectives(QUALITY, QUALITY) | tied(("o1", "o2"), ())),
    ("C5", objectives(QUALITY, QUALITY) | tied(("o1",), (), ())),
    ("C6", roles("network", "scout") | objectives({"serves": ["r1"]}, QUALITY, QUALITY)),
    ("C7", objectives(target(20)) | scope(follow_up="with_partner")),
    ("C7", objectives(target(20)) | scope(match="self")),
    ("C7", objectives(target(20, "%")) | scope(follow_up="none")),
    ("C7", objectives(target(20)) | scope(follow_up="none")
        | activities(out_of_scope=("support_partnerships",))),
    ("A1", yearly(2029, 2029)),
    ("A1", yearly(2029, 2029, 2029, 2028)),
    ("A2", objectives(QUALITY | {"deadline_year": 2028}, target(1, deadline_year=None), {})),
    ("A4", objectives(target(20)) | ftes(0, 0.5)),
    ("A4", objectives(target(0)) | ftes(0, 0)),
    ("M1", model(budget(100) | shares(63, 17, 20), None, (lever("public", 70, 0), lever("self", 20, 0),
        lever("private", 10, 0)))),
    ("M1", model(budget(100) | shares(0, 0, 100), None, (lever("public", 89, 0),))),
    ("M1", model(budget(100) | shares(0, 0, 100), None, (lever("public", 111, 0),))),
    ("M3", model(budget(100), None, (lever("public", 50, 30.1),))),
    ("M4", model(None, budget(100), (lever("self", 10, 49.9),))),
    ("M4", model(None, budget(100), (lever("self", 10, 90, state="secured"),))),
    ("M5", FUND | model(None, {"public_pct": 0})),
    ("M5", organisation(legal_tool="endowment_fund", legal_tool_state="studied")
        | model(None, {"public_pct": 50})),
    ("M5", organisation(legal_tool="scic", legal_tool_state="decided") | model(None, {"public_pct": 50})),
]  # fmt: skip
NO_DATA = [
    ("C1", scope(follow_up="self")),
    ("C1", missions("raise_awareness")),
    ("C3", objectives(ENTERPRISES)),
    ("C5", objectives(QUALITY) | activities({}, {})),
    ("C5", objectives(QUALITY)),
    ("C6", roles("network") | objectives({}, {})),
    ("C7", objectives(target(20))),
    ("A1", {}),
    ("A2", {}),
    ("A4", objectives(target(20)) | ftes(0, None)),
    ("A4", objectives(target(None)) | ftes(0, 0)),
    ("M1", model(shares(0, 0, 100), None, (lever("public", 100, 0),))),
    ("M1", model(budget(100), None, (lever("public", 100, 0),))),
    ("M1", model(budget(0) | shares(0, 0, 100), None, (lever("public", 0, 0),))),
    ("M3", model(budget(100), None, (lever("public", 50, None),))),
    ("M3", model(None, None, (lever("public", 50, 0),))),
    ("M4", model(None, None, (lever("public", 0, 50),))),
    ("M4", model(None, budget(100), (lever("public", 0, None),))),
    ("M5", FUND),
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


def test_what_weighs_more_is_a_point_of_attention():
    chain = scope(follow_up="self")
    empty = of_rule("C1", missions("raise_awareness") | chain)
    out = of_rule("C1", activities(out_of_scope=("support_partnerships",)) | chain)
    assert [f.severity for f in empty + out] == ["info", "attention"]

    served = of_rule("C5", objectives(target(1, "%"), QUALITY, QUALITY) | tied(("o3",)))
    assert [f.severity for f in served] == ["attention", "info"]


def test_companies_of_the_first_circle_are_asked_once():
    close = positions({"actor_type": "business_networks", "circle": 1})
    wider = positions({"actor_type": "business_networks", "circle": 2})
    answers = objectives(ENTERPRISES) | alliances({})
    assert (len(of_rule("C3", answers | wider)), len(of_rule("R29", answers | wider))) == (1, 0)
    assert (len(of_rule("C3", answers | close)), len(of_rule("R29", answers | close))) == (0, 1)
