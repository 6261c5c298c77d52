"""The answer shapes: one Pydantic model per step of the kit.

A star in the kit's shapes means « needed for complete », never « required »: every field has an
empty value, and :mod:`diagnostics.domain.completeness` says in words what is missing. What is
refused here is what is malformed: out of bounds, unknown code, minimum above maximum.

One module for each axis of the kit, and :mod:`~diagnostics.domain.answers.board`; they share the
types of :mod:`~diagnostics.domain.answers.fields` and the bases of
:mod:`~diagnostics.domain.answers.base`.
"""

from __future__ import annotations

from diagnostics.domain.answers.ambition import (
    Objective,
    Objectives,
    Position,
    Positioning,
    Role,
    Roles,
)
from diagnostics.domain.answers.base import Answer, Row, Shape, new_row_id, without_ids
from diagnostics.domain.answers.board import BoardDecision, BoardDecisions, Milestone
from diagnostics.domain.answers.fields import (
    DECIMALS,
    LONG_TEXT,
    MAX_CALENDAR_ROWS,
    MAX_DAYS,
    MAX_FTE,
    MAX_KEUR,
    MAX_LINKS,
    MAX_PEOPLE,
    MAX_ROWS,
    MAX_STATEMENTS,
    MAX_VALUE,
    MAX_YEAR,
    MILESTONE_TEXT,
    MIN_FOUNDED_YEAR,
    MIN_YEAR,
    RATIONALE_TEXT,
    ROW_TEXT,
    STARTING_POINT_TEXT,
    STATEMENT_TEXT,
    UNIT_TEXT,
    is_printable,
)
from diagnostics.domain.answers.means import (
    Alliance,
    Alliances,
    EconomicModel,
    EconomicSnapshot,
    Lever,
    Organisation,
)
from diagnostics.domain.answers.missions import (
    AccompanimentScope,
    ActionTerritory,
    Activities,
    Activity,
    ScopeStep,
    TerritorialScales,
)
from diagnostics.domain.answers.vision import Vision, VisionStatement
from diagnostics.domain.vocabulary import StepKey

ANSWER_SHAPES: dict[StepKey, type[Answer]] = {
    shape.step: shape
    for shape in (
        Vision,
        Roles,
        Objectives,
        Positioning,
        Activities,
        AccompanimentScope,
        TerritorialScales,
        EconomicModel,
        Alliances,
        Organisation,
        BoardDecisions,
    )
}

__all__ = [
    "ANSWER_SHAPES",
    "LONG_TEXT",
    "MAX_CALENDAR_ROWS",
    "MAX_DAYS",
    "MAX_FTE",
    "MAX_KEUR",
    "MAX_LINKS",
    "MAX_PEOPLE",
    "MAX_ROWS",
    "MAX_STATEMENTS",
    "MAX_VALUE",
    "MAX_YEAR",
    "MILESTONE_TEXT",
    "DECIMALS",
    "MIN_FOUNDED_YEAR",
    "MIN_YEAR",
    "RATIONALE_TEXT",
    "ROW_TEXT",
    "STARTING_POINT_TEXT",
    "STATEMENT_TEXT",
    "UNIT_TEXT",
    "AccompanimentScope",
    "ActionTerritory",
    "Activities",
    "Activity",
    "Alliance",
    "Alliances",
    "Answer",
    "BoardDecision",
    "BoardDecisions",
    "EconomicModel",
    "EconomicSnapshot",
    "Lever",
    "Milestone",
    "Objective",
    "Objectives",
    "Organisation",
    "Position",
    "Positioning",
    "Role",
    "Roles",
    "Row",
    "ScopeStep",
    "Shape",
    "TerritorialScales",
    "Vision",
    "VisionStatement",
    "is_printable",
    "new_row_id",
    "without_ids",
]
