"""A diagnostic as lists show it: how far it is, and what the person can do next."""

from __future__ import annotations

from dataclasses import dataclass

from diagnostics.domain.permissions import Access
from diagnostics.domain.vocabulary import StepKey
from diagnostics.domain.workflow import NextAction
from diagnostics.models import Diagnostic
from diagnostics.queries.todo import next_step


@dataclass(frozen=True)
class DiagnosticTile:
    """A diagnostic with its progress; ``address`` is where ``next_action`` is done."""

    diagnostic: Diagnostic
    steps_done: int
    steps_total: int
    next_action: str
    address: str
    is_to_fill_in: bool = False


def diagnostic_tile(diagnostic: Diagnostic, access: Access) -> DiagnosticTile:
    """Make the tile of a diagnostic for somebody; no query is made."""
    step = next_step(diagnostic, access)
    return DiagnosticTile(
        diagnostic,
        diagnostic.indicators.get("steps_complete", 0),
        diagnostic.indicators.get("steps_total", len(StepKey)),
        step.words,
        step.address,
        is_to_fill_in=step.action is NextAction.FILL_IN,
    )
