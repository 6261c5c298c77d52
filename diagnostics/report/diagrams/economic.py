"""4.1 The economic model from N to the end of the horizon: team, budget, shares, what to finance.

Bars of one group share one scale. What is not certain is hatched: the range of a budget, the
levers still to be mobilised. The gap to finance is the target budget less the levers secured.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.utils.safestring import SafeString

from diagnostics.domain.answers import EconomicModel, EconomicSnapshot
from diagnostics.domain.vocabulary import LeverState
from diagnostics.report.diagrams.shares import (
    WIDE_BARS,
    families_legend,
    shares_in_words,
    stacked_bar,
)
from diagnostics.report.diagrams.svg import (
    INK,
    LINE,
    MEANS,
    MEANS_DARK,
    MEANS_TINT,
    SOFT_INK,
    WHITE,
    WIDTH,
    Box,
    Label,
    drawing,
    hatched,
    label,
    line,
    look,
    rectangle,
    write,
)
from diagnostics.typography import keur, keur_range, measure

TITLE_WIDTH, YEAR_LEFT, YEAR_WIDTH = 108.0, 112.0, 38.0
BAR_LEFT, BAR_LENGTH, BAR_HEIGHT = WIDE_BARS.left, WIDE_BARS.bar, WIDE_BARS.bar_height
BAR_STEP = 27.0
GROUP_GAP = 14.0
SIZE, TITLE_SIZE = 11.5, 12.0


@dataclass(frozen=True)
class Gap:
    """What the target budget needs beyond the levers secured, in K€."""

    low: float
    high: float
    secured: float
    to_mobilise: float
    others: str  # what the levers that are not secured are called

    @property
    def in_words(self) -> str:
        """The gap as people read it."""
        if not self.high:
            return "budget couvert par les leviers acquis"
        return f"reste à financer\u00a0: {keur_range(self.low, self.high)}"


def gap_to_finance(answer: EconomicModel) -> Gap | None:
    """Return the target range less the levers secured; None while one of them is unknown."""
    bounds = [answer.target.budget_min_keur, answer.target.budget_max_keur]
    known = [bound for bound in bounds if bound is not None]
    given = [row for row in answer.levers if row.amount_target_keur is not None]
    if not known or not given:
        return None
    secured = sum(row.amount_target_keur or 0 for row in given if row.state is LeverState.SECURED)
    others = sum(
        row.amount_target_keur or 0 for row in given if row.state is not LeverState.SECURED
    )
    to_renew = any(row.state is LeverState.TO_RENEW for row in given)
    return Gap(
        max(0.0, min(known) - secured),
        max(0.0, max(known) - secured),
        secured,
        others,
        "à reconduire ou à mobiliser" if to_renew else "à mobiliser",
    )


@dataclass(frozen=True)
class ValueBar:
    """A bar: what is certain, then what is not, then its value in words."""

    y: float
    certain: float
    uncertain: float
    labels: list[Label]


@dataclass(frozen=True)
class EconomicLayout:
    """The groups of bars under one another; only those with something to say."""

    titles: list[Label] = field(default_factory=list)
    bars: list[ValueBar] = field(default_factory=list)
    shares_top: float | None = None
    share_years: list[Label] = field(default_factory=list)
    gap: Gap | None = None
    gap_bar: ValueBar | None = None
    gap_edges: tuple[float, float] = (0.0, 0.0)  # where the target range starts and ends
    legend: list[Label] = field(default_factory=list)
    rules: list[float] = field(default_factory=list)
    height: float = 0.0


def _year(year: int, y: float) -> Label:
    return label(str(year), YEAR_LEFT, y + 3, YEAR_WIDTH, SIZE, bold=True)


def _bar(
    y: float, year: int, low: float | None, high: float | None, whole: float, words: str
) -> ValueBar:
    """Place a bar; without a value it says « à compléter »."""
    bounds = [bound for bound in (low, high) if bound is not None]
    certain = min(bounds, default=0.0) / whole * BAR_LENGTH
    uncertain = max(bounds, default=0.0) / whole * BAR_LENGTH - certain
    x = BAR_LEFT + certain + uncertain + 8
    value = label(
        words or "à compléter",
        x,
        y + 3,
        WIDTH - x,
        SIZE,
        bold=bool(words),
        colour=INK if words else SOFT_INK,
    )
    return ValueBar(y, certain, uncertain, [_year(year, y), value])


def _bounds(column: EconomicSnapshot) -> tuple[float | None, float | None]:
    return column.budget_min_keur, column.budget_max_keur


def economic_layout(answer: EconomicModel, *, base_year: int, target_year: int) -> EconomicLayout:
    """Place the groups: team, budget, shares, what remains to be financed."""
    now, target, gap = answer.now, answer.target, gap_to_finance(answer)
    titles: list[Label] = []
    bars: list[ValueBar] = []
    rules: list[float] = []
    years = ((now, base_year), (target, target_year))
    y = 2.0

    def title(text: str) -> None:
        if titles:
            rules.append(y - GROUP_GAP / 2)
        titles.append(
            label(text, 0, y + 2, TITLE_WIDTH, TITLE_SIZE, lines=3, bold=True, colour=MEANS_DARK)
        )

    if now.fte is not None or target.fte is not None:
        title("Équipe salariée")
        whole = max(now.fte or 0, target.fte or 0) or 1.0
        for column, year in years:
            words = "" if column.fte is None else measure(column.fte, "ETP")
            bars.append(_bar(y, year, column.fte, None, whole, words))
            y += BAR_STEP
        y += GROUP_GAP - (BAR_STEP - BAR_HEIGHT)
    budgets = [bound for column, _ in years for bound in _bounds(column) if bound is not None]
    whole = max([*budgets, gap.secured + gap.to_mobilise if gap else 0.0]) if budgets else 0.0
    whole = whole or 1.0
    if budgets:
        title("Budget annuel")
        for column, year in years:
            low, high = _bounds(column)
            bars.append(_bar(y, year, low, high, whole, keur_range(low, high)))
            y += BAR_STEP
        y += GROUP_GAP - (BAR_STEP - BAR_HEIGHT)
    shares_top, share_years = None, []
    if any(share for column, _ in years for share in column.shares.values()):
        title("Modes de financement")
        shares_top = y
        y += 20
        for _, year in years:
            share_years.append(_year(year, y))
            y += BAR_HEIGHT + SIZE + 9
        y += GROUP_GAP - 9
    gap_bar, edges, legend = None, (0.0, 0.0), []
    if gap is not None:
        title(f"Financer le budget {target_year}")
        scale = BAR_LENGTH / whole
        gap_bar = ValueBar(
            y,
            max(gap.secured, 0.0) * scale,
            max(gap.to_mobilise, 0.0) * scale,
            [_year(target_year, y)],
        )
        low, high = (
            min(b for b in _bounds(target) if b is not None),
            max(b for b in _bounds(target) if b is not None),
        )
        edges = (BAR_LEFT + low * scale, BAR_LEFT + high * scale)
        y += BAR_HEIGHT + 10
        x = BAR_LEFT
        for words, width in (
            (f"{keur(gap.secured)} acquis", 112.0),
            (f"{keur(gap.to_mobilise)} {gap.others}", 142.0),
            (gap.in_words, 226.0),
        ):
            legend.append(label(words, x + 17, y, width, SIZE, lines=2, bold=words == gap.in_words))
            x += width + 23
        y += max(part.height for part in legend) + GROUP_GAP
    height = max(y - GROUP_GAP + 4, titles[-1].box.bottom + 4 if titles else 0.0)
    return EconomicLayout(
        titles, bars, shares_top, share_years, gap, gap_bar, edges, legend, rules, height
    )


def _draw_bar(bar: ValueBar, *, dark: bool) -> list[SafeString]:
    edge = look(stroke=MEANS_DARK, stroke_width=0.8)
    parts = []
    if bar.certain:
        box = Box(BAR_LEFT, bar.y, bar.certain, BAR_HEIGHT)
        parts.append(rectangle(box, fill=MEANS if dark else MEANS_TINT, **edge))
    if bar.uncertain:
        box = Box(BAR_LEFT + bar.certain, bar.y, bar.uncertain, BAR_HEIGHT)
        parts += [hatched(box, MEANS), rectangle(box, fill="none", **edge)]
    if not bar.certain and not bar.uncertain:
        box = Box(BAR_LEFT, bar.y, 2, BAR_HEIGHT)
        parts.append(rectangle(box, fill=LINE))
    return parts


def _draw_gap(layout: EconomicLayout, bar: ValueBar) -> list[SafeString]:
    """Draw the levers, then the edges of the target range, then the legend."""
    low, high = layout.gap_edges
    frame = Box(BAR_LEFT, bar.y, max(high - BAR_LEFT, 2), BAR_HEIGHT)
    dashed = look(fill=WHITE, stroke=INK, stroke_width=1, stroke_dasharray="3 2.5")
    parts = [rectangle(frame, **dashed), *_draw_bar(bar, dark=True)]
    parts += [
        line(x, bar.y - 5, x, bar.y + BAR_HEIGHT + 5, INK, 1.6) for x in dict.fromkeys((low, high))
    ]
    for part, kind in zip(layout.legend, ("secured", "to_mobilise", "gap"), strict=True):
        box = Box(part.x - 17, part.y + 2, 11, 11)
        if kind == "secured":
            parts.append(rectangle(box, fill=MEANS, stroke=MEANS_DARK, stroke_width=0.8))
        elif kind == "to_mobilise":
            parts.append(hatched(box, MEANS, step=4))
            parts.append(rectangle(box, fill="none", stroke=MEANS_DARK, stroke_width=0.8))
        else:
            parts.append(rectangle(box, **dashed))
        parts.append(write(part))
    return parts


def _in_words(answer: EconomicModel, years: Sequence[tuple[EconomicSnapshot, int]]) -> str:
    sentences = []
    for column, year in years:
        facts = [
            "" if column.fte is None else measure(column.fte, "ETP"),
            keur_range(*_bounds(column)),
        ]
        said = ", ".join(fact for fact in facts if fact)
        sentences.append(f"{shares_in_words(column, year)}{f' ({said})' if said else ''}")
    gap = gap_to_finance(answer)
    if gap:
        sentences.append(
            f"{keur(gap.secured)} acquis, {keur(gap.to_mobilise)} {gap.others}, {gap.in_words}"
        )
    return "Modèle économique. " + ". ".join(sentences) + "."


def economic_svgs(answer: EconomicModel, *, base_year: int, target_year: int) -> list[SafeString]:
    """Draw the economic model of both years; nothing while no figure is known."""
    layout = economic_layout(answer, base_year=base_year, target_year=target_year)
    if not layout.titles:
        return []
    years = ((answer.now, base_year), (answer.target, target_year))
    parts = [line(0, y, WIDTH, y, LINE) for y in layout.rules]
    parts += [write(title) for title in layout.titles]
    for index, bar in enumerate(layout.bars):
        parts += _draw_bar(bar, dark=index % 2 == 1)
        parts += [write(part) for part in bar.labels]
    if layout.shares_top is not None:
        parts.append(families_legend(layout.shares_top, WIDE_BARS))
        for (column, _), label_of_year in zip(years, layout.share_years, strict=True):
            parts.append(stacked_bar(column, label_of_year.y - 3, WIDE_BARS))
            parts.append(write(label_of_year))
    if layout.gap_bar is not None:
        parts += [write(part) for part in layout.gap_bar.labels]
        parts += _draw_gap(layout, layout.gap_bar)
    return [drawing("r-economic-drawing", layout.height, _in_words(answer, years), parts)]
