"""The cards of the « fil rouge »: what each column holds, how texts are shortened, and the place of
what is tied to nothing. Where the cards of the columns stand:
:mod:`diagnostics.report.diagrams.thread_layout`."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum

from diagnostics.domain.thread import GapKind, Item, ItemKind, Key, Thread
from diagnostics.domain.vocabulary import Axis, TerritorialScale
from diagnostics.report.lettering import ELLIPSIS, fit
from diagnostics.report.scales import short_scale
from diagnostics.typography import capitalised, count, typeset

TEXT_SIZE, TITLE_SIZE = 12.5, 14.0
MARGIN = 2.0  # around everything, for the thickness of lines
TEXT_LINE = 15.0
PADDING_X, PADDING_Y = 9.0, 4.5
CARD_GAP = 7.0
DENSE_PADDING, DENSE_GAP = 3.0, 4.0  # when a column is full
LANE_HEIGHT, LANE_GAP = 4.0, 3.0
APART_TITLE, APART_PADDING = 26.0, 12.0
APART_LABEL = 96.0  # room of « Activités » before its cards
APART_IN_ROW = 6
APART_ROWS = 6  # beyond, each kind has two rows
APART_LINES = 2  # of text; three while the cards have two rows


@dataclass(frozen=True)
class Frame:
    """Heights aimed at: ``comfort`` while texts have three lines, ``limit`` in any case; how wide the
    whole may be, how far apart the columns stand, the size of notes.

    ``is_for_board``: the thread alone, without what is tied to nothing nor what lacks a link.
    """

    comfort: float
    limit: float
    width: float = math.inf
    column_gap: float = 34.0
    note_size: float = 11.0
    is_for_board: bool = False

    def widths(self, used: Iterable[int]) -> dict[int, float]:
        """Return how wide the columns are that are used: narrower than they would be, all alike, where
        the page asks for it."""
        wished = {index: COLUMNS[index].width for index in used}
        room = self.width - self.column_gap * (len(wished) - 1) - 2 * MARGIN
        scale = min(1.0, room / sum(wished.values()))
        return {index: width * scale for index, width in wished.items()}


SCREEN = Frame(comfort=800, limit=1300)  # seen at once when projected; then by scrolling
# A landscape page of A4 with its title: 267 mm by 150, on which 12,5 are 8,5 points.
PRINT = Frame(comfort=560, limit=622, width=1112, column_gap=24.0, note_size=12.5)
BOARD = replace(PRINT, is_for_board=True)


@dataclass(frozen=True)
class Column:
    """A column of the drawing: what stands in it, and the lines of text that a card may have."""

    title: str
    axis: Axis
    width: float
    kinds: tuple[ItemKind, ...]
    lines: int
    nouns: tuple[str, str]
    empty: str


COLUMNS = (
    Column(
        "Vision", Axis.VISION, 162, (ItemKind.STATEMENT,), 6,
        ("autre énoncé", "autres énoncés"), "Vision à décrire",
    ),
    Column(
        "Rôles", Axis.AMBITION, 142, (ItemKind.ROLE,), 4,
        ("autre rôle", "autres rôles"), "Aucun rôle retenu",
    ),
    Column(
        "Objectifs", Axis.AMBITION, 190, (ItemKind.OBJECTIVE,), 3,
        ("autre objectif", "autres objectifs"), "Aucun objectif relié",
    ),
    Column(
        "Activités", Axis.MISSIONS, 232, (ItemKind.ACTIVITY, ItemKind.SCOPE_STEP), 3,
        ("autre activité", "autres activités"), "Aucune activité reliée",
    ),
    Column(
        "Échelons", Axis.MISSIONS, 124, (ItemKind.SCALE,), 2,
        ("autre échelon", "autres échelons"), "Aucun échelon relié",
    ),
    Column(
        "Alliances", Axis.MEANS, 158, (ItemKind.ALLIANCE,), 2,
        ("autre acteur", "autres acteurs"), "Aucun acteur relié",
    ),
    Column(
        "Leviers", Axis.MEANS, 124, (ItemKind.LEVER,), 3,
        ("autre levier", "autres leviers"), "",
    ),
)  # fmt: skip
COLUMN_OF = {kind: index for index, column in enumerate(COLUMNS) for kind in column.kinds}
SCALES, LEVERS = COLUMN_OF[ItemKind.SCALE], COLUMN_OF[ItemKind.LEVER]
APART_KINDS = (ItemKind.OBJECTIVE, ItemKind.ACTIVITY, ItemKind.ALLIANCE)
_LEFT_GAPS = {GapKind.OBJECTIVE_ROLE, GapKind.ACTIVITY_OBJECTIVE, GapKind.ALLIANCE_SERVICE}


class Outline(Enum):
    """How a card is outlined: tied, short of a link, tied to nothing, or no card at all."""

    TIED = "tied"
    LOOSE = "loose"
    APART = "apart"
    EMPTY = "empty"


class Side(Enum):
    """A side of a card."""

    LEFT = "left"
    RIGHT = "right"


@dataclass(eq=False)
class Node:
    """Something that takes room in a column; (x, y) is the middle of its left edge."""

    column: int
    height: float
    width: float = 0.0
    x: float = 0.0
    y: float = 0.0
    gap: float = CARD_GAP  # to the next one

    @property
    def top(self) -> float:
        """Upper edge."""
        return self.y - self.height / 2

    @property
    def bottom(self) -> float:
        """Lower edge."""
        return self.y + self.height / 2

    @property
    def right(self) -> float:
        """Right edge."""
        return self.x + self.width


@dataclass(eq=False)
class Lane(Node):
    """Where the links of an activity to its allies pass between the échelons."""


@dataclass(eq=False)
class Card(Node):
    """An item as its card: its lines (the first starts with the code), and a note under them.

    ``open_sides``: where a link is missing; ``closed``: serves nothing, on purpose.
    """

    code: str = ""
    lines: list[str] = field(default_factory=list)
    note: str = ""
    notes: list[str] = field(default_factory=list)  # its lines
    outline: Outline = Outline.TIED
    open_sides: frozenset[Side] = frozenset()
    closed: bool = False
    axis: Axis = Axis.VISION
    padding: float = PADDING_Y
    note_size: float = 11.0

    @property
    def note_line(self) -> float:
        """Height of the line of the note."""
        return self.note_size + 2.5


# --- Cards -----------------------------------------------------------------------------------


def _set_card(card: Card, title: str, *, limit: int) -> Card:
    """Set the texts of a card in at most ``limit`` lines, and its height."""
    room = card.width - 2 * PADDING_X
    text = f"{card.code} {title}" if card.code else title
    card.lines = fit(text, room, TEXT_SIZE, lines=limit) or [""]
    card.notes = fit(card.note, room, card.note_size, lines=2 if limit > 1 else 1)
    card.note = " ".join(card.notes)
    notes = len(card.notes) * card.note_line
    card.height = len(card.lines) * TEXT_LINE + notes + 2 * card.padding
    return card


def _title(item: Item) -> str:
    if item.key.kind is ItemKind.SCALE:
        return short_scale(TerritorialScale(item.key.id))
    if item.key.kind is ItemKind.SCOPE_STEP:
        return f"Étape\u00a0: {item.title[:1].lower()}{item.title[1:]}"
    return typeset(capitalised(item.title.strip()))


def _note(item: Item, thread: Thread, *, frame: Frame, apart: bool, dense: bool) -> str:
    """Say what a card lacks, and the item's detail where there is room for it."""
    gaps = [] if frame.is_for_board else [gap.kind for gap in thread.gaps_of(item.key)]
    if apart:  # the place says what is missing; an échelon is told where there is one
        words = [k.short for k in gaps if k is GapKind.ACTIVITY_SCALE]
        words += [
            short_scale(TerritorialScale(link.target.id))
            for link in thread.links_of(item.key)[1]
            if link.target.kind is ItemKind.SCALE
        ]
    else:
        words = [kind.short for kind in gaps]
    if item.key in thread.chosen:
        words.insert(0, "aucun objectif, volontairement")
    return " · ".join(typeset(word) for word in ("" if dense else item.detail, *words) if word)


