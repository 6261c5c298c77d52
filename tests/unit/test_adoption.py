"""What the board decided: what is refused, and that whatever a form takes is kept whole."""

from __future__ import annotations

import datetime as dt
import json
from html import unescape
from typing import Any

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from diagnostics.domain.adoption import Adoption, DecisionOutcome, DecisionResult, problem_of
from diagnostics.domain.answers import BoardDecision, BoardDecisions
from diagnostics.domain.document import DiagnosticDocument, load_document, read_document
from diagnostics.domain.journal import tell_event
from diagnostics.domain.vocabulary import EventKind, State
from diagnostics.forms.adoption import AdoptionForms
from diagnostics.report.blocks.board_decisions import calendar
from diagnostics.report.content import build_report
from diagnostics.report.decisions import decisions_of
from diagnostics.report.pdf import render_report_html
from tests.shapes import empty_document, line, paragraphs, patient
from tests.word_files import word

TODAY = dt.date(2026, 11, 29)
DECISIONS = [
    BoardDecision(id="d1", text="Adopter la vision"),
    BoardDecision(id="d2", text="Recruter au 1er janvier"),
]
DAY = st.dates(dt.date(1900, 1, 1), dt.date(2100, 12, 31))
VOTES = st.none() | st.integers(0, 1_000_000)


def forms(data: dict[str, str] | None, last: Adoption | None = None) -> AdoptionForms:
    posted = None
    if data is not None:
        posted = QueryDict(mutable=True)
        posted.update(data)
    return AdoptionForms(posted, decisions=DECISIONS, today=TODAY, last=last, board_date=None)


def typed(**changes: str) -> dict[str, str]:
    """What is posted of a session at which both decisions were adopted."""
    data = {"date": "2026-11-12", "decision-d1-result": "adopted", "decision-d2-result": "adopted"}
    return data | {name.replace("__", "-"): value for name, value in changes.items()}


def document_with(adoption: Adoption) -> DiagnosticDocument:
    value = empty_document()
    value["diagnostic"]["state"] = "adopted"
    value["answers"] = {"board_decisions": {"decisions": [d.model_dump() for d in DECISIONS]}}
    return load_document(value | {"adoption": adoption.model_dump(mode="json")})


@st.composite
def sessions(draw: st.DrawFn) -> Adoption:
    """Sessions such as a form takes them."""
    outcomes = []
    for decision in DECISIONS:
        result = draw(st.sampled_from(list(DecisionResult)))
        is_amended = result is DecisionResult.AMENDED
        outcomes.append(
            {
                "decision": decision.id,
                "result": result,
                "amended_text": draw(paragraphs(1000).filter(bool)) if is_amended else "",
                "votes_for": draw(VOTES),
                "votes_against": draw(VOTES),
                "abstentions": draw(VOTES),
                "carried_by": draw(line(300)),
                "due_date": draw(st.none() | DAY),
            }
        )
    day = draw(st.dates(dt.date(1900, 1, 1), TODAY))
    return Adoption.model_validate({"date": day, "outcomes": outcomes})


def posted_of(session: Adoption) -> dict[str, str]:
    """What a person types to record a session."""
    data = {"date": session.date.isoformat()}
    for outcome in session.outcomes:
        for name, value in outcome.model_dump(mode="json", exclude={"decision"}).items():
            data[f"decision-{outcome.decision}-{name}"] = "" if value is None else str(value)
    return data


@patient
@given(sessions())
def test_whatever_the_form_takes_goes_through_the_document(session: Adoption):
    posted = forms(posted_of(session))
    assert posted.is_valid(), list(posted.errors())
    adoption = posted.adoption()
    assert adoption == session
    document = document_with(adoption)
    assert document.adoption == adoption
    assert load_document(document.as_json()) == document
    # Another program sends it back, and a form starts from it.
    assert read_document(json.dumps(document.as_json())).adoption == adoption
    again = forms(None, last=adoption)
    shown = {"date": again.session["date"].value().isoformat()}
    for form in again.outcomes:
        for field in form:
            value = field.value()
            shown[field.html_name] = "" if value is None else str(value)
    posted = forms(shown)
    assert posted.is_valid(), list(posted.errors())
    assert posted.adoption() == adoption
    build_report(document, version=None)


