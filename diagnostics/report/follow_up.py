"""The follow-up sheet: what each objective is to reach each year, and room to write what was reached.

Pure. A step is on the straight line from the baseline to the target, at the objective's own deadline;
nothing is counted from a baseline that is not told.
"""

from __future__ import annotations

from collections.abc import Iterator

from diagnostics.domain.answers import Objective
from diagnostics.domain.answers.objectives import FALLING, OBJECTIVES
from diagnostics.domain.coherence.figures import is_a_rhythm
from diagnostics.domain.document import DiagnosticDocument
from diagnostics.report.blocks.types import (
    DASH,
    TO_SAY,
    Cell,
    Column,
    ColumnKind,
    Detail,
    Piece,
    PieceKind,
    Row,
    RowKind,
    Table,
    cell,
    details,
    heading,
    missing,
    plain,
    strong,
    text,
)
from diagnostics.typography import NBSP, half_up, number, shortened

CAPTION = "Fiche de suivi des objectifs"
DONE, DUE = "Réalisé", "échéance"
UNNAMED = "Objectif à préciser"
NAME_LENGTH = 110  # characters
WIDTH, BASE_WIDTH, WHO_WIDTH = 17.0, 1.9, 2.5
STEP_WIDTHS = {3: 2.2, 4: 1.9, 5: 1.75}


def follow_up(document: DiagnosticDocument) -> Table | None:
    """Return the sheet: two rows for each objective, what is foreseen and what is to be filled in; None
    without an objective."""
    rows, card = OBJECTIVES.of(document.answers), document.diagnostic
    if not rows:
        return None
    years = list(range(card.base_year + 1, card.target_year + 1))
    step, style = STEP_WIDTHS[card.horizon_years], f"step-{card.horizon_years}"
    name = WIDTH - BASE_WIDTH - WHO_WIDTH - step * len(years)
    columns = (
        Column("Indicateur", "", name),
        Column(f"Base {card.base_year}", style, BASE_WIDTH, ColumnKind.FIGURE),
        *(Column(str(year), style, step, ColumnKind.FIGURE) for year in years),
        Column("Qui mesure", "measures", WHO_WIDTH),
    )
    groups = tuple(
        (_foreseen(f"O{n}", row, card.base_year, years), _to_fill(len(years)))
        for n, row in enumerate(rows, 1)
    )
    return Table("follow-up", CAPTION, columns, groups)


def steps_of(row: Objective, *, base_year: int, horizon: int) -> dict[int, str]:
    """Return what an objective is to reach each year until its deadline (the horizon where none is told),
    in words; a target a year as it stands. Only the deadline's where no baseline is told; nothing
    without a target, or with a deadline not after the base year."""
    end = row.deadline_year or horizon
    if row.target_value is None or end <= base_year:
        return {}
    told: dict[int, str] = {}
    for year in range(base_year + 1, min(end, horizon) + 1):
        if year == end or is_a_rhythm(row):
            told[year] = _in_words(row, row.target_value, row.target_max_value)
        elif row.baseline_value is not None:
            part = (year - base_year) / (end - base_year)
            low = _step(row, row.target_value, part)
            high = row.target_max_value
            told[year] = _in_words(row, low, None if high is None else _step(row, high, part))
    return told


def _step(row: Objective, target: float, part: float) -> float:
    base = row.baseline_value or 0
    return half_up(round(base + (target - base) * part, 6), _decimals(row))


def _decimals(row: Objective) -> int:
    """Return how many decimals a step is told with: those of what was typed."""
    told = (row.baseline_value, row.target_value, row.target_max_value)
    values = [value for value in told if value is not None]
    return next(n for n in (0, 1, 2) if n == 2 or all(half_up(v, n) == v for v in values))


def _in_words(row: Objective, low: float, high: float | None) -> str:
    percent = f"{NBSP}%" if row.unit == "%" else ""
    if high is not None and high != low:
        return f"{number(low)} à {number(high)}{percent}"
    return f"{f'≥{NBSP}' if row.target_at_least else ''}{number(low)}{percent}"


def _foreseen(code: str, row: Objective, base_year: int, years: list[int]) -> Row:
    steps = steps_of(row, base_year=base_year, horizon=years[-1])
    base = plain(row.baseline_told) if row.baseline_told else _no_base(row)
    who = text(row.measured_by) if row.measured_by else Piece(PieceKind.BLANK, "", "who")
    return Row(
        (
            heading(
                Piece(PieceKind.CODE, code),
                plain(shortened(row.indicator or row.statement, NAME_LENGTH) or UNNAMED),
                details=tuple(_details(row, base_year, years[-1])),
            ),
            cell(base),
            *(_planned(row, year, steps) for year in years),
            cell(who),
        )
    )


def _no_base(row: Objective) -> Piece:
    return missing("qualitatif") if row.is_without_figure else missing(DASH)


def _planned(row: Objective, year: int, steps: dict[int, str]) -> Cell:
    is_due = year == row.deadline_year
    if year in steps:
        return cell(strong(steps[year]) if is_due else plain(steps[year]))
    if is_due:
        return cell(plain(DUE) if row.is_without_figure else missing(TO_SAY))
    return cell(plain(""))


def _details(row: Objective, base_year: int, horizon: int) -> Iterator[Detail]:
    """Yield the unit, unless the indicator names it; and the target where no column holds it."""
    is_named = not row.per_year and row.unit.lower() in row.indicator.lower()
    unit = "" if is_named else row.unit_told
    yield from details(", ".join(part for part in (unit, row.is_falling and FALLING) if part))
    if row.target_told and row.deadline_year and not base_year < row.deadline_year <= horizon:
        yield from details(f"Cible{NBSP}: {row.target_told} en {row.deadline_year}")


def _to_fill(years: int) -> Row:
    blank = cell(plain(""))
    return Row((heading(plain(DONE)), *[blank] * (years + 2)), RowKind.TO_FILL)
