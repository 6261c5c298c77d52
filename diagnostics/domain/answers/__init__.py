"""The answer shapes: one Pydantic model per step of the kit.

A star in the kit's shapes means « needed for complete », never « required »: every field has an
empty value, and :mod:`diagnostics.domain.completeness` says in words what is missing. What is
refused here is what is malformed: out of bounds, unknown code, minimum above maximum.

One module for each step: its shape, then ``STEP``, all that the rest of the application needs to
know of it (:class:`~diagnostics.domain.answers.descriptor.StepDescriptor`).
"""

from __future__ import annotations

from typing import Any

from diagnostics.domain.answers import (
    accompaniment_scope,
    activities,
    alliances,
    board_decisions,
    economic_model,
    objectives,
    organisation,
    positioning,
    roles,
    territorial_scales,
    vision,
)
from diagnostics.domain.answers.accompaniment_scope import AccompanimentScope, ScopeStep
from diagnostics.domain.answers.activities import Activities, Activity
from diagnostics.domain.answers.alliances import Alliance, Alliances
from diagnostics.domain.answers.base import Answer, Row, Shape, new_row_id, without_ids
from diagnostics.domain.answers.board_decisions import BoardDecision, BoardDecisions, Milestone
from diagnostics.domain.answers.descriptor import Labels, RowSet, StepDescriptor
from diagnostics.domain.answers.economic_model import (
    SHARE_TOLERANCE,
    THIRDS,
    EconomicModel,
    EconomicSnapshot,
    Lever,
    Scenario,
)
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
from diagnostics.domain.answers.objectives import Objective, Objectives
from diagnostics.domain.answers.organisation import Organisation
from diagnostics.domain.answers.positioning import Position, Positioning
from diagnostics.domain.answers.roles import Role, Roles
from diagnostics.domain.answers.territorial_scales import ActionTerritory, TerritorialScales
from diagnostics.domain.answers.vision import Vision, VisionStatement
from diagnostics.domain.vocabulary import StepKey

# In the order of the kit.
STEPS: dict[StepKey, StepDescriptor[Any]] = {
    module.STEP.key: module.STEP
    for module in (
        vision,
        roles,
        objectives,
        positioning,
        activities,
        accompaniment_scope,
        territorial_scales,
        economic_model,
        alliances,
        organisation,
        board_decisions,
    )
}
ANSWER_SHAPES: dict[StepKey, type[Answer]] = {key: step.shape for key, step in STEPS.items()}

__all__ = [
    "ANSWER_SHAPES",
    "STEPS",
    "SHARE_TOLERANCE",
    "THIRDS",
    "Labels",
    "RowSet",
    "StepDescriptor",
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
    "Scenario",
    "ScopeStep",
    "Shape",
    "TerritorialScales",
    "Vision",
    "VisionStatement",
    "is_printable",
    "new_row_id",
    "without_ids",
]
