"""S8–S12: an objective whose statement, baseline and target do not say the same."""

from __future__ import annotations

import re
from collections.abc import Iterator

from diagnostics.domain.answers.fields import PRECISION
from diagnostics.domain.answers.objectives import OBJECTIVES
from diagnostics.domain.coherence.case import Case
from diagnostics.domain.coherence.figures import (
    is_in_percent,
    is_quantified,
    target_ends,
)
from diagnostics.domain.coherence.findings import FieldLink, Severity
from diagnostics.domain.coherence.numbers import numbers_of
from diagnostics.domain.coherence.registry import Found, rule
from diagnostics.domain.coherence.words import beginning, plain
from diagnostics.domain.vocabulary import StepKey
from diagnostics.typography import APOSTROPHE, NBSP, capitalised, number

FEWER = re.compile(
    r"\b(?:redui|reduct|recentr|diminu|baiss|abaiss|limiter|ramen|alleg|resserr|supprim)"
    r"|\b(?:aucune?|zero)\b|(?<!\bau )(?<!\bdu )\bmoins\b"
)
KEEPING = beginning("maint", "gard", "conserv", "stabilis", "perennis", "preserv", "consolid")
TOLD_FROM = 5
WHOLE = 100


@rule(
    "S8",
    Severity.INFO,
    StepKey.OBJECTIVES,
    title="Une cible qui n’est pas au-dessus de la valeur actuelle",
    why="Une cible inférieure à la valeur actuelle est parfois une baisse voulue, parfois deux "
    "valeurs écrites l’une à la place de l’autre. Le verbe de l’énoncé le dit\u00a0: réduire, "
    "ramener, maintenir.",
)
def target_not_above_baseline(case: Case) -> Iterator[Found]:
    """S8: a target below the baseline or equal to it, and nothing in the statement that says so."""
    other = case.rows_told("S10")
    for index, row in case.objectives:
        if row.baseline_value is None or not is_quantified(row) or row.id in other:
            continue
        if row.is_falling:
            if FEWER.search(plain(row.statement)) or numbers_of(row.statement, row.unit).leads(
                row.baseline_value, target_ends(row)
            ):
                continue
            message = (
                f"La cible ({row.target_told}) est inférieure à la valeur actuelle "
                f"({row.baseline_told}). Est-ce une baisse voulue\u202f?"
            )
        elif set(target_ends(row)) == {row.baseline_value}:
            if KEEPING.search(plain(row.statement)):
                continue
            message = (
                f"La cible est la valeur actuelle ({row.target_told}){NBSP}: qu’est-ce qui doit "
                "changer\u202f?"
            )
        else:
            continue
        yield Found(
            message,
            rows=(row.id,),
            facts=(row.baseline_value, *target_ends(row)),
            links=(_link(index, "target_value"),),
        )


@rule(
    "S9",
    Severity.ATTENTION,
    StepKey.OBJECTIVES,
    title="Plus de 100\u00a0%",
    why="Une part ne dépasse pas 100\u00a0%. Une hausse peut les dépasser\u00a0: dites alors de "
    "combien à combien, dans l’unité que l’on compte.",
)
def more_than_the_whole(case: Case) -> Iterator[Found]:
    """S9: a target above 100 in per cent (the high end of a range)."""
    for index, row in case.objectives:
        ends = target_ends(row)
        if is_quantified(row) and ends and ends[-1] > WHOLE and is_in_percent(row):
            yield Found(
                f"{number(ends[-1])}{NBSP}%, est-ce une part\u202f?",
                rows=(row.id,),
                facts=(ends[-1],),
                links=(_link(index, "target_value"),),
            )


@rule(
    "S10",
    Severity.INFO,
    StepKey.OBJECTIVES,
    title="L’énoncé et la cible disent deux nombres",
    why="Le conseil lit l’énoncé, le suivi lit la cible. S’ils ne disent pas le même nombre, l’un "
    "des deux a changé sans l’autre.",
)
def statement_tells_another_number(case: Case) -> Iterator[Found]:
    """S10: numbers in the statement, and none of them is the target nor how far it is."""
    several = case.rows_told("S11")
    for index, row in case.objectives:
        ends = target_ends(row)
        if not is_quantified(row) or not ends or row.id in several:
            continue
        told = numbers_of(row.statement, row.unit).values
        baseline = row.baseline_value or 0
        meant = {*ends, *(round(abs(end - baseline), PRECISION) for end in ends)}
        others = [value for value in told if value >= TOLD_FROM and value != row.baseline_value]
        if others and meant.isdisjoint(told):
            yield Found(
                f"L{APOSTROPHE}énoncé dit {number(others[0])}, la cible dit {row.target_told}.",
                rows=(row.id,),
                facts=(others[0], *ends),
                links=(_link(index, "target_value"),),
            )


@rule(
    "S11",
    Severity.INFO,
    StepKey.OBJECTIVES,
    title="Plusieurs cibles dans un objectif",
    why="«\u00a0200 associations, 200 entreprises\u00a0» sont deux objectifs\u00a0: chacun avancera "
    "à son rythme. Une ligne par cible se suit sans calcul.",
)
def several_targets_in_one(case: Case) -> Iterator[Found]:
    """S11: two numbers from 10 up that « et » or a comma joins in the statement."""
    for index, row in case.objectives:
        if numbers_of(row.statement, row.unit).joins_targets:
            name = capitalised(OBJECTIVES.mention(row, index + 1))
            yield Found(
                f"{name} réunit plusieurs cibles{NBSP}: une ligne par cible se suivra mieux.",
                rows=(row.id,),
                links=(_link(index, "statement"),),
            )


@rule(
    "S12",
    Severity.ATTENTION,
    StepKey.OBJECTIVES,
    title="La plupart des échéances hors de la période",
    why="Quand plus de la moitié des échéances sortent de la période, c’est l’année N ou l’horizon du "
    "diagnostic qui est à revoir, et non chaque objectif.",
)
def period_is_another(case: Case) -> Iterator[Found]:
    """S12: at least two deadlines, and more than half of them, are out of the period."""
    out = [(index, row) for index, row, year in case.deadlines if year not in case.period]
    if len(out) < 2 or 2 * len(out) <= len(case.deadlines):
        return
    first, last = case.card.base_year, case.card.target_year
    yield Found(
        f"{len(out)} échéances sortent de {first}–{last}{NBSP}: l’année N ou l’horizon sont-ils les "
        "bons\u202f?",
        rows=tuple(row.id for _, row in out),
        facts=(first, last, *sorted(row.deadline_year or 0 for _, row in out)),
        links=(
            _link(out[0][0], "deadline_year"),
            FieldLink(None, "base_year"),
        ),
    )


def _link(index: int, field: str) -> FieldLink:
    return FieldLink(StepKey.OBJECTIVES, f"rows-{index}-{field}")
