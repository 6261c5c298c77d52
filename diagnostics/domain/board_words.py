"""What is asked of the board, in the words of before its session, and of after: once it has decided,
nothing is said any more to be settled."""

from __future__ import annotations

from dataclasses import dataclass

from diagnostics.domain.completeness import StepStatus
from diagnostics.domain.vocabulary import Mark

_ASKED = frozenset({Mark.FOR_BOARD.value, StepStatus.FOR_BOARD.value})


@dataclass(frozen=True)
class BoardWords:
    """How questions are told: the one of a step, those of the report's page, the facilitation's, and a
    step that the team marked without a question."""

    question: str
    questions: str
    session_questions: str
    to_debate: str
    remaining: str


BEFORE = BoardWords(
    question="À trancher en conseil d’administration",
    questions="Questions à trancher",
    session_questions="Questions de la facilitation pour la séance",
    to_debate="L’équipe souhaite en débattre.",
    remaining="à reprendre avant ou pendant la séance",
)
AFTER = BoardWords(
    question="Question posée au conseil d’administration",
    questions="Questions posées au conseil",
    session_questions="Questions de la facilitation posées pour la séance",
    to_debate="L’équipe souhaitait en débattre.",
    remaining="sans réponse complète au jour de la séance",
)


def board_words(*, is_decided: bool) -> BoardWords:
    """Return the words of before the session, or of after."""
    return AFTER if is_decided else BEFORE


def label_of(said: Mark | StepStatus, *, is_decided: bool) -> str:
    """Return the label of a mark or a status; what was asked of a board that has decided is past."""
    return "Soumis au conseil" if is_decided and said.value in _ASKED else said.label
