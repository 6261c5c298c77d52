"""What had been aimed at, beside what is: objectives, money, decisions of the former board.

Pure; of two diagnostics that follow each other. Money in K€, team in ETP, shares in %.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from diagnostics.domain.adoption import DecisionOutcome, DecisionResult
from diagnostics.domain.answers import EconomicModel, EconomicSnapshot, Lever, Objective
from diagnostics.domain.answers.board_decisions import DECISIONS
from diagnostics.domain.answers.economic_model import LEVERS
from diagnostics.domain.answers.objectives import OBJECTIVES
from diagnostics.domain.document import DiagnosticDocument
from diagnostics.domain.vocabulary import FundingFamily, StepKey
from diagnostics.typography import (
    capitalised,
    count,
    keur,
    keur_range,
    measure,
    number,
    percent,
    typeset,
)

# By step and id of row: why a row of the former diagnostic is not in the next one.
Reasons = dict[tuple[StepKey, str], str]
TO_SAY = "à dire"


@dataclass(frozen=True)
class ObjectiveSince:
    """An objective of the former diagnostic: what was aimed at and by when, what is today.

    ``aimed`` and ``today`` are empty when they are not told; ``is_kept``: it is in the next one.
    """

    row_id: str
    name: str
    aimed: str
    aimed_year: int | None
    today: str
    unit: str
    is_kept: bool
    reason: str = ""

    @property
    def told(self) -> str:
        """Say it: « visé en 2029 : 120 · aujourd’hui : 96 »; empty of a quality without a figure."""
        if not self.aimed:
            return f"visé en {self.aimed_year}" if self.aimed_year else ""
        year = f" en {self.aimed_year}" if self.aimed_year else ""
        aimed = f"visé{year}\u00a0: {self.aimed}"
        if not self.is_kept:
            return aimed
        return f"{aimed} · aujourd’hui\u00a0: {self.today or TO_SAY}"


@dataclass(frozen=True)
class MoneySince:
    """A line of the economic model: what one had in the former year N, what was aimed at, what one has
    in the new year N; each empty when it is not told. ``is_lever``: a lever, among others."""

    name: str
    had: str
    aimed: str
    today: str
    is_lever: bool = False


@dataclass(frozen=True)
class DecisionSince:
    """A decision of the former diagnostic: what the board made of it, and whether it is taken up again.

    ``result`` is None while no session was recorded; ``now``: the text that it has now, when another.
    """

    row_id: str
    text: str
    outcome: DecisionOutcome | None
    is_kept: bool
    now: str = ""
    reason: str = ""

    @property
    def result(self) -> DecisionResult | None:
        """What the board made of it."""
        return self.outcome.result if self.outcome else None

    @property
    def asks_why(self) -> bool:
        """Tell whether the reason why it is not taken up again can be written: a board that rejected
        it has said why."""
        return not self.is_kept and self.result is not DecisionResult.REJECTED


def objectives_since(
    before: DiagnosticDocument, after: DiagnosticDocument, reasons: Reasons
) -> Iterator[ObjectiveSince]:
    """Yield the objectives of the former diagnostic, in its order."""
    present = {row.id: row for row in OBJECTIVES.of(after.answers)}
    for position, row in enumerate(OBJECTIVES.of(before.answers), 1):
        now = present.get(row.id)
        name = row.statement or capitalised(f"{OBJECTIVES.noun}\u00a0{position}")
        yield ObjectiveSince(
            row_id=row.id,
            name=typeset(name),
            aimed=row.target_told,
            aimed_year=row.deadline_year,
            today=_today(now, row) if now else "",
            unit=row.unit_told,
            is_kept=now is not None,
            reason="" if now else reasons.get((StepKey.OBJECTIVES, row.id), ""),
        )


def _today(now: Objective, former: Objective) -> str:
    """Say the figure of today, with its unit when it is another one than that of the aim."""
    unit = "" if now.unit_told == former.unit_told else now.unit_told
    return " ".join(part for part in (now.baseline_told, now.baseline_told and unit) if part)


def decisions_since(
    before: DiagnosticDocument, after: DiagnosticDocument, reasons: Reasons
) -> Iterator[DecisionSince]:
    """Yield the decisions proposed to the former board, as it left them."""
    present = {row.id: row for row in DECISIONS.of(after.answers)}
    for row in DECISIONS.of(before.answers):
        outcome = before.adoption.outcome_of(row.id) if before.adoption else None
        text = (outcome.amended_text if outcome else "") or row.text
        now = present.get(row.id)
        yield DecisionSince(
            row_id=row.id,
            text=typeset(text),
            outcome=outcome,
            is_kept=now is not None,
            now=typeset(now.text) if now and now.text != text else "",
            reason="" if now else reasons.get((StepKey.BOARD_DECISIONS, row.id), ""),
        )


# --- Money ---------------------------------------------------------------------------------------


def money_since(before: DiagnosticDocument, after: DiagnosticDocument) -> Iterator[MoneySince]:
    """Yield the team, the budget, the shares, then the levers of both; lines without a figure are left
    out."""
    one = before.answers.economic_model or EconomicModel()
    two = after.answers.economic_model or EconomicModel()
    for name, told in _LINES:
        line = MoneySince(name, told(one.now), told(one.target), told(two.now))
        if line.had or line.aimed or line.today:
            yield line
    now = {row.id: row for row in two.levers}
    for position, row in enumerate(one.levers, 1):
        yield from _lever(row, now.pop(row.id, None), position)
    for position, row in enumerate(two.levers, 1):
        if row.id in now:
            yield from _lever(None, row, position)


def _lever(former: Lever | None, present: Lever | None, position: int) -> Iterator[MoneySince]:
    row = present or former
    if row is None:
        return
    name = LEVERS.name(row) or capitalised(f"{LEVERS.noun}\u00a0{position}")
    line = MoneySince(
        typeset(name),
        _amount(former.amount_now_keur) if former else "",
        keur_range(former.amount_target_keur, former.amount_target_high) if former else "",
        _amount(present.amount_now_keur) if present else "",
        is_lever=True,
    )
    if line.had or line.aimed or line.today:
        yield line


def _amount(value: float | None) -> str:
    return "" if value is None else keur(value)


def _team(side: EconomicSnapshot) -> str:
    return "" if side.fte is None else measure(side.fte, "ETP")


def _volunteers(side: EconomicSnapshot) -> str:
    return "" if side.volunteers is None else number(side.volunteers)


def _days(side: EconomicSnapshot) -> str:
    days = side.skills_sponsorship_days
    return "" if days is None else count(days, "jour", "jours")


def _budget(side: EconomicSnapshot) -> str:
    return keur_range(side.budget_min_keur, side.budget_max_keur)


def _share(family: FundingFamily) -> Callable[[EconomicSnapshot], str]:
    def told(side: EconomicSnapshot) -> str:
        share = side.shares[family]
        return "" if share is None else percent(share)

    return told


_LINES: tuple[tuple[str, Callable[[EconomicSnapshot], str]], ...] = (
    ("Équipe", _team),
    ("Bénévoles actifs", _volunteers),
    ("Mécénat de compétences, par an", _days),
    ("Budget", _budget),
    *((family.label, _share(family)) for family in FundingFamily),
)
