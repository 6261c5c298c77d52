"""2.2 The objectives on the timeline of the horizon: from where one stands to the target.

A line goes from year N to the deadline; its end is a disc when the objective has a figure, a
diamond when it has none; when it falls, the line goes down to a triangle on its head. Many objectives
make several drawings: none can go over two pages.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.utils.safestring import SafeString

from diagnostics.domain.answers.objectives import FALLING
from diagnostics.report.diagrams.svg import (
    AMBITION,
    LINE,
    SOFT_INK,
    WHITE,
    WIDTH,
    Label,
    drawing,
    join,
    label,
    leading,
    line,
    look,
    number,
    shape,
    write,
)
from diagnostics.report.lettering import text_width
from diagnostics.typography import count, typeset

LINES_PER_DRAWING = 12  # of three lines each, they share a page with their title
CODE_WIDTH = 32.0
NOW_RIGHT, NOW_WIDTH = 314.0, 88.0  # at most: names take what the values of today leave
TIME_LEFT, TIME_RIGHT = 330.0, 556.0
TARGET_WIDTH = 132.0
SIZE, YEAR_SIZE = 12.5, 12.5
HEAD = 24.0
PADDING = 4.5
FALL = 5.0  # how much lower the line of a falling objective ends, and higher it starts
OUTSIDE = 10.0  # how far a deadline out of the horizon stands from its end


@dataclass(frozen=True)
class TimedObjective:
    """An objective to draw, its figures already in words."""

    code: str
    title: str
    now: str
    target: str
    deadline: int | None
    has_figure: bool
    is_falling: bool = False


@dataclass(frozen=True)
class TimelineRow:
    """An objective in its place: its letters, and where its line starts and ends."""

    source: TimedObjective
    labels: list[Label]
    y: float
    start: float
    end: float
    bottom: float


@dataclass(frozen=True)
class Timeline:
    """The years across, the objectives under one another."""

    years: list[Label]
    ticks: list[float]
    rows: list[TimelineRow]
    height: float


def _end_of(deadline: int | None, base_year: int, target_year: int) -> float:
    if deadline is None:
        return TIME_RIGHT
    if deadline < base_year:
        return TIME_LEFT - OUTSIDE
    if deadline > target_year:
        return TIME_RIGHT + OUTSIDE
    step = (TIME_RIGHT - TIME_LEFT) / (target_year - base_year)
    return TIME_LEFT + (deadline - base_year) * step


def _without_target(row: TimedObjective) -> str:
    return "cible à préciser" if row.has_figure else "qualitatif"


def _target_in_words(row: TimedObjective, base_year: int, target_year: int) -> str:
    words = f"{row.target}, {FALLING}" if row.is_falling else row.target or _without_target(row)
    if row.deadline is None:
        return f"{words}, sans échéance"
    if not base_year <= row.deadline <= target_year:
        return f"{words}, en {row.deadline}"
    return words


def timeline_layout(
    rows: Sequence[TimedObjective], *, base_year: int, target_year: int
) -> Timeline:
    """Place the objectives of one drawing on the years of the horizon."""
    step = (TIME_RIGHT - TIME_LEFT) / (target_year - base_year)
    ticks = [TIME_LEFT + index * step for index in range(target_year - base_year + 1)]
    years = [
        label(str(year), x - 20, 2, 40, YEAR_SIZE, bold=True, colour=SOFT_INK, anchor="middle")
        for year, x in zip(range(base_year, target_year + 1), ticks, strict=True)
    ]
    now_width = max((text_width(typeset(row.now), SIZE) for row in rows), default=0.0)
    now_left = NOW_RIGHT - min(NOW_WIDTH, now_width + 1)
    placed, top = [], HEAD
    for row in rows:
        name = label(typeset(row.title), CODE_WIDTH, 0, now_left - CODE_WIDTH - 10, SIZE, lines=3)
        end = _end_of(row.deadline, base_year, target_year)
        words = typeset(_target_in_words(row, base_year, target_year))
        target = label(
            words, end + 11, 0, TARGET_WIDTH - OUTSIDE, SIZE, lines=3, bold=bool(row.target)
        )
        now = label(
            typeset(row.now), now_left, 0, NOW_RIGHT - now_left, SIZE, lines=3, anchor="end"
        )
        code = label(row.code, 0, 0, CODE_WIDTH - 4, SIZE, bold=True, colour=SOFT_INK)
        height = max(name.height, target.height, now.height, leading(SIZE)) + 2 * PADDING
        middle = top + height / 2
        labels = [_at_height(part, middle) for part in (code, name, now, target)]
        placed.append(TimelineRow(row, labels, middle, TIME_LEFT, end, top + height))
        top += height
    return Timeline(years, ticks, placed, top + 1)


def _at_height(part: Label, middle: float) -> Label:
    return replace(part, y=middle - part.height / 2)


def _line(row: TimelineRow) -> SafeString:
    dash = {} if row.source.deadline is not None else look(stroke_dasharray="3 3")
    fall = FALL if row.source.is_falling else 0.0
    parts = [
        shape(
            "line", x1=row.start, y1=row.y - fall, x2=row.end, y2=row.y + fall,
            stroke=AMBITION, stroke_width=2.4, **dash,
        ),
        shape(
            "circle", cx=row.start, cy=row.y - fall, r=4,
            fill=WHITE, stroke=AMBITION, stroke_width=1.6,
        ),
    ]  # fmt: skip
    if row.source.is_falling:
        down = f"M{number(row.end - 6.5)} {number(row.y + fall - 5.5)}h13l-6.5 11.5z"
        parts.append(shape("path", d=down, **look(fill=AMBITION)))
    elif row.source.has_figure:
        parts.append(shape("circle", cx=row.end, cy=row.y, r=5.5, fill=AMBITION))
    else:
        diamond = f"M{number(row.end)} {number(row.y - 6.5)}l6.5 6.5l-6.5 6.5l-6.5 -6.5z"
        style = look(fill=WHITE, stroke=AMBITION, stroke_width=1.6)
        parts.append(shape("path", d=diamond, **style))
    return join(parts)


def _one_drawing(layout: Timeline, title: str) -> SafeString:
    parts = [write(year) for year in layout.years]
    bottom = layout.height - 1
    parts += [line(x, HEAD, x, bottom, LINE) for x in layout.ticks]
    for row in layout.rows:
        parts.append(line(0, row.bottom, WIDTH, row.bottom, LINE))
        parts.append(_line(row))
        parts += [write(part) for part in row.labels]
    parts.append(line(0, HEAD, WIDTH, HEAD, AMBITION, 1.6))
    return drawing("r-timeline", layout.height, title, parts)


def _in_words(row: TimedObjective) -> str:
    figures = " → ".join(part for part in (row.now, row.target) if part) or _without_target(row)
    figures = f"{figures}, {FALLING}" if row.is_falling else figures
    year = f", {row.deadline}" if row.deadline else ", sans échéance"
    return f"{row.code}\u00a0: {figures}{year}"


def timeline_svgs(
    rows: Sequence[TimedObjective], *, base_year: int, target_year: int
) -> list[SafeString]:
    """Draw the objectives from the baseline to the target, over the years of the horizon."""
    drawings = []
    for start in range(0, len(rows), LINES_PER_DRAWING):
        some = rows[start : start + LINES_PER_DRAWING]
        layout = timeline_layout(some, base_year=base_year, target_year=target_year)
        title = (
            f"{count(len(rows), 'objectif', 'objectifs')} de {base_year} à {target_year}. "
            f"{'. '.join(_in_words(row) for row in some)}."
        )
        drawings.append(_one_drawing(layout, title))
    return drawings
