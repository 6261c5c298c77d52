"""Mails of the application: rendered here, queued in the caller's transaction."""

from __future__ import annotations

from diagnostics.models import Diagnostic


def diagnostic_submitted(diagnostic: Diagnostic, *, base_url: str) -> None:
    """Tell the facilitators that a diagnostic awaits their reading."""


def changes_requested(diagnostic: Diagnostic, *, reason: str, base_url: str) -> None:
    """Tell the lead and the contributors what is asked of them."""


def diagnostic_validated(diagnostic: Diagnostic, *, base_url: str) -> None:
    """Tell the team that the diagnostic is validated."""
