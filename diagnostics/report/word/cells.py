"""The cells that the tables of the Word report share: a title, a state, a figure, a year."""

from __future__ import annotations

from diagnostics.domain.vocabulary import ActivityState, Handling, Labelled, LeverState, Relation
from diagnostics.report.word.paper import Paper
from diagnostics.report.word.pieces import Cell, Line, Piece, Row, Run, line, missing
from diagnostics.typography import capitalised, number, typeset

# A sign and a word: full, half, empty, none.
SIGNS: dict[Labelled, str] = {
    ActivityState.EXISTING: "●",
    ActivityState.TO_STRENGTHEN: "◐",
    ActivityState.TO_CREATE: "○",
    LeverState.SECURED: "●",
    LeverState.TO_MOBILISE: "○",
    Relation.EXISTING: "●",
    Relation.TO_APPROACH: "○",
    Handling.SELF: "●",
    Handling.WITH_PARTNER: "◐",
    Handling.NONE: "–",
    Handling.UNDECIDED: "?",
}
DASH, TO_SAY = "—", "à préciser"


def state_cell(value: Labelled | None) -> Cell:
    """Return a cell with a state: its sign and its word."""
    if value is None:
        return [line(missing(TO_SAY))]
    return [line(f"{SIGNS[value]}\u00a0{value.label}")]


def detail_lines(*texts: str) -> list[Line]:
    """Return small lines under what a cell says; empty texts are left out."""
    return [line(typeset(text), style="CellDetail") for text in texts if text]


def title_cell(text: str, default: str, *details: str) -> Cell:
    """Return the cell that names a row, its details below."""
    return [line(typeset(text or default), style="CellTitle"), *detail_lines(*details)]


def said_cell(text: str, default: str = DASH) -> Cell:
    """Return a cell with a typed text, or what stands for it."""
    return [line(typeset(capitalised(text)) if text else missing(default))]


def figure_cell(value: float | None) -> Cell:
    """Return a cell with a number, on the right."""
    return [line(DASH if value is None else number(value), style="CellFigure")]


def year_cell(value: int | None) -> Cell:
    """Return a cell with a year, on the right."""
    return [line(str(value or DASH), style="CellFigure")]


def band_row(paper: Paper, text: str, note: str, columns: int) -> Row:
    """Return the row that names a group, on the pale colour of the axis."""
    colour, pale = paper.colours
    pieces: list[Piece] = [Run(text, bold=True, colour=colour)]
    pieces += [f"  {note}"] if note else []
    return Row([[line(*pieces)]], (columns,), fill=pale, with_next=True)
