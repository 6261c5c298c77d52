"""A diagnostic as lists show it: how far it is, and what the person can do next."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse

from diagnostics.domain.permissions import Access, TeamAccess
from diagnostics.domain.vocabulary import State
from diagnostics.models import Diagnostic

KIT_STEPS = 10


@dataclass(frozen=True)
class DiagnosticTile:
    """A diagnostic with its progress; ``address`` is where ``next_action`` is done."""

    diagnostic: Diagnostic
    steps_done: int
    steps_total: int
    next_action: str
    address: str


def diagnostic_tile(diagnostic: Diagnostic, team_access: TeamAccess) -> DiagnosticTile:
    """Make the tile of a diagnostic for somebody; no query is made."""
    done = diagnostic.indicators.get("steps_complete", 0)
    total = diagnostic.indicators.get("steps_total", KIT_STEPS)
    access = Access(
        role=team_access.role,
        state=State(diagnostic.state),
        is_facilitator=team_access.is_facilitator,
    )
    action, url_name = _next_action(access, is_complete=done >= total)
    return DiagnosticTile(diagnostic, done, total, action, reverse(url_name, args=[diagnostic.pk]))


def _next_action(access: Access, *, is_complete: bool) -> tuple[str, str]:
    """Return what the person can do next on a diagnostic, and the name of its address."""
    if access.can_review:
        return "Relire, valider ou demander des modifications", "diagnostic_check"
    if access.state is State.CHANGES_REQUESTED and access.can_edit:
        return "Répondre aux modifications demandées", "diagnostic_home"
    if is_complete and access.can_submit:
        return "Relire et soumettre", "diagnostic_check"
    if access.can_edit:
        return "Continuer le questionnaire", "diagnostic_home"
    if access.state is State.SUBMITTED:
        return "Suivre la relecture par la facilitation", "diagnostic_home"
    if access.state in {State.VALIDATED, State.ADOPTED}:
        return "Lire le rapport", "report"
    return "Lire le diagnostic", "diagnostic_home"
