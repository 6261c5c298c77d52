"""S1–S7: figures of the economic model in another unit than the field's, or out of proportion."""

from __future__ import annotations

from collections.abc import Iterator

from diagnostics.domain.answers import EconomicSnapshot
from diagnostics.domain.answers.economic_model import LEVERS
from diagnostics.domain.answers.fields import PRECISION
from diagnostics.domain.coherence.case import Case
from diagnostics.domain.coherence.figures import budget_ends, per_person
from diagnostics.domain.coherence.findings import Correction, FieldLink, Severity
from diagnostics.domain.coherence.registry import Found, rule
from diagnostics.domain.coherence.wording import figure
from diagnostics.domain.vocabulary import StepKey
from diagnostics.typography import APOSTROPHE, NBSP, number

# A foundation may give 3,000 K€ with 2 ETP, and 5 K€ a person is no employer: between both, no figure
# is a slip. The thousandth of what is above is never below.
MAX_KEUR_PER_FTE = 5_000
MIN_KEUR_PER_FTE = 5
IN_EUROS = 1_000
# Without a team, the levers tell: a budget in euros dwarfs them all.
VOLUNTEERS_BUDGET = 1_000
DWARFED = 20
# « 0,33 » three times, or « 0,5 » and « 1 ».
MAX_IN_FRACTIONS = 1.5
WIDE_RANGE = 2
LARGER_THAN_BUDGET = 1.5
MULTIPLIED = 4
NEW_POSTS = 3


@rule(
    "S1",
    Severity.ATTENTION,
    StepKey.ECONOMIC_MODEL,
    title="Des euros à la place des milliers d’euros",
    why="Le budget s’écrit en milliers d’euros\u00a0: 92\u00a0K€ pour 92\u202f000\u00a0€. Un budget "
    "mille fois trop grand fausse tout ce qui se compte ensuite.",
)
def budget_in_euros(case: Case) -> Iterator[Found]:
    """S1: more than 5,000 K€ per ETP; or, without a team, a budget that dwarfs every lever."""
    for prefix, year, column in case.typed_columns:
        ends = tuple(dict.fromkeys(budget_ends(column) or ()))
        if not ends or not _is_in_euros(case, column):
            continue
        millions = _range(ends, IN_EUROS)
        noun = "million d’euros" if ends[-1] < 2 * IN_EUROS else "millions d’euros"
        meant = f"{_range(ends, IN_EUROS)}{NBSP}K€"
        yield Found(
            f"{year}{NBSP}: {_range(ends)}{NBSP}K€, soit {millions}{NBSP}{noun}. Le budget s’écrit "
            f"en milliers d’euros{NBSP}: vouliez-vous {meant}\u202f?",
            rows=(prefix,),
            facts=ends,
            links=(FieldLink(StepKey.ECONOMIC_MODEL, f"{prefix}-budget_min_keur"),),
            correction=Correction(
                f"Mettre {meant}",
                tuple(
                    (f"{prefix}-{name}", number(value / IN_EUROS))
                    for name in ("budget_min_keur", "budget_max_keur")
                    if (value := getattr(column, name)) is not None
                ),
            ),
        )


def _is_in_euros(case: Case, column: EconomicSnapshot) -> bool:
    each, budget = per_person(column), column.budget_middle or 0
    if each is not None:
        return each > MAX_KEUR_PER_FTE and (MIN_KEUR_PER_FTE <= each / IN_EUROS <= MAX_KEUR_PER_FTE)
    if column.fte != 0 or budget <= VOLUNTEERS_BUDGET:
        return False
    amounts = [
        amount
        for _, lever in case.levers
        for amount in (lever.amount_now_keur, lever.amount_target_keur)
        if amount is not None
    ]
    return max(amounts, default=0) > 0 and DWARFED * max(amounts) <= budget


def _range(ends: tuple[float, ...], divisor: int = 1) -> str:
    return f"{NBSP}–{NBSP}".join(number(end / divisor) for end in ends)


@rule(
    "S2",
    Severity.ATTENTION,
    StepKey.ECONOMIC_MODEL,
    title="Des heures à la place des ETP",
    why="Une personne à temps plein compte 1, un mi-temps 0,5. Moins de 5\u00a0K€ par ETP dit que "
    "l’équipe est comptée en heures, en jours ou en pour cent.",
)
def team_in_hours(case: Case) -> Iterator[Found]:
    """S2: less than 5 K€ per ETP, in a column that has a budget."""
    for prefix, _year, column in case.typed_columns:
        each, budget = per_person(column), column.budget_middle
        if each is None or not budget or each >= MIN_KEUR_PER_FTE or column.fte is None:
            continue
        yield Found(
            f"{number(column.fte)}{NBSP}ETP pour {number(budget)}{NBSP}K€{NBSP}: l’équipe s’écrit "
            "en équivalents temps plein, ni en heures ni en pour cent.",
            rows=(prefix,),
            facts=(column.fte, budget),
            links=(
                FieldLink(StepKey.ECONOMIC_MODEL, f"{prefix}-fte"),
                FieldLink(StepKey.ECONOMIC_MODEL, f"{prefix}-budget_min_keur"),
            ),
        )


