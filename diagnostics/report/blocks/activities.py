"""3.1 « Activités à mettre en place », by mission, the first priority first."""

from __future__ import annotations

from diagnostics.domain.answers import Activities, Activity, Labels
from diagnostics.domain.answers.objectives import OBJECTIVES
from diagnostics.domain.document import DiagnosticDocument
from diagnostics.domain.links import names_behind
from diagnostics.domain.vocabulary import Mission
from diagnostics.report.blocks.types import (
    Block,
    Column,
    ColumnKind,
    PageRule,
    Piece,
    PieceKind,
    Row,
    RowKind,
    Table,
    cell,
    details,
    heading,
    missing,
    plain,
    priority,
    state,
    text,
)
from diagnostics.typography import count, enumeration

PAGE_RULE = PageRule.TABLE_WHOLE
COLUMNS = (
    Column("N°", "code", 1.2, ColumnKind.CODE),
    Column("Activité", "", 9.9, ColumnKind.TYPED),
    Column("Priorité", "priority", 3.0),
    Column("État", "state", 2.9),
)


def blocks(answer: Activities, document: DiagnosticDocument) -> list[Block]:
    """Return the activities; a mission without any is left out, unless it was declared « hors de
    notre rôle »."""
    objectives = OBJECTIVES.codes(document.answers)
    groups = []
    for mission in (*Mission, None):
        own = [(n, row) for n, row in enumerate(answer.rows) if row.mission is mission]
        own.sort(key=lambda entry: entry[1].priority or 9)
        out_of_scope = mission in answer.out_of_scope
        if own or out_of_scope:
            rows = [_row(n, row, objectives) for n, row in own] or [_chosen()]
            groups.append((_band(mission, len(own), out_of_scope), *rows))
    caption = "Activités de chaque mission, avec leur priorité et leur état"
    return [Table("activities", caption, COLUMNS, tuple(groups))]


def _band(mission: Mission | None, number: int, out_of_scope: bool) -> Row:
    pieces = [plain(mission.label if mission else "Mission à préciser")]
    if number:
        pieces.append(Piece(PieceKind.NOTE, count(number, "activité", "activités")))
    if out_of_scope:
        pieces.append(Piece(PieceKind.TAG, "hors de notre rôle"))
    return Row((heading(*pieces, span=len(COLUMNS)),), RowKind.BAND)


def _chosen() -> Row:
    words = "Choix assumé\u00a0: cette mission n’est pas portée par la structure."
    return Row((cell(missing(words), span=len(COLUMNS)),))


def _row(index: int, row: Activity, objectives: Labels) -> Row:
    said = [f"Démarrage en {row.start_year}"] if row.start_year else []
    if served := names_behind(row.serves, objectives):
        said.append(f"Sert {enumeration(served)}")
    elif row.serves_none:
        said.append("Aucun objectif, volontairement")
    title = heading(text(row.text, "Activité à préciser"), details=details(" · ".join(said)))
    code = cell(plain(f"A{index + 1}"))
    cells = (code, title, cell(priority(row.priority)), cell(state(row.state)))
    return Row(cells, place=f"rows-{index}-text")
