"""2.2 « Objectifs »: from what to what, and when."""

from __future__ import annotations

from django.utils.safestring import SafeString

from diagnostics.domain.answers import Labels, Objective, Objectives
from diagnostics.domain.answers.objectives import FALLING
from diagnostics.domain.answers.roles import ROLES
from diagnostics.domain.document import DiagnosticDocument
from diagnostics.domain.links import names_behind
from diagnostics.report.blocks.types import (
    DASH,
    Block,
    Cell,
    Column,
    ColumnKind,
    Drawing,
    Piece,
    PieceKind,
    Row,
    Table,
    cell,
    details,
    heading,
    missing,
    plain,
    strong,
    text,
    year,
)
from diagnostics.report.diagrams.objectives import TimedObjective, timeline_svgs
from diagnostics.typography import enumeration

UNNAMED = "Objectif à préciser"


def blocks(answer: Objectives, document: DiagnosticDocument) -> list[Block]:
    """Return the objectives in time, then in a table."""
    roles = ROLES.labels(document.answers)
    falling = "Triangle\u00a0: une baisse. " if any(row.is_falling for row in answer.rows) else ""
    rows = tuple(_row(n, row, roles) for n, row in enumerate(answer.rows))
    return [
        Drawing(
            "Les objectifs dans le temps",
            lambda: _draw(answer, document),
            "Disque plein\u00a0: objectif chiffré. Losange\u00a0: objectif qualitatif. "
            f"{falling}".rstrip(),
        ),
        Table(
            "objectives",
            "Objectifs, avec leur valeur actuelle, leur cible et leur échéance",
            (
                Column("N°", "code", 1.1, ColumnKind.CODE),
                Column("Objectif", "", 8.7, ColumnKind.TYPED),
                Column("Aujourd’hui", "amount", 2.4, ColumnKind.FIGURE),
                Column("Cible", "amount", 2.8, ColumnKind.FIGURE),
                Column("Échéance", "year", 2.0, ColumnKind.FIGURE),
            ),
            (rows,),
            in_annex=True,
        ),
    ]


def _row(index: int, row: Objective, roles: Labels) -> Row:
    served = names_behind(row.serves, roles)
    said = [f"Indicateur\u00a0: {row.indicator}"] if row.indicator else []
    said += [f"Qui mesure\u00a0: {row.measured_by}"] if row.measured_by else []
    said += [f"Sert\u00a0: {enumeration(served)}"] if served else []
    title = heading(text(row.statement, UNNAMED), details=details(" · ".join(said)))
    cells = (cell(plain(f"O{index + 1}")), title, *_values(row), cell(year(row.deadline_year)))
    return Row(cells, place=f"rows-{index}-statement")


def _values(row: Objective) -> list[Cell]:
    unit = details(row.unit_told)
    if row.is_without_figure:
        return [cell(Piece(PieceKind.TAG, "Qualitatif"), details=unit, span=2, label="Nature")]
    now, target = row.baseline_told, row.target_told
    unit = details(", ".join(told for told in (row.unit_told, row.is_falling and FALLING) if told))
    return [
        cell(plain(now) if now else missing(DASH)),
        cell(strong(target) if target else missing(), details=unit),
    ]


def _draw(answer: Objectives, document: DiagnosticDocument) -> list[SafeString]:
    timed = [
        TimedObjective(
            code=f"O{n}",
            title=row.statement or UNNAMED,
            now=row.baseline_told,
            target="\u00a0".join(
                p for p in (row.target_told, row.unit_told) if row.target_told and p
            ),
            deadline=row.deadline_year,
            has_figure=not row.is_without_figure,
            is_falling=row.is_falling,
        )
        for n, row in enumerate(answer.rows, 1)
    ]
    card = document.diagnostic
    return timeline_svgs(timed, base_year=card.base_year, target_year=card.target_year)
