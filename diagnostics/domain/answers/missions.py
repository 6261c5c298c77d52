"""Axis 3, missions and activities: activities, accompaniment, échelons."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import AfterValidator, Field, field_validator, model_serializer, model_validator

from diagnostics.domain.answers.base import Answer, Row, Shape
from diagnostics.domain.answers.fields import (
    MAX_ROWS,
    LongText,
    RowId,
    RowIds,
    RowText,
    Year,
    no_duplicates,
)
from diagnostics.domain.vocabulary import (
    ActivityState,
    Handling,
    Mission,
    ScopeStepKey,
    StepKey,
    TerritorialScale,
)


class Activity(Row):
    """An activity of one of the four missions."""

    id_prefix: ClassVar[str] = "a"
    mission: Mission | None = Field(None, description="mission dont relève l’activité")
    text: RowText = Field("", description="intitulé de l’activité")
    priority: Literal[1, 2, 3] | None = Field(
        None, description="1 prioritaire, 2 importante, 3 plus tard"
    )
    state: ActivityState | None = Field(None, description="où en est l’activité aujourd’hui")
    start_year: Year | None = Field(None, description="année de démarrage")
    serves: RowIds = Field(default_factory=list, description="objectifs servis (ids de lignes)")
    serves_none: bool = Field(
        False, description="ne sert aucun objectif, volontairement ; absent quand c’est faux"
    )

    @model_validator(mode="after")
    def _links_win(self) -> Self:
        """What serves an objective does not serve none (two people may have answered at once)."""
        if self.serves:
            self.serves_none = False
        return self

    @model_serializer(mode="wrap")
    def _absent_unless_chosen(self, handler: Any) -> dict[str, Any]:
        """Leave ``serves_none`` out unless it was chosen: documents written before it existed
        keep their digest."""
        values: dict[str, Any] = handler(self)
        if not self.serves_none:
            values.pop("serves_none", None)
        return values


class Activities(Answer):
    """Q5 « Quelles missions et activités développer en fonction de l’ambition… ? »."""

    step: ClassVar[StepKey] = StepKey.ACTIVITIES
    rows: list[Activity] = Field(
        default_factory=list, max_length=MAX_ROWS, description="activités des quatre missions"
    )
    out_of_scope: Annotated[list[Mission], AfterValidator(no_duplicates)] = Field(
        default_factory=list, description="missions « hors de notre rôle »"
    )


class ScopeStep(Shape):
    """One of the six fixed steps of the accompaniment of a partnership."""

    step: ScopeStepKey = Field(description="étape de l’accompagnement")
    handling: Handling = Field(Handling.UNDECIDED, description="qui prend l’étape en charge")
    partner: RowText = Field("", description="nom du partenaire, écrit librement")
    alliance: RowId | None = Field(None, description="partenaire pris dans les alliances (id)")
    note: LongText = Field("", description="note")


def _scope_chain() -> list[ScopeStep]:
    return [ScopeStep(step=key) for key in ScopeStepKey]


class AccompanimentScope(Answer):
    """Q6 « Quel périmètre d’action pour la structure locale dans l’accompagnement… ? »."""

    step: ClassVar[StepKey] = StepKey.ACCOMPANIMENT_SCOPE
    rows: list[ScopeStep] = Field(default_factory=_scope_chain, description="les six étapes")

    @field_validator("rows")
    @classmethod
    def _the_six_steps_in_order(cls, rows: list[ScopeStep]) -> list[ScopeStep]:
        given = {row.step: row for row in rows}
        if len(given) != len(rows):
            raise ValueError("une étape de l’accompagnement est donnée deux fois")
        return [given.get(key) or ScopeStep(step=key) for key in ScopeStepKey]


class ActionTerritory(Row):
    """The échelon of an activity, of a whole mission, or of an action named freely."""

    id_prefix: ClassVar[str] = "s"
    activity: RowId | None = Field(None, description="activité concernée (id de ligne)")
    mission: Mission | None = Field(None, description="mission entière concernée")
    label: RowText = Field("", description="action nommée librement, sans activité ni mission")
    scale: TerritorialScale | None = Field(None, description="échelon territorial")
    territory: RowText = Field("", description="nom du territoire")
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
