"""2.2 « Objectifs »: from what to what, and when."""

from __future__ import annotations

from django.utils.safestring import SafeString

from diagnostics.domain.answers import Labels, Objective, Objectives
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
    PageRule,
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
from diagnostics.typography import enumeration, measure, number

PAGE_RULE = PageRule.TABLE_WHOLE
UNNAMED = "Objectif à préciser"


def blocks(answer: Objectives, document: DiagnosticDocument) -> list[Block]:
    """Return the objectives in time, then in a table."""
    roles = ROLES.labels(document.answers)
    rows = tuple(_row(n, row, roles) for n, row in enumerate(answer.rows))
    return [
        Drawing(
            "Les objectifs dans le temps",
            lambda: _draw(answer, document),
            "Disque plein\u00a0: objectif chiffré. Losange\u00a0: objectif qualitatif. "
            "Le tableau en donne le détail.",
        ),
        Table(
            "objectives",
            "Objectifs, avec leur valeur actuelle, leur cible et leur échéance",
            (
                Column("N°", "code", 1.1, ColumnKind.CODE),
                Column("Objectif", "", 8.7),
                Column("Aujourd’hui", "amount", 2.4, ColumnKind.FIGURE),
                Column("Cible", "amount", 2.8, ColumnKind.FIGURE),
                Column("Échéance", "year", 2.0, ColumnKind.FIGURE),
            ),
            (rows,),
        ),
    ]


def _row(index: int, row: Objective, roles: Labels) -> Row:
    served = names_behind(row.serves, roles)
    said = [f"Indicateur\u00a0: {row.indicator}"] if row.indicator else []
    said += [f"Sert\u00a0: {enumeration(served)}"] if served else []
    title = heading(text(row.statement, UNNAMED), details=details(" · ".join(said)))
    cells = (cell(plain(f"O{index + 1}")), title, *_values(row), cell(year(row.deadline_year)))
    return Row(cells, place=f"rows-{index}-statement")


def _values(row: Objective) -> list[Cell]:
    in_percent = row.unit == "%"
    unit = details("" if in_percent else row.unit)
    if row.is_without_figure:
        return [cell(Piece(PieceKind.TAG, "Qualitatif"), details=unit, span=2, label="Nature")]
    percent = "\u00a0%" if in_percent else ""
    now, target = row.baseline_value, row.target_value
    return [
        cell(missing(DASH) if now is None else plain(f"{number(now)}{percent}")),
        cell(missing() if target is None else strong(f"{number(target)}{percent}"), details=unit),
    ]


def _draw(answer: Objectives, document: DiagnosticDocument) -> list[SafeString]:
    def value(given: float | None, unit: str) -> str:
        return "" if given is None else measure(given, unit)

    timed = [
        TimedObjective(
            code=f"O{n}",
            title=row.statement or UNNAMED,
            now=value(row.baseline_value, "%" if row.unit == "%" else ""),
            target=value(row.target_value, row.unit),
            deadline=row.deadline_year,
            has_figure=not row.is_without_figure,
        )
        for n, row in enumerate(answer.rows, 1)
    ]
    card = document.diagnostic
    return timeline_svgs(timed, base_year=card.base_year, target_year=card.target_year)
