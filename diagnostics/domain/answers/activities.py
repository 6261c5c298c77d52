"""3.1 « Activités à mettre en place »: those of the four missions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, Self

from pydantic import AfterValidator, Field, model_serializer, model_validator

from diagnostics.domain.answers.base import Answer, Row
from diagnostics.domain.answers.descriptor import Found, RowSet, StepDescriptor
from diagnostics.domain.answers.fields import (
    MAX_ROWS,
    RowIds,
    RowText,
    Year,
    no_duplicates,
)
from diagnostics.domain.answers.objectives import OBJECTIVES
from diagnostics.domain.vocabulary import (
    ActivityState,
    Mission,
    StepKey,
)

if TYPE_CHECKING:
    from diagnostics.domain.document import DiagnosticDocument


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


def _missing(answer: Activities, document: DiagnosticDocument) -> Found:
    if len({row.mission for row in answer.rows if row.mission}) < 2:
        yield "rows", "des activités dans au moins deux missions"
    for index, row in enumerate(answer.rows):
        name = ACTIVITIES.mention(row, index + 1)
        if not row.text:
            yield f"rows-{index}-text", f"l’intitulé de l’activité\u00a0{index + 1}"
        if row.mission is None:
            yield f"rows-{index}-mission", f"la mission de {name}"
        if row.priority is None:
            yield f"rows-{index}-priority", f"la priorité de {name}"
        if row.state is None:
            yield f"rows-{index}-state", f"l’état de {name}"


ACTIVITIES = RowSet[Activity](
    Activities,
    "rows",
    "activité",
    lambda row: row.text,
    letter="A",
    links={"serves": (OBJECTIVES,)},
    placed_by="mission",
)
STEP = StepDescriptor(Activities, _missing, row_sets=(ACTIVITIES,), paper_rows=5)
