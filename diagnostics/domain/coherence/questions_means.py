"""M1, M3, M4, M5: where the money of the economic model comes from."""

from __future__ import annotations

from collections.abc import Iterator
from math import floor

from diagnostics.domain.answers.economic_model import LEVERS
from diagnostics.domain.answers.fields import PRECISION
from diagnostics.domain.coherence.case import Case
from diagnostics.domain.coherence.figures import budget_ends, new_money, off_budget
from diagnostics.domain.coherence.findings import FieldLink, Severity
from diagnostics.domain.coherence.registry import Found, rule
from diagnostics.domain.vocabulary import (
    FundingFamily,
    LegalTool,
    LegalToolState,
    LeverState,
    StepKey,
)
from diagnostics.typography import APOSTROPHE, NBSP, number, percent

LEVERS_OF = {
    FundingFamily.PUBLIC: "publics",
    FundingFamily.PRIVATE: "privés",
    FundingFamily.SELF: "d’auto-financement",
}
IN_FORCE = frozenset({LegalToolState.DECIDED, LegalToolState.EXISTING})


@rule(
    "M1",
    Severity.INFO,
    StepKey.ECONOMIC_MODEL,
    title="Les montants et la répartition ne disent pas le même mélange",
    why="Les montants des leviers et les trois parts décrivent le même budget. À plus de {mix_gap} "
    "points d’écart, l’un des deux n’a pas été remis à jour.",
)
def amounts_against_shares(case: Case) -> Iterator[Found]:
    """M1: levers that cover a column's budget (as R25 reads it) are not of its mix; the widest gap."""
    years = {"now": case.card.base_year, "target": case.card.target_year}
    for prefix, _name, column in case.columns:
        amounts = [
            (row.family, row.amount_now_keur if prefix == "now" else row.amount_target_keur)
            for _, row in case.levers
        ]
        total = sum(amount or 0 for _, amount in amounts)
        high = (
            total if prefix == "now" else sum(row.amount_target_high or 0 for _, row in case.levers)
        )
        ends = budget_ends(column)
        if (
            ends is None
            or total <= 0
            or not ends[1]  # a budget of 0 is covered by none
            or any(off_budget(ends, total, high, case.thresholds.lever_gap))
        ):
            continue
        gaps = []
        for family, share in column.shares.items():
            part = 100 * sum(amount or 0 for of, amount in amounts if of is family) / total
            if share is not None:
                gaps.append((round(abs(part - share), PRECISION), family, part, share))
        gap, family, part, share = max(gaps, key=lambda entry: entry[0], default=NO_GAP)
        if gap > case.thresholds.mix_gap:
            yield Found(
                f"{years[prefix]}{NBSP}: les leviers {LEVERS_OF[family]} font {percent(part)} des "
                f"montants, la répartition dit {percent(share)}.",
                rows=(prefix,),
                facts=(family.value, round(part, 1), share),
                links=(
                    FieldLink(StepKey.ECONOMIC_MODEL, f"{prefix}-{family.value}_pct"),
                    FieldLink(StepKey.ECONOMIC_MODEL, "levers"),
                ),
            )


NO_GAP = (0.0, FundingFamily.PUBLIC, 0.0, 0.0)


@rule(
    "M3",
    Severity.ATTENTION,
    StepKey.ECONOMIC_MODEL,
    title="Une ressource qui se retire",
    why="Perdre {lever_loss}\u00a0% du budget actuel sur un seul levier se prépare\u00a0: par quoi le "
    "remplacer, ou de quoi se passer.",
)
def lever_that_shrinks(case: Case) -> Iterator[Found]:
    """M3: a lever loses a good part of the budget of N, its target amount told."""
    budget = case.model.now.budget_middle
    if not budget:
        return
    for index, row in case.levers:
        now, target = row.amount_now_keur, row.amount_target_keur
        if now is None or target is None:
            continue
        part = round(100 * (now - target) / budget, PRECISION)
        if part >= case.thresholds.lever_loss:
            yield Found(
                f"{LEVERS.mention(row, index + 1, article='Le ')} passe de {number(now)} à "
                f"{number(target)}{NBSP}K€{NBSP}: c’est {percent(part)} du budget actuel à remplacer "
                "ou à ne plus dépenser.",
                rows=(row.id,),
                facts=(now, target, budget),
                links=(
                    FieldLink(StepKey.ECONOMIC_MODEL, f"levers-{index}-amount_target_keur"),
                    FieldLink(StepKey.ECONOMIC_MODEL, "now-budget_min_keur"),
                ),
            )


@rule(
    "M4",
    Severity.ATTENTION,
    StepKey.ECONOMIC_MODEL,
    title="Un budget encore à trouver",
    why="Les leviers à mobiliser sont des paris, honnêtes et nécessaires. À {new_money}\u00a0% du "
    "budget ou plus, le conseil voudra savoir ce que l’on fait si la moitié seulement arrive.",
)
def money_still_to_find(case: Case) -> Iterator[Found]:
    """M4: the rises of the levers to mobilise, against the budget of the horizon.

    A lever larger than the budget (S5), or a budget multiplied (S6), is asked first.
    """
    budget = case.model.target.budget_middle
    if not budget or case.told("S5") or case.told("S6"):
        return
    rises = [
        (row, new_money(row))
        for _, row in case.levers
        if row.state is LeverState.TO_MOBILISE and new_money(row) > 0
    ]
    part = round(100 * sum(rise for _, rise in rises) / budget, PRECISION)
    if rises and part >= case.thresholds.new_money:
        yield Found(
            f"{floor(part + 0.5)}{NBSP}% du budget de {case.card.target_year} sont des ressources "
            f"que vous n{APOSTROPHE}avez pas encore. Quel est le budget si la moitié seulement "
            "arrive\u202f?",
            rows=tuple(row.id for row, _ in rises),
            facts=(round(part, 1),),
            links=(
                FieldLink(StepKey.ECONOMIC_MODEL, "levers"),
                FieldLink(StepKey.ECONOMIC_MODEL, "target-budget_min_keur"),
            ),
        )


@rule(
    "M5",
    Severity.INFO,
    StepKey.ORGANISATION,
    StepKey.ECONOMIC_MODEL,
    title="Un fonds de dotation et de l’argent public",
    why="Sauf dérogation exceptionnelle, aucun fonds public ne peut être versé à un fonds de "
    "dotation\u00a0: une autre structure reçoit la part publique. À valider par un conseil juridique.",
)
def public_money_beside_a_fund(case: Case) -> Iterator[Found]:
    """M5: an endowment fund is decided or exists, and the target has public money."""
    share, organisation = case.model.target.public_pct, case.organisation
    if organisation.legal_tool is not LegalTool.ENDOWMENT_FUND or not share:
        return
    if organisation.legal_tool_state in IN_FORCE:
        yield Found(
            f"Un fonds de dotation ne reçoit pas de fonds publics{NBSP}: par quelle structure "
            f"passeront les {percent(share)}\u202f?",
            facts=(round(share, 1),),
            links=(
                FieldLink(StepKey.ORGANISATION, "legal_tool"),
                FieldLink(StepKey.ECONOMIC_MODEL, "target-public_pct"),
            ),
        )
