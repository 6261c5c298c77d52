"""The drawings of the report as SVG: the two circles, and the bars of the financing shares.

Every text goes through Django's escaping (``format_html``), nothing is marked safe by hand.
Presentation attributes only: the site's content security policy forbids ``style`` attributes,
and WeasyPrint does not apply the page's style sheets inside a drawing.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from diagnostics.domain.answers import EconomicSnapshot, Position
from diagnostics.domain.vocabulary import FundingFamily
from diagnostics.report.circles import (
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
    WIDTH,
    Card,
    CirclesLayout,
    circles_layout,
    pill_width,
)
from diagnostics.report.lettering import fit, text_width
from diagnostics.typography import count, enumeration, keur_range, percent

# The values of design tokens that drawings need (a drawing cannot read custom properties).
INK = "#1b2a28"
SOFT_INK = "#4c5957"
WHITE = "#ffffff"
LINE = "#e0dccf"
AMBITION = "#8d3a73"
AMBITION_TINTS = {1: "#e9cfe1", 2: "#f7edf4"}
# One hue, three depths: the families stay apart when the page is printed in grey.
FUNDING_COLOURS = {
    FundingFamily.PUBLIC: ("#7d4708", WHITE),
    FundingFamily.PRIVATE: ("#d99a45", INK),
    FundingFamily.SELF: ("#f6e3c3", INK),
}
FONT = "Figtree, 'Figtree Variable', sans-serif"


def _n(value: float) -> str:
    """Write a coordinate: at most one decimal, a point whatever the language."""
    return f"{value:.1f}".removesuffix(".0")


def _text(
    x: float,
    y: float,
    text: str,
    *,
    size: float,
    fill: str = INK,
    weight: int = 400,
    anchor: str = "middle",
) -> SafeString:
    return format_html(
        '<text x="{}" y="{}" font-family="{}" font-size="{}" font-weight="{}" fill="{}"'
        ' text-anchor="{}">{}</text>',
        _n(x),
        _n(y),
        FONT,
        _n(size),
        weight,
        fill,
        anchor,
        text,
    )


def _svg(css_class: str, width: float, height: float, title: str, body: SafeString) -> SafeString:
    return format_html(
        '<svg class="{}" xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {} {}"'
        ' width="{}" height="{}"><title>{}</title>{}</svg>',
        css_class,
        _n(width),
        _n(height),
        _n(width),
        _n(height),
        title,
        body,
    )


def _join(parts: list[SafeString]) -> SafeString:
    return format_html_join("", "{}", ((part,) for part in parts))


# --- The two circles ---------------------------------------------------------------------


def _card(card: Card, cx: float, cy: float) -> SafeString:
    x, y = cx + card.x, cy + card.y
    left, top = x - card.width / 2, y - card.height / 2
    dash = format_html(' stroke-dasharray="{}"', "3 2.5") if card.circle == 2 else ""
    parts = [
        format_html(
            '<rect x="{}" y="{}" width="{}" height="{}" rx="6" fill="{}" stroke="{}"'
            ' stroke-width="0.8"{}/>',
            _n(left),
            _n(top),
            _n(card.width),
            _n(card.height),
            WHITE,
            AMBITION,
            dash,
        )
    ]
    baseline = top + CARD_PADDING - 2
    for line in card.name:
        baseline += NAME_LINE
        parts.append(_text(x, baseline - 3, line, size=NAME_SIZE, weight=700))
    for line in card.posture:
        baseline += POSTURE_LINE
        parts.append(_text(x, baseline - 3, line, size=POSTURE_SIZE, fill=SOFT_INK))
    return _join(parts)


def _pill(circle: int, cx: float, y: float) -> SafeString:
    width = pill_width(circle)
    return format_html(
        '<rect x="{}" y="{}" width="{}" height="{}" rx="9" fill="{}" stroke="{}"'
        ' stroke-width="0.8"/>{}',
        _n(cx - width / 2),
        _n(y - PILL_HALF_HEIGHT),
        _n(width),
        _n(2 * PILL_HALF_HEIGHT),
        AMBITION_TINTS[circle],
        AMBITION,
        _text(cx, y + 3.5, PILL_TEXTS[circle], size=PILL_SIZE, fill="#6b2656", weight=600),
    )


def _circles_title(layout: CirclesLayout, centre: str) -> str:
    numbers = {c: sum(card.circle == c for card in layout.cards) for c in (1, 2)}
    return (
        f"Positionnement de {centre}\u00a0: {count(numbers[1], 'acteur', 'acteurs')} dans le 1er cercle,"
        f" {count(numbers[2], 'acteur', 'acteurs')} dans le 2e cercle. Le tableau donne le détail."
    )


def circles_svg(positions: list[Position], *, centre: str) -> SafeString:
    """Draw the actors in the two circles of influence around the structure.

    Rows may be incomplete (unsaved rows of a form): one without a circle is named under the
    drawing, one without a posture shows its name alone.
    """
    layout = circles_layout(positions, centre=centre)
    notes: list[str] = []
    if layout.unplaced:
        notes += fit(
            f"À placer\u00a0: {enumeration(layout.unplaced)}", WIDTH - 20, PILL_SIZE, lines=3
        )
    if layout.left_out:
        notes.append(
            f"et {count(layout.left_out, 'autre acteur', 'autres acteurs')} dans le tableau"
        )
    cx, cy = WIDTH / 2, layout.half_height
    height = 2 * layout.half_height + (len(notes) * 15 + 4 if notes else 0)
    parts = []
    for circle in (2, 1):
        ellipse = layout.ellipses[circle]
        dash = format_html(' stroke-dasharray="{}"', "5 4") if circle == 2 else ""
        parts.append(
            format_html(
                '<ellipse cx="{}" cy="{}" rx="{}" ry="{}" fill="{}" stroke="{}"'
                ' stroke-width="1.2"{}/>',
                _n(cx),
                _n(cy),
                _n(ellipse.a),
                _n(ellipse.b),
                AMBITION_TINTS[circle],
                AMBITION,
                dash,
            )
        )
        parts.append(_pill(circle, cx, cy - ellipse.b))
    half = len(layout.centre) * CENTRE_LINE / 2 + 10
    parts.append(
        format_html(
            '<rect x="{}" y="{}" width="{}" height="{}" rx="{}" fill="{}"/>',
            _n(cx - CENTRE_HALF_WIDTH),
            _n(cy - half),
            _n(2 * CENTRE_HALF_WIDTH),
            _n(2 * half),
            _n(min(half, 22)),
            AMBITION,
        )
    )
    first = cy - (len(layout.centre) - 1) * CENTRE_LINE / 2 + CENTRE_SIZE * 0.35
    for index, line in enumerate(layout.centre):
        y = first + index * CENTRE_LINE
        parts.append(_text(cx, y, line, size=CENTRE_SIZE, fill=WHITE, weight=700))
    parts += [_card(card, cx, cy) for card in layout.cards]
    for index, note in enumerate(notes):
        y = 2 * layout.half_height + 10 + index * 15
        parts.append(_text(cx, y, note, size=PILL_SIZE, fill=SOFT_INK))
    return _svg("r-circles", WIDTH, height, _circles_title(layout, centre), _join(parts))


# --- The financing shares -----------------------------------------------------------------


@dataclass(frozen=True)
class BarFrame:
    """Measures of the drawing of the shares."""

    width: float
    left: float  # room for the year
    bar: float
    bar_height: float
    step: float
    size: float  # of the labels
    with_budgets: bool

    @property
    def height(self) -> float:
        """Height of the whole drawing: the legend, two bars and the labels under them."""
        return self.top + 2 * self.step - (self.step - self.bar_height - self.size) + 6

    @property
    def top(self) -> float:
        """Where the first bar starts, under the legend."""
        return self.size + 18


WIDE_BARS = BarFrame(WIDTH, 52, 518, 28, 52, 13, with_budgets=True)
COMPACT_BARS = BarFrame(330, 40, 290, 22, 44, 11.5, with_budgets=False)
SHORT_FAMILIES = {
    FundingFamily.PUBLIC: "Public",
    FundingFamily.PRIVATE: "Privé",
    FundingFamily.SELF: "Auto-financement",
}


@dataclass
class Segment:
    """One family's part of a bar; its label stands under the bar when it does not fit inside."""

    family: FundingFamily
    share: float
    x: float
    width: float
    label: str
    inside: bool
    label_x: float


