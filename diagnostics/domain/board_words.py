"""What is asked of the board, in the words of before its session, and of after: once it has decided,
nothing is said any more to be settled."""

from __future__ import annotations

from dataclasses import dataclass

from diagnostics.domain.completeness import StepStatus
from diagnostics.domain.deciding_body import BOARD, DecidingBody
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


def board_words(body: DecidingBody = BOARD, *, is_decided: bool) -> BoardWords:
    """Return the words of before the session of ``body``, or of after."""
    if is_decided:
        return BoardWords(
            question=f"Question posée {body.au}",
            questions=f"Questions posées {body.short.au}",
            session_questions="Questions de la facilitation posées pour la séance",
            to_debate="L’équipe souhaitait en débattre.",
            remaining="sans réponse complète au jour de la séance",
        )
    return BoardWords(
        question=f"À trancher {body.en}",
        questions="Questions à trancher",
        session_questions="Questions de la facilitation pour la séance",
        to_debate="L’équipe souhaite en débattre.",
        remaining="à reprendre avant ou pendant la séance",
    )


def label_of(
    said: Mark | StepStatus, body: DecidingBody = BOARD, *, is_decided: bool = False
) -> str:
    """Return the label of a mark or a status; what was asked of a board that has decided is past."""
    if said.value not in _ASKED:
        return said.label
    return f"Soumis {body.short.au}" if is_decided else f"À trancher {body.short.en}"
