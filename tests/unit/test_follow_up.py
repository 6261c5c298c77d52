"""The follow-up sheet: the steps of each objective, at its own deadline."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from diagnostics.domain.answers import Objective
from diagnostics.domain.document import load_document
from diagnostics.report.blocks.types import PieceKind
from diagnostics.report.follow_up import STEP_WIDTHS, WIDTH, follow_up, steps_of
from tests.report_samples import demo
from tests.shapes import documents, empty_document, patient


def objective(**values: Any):
    return Objective.model_validate({"id": "o1", "kind": "quantitative", **values})


def sheet_of(*rows: dict[str, Any], horizon: int = 3):
    value = empty_document()
    value["diagnostic"]["horizon_years"] = horizon
    value["answers"] = {
        "objectives": {"rows": [{"id": f"o{n}", **row} for n, row in enumerate(rows)]}
    }
    return follow_up(load_document(value))


def words(row):
    return [" ".join(piece.text for piece in cell.pieces) for cell in row.cells]


def rows_of(table):
    return [words(row) for group in table.groups for row in group]


@pytest.mark.parametrize(
    ("values", "steps"),
    [
        ({"baseline_value": 65, "target_value": 120}, "83 102 120"),
        ({"baseline_value": 65, "target_value": 120, "deadline_year": 2028}, "93 120"),
        # Beyond the horizon, the steps are those of the way there.
        ({"baseline_value": 0, "target_value": 100, "deadline_year": 2030}, "25 50 75"),
        ({"baseline_value": 0, "target_value": 100, "deadline_year": 2027}, "100"),
        ({"baseline_value": 0, "target_value": 100, "deadline_year": 2026}, ""),
        ({"baseline_value": 0, "target_value": 100, "deadline_year": 2020}, ""),
        # Halves go up, decimals are those that were typed.
        ({"baseline_value": 0, "target_value": 1}, "0 1 1"),
        ({"baseline_value": 2.5, "target_value": 4}, "3 3,5 4"),
        ({"baseline_value": 0, "target_value": 0.25}, "0,08 0,17 0,25"),
        ({"baseline_value": 12, "target_value": 3}, "9 6 3"),
        ({"baseline_value": -20, "target_value": 10, "unit": "K€"}, "−10 0 10"),
        ({"baseline_value": 5, "target_value": 50, "unit": "%"}, "20\u00a0%|35\u00a0%|50\u00a0%"),
        (
            {"baseline_value": 0, "target_value": 15, "target_max_value": 21},
            "5 à 7|10 à 14|15 à 21",
        ),
        (
            {"baseline_value": 40, "target_value": 70, "target_at_least": True, "unit": "%"},
            "≥\u00a050\u00a0%|≥\u00a060\u00a0%|≥\u00a070\u00a0%",
        ),
        # A target a year as it stands; nothing from a baseline that is not told.
        ({"baseline_value": 5, "target_value": 20, "unit": "actions par an"}, "20 20 20"),
        ({"target_value": 20, "per_year": True, "deadline_year": 2028}, "20 20"),
        ({"baseline_value": 3}, ""),
    ],
)
def test_the_steps_of_an_objective(values, steps):
    told = steps_of(objective(**values), base_year=2026, horizon=2029)
    assert list(told) == list(range(2027, 2027 + len(told)))
    assert list(told.values()) == (steps.split("|") if "|" in steps else steps.split())


def test_without_a_baseline_only_the_target_is_known():
    row = objective(target_value=80, deadline_year=2028, unit="%")
    assert steps_of(row, base_year=2026, horizon=2029) == {2028: "80\u00a0%"}


def test_the_sheet_of_the_demo():
    table = follow_up(demo("sorelle"))
    assert [column.heading for column in table.columns] == [
        *("Indicateur", "Base 2026", "2027", "2028", "2029", "Qui mesure"),
    ]
    rows = rows_of(table)
    assert len(rows) == 14
    assert rows[0] == ["O1 associations actives dans le réseau", "65", "83", "102", "120", ""]
    assert rows[1] == ["Réalisé", "", "", "", "", ""]
    assert rows[10][1:5] == ["qualitatif", "échéance", "", ""]
    who = table.groups[0][0].cells[-1].pieces[0]
    assert who.kind is PieceKind.BLANK


@pytest.mark.parametrize("horizon", [3, 4, 5])
def test_the_columns_are_the_years_of_the_horizon(horizon):
    table = sheet_of({"statement": "Tenir"}, horizon=horizon)
    years = [str(2026 + n) for n in range(1, horizon + 1)]
    assert [column.heading for column in table.columns][2:-1] == years
    assert sum(column.width for column in table.columns) == pytest.approx(WIDTH)
    assert set(STEP_WIDTHS) == {3, 4, 5}


def test_a_target_that_no_column_holds_is_told_with_its_year():
    late, early, open_one = (
        {"statement": "Tenir", "kind": "quantitative", "baseline_value": 0, **values}
        for values in (
            {"target_value": 9, "unit": "actions", "deadline_year": 2032},
            {"target_value": 9, "unit": "actions", "deadline_year": 2025},
            {"unit": "actions", "deadline_year": 2028},
        )
    )
    table = sheet_of(late, early, open_one)
    details = [[d.text for d in group[0].cells[0].details] for group in table.groups]
    assert details == [
        ["actions", "Cible\u00a0: 9 en 2032"],
        ["actions", "Cible\u00a0: 9 en 2025"],
        ["actions"],
    ]
    assert words(table.groups[2][0])[2:5] == ["", "à préciser", ""]


def test_a_falling_objective_is_told_as_such_and_a_named_unit_once():
    falling, named = (
        {"statement": "Baisser", "kind": "quantitative", "target_value": 3, **values}
        for values in (
            {"baseline_value": 12, "unit": "jours"},
            {"indicator": "jours d’attente", "unit": "jours"},
        )
    )
    table = sheet_of(falling, named)
    details = [[d.text for d in group[0].cells[0].details] for group in table.groups]
    assert details == [["jours, en baisse"], []]


def test_who_measures_is_told_or_left_to_be_filled_in():
    table = sheet_of({"statement": "Tenir", "measured_by": "l'équipe"}, {"statement": "Aller"})
    who = [group[0].cells[-1].pieces[0] for group in table.groups]
    assert [(piece.kind, piece.text) for piece in who] == [
        (PieceKind.TEXT, "l’équipe"),
        (PieceKind.BLANK, ""),
    ]


def test_without_an_objective_there_is_no_sheet():
    assert sheet_of() is None
    assert follow_up(load_document(empty_document())) is None


@patient
@given(documents())
def test_every_numbered_objective_stands_in_the_sheet(document):
    objectives = document.answers.objectives.rows if document.answers.objectives else []
    table = follow_up(document)
    codes = [group[0].cells[0].pieces[0].text for group in table.groups] if table else []
    assert codes == [f"O{n}" for n in range(1, len(objectives) + 1)]
    for group in table.groups if table else ():
        assert [len(row.cells) for row in group] == [len(table.columns)] * 2
