"""The levers that are printed add up to each total that is printed, which is that of what is stored.

Of the bridge: test_bridge.py; of the shares: test_parts.py."""

from __future__ import annotations

import re
from decimal import Decimal

from hypothesis import given

from diagnostics.domain.answers import EconomicModel
from diagnostics.domain.vocabulary import StepKey
from diagnostics.report.blocks.economic_model import blocks
from diagnostics.report.blocks.types import Cell, Row, RowKind, Table
from diagnostics.typography import MINUS
from tests.shapes import answers, document_with_targets, patient

FIGURE = re.compile(rf"{MINUS}?\d[\d\u202f]*(?:,\d+)?")


def exact(value: float) -> Decimal:
    return Decimal(repr(value))


def figures_in(told: str) -> list[Decimal]:
    return [
        Decimal(found.replace("\u202f", "").replace(",", ".").replace(MINUS, "-"))
        for found in FIGURE.findall(told)
    ]


def words(cell: Cell) -> str:
    return " ".join(piece.text for piece in cell.pieces)


def table(answer: EconomicModel, name: str) -> Table | None:
    found = blocks(answer, document_with_targets())
    return next((one for one in found if isinstance(one, Table) and one.name == name), None)


def amounts(row: Row) -> list[list[Decimal]]:
    """What a row says of each year: nothing, an amount, or both ends of a range."""
    return [figures_in(words(cell)) for cell in row.cells[-2:]]


def added(rows: list[Row]) -> list[list[Decimal]]:
    """What rows say in all of each year, the low ends and the high ones."""
    sums = []
    for year in (0, 1):
        given = [said[year] for said in map(amounts, rows) if said[year]]
        ends = [sum(said[0] for said in given), sum(said[-1] for said in given)]
        sums.append(list(dict.fromkeys(ends)) if given else [])
    return sums


@patient
@given(answers(StepKey.ECONOMIC_MODEL))
def test_the_levers_that_are_printed_add_up_to_each_total(answer):
    found = table(answer, "levers")
    if found is None:
        assert answer.levers == []
        return
    every, last = [], None
    for first, *rows in found.groups:
        if first.kind is RowKind.TOTAL:
            last = first
        else:
            assert amounts(first) == added(rows)
            every += rows
    assert len(every) == len(answer.levers)
    stored = [lever.amount_now_keur for lever in answer.levers if lever.amount_now_keur is not None]
    if last is None:
        assert added(every) == [[], []]
    else:
        assert amounts(last) == added(every)
        assert amounts(last)[0] == ([sum(map(exact, stored))] if stored else [])
