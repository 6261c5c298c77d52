"""2.3 « Positionnement »: two circles of influence."""

from __future__ import annotations

from diagnostics.domain.answers import Position, Positioning
from diagnostics.domain.document import DiagnosticDocument
from diagnostics.report.blocks.types import (
    TO_SAY,
    Block,
    Column,
    ColumnKind,
    Drawing,
    Row,
    Table,
    cell,
    heading,
    missing,
    plain,
    said,
    text,
)
from diagnostics.report.diagrams.circles import circles_svg


def blocks(answer: Positioning, document: DiagnosticDocument) -> list[Block]:
    """Return the circles, then the posture towards each actor."""
    centre = document.structure.name
    return [
        Drawing(
            "Le positionnement",
            lambda: [circles_svg(answer.rows, centre=centre)] if answer.rows else [],
            "Deux cercles d’influence, au degré de proximité différent.",
        ),
        Table(
            "positions",
            "Posture de la structure envers chaque acteur",
            (
                Column("Acteur", "actor", 4.6),
                Column("Cercle", "circle", 1.7),
                Column("Posture", "posture", 4.7),
                Column("Précision", "", 6.0, ColumnKind.TYPED),
            ),
            (tuple(_row(n, row) for n, row in enumerate(answer.rows)),),
            in_annex=True,
        ),
    ]


def _row(index: int, row: Position) -> Row:
    circle = {1: plain("1er"), 2: plain("2e"), None: missing("à placer")}[row.circle]
    cells = (cell(circle), cell(said(row.posture, TO_SAY)), cell(said(row.note)))
    return Row((heading(text(row.title)), *cells), place=f"rows-{index}-actor_type")
