"""3.2 « Focus sur l’accompagnement »: who handles each of its six steps."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from pydantic import Field, field_validator

from diagnostics.domain.answers.alliances import ALLIES
from diagnostics.domain.answers.base import Answer, Shape
from diagnostics.domain.answers.descriptor import Found, RowSet, StepDescriptor
from diagnostics.domain.answers.fields import (
    LongText,
    RowId,
    RowLine,
)
from diagnostics.domain.vocabulary import (
    Handling,
    ScopeStepKey,
    StepKey,
)

if TYPE_CHECKING:
    from diagnostics.domain.document import DiagnosticDocument


class ScopeStep(Shape):
    """One of the six fixed steps of the accompaniment of a partnership."""

    step: ScopeStepKey = Field(description="étape de l’accompagnement")
    handling: Handling = Field(Handling.UNDECIDED, description="qui prend l’étape en charge")
    partner: RowLine = Field("", description="nom du partenaire, écrit librement")
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


def _missing(answer: AccompanimentScope, document: DiagnosticDocument) -> Found:
    for index, row in enumerate(answer.rows):
        name = SCOPE_STEPS.mention(row, index + 1)
        if row.handling is Handling.UNDECIDED:
            yield f"rows-{index}-handling", f"qui prend en charge {name}"
        if row.handling is Handling.WITH_PARTNER and not (row.partner or row.alliance):
            yield f"rows-{index}-partner", f"le partenaire pour {name}"


SCOPE_STEPS = RowSet[ScopeStep](
    AccompanimentScope, "rows", "étape", lambda row: row.step.label, links={"alliance": (ALLIES,)}
)
STEP = StepDescriptor(
    AccompanimentScope, _missing, row_sets=(SCOPE_STEPS,), first_field="rows-0-handling"
)
