"""3.3 « Territoire d’actions »: the échelons of the actions."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Self

from pydantic import Field, model_validator

from diagnostics.domain.answers.activities import ACTIVITIES
from diagnostics.domain.answers.base import Answer, Row
from diagnostics.domain.answers.descriptor import Found, RowSet, StepDescriptor
from diagnostics.domain.answers.fields import (
    MAX_ROWS,
    LongText,
    RowId,
    RowLine,
)
from diagnostics.domain.vocabulary import (
    Mission,
    StepKey,
    TerritorialScale,
)

if TYPE_CHECKING:
    from diagnostics.domain.document import DiagnosticDocument


class ActionTerritory(Row):
    """The échelon of an activity, of a whole mission, or of an action named freely."""

    id_prefix: ClassVar[str] = "s"
    activity: RowId | None = Field(None, description="activité concernée (id de ligne)")
    mission: Mission | None = Field(None, description="mission entière concernée")
    label: RowLine = Field("", description="action nommée librement, sans activité ni mission")
    scale: TerritorialScale | None = Field(None, description="échelon territorial")
    territory: RowLine = Field("", description="nom du territoire")
    note: LongText = Field("", description="note")

    @model_validator(mode="after")
    def _one_object(self) -> Self:
        if self.activity and self.mission:
            raise ValueError("un échelon porte sur une activité ou sur une mission, pas les deux")
        return self


class TerritorialScales(Answer):
    """Q7 « Quels sont les échelons territoriaux pertinents pour les différentes actions… ? »."""

    step: ClassVar[StepKey] = StepKey.TERRITORIAL_SCALES
    rows: list[ActionTerritory] = Field(
        default_factory=list, max_length=MAX_ROWS, description="échelons des actions"
    )


def _missing(answer: TerritorialScales, document: DiagnosticDocument) -> Found:
    for index, row in enumerate(answer.rows):
        if row.scale is None:
            yield f"rows-{index}-scale", f"l’échelon de la ligne\u00a0{index + 1}"
        if not (row.activity or row.mission or row.label):
            yield f"rows-{index}-label", f"l’action de la ligne\u00a0{index + 1}"
    if not any(row.scale for row in answer.rows):
        yield "rows", "au moins un échelon"
    placed = {row.activity for row in answer.rows if row.scale}
    missions = {row.mission for row in answer.rows if row.scale}
    for position, activity in enumerate(ACTIVITIES.of(document.answers), 1):
        if (
            activity.priority == 1
            and activity.id not in placed
            and (activity.mission is None or activity.mission not in missions)
        ):
            name = ACTIVITIES.mention(activity, position)
            yield "rows", f"un échelon pour l’activité prioritaire {name}"


ACTIONS = RowSet[ActionTerritory](
    TerritorialScales, "rows", "action", lambda row: row.label, links={"activity": (ACTIVITIES,)}
)
STEP = StepDescriptor(TerritorialScales, _missing, row_sets=(ACTIONS,), paper_rows=12)
