"""What the pages of the transitions show besides the diagnostic itself."""

from __future__ import annotations

from dataclasses import dataclass

from diagnostics.domain.adoption import Adoption, proposed
from diagnostics.domain.answers import BoardDecision
from diagnostics.models import Diagnostic
from diagnostics.queries.documents import load_diagnostic_document


@dataclass(frozen=True)
class ToAdopt:
    """What a board has to decide of, and what was recorded of a session that was revoked since."""

    decisions: list[BoardDecision]
    last: Adoption | None


def load_to_adopt(diagnostic: Diagnostic) -> ToAdopt:
    """Read the proposed decisions and the last session that was revoked, if any."""
    answer = load_diagnostic_document(diagnostic).answers.board_decisions
    session = diagnostic.board_sessions.first()
    return ToAdopt(
        proposed(answer.decisions if answer else []),
        Adoption.model_validate(session.content) if session else None,
    )
