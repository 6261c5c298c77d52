"""The drawing of the « fil rouge » as one SVG; its geometry is in
:mod:`~diagnostics.report.diagrams.thread_layout`.

What lacks a link shows by its place and its outline (dashes, an open ring where the link is
missing), and in words: the drawing reads the same in grey.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.safestring import SafeString

from diagnostics.domain.document import DiagnosticDocument
from diagnostics.domain.thread import ItemKind, Thread, read_thread
from diagnostics.domain.vocabulary import KIT_AXES, Axis
from diagnostics.markup import markup
from diagnostics.report.diagrams.svg import (
    INK,
    SOFT_INK,
    WHITE,
    Box,
    Look,
    join,
    look,
    rectangle,
    shape,
    sized_drawing,
    text,
)
from diagnostics.report.diagrams.svg import number as _n
from diagnostics.report.diagrams.thread_cards import (
    APART_PADDING,
    APART_TITLE,
    BOARD,
    MARGIN,
    PADDING_X,
    PRINT,
    SCREEN,
    TEXT_LINE,
    TEXT_SIZE,
    TITLE_SIZE,
    Apart,
    Card,
    Frame,
    Outline,
    Side,
)
from diagnostics.report.diagrams.thread_layout import (
    HEADER,
    Curve,
    Heading,
    ThreadLayout,
    thread_layout,
)
from diagnostics.report.lettering import reads_leftwards, text_width
from diagnostics.report.palette import colour
from diagnostics.typography import count, enumeration

AXIS_COLOURS = {axis: colour(f"axis-{axis}") for axis in KIT_AXES}
# Those of the links are lighter, so that cards stand out.
LINK_COLOURS = {axis: colour(f"axis-{axis}-link") for axis in KIT_AXES}
VISION_BAND, APART_GROUND, EMPTY_GROUND = (
    colour("axis-vision-pale"),
    colour("apart"),
    colour("paper"),
)
BAR = 3.5  # the solid edge of a card that is tied
RADIUS = 6.0
STUB, RING = 8.0, 3.2


def _dashed(dash: str) -> Look:
    return look(stroke_dasharray=dash) if dash else {}


def _frame(box: Box, *, fill: str, stroke: str, dash: str = "") -> SafeString:
    width = 1.3 if dash else 1
    style = look(fill=fill, stroke=stroke, stroke_width=width) | _dashed(dash)
    return rectangle(box, rx=RADIUS, **style)


def _path(
    d: str, *, stroke: str, width: float, fill: str = "none", dash: str = "", ties: str = ""
) -> SafeString:
    style = look(fill=fill, stroke=stroke, stroke_width=width) | _dashed(dash)
    return shape("path", d=d, **style, **({"data_ties": ties} if ties else {}))


def _bend(x0: float, y0: float, x1: float, y1: float) -> str:
    """Return a curve that leaves and arrives level."""
    middle = _n((x0 + x1) / 2)
    return f"C{middle} {_n(y0)} {middle} {_n(y1)} {_n(x1)} {_n(y1)}"


def _curve(curve: Curve, numbers: dict[Card, int]) -> SafeString:
    """Draw a link; ``data-ties``: the card it comes from, then those it leads to."""
    (x, y), *rest = curve.points
    d = f"M{_n(x)} {_n(y)}"
    for next_x, next_y in rest:
        d += _bend(x, y, next_x, next_y)
        x, y = next_x, next_y
    dash = "1.5 3" if curve.inherited else ""
    ties = " ".join(str(numbers[card]) for card in (curve.source, *curve.targets))
    return _path(d, stroke=LINK_COLOURS[curve.axis], width=1.6, dash=dash, ties=ties)


def _band(layout: ThreadLayout) -> SafeString:
    """The vision is tied to the roles as a whole: a band from the ones to the others."""
    vision, roles = layout.column(0), layout.column(1)
    given = vision[0].outline is not Outline.EMPTY
    left, right = vision[0].right + 3, roles[0].x - 3
    top, bottom = roles[0].top, roles[-1].bottom
    d = (
        f"M{_n(left)} {_n(vision[0].top)}{_bend(left, vision[0].top, right, top)}"
        f"L{_n(right)} {_n(bottom)}{_bend(right, bottom, left, vision[-1].bottom)}Z"
    )
    return _path(
        d,
        stroke=LINK_COLOURS[Axis.VISION],
        width=1,
        fill=VISION_BAND if given else "none",
        dash="" if given else "4 3",
    )


def _stubs(card: Card) -> Iterable[SafeString]:
    """What stands beside a card where a link is missing (a ring) or refused (a bar)."""
    colour = AXIS_COLOURS[card.axis]
    for side in card.open_sides:
        direction = -1 if side is Side.LEFT else 1
        edge = card.x if side is Side.LEFT else card.right
        y = card.bottom - card.padding - 2
        end = edge + direction * STUB
        yield _path(f"M{_n(edge)} {_n(y)}L{_n(end)} {_n(y)}", stroke=colour, width=1.2, dash="2 2")
        ring = end + direction * RING
        yield shape("circle", cx=ring, cy=y, r=RING, fill=WHITE, stroke=colour, stroke_width=1.2)
    if card.closed:
        end = card.x - STUB
        d = f"M{_n(card.x)} {_n(card.y)}L{_n(end)} {_n(card.y)}"
        d += f"M{_n(end)} {_n(card.y - 5)}L{_n(end)} {_n(card.y + 5)}"
        yield _path(d, stroke=colour, width=1.6)


def _letters(card: Card) -> Iterable[SafeString]:
    x = card.x + PADDING_X
    baseline = card.top + card.padding + TEXT_LINE - 3.5
    empty = card.outline is Outline.EMPTY
    leftwards = reads_leftwards(" ".join(card.lines).removeprefix(card.code))
    for index, line in enumerate(card.lines):
        words, start = line, x
        if index == 0 and card.code:
            yield text(
                x,
                baseline,
                card.code,
                size=TEXT_SIZE,
                fill=AXIS_COLOURS[card.axis],
                weight=700,
                anchor="start",
            )
            words = line.removeprefix(card.code).lstrip(" ")
            start = x + text_width(f"{card.code} ", TEXT_SIZE)
        at, anchor = (card.right - PADDING_X, "end") if leftwards else (start, "start")
        fill = SOFT_INK if empty else INK
        yield text(
            at, baseline, words, size=TEXT_SIZE, fill=fill, anchor=anchor, leftwards=leftwards
        )
        baseline += TEXT_LINE
    y = baseline - TEXT_LINE
    leftwards = reads_leftwards(card.note)
    at, anchor = (card.right - PADDING_X, "end") if leftwards else (x, "start")
    for line in card.notes:
        y += card.note_line
        yield text(
            at, y, line,
            size=card.note_size, fill=SOFT_INK, weight=600, anchor=anchor, leftwards=leftwards,
        )  # fmt: skip


def _card(card: Card) -> SafeString:
    colour, box = AXIS_COLOURS[card.axis], Box(card.x, card.top, card.width, card.height)
    if card.outline is Outline.EMPTY:
        frame = [_frame(box, fill=EMPTY_GROUND, stroke=SOFT_INK, dash="2 3")]
    elif card.outline is Outline.TIED:
        edge = Box(box.x, box.y + RADIUS / 2, BAR, box.height - RADIUS)
        frame = [
            _frame(box, fill=WHITE, stroke=colour),
            rectangle(edge, rx=1.7, fill=colour),
        ]
    else:
        frame = [_frame(box, fill=WHITE, stroke=colour, dash="5 3.5")]
    return join([*frame, *_stubs(card), *_letters(card)])


def _heading(heading: Heading) -> SafeString:
    colour = AXIS_COLOURS[heading.column.axis]
    title = text(
        heading.x,
        TITLE_SIZE + 1,
        heading.column.title,
        size=TITLE_SIZE,
        fill=colour,
        weight=700,
        anchor="start",
    )
    rule = Box(heading.x, HEADER - 12, heading.width, 2.5)
    return join([title, rectangle(rule, fill=colour)])


def _apart(apart: Apart, width: float) -> SafeString:
    x, y = APART_PADDING, apart.top + APART_TITLE - 8
    title, total = "Sans lien saisi", count(apart.total, "élément", "éléments")
    parts = [
        _frame(
            Box(MARGIN, apart.top, width - 2 * MARGIN, apart.height),
            fill=APART_GROUND, stroke=SOFT_INK, dash="7 4",
        ),
        text(x, y, title, size=TITLE_SIZE, weight=700, anchor="start"),
        text(
            x + text_width(title, TITLE_SIZE) + 10, y, total,
            size=TEXT_SIZE, fill=SOFT_INK, anchor="start",
        ),
    ]  # fmt: skip
    parts += [
        text(x, label_y, label, size=TEXT_SIZE, fill=SOFT_INK, weight=600, anchor="start")
        for label, label_y in apart.labels
    ]
    return join([*parts, *(_card(card) for card in apart.cards)])


def _words(thread: Thread, frame: Frame) -> str:
    nouns = {
        ItemKind.STATEMENT: ("énoncé de vision", "énoncés de vision"),
        ItemKind.ROLE: ("rôle", "rôles"),
        ItemKind.OBJECTIVE: ("objectif", "objectifs"),
        ItemKind.ACTIVITY: ("activité", "activités"),
        ItemKind.SCALE: ("échelon", "échelons"),
        ItemKind.ALLIANCE: ("acteur allié", "acteurs alliés"),
    }
    apart = {item.key for item in thread.apart()}
    left_out = apart if frame.is_for_board else set()
    numbers = [
        count(len([item for item in thread.of_kind(kind) if item.key not in left_out]), *names)
        for kind, names in nouns.items()
    ]
    alone = "" if left_out else count(len(apart), "élément", "éléments")
    tail = f" {alone} sans lien saisi." if alone and apart else ""
    return f"Fil rouge\u00a0: {enumeration(numbers)}, avec leurs liens.{tail}"


def draw_thread(layout: ThreadLayout, title: str) -> SafeString:
    """Draw a thread that was placed; ``title`` says in words what it shows."""
    parts = [_heading(heading) for heading in layout.headings]
    parts.append(_band(layout))
    # The links of missions under the others.
    numbers = {card: number for number, card in enumerate(layout.cards)}
    parts += [_curve(c, numbers) for c in sorted(layout.curves, key=lambda c: not c.inherited)]
    for card, number in numbers.items():
        # The vision is tied as a whole: no thread of its own is shown for a statement.
        attribute = markup(' data-card="{}"', number) if card.column else ""
        parts.append(markup("<g{}>{}</g>", attribute, _card(card)))
    if layout.apart:
        parts.append(_apart(layout.apart, layout.width))
    return sized_drawing("r-thread-drawing", layout.width, layout.height, title, parts)


# Above, the letters of a drawing that is put on a landscape page of A4 are under 8,5 points.
READABLE_HEIGHT = PRINT.limit


def thread_svg_for_print(document: DiagnosticDocument) -> SafeString | str:
    """Draw the thread of a page that a browser prints; empty when the screen's drawing serves."""
    thread = read_thread(document)
    if thread_layout(thread, frame=SCREEN).height <= READABLE_HEIGHT:
        return ""
    return draw_thread(thread_layout(thread, frame=PRINT), _words(thread, PRINT))


def thread_svg(document: DiagnosticDocument) -> SafeString:
    """Draw the thread of a document (already without dangling links), for the team: what lacks a link,
    and what is tied to nothing, shows too."""
    thread = read_thread(document)
    return draw_thread(thread_layout(thread, frame=SCREEN), _words(thread, SCREEN))


def board_thread_svg(document: DiagnosticDocument) -> SafeString:
    """Draw the thread for the board: what is tied, on a landscape page, at a size that can be read."""
    thread = read_thread(document)
    return draw_thread(thread_layout(thread, frame=BOARD), _words(thread, BOARD))
