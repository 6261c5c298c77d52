"""3.2 The chain of accompaniment: six steps, and who takes each of them in charge.

Told apart by shape (full, tinted, dashed, dotted), by icon and by word: the colour is not needed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.utils.safestring import SafeString

from diagnostics.domain.vocabulary import Handling, ScopeStepKey
from diagnostics.report.diagrams.svg import (
    INK,
    MISSIONS,
    MISSIONS_TINT,
    SOFT_INK,
    WHITE,
    WIDTH,
    Box,
    Label,
    drawing,
    join,
    label,
    look,
    number,
    shape,
    text,
    write,
)
from diagnostics.typography import typeset

GAP = 4.0  # between two arrows
TIP = 13.0  # of an arrow
NAME_SIZE, WORD_SIZE, PARTNER_SIZE = 12.5, 12.5, 12.5
ICON_RADIUS = 8.0
STEP_WIDTH = (WIDTH - TIP - 5 * GAP) / 6

WORDS = {
    Handling.SELF: "La structure le fait",
    Handling.WITH_PARTNER: "Avec un partenaire",
    Handling.NONE: "La structure ne le fait pas",
    Handling.UNDECIDED: "À décider",
}


@dataclass(frozen=True)
class ChainStep:
    """A step to draw: what it is, who does it, with whom."""

    step: ScopeStepKey
    handling: Handling | None  # None: to be filled by hand
    partner: str = ""


@dataclass(frozen=True)
class ChainLink:
    """A step in its place: the arrow, the icon's centre, the letters."""

    source: ChainStep
    arrow: Box
    icon: tuple[float, float]
    labels: list[Label]


@dataclass(frozen=True)
class ChainLayout:
    """The six steps in their places."""

    links: list[ChainLink]
    height: float


def chain_layout(steps: Sequence[ChainStep]) -> ChainLayout:
    """Place the steps side by side; the heights are those of the longest texts."""
    names = [
        label(
            step.step.label,
            index * (STEP_WIDTH + GAP) + TIP + 8,
            0,
            STEP_WIDTH - TIP - 10,
            NAME_SIZE,
            lines=4,
            bold=True,
            colour=WHITE if step.handling is Handling.SELF else INK,
        )
        for index, step in enumerate(steps)
    ]
    arrow_height = max((name.height for name in names), default=0) + 20
    links, bottom = [], arrow_height
    for index, (step, name) in enumerate(zip(steps, names, strict=True)):
        x = index * (STEP_WIDTH + GAP)
        arrow = Box(x, 0, STEP_WIDTH + TIP, arrow_height)
        placed = [replace(name, y=(arrow_height - name.height) / 2)]
        icon = (x + TIP + ICON_RADIUS, arrow_height + 12 + ICON_RADIUS)
        y = arrow_height + 9
        if step.handling is not None:
            words = label(
                WORDS[step.handling],
                icon[0] + ICON_RADIUS + 5,
                y,
                STEP_WIDTH - TIP - 2 * ICON_RADIUS - 8,
                WORD_SIZE,
                lines=3,
                bold=step.handling in {Handling.SELF, Handling.WITH_PARTNER},
                colour=INK if step.handling is not Handling.NONE else SOFT_INK,
            )
            placed.append(words)
            y = max(words.box.bottom, icon[1] + ICON_RADIUS) + 4
            if step.partner:
                width = STEP_WIDTH - TIP - 2
                partner = typeset(step.partner)
                placed.append(label(partner, x + TIP, y, width, PARTNER_SIZE, lines=4))
        links.append(ChainLink(step, arrow, icon, placed))
        bottom = max(bottom, icon[1] + ICON_RADIUS, *(part.box.bottom for part in placed))
    return ChainLayout(links, bottom + 3)


def _arrow(box: Box, *, first: bool, handling: Handling | None) -> SafeString:
    notch = 0.0 if first else TIP
    y, middle, bottom = box.y + 1, box.y + box.height / 2, box.bottom - 1
    points = [
        (box.x + 1, y),
        (box.right - TIP, y),
        (box.right - 1, middle),
        (box.right - TIP, bottom),
        (box.x + 1, bottom),
        (box.x + 1 + notch, middle),
    ]
    style = {
        Handling.SELF: look(fill=MISSIONS, stroke=MISSIONS, stroke_width=1),
        Handling.WITH_PARTNER: look(fill=MISSIONS_TINT, stroke=MISSIONS, stroke_width=1.4),
        Handling.NONE: look(fill=WHITE, stroke=SOFT_INK, stroke_width=1, stroke_dasharray="6 4"),
        Handling.UNDECIDED: look(
            fill=WHITE,
            stroke=SOFT_INK,
            stroke_width=1.4,
            stroke_dasharray="1 3.5",
            stroke_linecap="round",
        ),
        None: look(fill=WHITE, stroke=INK, stroke_width=1),
    }[handling]
    dots = " ".join(f"{number(x)},{number(y)}" for x, y in points)
    return shape("polygon", points=dots, stroke_linejoin="round", **style)


def _icon(centre: tuple[float, float], handling: Handling) -> SafeString:
    """Draw a tick, two rings, a cross or a question mark."""
    x, y = centre
    r = ICON_RADIUS
    stroke = look(fill="none", stroke_width=1.8, stroke_linecap="round")
    if handling is Handling.SELF:
        tick = f"M{number(x - 3.5)} {number(y)}l2.6 2.8l4.6 -5.4"
        disc = shape("circle", cx=x, cy=y, r=r, fill=MISSIONS)
        return join([disc, shape("path", d=tick, stroke=WHITE, **stroke)])
    if handling is Handling.WITH_PARTNER:
        rings = [shape("circle", cx=x - 3, cy=y, r=5, fill=MISSIONS, stroke=MISSIONS)]
        rings.append(
            shape("circle", cx=x + 3, cy=y, r=5, fill=WHITE, stroke=MISSIONS, stroke_width=1.4)
        )
        return join(rings)
    ring = shape("circle", cx=x, cy=y, r=r - 0.6, fill=WHITE, stroke=SOFT_INK, stroke_width=1.2)
    if handling is Handling.NONE:
        cross = f"M{number(x - 3)} {number(y - 3)}l6 6M{number(x + 3)} {number(y - 3)}l-6 6"
        return join([ring, shape("path", d=cross, stroke=SOFT_INK, **stroke)])
    return join([ring, text(x, y + 4, "?", size=12.5, weight=700, fill=SOFT_INK)])


def _in_words(step: ChainStep) -> str:
    if step.handling is None:
        return f"{step.step.label}\u00a0: à remplir"
    partner = f", {step.partner}" if step.partner else ""
    return f"{step.step.label}\u00a0: {WORDS[step.handling].lower()}{partner}"


def chain_svg(steps: Sequence[ChainStep]) -> SafeString:
    """Draw the six steps of the accompaniment of a partnership."""
    layout = chain_layout(steps)
    parts = []
    for index, link in enumerate(layout.links):
        handling = link.source.handling
        parts.append(_arrow(link.arrow, first=index == 0, handling=handling))
        if handling is not None:
            parts.append(_icon(link.icon, handling))
        parts += [write(part) for part in link.labels]
    title = "Chaîne de l’accompagnement d’un partenariat. " + ". ".join(
        f"Étape\u00a0{rank}, {_in_words(step)}" for rank, step in enumerate(steps, 1)
    )
    return drawing("r-chain-drawing", layout.height, f"{title}.", parts)
