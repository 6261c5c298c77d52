"""4.1 The economic model from N to the end of the horizon: team and shares; the budget of year N too
while no target is told (:mod:`diagnostics.report.diagrams.bridge` tells both).

Bars of one group share one scale; the range of a budget is hatched.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.utils.safestring import SafeString

from diagnostics.domain.answers import EconomicModel, EconomicSnapshot
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
from diagnostics.typography import keur_range, measure

TITLE_WIDTH, YEAR_LEFT, YEAR_WIDTH = 108.0, 112.0, 38.0
BAR_LEFT, BAR_LENGTH, BAR_HEIGHT = WIDE_BARS.left, WIDE_BARS.bar, WIDE_BARS.bar_height
BAR_STEP = 27.0
GROUP_GAP = 14.0
SIZE, TITLE_SIZE = 12.5, 12.5


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
    now, target = answer.now, answer.target
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
    if budgets and target.budget_middle is None:  # otherwise the bridge tells both
        whole = max(budgets) or 1.0
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
    height = max(y - GROUP_GAP + 4, titles[-1].box.bottom + 4 if titles else 0.0)
    return EconomicLayout(titles, bars, shares_top, share_years, rules, height)


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


def _in_words(answer: EconomicModel, years: Sequence[tuple[EconomicSnapshot, int]]) -> str:
    sentences = []
    for column, year in years:
        facts = [
            "" if column.fte is None else measure(column.fte, "ETP"),
            keur_range(*_bounds(column)),
        ]
        said = ", ".join(fact for fact in facts if fact)
        sentences.append(f"{shares_in_words(column, year)}{f' ({said})' if said else ''}")
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
    return [drawing("r-economic-drawing", layout.height, _in_words(answer, years), parts)]
