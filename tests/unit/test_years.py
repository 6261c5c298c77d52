"""What the document dates, year by year: only what was entered."""

from __future__ import annotations

import datetime as dt
from typing import Any

from diagnostics.domain.answers import Milestone
from diagnostics.domain.document import load_document
from diagnostics.report.years import year_by_year
from tests.report_samples import demo, report
from tests.shapes import empty_document


def document_of(horizon: int = 3, **answers: Any):
    value = empty_document()
    value["diagnostic"]["horizon_years"] = horizon
    value["answers"] = answers
    return load_document(value)


def milestones(*told: tuple[str, str]):
    return [Milestone(id=f"c{n}", month=m, milestone=text) for n, (m, text) in enumerate(told)]


def told(document, calendar=(), **options):
    return [
        (year.title, year.note, [(entry.label, entry.items) for entry in year.entries])
        for year in year_by_year(document, list(calendar), **options)
    ]


def test_the_years_of_the_demo():
    years = {year.title: year for year in report(demo("sorelle")).years}
    assert list(years) == ["2026", "2027", "2028", "2029", "Sans année"]
    assert [year.note for year in years.values()] == ["", "N+1", "N+2", "l’horizon", ""]
    labels = {title: [entry.label for entry in year.entries] for title, year in years.items()}
    assert labels == {
        "2026": ["Calendrier"],
        "2027": [
            "Activités qui démarrent",
            "Objectifs à atteindre",
            "Alliés à approcher",
            "Calendrier",
        ],
        "2028": ["Activités qui démarrent", "Objectifs à atteindre", "Alliés à approcher"],
        "2029": ["Équipe", "Objectifs à atteindre"],
        "Sans année": ["Alliés à approcher"],
    }
    team, objectives = years["2029"].entries
    assert team.items == ("de 2,5 à 4\u00a0ETP",)
    assert objectives.items[0] == "O1\u00a0:\u00a0120\u00a0associations"


def test_nothing_dated_is_no_part_at_all():
    activities = {"rows": [{"id": "a1", "text": "Forum", "state": "to_create"}]}
    assert told(document_of()) == []
    assert told(document_of(activities=activities, objectives={"rows": [{"id": "o1"}]})) == []


def test_a_year_of_which_nothing_is_dated_says_so_up_to_the_horizon():
    activities = {"rows": [{"id": "a1", "text": "Forum", "state": "to_create", "start_year": 2028}]}
    assert told(document_of(horizon=5, activities=activities)) == [
        ("2028", "N+2", [("Activités qui démarrent", ("A1\u00a0Forum",))]),
        ("2029", "N+3", []),
        ("2030", "N+4", []),
        ("2031", "l’horizon", []),
    ]


def test_what_is_dated_out_of_the_horizon_stands_at_its_year():
    rows = [
        {"id": "o1", "statement": "Tenir", "kind": "quantitative", "target_value": 5, "unit": "K€",
         "baseline_value": 8, "deadline_year": 2024},
        {"id": "o2", "statement": "Essaimer", "kind": "qualitative", "deadline_year": 2035},
        {"id": "o3", "statement": "Sans échéance"},
    ]  # fmt: skip
    assert told(document_of(objectives={"rows": rows})) == [
        ("2024", "", [("Objectifs à atteindre", ("O1\u00a0:\u00a05\u00a0K€ (en baisse)",))]),
        ("2035", "", [("Objectifs à atteindre", ("O2\u00a0Essaimer",))]),
        ("Sans année", "", [("Objectifs", ("O3",))]),
    ]


def test_an_activity_that_is_there_does_not_start_again():
    rows = [
        {"id": "a1", "text": "Forum", "state": "existing", "start_year": 2019},
        {"id": "a2", "text": "Club", "state": "existing"},
        {"id": "a3", "text": "Note", "state": "to_strengthen", "start_year": 2025},
        {"id": "a4", "text": "Tribune", "state": "to_create", "start_year": 2025},
        {"id": "a5", "text": "Bilan", "state": "to_strengthen", "start_year": 2027},
    ]
    years = told(document_of(activities={"rows": rows}))
    assert [(title, entries) for title, _note, entries in years[:2]] == [
        ("2025", [("Activités qui démarrent", ("A4\u00a0Tribune",))]),
        ("2027", [("Activités qui démarrent", ("A5\u00a0Bilan",))]),
    ]


def test_only_actors_to_approach_are_dated():
    rows = [
        {"id": "l1", "actor": "CRESS", "relation": "existing", "horizon_year": 2027},
        {"id": "l2", "actor": "Medef", "relation": "to_approach", "horizon_year": 2029},
    ]
    assert told(document_of(alliances={"rows": rows})) == [
        ("2029", "l’horizon", [("Alliés à approcher", ("Medef",))])
    ]


def test_the_team_stands_at_the_horizon_as_it_changes():
    def team(now: dict[str, Any], target: dict[str, Any]):
        return told(document_of(economic_model={"now": now, "target": target}))

    def at_the_horizon(*items: str):
        return [("2029", "l’horizon", [("Équipe", items)])]

    assert (
        team({"fte": 2}, {"fte": 2}) == team({"fte": 0}, {"fte": 0}) == team({"fte": 2}, {}) == []
    )
    assert team({}, {"fte": 1.5}) == at_the_horizon("1,5\u00a0ETP")
    assert team({"fte": 3}, {"fte": 2}) == at_the_horizon("de 3 à 2\u00a0ETP")
    volunteers = team({"fte": 0, "volunteers": 12}, {"fte": 0, "volunteers": 30})
    assert volunteers == at_the_horizon("de 12 à 30\u00a0bénévoles")
    # Volunteers of a team that is paid are no recruits.
    assert team({"fte": 1, "volunteers": 2}, {"fte": 1, "volunteers": 9}) == []


def test_the_calendar_goes_by_month_and_the_past_is_told_past():
    calendar = milestones(
        ("2027-01", "Arrivée"), ("", "À dater"), ("2026-09", "Étude"), ("2026-10", "")
    )
    assert told(document_of(), calendar, seen_on=dt.date(2026, 10, 31))[:2] == [
        (
            "2026",
            "",
            [("Calendrier", ("Septembre (passé)\u00a0: Étude", "Octobre\u00a0: à préciser"))],
        ),
        ("2027", "N+1", [("Calendrier", ("Janvier\u00a0: Arrivée",))]),
    ]
    undated = told(document_of(), calendar)[-1]
    assert undated == ("Sans année", "", [("Calendrier", ("À dater",))])
    assert told(document_of(), milestones(("", "À dater"))) != []


def test_an_adopted_paper_looks_ahead_from_the_session():
    content = report(demo("sorelle"), number=2)  # submitted on 4 June 2026
    (first, *_others) = content.years[0].entries[0].items
    assert first.startswith("Juillet\u00a0: ")
