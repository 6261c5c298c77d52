"""« Vers le conseil » (an addition to the kit): decisions proposed, and their calendar."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from diagnostics.domain.answers.base import Answer, Row
from diagnostics.domain.answers.descriptor import Found, RowSet, StepDescriptor
from diagnostics.domain.answers.fields import (
    MAX_CALENDAR_ROWS,
    MAX_ROWS,
    MilestoneText,
    Month,
    RowIds,
    RowLine,
    RowText,
)
from diagnostics.domain.answers.objectives import OBJECTIVES
from diagnostics.domain.vocabulary import StepKey

if TYPE_CHECKING:
    from diagnostics.domain.document import DiagnosticDocument


class BoardDecision(Row):
    """A decision proposed to the board, and what it decides from: all but the text may be left out."""

    id_prefix: ClassVar[str] = "d"
    later: ClassVar[frozenset[str]] = frozenset(
        {"serves", "why", "cost", "condition", "if_not", "carried_by"}
    )
    text: RowText = Field("", description="décision proposée au conseil")
    serves: RowIds = Field(
        default_factory=list, description="objectifs auxquels elle répond (ids de lignes)"
    )
    why: RowText = Field("", description="pourquoi")
    cost: RowLine = Field("", description="ce qu’elle coûte, en quelques mots")
    condition: RowText = Field("", description="à quelle condition")
    if_not: RowText = Field("", description="ce qui arrive si elle n’est pas prise")
    carried_by: RowLine = Field("", description="qui la porte : un rôle, sans nom de personne")


class Milestone(Row):
    """A milestone of the twelve months after the board."""

    id_prefix: ClassVar[str] = "c"
    month: Month = Field("", description="mois, AAAA-MM")
    milestone: MilestoneText = Field("", description="jalon")


class BoardDecisions(Answer):
    """Decisions proposed to the board and calendar of the next twelve months (addition)."""

    step: ClassVar[StepKey] = StepKey.BOARD_DECISIONS
    decisions: list[BoardDecision] = Field(
        default_factory=list, max_length=MAX_ROWS, description="décisions proposées"
    )
    calendar: list[Milestone] = Field(
        default_factory=list,
        max_length=MAX_CALENDAR_ROWS,
        description="calendrier des douze mois suivants",
    )


def _missing(answer: BoardDecisions, document: DiagnosticDocument) -> Found:
    if not any(decision.text for decision in answer.decisions):
        yield "decisions", "au moins une décision proposée au conseil"


DECISIONS = RowSet[BoardDecision](
    BoardDecisions,
    "decisions",
    "décision",
    lambda row: row.text,
    links={"serves": (OBJECTIVES,)},
)
MILESTONES = RowSet[Milestone](BoardDecisions, "calendar", "jalon", lambda row: row.milestone)
STEP = StepDescriptor(
    BoardDecisions,
    _missing,
    row_sets=(DECISIONS, MILESTONES),
    first_field="decisions",
    paper_rows=6,
)
