"""The decisions proposed to the board, and what it made of them: what the pages of a report say of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from diagnostics.domain.adoption import DecisionOutcome, DecisionResult, proposed
from diagnostics.domain.answers import BoardDecision, Milestone
from diagnostics.domain.answers.objectives import OBJECTIVES
from diagnostics.domain.coherence import CoherenceFinding, Severity, open_findings
from diagnostics.domain.deciding_body import DecidingBody, deciding_body
from diagnostics.domain.document import DiagnosticDocument
from diagnostics.domain.vocabulary import StepKey
from diagnostics.typography import count, enumeration, french_date, shortened, typeset

CARRIER = "Qui la porte"
SHORT = 48  # characters of what takes half a line
OBJECTIVES_ANCHOR = f"etape-{StepKey.OBJECTIVES.value}"


@dataclass(frozen=True)
class DecisionDetail:
    """Something that a decision is taken from: what it is called, what is said of it, and where in the
    report it stands (an anchor), if it stands there."""

    label: str
    text: str
    anchor: str = ""

    @property
    def is_short(self) -> bool:
        """Tell whether two of them stand side by side."""
        is_line = not self.anchor and "\n" not in self.text
        return is_line and len(self.label) + len(self.text) <= SHORT


@dataclass(frozen=True)
class Decision:
    """A decision: the text that stands, and what became of it once the board has met.

    ``proposed``: the text that was amended, empty when what was proposed stands. ``votes`` says those
    that were counted, which ``counted`` holds (for, against, abstentions); ``carried`` says who carries
    it and by when.
    """

    number: int
    text: str
    result: DecisionResult | None = None
    proposed: str = ""
    votes: str = ""
    carried: str = ""
    counted: tuple[int | None, int | None, int | None] = (None, None, None)
    facts: list[DecisionDetail] = field(default_factory=list)

    @property
    def in_short(self) -> str:
        """The decision in one line of the synthesis, its result first."""
        return f"{self.result.label}\u00a0: {self.text}" if self.result else self.text


def facts_of(
    row: BoardDecision, document: DiagnosticDocument, findings: Sequence[CoherenceFinding] = ()
) -> list[DecisionDetail]:
    """Return what was entered beside the text of a decision, in reading order, typeset.

    ``findings``: the points to discuss; the most serious one of the objectives that it answers is told.
    """
    objectives = OBJECTIVES.labels(document.answers)
    codes = OBJECTIVES.codes(document.answers)
    served = enumeration([f"{codes[i]} {objectives[i]}" for i in objectives if i in row.serves])
    told = (
        ("Répond à", served, OBJECTIVES_ANCHOR),
        ("Point à discuter", _point(row, findings), ""),
        ("Pourquoi", row.why, ""),
        ("Coût", row.cost, ""),
        ("Condition", row.condition, ""),
        ("Sinon", row.if_not, ""),
        (CARRIER, row.carried_by, ""),
    )
    return [DecisionDetail(label, typeset(text), anchor) for label, text, anchor in told if text]


def _point(row: BoardDecision, findings: Sequence[CoherenceFinding]) -> str:
    """Return the point that a decision answers: the most serious one about one of its objectives."""
    points = [
        point
        for point in open_findings(findings)
        if not point.is_slip and set(point.rows) & set(row.serves)
    ]
    points.sort(key=lambda point: point.severity is not Severity.ATTENTION)
    return points[0].message if points else ""


def asked_title(document: DiagnosticDocument) -> str:
    """Return what the box of the synthesis is called, before the session and after."""
    board = deciding_body(document.structure).short
    return (
        f"Ce que {board.le} a décidé"
        if document.is_decided
        else f"Ce que nous demandons {board.au}"
    )


def decisions_of(
    document: DiagnosticDocument, findings: Sequence[CoherenceFinding] = ()
) -> list[Decision]:
    """Return the proposed decisions of a document, in their order, typeset; ``findings``: the points to
    discuss, that a decision may answer."""
    answer, adoption = document.answers.board_decisions, document.adoption
    found = []
    for number, row in enumerate(proposed(answer.decisions if answer else []), 1):
        outcome = adoption.outcome_of(row.id) if adoption else None
        facts = facts_of(row, document, findings)
        found.append(_decision(number, typeset(row.text), facts, outcome))
    return found


def _decision(
    number: int, text: str, facts: list[DecisionDetail], outcome: DecisionOutcome | None
) -> Decision:
    if outcome is None:
        return Decision(number, text, facts=facts)
    amended = typeset(outcome.amended_text)
    return Decision(
        number,
        amended or text,
        outcome.result,
        proposed=text if amended else "",
        votes=votes_told(outcome),
        carried=carried_told(outcome),
        counted=(outcome.votes_for, outcome.votes_against, outcome.abstentions),
        # The board said who carries it, if it did: what had been proposed stands no more.
        facts=[fact for fact in facts if not (outcome.carried_by and fact.label == CARRIER)],
    )


def votes_told(outcome: DecisionOutcome) -> str:
    """Say the votes that were counted: « 12 voix pour, 1 contre, 2 abstentions »; empty without any."""
    told = []
    if outcome.votes_for is not None:
        told.append(f"{count(outcome.votes_for, 'voix', 'voix')} pour")
    if outcome.votes_against is not None:
        told.append(count(outcome.votes_against, "contre", "contre"))
    if outcome.abstentions is not None:
        told.append(count(outcome.abstentions, "abstention", "abstentions"))
    return ", ".join(told)


def carried_told(outcome: DecisionOutcome) -> str:
    """Say who carries a decision and by when: « Qui la porte : le bureau · Pour le 31 mars 2027 »."""
    carrier = f"{CARRIER}\u00a0: {typeset(outcome.carried_by)}" if outcome.carried_by else ""
    due = f"Pour le {french_date(outcome.due_date)}" if outcome.due_date else ""
    return " · ".join(part for part in (carrier, due) if part)


def followed_up(document: DiagnosticDocument) -> list[Milestone]:
    """Return by when the board's decisions are to be carried out, as milestones of its calendar."""
    outcomes = document.adoption.outcomes if document.adoption else []
    body = deciding_body(document.structure)
    numbers = {}
    if answer := document.answers.board_decisions:
        numbers = {row.id: number for number, row in enumerate(proposed(answer.decisions), 1)}
    return [
        Milestone(
            id=f"c{numbers[entry.decision]}",
            month=f"{entry.due_date:%Y-%m}",
            milestone=_milestone(numbers[entry.decision], entry, body),
        )
        for entry in outcomes
        if entry.due_date
        and 1900 <= entry.due_date.year <= 2100
        and entry.decision in numbers
        and entry.result is not DecisionResult.REJECTED
    ]


def _milestone(number: int, outcome: DecisionOutcome, body: DecidingBody) -> str:
    carrier = f" ({shortened(outcome.carried_by)})" if outcome.carried_by else ""
    verb = (
        f"à revoir {body.short.en}"
        if outcome.result is DecisionResult.POSTPONED
        else "à mettre en œuvre"
    )
    return f"Décision {number} {verb}{carrier}"
