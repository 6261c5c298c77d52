"""R19–R25: the economic model in itself, and what it asks of alliances."""

from __future__ import annotations

from collections.abc import Iterator

from diagnostics.domain.answers.fields import PRECISION
from diagnostics.domain.coherence.case import Case
from diagnostics.domain.coherence.figures import (
    budget_ends,
    off_budget,
    per_person,
)
from diagnostics.domain.coherence.findings import FieldLink, Severity
from diagnostics.domain.coherence.registry import Found, rule
from diagnostics.domain.coherence.wording import figure
from diagnostics.domain.vocabulary import FundingFamily, LegalForm, LeverState, StepKey
from diagnostics.typography import NBSP, count, number, percent

PART_OF = {
    FundingFamily.PUBLIC: "La part publique",
    FundingFamily.PRIVATE: "La part privée",
    FundingFamily.SELF: "La part d’auto-financement",
}
# A lever to renew is there today: it is no new money.
ALREADY_THERE = frozenset({LeverState.SECURED, LeverState.TO_RENEW})


@rule(
    "R19",
    Severity.ATTENTION,
    StepKey.ECONOMIC_MODEL,
    title="Des parts qui ne font pas 100\u00a0%",
    why="Public, privé et auto-financement se partagent tout le budget. Un total différent de "
    "100\u00a0% (à {share_tolerance} point près) vient d’un oubli ou d’une faute de frappe.",
)
def shares_off_total(case: Case) -> Iterator[Found]:
    """R19: arithmetic, for each column whose three shares are given."""
    for prefix, name, column in case.columns:
        total, gap = column.share_total, column.share_gap
        if total is None or gap is None:
            continue
        if gap > case.thresholds.share_tolerance:
            yield Found(
                f"{name}{NBSP}: la répartition totalise {number(total)}{NBSP}%.",
                rows=(prefix,),
                facts=(round(total, 1),),
                links=(FieldLink(StepKey.ECONOMIC_MODEL, f"{prefix}-public_pct"),),
            )


@rule(
    "R20",
    Severity.ATTENTION,
    StepKey.ECONOMIC_MODEL,
    title="Un budget qui grandit sans levier",
    why="Un budget cible d’au moins {budget_growth}\u00a0% du budget actuel demande des ressources "
    "que vous n’avez pas encore. Si tous vos leviers sont déjà là et ne le couvrent pas, d’où "
    "viendront-elles\u202f?",
)
def growth_without_lever(case: Case) -> Iterator[Found]:
    """R20: budgets are compared by the middle of their range; levers cover its low end, or do not."""
    now, target = case.model.now.budget_middle, case.model.target.budget_middle
    ends = budget_ends(case.model.target)
    if now is None or target is None or ends is None or target <= now:
        return
    there = sum(row.amount_target_keur or 0 for _, row in case.levers if row.state in ALREADY_THERE)
    is_covered = round(100 * there - case.thresholds.secured_cover * ends[0], PRECISION) >= 0
    if case.has_lever_to_mobilise() or is_covered:
        return
    if round(100 * target - case.thresholds.budget_growth * now, PRECISION) >= 0:
        yield Found(
            f"Le budget passe de {number(now)} à {number(target)}{NBSP}K€ sans levier nouveau.",
            facts=(now, target),
            links=(
                FieldLink(StepKey.ECONOMIC_MODEL, "target-budget_min_keur"),
                FieldLink(StepKey.ECONOMIC_MODEL, "levers"),
            ),
        )


@rule(
    "R21",
    Severity.ATTENTION,
    StepKey.ECONOMIC_MODEL,
    title="Une part qui grandit sans levier",
    why="Quand une famille de ressources gagne {share_growth} points ou plus, le conseil demandera "
    "comment. Un levier à mobiliser dans cette famille est une réponse\u202f; sans lui, la cible "
    "est un souhait.",
)
def share_growth_without_lever(case: Case) -> Iterator[Found]:
    """R21: a credible mix; one finding per family."""
    for family in FundingFamily:
        now, target = case.model.now.shares[family], case.model.target.shares[family]
        if now is None or target is None or case.has_lever_to_mobilise(family):
            continue
        growth = round(target - now, PRECISION)
        if growth >= case.thresholds.share_growth:
            yield Found(
                f"{PART_OF[family]} gagne {count(round(growth, 1), 'point', 'points')}{NBSP}: quel "
                "levier\u202f?",
                rows=(family.value,),
                facts=(now, target),
                links=(
                    FieldLink(StepKey.ECONOMIC_MODEL, f"target-{family.value}_pct"),
                    FieldLink(StepKey.ECONOMIC_MODEL, "levers"),
                ),
            )


