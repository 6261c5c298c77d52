"""Geometry of the « fil rouge »: columns of cards from the vision to the allies, and their links.

Pure arithmetic, no drawing. A column's cards are shortened until the column fits the height asked
for, then grouped (« et n autres »); they are ordered so that few links cross, and stand as near as
they can to what they are tied to. A link that goes from an activity to an ally passes between the
échelons along a lane of its own. So cards never overlap, no link runs under a card, and everything
stays in the frame, whatever the number of rows (the tests try 0 to 60 in each column).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from diagnostics.domain.thread import ItemKind, Key, Thread
from diagnostics.domain.vocabulary import Axis
from diagnostics.report.diagrams.thread_cards import (
    CARD_GAP,
    COLUMN_OF,
    COLUMNS,
    LANE_GAP,
    LANE_HEIGHT,
    LEVERS,
    MARGIN,
    SCALES,
    SCREEN,
    Apart,
    Card,
    Column,
    Frame,
    Lane,
    Node,
    Side,
    column_cards,
    distance,
    empty_card,
    lay_apart,
    stack,
)
from diagnostics.report.ordering import order_columns, spread

MIN_MAIN_HEIGHT = 380.0  # whatever stands apart, the thread itself has this much
HEADER = 36.0  # the names of the columns
AIR, AIRY_HEIGHT = 1.35, 420.0  # a small thread is given room for its links
PORT_STEP = 5.0  # between two links that leave one card
APART_GAP = 20.0


@dataclass
class Curve:
    """A link, or its part before or after a lane: the points it goes through, the axis of its end.

    ``source`` and ``targets``: the cards it ties (several before a lane that they share);
    ``inherited``: from a mission.
    """

    points: list[tuple[float, float]]
    axis: Axis
    inherited: bool
    source: Card
    targets: list[Card]


@dataclass(frozen=True)
class Heading:
    """The name of a column, over the cards."""

    column: Column
    x: float
    width: float


@dataclass(frozen=True)
class ThreadLayout:
    """Everything to draw."""

    width: float
    height: float
    headings: list[Heading]
    cards: list[Card]
    lanes: list[Lane]
    curves: list[Curve]
    apart: Apart | None
    left_out: int

    def column(self, index: int) -> list[Card]:
        """Return the cards of a column, from the top down."""
        return sorted((c for c in self.cards if c.column == index), key=lambda card: card.y)


# --- Links -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Edge:
    """A link between two cards; ``lane`` when it passes between the échelons."""

    source: Card
    target: Card
    lane: Lane | None
    inherited: bool

    def steps(self) -> list[tuple[Node, Node]]:
        """The edge as pairs of nodes of neighbouring columns."""
        if self.lane is None:
            return [(self.source, self.target)]
        return [(self.source, self.lane), (self.lane, self.target)]


def _edges(thread: Thread, card_of: dict[Key, Card], scales_width: float) -> list[_Edge]:
    """Return the links between the cards shown, each once; grouped items share theirs."""
    inherited: dict[tuple[Card, Card], bool] = {}
    for link in thread.links:
        source, target = card_of.get(link.source), card_of.get(link.target)
        if source is not None and target is not None:
            pair = (source, target)
            inherited[pair] = inherited.get(pair, True) and link.inherited
    lanes: dict[Card, Lane] = {}
    edges = []
    for (source, target), from_mission in inherited.items():
        lane = None
        if source.column < SCALES < target.column:
            lane = lanes.setdefault(source, Lane(SCALES, LANE_HEIGHT, scales_width))
        edges.append(_Edge(source, target, lane, from_mission))
    return edges


def _ports(steps: Iterable[tuple[Node, Node]]) -> dict[tuple[Node, Node, Side], float]:
    """Return where each step leaves (right) and arrives (left): side by side on the edge of a
    card, in the order of the far ends; all together at a lane."""
    ends: dict[tuple[Node, Side], list[tuple[float, int, tuple[Node, Node]]]] = defaultdict(list)
    for number, (one, other) in enumerate(steps):
        ends[one, Side.RIGHT].append((other.y, number, (one, other)))
        ends[other, Side.LEFT].append((one.y, number, (one, other)))
    ports = {}
    for (node, side), leaving in ends.items():
        leaving.sort(key=lambda end: end[:2])
        room = node.height - 2 * node.padding if isinstance(node, Card) else 0.0
        step = min(PORT_STEP, room / max(1, len(leaving) - 1))
        for position, (_, _, (one, other)) in enumerate(leaving):
            ports[one, other, side] = node.y + (position - (len(leaving) - 1) / 2) * step
    return ports


def _curves(edges: Sequence[_Edge]) -> list[Curve]:
    """Return the links as curves; those that share a lane run together until its end."""
    curves: dict[tuple[Node, Node], Curve] = {}
    for edge in edges:
        for step in edge.steps():
            axis = COLUMNS[edge.target.column].axis
            curve = curves.setdefault(step, Curve([], axis, edge.inherited, edge.source, []))
            curve.targets.append(edge.target)
    ports = _ports(curves)
    for (one, other), curve in curves.items():
        curve.points.append((one.right, ports[one, other, Side.RIGHT]))
        curve.points.append((other.x, ports[one, other, Side.LEFT]))
        if isinstance(other, Lane):
            curve.points.append((other.right, other.y))
    return list(curves.values())


# --- The whole ---------------------------------------------------------------------------------


def _place(columns: list[list[Node]], edges: Sequence[_Edge], limit: float) -> float:
    """Give each node its height in its column, near what it is tied to; returns the height."""
    height = max(stack(nodes) for nodes in columns)
    if edges:
        height = max(height, min(AIR * height, AIRY_HEIGHT, limit))
    near: dict[Node, list[Node]] = defaultdict(list)
    for edge in edges:
        for one, other in edge.steps():
            near[one].append(other)
            near[other].append(one)
    for nodes in columns:
        slack = (height - stack(nodes)) / len(nodes)
        y = slack / 2 + nodes[0].height / 2
        nodes[0].y = y
        for one, other in zip(nodes, nodes[1:], strict=False):
            y += distance(one, other) + slack
            other.y = y
    for _ in range(8):
        for nodes in (*columns, *reversed(columns)):
            wished = [
                sum(other.y for other in near[node]) / len(near[node]) if near[node] else node.y
                for node in nodes
            ]
            places = spread(
                wished,
                [distance(one, other) for one, other in zip(nodes, nodes[1:], strict=False)],
                nodes[0].height / 2,
                height - nodes[-1].height / 2,
            )
            for node, y in zip(nodes, places, strict=True):
                node.y = y
    return height


def _gather(nodes: list[Node], middle: float, height: float) -> None:
    """Stack nodes around a height, inside the drawing: the vision holds together."""
    total = stack(nodes)
    y = min(max(0.0, middle - total / 2), height - total) + nodes[0].height / 2
    nodes[0].y = y
    for one, other in zip(nodes, nodes[1:], strict=False):
        y += distance(one, other)
        other.y = y


def thread_layout(thread: Thread, *, frame: Frame = SCREEN) -> ThreadLayout:
    """Place the thread; ``frame`` is what shortening and grouping aim at."""
    used = [i for i in range(len(COLUMNS)) if i != LEVERS or thread.of_kind(ItemKind.LEVER)]
    widths = frame.widths(used)
    width = sum(widths.values()) + frame.column_gap * (len(used) - 1) + 2 * MARGIN
    apart = lay_apart(thread, frame, width)
    standing = {item.key for item in thread.apart()}
    taken = HEADER + (apart.height + APART_GAP if apart else 0.0)
    comfort, limit = (max(MIN_MAIN_HEIGHT, h - taken) for h in (frame.comfort, frame.limit))
    room = replace(frame, comfort=comfort, limit=limit)

    columns: dict[int, list[Node]] = {}
    card_of: dict[Key, Card] = {}
    left_out = 0
    # The échelons come last: they leave room to the links that pass between them.
    for index in sorted(used, key=lambda i: i == SCALES):
        items = [
            item
            for kind in COLUMNS[index].kinds
            for item in thread.of_kind(kind)
            if item.key not in standing
        ]
        own = room
        if index == SCALES:
            lanes = {e.lane for e in _edges(thread, card_of, widths[SCALES]) if e.lane is not None}
            passing = len(lanes) * (LANE_HEIGHT + LANE_GAP) + CARD_GAP
            own = replace(room, comfort=room.comfort - passing, limit=room.limit - passing)
            served = {link.target for link in thread.links if link.source in card_of}
            items = [item for item in items if item.key in served]
        cards, cards_of_items, hidden = column_cards(index, items, thread, own, widths[index])
        card_of |= cards_of_items
        left_out += hidden
        columns[index] = [*cards]
    edges = _edges(thread, card_of, widths[SCALES])
    columns[SCALES] += list(dict.fromkeys(e.lane for e in edges if e.lane is not None))
    for index in used:
        columns[index] = columns[index] or [empty_card(index, widths[index])]

    ordered = order_columns(
        [columns[index] for index in used], [step for edge in edges for step in edge.steps()]
    )
    height = _place(ordered, edges, room.limit)
    roles = ordered[COLUMN_OF[ItemKind.ROLE]]
    _gather(ordered[0], (roles[0].top + roles[-1].bottom) / 2, height)

    x, headings = MARGIN, []
    for index, nodes in zip(used, ordered, strict=True):
        headings.append(Heading(COLUMNS[index], x, widths[index]))
        for node in nodes:
            node.x = x
            node.y += HEADER
        x += widths[index] + frame.column_gap
    total = HEADER + height
    if apart is not None:
        top = total + APART_GAP
        for card in apart.cards:
            card.y += top
        labels = [(label, y + top) for label, y in apart.labels]
        apart = Apart(top, apart.height, apart.total, labels, apart.cards)
        total = top + apart.height
    placed = [node for nodes in ordered for node in nodes]
    return ThreadLayout(
        width,
        total + MARGIN,
        headings,
        [node for node in placed if isinstance(node, Card)],
        [node for node in placed if isinstance(node, Lane)],
        _curves(edges),
        apart,
        left_out,
    )
