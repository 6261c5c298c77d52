"""The drawings of the blank kit, to be filled by hand: black lines on white, for a photocopy."""

from __future__ import annotations

from django.utils.safestring import SafeString

from diagnostics.domain.vocabulary import CIRCLE_LABELS, ScopeStepKey
from diagnostics.report.diagrams.chain import ChainStep, chain_svg
from diagnostics.report.diagrams.svg import (
    INK,
    SOFT_INK,
    WHITE,
    WIDTH,
    Box,
    drawing,
    rectangle,
    shape,
    text,
)
from diagnostics.report.lettering import text_width

CENTRE = (WIDTH / 2, 205.0)
RADII = {1: (190.0, 92.0), 2: (345.0, 190.0)}
HEIGHT = 405.0
NAME_SIZE = 12.5


def blank_circles_svg() -> SafeString:
    """Draw the two circles of influence without any actor."""
    cx, cy = CENTRE
    parts = []
    for circle in (2, 1):
        rx, ry = RADII[circle]
        dashes = {"stroke_dasharray": "5 4"} if circle == 2 else {}
        parts.append(shape("ellipse", cx=cx, cy=cy, rx=rx, ry=ry, fill=WHITE, stroke=INK, **dashes))
        name = CIRCLE_LABELS[circle]
        width = text_width(name, NAME_SIZE, bold=True) + 20
        box = Box(cx - width / 2, cy - ry - 10, width, 20)
        parts.append(rectangle(box, rx=10, fill=WHITE, stroke=INK, stroke_width=0.8))
        parts.append(text(cx, cy - ry + 4, name, size=NAME_SIZE, weight=600))
    middle = Box(cx - 62, cy - 20, 124, 40)
    parts.append(rectangle(middle, rx=20, fill=WHITE, stroke=INK, stroke_width=1.6))
    parts.append(text(cx, cy + 4, "Votre structure", size=12.5, weight=700, fill=SOFT_INK))
    title = (
        "Deux cercles d’influence vides autour de la structure\u00a0: placez-y vos interlocuteurs."
    )
    return drawing("k-circles", HEIGHT, title, parts)


def blank_chain_svg() -> SafeString:
    """Draw the six steps of the accompaniment, without saying who does them."""
    return chain_svg([ChainStep(step, None) for step in ScopeStepKey])
