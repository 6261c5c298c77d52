"""3.3 The matrix of actions × échelons: a disc where the action takes place.

Only the échelons that are used have a column, from the nearest to the widest. A drawing cannot
go over two pages, so that many actions make several drawings, each with its heading.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString

from diagnostics.report.diagrams.svg import (
    LINE,
    MISSIONS,
    MISSIONS_PALE,
    SOFT_INK,
    WIDTH,
    Box,
    Label,
    drawing,
    label,
    leading,
    line,
    number,
    rectangle,
    shape,
    text,
    write,
)
from diagnostics.report.lettering import fit, text_width
from diagnostics.typography import count, typeset

LINES_PER_DRAWING = 20
CODE_WIDTH, NAME_SIZE, HEAD_SIZE = 32.0, 12.5, 12.5
WIDEST_COLUMN = 94.0
COLUMNS_WIDTH = 490.0  # at most, whatever the number of échelons
HEADING_LENGTH = 170.0  # of a heading that stands upright
PADDING = 4.0  # above and under the name of an action


@dataclass(frozen=True)
class MatrixRow:
    """An action: its code (« A3 »; none for a whole mission) and where it takes place."""

    code: str
    title: str
    is_mission: bool
    cells: Sequence[bool]


@dataclass(frozen=True)
class MatrixLine:
    """An action in its place."""

    source: MatrixRow
    band: Box
    code: Label | None
    name: Label
    centres: list[tuple[float, float]]


@dataclass(frozen=True)
class MatrixLayout:
    """The headings of the columns, and the actions under one another."""

    headings: list[Label]
    upright: bool  # the headings stand upright: each box is then as high as the text is long
    head: float
    column: float
    left: float
    lines: list[MatrixLine]
    height: float


def matrix_layout(columns: Sequence[str], rows: Sequence[MatrixRow]) -> MatrixLayout:
    """Place the actions of one drawing; there is a column or more."""
    column = min(WIDEST_COLUMN, COLUMNS_WIDTH / len(columns))
    left = WIDTH - len(columns) * column
    widest = max(text_width(word, HEAD_SIZE) for title in columns for word in title.split(" "))
    upright = column - 4 < widest  # a word is never cut
    headings = []
    for index, title in enumerate(columns):
        x = left + index * column + 2
        if upright:
            lines = fit(title, HEADING_LENGTH, HEAD_SIZE, lines=1)
            headings.append(Label(x, 0, column - 4, lines, HEAD_SIZE, colour=SOFT_INK))
        else:
            headings.append(
                label(title, x, 0, column - 4, HEAD_SIZE, lines=3, colour=SOFT_INK, anchor="middle")
            )
    if upright:
        head = max(text_width(line, HEAD_SIZE) for part in headings for line in part.lines) + 8
    else:
        head = max(part.height for part in headings) + 6
    placed, y = [], head
    for row in rows:
        indent = 8.0 if row.is_mission else CODE_WIDTH
        name = label(
            typeset(row.title),
            indent,
            y + PADDING,
            left - indent - 10,
            NAME_SIZE,
            lines=3,
            bold=row.is_mission,
        )
        code = None
        if row.code:
            code = label(
                row.code, 0, y + PADDING, CODE_WIDTH - 4, NAME_SIZE, bold=True, colour=SOFT_INK
            )
        height = max(name.height, leading(NAME_SIZE)) + 2 * PADDING
        centres = [
            (left + (index + 0.5) * column, y + height / 2)
            for index, here in enumerate(row.cells)
            if here
        ]
        placed.append(MatrixLine(row, Box(0, y, WIDTH, height), code, name, centres))
        y += height
    return MatrixLayout(headings, upright, head, column, left, placed, y + 1)


def _headings(layout: MatrixLayout) -> list[SafeString]:
    if not layout.upright:
        return [write(part) for part in layout.headings]
    parts = []
    for heading in layout.headings:
        x = heading.x + heading.width / 2 + HEAD_SIZE * 0.35
        y = layout.head - 5
        turn = f"rotate(-90 {number(x)} {number(y)})"
        parts += [
            text(x, y, written, size=HEAD_SIZE, fill=SOFT_INK, anchor="start", transform=turn)
            for written in heading.lines
        ]
    return parts


def _one_drawing(layout: MatrixLayout, title: str) -> SafeString:
    parts = _headings(layout)
    bottom = layout.height - 1
    for placed in layout.lines:
        if placed.source.is_mission:
            parts.append(rectangle(placed.band, fill=MISSIONS_PALE))
    for index in range(len(layout.headings) + 1):
        x = min(layout.left + index * layout.column, WIDTH - 0.5)
        parts.append(line(x, layout.head, x, bottom, LINE))
    for placed in layout.lines:
        y = placed.band.bottom
        parts.append(line(0, y, WIDTH, y, LINE))
        parts += [write(part) for part in (placed.code, placed.name) if part]
        for x, y in placed.centres:
            if placed.source.is_mission:
                box = Box(x - 5.5, y - 5.5, 11, 11)
                parts.append(rectangle(box, rx=1.5, fill=MISSIONS))
            else:
                parts.append(shape("circle", cx=x, cy=y, r=5.5, fill=MISSIONS))
    parts.append(line(0, layout.head, WIDTH, layout.head, MISSIONS, 1.6))
    return drawing("r-matrix-drawing", layout.height, title, parts)


def matrix_svgs(columns: Sequence[str], rows: Sequence[MatrixRow]) -> list[SafeString]:
    """Draw the actions × échelons matrix; no drawing while no échelon was chosen."""
    if not columns:
        return []
    total = len(rows)
    drawings = []
    for start in range(0, total, LINES_PER_DRAWING):
        some = rows[start : start + LINES_PER_DRAWING]
        first = "1re" if start == 0 else f"{start + 1}e"
        part = f", de la {first} à la {start + len(some)}e" if total > len(some) else ""
        title = (
            f"Échelons territoriaux de {count(total, 'action', 'actions')}{part}\u00a0: "
            f"{', '.join(columns)}. Le tableau donne le détail."
        )
        drawings.append(_one_drawing(matrix_layout(columns, some), title))
    return drawings
