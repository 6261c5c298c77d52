"""3.3 « Territoire d’actions »: the échelons of each action."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.safestring import SafeString

from diagnostics.domain.answers import ActionTerritory, TerritorialScales
from diagnostics.domain.answers.activities import ACTIVITIES
from diagnostics.domain.document import DiagnosticDocument
from diagnostics.domain.vocabulary import Mission, TerritorialScale
from diagnostics.report.blocks.types import (
    DASH,
    Block,
    Column,
    ColumnKind,
    Drawing,
    Piece,
    PieceKind,
    Row,
    RowKind,
    Table,
    cell,
    heading,
    missing,
    plain,
    text,
    typed_details,
)
from diagnostics.report.diagrams.matrix import MatrixRow, matrix_svgs
from diagnostics.report.scales import short_scale


def blocks(answer: TerritorialScales, document: DiagnosticDocument) -> list[Block]:
    """Return the matrix of the actions, then their échelons and territories."""
    actions = read_actions(answer, document)
    places = {row.id: f"rows-{index}-scale" for index, row in enumerate(answer.rows)}
    return [
        Drawing(
            "Les actions et leurs échelons",
            lambda: _draw(actions),
            "Disque\u00a0: activité. Carré\u00a0: mission entière.",
            in_annex=_is_told_with_activities(document),
        ),
        Table(
            "scales",
            "Échelons territoriaux des actions",
            (
                Column("Action", "", 6.4, ColumnKind.TYPED),
                Column("Échelons", "scale", 4.8),
                Column("Territoire et précision", "third", 5.8),
            ),
            (tuple(_row(action, places[action.rows[0].id]) for action in actions),),
            in_annex=True,
        ),
    ]


def _is_told_with_activities(document: DiagnosticDocument) -> bool:
    """Tell whether the table of the activities says the échelons, in the body of the paper."""
    return bool(document.answers.activities and document.answers.activities.rows)


@dataclass(frozen=True)
class Action:
    """An action and its rows; a mission's own stands above its activities."""

    title: str
    rows: list[ActionTerritory]
    code: str = ""
    is_mission: bool = False

    @property
    def activity(self) -> str:
        """Id of its activity; empty when it is a mission or stands by itself."""
        return self.rows[0].activity or "" if self.code else ""

    @property
    def scales(self) -> list[TerritorialScale]:
        """The échelons, from the nearest to the widest."""
        chosen = {row.scale for row in self.rows}
        return [scale for scale in TerritorialScale if scale in chosen]


def read_actions(answer: TerritorialScales, document: DiagnosticDocument) -> list[Action]:
    """Return the actions in the kit's order: each mission, then its activities, then the rest."""
    activities = document.answers.activities.rows if document.answers.activities else []
    codes, labels = ACTIVITIES.codes(document.answers), ACTIVITIES.labels(document.answers)
    found: list[Action] = []
    for mission in (*Mission, None):
        if mission and (own := [row for row in answer.rows if row.mission is mission]):
            found.append(Action(f"Mission «\u00a0{mission.label}\u00a0»", own, is_mission=True))
        for activity in activities:
            rows = [row for row in answer.rows if row.activity == activity.id]
            if activity.mission is mission and rows:
                found.append(Action(labels[activity.id], rows, codes[activity.id]))
    known = {activity.id for activity in activities}
    free: dict[str, list[ActionTerritory]] = {}
    for row in answer.rows:
        if row.mission is None and row.activity not in known:
            free.setdefault(row.label or "Action à préciser", []).append(row)
    return [*found, *(Action(title, rows) for title, rows in free.items())]


def _row(action: Action, place: str) -> Row:
    code = (Piece(PieceKind.CODE, action.code),) if action.code else ()
    scales = " · ".join(short_scale(scale) for scale in action.scales)
    # Each once: several rows of an action often name the same territory.
    territories = ", ".join(dict.fromkeys(row.territory for row in action.rows if row.territory))
    notes = list(dict.fromkeys(row.note for row in action.rows if row.note))
    where = (text(territories),) if territories else () if notes else (missing(DASH),)
    return Row(
        (
            heading(*code, text(action.title)),
            cell(plain(scales) if scales else missing()),
            cell(*where, details=typed_details(*notes)),
        ),
        RowKind.MISSION if action.is_mission else RowKind.PLAIN,
        place,
    )


def _draw(actions: list[Action]) -> list[SafeString]:
    """Draw the matrix; its columns are the échelons used."""
    used = [scale for scale in TerritorialScale if any(scale in x.scales for x in actions)]
    rows = [
        MatrixRow(x.code, x.title, x.is_mission, [scale in x.scales for scale in used])
        for x in actions
    ]
    return matrix_svgs([short_scale(scale) for scale in used], rows)
