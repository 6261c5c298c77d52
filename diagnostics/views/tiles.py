"""A diagnostic as lists show it: how far it is, and what the person can do next."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse

from diagnostics.domain.permissions import Access, TeamAccess
from diagnostics.domain.vocabulary import State, StepKey
from diagnostics.domain.workflow import NextAction, next_action
from diagnostics.models import Diagnostic

# What one reads, and the name of the address where it is done.
WORDS = {
    NextAction.REVIEW: ("Relire, valider ou demander des modifications", "diagnostic_check"),
    NextAction.ANSWER_THE_REQUEST: ("Répondre aux modifications demandées", "diagnostic_home"),
    NextAction.SUBMIT: ("Relire et soumettre", "diagnostic_check"),
    NextAction.READ_AGAIN: ("Relire l’ensemble", "diagnostic_check"),
    NextAction.FILL_IN: ("Continuer le questionnaire", "diagnostic_home"),
    NextAction.FOLLOW: ("Suivre la relecture par la facilitation", "diagnostic_home"),
    NextAction.READ_THE_REPORT: ("Lire le rapport", "report"),
    NextAction.READ: ("Lire le diagnostic", "diagnostic_home"),
}


@dataclass(frozen=True)
class DiagnosticTile:
    """A diagnostic with its progress; ``address`` is where ``next_action`` is done."""

    diagnostic: Diagnostic
    steps_done: int
    steps_total: int
    next_action: str
    address: str
    is_to_fill_in: bool = False


def diagnostic_tile(diagnostic: Diagnostic, team_access: TeamAccess) -> DiagnosticTile:
    """Make the tile of a diagnostic for somebody; no query is made."""
    done = diagnostic.indicators.get("steps_complete", 0)
    total = diagnostic.indicators.get("steps_total", len(StepKey))
    for_board = diagnostic.indicators.get("steps_for_board", 0)
    access = Access(
        role=team_access.role,
        state=State(diagnostic.state),
        is_facilitator=team_access.is_facilitator,
    )
    what = next_action(access, is_complete=done + for_board >= total)
    words, url_name = WORDS[what]
    return DiagnosticTile(
        diagnostic,
        done,
        total,
        words,
        reverse(url_name, args=[diagnostic.pk]),
        is_to_fill_in=what is NextAction.FILL_IN,
    )
