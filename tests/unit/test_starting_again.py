"""What the next diagnostic starts from: valid answers, the same rows, and nothing pretended."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diagnostics.domain.adoption import Adoption
from diagnostics.domain.answers import STEPS
from diagnostics.domain.document import Answers, DiagnosticDocument, load_document
from diagnostics.domain.starting_again import start_again, told_of
from diagnostics.domain.vocabulary import Mark, StepKey
from tests.scene import demo_document
from tests.shapes import documents, empty_document, patient


def document(adoption: dict[str, Any] | None = None, **answers: Any) -> DiagnosticDocument:
    """A document of 2026–2029 with these answers."""
    return load_document({**empty_document(), "answers": answers, "adoption": adoption})


@patient
@given(document=documents(), base_year=st.integers(1900, 2100))
def test_every_answer_is_valid_and_says_what_it_says_when_read_again(document, base_year):
    before = document.model_dump()
    answers = start_again(document, base_year=base_year)
    assert document.model_dump() == before
    assert Answers.model_validate(answers.model_dump(mode="json")) == answers
    for step, answer in answers.given():
        former = document.answers.get(step)
        assert answer == answer.without_blank_rows()
        assert (answer.mark, answer.board_question) == (Mark.TO_REVIEW, "")
        assert not answer.content_is_empty
        for rows in STEPS[step].row_sets:
            ids = [getattr(row, rows.key) for row in getattr(answer, rows.field)]
            were = [getattr(row, rows.key) for row in getattr(former, rows.field)]
            assert ids == [key for key in were if key in ids]


@pytest.mark.parametrize("name", ["sorelle", "brumelle", "arvelle"])
def test_every_row_of_the_demo_is_there_again_but_the_months_that_passed(name):
    document = demo_document(name)
    answers = start_again(document, base_year=2029)
    for step, former in document.answers.given():
        answer = answers.get(step)
        assert answer is not None, step
        gone = {row.id for row in former.all_rows()} - {row.id for row in answer.all_rows()}
        months = getattr(former, "calendar", [])
        assert gone == {row.id for row in months if row.month < "2029"}, step


def test_a_figure_of_today_is_to_be_told_and_a_year_that_has_come_to_be_given_again():
    row = {"statement": "A", "kind": "quantitative", "unit": "associations"}
    figures = {"baseline_value": 40, "target_value": 120}
    answers = start_again(
        document(
            objectives={
                "rows": [
                    {"id": "o1", **row, **figures, "deadline_year": 2029},
                    {"id": "o2", **row, **figures, "deadline_year": 2030},
                    {"id": "o3", "deadline_year": 2027},  # nothing else is told of it
                ]
            },
            activities={
                "rows": [
                    {"id": "a1", "text": "A", "state": "to_create", "start_year": 2028},
                    {"id": "a2", "text": "B", "state": "to_create", "start_year": 2029},
                    {"id": "a3", "text": "C", "state": "existing", "start_year": 2020},
                    {"id": "a4", "text": "D", "serves": ["o3"]},
                ]
            },
            alliances={
                "rows": [
                    {"id": "l1", "actor": "A", "relation": "to_approach", "horizon_year": 2028},
                    {"id": "l2", "actor": "B", "relation": "to_approach", "horizon_year": 2029},
                    {"id": "l3", "actor": "C", "relation": "existing", "horizon_year": 2027},
                ]
            },
        ),
        base_year=2029,
    )
    assert [
        (r.id, r.baseline_value, r.target_value, r.deadline_year) for r in answers.objectives.rows
    ] == [("o1", None, 120, None), ("o2", None, 120, 2030)]
    assert [(r.id, r.start_year) for r in answers.activities.rows] == [
        ("a1", None),
        ("a2", 2029),
        ("a3", 2020),
        ("a4", None),
    ]
    assert answers.activities.rows[3].serves == []  # the row behind it held nothing any more
    assert [(r.id, r.horizon_year) for r in answers.alliances.rows] == [
        ("l1", None),
        ("l2", 2029),
        ("l3", 2027),
    ]


MODEL = {
    "now": {"fte": 2, "volunteers": 12, "budget_min_keur": 120, "public_pct": 100},
    "target": {
        "fte": 3,
        "team_detail": "trois",
        "budget_min_keur": 250,
        "budget_max_keur": 300,
        "public_pct": 33,
        "private_pct": 33,
        "self_pct": 34,
    },
    "levers": [
        {"id": "x1", "text": "Adhésions", "amount_now_keur": 0, "amount_target_keur": 36},
        {
            "id": "x2",
            "text": "Club",
            "amount_target_keur": 10,
            "amount_target_max_keur": 15,
        },
        {"id": "x3", "text": "Impact local"},
        {"id": "x4", "text": "Acquis", "amount_now_keur": 5},
    ],
}


def test_year_n_is_what_had_been_aimed_at_or_what_was_told_then():
    model = start_again(document(economic_model=MODEL), base_year=2029).economic_model
    assert model.now.model_dump(exclude_none=True) == {
        **MODEL["target"],
        "volunteers": 12,  # nothing was aimed at
    }
    assert model.target.model_dump(exclude_none=True) == {"team_detail": ""}
    assert [
        (r.id, r.amount_now_keur, r.amount_target_keur, r.amount_target_max_keur)
        for r in model.levers
    ] == [
        ("x1", 36, None, None),
        ("x2", 10, None, None),
        ("x3", None, None, None),
        ("x4", 5, None, None),
    ]


def test_an_aim_that_lies_ahead_stays():
    given = document(economic_model=MODEL)
    model = start_again(given, base_year=2028).economic_model
    assert model.target == given.answers.economic_model.target
    assert [r.amount_now_keur for r in model.levers] == [36, 10, None, 5]
    assert [r.amount_target_keur for r in model.levers] == [36, 10, None, None]


DECISIONS = {
    "decisions": [{"id": f"d{n}", "text": f"Décision {n}"} for n in range(1, 6)],
    "calendar": [
        {"id": "c1", "month": "2028-12", "milestone": "Passé"},
        {"id": "c2", "month": "2029-01", "milestone": "À venir"},
        {"id": "c3", "milestone": "Sans mois"},
    ],
}


def test_decisions_come_as_the_board_left_them():
    adoption = {
        "date": "2026-06-18",
        "outcomes": [
            {"decision": "d1", "result": "adopted"},
            {"decision": "d2", "result": "amended", "amended_text": "Décision 2, amendée"},
            {"decision": "d3", "result": "postponed"},
            {"decision": "d4", "result": "rejected"},
            {"decision": "d5", "result": "amended", "amended_text": "x" * 301},
        ],
    }
    board = start_again(document(adoption, board_decisions=DECISIONS), base_year=2029)
    assert [(r.id, r.text) for r in board.board_decisions.decisions] == [
        ("d1", "Décision 1"),
        ("d2", "Décision 2, amendée"),
        ("d3", "Décision 3"),
        ("d5", "Décision 5"),
    ]
    assert [r.id for r in board.board_decisions.calendar] == ["c2", "c3"]
    undecided = start_again(document(board_decisions=DECISIONS), base_year=2029)
    assert len(undecided.board_decisions.decisions) == 5
    assert Adoption.model_validate(adoption).date == dt.date(2026, 6, 18)


def test_what_belongs_to_the_former_board_is_not_copied():
    answers = start_again(
        document(
            vision={"starting_point": "Peu de liens", "board_question": "Q ?", "mark": "for_board"},
            roles={"board_question": "Une question seule", "mark": "disputed"},
        ),
        base_year=2029,
    )
    assert answers.model_dump(mode="json") == {
        "vision": {
            "board_question": "",
            "mark": "to_review",
            "starting_point": "Peu de liens",
            "statements": [],
        }
    }


def test_a_page_tells_it_until_somebody_has_read_the_step_again():
    answers = start_again(demo_document("sorelle"), base_year=2029)
    assert "corrigez-la avec ce qui est" in told_of(StepKey.ECONOMIC_MODEL, answers.economic_model)
    assert told_of(StepKey.VISION, answers.vision) == ""
    read = answers.vision.model_copy(update={"mark": None})
    assert told_of(StepKey.VISION, read) is None
    assert told_of(StepKey.VISION, None) is None
