"""What the next diagnostic starts from: the answers of the one before, to be read again.

Pure: a document and the years of the next diagnostic go in, its answers come out. Rows keep their
ids, so that both can be compared. What was true then and cannot be known of today is never pretended:

* every answer carries the mark « À revoir »;
* year N of the economic model (team, budget, shares, levers) is what had been aimed at, which the
  step's page tells (:data:`TOLD`); where nothing was aimed at, what was told of then;
* the target column stays while its year lies ahead of the new year N, with the shocks studied on it,
  and is to be written again once it is reached; so do deadlines of objectives, starts of what was to create, dates by which an
  actor was to be approached, and months of the calendar;
* the baseline of an objective is left to be told: what had been aimed at is not what was reached;
* what the board rejected is not proposed again, what it amended is proposed as amended.

What belongs to the former board and the former review is not copied: questions to the board, choices
made on purpose, opinion, adoption, workshops. Nor is the team's own note, which is in no document.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

from diagnostics.domain.adoption import Adoption, DecisionResult
from diagnostics.domain.answers import (
    ROW_TEXT,
    Activity,
    Alliance,
    Answer,
    BoardDecision,
    BoardDecisions,
    EconomicModel,
    EconomicSnapshot,
    Lever,
    Milestone,
    Objective,
    Shape,
)
from diagnostics.domain.document import Answers, DiagnosticDocument, drop_dangling_links
from diagnostics.domain.vocabulary import ActivityState, Mark, Relation, StepKey

S = TypeVar("S", bound=Shape)
# Figures that are told together: a low end with its high end, three shares that make 100 %.
_TOGETHER = (
    ("fte", "team_detail"),
    ("volunteers",),
    ("skills_sponsorship_days",),
    ("budget_min_keur", "budget_max_keur"),
    ("public_pct", "private_pct", "self_pct"),
)
# What the page of a step says of what it starts from, besides « À revoir ».
TOLD: dict[StepKey, str] = {
    StepKey.OBJECTIVES: "Les valeurs actuelles sont à dire\u00a0: ce que vous visiez n’est pas ce que "
    "vous avez atteint. Les échéances passées sont à redonner.",
    StepKey.ACTIVITIES: "Les démarrages passés de ce qui était à créer sont à redonner, et l’état de "
    "chaque activité est celui d’alors.",
    StepKey.ECONOMIC_MODEL: "L’année N reprend ce que vous visiez (équipe, budget, parts, montants des "
    "leviers)\u00a0: corrigez-la avec ce qui est. Une cible dont l’année est passée est à redonner.",
    StepKey.ALLIANCES: "Les échéances passées des acteurs à approcher sont à redonner.",
    StepKey.BOARD_DECISIONS: "Ces décisions sont celles du conseil précédent\u00a0: retirez celles qui "
    "sont faites. La page de comparaison les garde.",
}


def told_of(step: StepKey, answer: Answer | None) -> str | None:
    """Return what the page of a step says of the answer that it started from, in a diagnostic that follows
    another; None once the mark « À revoir » is off: somebody has read it again."""
    return TOLD.get(step, "") if answer is not None and answer.mark is Mark.TO_REVIEW else None


def start_again(document: DiagnosticDocument, *, base_year: int) -> Answers:
    """Return the answers that a diagnostic with this year N starts from; ``document`` stays as it is.

    An answer that would hold nothing is absent.
    """
    aims_stand = document.diagnostic.target_year > base_year
    values: dict[str, Answer] = {}
    for step, given in document.answers.given():
        answer = _copied(given, base_year, aims_stand=aims_stand, adoption=document.adoption)
        if not answer.content_is_empty:
            values[step.value] = _with(answer, board_question="", mark=Mark.TO_REVIEW)
    answers = Answers.model_validate({step: answer.model_dump() for step, answer in values.items()})
    drop_dangling_links(answers)
    return answers


def _copied(
    given: Answer, base_year: int, *, aims_stand: bool, adoption: Adoption | None
) -> Answer:
    """Return the answer to a step as the next diagnostic starts from it, mark aside."""
    answer = given
    if isinstance(given, EconomicModel):
        answer = _economic_model(given, aims_stand=aims_stand)
    elif isinstance(given, BoardDecisions):
        answer = _with(
            given,
            decisions=_decisions(given.decisions, adoption),
            calendar=[row for row in given.calendar if not _is_past(row, base_year)],
        )
    elif given.step in {StepKey.OBJECTIVES, StepKey.ACTIVITIES, StepKey.ALLIANCES}:
        answer = _with(given, rows=[_row(row, base_year) for row in given.all_rows()])
    return answer.without_blank_rows()


def _row(row: Shape, base_year: int) -> Shape:
    """Return a row without the year that has come, or the figure that is no longer today's."""
    match row:
        case Objective():
            deadline = _ahead(row.deadline_year, base_year + 1)
            return _with(row, baseline_value=None, deadline_year=deadline)
        case Activity() if row.state is ActivityState.TO_CREATE:
            return _with(row, start_year=_ahead(row.start_year, base_year))
        case Alliance() if row.relation is Relation.TO_APPROACH:
            return _with(row, horizon_year=_ahead(row.horizon_year, base_year))
    return row


def _ahead(year: int | None, first: int) -> int | None:
    return year if year is not None and year >= first else None


def _is_past(row: Milestone, base_year: int) -> bool:
    return bool(row.month) and int(row.month[:4]) < base_year


def _decisions(rows: Iterable[BoardDecision], adoption: Adoption | None) -> list[BoardDecision]:
    """Return the decisions as the board left them; all of them while it decided nothing."""
    found = []
    for row in rows:
        outcome = adoption.outcome_of(row.id) if adoption else None
        if outcome is not None and outcome.result is DecisionResult.REJECTED:
            continue
        amended = outcome.amended_text if outcome else ""
        # The text of a session may be longer than a proposal: it is not cut.
        found.append(_with(row, text=amended) if 0 < len(amended) <= ROW_TEXT else row)
    return found


def _economic_model(answer: EconomicModel, *, aims_stand: bool) -> EconomicModel:
    """Move what had been aimed at to year N."""
    now: dict[str, Any] = {}
    for names in _TOGETHER:
        aimed = {name: getattr(answer.target, name) for name in names}
        is_told = any(value not in (None, "") for value in aimed.values())
        now |= aimed if is_told else {name: getattr(answer.now, name) for name in names}
    levers = [_lever(row, aims_stand=aims_stand) for row in answer.levers]
    aimed_at = {} if aims_stand else {"target": EconomicSnapshot(), "scenarios": []}
    return _with(answer, now=EconomicSnapshot(**now), levers=levers, **aimed_at)


def _lever(row: Lever, *, aims_stand: bool) -> Lever:
    """Move the amount aimed at to year N; of a range, its low end (as sums count it)."""
    if row.amount_target_keur is None:
        return row
    aims = {} if aims_stand else {"amount_target_keur": None, "amount_target_max_keur": None}
    return _with(row, amount_now_keur=row.amount_target_keur, **aims)


def _with(shape: S, **values: Any) -> S:
    """Return a shape with other values, checked as when it is typed."""
    return type(shape).model_validate({**dict(shape), **values})
