"""What may fail, what is foreseen, and what is told apart: nothing stands twice."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Any

import pytest
from hypothesis import given

from diagnostics.domain.adoption import Adoption
from diagnostics.domain.coherence import CoherenceFinding, Severity, find_coherence
from diagnostics.domain.completeness import remaining_items
from diagnostics.domain.document import load_document
from diagnostics.domain.vocabulary import StepKey
from diagnostics.report.risks import CONSEQUENCES, ONE_POST_LESS, Reply, risks_of
from diagnostics.report.vigilance import vigilance_of
from tests.report_samples import demo, without_dangling_links
from tests.shapes import documents, empty_document, patient

LEVERS = [
    {
        "id": "x1",
        "family": "public",
        "text": "Région",
        "state": "secured",
        "amount_target_keur": 60,
    },
    {"id": "x2", "family": "private", "text": "Club", "state": "to_mobilise"},
]
HALF = "46\u00a0% sont à trouver. Quel est le budget si la moitié seulement arrive\u202f?"


def found(rule: str, message: str, *rows: str, severity=Severity.ATTENTION, reason=None):
    return CoherenceFinding(
        rule, severity, (StepKey.ECONOMIC_MODEL,), rows, message, (), acknowledgement=reason
    )


def document_of(*scenarios: dict[str, Any], **answers: Any):
    value = empty_document()
    target = {"fte": 4, "budget_min_keur": 100}
    value["answers"] = {
        "economic_model": {"levers": LEVERS, "target": target, "scenarios": list(scenarios)}
    } | answers
    return without_dangling_links(load_document(value))


def said(risks):
    return [(risk.rule, risk.point, [(r.label, r.text) for r in risk.replies]) for risk in risks]


def test_the_serious_come_first_those_that_were_chosen_last():
    findings = [
        found("R12", "Tout est prioritaire."),
        found("R20", "Aucun levier nouveau.", reason="Nous le savons"),
        found("M4", HALF),
        found("R17", "Une activité n’a pas d’échelon."),
    ]
    assert said(risks_of(findings, document_of())) == [
        *[
            (
                "M4",
                "46\u00a0% sont à trouver.",
                [("À décider", "Quel est le budget si la moitié seulement arrive\u202f?")],
            ),
            ("R12", "Tout est prioritaire.", [("À décider", "")]),
            ("R20", "Aucun levier nouveau.", [("Choix assumé", "Nous le savons")]),
        ],
    ]


def test_a_finding_that_is_all_question_stands_as_it_is():
    (risk,) = risks_of([found("R12", "Qu’est-ce qui passe en premier\u202f?")], document_of())
    assert risk.point == "Qu’est-ce qui passe en premier\u202f?"
    assert risk.replies == (Reply("À décider", is_open=True),)


QUESTION = "Qui sommes-nous\u202f? Le dire mieux"


@pytest.mark.parametrize(
    ("rule", "answers"),
    [
        (
            "C5",
            {
                "objectives": {
                    "rows": [
                        {"id": "o1", "statement": QUESTION},
                        {"id": "o2", "statement": "Tenir"},
                    ]
                },
                "activities": {"rows": [{"id": "a1", "text": "Agir", "serves": ["o2"]}]},
            },
        ),
        (
            "M3",
            {
                "economic_model": {
                    "levers": [
                        LEVERS[1]
                        | {"text": QUESTION, "amount_now_keur": 60, "amount_target_keur": 10}
                    ],
                    "now": {"budget_min_keur": 100},
                }
            },
        ),
        (
            "R14",
            {
                "accompaniment_scope": {
                    "rows": [
                        {
                            "step": "prepare_company",
                            "handling": "with_partner",
                            "partner": QUESTION,
                        }
                    ]
                },
                "alliances": {"rows": [{"id": "l1", "actor": "CCI", "family": "institutions"}]},
            },
        ),
    ],
)
def test_what_people_typed_is_never_cut_into_sentences(rule, answers):
    document = document_of(**answers)
    findings = [point for point in find_coherence(document) if point.rule == rule]
    (risk,) = [risk for risk in risks_of(findings, document) if risk.rule == rule]
    assert QUESTION in risk.point
    assert risk.question in findings[0].message.replace(f"«\u00a0{QUESTION}\u00a0»", "")
    assert f"{risk.point} {risk.question}".strip() == findings[0].message


def test_plan_b_answers_the_finding_that_asks_for_it():
    half = {"shock": "half_comes", "chosen": True}
    stop = "Les publications, puis les rencontres."
    told, untold = (
        risks_of([found("M4", HALF)], document_of(half | extra))
        for extra in ({"stop_first": stop}, {})
    )
    assert [risk.replies for risk in told] == [(Reply("Plan B (4.1)", stop),)]
    assert [risk.replies for risk in untold] == [
        (Reply("À décider", "Ce que nous arrêterions d’abord.", is_open=True),)
    ]


def test_the_funder_that_leaves_answers_only_for_its_own_lever():
    leaves = {"shock": "funder_leaves", "lever": "x1", "stop_first": "La note annuelle"}
    document = document_of(leaves)
    own, other = found("M3", "La Région baisse.", "x1"), found("M3", "Le Club baisse.", "x2")
    assert said(risks_of([other, own], document)) == [
        ("M3", "Le Club baisse.", [("À décider", "")]),
        ("M3", "La Région baisse.", [("Plan B (4.1)", "La note annuelle")]),
    ]
    public = found("R23", "90\u00a0% du budget reste public.")
    assert [risk.plan_b for risk in risks_of([public], document)] == ["La note annuelle"]


def test_a_shock_that_no_finding_asks_for_is_a_risk_of_its_own():
    document = document_of(
        {"shock": "one_post_less", "chosen": True, "stop_first": "Le forum"},
        {"shock": "funder_leaves", "lever": "x1"},
    )
    assert said(risks_of([], document)) == [
        (
            "",
            "Un financeur se retire\u00a0: «\u00a0Région\u00a0».",
            [("À décider", "Ce que nous arrêterions d’abord.")],
        ),
        ("", "Un poste de moins.", [("Plan B (4.1)", "Le forum")]),
    ]
    assert [risk.consequence for risk in risks_of([], document)] == [
        CONSEQUENCES["M3"],
        ONE_POST_LESS,
    ]


def test_a_post_less_where_nobody_is_employed_is_no_risk():
    document = document_of({"shock": "one_post_less", "chosen": True})
    document.answers.economic_model.target.fte = 0
    assert risks_of([], document) == []
    assert vigilance_of([], document) is None


def test_a_decision_that_serves_the_same_objective_answers_and_says_who():
    rows = [
        {"id": "d1", "text": "Adopter la vision", "carried_by": "le bureau"},
        {"id": "d2", "text": "Recruter", "serves": ["o2", "o1"], "carried_by": "la direction"},
        {"id": "d3", "text": "Étudier", "serves": ["o1"]},
    ]
    document = document_of(
        objectives={
            "rows": [{"id": "o1", "statement": "Tenir"}, {"id": "o2", "statement": "Aller"}]
        },
        board_decisions={"decisions": rows},
    )
    one, other = found("C5", "Aucune activité ne sert O1.", "o1"), found("C5", "Rien.", "o3")

    def answers():
        return [
            ([(reply.label, reply.is_open) for reply in risk.replies], risk.who)
            for risk in risks_of([one, other], document)
        ]

    assert answers() == [
        ([("Décisions 2 et 3", False)], "la direction"),
        ([("À décider", True)], ""),
    ]
    document.adoption = Adoption.model_validate(
        {
            "date": "2026-06-18",
            "outcomes": [
                {"decision": "d2", "result": "rejected"},
                {"decision": "d3", "result": "adopted", "carried_by": "le comité"},
            ],
        }
    )
    assert answers()[0] == ([("Décision 3", False)], "le comité")


def test_the_three_main_risks_are_the_first_of_the_table():
    document = demo("sorelle")
    findings = find_coherence(document)
    risks = risks_of(findings, document)
    assert [risk.rule for risk in risks] == ["M4", "C5", "R14"]
    page = vigilance_of(findings, document)
    assert [row.name for group in page.table.groups for row in group] == [r.point for r in risks]
    assert [risk.rule for risk in page.risks] == ["M4", "C5", "R14"]


def test_what_is_no_risk_is_told_apart_and_slips_first():
    findings = [
        found("S1", "35\u00a0ETP\u202f?"),
        found("R31", "À quelle échéance\u202f?", severity=Severity.INFO),
        found("R04", "Aucun objectif chiffré."),
        found("R17", "Sans échelon."),
        found("R09", "Aucune activité.", reason="Un allié la porte"),
    ]
    page = vigilance_of(findings, document_of())
    assert (page.slips, page.to_say) == (
        ["35\u00a0ETP\u202f?"],
        ["Aucun objectif chiffré.", "À quelle échéance\u202f?"],
    )
    assert page.assumed == [("Aucune activité.", "Un allié la porte")]
    assert (page.open_count, page.attention_count, page.risks) == (4, 2, [])


WITHOUT_SCALE = found("R17", "Sans échelon.")


def test_there_is_no_page_of_what_only_stands_under_what_is_missing():
    assert vigilance_of([WITHOUT_SCALE], document_of()) is None


def test_the_points_to_discuss_are_pointed_at_where_they_are_told():
    chosen = [
        found("R09", "Aucune activité.", reason="Un allié la porte"),
        found("R12", "Tout est prioritaire.", reason="Nous le savons"),
    ]
    told = (
        found("R31", "À quelle échéance\u202f?"),
        found("S1", "35\u00a0ETP\u202f?"),
        found("M4", HALF),
    )
    for page in (vigilance_of([WITHOUT_SCALE, *chosen, point], document_of()) for point in told):
        assert (page.open_count, page.open_anchor) == (2, "vigilance")
    page = vigilance_of([WITHOUT_SCALE, *chosen], document_of())
    assert (page.open_count, page.open_anchor) == (1, "reste-a-completer")


@patient
@given(documents())
def test_every_finding_is_told_once(document):
    document = without_dangling_links(document)
    findings = find_coherence(document, today=dt.date(2026, 11, 2))
    page = vigilance_of(findings, document)
    told = (
        []
        if page is None
        else [
            *(risk.rule for risk in page.risks if risk.rule),
            *itertools.repeat("", len(page.slips) + len(page.to_say) + len(page.assumed)),
        ]
    )
    assert page is None or page.risks or told
    lacking = [f for f in findings if f.rule == "R17" and f.is_open]
    assert len(told) == len(findings) - len(lacking)
    missing = " ".join(item.message for item in remaining_items(document))
    for finding in lacking:
        name = finding.message.removesuffix(" est prioritaire mais n’a pas d’échelon.")
        assert name.removeprefix("L’") in missing