@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        ({"date": ""}, [("Date de la séance", "Indiquez le jour de la séance.")]),
        (
            {"date": "2026-11-30"},
            [
                (
                    "Date de la séance",
                    "Cette séance n’a pas encore eu lieu\u00a0: enregistrez la décision une fois prise.",
                )
            ],
        ),
        (
            {"date": "hier"},
            [("Date de la séance", "Indiquez une date, par exemple 18/06/2026.")],
        ),
        (
            {"decision-d2-result": ""},
            [("Décision 2, résultat", "Dites ce que le conseil en a décidé.")],
        ),
        (
            {"decision-d1-result": "unanimous"},
            [("Décision 1, résultat", "Choisissez l’un des quatre résultats.")],
        ),
        (
            {"decision-d1-result": "amended", "decision-d1-amended_text": " \u200b "},
            [("Décision 1, texte adopté", "Écrivez le texte que le conseil a adopté.")],
        ),
        (
            {"decision-d1-amended_text": "Un autre texte"},
            [
                (
                    "Décision 1, résultat",
                    "Vous avez écrit un texte adopté\u00a0: choisissez «\u00a0Amendé\u00a0», "
                    "ou effacez ce texte.",
                )
            ],
        ),
        (
            {"decision-d1-votes_for": "1,5"},
            [("Décision 1, pour", "Vouliez-vous 2\u00a0voix\u202f?")],
        ),
        (
            {"decision-d1-votes_against": "-1"},
            [("Décision 1, contre", "Indiquez un nombre entre 0 et 1\u202f000\u202f000.")],
        ),
        (
            {"decision-d2-carried_by": "x" * 301},
            [("Décision 2, qui la porte", "1\u00a0caractère de trop\u00a0: 300 au plus.")],
        ),
        (
            {"decision-d2-due_date": "32/01/2027"},
            [("Décision 2, pour quand", "Indiquez une date, par exemple 18/06/2026.")],
        ),
    ],
)
def test_what_is_refused_is_said_at_its_field(changes, errors):
    posted = forms(typed() | changes)
    assert not posted.is_valid()
    assert [(label, error) for _place, label, error in posted.errors()] == errors


@pytest.mark.parametrize(
    ("votes", "read"), [("12", 12), ("12 voix", 12), ("", None), ("1 200", 1200)]
)
def test_votes_are_read_as_people_write_them(votes, read):
    posted = forms(typed(decision__d1__votes_for=votes))
    assert posted.is_valid(), list(posted.errors())
    assert posted.adoption().outcomes[0].votes_for == read


@pytest.mark.parametrize(
    "change",
    [
        {"result": "amended"},
        {"amended_text": "Autre"},
        {"votes_for": -1},
        {"votes_for": 1.5},
        {"result": "unanimous"},
        {"decision": ""},
    ],
)
def test_a_document_cannot_tell_half_an_outcome(change: dict[str, Any]):
    value = {"decision": "d1", "result": "adopted"}
    assert DecisionOutcome.model_validate(value).is_carried_out
    with pytest.raises(ValidationError):
        DecisionOutcome.model_validate(value | change)


def test_a_decision_has_one_result():
    outcome = {"decision": "d1", "result": "adopted"}
    with pytest.raises(ValidationError, match="deux résultats"):
        Adoption.model_validate({"date": TODAY, "outcomes": [outcome, outcome]})


def session(*told: str, day: dt.date = TODAY) -> Adoption:
    outcomes = [{"decision": row, "result": "adopted"} for row in told]
    return Adoption.model_validate({"date": day, "outcomes": outcomes})


