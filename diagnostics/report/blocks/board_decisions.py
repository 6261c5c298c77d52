"""« Vers le conseil »: the decisions proposed, and the calendar of the twelve months that follow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from diagnostics.domain.answers import BoardDecision, BoardDecisions, Milestone
from diagnostics.domain.document import DiagnosticDocument
from diagnostics.report.blocks.types import (
    TO_SAY,
    Block,
    Calendar,
    Item,
    Items,
    Moment,
    Month,
)
from diagnostics.report.decisions import facts_of
from diagnostics.typography import capitalised, french_month, typeset

CALENDAR_MONTHS = 12
MAX_CELL_TEXT = 260  # characters of a month: beyond, the calendar is a list
TITLE = "Calendrier des douze prochains mois"


def blocks(answer: BoardDecisions, document: DiagnosticDocument) -> list[Block]:
    """Return the decisions, then the calendar."""
    found: list[Block] = []
    if answer.decisions:
        items = [
            Item(typeset(row.text), _told(row, document), place=f"decisions-{n}-text")
            for n, row in enumerate(answer.decisions)
        ]
        found.append(Items(tuple(items)))
    if answer.calendar:
        found.append(replace(calendar(answer.calendar, document), place="calendar"))
    return found


def _told(row: BoardDecision, document: DiagnosticDocument) -> str:
    facts = facts_of(row, document)
    return "\n".join(f"{fact.label}\u00a0: {fact.text}" for fact in facts)


def _months_from(start: str) -> list[str]:
    year, month = int(start[:4]), int(start[5:]) - 1
    numbers = range(month, month + CALENDAR_MONTHS)
    return [f"{year + number // 12:04d}-{number % 12 + 1:02d}" for number in numbers]


def _moments(rows: Sequence[Milestone]) -> tuple[Moment, ...]:
    return tuple(
        Moment(
            capitalised(french_month(row.month)) or "Mois à préciser",
            typeset(row.milestone) or TO_SAY,
        )
        for row in rows
    )


def calendar(rows: Sequence[Milestone], document: DiagnosticDocument) -> Calendar:
    """Return the twelve months that follow the board's meeting, or the first milestone's if earlier.

    It has no grid when no milestone has a month, or when a month says too much for its cell.
    """
    moments = _moments(rows)
    dated = sorted((row for row in rows if row.month), key=lambda row: row.month)
    if not dated:
        return Calendar(TITLE, moments)
    held_on = document.adoption.date if document.adoption else None
    board_date, start = held_on or document.diagnostic.board_date, dated[0].month
    if board_date is not None:
        after_the_board = _months_from(f"{board_date:%Y-%m}")[1]
        if after_the_board <= start <= _months_from(after_the_board)[-1]:
            start = after_the_board
    grid: dict[str, list[str]] = {month: [] for month in _months_from(start)}
    for row in dated:
        if row.month in grid:
            grid[row.month].append(row.milestone)
    if max(sum(map(len, texts)) for texts in grid.values()) > MAX_CELL_TEXT:
        return Calendar(TITLE, moments)
    months = tuple(
        Month(capitalised(french_month(month)), tuple(typeset(t) or TO_SAY for t in texts))
        for month, texts in grid.items()
    )
    return Calendar(TITLE, moments, months, _moments([r for r in rows if r.month not in grid]))
