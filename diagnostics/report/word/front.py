"""The first pages of the Word report: cover, table of contents, one-page synthesis."""

from __future__ import annotations

from typing import Any

from docx.oxml.ns import qn
from docx.shared import Cm

from diagnostics.domain.vocabulary import Axis
from diagnostics.report.content import ReportContent
from diagnostics.report.diagrams import funding_svg
from diagnostics.report.key_figures import KeyFigure
from diagnostics.report.synthesis import (
    LabelledText,
    ObjectiveSummary,
    ShortList,
    Synthesis,
)
from diagnostics.report.word.frame import status_of
from diagnostics.report.word.paper import TWIPS, Paper
from diagnostics.report.word.pieces import (
    Cell,
    Column,
    Drawing,
    Line,
    Row,
    Run,
    border,
    child,
    line,
)
from diagnostics.report.word.styles import (
    AXIS_COLOURS,
    LEAF_DARK,
    LEAF_PALE,
    LINE,
    PLAIN_COLOURS,
    SUN,
    SUN_PALE,
    TEXT_WIDTH,
)
from diagnostics.typography import count

KIT = "Diagnostic ambition · Partenariats associations-entreprises"
COVER_WIDTH, TEXT_HEIGHT, BAND_HEIGHT = 18.0, 11.2, 0.3
# The circles of the PDF's cover: an ornament, without a word.
COVER_ART = f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 180 96">
<rect width="180" height="96" fill="#{LEAF_DARK}"/>
<circle cx="139" cy="72" r="68" fill="#174d3c" stroke="#2b6350" stroke-width="0.3"/>
<circle cx="139" cy="72" r="43" fill="#1c5644" stroke="#2b6350" stroke-width="0.3"/>
<circle cx="139" cy="72" r="17" fill="#{SUN}"/></svg>"""


# --- Cover -------------------------------------------------------------------------------


def write_cover(paper: Paper, content: ReportContent) -> None:
    """Write the cover: a block of colour, the four axes, the version and the credit line.

    The block is the ground of a table's cells, not a picture behind the text: white words would
    vanish with it. It stays within the page's margins, which are those of a printer.
    """
    cover = content.cover
    section = paper.document.sections[0]
    section.different_first_page_header_footer = True
    section.left_margin = section.right_margin = Cm((21 - COVER_WIDTH) / 2)
    section.top_margin = section.bottom_margin = Cm(1.5)
    texts = [
        line(KIT, style="CoverText"),
        line(cover.name, style="Title"),
        line(cover.title, style="Subtitle"),
        line(cover.occasion, style="CoverText"),
        line(Run(status_of(content), bold=True), style="CoverText"),
    ]
    block = paper.table(
        [Column("", COVER_WIDTH)],
        [
            Row([texts], fill=LEAF_DARK),
            Row([[line(Drawing(COVER_ART, COVER_WIDTH))]], fill=LEAF_DARK),
            Row([[Line([], "SectionEnd")]], fill=SUN),
        ],
        caption="Couverture",
        shows_caption=False,
        has_header=False,
    )
    _shape_block(block)
    paper.text(style="Detail")
    cells: list[Cell] = [
        [
            line(Run(f"Axe {number}", bold=True, colour=AXIS_COLOURS[axis.key][0])),
            line(axis.title, style="CellTitle"),
        ]
        for number, axis in enumerate(content.axes, 1)
    ]
    table = paper.table(
        [Column("", COVER_WIDTH / 4)] * 4,
        [Row(cells)],
        caption="Les quatre axes du diagnostic",
        shows_caption=False,
        has_header=False,
    )
    for cell, axis in zip(table.iter(qn("w:tc")), content.axes, strict=True):
        border(cell, top=(24, AXIS_COLOURS[axis.key][0]))
    paper.text(style="Detail")
    paper.text(Run(cover.stamp, bold=True), style="Detail")
    paper.text(content.credit, style="Detail")


def _shape_block(table: Any) -> None:
    """Give the rows of the cover's block their heights and margins, without lines between."""
    heights = ((TEXT_HEIGHT, "atLeast"), (0, ""), (BAND_HEIGHT, "exact"))
    for row, (height, rule) in zip(table.findall(qn("w:tr")), heights, strict=True):
        if rule:
            child(row.trPr, "w:trHeight", val=f"{height * TWIPS:.0f}", hRule=rule)
        cell = row.find(qn("w:tc"))
        border(cell, top=(0, LEAF_DARK), bottom=(0, LEAF_DARK))
        top, side = (2.6, 1.6) if rule == "atLeast" else (0.0, 0.0)
        margins = child(cell.tcPr, "w:tcMar")
        for name, width in (("top", top), ("left", side), ("bottom", 0.0), ("right", side)):
            child(margins, f"w:{name}", w=f"{width * TWIPS:.0f}", type="dxa")


