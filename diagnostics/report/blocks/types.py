"""What an answer is told with: a few kinds of blocks, which every output renders in its own way.

A block says *what* something is (a code, a state, a figure, what is missing), never how it looks.
Its texts are those to print: typeset, in French, never markup. ``place`` is the field of the step
where what it says is filled in, without the step's prefix (``rows-2-statement``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from django.utils.safestring import SafeString

from diagnostics.domain.vocabulary import PRIORITY_LABELS, Labelled
from diagnostics.typography import capitalised, number, typeset

DASH, TO_SAY = "—", "à préciser"


class PieceKind(StrEnum):
    """What a piece of a cell is."""

    TEXT = "text"
    STRONG = "strong"
    NONE = "none"  # says that something is missing
    STATE = "state"
    HANDLING = "handling"
    PRIORITY = "priority"
    TAG = "tag"
    SHARE = "share"
    NOTE = "band-note"
    CODE = "code"
    RANK = "rank"
    BLANK = "blank"  # room to write


@dataclass(frozen=True)
class Piece:
    """A piece of a cell; ``value`` is the code behind a state or a priority."""

    kind: PieceKind
    text: str
    value: str = ""


@dataclass(frozen=True)
class Detail:
    """A line under what a cell says; ``is_typed`` when its own line breaks are kept."""

    text: str
    is_typed: bool = False


@dataclass(frozen=True)
class Cell:
    """A cell: what it says, its details; ``heads`` when it names its row or its group.

    ``label`` names it where columns cannot be seen, instead of its column.
    """

    pieces: tuple[Piece, ...]
    details: tuple[Detail, ...] = ()
    heads: bool = False
    span: int = 1
    label: str = ""


class RowKind(StrEnum):
    """What a row is."""

    PLAIN = ""
    BAND = "band"  # opens the rows of a mission
    GROUP = "group"  # opens the rows of a family
    MISSION = "mission"
    TOTAL = "total"
    TO_FILL = "to-fill"  # room to write what was done


@dataclass(frozen=True)
class Row:
    """A row of a table."""

    cells: tuple[Cell, ...]
    kind: RowKind = RowKind.PLAIN
    place: str = ""

    @property
    def name(self) -> str:
        """What its heading says, in words."""
        named = [cell for cell in self.cells if cell.heads]
        return " ".join(piece.text for cell in named for piece in cell.pieces)

    @property
    def opens_group(self) -> bool:
        """Tell whether it names the rows below it."""
        return self.kind in {RowKind.BAND, RowKind.GROUP}


class ColumnKind(StrEnum):
    """What the cells of a column hold."""

    TEXT = ""
    TYPED = "text"  # typed text, line breaks kept
    CODE = "code"
    FIGURE = "figure"


@dataclass(frozen=True)
class Column:
    """A column: its heading, its name for style sheets (empty: the rest of the width), its width
    on paper in centimetres, and a ``label`` when the cells name it otherwise."""

    heading: str
    name: str
    width: float
    kind: ColumnKind = ColumnKind.TEXT
    label: str = ""


@dataclass(frozen=True)
class Table:
    """Rows, in groups that each may open with a row of their own; ``name`` is for style sheets.

    ``in_annex``: the body of the board's paper has said the same, more shortly or in a drawing.
    """

    name: str
    caption: str
    columns: tuple[Column, ...]
    groups: tuple[tuple[Row, ...], ...]
    shows_caption: bool = False
    in_annex: bool = False
    template = "blocks/table.html"

    def placed(self, row: Row) -> Iterator[tuple[Cell, Column | None]]:
        """Yield the cells of a row with their column; None for what takes the whole width."""
        start = 0
        for cell in row.cells:
            column = self.columns[start]
            yield cell, None if cell.span == len(self.columns) else column
            start += cell.span

    @property
    def rows(self) -> Iterator[Row]:
        """The rows of all the groups."""
        return (row for group in self.groups for row in group)

    @property
    def placed_groups(self) -> list[list[tuple[Row, list[tuple[Cell, Column | None]]]]]:
        """The groups as templates loop over them: rows, each with its cells and their columns."""
        return [[(row, list(self.placed(row))) for row in group] for group in self.groups]


@dataclass(frozen=True)
class Note:
    """A text under a small title; ``choice`` is what was chosen in a list, ``state`` where it is.

    ``opens``: what comes first, set apart. ``caution``: what the reader must know.
    """

    label: str
    text: str = ""
    tags: tuple[str, ...] = ()
    choice: str = ""
    state: str = ""
    caution: str = ""
    opens: bool = False
    place: str = ""
    template = "blocks/note.html"


@dataclass(frozen=True)
class Pair:
    """Notes side by side."""

    notes: tuple[Note, ...]
    template = "blocks/pair.html"


@dataclass(frozen=True)
class Item:
    """An item of a list: a text, or a title with its detail."""

    text: str
    detail: str = ""
    is_title: bool = False
    place: str = ""


@dataclass(frozen=True)
class Items:
    """A numbered list; ``is_ranked`` when its order is one of priority."""

    items: tuple[Item, ...]
    label: str = ""
    is_ranked: bool = True
    template = "blocks/items.html"

    @property
    def is_few(self) -> bool:
        """Tell whether its titles can stand side by side."""
        return 1 < len(self.items) <= 3 and all(item.is_title for item in self.items)


@dataclass(frozen=True)
class Drawing:
    """A drawing, drawn when it is asked for; the table beside it says the same.

    ``draw`` returns it in one or several parts (SVG with their alternative in words).
    """

    title: str
    draw: Callable[[], list[SafeString]]
    caption: str = ""
    in_annex: bool = False
    template = "blocks/drawing.html"


@dataclass(frozen=True)
class Moment:
    """A milestone and its month, in words."""

    month: str
    milestone: str


@dataclass(frozen=True)
class Month:
    """A month of the calendar with its milestones, in words."""

    name: str
    milestones: tuple[str, ...]


@dataclass(frozen=True)
class Calendar:
    """The milestones after the board, as typed; and as a grid of ``months`` when it can be one,
    with ``others`` that stand in none of them."""

    title: str
    moments: tuple[Moment, ...]
    months: tuple[Month, ...] = ()
    others: tuple[Moment, ...] = ()
    place: str = ""
    template = "blocks/calendar.html"

    @property
    def listed(self) -> tuple[Moment, ...]:
        """The milestones that stand in a list: those that the grid does not show."""
        return self.others if self.months else self.moments


Block = Note | Pair | Items | Table | Drawing | Calendar


# --- Cells ---------------------------------------------------------------------------------


def text(value: str, default: str = DASH) -> Piece:
    """Return a typed text as it is printed, or what stands for it."""
    return Piece(PieceKind.TEXT, typeset(value)) if value else missing(default)


def plain(value: str) -> Piece:
    """Return a text that is ours."""
    return Piece(PieceKind.TEXT, value)


def strong(value: str) -> Piece:
    """Return what counts most in its cell."""
    return Piece(PieceKind.STRONG, value)


def missing(value: str = TO_SAY) -> Piece:
    """Return words that say that something is missing."""
    return Piece(PieceKind.NONE, value)


def said(value: str, default: str = DASH) -> Piece:
    """Return a typed text as a sentence, or what stands for it."""
    return text(capitalised(value), default)


def state(value: Labelled | None) -> Piece:
    """Return where something stands: a sign and a word."""
    return Piece(PieceKind.STATE, value.label, value.value) if value else missing()


def priority(value: int | None) -> Piece:
    """Return a priority: a figure and a word."""
    return Piece(PieceKind.PRIORITY, PRIORITY_LABELS[value], str(value)) if value else missing()


def figure(value: float | None) -> Piece:
    """Return a number."""
    return plain(DASH if value is None else number(value))


def year(value: int | None) -> Piece:
    """Return a year."""
    return plain(str(value or DASH))


def cell(*pieces: Piece, details: tuple[Detail, ...] = (), span: int = 1, label: str = "") -> Cell:
    """Return a cell of these pieces."""
    return Cell(pieces, details, span=span, label=label)


def heading(*pieces: Piece, details: tuple[Detail, ...] = (), span: int = 1) -> Cell:
    """Return the cell that names its row or its group."""
    return Cell(pieces, details, heads=True, span=span)


def typed_details(*texts: str) -> tuple[Detail, ...]:
    """Return typed texts as details; empty ones are left out."""
    return tuple(Detail(typeset(value), is_typed=True) for value in texts if value)


def details(*texts: str) -> tuple[Detail, ...]:
    """Return texts made of ours as details; empty ones are left out."""
    return tuple(Detail(typeset(value)) for value in texts if value)