@rule(
    "R22",
    Severity.ATTENTION,
    StepKey.ECONOMIC_MODEL,
    StepKey.ALLIANCES,
    title="Des entreprises attendues, aucun réseau d’entreprises",
    why="Les entreprises viennent le plus souvent par ceux en qui elles ont confiance\u00a0: un "
    "club, une fédération, une chambre consulaire. Compter sur {private_network}\u00a0% de "
    "ressources privées ou plus sans l’un d’eux dans ses alliances est un pari.",
)
def private_money_without_network(case: Case) -> Iterator[Found]:
    """R22: private share of the target, and no network of companies nor chamber among the allies."""
    share = case.model.target.private_pct
    if share is None or share < case.thresholds.private_network or case.is_of_companies:
        return
    if case.alliances and not case.has_way_to_companies:
        yield Found(
            f"Vous comptez sur {percent(share)} de ressources privées{NBSP}: quel réseau "
            "d’entreprises vous y aidera\u202f?",
            facts=(round(share, 1),),
            links=(
                FieldLink(StepKey.ECONOMIC_MODEL, "target-private_pct"),
                FieldLink(StepKey.ALLIANCES, "rows"),
            ),
        )


@rule(
    "R23",
    Severity.ATTENTION,
    StepKey.ECONOMIC_MODEL,
    title="Un budget presque tout public",
    why="Avec {public_dependency}\u00a0% ou plus de ressources publiques, une seule décision peut "
    "arrêter le projet. Ce n’est pas un défaut\u00a0: c’est un risque que le conseil doit connaître.",
)
def public_dependency(case: Case) -> Iterator[Found]:
    """R23: dependency, at the end of the horizon; a local authority is public money itself."""
    share = case.model.target.public_pct
    if share is None or case.structure.legal_form is LegalForm.LOCAL_AUTHORITY:
        return
    if share >= case.thresholds.public_dependency:
        yield Found(
            f"En {case.card.target_year}, {percent(share)} du budget reste public. Quel est votre "
            "plan si un financeur se retire\u202f?",
            facts=(round(share, 1),),
            links=(FieldLink(StepKey.ECONOMIC_MODEL, "target-public_pct"),),
        )


@rule(
    "R24",
    Severity.INFO,
    StepKey.ECONOMIC_MODEL,
    title="Un budget par personne inhabituel",
    why="Le budget divisé par l’équipe donne un ordre de grandeur, d’ordinaire entre "
    "{keur_per_fte_min} et {keur_per_fte_max}\u00a0K€ par ETP (60 dans l’exemple du kit). En dehors, "
    "une équipe ou un budget est souvent mal compté\u00a0: mises à disposition, bénévoles, sommes "
    "reversées.",
)
def unusual_budget_per_person(case: Case) -> Iterator[Found]:
    """R24: order of magnitude of each column, in one finding; a foundation gives its money away.

    The bounds are within; a range that is too wide (S4) is asked first.
    """
    if case.structure.legal_form is LegalForm.FOUNDATION:
        return
    low, high = case.thresholds.keur_per_fte_min, case.thresholds.keur_per_fte_max
    unusual = [
        (prefix, name, each)
        for prefix, name, column in case.columns
        if (each := per_person(column)) is not None
        and not low <= each <= high
        and prefix not in case.rows_told("S4")
    ]
    if not unusual:
        return
    told = "\u202f; ".join(
        f"{name}{NBSP}: {figure(each)}{NBSP}K€ par ETP" for _, name, each in unusual
    )
    prefix = unusual[0][0]
    yield Found(
        f"{told}. Qu’est-ce qui l’explique\u202f?",
        rows=tuple(prefix for prefix, _, _ in unusual),
        facts=tuple(round(each, 1) for _, _, each in unusual),
        links=(
            FieldLink(StepKey.ECONOMIC_MODEL, f"{prefix}-budget_min_keur"),
            FieldLink(StepKey.ECONOMIC_MODEL, f"{prefix}-fte"),
        ),
    )


@rule(
    "R25",
    Severity.INFO,
    StepKey.ECONOMIC_MODEL,
    title="Des leviers qui ne couvrent pas le budget",
    why="La somme des montants cibles de vos leviers devrait approcher le budget cible, à "
    "{lever_gap}\u00a0% près. Un écart dit qu’un levier manque, ou qu’un montant est à revoir.",
)
def levers_off_budget(case: Case) -> Iterator[Found]:
    """R25: coverage of the target's range, by the levers that have an amount.

    Their high ends do not reach its low end, or their low ends exceed its high end. A lever larger
    than the budget (S5) is asked first.
    """
    ends = budget_ends(case.model.target)
    valued = [(i, row) for i, row in case.levers if row.amount_target_keur is not None]
    if ends is None or not valued or case.told("S5"):
        return
    bound, total = off_budget(
        ends,
        sum(row.amount_target_keur or 0 for _, row in valued),
        sum(row.amount_target_high or 0 for _, row in valued),
        case.thresholds.lever_gap,
    )
    if bound:
        index, _ = valued[0]
        yield Found(
            f"Les leviers chiffrés couvrent {percent(100 * total / bound)} du budget cible.",
            rows=tuple(row.id for _, row in valued),
            facts=(round(total, PRECISION), bound),
            links=(
                FieldLink(StepKey.ECONOMIC_MODEL, f"levers-{index}-amount_target_keur"),
                FieldLink(StepKey.ECONOMIC_MODEL, "target-budget_min_keur"),
            ),
        )