def _card(
    item: Item,
    thread: Thread,
    *,
    frame: Frame,
    limit: int,
    width: float,
    apart: bool = False,
    dense: bool = False,
) -> Card:
    """Make the card of an item."""
    index = COLUMN_OF[item.key.kind]
    gaps = [] if frame.is_for_board else [gap.kind for gap in thread.gaps_of(item.key)]
    outline = Outline.APART if apart else Outline.LOOSE if gaps else Outline.TIED
    sides = {Side.LEFT if kind in _LEFT_GAPS else Side.RIGHT for kind in gaps}
    card = Card(
        index,
        0.0,
        width,
        code=item.code,
        note=_note(item, thread, frame=frame, apart=apart, dense=dense),
        outline=outline,
        open_sides=frozenset() if apart else frozenset(sides),
        closed=item.key in thread.chosen,
        axis=COLUMNS[index].axis,
        padding=DENSE_PADDING if dense else PADDING_Y,
        gap=DENSE_GAP if dense else CARD_GAP,
        note_size=frame.note_size,
    )
    return _set_card(card, _title(item), limit=limit)


def _others(index: int, number: int, *, width: float, apart: bool = False) -> Card:
    column = COLUMNS[index]
    outline = Outline.APART if apart else Outline.TIED
    card = Card(index, 0.0, width, outline=outline, axis=column.axis)
    return _set_card(card, f"et {count(number, *column.nouns)}", limit=1)