def test_each_proposed_decision_and_no_other_has_a_result():
    assert problem_of(session("d1", "d2"), DECISIONS, today=TODAY) == ""
    assert problem_of(session(), [], today=TODAY) == ""
    for told in (("d1",), ("d1", "d2", "d3"), ()):
        assert "chacune des décisions" in problem_of(session(*told), DECISIONS, today=TODAY)
    assert problem_of(session("d3"), [], today=TODAY)
    tomorrow = TODAY + dt.timedelta(days=1)
    assert "pas encore eu lieu" in problem_of(session(day=tomorrow), [], today=TODAY)


ADOPTION = Adoption.model_validate(
    {
        "date": "2026-11-12",
        "outcomes": [
            {
                "decision": "d1",
                "result": "amended",
                "amended_text": "Adopter la vision, moins le dernier énoncé",
                "votes_for": 12,
                "votes_against": 1,
                "abstentions": 2,
                "carried_by": "le bureau",
                "due_date": "2027-03-31",
            },
            {"decision": "d2", "result": "postponed", "due_date": "2027-02-01"},
        ],
    }
)


def test_the_report_says_what_the_board_decided():
    before, after = empty_document(), document_with(ADOPTION)
    content = build_report(after, version=None)
    assert (
        content.cover.occasion
        == "Adopté le 12\u00a0novembre\u00a02026 par le conseil d’administration"
    )
    assert not content.is_project
    assert content.board.title == "Décisions du conseil d’administration"
    one, two = content.board.decisions
    assert (one.text, one.proposed) == (
        "Adopter la vision, moins le dernier énoncé",
        "Adopter la vision",
    )
    assert one.votes == "12\u00a0voix pour, 1\u00a0contre, 2\u00a0abstentions"
    assert one.carried == "Qui la porte\u00a0: le bureau · Pour le 31\u00a0mars\u00a02027"
    assert (two.result, two.votes, two.carried) == (
        DecisionResult.POSTPONED,
        "",
        "Pour le 1er\u00a0février\u00a02027",
    )
    assert content.synthesis.requests_title == "Ce que le conseil a décidé"
    assert content.synthesis.requests == [
        "Amendé\u00a0: Adopter la vision, moins le dernier énoncé",
        "Reporté\u00a0: Recruter au 1er janvier",
    ]
    months = calendar(content.board.calendar, after).months
    assert [(month.name, month.milestones) for month in months if month.milestones] == [
        ("Février\u00a02027", ("Décision 2 à revoir en conseil",)),
        ("Mars\u00a02027", ("Décision 1 à mettre en œuvre (le bureau)",)),
    ]
    assert load_document(before).adoption is None


def test_word_says_it_too_and_fills_in_the_deliberation():
    file = word(build_report(document_with(ADOPTION), version=None))
    text = file.text.replace("\u00a0", " ")
    for words in (
        "Décisions du conseil d’administration",
        "Proposé : Adopter la vision",
        "12 voix pour, 1 contre, 2 abstentions",
        "Qui la porte : le bureau · Pour le 31 mars 2027",
        "Ce que le conseil a décidé",
        "Contre : 1",
    ):
        assert words in text, words


def asked_of_the_board() -> dict[str, Any]:
    """What a board is asked: a decision, a question at a step, another step without words; and an
    element is missing."""
    vision = {"statements": [{"id": "v1", "text": "Relier"}], "mark": "for_board"}
    roles = {"rows": [{"id": "r1", "role": "network"}], "board_question": "Jusqu’où\u202f?"}
    decisions = {"decisions": [decision.model_dump() for decision in DECISIONS]}
    opinion = {
        "text": "",
        "author": "Fanny",
        "date": "2026-11-01",
        "questions": ["Qui porte\u202f?"],
    }
    answers = {"vision": vision, "roles": roles, "board_decisions": decisions}
    return empty_document() | {"answers": answers, "opinion": opinion}


