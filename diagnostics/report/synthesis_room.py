"""What the one-page synthesis has room for: as much as the page holds, and every decision.

It begins with everything, in large letters, and draws its limits in one after the other, those that
a board misses least first, until the page holds. The heights are counted as the page is set; the
measures, in points, are those of ``.r-synthesis`` in ``static/css/report_print.css``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

from diagnostics.domain.coherence import CoherenceFinding
from diagnostics.domain.document import DiagnosticDocument
from diagnostics.report.lettering import HEADING, is_known, wrap
from diagnostics.report.risks import risks_of
from diagnostics.report.synthesis import (
    ALLY_WIDTH,
    BOX_WIDTH,
    COLUMN_WIDTH,
    DENSE_SIZE,
    FIGURE_WIDTH,
    FIGURES_WIDTH,
    FULL_WIDTH,
    KEY_SIZE,
    LEAD_SIZE,
    OBJECTIVE_WIDTH,
    REQUEST_WIDTH,
    SCALES_WIDTH,
    SENTENCE_SIZE,
    SMALL_SIZE,
    TEXT_SIZE,
    LabelledText,
    Limits,
    ShortList,
    Synthesis,
    summarise,
    tell,
)

PAGE = 742.0  # what the page has, less a margin
TOP, GAP, TITLE = 32.0, 7.4, 16.7
LEADING = 1.25
# Letters that our own fonts do not have: those that stand in for them are higher.
FOREIGN = 1.3
BOX_EDGES, BAND_EDGES, REQUEST_EDGES, ROW_EDGES, ITEM_GAP = 12.0, 11.4, 11.4, 4.8, 0.9
BARS = 72.0  # the drawing of the shares
DENSE = "r-dense"

# From what a board misses least to what it misses most; a decision is never among them.
CUTS: tuple[dict[str, Any], ...] = (
    {"allies": 6, "priorities": 5, "priority_lines": 1},
    {"statements": 3},
    {"objectives": 9},
    {"statement_lines": 5, "priorities": 3},
    {"risk_lines": 2},
    {"statements": 2},
    {"allies": 4, "priorities": 0},
    {"objectives": 8},
    {"objective_lines": 2},
    {"roles": 4},
    {"statements": 1},
    {"objectives": 7},
    {"allies": 3},
    {"request_lines": 3},
    {"objectives": 6},
    {"statement_lines": 4},
    {"objectives": 5, "roles": 3},
    {"allies": 2},
    {"objectives": 4},
    {"request_lines": 2},
    {"role_lines": 1},
    {"scales": False},
    {"statement_lines": 3, "objectives": 3},
    {"risk_lines": 1},
    {"boxes": False},
    {"objectives": 2, "roles": 2},
    {"risks": 1},
    {"request_lines": 1},
    {"objectives": 0},
    {"statements": 0, "roles": 0, "risks": 0},
    {"request_lines": 0, "opening": False, "sentence_lines": 2},
)


def build_synthesis(
    document: DiagnosticDocument, findings: Sequence[CoherenceFinding]
) -> Synthesis:
    """Return the content of page 2: as much of the document as one page holds."""
    told = tell(document, risks_of(findings, document))

    def within(limits: Limits) -> Synthesis:
        return summarise(told, limits, "" if limits.request_lines else DENSE)

    limits = Limits()
    drawn: list[str] = []
    for cut in CUTS:
        if height(within(limits)) <= PAGE:
            break
        drawn += cut
        limits = replace(limits, **cut)
    return within(_given_back(limits, drawn, within))


def _given_back(
    limits: Limits, drawn: Sequence[str], within: Callable[[Limits], Synthesis]
) -> Limits:
    """Return limits with what still has room: a cut takes more than what was too much. What a board misses
    most comes back first."""
    for name in dict.fromkeys(reversed(drawn)):
        former = getattr(Limits(), name)
        while (now := getattr(limits, name)) != former:
            wider = replace(limits, **{name: former if isinstance(former, bool) else now + 1})
            if height(within(wider)) > PAGE:
                break
            limits = wider
    return limits


def height(synthesis: Synthesis) -> float:
    """Return how high the page would be, in points; never too small."""
    opening = _height([synthesis.territory], FULL_WIDTH, SMALL_SIZE) if synthesis.territory else 0.0
    if synthesis.sentence:
        opening += (
            _height([synthesis.sentence], FULL_WIDTH / HEADING, SENTENCE_SIZE, bold=True) + GAP
        )
    blocks = (_band(synthesis), _first_row(synthesis), _boxes(synthesis))
    return TOP + opening + sum(blocks) + _risks(synthesis) + _requests(synthesis)


def _height(texts: Iterable[str], width: float, size: float, *, bold: bool = False) -> float:
    found = 0.0
    for text in texts:
        lines = max(1, len(wrap(text, width, size, bold=bold)))
        found += lines * size * LEADING * (1 if is_known(text) else FOREIGN)
    return found


def _list(items: ShortList, width: float, size: float) -> float:
    found = _height(items.items, width, size) + len(items.items) * ITEM_GAP
    return found + (SMALL_SIZE * LEADING + 2 if items.left_out else 0)


def _band(synthesis: Synthesis) -> float:
    tallest = 0.0
    for figure in synthesis.figures:
        key = f"{figure.now} – {figure.target}" if figure.target else figure.now
        found = _height([key], FIGURE_WIDTH / HEADING, KEY_SIZE, bold=True)
        tallest = max(tallest, found + _height(["", figure.note], FIGURE_WIDTH, SMALL_SIZE))
    return BAND_EDGES + tallest + GAP if tallest else 0.0


def _first_row(synthesis: Synthesis) -> float:
    left = right = 0.0
    if synthesis.vision.items:
        left += TITLE + _list(synthesis.vision, COLUMN_WIDTH, LEAD_SIZE) + GAP
    if synthesis.roles.items:
        left += TITLE + _list(synthesis.roles, COLUMN_WIDTH - 16, TEXT_SIZE)
    if synthesis.objectives:
        right = TITLE + SMALL_SIZE * LEADING + ROW_EDGES
        for row in synthesis.objectives:
            figures = _height([f"{row.now} – {row.target}"], FIGURES_WIDTH, SMALL_SIZE)
            figures += _height([row.unit], FIGURES_WIDTH, SMALL_SIZE) if row.unit else 0
            statement = _height([row.statement], OBJECTIVE_WIDTH, SMALL_SIZE)
            right += max(statement, figures) + ROW_EDGES
        right += SMALL_SIZE * LEADING + 2 if synthesis.objectives_left_out else 0
    return max(left, right) + GAP if left or right else 0.0


def _labelled(texts: list[LabelledText]) -> float:
    return _height([entry.text for entry in texts], SCALES_WIDTH, SMALL_SIZE) + len(texts) * 3


def _boxes(synthesis: Synthesis) -> float:
    actions = scales = alliances = 0.0
    if synthesis.actions:
        actions = BOX_EDGES + TITLE + _labelled(synthesis.actions)
        if synthesis.priorities.items:
            actions += ITEM_GAP + _list(synthesis.priorities, BOX_WIDTH - 14, SMALL_SIZE)
    if synthesis.scales:
        scales = BOX_EDGES + TITLE + _labelled(synthesis.scales)
    funding = BOX_EDGES + TITLE + BARS if synthesis.has_funding else 0.0
    if synthesis.has_alliances:
        lists = (synthesis.existing, synthesis.to_approach)
        longest = max(_list(names, ALLY_WIDTH, SMALL_SIZE) for names in lists)
        alliances = BOX_EDGES + TITLE + TEXT_SIZE * LEADING + longest
    boxes = [found for found in (actions, scales, funding, alliances) if found]
    rows = [boxes[index : index + 2] for index in range(0, len(boxes), 2)]
    return sum(max(row) + GAP for row in rows)


def _risks(synthesis: Synthesis) -> float:
    if not synthesis.risks:
        return 0.0
    return TITLE + _list(ShortList(synthesis.risks), REQUEST_WIDTH, TEXT_SIZE) + GAP


def _requests(synthesis: Synthesis) -> float:
    if not synthesis.requests:
        return 0.0
    size = DENSE_SIZE if synthesis.letters == DENSE else TEXT_SIZE
    edges = REQUEST_EDGES + TITLE + SMALL_SIZE * LEADING  # the points to discuss
    return edges + _list(ShortList(synthesis.requests), REQUEST_WIDTH, size)
