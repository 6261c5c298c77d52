"""3.1 « Activités à mettre en place », by mission, the first priority first."""

from __future__ import annotations

from dataclasses import replace

from diagnostics.domain.answers import Activities, Activity, Labels
from diagnostics.domain.answers.objectives import OBJECTIVES
from diagnostics.domain.document import DiagnosticDocument
from diagnostics.domain.links import names_behind
from diagnostics.domain.vocabulary import Mission
from diagnostics.report.blocks.territorial_scales import Action, read_actions
from diagnostics.report.blocks.types import (
    DASH,
    Block,
    Column,
    ColumnKind,
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
from diagnostics.report.scales import short_scale
from diagnostics.typography import count, enumeration

COLUMNS = (
    Column("N°", "code", 1.2, ColumnKind.CODE),
    Column("Activité", "", 9.9, ColumnKind.TYPED),
    Column("Priorité", "priority", 3.0),
    Column("État", "state", 2.9),
)
BODY_COLUMNS = (
    *COLUMNS[:1],
    Column("Activité", "", 9.4, ColumnKind.TYPED),
    Column("Priorité", "priority", 2.8),
    Column("Échelons", "reach", 3.6),
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
    return [Table("activities", caption, COLUMNS, tuple(groups), in_annex=True)]


def body(answer: Activities, document: DiagnosticDocument) -> list[Block]:
    """Return the activities in a line each: their priority, and their échelons once they are said.

    A mission's own échelons stand on its band; actions that are none of the activities come last.
    """
    scales = document.answers.territorial_scales
    actions = read_actions(scales, document) if scales else []
    own = {action.activity: action for action in actions if action.activity}
    whole = {action.rows[0].mission: action for action in actions if action.is_mission}
    columns = BODY_COLUMNS if actions else COLUMNS
    groups = []
    for mission in (*Mission, None):
        rows = [(n, row) for n, row in enumerate(answer.rows) if row.mission is mission]
        rows.sort(key=lambda entry: entry[1].priority or 9)
        out_of_scope = mission in answer.out_of_scope
        if rows or out_of_scope or mission in whole:
            band = _band(mission, len(rows), out_of_scope)
            if mission in whole:
                band = _with_scales(band, whole[mission])
            unsaid = ("comme la mission" if mission in whole else DASH) if actions else ""
            lines = [_line(n, row, own.get(row.id), unsaid) for n, row in rows]
            groups.append((band, *(lines or ([_chosen()] if out_of_scope else []))))
    others = [action for action in actions if not (action.is_mission or action.activity)]
    if others:
        heads = Row((heading(plain("Autres actions"), span=len(columns)),), RowKind.BAND)
        groups.append((heads, *map(_other, others)))
    caption = "Activités de chaque mission, avec leur priorité"
    caption += " et leurs échelons" if actions else " et leur état"
    return [Table("activities", caption, columns, tuple(groups))]


def _band(mission: Mission | None, number: int, out_of_scope: bool) -> Row:
    pieces = [plain(mission.label if mission else "Mission à préciser")]
    if number:
        pieces.append(Piece(PieceKind.NOTE, count(number, "activité", "activités")))
    if out_of_scope:
        pieces.append(Piece(PieceKind.TAG, "hors de notre rôle"))
    return Row((heading(*pieces, span=len(COLUMNS)),), RowKind.BAND)


def _with_scales(band: Row, action: Action) -> Row:
    (cells,) = band.cells
    said = Piece(PieceKind.NOTE, f"toute la mission\u00a0: {_scales(action)}")
    return replace(band, cells=(replace(cells, pieces=(*cells.pieces, said)),))


def _scales(action: Action | None) -> str:
    return " · ".join(map(short_scale, action.scales)) if action else ""


def _line(index: int, row: Activity, action: Action | None, unsaid: str) -> Row:
    """Return an activity in the body, with its échelons or what stands for them (``unsaid``); with
    its state where no échelon is told at all."""
    scales = _scales(action)
    last = plain(scales) if scales else missing(unsaid) if unsaid else state(row.state)
    title = heading(text(row.text, "Activité à préciser"))
    return Row((cell(plain(f"A{index + 1}")), title, cell(priority(row.priority)), cell(last)))


def _other(action: Action) -> Row:
    cells = (heading(text(action.title)), cell(missing(DASH)), cell(plain(_scales(action))))
    return Row((cell(missing(DASH)), *cells))


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
