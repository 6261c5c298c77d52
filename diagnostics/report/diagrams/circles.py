"""2.3 The two circles of influence around the structure, drawn from their geometry."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.safestring import SafeString

from diagnostics.domain.answers import Position
from diagnostics.report.diagrams.circles_layout import (
    CARD_PADDING,
    CENTRE_HALF_WIDTH,
    CENTRE_LINE,
    CENTRE_SIZE,
    NAME_LINE,
    NAME_SIZE,
    PILL_HALF_HEIGHT,
    PILL_SIZE,
    PILL_TEXTS,
    POSTURE_LINE,
    POSTURE_SIZE,
    Card,
    CirclesLayout,
    circles_layout,
    pill_width,
)
from diagnostics.report.diagrams.svg import (
    AMBITION,
    AMBITION_DARK,
    AMBITION_TINTS,
    SOFT_INK,
    WHITE,
    WIDTH,
    Box,
    Look,
    drawing,
    join,
    look,
    rectangle,
    shape,
    text,
)
from diagnostics.report.lettering import fit, reads_leftwards
from diagnostics.typography import count, enumeration

# The second circle is dashed: no colour is needed to tell it from the first.
_CARD_DASHES: dict[int, Look] = {1: {}, 2: look(stroke_dasharray="3 2.5")}
_LINE_DASHES: dict[int, Look] = {1: {}, 2: look(stroke_dasharray="5 4")}


def _card(card: Card, cx: float, cy: float) -> SafeString:
    x, y = cx + card.x, cy + card.y
    box = Box(x - card.width / 2, y - card.height / 2, card.width, card.height)
    style = look(fill=WHITE, stroke=AMBITION, stroke_width=0.8) | _CARD_DASHES[card.circle]
    parts = [rectangle(box, rx=6, **style)]
    baseline = box.y + CARD_PADDING - 2
    name, posture = reads_leftwards(card.title), reads_leftwards(card.stance)
    for line in card.name:
        baseline += NAME_LINE
        parts.append(text(x, baseline - 3, line, size=NAME_SIZE, weight=700, leftwards=name))
    for line in card.posture:
        baseline += POSTURE_LINE
        parts.append(
            text(x, baseline - 3, line, size=POSTURE_SIZE, fill=SOFT_INK, leftwards=posture)
        )
    return join(parts)


def _pill(circle: int, cx: float, y: float) -> SafeString:
    width = pill_width(circle)
    box = Box(cx - width / 2, y - PILL_HALF_HEIGHT, width, 2 * PILL_HALF_HEIGHT)
    style = look(fill=AMBITION_TINTS[circle], stroke=AMBITION, stroke_width=0.8)
    name = text(cx, y + 3.5, PILL_TEXTS[circle], size=PILL_SIZE, fill=AMBITION_DARK, weight=600)
    return join([rectangle(box, rx=9, **style), name])


def _title(layout: CirclesLayout, centre: str) -> str:
    numbers = {c: sum(card.circle == c for card in layout.cards) for c in (1, 2)}
    return (
        f"Positionnement de {centre}\u00a0: {count(numbers[1], 'acteur', 'acteurs')} dans le 1er cercle,"
        f" {count(numbers[2], 'acteur', 'acteurs')} dans le 2e cercle. Le tableau donne le détail."
    )


def _notes(layout: CirclesLayout) -> list[str]:
    notes: list[str] = []
    if layout.unplaced:
        waiting = f"À placer\u00a0: {enumeration(layout.unplaced)}"
        notes += fit(waiting, WIDTH - 20, PILL_SIZE, lines=3)
    if layout.left_out:
        others = count(layout.left_out, "autre acteur", "autres acteurs")
        notes.append(f"et {others} dans le tableau")
    return notes


def circles_svg(positions: Sequence[Position], *, centre: str) -> SafeString:
    """Draw the actors in the two circles of influence around the structure.

    Rows may be incomplete (unsaved rows of a form): one without a circle is named under the
    drawing, one without a posture shows its name alone.
    """
    layout = circles_layout(list(positions), centre=centre)
    notes = _notes(layout)
    cx, cy = WIDTH / 2, layout.half_height
    height = 2 * layout.half_height + (len(notes) * 15 + 4 if notes else 0)
    parts = []
    for circle in (2, 1):
        ellipse = layout.ellipses[circle]
        style = look(fill=AMBITION_TINTS[circle], stroke=AMBITION, stroke_width=1.2)
        style |= _LINE_DASHES[circle]
        parts.append(shape("ellipse", cx=cx, cy=cy, rx=ellipse.a, ry=ellipse.b, **style))
        parts.append(_pill(circle, cx, cy - ellipse.b))
    half = len(layout.centre) * CENTRE_LINE / 2 + 10
    middle = Box(cx - CENTRE_HALF_WIDTH, cy - half, 2 * CENTRE_HALF_WIDTH, 2 * half)
    parts.append(rectangle(middle, rx=min(half, 22), fill=AMBITION))
    first = cy - (len(layout.centre) - 1) * CENTRE_LINE / 2 + CENTRE_SIZE * 0.35
    leftwards = reads_leftwards(centre)
    for index, line in enumerate(layout.centre):
        y = first + index * CENTRE_LINE
        parts.append(
            text(cx, y, line, size=CENTRE_SIZE, fill=WHITE, weight=700, leftwards=leftwards)
        )
    parts += [_card(card, cx, cy) for card in layout.cards]
    for index, note in enumerate(notes):
        y = 2 * layout.half_height + 10 + index * 15
        parts.append(text(cx, y, note, size=PILL_SIZE, fill=SOFT_INK))
    return drawing("r-circles", height, _title(layout, centre), parts)
