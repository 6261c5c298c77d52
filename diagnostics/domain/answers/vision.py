"""1 « Situation souhaitée »: the situation wished for on the territory."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from diagnostics.domain.answers.base import Answer, Row
from diagnostics.domain.answers.descriptor import Found, RowSet, StepDescriptor
from diagnostics.domain.answers.fields import (
    MAX_STATEMENTS,
    StartingPointText,
    StatementText,
)
from diagnostics.domain.vocabulary import (
    StepKey,
)

if TYPE_CHECKING:
    from diagnostics.domain.document import DiagnosticDocument


class VisionStatement(Row):
    """One sentence of the situation wished for on the territory."""

    id_prefix: ClassVar[str] = "v"
    text: StatementText = Field("", description="énoncé, au présent, sur le territoire")


class Vision(Answer):
    """Q1 « Quelle situation souhaitée pour les partenariats sur le territoire concerné ? »."""

    step: ClassVar[StepKey] = StepKey.VISION
    starting_point: StartingPointText = Field("", description="constat de départ")
    statements: list[VisionStatement] = Field(
        default_factory=list,
        max_length=MAX_STATEMENTS,
        description="énoncés de la situation souhaitée",
    )


def _missing(answer: Vision, document: DiagnosticDocument) -> Found:
    if not any(statement.text for statement in answer.statements):
        yield "statements", "au moins un énoncé de la situation souhaitée"


STATEMENTS = RowSet[VisionStatement](Vision, "statements", "énoncé", lambda row: row.text)
STEP = StepDescriptor(
    Vision,
    _missing,
    row_sets=(STATEMENTS,),
    first_field="statements",
    paper_rows=MAX_STATEMENTS,
)
