"""4.2 « Stratégie d’alliances »: existing allies, actors to approach, to what purpose."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from diagnostics.domain.answers.activities import ACTIVITIES
from diagnostics.domain.answers.base import Answer, Row
from diagnostics.domain.answers.descriptor import Found, RowSet, StepDescriptor
from diagnostics.domain.answers.economic_model import LEVERS
from diagnostics.domain.answers.fields import (
    MAX_ROWS,
    LongText,
    RowIds,
    RowLine,
    Year,
)
from diagnostics.domain.vocabulary import (
    AllianceFamily,
    AllianceLevel,
    Relation,
    StepKey,
)

if TYPE_CHECKING:
    from diagnostics.domain.document import DiagnosticDocument


class Alliance(Row):
    """An ally of the structure, existing or to approach."""

    id_prefix: ClassVar[str] = "l"
    actor: RowLine = Field("", description="nom de l’acteur")
    family: AllianceFamily | None = Field(None, description="famille d’alliés")
    level: AllianceLevel | None = Field(None, description="niveau où agit l’allié")
    relation: Relation | None = Field(None, description="allié existant ou à approcher")
    purpose: RowLine = Field("", description="but")
    horizon_year: Year | None = Field(None, description="échéance du rapprochement")
    note: LongText = Field("", description="note")
    serves: RowIds = Field(
        default_factory=list, description="activités ou leviers servis (ids de lignes)"
    )


class Alliances(Answer):
    """Q11–Q13: existing network, actors to approach, and to what purpose."""

    step: ClassVar[StepKey] = StepKey.ALLIANCES
    rows: list[Alliance] = Field(
        default_factory=list, max_length=MAX_ROWS, description="alliés existants et à approcher"
    )


def _missing(answer: Alliances, document: DiagnosticDocument) -> Found:
    if not any(row.relation is Relation.EXISTING for row in answer.rows):
        yield "rows", "au moins un allié existant"
    if not any(row.relation is Relation.TO_APPROACH and row.purpose for row in answer.rows):
        yield "rows", "au moins un acteur à approcher, avec le but"
    for index, row in enumerate(answer.rows):
        name = ALLIES.mention(row, index + 1)
        if not row.actor:
            yield f"rows-{index}-actor", f"le nom de l’acteur\u00a0{index + 1}"
        if row.family is None:
            yield f"rows-{index}-family", f"la famille de {name}"
        if row.relation is None:
            yield f"rows-{index}-relation", f"la relation avec {name} (existant ou à approcher)"


ALLIES = RowSet[Alliance](
    Alliances, "rows", "acteur", lambda row: row.actor, links={"serves": (ACTIVITIES, LEVERS)}
)
STEP = StepDescriptor(Alliances, _missing, row_sets=(ALLIES,), paper_rows=5)
