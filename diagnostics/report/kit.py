"""The blank kit: the whole questionnaire with room to write, for a workshop on paper.

Each step has the room that suits its shape: rows of a table under the names of the columns, two
empty circles, the chain of six steps, the two columns of the economic model. Everything is black
on white: a facilitator photocopies it.
"""

from __future__ import annotations

from typing import Any

from django.template.loader import render_to_string

from diagnostics.domain.answers import STEPS
from diagnostics.domain.kit_sheet import KitSheet
from diagnostics.domain.vocabulary import (
    PRIORITY_LABELS,
    ActivityState,
    ActorType,
    AllianceFamily,
    FundingFamily,
    GovernanceForm,
    Handling,
    LegalTool,
    LegalToolState,
    Mark,
    Mission,
    RoleKind,
    ScopeStepKey,
    TerritorialScale,
)
from diagnostics.report.diagrams.blank import blank_chain_svg, blank_circles_svg


def _choices() -> dict[str, Any]:
    """Return what people choose from, in the words of the wizard."""
    return {
        "roles": [role for role in RoleKind if role is not RoleKind.OTHER],
        "actors": [actor for actor in ActorType if actor is not ActorType.OTHER],
        "missions": list(Mission),
        "priorities": list(PRIORITY_LABELS.items()),
        "activity_states": list(ActivityState),
        "scope_steps": list(ScopeStepKey),
        "handlings": [Handling.SELF, Handling.WITH_PARTNER, Handling.NONE, Handling.UNDECIDED],
        "scales": list(TerritorialScale),
        "funding_families": list(FundingFamily),
        "alliance_families": list(AllianceFamily),
        "governance_forms": list(GovernanceForm),
        "legal_tools": list(LegalTool),
        "legal_tool_states": list(LegalToolState),
        "marks": list(Mark),
        "months": range(1, 13),
    }


def render_kit_html(kit: KitSheet) -> str:
    """Return the HTML document of the blank kit: a pure function of the questionnaire."""
    context = {
        "kit": kit,
        "choices": _choices(),
        "rows": {key.value: range(step.paper_rows) for key, step in STEPS.items()},
        "circles": blank_circles_svg(),
        "chain": blank_chain_svg(),
    }
    return render_to_string("report/kit.html", context)
