"""What each answer is told with: what its blocks say, and that they say everything."""

from __future__ import annotations

import re
from dataclasses import fields, is_dataclass
from typing import Any

import pytest
from django.template.loader import render_to_string
from django.utils.html import strip_tags

from diagnostics.domain.answers import Milestone
from diagnostics.domain.document import DiagnosticDocument
from diagnostics.domain.vocabulary import StepKey
from diagnostics.report.blocks import blocks_of
from diagnostics.report.blocks.board_decisions import calendar
from diagnostics.report.blocks.types import Cell, Drawing, Row, RowKind, Table
from diagnostics.report.content import build_report
from diagnostics.report.pdf import render_report_html
from tests.canaries import CANARY, Filler, changes
from tests.report_samples import demo, report
from tests.word_files import word

# --- Everything is told ------------------------------------------------------------------------------


def words_of(value: Any) -> list[Any]:
    """Whatever a block says, the drawings aside: the table beside them says the same."""
    if isinstance(value, Drawing):
        return []
    if isinstance(value, tuple | list):
        return [word for entry in value for word in words_of(entry)]
    if is_dataclass(value):
        return [word for field in fields(value) for word in words_of(getattr(value, field.name))]
    return [value]


def told(document: DiagnosticDocument, step: str) -> list[Any]:
    answer = document.answers.get(StepKey(step))
    return words_of(blocks_of(answer, document)) if answer else []


# Told by the pages around an answer: tests/integration/test_told.py and below.
BESIDE = {"mark", "board_question"}


def untold() -> set[str]:
    """The fields that say nothing in any row that holds them."""
    filler = Filler()
    document = filler.document()
    told_now = {step.value: told(document, step.value) for step in StepKey}
    names: dict[str, bool] = {}
    for name, step, changed in changes(filler, document):
        if name.rpartition(".")[2] not in BESIDE:
            names[name] = names.get(name, False) or told(changed, step) != told_now[step]
    assert len(names) > 50
    return {name for name, is_told in names.items() if not is_told}


def test_another_value_of_any_field_is_told_otherwise():
    assert untold() == set()


def test_every_figure_is_told_itself():
    """Not only by a total that it changes, nor by another field in its place."""
    filler = Filler()
    document = filler.document()
    words = " ".join(str(word) for step in StepKey for word in told(document, step.value))
    shown = {int(figure) for figure in re.findall(r"(?<![\w-])\d+(?!\w)", words)}
    assert len(filler.figures) == len(set(filler.figures)) > 20
    assert [figure for figure in filler.figures if figure not in shown] == []


@pytest.mark.parametrize(
    "output",
    [
        lambda document: strip_tags(
            render_to_string(
                "report/content.html", {"content": build_report(document, version=None)}
            )
        ),
        lambda document: strip_tags(render_report_html(report(document))),
        lambda document: word(report(document)).text,
    ],
    ids=["screen", "pdf", "word"],
)
def test_the_reports_show_all_that_is_typed(output):
    filler = Filler()
    shown = output(filler.document())
    assert set(CANARY.findall(shown)) == set(filler.texts)
    # Beside each step but the board's own, and beside each question to the board.
    assert shown.lower().count("à trancher en conseil") >= 2 * len(StepKey) - 1


# --- What they say ------------------------------------------------------------------------------------


def table(name: str, step: StepKey) -> Table:
    document = demo("sorelle")
    answer = document.answers.get(step)
    (found,) = [b for b in blocks_of(answer, document) if isinstance(b, Table) and b.name == name]
    return found


def said(cell: Cell) -> str:
    return "".join(piece.text for piece in cell.pieces)


def column(rows: tuple[Row, ...], index: int) -> list[str]:
    return [said(row.cells[index]) for row in rows if not row.opens_group]


def test_activities_are_read_by_mission_the_first_priority_first():
    groups = table("activities", StepKey.ACTIVITIES).groups

    assert [column(group, 0) for group in groups] == [
        ["A1", "A2", "A3"],
        ["A4", "A5"],
        ["A6", "A7", "A8", "A9"],
        ["A10", "A11", "A12"],
    ]
    assert groups[0][1].cells[1].details[0].text.endswith("Sert O3")


def test_levers_are_read_by_family_with_their_totals():
    groups = table("levers", StepKey.ECONOMIC_MODEL).groups

    assert [[said(cell) for cell in group[0].cells] for group in groups] == [
        ["Ressources publiques", "120", "126"],
        ["Ressources privées", "12", "84"],
        ["Auto-financement", "18", "70"],
        ["Total des leviers chiffrés", "150", "280"],
    ]
    assert groups[-1][0].kind is RowKind.TOTAL


def test_allies_are_read_by_family_the_existing_ones_first():
    groups = table("alliances", StepKey.ALLIANCES).groups

    relations = [column(group, 2) for group in groups]
    order = ["Existant", "À approcher"]
    assert relations == [sorted(group, key=order.index) for group in relations]
    assert {word for group in relations for word in group} == set(order)
    served = {
        said(row.cells[0]): row.cells[3].details[-1].text
        for group in groups
        for row in group
        if not row.opens_group and row.cells[3].details
    }
    assert served["CCI territoriale"] == "Sert A7 et A9"


def test_the_scales_of_an_action_are_in_one_row():
    (rows,) = table("scales", StepKey.TERRITORIAL_SCALES).groups
    scales = dict(zip(column(rows, 0), column(rows, 1), strict=True))
    assert [
        scale for action, scale in scales.items() if action.startswith("A1") and action[:2] == "A1"
    ]
    assert len(scales) == len(rows)


def milestones(*months: str) -> list[Milestone]:
    return [Milestone(id=f"c{i}", month=m, milestone=f"Jalon {i}") for i, m in enumerate(months)]


def test_the_calendar_is_the_twelve_months_after_the_board():
    document = demo("sorelle")  # the board meets on 18 June 2026

    block = calendar(document.answers.board_decisions.calendar, document)

    assert [month.name for month in block.months][::11] == ["Juillet\u00a02026", "Juin\u00a02027"]
    assert len(block.months) == 12
    assert block.listed == ()
    assert sum(len(month.milestones) for month in block.months) == len(block.moments) == 8


def test_the_calendar_starts_with_an_earlier_milestone_and_keeps_those_beyond():
    block = calendar(milestones("2026-05", "2026-12", "2028-01", ""), demo("sorelle"))

    assert [month.name for month in block.months][::11] == ["Mai\u00a02026", "Avril\u00a02027"]
    assert [moment.month for moment in block.listed] == ["Janvier\u00a02028", "Mois à préciser"]


def test_the_calendar_is_a_list_without_months_or_with_long_ones():
    document = demo("sorelle")
    long = [Milestone(id=f"c{i}", month="2026-09", milestone="x" * 120) for i in range(3)]

    for rows in (milestones("", ""), long):
        block = calendar(rows, document)
        assert (block.months, block.listed) == ((), block.moments)
    document.answers.board_decisions.calendar = long
    html = render_report_html(report(document))
    assert html.count("Septembre\u00a0: x") == 3
    assert '<ol class="r-months">' not in html