# --- Synthesis ---------------------------------------------------------------------------


def write_synthesis(paper: Paper, content: ReportContent) -> None:
    """Write the page that stands alone: the same choice of answers as the PDF's second page."""
    synthesis = content.synthesis
    paper.heading("Synthèse en une page", 1)
    if synthesis.territory:
        paper.text(synthesis.territory)
    if synthesis.sentence:
        paper.text(Run(synthesis.sentence, bold=True), style="Lead")
    if synthesis.figures:
        _write_figures(paper, synthesis.figures)
    if synthesis.is_empty:
        paper.text(
            "Le diagnostic n’a pas encore de réponse. Ce qui est à remplir est listé sous "
            "«\u00a0Reste à compléter\u00a0»."
        )
    if synthesis.vision.items or synthesis.roles.items:
        _write_cells(paper, [_vision(synthesis), _roles(paper, synthesis)], "Vision et rôles")
    if synthesis.objectives:
        _write_objectives(paper, synthesis)
    if synthesis.has_axes:
        boxes = [_actions(synthesis), _scales(synthesis), _means(content), _alliances(synthesis)]
        _write_boxes(paper, [box for box in boxes if box], "Actions, périmètre, moyens, alliances")
    if synthesis.risks:
        _write_risks(paper, synthesis.risks)
    if synthesis.requests:
        _write_requests(paper, synthesis)


def _heading(text: str, axis: Axis | None) -> Line:
    colour = AXIS_COLOURS[axis][0] if axis else ""
    return line(Run(text, bold=True, colour=colour), style="BoxHeading")


def _more(left_out: int, one: str, many: str) -> list[Line]:
    if not left_out:
        return []
    return [line(f"et {count(left_out, one, many)}", style="CellDetail")]


def _write_figures(paper: Paper, figures: list[KeyFigure]) -> None:
    cells: list[Cell] = []
    for figure in figures:
        value = f"{figure.now} → {figure.target}" if figure.target else figure.now
        cell = [line(figure.label, style="CellDetail"), line(value, style="KeyFigure")]
        cells.append([*cell, line(figure.note, style="CellDetail")] if figure.note else cell)
    columns = [Column("", TEXT_WIDTH / len(cells))] * len(cells)
    paper.table(
        columns,
        [Row(cells, fill=LEAF_PALE)],
        caption="Repères",
        shows_caption=False,
        has_header=False,
    )


def _write_cells(paper: Paper, cells: list[Cell], caption: str) -> None:
    """Write blocks side by side, without lines."""
    given = [cell for cell in cells if cell]
    paper.text(style="Gap")
    table = paper.table(
        [Column("", TEXT_WIDTH / len(given))] * len(given),
        [Row(given)],
        caption=caption,
        shows_caption=False,
        has_header=False,
    )
    for cell in table.iter(qn("w:tc")):
        border(cell, bottom=(0, LINE))


def _vision(synthesis: Synthesis) -> Cell:
    if not synthesis.vision.items:
        return []
    more = _more(synthesis.vision.left_out, "autre énoncé", "autres énoncés")
    told = [line(statement) for statement in synthesis.vision.items]
    return [_heading("Notre vision", Axis.VISION), *told, *more]


def _roles(paper: Paper, synthesis: Synthesis) -> Cell:
    if not synthesis.roles.items:
        return []
    numbers = paper.new_numbers()
    return [
        _heading("Nos rôles", Axis.AMBITION),
        *[Line([role], "CellNumber", numbers) for role in synthesis.roles.items],
        *_more(synthesis.roles.left_out, "autre rôle", "autres rôles"),
    ]