def stack(nodes: Iterable[Node]) -> float:
    """Return the height of nodes one under the other."""
    nodes = list(nodes)
    return sum(node.height for node in nodes) + sum(
        distance(one, other) - (one.height + other.height) / 2
        for one, other in zip(nodes, nodes[1:], strict=False)
    )


def distance(one: Node, other: Node) -> float:
    """Return how far apart the middles of two nodes of a column must be."""
    both_lanes = isinstance(one, Lane) and isinstance(other, Lane)
    return (one.height + other.height) / 2 + (LANE_GAP if both_lanes else min(one.gap, other.gap))


def column_cards(
    index: int, items: Sequence[Item], thread: Thread, frame: Frame, width: float
) -> tuple[list[Card], dict[Key, Card], int]:
    """Return the cards of a column that fit a height, the card of each item, and how many items
    are in « et n autres »."""
    column = COLUMNS[index]
    cards: list[Card] = []
    for limit, dense in [*((n, False) for n in range(column.lines, 0, -1)), (1, True)]:
        cards = [
            _card(item, thread, frame=frame, limit=limit, width=width, dense=dense)
            for item in items
        ]
        if stack(cards) <= (frame.comfort if limit > 2 else frame.limit):
            if not dense:
                _lengthen(cards, items, thread, frame, limit)
            return cards, {i.key: c for i, c in zip(items, cards, strict=True)}, 0
    others = _others(index, len(items), width=width)
    kept = len(cards)
    while kept and stack([*cards[:kept], others]) > frame.limit:
        kept -= 1
    number = len(items) - kept
    others = _others(index, number, width=width)
    shown = [*cards[:kept], others]
    return shown, {i.key: shown[min(n, kept)] for n, i in enumerate(items)}, number


def _lengthen(
    cards: list[Card], items: Sequence[Item], thread: Thread, frame: Frame, limit: int
) -> None:
    """Give a line more to the texts that were cut, the first ones first, while there is room."""
    lines = COLUMNS[cards[0].column].lines if cards else 0
    height = stack(cards)
    for more in range(limit + 1, lines + 1):
        for place, item in enumerate(items):
            if not cards[place].lines[-1].endswith(ELLIPSIS):
                continue
            card = _card(item, thread, frame=frame, limit=more, width=cards[place].width)
            taken = height + card.height - cards[place].height
            if taken <= (frame.comfort if more > 2 else frame.limit):
                cards[place], height = card, taken


def empty_card(index: int, width: float) -> Card:
    """Say what a column lacks, in the place of its cards."""
    column = COLUMNS[index]
    card = Card(index, 0.0, width, outline=Outline.EMPTY, axis=column.axis)
    return _set_card(card, column.empty, limit=2)


# --- What is tied to nothing -------------------------------------------------------------------


@dataclass(frozen=True)
class Apart:
    """The place of what is tied to nothing: its frame, its cards, and the name of each kind."""

    top: float
    height: float
    total: int
    labels: list[tuple[str, float]]  # with the height of its text
    cards: list[Card]


def lay_apart(thread: Thread, frame: Frame, width: float) -> Apart | None:
    """Place what is tied to nothing in rows, by kind; ``top`` is 0 for now. The board does not see it."""
    items = thread.apart()
    if not items or frame.is_for_board:
        return None
    room = width - APART_LABEL - 2 * APART_PADDING
    card_width = (room - (APART_IN_ROW - 1) * CARD_GAP) / APART_IN_ROW
    groups = [[item for item in items if item.key.kind is kind] for kind in APART_KINDS]
    rows_needed = sum(-(-len(group) // APART_IN_ROW) for group in groups)
    cap = len(items) if rows_needed <= APART_ROWS else 2 * APART_IN_ROW
    lines = APART_LINES + (rows_needed <= 2)
    cards, labels = [], []
    y = APART_TITLE + APART_PADDING / 2
    for kind, group in zip(APART_KINDS, groups, strict=True):
        if not group:
            continue
        shown = group if len(group) <= cap else group[: cap - 1]
        own = [
            _card(item, thread, frame=frame, limit=lines, width=card_width, apart=True)
            for item in shown
        ]
        if len(shown) < len(group):
            left_out = len(group) - len(shown)
            own.append(_others(COLUMN_OF[kind], left_out, width=card_width, apart=True))
        labels.append((kind.label, y + PADDING_Y + TEXT_LINE - 3))
        for start in range(0, len(own), APART_IN_ROW):
            row = own[start : start + APART_IN_ROW]
            tallest = max(card.height for card in row)
            for position, card in enumerate(row):
                card.height = tallest
                card.x = APART_PADDING + APART_LABEL + position * (card_width + CARD_GAP)
                card.y = y + tallest / 2
            y += tallest + CARD_GAP
        cards += own
    return Apart(0.0, y - CARD_GAP + APART_PADDING, len(items), labels, cards)
