"""The size of the letters of the one-page synthesis: larger when there is room.

Its texts are cut so that the page holds in small letters whatever was typed. Most diagnostics say
less: this adds up the height that the page would take in larger letters. The measures, in points,
are those of ``.r-roomy`` in ``static/css/report_print.css``.
"""

from __future__ import annotations

from collections.abc import Iterable

from diagnostics.report.lettering import HEADING, is_known, wrap
from diagnostics.report.synthesis import (
    ALLY_WIDTH,
    BOX_WIDTH,
    COLUMN_WIDTH,
    FULL_WIDTH,
    OBJECTIVE_WIDTH,
    SCALES_WIDTH,
    ShortList,
    Synthesis,
)

PAGE = 742.0  # what the page has, less a margin
TOP, GAP, TITLE = 37.0, 9.7, 18.2
TEXT, LEAD, SMALL, KEY = 10.0, 11.0, 9.0, 13.0
LEADING = 1.36
BOX_EDGES, BAND_EDGES, REQUEST_EDGES, ROW_EDGES, ITEM_GAP = 14.8, 13.0, 13.0, 5.6, 1.5
BARS = 74.0  # the drawing of the shares
BAND_WIDTHS = (163.0, 129.0, 129.0)


def _height(texts: Iterable[str], width: float, size: float, *, bold: bool = False) -> float:
    lines = sum(max(1, len(wrap(text, width, size, bold=bold))) for text in texts)
    return lines * size * LEADING


def _list(items: ShortList, width: float, size: float) -> float:
    height = _height(items.items, width, size) + len(items.items) * ITEM_GAP
    return height + (SMALL * LEADING + 2 if items.left_out else 0)


def _band(synthesis: Synthesis) -> float:
    if not synthesis.figures:
        return 0.0
    tallest = 0.0
    for figure, width in zip(synthesis.figures, BAND_WIDTHS, strict=False):
        key = f"{figure.now} → {figure.target}" if figure.target else figure.now
        height = _height([key], width / HEADING, KEY, bold=True)
        tallest = max(tallest, height + _height(["", figure.note], width, SMALL))
    return BAND_EDGES + tallest + GAP


def _first_row(synthesis: Synthesis) -> float:
    left = right = 0.0
    if synthesis.vision:
        left += TITLE + _height([synthesis.vision], COLUMN_WIDTH + 4, LEAD) + GAP
        left += SMALL * LEADING if synthesis.vision_left_out else 0
    if synthesis.roles.items:
        left += TITLE + _list(synthesis.roles, COLUMN_WIDTH - 16, TEXT)
    if synthesis.objectives:
        right = TITLE + SMALL * LEADING + ROW_EDGES
        for row in synthesis.objectives:
            right += _height([row.statement], OBJECTIVE_WIDTH + 5, SMALL) + ROW_EDGES
        right += SMALL * LEADING + 2 if synthesis.objectives_left_out else 0
    return max(left, right) + GAP if left or right else 0.0


def _boxes(synthesis: Synthesis) -> float:
    actions = scales = alliances = 0.0
    if synthesis.actions:
        actions = BOX_EDGES + TITLE + _height([synthesis.actions], BOX_WIDTH, TEXT)
        actions += _list(synthesis.priorities, BOX_WIDTH - 4, SMALL)
    if synthesis.scales:
        scales = BOX_EDGES + TITLE
        for scale in synthesis.scales:
            scales += _height([scale.text], SCALES_WIDTH, SMALL) + ITEM_GAP + 2
    funding = BOX_EDGES + TITLE + BARS if synthesis.has_funding else 0.0
    if synthesis.has_alliances:
        lists = (synthesis.existing, synthesis.to_approach)
        longest = max(_list(names, ALLY_WIDTH, SMALL) for names in lists)
        alliances = BOX_EDGES + TITLE + TEXT * LEADING + longest
    boxes = [height for height in (actions, scales, funding, alliances) if height]
    rows = [boxes[index : index + 2] for index in range(0, len(boxes), 2)]
    return sum(max(row) + GAP for row in rows)


def roomy_height(synthesis: Synthesis) -> float:
    """Return how high the synthesis would be in larger letters, in points; never too small."""
    requests = 0.0
    if synthesis.requests.items:
        requests = REQUEST_EDGES + TITLE - ITEM_GAP * len(synthesis.requests.items)
        requests += _list(synthesis.requests, FULL_WIDTH - 45, TEXT)
        requests += 0 if synthesis.requests.left_out else SMALL * LEADING  # points to discuss
    return TOP + _band(synthesis) + _first_row(synthesis) + _boxes(synthesis) + requests


def _texts(synthesis: Synthesis) -> list[str]:
    lists = (
        synthesis.roles,
        synthesis.priorities,
        synthesis.existing,
        synthesis.to_approach,
        synthesis.requests,
    )
    texts = [synthesis.vision, *(row.statement for row in synthesis.objectives)]
    texts += [part for figure in synthesis.figures for part in (figure.now, figure.note)]
    return texts + [item for items in lists for item in items.items]


def letters(synthesis: Synthesis) -> str:
    """Return the class of the letters: larger when there is room, closer lines for a script that
    our own fonts do not have (those that stand in for them are higher)."""
    if not all(map(is_known, _texts(synthesis))):
        return "r-tight"
    return "r-roomy" if roomy_height(synthesis) <= PAGE else ""
