"""The calendar of the twelve months that follow the board: a row of months, or a plain list."""

from __future__ import annotations

from dataclasses import dataclass, field

from diagnostics.domain.answers import Milestone
from diagnostics.domain.document import DiagnosticDocument

CALENDAR_MONTHS = 12
MAX_CELL_TEXT = 260  # characters of a month: beyond, the calendar is a list


@dataclass
class MonthCell:
    """A month of the calendar with its milestones."""

    month: str  # AAAA-MM
    milestones: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class CalendarView:
    """Twelve months in a row, and the milestones that stand in none of them."""

    months: list[MonthCell]
    others: list[Milestone]
    is_grid: bool


def _months_from(start: str) -> list[str]:
    year, month = int(start[:4]), int(start[5:]) - 1
    numbers = range(month, month + CALENDAR_MONTHS)
    return [f"{year + number // 12:04d}-{number % 12 + 1:02d}" for number in numbers]


def read_calendar(rows: list[Milestone], document: DiagnosticDocument) -> CalendarView:
    """Return the twelve months that follow the board's meeting, or the first milestone's if earlier.

    It is a plain list when no milestone has a month, or when a month says too much for its cell.
    """
    dated = sorted((row for row in rows if row.month), key=lambda row: row.month)
    if not dated:
        return CalendarView([], rows, is_grid=False)
    board_date, start = document.diagnostic.board_date, dated[0].month
    if board_date is not None:
        after_the_board = _months_from(f"{board_date:%Y-%m}")[1]
        if after_the_board <= start <= _months_from(after_the_board)[-1]:
            start = after_the_board
    cells = {month: MonthCell(month) for month in _months_from(start)}
    for row in dated:
        if row.month in cells:
            cells[row.month].milestones.append(row.milestone)
    others = [row for row in rows if row.month not in cells]
    longest = max(sum(map(len, cell.milestones)) for cell in cells.values())
    return CalendarView(list(cells.values()), others, is_grid=longest <= MAX_CELL_TEXT)
