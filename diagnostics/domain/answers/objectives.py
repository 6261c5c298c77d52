"""2.2 « Objectifs »: from what to what, and when."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from diagnostics.domain.answers.base import Answer, Row
from diagnostics.domain.answers.descriptor import Found, RowSet, StepDescriptor
from diagnostics.domain.answers.fields import (
    MAX_ROWS,
    RowIds,
    RowText,
    UnitText,
    Value,
    Year,
)
from diagnostics.domain.answers.roles import ROLES
from diagnostics.domain.vocabulary import (
    ObjectiveKind,
    StepKey,
)

if TYPE_CHECKING:
    from diagnostics.domain.document import DiagnosticDocument


class Objective(Row):
    """An objective; one row has one target."""

    id_prefix: ClassVar[str] = "o"
    statement: RowText = Field("", description="énoncé de l’objectif")
    kind: ObjectiveKind | None = Field(None, description="nature")
    indicator: RowText = Field("", description="ce que l’on compte")
    baseline_value: Value | None = Field(None, description="valeur actuelle, dans l’unité")
    target_value: Value | None = Field(None, description="valeur cible, dans l’unité")
    unit: UnitText = Field(
        "", description="unité des valeurs : associations, entreprises, partenariats, %…"
    )
    deadline_year: Year | None = Field(None, description="échéance")
    serves: RowIds = Field(default_factory=list, description="rôles servis (ids de lignes)")

    @property
    def is_without_figure(self) -> bool:
        """Tell whether it is a quality that is aimed at, not a figure that is still to be said."""
        return self.kind is ObjectiveKind.QUALITATIVE and self.target_value is None


class Objectives(Answer):
    """Q3 « Quels objectifs qualitatifs et quantitatifs se fixer au regard de l’ambition ? »."""

    step: ClassVar[StepKey] = StepKey.OBJECTIVES
    rows: list[Objective] = Field(
        default_factory=list, max_length=MAX_ROWS, description="objectifs, une cible par ligne"
    )


def _missing(answer: Objectives, document: DiagnosticDocument) -> Found:
    if len(answer.rows) < 2:
        yield "rows", "au moins deux objectifs"
    if not any(row.kind is ObjectiveKind.QUANTITATIVE for row in answer.rows):
        yield "rows", "au moins un objectif chiffré"
    for index, row in enumerate(answer.rows):
        name = OBJECTIVES.mention(row, index + 1)
        if not row.statement:
            yield f"rows-{index}-statement", f"l’énoncé de l’objectif\u00a0{index + 1}"
        if row.kind is None:
            yield f"rows-{index}-kind", f"la nature de l’objectif {name}"
        if row.kind is ObjectiveKind.QUANTITATIVE:
            if not row.target_value:
                yield f"rows-{index}-target_value", f"la valeur cible de {name}"
            if not row.unit:
                yield f"rows-{index}-unit", f"l’unité de {name}"
            if row.deadline_year is None:
                yield f"rows-{index}-deadline_year", f"l’échéance de {name}"


OBJECTIVES = RowSet[Objective](
    Objectives,
    "rows",
    "objectif",
    lambda row: row.statement,
    letter="O",
    links={"serves": (ROLES,)},
)
STEP = StepDescriptor(Objectives, _missing, row_sets=(OBJECTIVES,), paper_rows=7)