def _write_objectives(paper: Paper, synthesis: Synthesis) -> None:
    axis, paper.axis = paper.axis, Axis.AMBITION
    columns = [
        Column("Nos objectifs", 8.4),
        Column("Aujourd’hui, puis cible", 6.7),
        Column("Échéance", 1.9, "CellFigure"),
    ]
    rows = []
    for objective in synthesis.objectives:
        year: Cell = [line(objective.year or "—", style="CellFigure")]
        rows.append(Row([[line(objective.statement)], _ends(objective), year]))
    if synthesis.objectives_left_out:
        rows.append(
            Row([_more(synthesis.objectives_left_out, "autre objectif", "autres objectifs")], (3,))
        )
    paper.text(style="Gap")
    paper.table(columns, rows, caption="Les objectifs, avec leurs chiffres", shows_caption=False)
    paper.axis = axis


def _ends(objective: ObjectiveSummary) -> Cell:
    if objective.qualitative:
        return [line("qualitatif")]
    now = f"{objective.now} → " if objective.now else ""
    target = Run(objective.target or "à préciser", bold=True)
    return [line(now, target, f" {objective.unit}" if objective.unit else "")]


def _bullets(short: ShortList) -> list[Line]:
    items = [line(name, style="CellBullet") for name in short.items]
    return [*items, *_more(short.left_out, "autre", "autres")]


def _actions(synthesis: Synthesis) -> Cell:
    if not synthesis.actions:
        return []
    return [
        _heading("Actions", Axis.MISSIONS),
        *_labelled(synthesis.actions),
        *_bullets(synthesis.priorities),
    ]


def _scales(synthesis: Synthesis) -> Cell:
    if not synthesis.scales:
        return []
    return [_heading("Périmètre géographique", Axis.MISSIONS), *_labelled(synthesis.scales)]


def _labelled(texts: list[LabelledText]) -> list[Line]:
    return [line(Run(f"{entry.label}\u00a0: ", bold=True), entry.text) for entry in texts]


def _means(content: ReportContent) -> Cell:
    model = content.document.answers.economic_model
    if model is None or not content.synthesis.has_funding:
        return []
    card = content.document.diagnostic
    svg = funding_svg(
        model.now,
        model.target,
        base_year=card.base_year,
        target_year=card.target_year,
    )
    return [_heading("Moyens", Axis.MEANS), line(Drawing(svg, 7.8))]


def _alliances(synthesis: Synthesis) -> Cell:
    if not synthesis.has_alliances:
        return []
    lines = [_heading("Alliances", Axis.MEANS)]
    for label, short in (("En place", synthesis.existing), ("À approcher", synthesis.to_approach)):
        if short.items:
            names = " · ".join(short.items)
            left = f" · et {count(short.left_out, 'autre', 'autres')}" if short.left_out else ""
            lines.append(line(Run(f"{label}\u00a0: ", bold=True), f"{names}{left}"))
    return lines


def _write_boxes(paper: Paper, boxes: list[Cell], caption: str) -> None:
    """Write the boxes of the four dimensions two by two, each under the colour of its axis."""
    paper.text(style="Gap")
    rows = [boxes[start : start + 2] for start in range(0, len(boxes), 2)]
    table = paper.table(
        [Column("", TEXT_WIDTH / 2)] * 2,
        [Row(row, (1, 1) if len(row) == 2 else (2,)) for row in rows],
        caption=caption,
        shows_caption=False,
        has_header=False,
    )
    for cell, box in zip(table.iter(qn("w:tc")), boxes, strict=True):
        first = box[0].pieces[0]
        colour = first.colour if isinstance(first, Run) else PLAIN_COLOURS[0]
        sides = dict.fromkeys(("left", "bottom", "right"), (4, LINE))
        border(cell, top=(18, colour), **sides)


def _write_risks(paper: Paper, risks: list[str]) -> None:
    title = "Les principaux risques" if len(risks) > 1 else "Le principal risque"
    lines = [_heading(title, None), *[line(risk, style="CellBullet") for risk in risks]]
    _write_cells(paper, [lines], title)


def _write_requests(paper: Paper, synthesis: Synthesis) -> None:
    numbers = paper.new_numbers()
    lines = [
        _heading(synthesis.requests_title, None),
        *[Line([request], "CellNumber", numbers) for request in synthesis.requests],
    ]
    paper.text(style="Gap")
    table = paper.table(
        [Column("", TEXT_WIDTH)],
        [Row([lines], fill=SUN_PALE)],
        caption=synthesis.requests_title,
        shows_caption=False,
        has_header=False,
    )
    for cell in table.iter(qn("w:tc")):
        border(cell, left=(36, SUN), bottom=(0, SUN))
