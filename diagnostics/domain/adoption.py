"""What the board decided: the date, and the outcome of each proposed decision."""

from __future__ import annotations

import datetime as dt

from pydantic import Field

from diagnostics.domain.answers.base import Shape
from diagnostics.domain.answers.fields import MAX_ROWS, LongText, People, RowId, RowLine
from diagnostics.domain.vocabulary import Labelled


class DecisionResult(Labelled):
    """What a board makes of a proposed decision."""

    ADOPTED = "adopted", "Adopté"
    AMENDED = "amended", "Amendé"
    POSTPONED = "postponed", "Reporté"
    REJECTED = "rejected", "Rejeté"


class DecisionOutcome(Shape):
    """What became of one proposed decision; votes are there when they were counted."""

    decision: RowId = Field(description="décision proposée (id de ligne)")
    result: DecisionResult = Field(description="résultat")
    amended_text: LongText = Field("", description="texte adopté, quand il fut amendé")
    votes_for: People | None = Field(None, description="voix pour")
    votes_against: People | None = Field(None, description="voix contre")
    abstentions: People | None = Field(None, description="abstentions")
    carried_by: RowLine = Field("", description="qui la porte")
    due_date: dt.date | None = Field(None, description="pour quand")


class Adoption(Shape):
    """The board's session at which the diagnostic was adopted."""

    date: dt.date = Field(description="jour du conseil d’administration")
    outcomes: list[DecisionOutcome] = Field(
        default_factory=list, max_length=MAX_ROWS, description="résultat de chaque décision"
    )

    def outcome_of(self, decision: str) -> DecisionOutcome | None:
        """Return what became of a decision, by its row's id, or None when it was not told."""
        return next((entry for entry in self.outcomes if entry.decision == decision), None)
