"""What the figures of an objective and of the economic model say, as the rules read them."""

from __future__ import annotations

import re

from diagnostics.domain.answers import EconomicSnapshot, Lever, Objective
from diagnostics.domain.answers.fields import PRECISION
from diagnostics.domain.coherence.words import plain
from diagnostics.domain.vocabulary import ObjectiveKind

# A share or an index of partnerships is no number of partnerships.
_SHARE = re.compile(r"%|\b(?:pour cents?|pourcentages?|parts?|taux|points?)\b")
_A_YEAR = re.compile(r"/ ?an(?:nee)?\b|\b(?:par |l['’] ?)an(?:nee)?\b|\bannuel")
_PERCENT = re.compile("%|pour cent")
_NOUNS = {noun: re.compile(rf"\b{noun}s?\b") for noun in ("partenariat", "entreprise")}


def is_quantified(row: Objective) -> bool:
    """Tell whether an objective has a figure to reach; a target counts when the nature is open."""
    if row.kind is None:
        return row.target_value is not None
    return row.kind is ObjectiveKind.QUANTITATIVE


def target_ends(row: Objective) -> tuple[float, ...]:
    """Return the target, or the two ends of its range, or nothing."""
    return tuple(end for end in (row.target_value, row.target_max_value) if end is not None)


def counts(row: Objective, noun: str) -> bool:
    """Tell whether an objective counts partnerships or companies (« partenariat », « entreprise »).

    « A year » is a number too; a share is none, and what falls is no promise.
    """
    if row.kind is ObjectiveKind.QUALITATIVE or noun not in row.unit.lower():
        return False
    unit = plain(row.unit)
    return bool(_NOUNS[noun].search(unit)) and not _SHARE.search(unit) and not row.is_falling


def is_a_rhythm(row: Objective) -> bool:
    """Tell whether the target is one of each year."""
    return row.per_year or bool(_A_YEAR.search(plain(row.unit)))


def each_year(row: Objective, *, base_year: int, horizon: int) -> tuple[float, int] | None:
    """Return how much an objective asks for each year until its own deadline (the horizon where none is
    told), with how many years that is: a target a year as it stands, else what is left from the baseline
    (0 when not said). None without a target, or with a deadline not after the base year."""
    years = (row.deadline_year or horizon) - base_year
    if row.target_value is None or years <= 0:
        return None
    if is_a_rhythm(row):
        return row.target_value, years
    return max(row.target_value - (row.baseline_value or 0), 0) / years, years


def is_in_percent(row: Objective) -> bool:
    """Tell whether the unit is a per cent of something."""
    return bool(_PERCENT.match(plain(row.unit)))


def budget_ends(column: EconomicSnapshot) -> tuple[float, float] | None:
    """Return the two ends of a budget in K€ (one alone is both), or None."""
    ends = [end for end in (column.budget_min_keur, column.budget_max_keur) if end is not None]
    return (ends[0], ends[-1]) if ends else None


def per_person(column: EconomicSnapshot) -> float | None:
    """Return the K€ per ETP of a column, or None without a team or a budget."""
    budget = column.budget_middle
    return round(budget / column.fte, PRECISION) if budget is not None and column.fte else None


def new_money(lever: Lever) -> float:
    """Return what a lever brings at the horizon and not in year N, in K€ (a loss is below 0)."""
    return (lever.amount_target_keur or 0) - (lever.amount_now_keur or 0)


def off_budget(
    budget: tuple[float, float], low: float, high: float, gap: float
) -> tuple[float, float]:
    """Return the end of a budget that levers of these sums (K€) miss by more than ``gap`` %, with the
    sum that misses it; (0, 0) when they cover it. An end of 0 is missed by none."""
    for bound, total, side in ((budget[0], high, 1), (budget[1], low, -1)):
        if bound > 0 and round(100 * side * (bound - total) - gap * bound, PRECISION) > 0:
            return bound, total
    return 0, 0
