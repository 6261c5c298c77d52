"""What a decision proposed to the board is taken from: stored, told and taken up again."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.http import QueryDict

from diagnostics.domain.adoption import Adoption
from diagnostics.domain.coherence import CoherenceFinding, Severity
from diagnostics.domain.comparison import compare_answers, labels_of
from diagnostics.domain.document import DiagnosticDocument, load_document
from diagnostics.domain.merge import merge_answers
from diagnostics.domain.starting_again import start_again
from diagnostics.domain.vocabulary import StepKey
from diagnostics.forms.adoption import AdoptionForms
from diagnostics.report.decisions import DecisionDetail, decisions_of
from tests.shapes import empty_document

WHOLE = {
    "id": "d1",
    "text": "Recruter",
    "serves": ["o2"],
    "why": "Sans poste, pas de club",
    "cost": "27 K€ par an",
    "condition": "vingt adhésions signées",
    "if_not": "Le club attend 2028",
    "carried_by": "le bureau",
}
TOLD = [
    DecisionDetail("Répond à", "O2 Tenir le club", "etape-objectives"),
    DecisionDetail("Pourquoi", "Sans poste, pas de club"),
    DecisionDetail("Coût", "27 K€ par an"),
    DecisionDetail("Condition", "vingt adhésions signées"),
    DecisionDetail("Sinon", "Le club attend 2028"),
    DecisionDetail("Qui la porte", "le bureau"),
]


def document(*decisions: dict, **more: object) -> DiagnosticDocument:
    value = empty_document()
    objectives = [{"id": "o1", "statement": "Former"}, {"id": "o2", "statement": "Tenir le club"}]
    value["answers"] = {
        "objectives": {"rows": objectives},
        "board_decisions": {"decisions": list(decisions)},
    }
    return load_document(value | more)


def test_what_is_not_told_is_absent_and_what_was_stored_before_reads_and_writes_as_it_was():
    bare = {"id": "d1", "text": "Recruter"}
    for schema in (1, 2, 3, 4, 5):
        stored = document(bare, schema=schema).as_json()["answers"]["board_decisions"]
        assert stored["decisions"] == [bare]
        (objective, _) = document(schema=schema).as_json()["answers"]["objectives"]["rows"]
        assert "measured_by" not in objective
    assert document(WHOLE).as_json()["answers"]["board_decisions"]["decisions"] == [WHOLE]


def test_what_a_decision_is_taken_from_is_told_and_nothing_else():
    assert decisions_of(document(WHOLE))[0].facts == TOLD
    assert decisions_of(document({"id": "d1", "text": "Recruter"}))[0].facts == []
    removed = document(WHOLE | {"serves": ["o9"]})
    assert decisions_of(removed)[0].facts == TOLD[1:]


def test_the_most_serious_point_about_its_objectives_is_told():
    def point(message: str, *rows: str, severity: Severity = Severity.INFO, **more: Any) -> Any:
        steps = (StepKey.OBJECTIVES,)
        return CoherenceFinding(more.pop("rule", "R01"), severity, steps, rows, message, (), **more)

    findings = [
        point("une lettre de trop", "o2", rule="S01", severity=Severity.ATTENTION),
        point("d’un autre objectif", "o1", severity=Severity.ATTENTION),
        point("choisi", "o2", severity=Severity.ATTENTION, acknowledgement="oui"),
        point("à noter", "o2"),
        point("grave", "o2", "o1", severity=Severity.ATTENTION),
    ]
    told = [decisions_of(document(WHOLE), findings[:n])[0].facts[1:2] for n in range(1, 6)]
    why = TOLD[1:2]
    point_of = [[DecisionDetail("Point à discuter", words)] for words in ("à noter", "grave")]
    assert told == [why, why, why, *point_of]


@pytest.mark.parametrize(("carried_by", "told"), [("", TOLD), ("le comité", TOLD[:-1])])
def test_who_the_board_charged_replaces_who_was_proposed(carried_by, told):
    outcome = {"decision": "d1", "result": "adopted", "carried_by": carried_by}
    adopted = document(WHOLE, adoption={"date": "2026-11-12", "outcomes": [outcome]})
    (decision,) = decisions_of(adopted)
    assert decision.facts == told
    assert decision.carried == (f"Qui la porte\u00a0: {carried_by}" if carried_by else "")


def test_a_change_is_told_and_two_people_are_merged_by_field():
    base, mine, theirs = (
        document(WHOLE | change).answers.board_decisions
        for change in ({}, {"cost": "30 K€"}, {"serves": ["o1"], "why": "Le club manque"})
    )
    merged = merge_answers(base, mine, theirs)
    (row,) = merged.answer.decisions
    assert (row.cost, row.why, row.serves) == ("30 K€", "Le club manque", ["o1"])
    assert merged.conflicts == ()
    labels = labels_of(document(WHOLE).answers)
    (rows,) = compare_answers(base, merged.answer, labels).row_sets
    assert [(f.label, f.before, f.after) for f in rows.rows[0].fields] == [
        ("Objectifs auxquels elle répond", "Tenir le club", "Former"),
        ("Pourquoi", "Sans poste, pas de club", "Le club manque"),
        ("Ce qu’elle coûte, en quelques mots", "27 K€ par an", "30 K€"),
    ]


def test_the_next_diagnostic_starts_with_what_the_decision_was_taken_from():
    (row,) = start_again(document(WHOLE), base_year=2027).board_decisions.decisions
    assert row.model_dump(mode="json") == WHOLE


def test_the_session_starts_from_who_was_proposed_until_it_says_another():
    whole = document(WHOLE).answers.board_decisions.decisions
    outcome = {"decision": "d1", "result": "adopted", "carried_by": ""}
    last = Adoption.model_validate({"date": "2026-11-12", "outcomes": [outcome]})

    def starts_with(last: Adoption | None, posted: QueryDict | None = None) -> str:
        day = dt.date(2026, 11, 20)
        made = AdoptionForms(posted, decisions=whole, today=day, last=last, board_date=None)
        return made.outcomes[0]["carried_by"].value()

    assert starts_with(None) == "le bureau"
    assert starts_with(last) == ""
    assert starts_with(None, QueryDict("decision-d1-carried_by=le comité")) == "le comité"
