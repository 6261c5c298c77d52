"""« Complet » of each step: a case complete, and what each case one short says is missing."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from diagnostics.domain.completeness import (
    AWAITS_THE_TEAM,
    StepStatus,
    axes_without_answer,
    axis_progress,
    marked_steps,
    missing_in_step,
    remaining_items,
    step_status,
    step_statuses,
)
from diagnostics.domain.document import load_document
from diagnostics.domain.vocabulary import Axis, Mark, ScopeStepKey, StepKey
from tests.scene import demo_document
from tests.shapes import empty_document

NB = "\u00a0"


def quoted(text: str) -> str:
    return f"«{NB}{text}{NB}»"


QUANTIFIED = {
    "id": "o1",
    "statement": "Initier des partenariats",
    "kind": "quantitative",
    "target_value": 200,
    "unit": "partenariats",
    "deadline_year": 2029,
}
QUALITATIVE = {"id": "o2", "statement": "Mieux choisir", "kind": "qualitative"}
COLUMN = {"fte": 0, "budget_min_keur": 120, "public_pct": 100, "private_pct": 0, "self_pct": 0}
COMPLETE: dict[str, dict[str, Any]] = {
    "vision": {"statements": [{"id": "v1", "text": "Un territoire vivant"}]},
    "roles": {"rows": [{"id": "r1", "role": "network"}]},
    "objectives": {"rows": [QUANTIFIED, QUALITATIVE]},
    "positioning": {
        "rows": [
            {"id": "p1", "actor_type": "local_authorities", "circle": 1, "posture": "au service"},
            {"id": "p2", "actor_type": "citizens", "circle": 2, "posture": "un appui"},
            {"id": "p3", "actor_type": "academia", "circle": 2, "posture": "contribuer"},
        ]
    },
    "activities": {
        "rows": [
            {
                "id": "a1",
                "mission": "raise_awareness",
                "text": "Forums",
                "priority": 1,
                "state": "existing",
            },
            {
                "id": "a2",
                "mission": "analyse_share",
                "text": "Enquête",
                "priority": 3,
                "state": "to_create",
            },
        ]
    },
    "accompaniment_scope": {
        "rows": [{"step": key.value, "handling": "self"} for key in ScopeStepKey]
    },
    "territorial_scales": {"rows": [{"id": "s1", "activity": "a1", "scale": "region"}]},
    "economic_model": {
        "now": COLUMN,
        "target": COLUMN | {"public_pct": 33, "private_pct": 33, "self_pct": 33.5},
        "levers": [
            {"id": "x1", "family": "public", "text": "Région", "state": "secured"},
            {"id": "x2", "family": "private", "text": "Club", "state": "to_mobilise"},
            {"id": "x3", "family": "self", "text": "Conférences", "state": "to_mobilise"},
        ],
    },
    "alliances": {
        "rows": [
            {
                "id": "l1",
                "actor": "CRESS",
                "family": "nonprofit_networks",
                "relation": "existing",
            },
            {
                "id": "l2",
                "actor": "Medef",
                "family": "business_networks",
                "relation": "to_approach",
                "purpose": "Mobiliser",
            },
        ]
    },
    "organisation": {"organisation": "Deux postes", "governance": "Un comité"},
    "board_decisions": {"decisions": [{"id": "d1", "text": "Adopter la vision"}]},
}


def document_of(answers: dict[str, Any]):
    return load_document(empty_document() | {"answers": answers})


def changed(step: str, *changes: tuple[list[Any], Any]) -> dict[str, Any]:
    """Return the complete answers with some values of a step changed (None removes)."""
    answers = copy.deepcopy(COMPLETE)
    for path, value in changes:
        part: Any = answers[step]
        for key in path[:-1]:
            part = part[key]
        if value is None:
            del part[path[-1]]
        else:
            part[path[-1]] = value
    return answers


@pytest.mark.parametrize("step", list(StepKey))
def test_a_complete_step_lacks_nothing(step):
    document = document_of(COMPLETE)

    assert missing_in_step(document, step) == []
    assert step_status(document, step) is StepStatus.COMPLETE


FIRST_FIELDS = {
    "vision": "statements",
    "roles": "rows",
    "objectives": "rows",
    "positioning": "rows",
    "activities": "rows",
    "accompaniment_scope": "rows-0-handling",
    "territorial_scales": "rows",
    "economic_model": "now-fte",
    "alliances": "rows",
    "organisation": "organisation",
    "board_decisions": "decisions",
}


@pytest.mark.parametrize("step", list(StepKey))
@pytest.mark.parametrize("answer", [None, {}, {"board_question": "?", "mark": "disputed"}])
def test_a_step_without_answer_says_so_once(step, answer):
    answers = {key: value for key, value in COMPLETE.items() if key != step.value}
    if answer is not None:
        answers[step.value] = answer
    document = document_of(answers)

    found = [(item.step, item.field, item.message) for item in missing_in_step(document, step)]

    assert found == [(step, FIRST_FIELDS[step.value], "cette étape n’a pas de réponse")]
    assert step_status(document, step) is StepStatus.TO_DO


OTHER_ROLE = {"id": "r2", "role": "other"}
ONE_SHORT = [
    ("vision", [(["statements"], None), (["starting_point"], "Rien")],
     [("statements", "au moins un énoncé de la situation souhaitée")]),
    ("roles", [(["rows", 0], {"id": "r1", "detail": "à préciser"})],
     [("rows", "au moins un rôle"), ("rows-0-role", f"le rôle de la ligne{NB}1")]),
    ("roles", [(["rows"], [OTHER_ROLE])],
     [("rows-0-label", f"le nom du rôle {quoted('autre')}, ligne{NB}1")]),
    ("objectives", [(["rows"], [QUANTIFIED])], [("rows", "au moins deux objectifs")]),
    ("objectives", [(["rows", 0], QUALITATIVE | {"id": "o3"})],
     [("rows", "au moins un objectif chiffré")]),
    ("objectives", [(["rows", 0, "target_value"], None)],
     [("rows-0-target_value", f"la valeur cible de {quoted('Initier des partenariats')}")]),
    ("objectives", [(["rows", 0, "unit"], None)],
     [("rows-0-unit", f"l’unité de {quoted('Initier des partenariats')}")]),
    ("objectives", [(["rows", 0, "deadline_year"], None)],
     [("rows-0-deadline_year", f"l’échéance de {quoted('Initier des partenariats')}")]),
    ("objectives", [(["rows", 1, "statement"], None)],
     [("rows-1-statement", f"l’énoncé de l’objectif{NB}2")]),
    ("objectives", [(["rows", 1, "kind"], None)],
     [("rows-1-kind", f"la nature de l’objectif {quoted('Mieux choisir')}")]),
    ("positioning", [(["rows", 2], None)], [("rows", "au moins trois acteurs positionnés")]),
    ("positioning", [(["rows", 0, "circle"], 2)],
     [("rows", "au moins un acteur dans chacun des deux cercles")]),
    ("positioning", [(["rows", 2, "circle"], None)],
     [("rows-2-circle", f"le cercle de {quoted('Monde académique')}")]),
    ("positioning", [(["rows", 1, "posture"], None)],
     [("rows-1-posture", f"la posture envers {quoted('Citoyens')}")]),
    ("positioning", [(["rows", 1, "actor_type"], None)],
     [("rows-1-actor_type", f"le type d’acteur de la ligne{NB}2")]),
    ("activities", [(["rows", 1, "mission"], "raise_awareness")],
     [("rows", "des activités dans au moins deux missions")]),
    ("activities", [(["rows", 1, "priority"], None)],
     [("rows-1-priority", f"la priorité de {quoted('Enquête')}")]),
    ("activities", [(["rows", 1, "state"], None)],
     [("rows-1-state", f"l’état de {quoted('Enquête')}")]),
    ("activities", [(["rows", 1, "text"], None)],
     [("rows-1-text", f"l’intitulé de l’activité{NB}2")]),
    ("accompaniment_scope", [(["rows", 3, "handling"], "undecided")],
     [("rows-3-handling",
       f"qui prend en charge {quoted('Construire et formaliser le partenariat')}")]),
    ("accompaniment_scope", [(["rows", 2, "handling"], "with_partner")],
     [("rows-2-partner", f"le partenaire pour {quoted('Mettre en relation')}")]),
    ("territorial_scales", [(["rows"], [{"id": "s1", "mission": "analyse_share", "scale": "epci"}])],
     [("rows", f"un échelon pour l’activité prioritaire {quoted('Forums')}")]),
    ("territorial_scales", [(["rows", 0, "scale"], None)],
     [("rows-0-scale", f"l’échelon de la ligne{NB}1"), ("rows", "au moins un échelon"),
      ("rows", f"un échelon pour l’activité prioritaire {quoted('Forums')}")]),
    ("economic_model", [(["now", "fte"], None)], [("now-fte", "l’équipe en ETP pour 2026")]),
    ("economic_model", [(["target", "budget_min_keur"], None)],
     [("target-budget_min_keur", "le budget de 2029")]),
    ("economic_model", [(["target", "private_pct"], None)],
     [("target-private_pct", "les trois modes de financement de 2029")]),
    ("economic_model", [(["now", "public_pct"], 98)],
     [("now-public_pct", f"des parts de financement de 2026 dont le total fasse 100{NB}%")]),
    ("economic_model", [(["levers", 1], None)],
     [("levers", f"au moins un levier en {quoted('Ressources privées')}")]),
    ("economic_model", [(["levers", 1, "state"], None)],
     [("levers-1-state", f"l’état (acquis, à reconduire ou à mobiliser) de {quoted('Club')}")]),
    ("economic_model", [(["levers", 1, "text"], None)],
     [("levers-1-text", f"l’intitulé du levier{NB}2")]),
    ("alliances", [(["rows", 0, "relation"], "to_approach")],
     [("rows", "au moins un allié existant")]),
    ("alliances", [(["rows", 1, "purpose"], None)],
     [("rows", "au moins un acteur à approcher, avec le but")]),
    ("alliances", [(["rows", 1, "family"], None)],
     [("rows-1-family", f"la famille de {quoted('Medef')}")]),
    ("alliances", [(["rows", 0, "actor"], None)],
     [("rows-0-actor", f"le nom de l’acteur{NB}1")]),
    ("organisation", [(["governance"], None)], [("governance", "la gouvernance adaptée")]),
    ("organisation", [(["organisation"], None)], [("organisation", "l’organisation envisagée")]),
    ("board_decisions", [(["decisions", 0, "text"], None)],
     [("decisions", "au moins une décision proposée au conseil")]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("step", "changes", "expected"), ONE_SHORT, ids=[f"{n}-{c[0]}" for n, c in enumerate(ONE_SHORT)]
)
def test_one_short_is_named_with_its_field(step, changes, expected):
    document = document_of(changed(step, *changes))

    found = missing_in_step(document, StepKey(step))

    assert [(item.field, item.message) for item in found] == expected
    assert step_status(document, StepKey(step)) is StepStatus.STARTED
    assert [item for item in remaining_items(document) if item.step == step] == found


ENOUGH = [
    ("roles", [(["rows"], [OTHER_ROLE | {"label": "Passeur"}])]),
    ("objectives", [(["rows", 1], QUANTIFIED | {"id": "o2"})]),
    ("territorial_scales", [(["rows"], [{"id": "s1", "mission": "raise_awareness", "scale": "region"}])]),
    ("economic_model", [(["now", "public_pct"], 99)]),
    ("economic_model", [(["now", "budget_min_keur"], None), (["now", "budget_max_keur"], 130)]),
    ("accompaniment_scope", [(["rows", 0], {"step": "prepare_nonprofit", "handling": "none"})]),
    ("accompaniment_scope", [(["rows", 0], {"step": "prepare_nonprofit", "handling": "with_partner", "partner": "CRESS"})]),
    ("accompaniment_scope", [(["rows", 0], {"step": "prepare_nonprofit", "handling": "with_partner", "alliance": "l1"})]),
]  # fmt: skip


@pytest.mark.parametrize(("step", "changes"), ENOUGH)
def test_what_is_enough(step, changes):
    assert missing_in_step(document_of(changed(step, *changes)), StepKey(step)) == []


def test_a_family_without_share_needs_no_lever():
    answers = changed(
        "economic_model",
        (["target"], COLUMN),
        (["levers"], [{"id": "x1", "family": "public", "text": "Région", "state": "secured"}]),
    )
    assert missing_in_step(document_of(answers), StepKey.ECONOMIC_MODEL) == []


def test_a_long_name_is_shortened_in_words():
    long = "Organiser chaque année dans toutes les communes un forum des partenariats"
    document = document_of(
        changed("activities", (["rows", 1, "text"], long), (["rows", 1, "state"], None))
    )

    (item,) = missing_in_step(document, StepKey.ACTIVITIES)
    assert item.message.startswith(f"l’état de «{NB}Organiser chaque année")
    assert item.message.endswith(f"…{NB}»")


def test_the_mark_to_review_wins_over_complete():
    document = document_of(changed("roles", (["mark"], "to_review")))

    assert step_status(document, StepKey.ROLES) is StepStatus.TO_REVIEW
    assert missing_in_step(document, StepKey.ROLES) == []


@pytest.mark.parametrize(
    ("mark", "complete", "lacking", "empty"),
    [
        ("to_review", StepStatus.TO_REVIEW, StepStatus.TO_REVIEW, StepStatus.TO_REVIEW),
        ("disputed", StepStatus.DISPUTED, StepStatus.DISPUTED, StepStatus.TO_DO),
        ("for_board", StepStatus.FOR_BOARD, StepStatus.STARTED, StepStatus.TO_DO),
        (None, StepStatus.COMPLETE, StepStatus.STARTED, StepStatus.TO_DO),
    ],
)
def test_no_step_is_complete_while_it_is_marked(mark, complete, lacking, empty):
    whole = {"vision": COMPLETE["vision"] | {"mark": mark}}
    less = {"organisation": {"organisation": "Un poste", "mark": mark}}
    nothing = {"roles": {"mark": mark, "board_question": "Qui ?"}}

    assert step_status(document_of(whole), StepKey.VISION) is complete
    assert step_status(document_of(less), StepKey.ORGANISATION) is lacking
    assert step_status(document_of(nothing), StepKey.ROLES) is empty
    assert marked_steps(document_of(nothing)) == ([(StepKey.ROLES, Mark(mark))] if mark else [])
    assert missing_in_step(document_of(whole), StepKey.VISION) == []


def test_what_only_waits_for_the_board_does_not_await_the_team():
    assert StepStatus.FOR_BOARD not in AWAITS_THE_TEAM
    assert {StepStatus.TO_DO, StepStatus.STARTED, StepStatus.DISPUTED} < AWAITS_THE_TEAM


def test_axes_without_any_answer_and_progress():
    answers = {key: COMPLETE[key] for key in ("vision", "roles", "economic_model")}
    answers["activities"] = {"board_question": "Qui ?"}
    answers["organisation"] = {"organisation": "Un poste"}
    document = document_of(answers)

    assert axes_without_answer(document) == [Axis.MISSIONS]
    assert axes_without_answer(document_of({})) == [
        Axis.VISION,
        Axis.AMBITION,
        Axis.MISSIONS,
        Axis.MEANS,
    ]
    assert axes_without_answer(document_of(COMPLETE)) == []
    progress = {p.axis: (p.complete, p.total) for p in axis_progress(step_statuses(document))}
    assert progress == {
        Axis.VISION: (1, 1),
        Axis.AMBITION: (1, 3),
        Axis.MISSIONS: (0, 3),
        Axis.MEANS: (1, 3),
        Axis.BOARD: (0, 1),
    }


def test_the_advanced_demo_is_complete_and_the_early_one_is_not():
    assert [
        i for i in remaining_items(demo_document("arvelle")) if i.step != "board_decisions"
    ] == []
    statuses = step_statuses(demo_document("brumelle"))
    assert statuses[StepKey.VISION] is StepStatus.TO_DO
    assert StepStatus.COMPLETE in statuses.values()
