"""4.1 The shares of financing as stacked bars, and the small drawing of the one-page synthesis."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.safestring import SafeString

from diagnostics.domain.answers import EconomicSnapshot
from diagnostics.domain.shares import printed_shares
from diagnostics.domain.vocabulary import FundingFamily
from diagnostics.report.diagrams.svg import (
    INK,
    LINE,
    MEANS_DARK,
    MEANS_TINT,
    SOFT_INK,
    WHITE,
    Box,
    join,
    rectangle,
    sized_drawing,
    text,
)
from diagnostics.report.lettering import text_width
from diagnostics.report.palette import colour
from diagnostics.typography import percent

# One hue, three depths: the families stay apart when the page is printed in grey.
FUNDING_COLOURS = {
    FundingFamily.PUBLIC: (MEANS_DARK, WHITE),
    FundingFamily.PRIVATE: (colour("axis-means-middle"), INK),
    FundingFamily.SELF: (MEANS_TINT, INK),
}
SHORT_FAMILIES = {
    FundingFamily.PUBLIC: "Public",
    FundingFamily.PRIVATE: "Privé",
    FundingFamily.SELF: "Auto-financement",
}


@dataclass(frozen=True)
class BarFrame:
    """Measures of a stacked bar: where it starts, its length and height, the size of letters."""

    left: float
    bar: float
    bar_height: float
    size: float


WIDE_BARS = BarFrame(156, 400, 20, 12.5)
COMPACT_BARS = BarFrame(40, 272, 20, 12.5)
COMPACT_WIDTH, COMPACT_STEP = 312.0, 39.0  # 75 mm on paper


@dataclass
class Segment:
    """One family's part of a bar; its label stands under the bar when it does not fit inside."""

    family: FundingFamily
    x: float
    width: float
    label: str
    inside: bool
    label_x: float


def bar_segments(snapshot: EconomicSnapshot, frame: BarFrame = WIDE_BARS) -> list[Segment]:
    """Cut a bar according to the shares; a total above 100 is brought back to the full bar."""
    given = [(family, share) for family, share in snapshot.shares.items() if share]
    printed = printed_shares(snapshot)
    whole = max(100.0, sum(share for _, share in given))
    segments: list[Segment] = []
    x = frame.left
    for family, share in given:
        width = share / whole * frame.bar
        label = percent(printed[family] or 0)
        inside = text_width(label, frame.size, bold=True) + 8 <= width
        segments.append(Segment(family, x, width, label, inside, x + width / 2))
        x += width
    # Labels under the bar are pushed to the left from its end, so that they never touch, then to
    # the right of where the bar starts.
    limit = frame.left + frame.bar
    outside = [segment for segment in segments if not segment.inside]
    for segment in reversed(outside):
        half = text_width(segment.label, frame.size, bold=True) / 2
        segment.label_x = min(segment.label_x, limit - half)
        limit = segment.label_x - half - 8
    limit = frame.left
    for segment in outside:
        half = text_width(segment.label, frame.size, bold=True) / 2
        segment.label_x = max(segment.label_x, limit + half)
        limit = segment.label_x + half + 8
    return segments


def stacked_bar(snapshot: EconomicSnapshot, y: float, frame: BarFrame) -> SafeString:
    """Draw the shares of one year; what is missing is said in the empty bar."""
    middle = y + frame.bar_height / 2 + frame.size * 0.35
    parts = [
        rectangle(
            Box(frame.left, y, frame.bar, frame.bar_height), fill=WHITE, stroke=LINE, stroke_width=1
        )
    ]
    segments = bar_segments(snapshot, frame)
    for segment in segments:
        fill, ink = FUNDING_COLOURS[segment.family]
        box = Box(segment.x, y, segment.width, frame.bar_height)
        parts.append(rectangle(box, fill=fill, stroke=MEANS_DARK, stroke_width=0.8))
        label_y, colour = (
            (middle, ink) if segment.inside else (y + frame.bar_height + frame.size + 1, INK)
        )
        parts.append(
            text(segment.label_x, label_y, segment.label, size=frame.size, fill=colour, weight=600)
        )
    if not segments:
        x = frame.left + 12
        parts.append(text(x, middle, "À compléter", size=frame.size, fill=SOFT_INK, anchor="start"))
    return join(parts)


def families_legend(y: float, frame: BarFrame, *, short: bool = False) -> SafeString:
    """Draw what the three depths stand for."""
    parts, x, size = [], frame.left, frame.size
    for family, (fill, _) in FUNDING_COLOURS.items():
        name = SHORT_FAMILIES[family] if short else family.label
        parts.append(
            rectangle(Box(x, y, size, size), fill=fill, stroke=MEANS_DARK, stroke_width=0.8)
        )
        parts.append(text(x + size + 6, y + size - 1, name, size=size, anchor="start"))
        x += size + 6 + text_width(name, size) + 14
    return join(parts)


def shares_in_words(snapshot: EconomicSnapshot, year: int) -> str:
    """Say the shares of a year in a sentence."""
    shares = [
        f"{f.label} {percent(s)}" for f, s in printed_shares(snapshot).items() if s is not None
    ]
    return f"{year}\u00a0: {', '.join(shares) if shares else 'à compléter'}"


def funding_svg(
    now: EconomicSnapshot, target: EconomicSnapshot, *, base_year: int, target_year: int
) -> SafeString:
    """Draw the shares of both years as two stacked bars, for half a page."""
    frame = COMPACT_BARS
    parts = [families_legend(3, frame, short=True)]
    top = frame.size + 14
    for index, (column, year) in enumerate([(now, base_year), (target, target_year)]):
        y = top + index * COMPACT_STEP
        middle = y + frame.bar_height / 2 + frame.size * 0.35
        parts.append(text(0, middle, str(year), size=frame.size, weight=700, anchor="start"))
        parts.append(stacked_bar(column, y, frame))
    title = (
        f"Modes de financement. {shares_in_words(now, base_year)}. "
        f"{shares_in_words(target, target_year)}."
    )
    height = top + COMPACT_STEP + frame.bar_height + frame.size + 6
    return sized_drawing("r-funding", COMPACT_WIDTH, height, title, parts)