TO_SETTLE = ("à trancher", "souhaite en débattre", "avant ou pendant la séance", "pour la séance")
SETTLED = (
    "Questions posées au conseil",
    "Ce que le conseil a décidé est dit ci-dessus",
    "souhaitait en débattre",
    "au jour de la séance",
    "Soumis au conseil",
)


@pytest.mark.parametrize("paper", ["HTML", "Word"])
def test_nothing_is_said_to_be_settled_once_the_board_has_decided(paper: str):
    def written(value: dict[str, Any]) -> str:
        content = build_report(load_document(value), version=None)
        text = word(content).text if paper == "Word" else unescape(render_report_html(content))
        return text.replace("\u00a0", " ")

    before = written(asked_of_the_board())
    for words in TO_SETTLE:
        assert words in before.lower(), words
    assert [words for words in SETTLED if words in before] == []
    after = written(asked_of_the_board() | {"adoption": ADOPTION.model_dump(mode="json")})
    assert [words for words in TO_SETTLE[:3] if words in after.lower()] == []
    assert [words for words in SETTLED if words.lower() not in after.lower()] == []
    assert "Jusqu’où" in after


@pytest.mark.parametrize("paper", ["HTML", "Word"])
def test_what_was_adopted_before_sessions_were_recorded_is_settled_too(paper: str):
    value = asked_of_the_board()
    value["diagnostic"]["state"] = State.ADOPTED.value
    content = build_report(load_document(value), version=None)
    text = word(content).text if paper == "Word" else unescape(render_report_html(content))
    text = text.replace("\u00a0", " ")

    assert [words for words in TO_SETTLE[:3] if words in text.lower()] == []
    lacking = [words for words in SETTLED if words.lower() not in text.lower()]
    assert lacking == ["Ce que le conseil a décidé est dit ci-dessus"]
    assert "Adopté par le conseil. Le détail de la séance n’a pas été enregistré." in text
    assert content.synthesis.requests_title == "Ce que le conseil a décidé"
    assert content.board.held_on is None


def test_a_board_without_proposed_decision_leaves_its_date():
    value = empty_document() | {"adoption": {"date": "2026-11-12"}}
    content = build_report(load_document(value), version=None)
    assert not content.board.is_empty
    assert (content.board.decisions, content.board.held_on) == ([], dt.date(2026, 11, 12))


def test_what_was_proposed_before_the_board_has_no_result():
    value = empty_document() | {
        "answers": {"board_decisions": BoardDecisions(decisions=DECISIONS).model_dump(mode="json")}
    }
    decisions = decisions_of(load_document(value))
    assert [(d.number, d.text, d.result, d.in_short) for d in decisions] == [
        (1, "Adopter la vision", None, "Adopter la vision"),
        (2, "Recruter au 1er janvier", None, "Recruter au 1er janvier"),
    ]


def test_the_journal_keeps_both_moments_and_what_was_decided():
    moments = {
        "validated_at": "2026-11-02T23:30:00+00:00",
        "adopted_at": "2026-11-12T10:00:00+00:00",
    }
    assert tell_event(EventKind.REOPENED, moments) == (
        "a rouvert le diagnostic (validé le 3\u00a0novembre\u00a02026, adopté le 12\u00a0novembre\u00a02026)"
    )
    assert tell_event(EventKind.REOPENED, {}) == "a rouvert le diagnostic"
    told = {"date": "2026-11-12", "results": {"adopted": 3, "amended": 1}}
    assert tell_event(EventKind.ADOPTED, told) == (
        "a enregistré l’adoption en séance du 12\u00a0novembre\u00a02026\u00a0: "
        "3\u00a0décisions adoptées, 1\u00a0amendée"
    )
    assert tell_event(EventKind.ADOPTED, {"results": {"postponed": 1}}) == (
        "a enregistré l’adoption en séance\u00a0: 1\u00a0décision reportée"
    )