def bar_segments(snapshot: EconomicSnapshot, frame: BarFrame = WIDE_BARS) -> list[Segment]:
    """Cut a bar according to the shares; a total above 100 is brought back to the full bar."""
    given = [(family, share) for family, share in snapshot.shares.items() if share]
    whole = max(100.0, sum(share for _, share in given))
    segments: list[Segment] = []
    x = frame.left
    for family, share in given:
        width = share / whole * frame.bar
        label = percent(share)
        inside = text_width(label, frame.size) + 8 <= width
        segments.append(Segment(family, share, x, width, label, inside, x + width / 2))
        x += width
    # Labels under the bar are pushed to the left from its end, so that they never touch, then to
    # the right of where the bar starts.
    limit = frame.left + frame.bar
    outside = [segment for segment in segments if not segment.inside]
    for segment in reversed(outside):
        half = text_width(segment.label, frame.size) / 2
        segment.label_x = min(segment.label_x, limit - half)
        limit = segment.label_x - half - 8
    limit = frame.left
    for segment in outside:
        half = text_width(segment.label, frame.size) / 2
        segment.label_x = max(segment.label_x, limit + half)
        limit = segment.label_x + half + 8
    return segments


def _box(
    x: float, y: float, width: float, height: float, fill: str, stroke: str, thickness: float = 1
) -> SafeString:
    return format_html(
        '<rect x="{}" y="{}" width="{}" height="{}" fill="{}" stroke="{}" stroke-width="{}"/>',
        _n(x),
        _n(y),
        _n(width),
        _n(height),
        fill,
        stroke,
        _n(thickness),
    )


