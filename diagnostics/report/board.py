"""The board's page of a report: what is asked of it, or what it decided, and what it has to settle."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

from diagnostics.domain.answers import Milestone
from diagnostics.domain.board_words import BoardWords, board_words, label_of
from diagnostics.domain.coherence import CoherenceFinding
from diagnostics.domain.deciding_body import BOARD, DecidingBody, deciding_body
from diagnostics.domain.document import DiagnosticDocument
from diagnostics.domain.kit_texts import KitTexts
from diagnostics.domain.vocabulary import Mark, StepKey
from diagnostics.report.decisions import (
    Decision,
    decisions_of,
    followed_up,
)


@dataclass(frozen=True)
class BoardQuestion:
    """A question to settle, or that was: typed by the team, or a step that it marked for discussion;
    ``mark`` in words, empty without one."""

    step: StepKey
    number: str
    title: str
    text: str
    mark: str


@dataclass(frozen=True)
class BoardPage:
    """What is asked of the board, or what it decided, and the calendar of the months that follow, which
    stands year by year. ``held_on``: when, where the session was recorded; ``is_decided`` without it:
    adopted before sessions were."""

    decisions: list[Decision]
    questions: list[BoardQuestion]
    calendar: list[Milestone]
    session_questions: list[str] = field(default_factory=list)  # of the facilitation
    held_on: dt.date | None = None
    is_decided: bool = False
    body: DecidingBody = BOARD  # who decides

    @property
    def title(self) -> str:
        """What the page is called."""
        return self._title(self.body)

    @property
    def short_title(self) -> str:
        """What the page is called where there is little room."""
        return self._title(self.body.short)

    def _title(self, body: DecidingBody) -> str:
        return f"Décisions {body.du}" if self.is_decided else f"Décisions soumises {body.au}"

    @property
    def told_of_session(self) -> str:
        """What is said of a session that was not recorded; empty while there is none or when it was."""
        if not self.is_decided or self.held_on:
            return ""
        return f"Adopté par {self.body.short.le}. Le détail de la séance n’a pas été enregistré."

    @property
    def words(self) -> BoardWords:
        """How what is asked is told, before the session and after."""
        return board_words(self.body, is_decided=self.is_decided)

    @property
    def is_empty(self) -> bool:
        """Tell whether there is nothing to decide or to settle."""
        found = (self.decisions, self.questions, self.session_questions)
        return not (any(found) or self.is_decided)


def _questions(document: DiagnosticDocument, texts: KitTexts) -> list[BoardQuestion]:
    questions = []
    for step, answer in document.answers.given():
        mark = answer.mark if answer.mark in {Mark.DISPUTED, Mark.FOR_BOARD} else None
        if answer.board_question or mark:
            name = texts.step(step)
            body, is_decided = deciding_body(document.structure), document.is_decided
            told = label_of(mark, body, is_decided=is_decided) if mark else ""
            questions.append(
                BoardQuestion(step, name.number, name.short_title, answer.board_question, told)
            )
    return questions


def board_page(
    document: DiagnosticDocument, texts: KitTexts, findings: Sequence[CoherenceFinding] = ()
) -> BoardPage:
    """Return the board's page of a document; ``findings``: the points to discuss."""
    answer = document.answers.board_decisions
    calendar = [row for row in answer.calendar if row.month or row.milestone] if answer else []
    return BoardPage(
        decisions_of(document, findings),
        _questions(document, texts),
        [*calendar, *followed_up(document)],
        list(document.opinion.questions) if document.opinion else [],
        document.adoption.date if document.adoption else None,
        document.is_decided,
        deciding_body(document.structure),
    )
