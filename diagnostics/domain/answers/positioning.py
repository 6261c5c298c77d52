"""2.3 « Positionnement »: the actors of the two circles, and the posture towards each."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from diagnostics.domain.answers.base import Answer, Row
from diagnostics.domain.answers.descriptor import Found, RowSet, StepDescriptor
from diagnostics.domain.answers.fields import (
    MAX_ROWS,
    LongText,
    RowLine,
)
from diagnostics.domain.vocabulary import (
    ActorType,
    RelationMode,
    StepKey,
)

if TYPE_CHECKING:
    from diagnostics.domain.document import DiagnosticDocument


class Position(Row):
    """The relation of the structure to one kind of actor, in one of the two circles."""

    id_prefix: ClassVar[str] = "p"
    actor_type: ActorType | None = Field(None, description="type d’acteur")
    label: RowLine = Field("", description="nom de l’acteur quand il est « autre »")
    circle: Literal[1, 2] | None = Field(None, description="1 : influence directe ; 2 : élargie")
    mode: RelationMode = Field(
        RelationMode.NONE, description="relation avec chacun, avec leur réseau, ou sans distinction"
    )
    posture: RowLine = Field("", description="posture envers l’acteur : « être au service »…")
    note: LongText = Field("", description="note")

    @property
    def title(self) -> str:
        """The actor as people read it, with the mode when it distinguishes."""
        if self.actor_type is None or self.actor_type is ActorType.OTHER:
            name = self.label or "Acteur à préciser"
        else:
            name = self.actor_type.label
        return name if self.mode is RelationMode.NONE else f"{name} ({self.mode.label})"


class Positioning(Answer):
    """Q4 « Quels sont les rapports de la structure par rapport aux différents acteurs… ? »."""

    step: ClassVar[StepKey] = StepKey.POSITIONING
    rows: list[Position] = Field(
        default_factory=list, max_length=MAX_ROWS, description="acteurs du territoire"
    )


def _missing(answer: Positioning, document: DiagnosticDocument) -> Found:
    if len(answer.rows) < 3:
        yield "rows", "au moins trois acteurs positionnés"
    if {1, 2} - {row.circle for row in answer.rows}:
        yield "rows", "au moins un acteur dans chacun des deux cercles"
    for index, row in enumerate(answer.rows):
        name = POSITIONS.mention(row, index + 1)
        if row.actor_type is None:
            yield f"rows-{index}-actor_type", f"le type d’acteur de la ligne\u00a0{index + 1}"
        if row.circle is None:
            yield f"rows-{index}-circle", f"le cercle de {name}"
        if not row.posture:
            yield f"rows-{index}-posture", f"la posture envers {name}"


POSITIONS = RowSet[Position](Positioning, "rows", "acteur", lambda row: row.title)
STEP = StepDescriptor(Positioning, _missing, row_sets=(POSITIONS,), paper_rows=1)
