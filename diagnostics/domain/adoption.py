"""What the board decided: the date, and the outcome of each proposed decision."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from pydantic import Field, field_validator, model_validator

from diagnostics.domain.answers.base import Shape
from diagnostics.domain.answers.board_decisions import BoardDecision
from diagnostics.domain.answers.fields import MAX_ROWS, LongText, RowId, RowLine, Votes
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
    votes_for: Votes | None = Field(None, description="voix pour")
    votes_against: Votes | None = Field(None, description="voix contre")
    abstentions: Votes | None = Field(None, description="abstentions")
    carried_by: RowLine = Field("", description="qui la porte")
    due_date: dt.date | None = Field(None, description="pour quand")

    @model_validator(mode="after")
    def _text_of_what_was_amended(self) -> DecisionOutcome:
        if (self.result is DecisionResult.AMENDED) != bool(self.amended_text):
            raise ValueError("une décision amendée, et elle seule, a un texte amendé")
        return self

    @property
    def is_carried_out(self) -> bool:
        """Tell whether there is something to do: adopted, as proposed or amended."""
        return self.result in {DecisionResult.ADOPTED, DecisionResult.AMENDED}


class Adoption(Shape):
    """The board's session at which the diagnostic was adopted."""

    date: dt.date = Field(description="jour du conseil d’administration")
    outcomes: list[DecisionOutcome] = Field(
        default_factory=list, max_length=MAX_ROWS, description="résultat de chaque décision"
    )

    @field_validator("outcomes")
    @classmethod
    def _told_once(cls, outcomes: list[DecisionOutcome]) -> list[DecisionOutcome]:
        told = [entry.decision for entry in outcomes]
        if len(set(told)) < len(told):
            raise ValueError("une décision a deux résultats")
        return outcomes

    def outcome_of(self, decision: str) -> DecisionOutcome | None:
        """Return what became of a decision, by its row's id, or None when it was not told."""
        return next((entry for entry in self.outcomes if entry.decision == decision), None)

    @property
    def counts(self) -> dict[str, int]:
        """How many decisions had each result, without those that none had."""
        results = [entry.result for entry in self.outcomes]
        return {
            member.value: results.count(member) for member in DecisionResult if member in results
        }


def proposed(decisions: Iterable[BoardDecision]) -> list[BoardDecision]:
    """Return the decisions that the board has something to decide of: those with a text."""
    return [decision for decision in decisions if decision.text]


def problem_of(adoption: Adoption, decisions: Sequence[BoardDecision], *, today: dt.date) -> str:
    """Say why a session cannot be recorded for these proposed decisions; empty when it can.

    A session is recorded once it was held, with a result for each decision and for no other.
    """
    if adoption.date > today:
        return "La séance n’a pas encore eu lieu\u00a0: enregistrez sa décision une fois prise."
    if {entry.decision for entry in adoption.outcomes} != {entry.id for entry in decisions}:
        return "Dites ce que le conseil a décidé de chacune des décisions proposées."
    return ""
