"""4.2 The allies by family: those in place on the left, those to approach on the right.

An ally in place has a full disc and a full outline, one to approach an empty disc and a dashed
outline: no colour is needed to tell them apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString

from diagnostics.domain.vocabulary import Relation
from diagnostics.report.diagrams.svg import (
    LINE,
    MEANS,
    MEANS_DARK,
    MEANS_PALE,
    SOFT_INK,
    WHITE,
    WIDTH,
    Box,
    Label,
    drawing,
    label,
    leading,
    line,
    look,
    rectangle,
    shape,
    write,
)
from diagnostics.report.lettering import fit, text_width
from diagnostics.typography import count, enumeration, typeset

FAMILY_WIDTH = 132.0
COLUMNS = {Relation.EXISTING: 142.0, Relation.TO_APPROACH: 426.0}  # where they start
COLUMN_WIDTH = 272.0
LONE_LEFT = 216.0  # where the column of those in place starts when it is alone
SIZE, HEAD_SIZE = 12.5, 12.5
CHIP_HEIGHT, CHIP_GAP, CHIP_PADDING, DOT = 20.0, 5.0, 8.0, 12.0
HEAD, ROW_PADDING = 24.0, 6.0
MAX_HEIGHT = 620.0
PAGE_HEIGHT = 920.0  # of a page, less a heading
CAPS = (20, 12, 8, 5, 3)  # allies shown in a cell: the first that keeps the drawing low
LEAST = 2  # where names on two lines in every family would not fit on a page
HEADINGS = {Relation.EXISTING: "En place", Relation.TO_APPROACH: "À approcher"}


@dataclass(frozen=True)
class FamilyOfAllies:
    """A family and its allies."""

    title: str
    existing: Sequence[str]
    to_approach: Sequence[str]


@dataclass(frozen=True)
class Chip:
    """An ally in its place."""

    relation: Relation
    box: Box
    name: Label


@dataclass(frozen=True)
class FamilyRow:
    """A family in its place; ``notes`` say how many allies are left to the table."""

    title: Label
    chips: list[Chip]
    notes: list[Label]
    bottom: float


@dataclass(frozen=True)
class AlliancesLayout:
    """The families under one another."""

    rows: list[FamilyRow]
    height: float


def _chips(
    names: Sequence[str], relation: Relation, top: float, cap: int, place: tuple[float, float]
) -> tuple[list[Chip], list[Label], float]:
    """Flow the first allies of a cell from left to right; return them, a note, the bottom.

    ``place``: where the cell begins, and its width.
    """
    left, width_of_cell = place
    chips: list[Chip] = []
    x, y = left, top
    for name in names[:cap]:
        room = width_of_cell - DOT - 2 * CHIP_PADDING
        shown = fit(typeset(name), room, SIZE, lines=2) or [""]
        width = max(text_width(line, SIZE) for line in shown) + DOT + 2 * CHIP_PADDING
        height = CHIP_HEIGHT + (len(shown) - 1) * leading(SIZE)
        if x > left and (x + width > left + width_of_cell or len(shown) > 1):
            x, y = left, y + CHIP_HEIGHT + CHIP_GAP
        box = Box(x, y, width, height)
        inner = width - DOT - 2 * CHIP_PADDING
        text_top = y + (CHIP_HEIGHT - leading(SIZE)) / 2
        chips.append(
            Chip(relation, box, Label(x + CHIP_PADDING + DOT, text_top, inner, shown, SIZE))
        )
        if len(shown) > 1:  # a name on two lines has the row for itself
            x, y = left, y + height + CHIP_GAP
        else:
            x += width + CHIP_GAP
    bottom = max((chip.box.bottom for chip in chips), default=top)
    hidden = len(names) - len(chips)
    if not hidden:
        return chips, [], bottom
    words = f"et {count(hidden, 'autre', 'autres')} dans le tableau"
    note = label(words, left, bottom + 4, COLUMN_WIDTH, SIZE, colour=SOFT_INK)
    return chips, [note], note.box.bottom


def _place(families: Sequence[FamilyOfAllies], cap: int) -> AlliancesLayout:
    rows, top = [], HEAD
    one_column = len(_relations(families)) == 1
    for family in families:
        y = top + ROW_PADDING
        width = LONE_LEFT - 10 if one_column else FAMILY_WIDTH
        title = label(
            family.title, 0, y + 3, width, HEAD_SIZE, lines=3, bold=True, colour=MEANS_DARK
        )
        chips: list[Chip] = []
        notes: list[Label] = []
        bottom = title.box.bottom
        for relation, names in (
            (Relation.EXISTING, family.existing),
            (Relation.TO_APPROACH, family.to_approach),
        ):
            place = (COLUMNS[relation], COLUMN_WIDTH)
            if one_column:
                place = (LONE_LEFT, WIDTH - LONE_LEFT)
            own, left_out, end = _chips(names, relation, y, cap, place)
            chips += own
            notes += left_out
            bottom = max(bottom, end)
        top = bottom + ROW_PADDING
        rows.append(FamilyRow(title, chips, notes, top))
    return AlliancesLayout(rows, top + 1)


def _relations(families: Sequence[FamilyOfAllies]) -> list[Relation]:
    """Return the columns: those to approach have none where the drawing shows those in place alone."""
    return [
        relation
        for relation in COLUMNS
        if relation is Relation.EXISTING or any(family.to_approach for family in families)
    ]


def alliances_layout(families: Sequence[FamilyOfAllies]) -> AlliancesLayout:
    """Place the families; the more allies there are, the fewer of each cell are shown."""
    for cap in CAPS:
        layout = _place(families, cap)
        if layout.height <= MAX_HEIGHT:
            break
    return layout if layout.height <= PAGE_HEIGHT else _place(families, LEAST)


def _chip(chip: Chip) -> list[SafeString]:
    cy, round_ends = chip.box.y + chip.box.height / 2, CHIP_HEIGHT / 2
    cx = chip.box.x + CHIP_PADDING + 4
    edge = look(stroke=MEANS, stroke_width=1)
    if chip.relation is Relation.EXISTING:
        outline = rectangle(chip.box, rx=round_ends, fill=MEANS_PALE, **edge)
        dot = shape("circle", cx=cx, cy=cy, r=3.6, fill=MEANS)
    else:
        outline = rectangle(chip.box, rx=round_ends, fill=WHITE, stroke_dasharray="3 2.5", **edge)
        dot = shape("circle", cx=cx, cy=cy, r=3.2, fill=WHITE, stroke=MEANS, stroke_width=1.2)
    return [outline, dot, write(chip.name)]


def _in_words(family: FamilyOfAllies) -> str:
    parts = [
        f"{words} {enumeration(names)}"
        for words, names in (("en place", family.existing), ("à approcher", family.to_approach))
        if names
    ]
    return f"{family.title}\u00a0: {', '.join(parts)}"


def alliances_svgs(families: Sequence[FamilyOfAllies]) -> list[SafeString]:
    """Draw the allies by family; nothing while none says whether it is in place."""
    families = [family for family in families if family.existing or family.to_approach]
    if not families:
        return []
    layout = alliances_layout(families)
    parts = [line(0, HEAD, WIDTH, HEAD, MEANS, 1.6)]
    relations = _relations(families)
    for relation in relations:
        left = COLUMNS[relation] if len(relations) > 1 else LONE_LEFT
        heading = label(HEADINGS[relation], left, 2, COLUMN_WIDTH, HEAD_SIZE, bold=True)
        parts.append(write(heading))
    for row in layout.rows:
        parts += [write(row.title), *(write(note) for note in row.notes)]
        for chip in row.chips:
            parts += _chip(chip)
        parts.append(line(0, row.bottom, WIDTH, row.bottom, LINE))
    title = "Alliances par famille. " + ". ".join(_in_words(family) for family in families)
    return [drawing("r-alliances-drawing", layout.height, f"{title}.", parts)]