@rule(
    "S3",
    Severity.ATTENTION,
    StepKey.ECONOMIC_MODEL,
    title="Des parts en fractions",
    why="Un tiers s’écrit 33, ou 33,33\u00a0: les trois parts totalisent 100.",
)
def shares_as_fractions(case: Case) -> Iterator[Found]:
    """S3: the three shares of a column total 1.5 or less."""
    for prefix, _year, column in case.typed_columns:
        total = column.share_total
        if total is None or not 0 < round(total, PRECISION) <= MAX_IN_FRACTIONS:
            continue
        meant = {name: round(100 * (share or 0), 2) for name, share in column.shares.items()}
        told = f"{NBSP}–{NBSP}".join(number(share) for share in meant.values())
        fields = tuple((f"{prefix}-{name}_pct", number(share)) for name, share in meant.items())
        yield Found(
            f"Les parts s’écrivent en pour cent{NBSP}: 33, et non 0,33.",
            rows=(prefix,),
            facts=tuple(column.shares.values()),
            links=(FieldLink(StepKey.ECONOMIC_MODEL, f"{prefix}-public_pct"),),
            correction=Correction(f"Mettre {told}{NBSP}%", fields)
            if max(meant.values()) <= 100
            else None,
        )


@rule(
    "S4",
    Severity.INFO,
    StepKey.ECONOMIC_MODEL,
    title="Une fourchette du simple à plus du double",
    why="Une fourchette dit ce qui n’est pas encore sûr. Du simple à plus du double, elle cache deux "
    "projets, et le conseil ne saura pas lequel il adopte.",
)
def wide_range(case: Case) -> Iterator[Found]:
    """S4: the high end of a budget is more than twice the low end."""
    for prefix, _name, column in case.columns:
        low, high = column.budget_min_keur, column.budget_max_keur
        if low and high is not None and round(high - WIDE_RANGE * low, PRECISION) > 0:
            yield Found(
                f"La fourchette va de {number(low)} à {number(high)}{NBSP}K€, du simple à plus du "
                "double. Que retiendra le trésorier\u202f?",
                rows=(prefix,),
                facts=(low, high),
                links=(FieldLink(StepKey.ECONOMIC_MODEL, f"{prefix}-budget_max_keur"),),
            )


@rule(
    "S5",
    Severity.ATTENTION,
    StepKey.ECONOMIC_MODEL,
    title="Un levier plus grand que le budget",
    why="Un levier finance une part du budget. S’il le dépasse nettement, l’un des deux est écrit "
    "dans une autre unité, ou l’argent est reversé à d’autres\u00a0: mieux vaut le dire.",
)
def lever_larger_than_budget(case: Case) -> Iterator[Found]:
    """S5: the target amount of a lever is more than 1.5 times the budget of the horizon."""
    budget = case.model.target.budget_middle
    if budget is None:
        return
    for index, row in case.levers:
        amount = row.amount_target_keur
        if amount is not None and round(amount - LARGER_THAN_BUDGET * budget, PRECISION) > 0:
            lever = LEVERS.mention(row, index + 1)
            yield Found(
                f"Le levier {lever} ({number(amount)}{NBSP}K€) dépasse à lui seul le budget cible "
                f"({number(budget)}{NBSP}K€).",
                rows=(row.id,),
                facts=(amount, budget),
                links=(
                    FieldLink(StepKey.ECONOMIC_MODEL, f"levers-{index}-amount_target_keur"),
                    FieldLink(StepKey.ECONOMIC_MODEL, "target-budget_min_keur"),
                ),
            )


def _is_multiplied(now: float | None, target: float | None) -> bool:
    return (
        now is not None and target is not None and round(target - MULTIPLIED * now, PRECISION) > 0
    )


@rule(
    "S6",
    Severity.ATTENTION,
    StepKey.ECONOMIC_MODEL,
    title="Un budget multiplié",
    why="Un budget multiplié par plus de quatre, à équipe presque égale, est le plus souvent un zéro "
    "de trop. Si c’est bien le projet, dites d’où vient l’argent et qui le dépense.",
)
def budget_multiplied(case: Case) -> Iterator[Found]:
    """S6: the budget is multiplied by more than 4 and the team is not; a wide range says why (S4)."""
    now, target = case.model.now, case.model.target
    before, after = now.budget_middle, target.budget_middle
    if not before or after is None or not _is_multiplied(before, after):
        return
    # A team that a slip names is not known: it may well be multiplied too.
    if _is_multiplied(now.fte, target.fte) or case.told("S4") or case.told("S2"):
        return
    yield Found(
        f"Le budget est multiplié par {figure(after / before)}{NBSP}: est-ce bien ce que vous "
        "visez\u202f?",
        rows=("now", "target"),
        facts=(before, after),
        links=(
            FieldLink(StepKey.ECONOMIC_MODEL, "target-budget_min_keur"),
            FieldLink(StepKey.ECONOMIC_MODEL, "now-budget_min_keur"),
        ),
    )


@rule(
    "S7",
    Severity.ATTENTION,
    StepKey.ECONOMIC_MODEL,
    title="Une équipe multipliée",
    why="Une équipe multipliée par plus de quatre, sans que le budget suive, est le plus souvent "
    "comptée en personnes ou en heures. Si c’est bien le projet, dites qui paie les salaires.",
)
def team_multiplied(case: Case) -> Iterator[Found]:
    """S7: the team is multiplied by more than 4, by 3 ETP or more, and the budget is not."""
    now, target = case.model.now, case.model.target
    before, after = now.fte, target.fte
    if not before or after is None or not _is_multiplied(before, after):
        return
    if round(after - before, PRECISION) < NEW_POSTS:
        return
    if _is_multiplied(now.budget_middle, target.budget_middle) or case.told("S1"):
        return
    yield Found(
        f"L{APOSTROPHE}équipe passe de {number(before)} à {number(after)}{NBSP}ETP{NBSP}: est-ce "
        "bien ce que vous visez\u202f?",
        rows=("now", "target"),
        facts=(before, after),
        links=(
            FieldLink(StepKey.ECONOMIC_MODEL, "target-fte"),
            FieldLink(StepKey.ECONOMIC_MODEL, "now-fte"),
        ),
    )
