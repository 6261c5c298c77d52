"""Geometry of the two circles of influence: where each actor's card stands.

Pure arithmetic, no drawing. The cards of a circle stand in rows around the centre, and each
ellipse grows until it holds its cards: so labels cannot overlap or leave the frame, whatever
the number of actors (the tests try 1 to 60) and however long their names.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from diagnostics.domain.answers import Position
from diagnostics.report.diagrams.svg import WIDTH
from diagnostics.report.lettering import fit, text_width
from diagnostics.typography import capitalised, typeset

MARGIN = 14.0
MAX_CARDS = 24  # beyond, the table beside the drawing has the rest

NAME_SIZE, POSTURE_SIZE, CENTRE_SIZE, PILL_SIZE = 12.5, 12.5, 13.0, 12.5
NAME_LINE, POSTURE_LINE, CENTRE_LINE = 14.5, 14.5, 15.5
CARD_PADDING = 5.5
CARD_WIDTHS = {1: 140.0, 2: 138.0}
SIDE_WIDTH = 110.0  # a card of the second circle that stands beside the first one
CENTRE_HALF_WIDTH = 52.0
GAP = 7.0  # between two cards
CLEARANCE = 12.0  # between a card and the line of a circle, where the circle's name stands
PILL_HALF_HEIGHT = 10.0
PILL_TEXTS = {1: "1er cercle — influence directe", 2: "2e cercle — influence élargie"}


@dataclass
class Card:
    """The label of one actor: its lines, and the rectangle around its centre (x, y)."""

    circle: int
    title: str
    stance: str
    width: float
    line_limits: tuple[int, int]  # for the name, for the posture
    name: list[str] = field(init=False)
    posture: list[str] = field(init=False)
    x: float = 0.0
    y: float = 0.0

    def __post_init__(self) -> None:
        """Set the texts for the width of the card."""
        self.resize(self.width)

    def resize(self, width: float) -> None:
        """Give the card another width, and set its texts again."""
        self.width = width
        room = width - 2 * CARD_PADDING
        self.name = fit(self.title, room, NAME_SIZE, lines=self.line_limits[0], bold=True)
        self.posture = fit(self.stance, room, POSTURE_SIZE, lines=self.line_limits[1])

    @property
    def height(self) -> float:
        """Height of the rectangle."""
        return len(self.name) * NAME_LINE + len(self.posture) * POSTURE_LINE + 2 * CARD_PADDING - 4


@dataclass
class Ellipse:
    """Half-axes of a circle of influence, drawn around the origin."""

    a: float
    b: float

    def half_width(self, y: float) -> float:
        """Return half the chord at height ``y``; 0 outside."""
        return self.a * math.sqrt(max(0.0, 1 - (y / self.b) ** 2)) if self.b else 0.0


@dataclass
class CirclesLayout:
    """Everything to draw: the origin is the middle of the circles."""

    centre: list[str]
    cards: list[Card]
    ellipses: dict[int, Ellipse]
    half_height: float
    unplaced: list[str] = field(default_factory=list)
    left_out: int = 0


@dataclass
class _Slot:
    """A row of one or two cards at a height; ``inner`` is what they must stay clear of."""

    cards: list[Card]
    y: float = 0.0

    @property
    def height(self) -> float:
        return max(card.height for card in self.cards)

    @property
    def card_width(self) -> float:
        return max(card.width for card in self.cards)


def pill_width(circle: int) -> float:
    """Return the width of the name of a circle, written on its line."""
    return text_width(PILL_TEXTS[circle], PILL_SIZE, bold=True) + 18


def _make_card(row: Position, total: int) -> Card:
    limits = (2, 2) if total <= 10 else (2, 1) if total <= 16 else (1, 1)
    circle = row.circle or 2
    return Card(
        circle, typeset(capitalised(row.title)), typeset(row.posture), CARD_WIDTHS[circle], limits
    )


def _rows_of_first_circle(cards: list[Card], centre_half_height: float) -> list[_Slot]:
    """Stand the cards around the centre: one above, pairs beside, one below."""
    rows: list[_Slot] = []
    remaining = list(cards)
    if len(cards) % 2 or len(cards) >= 4:
        rows.append(_Slot([remaining.pop(0)]))
    last = [remaining.pop()] if len(cards) % 2 == 0 and len(cards) >= 4 else []
    rows += [_Slot(remaining[i : i + 2]) for i in range(0, len(remaining), 2)]
    rows += [_Slot(last)] if last else []
    tallest = max(row.height for row in rows)
    spacing = max(tallest + GAP, centre_half_height + tallest / 2 + GAP)
    first = -(len(rows) - 1) / 2 if len(cards) not in (1, 3) else -1.0
    for index, row in enumerate(rows):
        row.y = (first + index) * spacing
    return rows


def _rows_of_second_circle(cards: list[Card], first: Ellipse) -> list[_Slot]:
    """Stand the cards above, below and, when they are many, beside the first circle."""
    total = len(cards)
    above = 1 if total in (1, 2, 3) or total % 2 else 2
    below = min(total - above, 1 if total == 2 else 2)
    side = cards[above : total - below]
    for card in side:
        card.resize(SIDE_WIDTH)
    rows = [_Slot(side[i : i + 2]) for i in range(0, len(side), 2)]
    tallest = max(card.height for card in cards)
    spacing = tallest + GAP
    for index, row in enumerate(rows):
        row.y = (index - (len(rows) - 1) / 2) * spacing
    outside = first.b + CLEARANCE + tallest / 2
    cap = max(outside, rows[-1].y + spacing if rows else 0.0)
    top = _Slot(cards[:above], -cap)
    bottom = [_Slot(cards[total - below :], cap)] if below else []
    return [top, *rows, *bottom]


def _grow(rows: Iterable[_Slot], a: float, inner: Callable[[_Slot], float]) -> Ellipse:
    """Return the flattest ellipse of half-width ``a`` that holds the rows, and place the cards.

    ``inner`` says how far from the axis the cards of a row must start.
    """
    rows = list(rows)
    b = 0.0
    for row in rows:
        edge = row.card_width / 2 if len(row.cards) == 1 else inner(row) + row.card_width
        reach = abs(row.y) + row.height / 2 + CLEARANCE
        b = max(b, reach / math.sqrt(1 - min(0.985, (edge + 3) / a) ** 2))
    ellipse = Ellipse(a, b)
    for row in rows:
        if len(row.cards) == 2:
            start = inner(row)
            room = ellipse.half_width(abs(row.y) + row.height / 2) - 3 - start - row.card_width
            distance = start + row.card_width / 2 + max(0.0, room) * 0.6
            row.cards[0].x, row.cards[1].x = -distance, distance
        for card in row.cards:
            card.y = row.y
    return ellipse


def circles_layout(positions: list[Position], *, centre: str) -> CirclesLayout:
    """Place the actors; rows without a circle are named apart (« à placer »)."""
    placed = [row for row in positions if row.circle]
    unplaced = [typeset(capitalised(row.title)) for row in positions if not row.circle]
    drawn = placed[:MAX_CARDS]
    cards = [_make_card(row, len(drawn)) for row in drawn]
    centre_lines = fit(
        typeset(centre),
        2 * CENTRE_HALF_WIDTH - 18,
        CENTRE_SIZE,
        lines=3 if len(drawn) < 17 else 2,
        bold=True,
    )
    centre_half_height = len(centre_lines) * CENTRE_LINE / 2 + 13

    near = [card for card in cards if card.circle == 1]
    first = Ellipse(CENTRE_HALF_WIDTH + 34, centre_half_height + 26)
    if near:
        first_rows = _rows_of_first_circle(near, centre_half_height)

        def beside_centre(row: _Slot) -> float:
            clear = abs(row.y) - row.height / 2 >= centre_half_height
            return GAP / 2 if clear else CENTRE_HALF_WIDTH + GAP

        paired = any(len(row.cards) == 2 for row in first_rows)
        half = CENTRE_HALF_WIDTH + GAP + CARD_WIDTHS[1] + 14 if paired else 150.0
        first = _grow(first_rows, half, beside_centre)

    wide = [card for card in cards if card.circle == 2]
    second = Ellipse(min(WIDTH / 2 - 2, first.a + 80), first.b + 44)
    if wide:
        second_rows = _rows_of_second_circle(wide, first)
        pill = pill_width(1) / 2

        def beside_first(row: _Slot) -> float:
            nearest = max(0.0, abs(row.y) - row.height / 2 - 3)
            start = first.half_width(nearest) + GAP if nearest < first.b else GAP / 2
            top, bottom = row.y - row.height / 2, row.y + row.height / 2
            crosses = top < -first.b + PILL_HALF_HEIGHT and bottom > -first.b - PILL_HALF_HEIGHT
            return max(start, pill + GAP) if crosses else start

        second = _grow(second_rows, WIDTH / 2 - 2, beside_first)
        second.b = max(second.b, first.b + 30)

    return CirclesLayout(
        centre_lines,
        cards,
        {1: first, 2: second},
        half_height=second.b + MARGIN,
        unplaced=unplaced,
        left_out=len(placed) - len(drawn),
    )
