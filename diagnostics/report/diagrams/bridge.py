"""4.1 The bridge from the budget of year N to that of the horizon: what it is made of, bar by bar.

Each part starts where the one before it ends, so that one sees them add up to the target. What is
not there yet is hatched (to mobilise) or empty (not identified): no colour is needed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from enum import Enum
from itertools import pairwise

from django.utils.safestring import SafeString

from diagnostics.domain.answers import EconomicModel
from diagnostics.domain.bridge import Bridge, as_printed, bridge_of
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
from diagnostics.typography import count, enumeration, keur, keur_range

# Names and amounts come first: a phone shows them without scrolling.
NAME_WIDTH = 148.0
VALUE_LEFT, VALUE_WIDTH = 150.0, 100.0
BAR_LEFT, BAR_LENGTH, BAR_HEIGHT = 262.0, 430.0, 18.0
SIZE = 12.5
PADDING = 4.5  # above and under a row


class Part(Enum):
    """What a bar stands for."""

    NOW = "now"
    SECURED = "secured"
    TO_RENEW = "to_renew"
    TO_MOBILISE = "to_mobilise"
    UNIDENTIFIED = "unidentified"
    BEYOND = "beyond"
    TARGET = "target"
    PRUDENT = "prudent"


@dataclass(frozen=True)
class Amount:
    """A row before it is placed: where its bar starts and ends, in K€; None: not told."""

    part: Part
    name: str
    start: float
    end: float | None
    words: str


@dataclass(frozen=True)
class BridgeBar:
    """A row in its place: its name, its bar, its amount in words."""

    part: Part
    bar: Box
    name: Label
    value: Label
    bottom: float
    end: float  # where the next part starts


@dataclass(frozen=True)
class BridgeLayout:
    """The rows under one another; ``spread``: where the range of the target starts and ends."""

    bars: list[BridgeBar] = field(default_factory=list)
    zero: float = BAR_LEFT
    spread: tuple[float, float] | None = None
    height: float = 0.0


def _parts(bridge: Bridge) -> Iterator[tuple[Part, str, float]]:
    yield Part.SECURED, "Acquis", bridge.secured
    yield Part.TO_RENEW, "+ à reconduire", bridge.to_renew
    yield Part.TO_MOBILISE, "+ à mobiliser", bridge.to_mobilise
    yield Part.UNIDENTIFIED, "+ non identifié", bridge.unidentified
    if bridge.beyond:
        yield Part.BEYOND, "− au-delà du budget", -bridge.beyond


def _range(answer: EconomicModel) -> str:
    """Return the range of the target in words; empty when it is one figure."""
    low, high = answer.target.budget_min_keur, answer.target.budget_max_keur
    return "" if None in {low, high} or low == high else keur_range(low, high, unit="")


def _amounts(
    bridge: Bridge, answer: EconomicModel, base_year: int, target_year: int
) -> list[Amount]:
    now, said = bridge.now, _range(answer)
    words = "à compléter" if now is None else keur(now)
    found = [Amount(Part.NOW, f"Budget {base_year}", 0.0, now, words)]
    reached = 0.0
    for part, name, amount in _parts(bridge):
        found.append(
            Amount(
                part,
                name,
                reached,
                reached + amount,
                keur(abs(amount) if part is Part.BEYOND else amount),
            )
        )
        reached += amount
    words = f"{keur(bridge.target)} ({said})" if said else keur(bridge.target)
    found.append(Amount(Part.TARGET, f"= Budget cible {target_year}", 0.0, bridge.target, words))
    if bridge.to_find > 0:
        found.append(
            Amount(
                Part.PRUDENT,
                f"Scénario prudent {target_year}",
                0.0,
                bridge.prudent,
                keur(bridge.prudent),
            )
        )
    return found


def bridge_layout(answer: EconomicModel, *, base_year: int, target_year: int) -> BridgeLayout:
    """Place the bars; nothing while there is no target budget, or while everything is 0."""
    exact = bridge_of(answer)
    if exact is None:
        return BridgeLayout()
    bridge = as_printed(exact)
    amounts = _amounts(bridge, answer, base_year, target_year)
    bounds = [
        b for b in (answer.target.budget_min_keur, answer.target.budget_max_keur) if b is not None
    ]
    ends = [0.0, *bounds, *(value for row in amounts for value in (row.start, row.end or 0.0))]
    low, high = min(ends), max(ends)
    if low == high:
        return BridgeLayout()
    scale = BAR_LENGTH / (high - low)
    zero = BAR_LEFT - low * scale
    bars, top = [], 0.0
    for row in amounts:
        is_total = row.part in {Part.NOW, Part.TARGET}
        ink = SOFT_INK if row.end is None else INK
        name = label(
            row.name, 0, 0, NAME_WIDTH, SIZE, bold=is_total, colour=MEANS_DARK if is_total else INK
        )
        value = label(
            row.words, VALUE_LEFT, 0, VALUE_WIDTH, SIZE,
            lines=3, bold=is_total, colour=ink, anchor="end",
        )  # fmt: skip
        height = max(BAR_HEIGHT, name.height, value.height) + 2 * PADDING
        middle = top + height / 2
        start, end = (zero + value * scale for value in (row.start, row.end or 0.0))
        bar = Box(min(start, end), middle - BAR_HEIGHT / 2, abs(end - start), BAR_HEIGHT)
        bars.append(
            BridgeBar(row.part, bar, _at(name, middle), _at(value, middle), top + height, end)
        )
        top += height
    said = (zero + min(bounds) * scale, zero + max(bounds) * scale) if _range(answer) else None
    return BridgeLayout(bars, zero, said, top + 1)


def _at(part: Label, middle: float) -> Label:
    return replace(part, y=middle - part.height / 2)


def _bar(bar: BridgeBar) -> list[SafeString]:
    """Draw a bar; what is 0 is a short stroke where it would start."""
    box = bar.bar
    if not box.width:
        return [line(box.x, box.y + 3, box.x, box.bottom - 3, SOFT_INK, 1.6)]
    edge = look(stroke=MEANS_DARK, stroke_width=0.8)
    match bar.part:
        case Part.TO_MOBILISE:
            return [hatched(box, MEANS), rectangle(box, fill="none", **edge)]
        case Part.UNIDENTIFIED | Part.BEYOND:
            dashed = look(stroke=INK, stroke_width=1, stroke_dasharray="3 2.5")
            return [rectangle(box, fill=WHITE, **dashed)]
        case Part.TARGET | Part.NOW:
            return [rectangle(box, fill=MEANS_DARK, **edge)]
        case Part.SECURED:
            return [rectangle(box, fill=MEANS, **edge)]
        case _:
            return [rectangle(box, fill=MEANS_TINT, **edge)]


def _spread(spread: tuple[float, float], bar: BridgeBar) -> list[SafeString]:
    """Draw the range of the target under its bar, which ends in its middle."""
    low, high = spread
    y = bar.bar.bottom + 2
    ends = [line(x, y - 3, x, y + 3, INK, 1.4) for x in spread]
    return [line(low, y, high, y, INK, 1.4), *ends]


def _in_words(bridge: Bridge, answer: EconomicModel, base_year: int, target_year: int) -> str:
    now = "à compléter" if bridge.now is None else keur(bridge.now)
    said = f" ({_range(answer)})" if _range(answer) else ""
    parts = [
        f"{keur(bridge.secured)} acquis",
        f"{keur(bridge.to_renew)} à reconduire",
        f"{keur(bridge.to_mobilise)} à mobiliser",
        f"{keur(bridge.unidentified)} non identifié",
    ]
    if bridge.beyond:
        parts.append(f"moins {keur(bridge.beyond)} au-delà du budget")
    prudent = ""
    if bridge.to_find > 0:
        prudent = (
            f" Scénario prudent, si la moitié de ce qui reste à trouver vient\u00a0: "
            f"{keur(bridge.prudent)}."
        )
    return (
        f"Budget\u00a0: {base_year}, {now}\u202f; {target_year}, {keur(bridge.target)}{said}, soit "
        f"{enumeration(parts)}.{prudent}"
    )


def caption(answer: EconomicModel) -> str:
    """Say how the bridge reads, what is to find, and which levers it does not count."""
    bridge = bridge_of(answer)
    if bridge is None:
        return ""
    said = []
    if bridge.to_find > 0:
        found = keur(as_printed(bridge).to_find)
        said.append(
            f"À trouver\u00a0: {found} (à mobiliser et non identifié)\u202f; "
            "scénario prudent\u00a0: la moitié vient"
        )
    if bridge.unpriced:
        levers = count(bridge.unpriced, "levier sans montant n’est", "leviers sans montant ne sont")
        said.append(f"{levers} pas {'comptés' if bridge.unpriced > 1 else 'compté'}")
    return ". ".join(said) + "." if said else ""


def bridge_svgs(answer: EconomicModel, *, base_year: int, target_year: int) -> list[SafeString]:
    """Draw how the target budget is made up; nothing without a target budget."""
    layout = bridge_layout(answer, base_year=base_year, target_year=target_year)
    exact = bridge_of(answer)
    if exact is None or not layout.bars:
        return []
    bottom = layout.bars[-1].bottom
    parts = [line(layout.zero, 0, layout.zero, bottom, LINE, 1.2)]
    rules = [bar.bottom for bar, after in pairwise(layout.bars) if after.part is Part.TARGET]
    parts += [line(0, y, WIDTH, y, LINE) for y in rules]
    for one, other in pairwise(layout.bars[1:]):
        if one.part is not Part.TARGET:
            parts.append(line(one.end, one.bar.bottom, one.end, other.bar.y, MEANS_DARK, 0.8))
    for bar in layout.bars:
        parts += [*_bar(bar), write(bar.name), write(bar.value)]
        if bar.part is Part.TARGET and layout.spread:
            parts += _spread(layout.spread, bar)
    title = _in_words(as_printed(exact), answer, base_year, target_year)
    return [drawing("r-bridge-drawing", layout.height, title, parts)]
