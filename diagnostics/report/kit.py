"""The blank kit: the whole questionnaire with room to write, for a workshop on paper."""

from __future__ import annotations

from django.template.loader import render_to_string

from diagnostics.domain.kit_sheet import KitSheet
from diagnostics.domain.vocabulary import (
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

__all__ = ["KitSheet", "render_kit_html"]


def render_kit_html(kit: KitSheet) -> str:
    """Return the HTML document of the blank kit: a pure function of the questionnaire."""
    choices = {
        "roles": [role for role in RoleKind if role is not RoleKind.OTHER],
        "actors": [actor for actor in ActorType if actor is not ActorType.OTHER],
        "missions": list(Mission),
        "scope_steps": list(ScopeStepKey),
        "handlings": [Handling.SELF, Handling.WITH_PARTNER, Handling.NONE, Handling.UNDECIDED],
        "scales": list(TerritorialScale),
        "funding_families": list(FundingFamily),
        "alliance_families": list(AllianceFamily),
        "governance_forms": list(GovernanceForm),
        "legal_tools": list(LegalTool),
        "legal_tool_states": list(LegalToolState),
        "marks": list(Mark),
    }
    return render_to_string("report/kit.html", {"kit": kit, "choices": choices})