def _bar(snapshot: EconomicSnapshot, year: int, y: float, frame: BarFrame) -> SafeString:
    size = frame.size
    middle = y + frame.bar_height / 2 + size * 0.35
    parts = [
        _text(0, middle, str(year), size=size + 0.5, weight=700, anchor="start"),
        _box(frame.left, y, frame.bar, frame.bar_height, WHITE, LINE),
    ]
    segments = bar_segments(snapshot, frame)
    for segment in segments:
        fill, ink = FUNDING_COLOURS[segment.family]
        edge = FUNDING_COLOURS[FundingFamily.PUBLIC][0]
        parts.append(_box(segment.x, y, segment.width, frame.bar_height, fill, edge, 0.8))
        if segment.inside:
            label_y, colour = middle, ink
        else:
            label_y, colour = y + frame.bar_height + size + 1, INK
        parts.append(
            _text(segment.label_x, label_y, segment.label, size=size, fill=colour, weight=600)
        )
    if not segments:
        x = frame.left + 12
        parts.append(_text(x, middle, "À compléter", size=size, fill=SOFT_INK, anchor="start"))
    if frame.with_budgets:
        x = frame.left + frame.bar + 12
        budget = keur_range(snapshot.budget_min_keur, snapshot.budget_max_keur)
        lines = fit(budget, frame.width - x, size, lines=2)
        for index, line in enumerate(lines):
            line_y = middle + (index - (len(lines) - 1) / 2) * (size + 3)
            parts.append(_text(x, line_y, line, size=size, weight=700, anchor="start"))
    return _join(parts)


def _shares_in_words(snapshot: EconomicSnapshot, year: int) -> str:
    shares = [f"{f.label} {percent(s)}" for f, s in snapshot.shares.items() if s is not None]
    return f"{year}\u00a0: {', '.join(shares) if shares else 'à compléter'}"


def funding_svg(
    now: EconomicSnapshot,
    target: EconomicSnapshot,
    *,
    base_year: int,
    target_year: int,
    compact: bool = False,
) -> SafeString:
    """Draw the financing shares of both years as two stacked bars, with their budgets.

    ``compact`` is for half a page: smaller, without the budgets.
    """
    frame = COMPACT_BARS if compact else WIDE_BARS
    parts = []
    x = frame.left
    for family, (fill, _) in FUNDING_COLOURS.items():
        label = SHORT_FAMILIES[family] if compact else family.label
        edge = FUNDING_COLOURS[FundingFamily.PUBLIC][0]
        parts.append(_box(x, 3, frame.size, frame.size, fill, edge, 0.8))
        parts.append(
            _text(x + frame.size + 6, 2 + frame.size, label, size=frame.size, anchor="start")
        )
        x += frame.size + 6 + text_width(label, frame.size) + 14
    parts.append(_bar(now, base_year, frame.top, frame))
    parts.append(_bar(target, target_year, frame.top + frame.step, frame))
    title = (
        f"Modes de financement. {_shares_in_words(now, base_year)}. "
        f"{_shares_in_words(target, target_year)}."
    )
    return _svg("r-funding", frame.width, frame.height, title, _join(parts))
