"""What an answer says, written in Word: the blocks of :mod:`diagnostics.report.blocks`."""

from __future__ import annotations

from collections.abc import Sequence

from diagnostics.report.blocks.types import (
    Block,
    Cell,
    ColumnKind,
    Drawing,
    Items,
    Note,
    Pair,
    PieceKind,
    Row,
    RowKind,
    Table,
)
from diagnostics.report.blocks.types import Column as BlockColumn
from diagnostics.report.blocks.types import Piece as BlockPiece
from diagnostics.report.chapters import Chapter, Section
from diagnostics.report.content import ANNEX_TABLES
from diagnostics.report.word import pieces as word
from diagnostics.report.word.paper import Paper

# A sign before the word of a state: full, half, empty, none.
SIGNS = {
    "existing": "●",
    "to_strengthen": "◐",
    "to_create": "○",
    "secured": "●",
    "to_renew": "◐",
    "to_mobilise": "○",
    "to_approach": "○",
    "self": "●",
    "with_partner": "◐",
    "none": "–",
    "undecided": "?",
}


def write_chapter(paper: Paper, chapter: Chapter) -> None:
    """Write a chapter: its heading, then what it tells of each of its steps."""
    paper.heading(chapter.title, 1)
    paper.text(chapter.eyebrow, style="Lead")
    for section in chapter.sections:
        paper.axis = section.axis
        _write_section(paper, section, section.body, mark=section.mark)


def write_annexed(paper: Paper, sections: Sequence[Section]) -> None:
    """Write what the body has told in a drawing or in short: the tables of the steps."""
    paper.heading(ANNEX_TABLES, 1)
    for section in sections:
        paper.axis = section.axis
        _write_section(paper, section, section.annex, mark="" if section.body else section.mark)


def _write_section(paper: Paper, section: Section, blocks: Sequence[Block], *, mark: str) -> None:
    """Write a step: its heading, what the team marked, its answer."""
    paper.heading(f"{section.number} {section.title}", 2)
    if mark:
        paper.text(mark, style="Caution")
    for block in blocks:
        write_block(paper, block)


def write_block(paper: Paper, block: Block) -> None:
    """Write a block of a chapter or of the annex: the calendar of the board is told year by year."""
    match block:
        case Drawing():
            caption = ". ".join(text for text in (block.title, block.caption.rstrip(".")) if text)
            for svg in block.draw():
                paper.picture(svg, caption)
        case Note():
            _write_note(paper, block)
        case Pair():
            for note in block.notes:
                _write_note(paper, note)
        case Items():
            _write_items(paper, block)
        case Table():
            _write_table(paper, block)


def _write_note(paper: Paper, note: Note) -> None:
    if note.opens:
        paper.label(note.label)
        paper.boxed(note.text)
        return
    paper.heading(note.label, 3)
    paper.bullets([[tag] for tag in note.tags])
    if note.choice:
        state = f" — {note.state.lower()}" if note.state else ""
        paper.text(word.Run(note.choice, bold=True), state, with_next=True)
    if note.text:
        paper.text(note.text, with_next=bool(note.caution))
    if note.caution:
        paper.text(note.caution, style="Caution")


def _write_items(paper: Paper, block: Items) -> None:
    if block.label:
        paper.label(block.label)
    items: list[list[word.Piece]] = []
    for item in block.items:
        items.append([word.Run(item.text, bold=item.is_title)])
        items[-1] += [f"\n{item.detail}"] if item.detail else []
    paper.numbered(items, style="ListNumber" if block.is_ranked else "Statement")


# --- Tables ----------------------------------------------------------------------------------


def _write_table(paper: Paper, table: Table) -> None:
    columns = [
        word.Column(
            column.heading,
            column.width,
            "CellFigure" if column.kind is ColumnKind.FIGURE else "Cell",
        )
        for column in table.columns
    ]
    rows = [_row(paper, table, row) for group in table.groups for row in group]
    paper.table(columns, rows, caption=table.caption)


def _row(paper: Paper, table: Table, row: Row) -> word.Row:
    colour, pale = paper.colours
    is_total = row.kind is RowKind.TOTAL
    stands_out = row.opens_group or is_total
    cells = [
        _cell(cell, column, colour if stands_out else "") for cell, column in table.placed(row)
    ]
    return word.Row(
        cells,
        [cell.span for cell in row.cells],
        fill=pale if row.opens_group or row.kind is RowKind.MISSION else "",
        with_next=row.opens_group,
        rule_above=colour if is_total else "",
    )


def _cell(cell: Cell, column: BlockColumn | None, colour: str) -> word.Cell:
    """Write a cell; ``colour`` is that of the row of a group or of a total."""
    is_figure = column is not None and column.kind is ColumnKind.FIGURE and not cell.heads
    style = "CellFigure" if is_figure else "CellTitle" if cell.heads and not colour else "Cell"
    lines: list[list[word.Piece]] = []
    for piece in cell.pieces:
        if not lines or piece.kind is PieceKind.SHARE:
            lines.append([])
        lines[-1] += _piece(piece, colour)
    under = "CellFigureDetail" if is_figure else "CellDetail"
    return [
        *(word.line(*pieces, style=style) for pieces in lines),
        *(word.line(detail.text, style=under) for detail in cell.details),
    ]


def _piece(piece: BlockPiece, colour: str) -> list[word.Piece]:
    match piece.kind:
        case PieceKind.STRONG:
            return [word.Run(piece.text, bold=True)]
        case PieceKind.NONE:
            return [word.missing(piece.text)]
        case PieceKind.STATE | PieceKind.HANDLING:
            return [f"{SIGNS[piece.value]}\u00a0{piece.text}"]
        case PieceKind.PRIORITY:
            return [word.Run(piece.value, bold=True), f"\u00a0· {piece.text}"]
        case PieceKind.NOTE:
            return [f"  {piece.text}"]
        case PieceKind.TAG if colour:
            return [f" · {piece.text}"]
        case PieceKind.CODE:
            return [f"{piece.text} "]
        case PieceKind.BLANK:
            return [word.Blank("à compléter", 7)]
        case PieceKind.RANK:
            return [f"{piece.text}. "]
        case PieceKind.TEXT if colour:
            return [word.Run(piece.text, bold=True, colour=colour)]
        case _:
            return [piece.text]
