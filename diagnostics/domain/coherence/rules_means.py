"""R19–R28: the economic model in itself, and what it asks of alliances and governance."""

from __future__ import annotations

import re
from collections.abc import Iterator

from diagnostics.domain.answers.fields import PRECISION
from diagnostics.domain.coherence.case import Case, says
from diagnostics.domain.coherence.findings import FieldLink, Severity
from diagnostics.domain.coherence.registry import Found, rule
from diagnostics.domain.coherence.wording import figure
from diagnostics.domain.vocabulary import AllianceFamily, FundingFamily, StepKey
from diagnostics.typography import NBSP, count, number, percent

PART_OF = {
    FundingFamily.PUBLIC: "La part des ressources publiques",
    FundingFamily.PRIVATE: "La part des ressources privées",
    FundingFamily.SELF: "La part de l’auto-financement",
}
# « Participation financière des entreprises pour leur accompagnement », in the kit's words.
COMPANIES_PAY = re.compile(r"\bparticipations? (financieres? )?des? (les )?entreprises?\b")


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
    "que vous n’avez pas encore. Si tous vos leviers sont déjà acquis, d’où viendront-elles\u202f?",
)
def growth_without_lever(case: Case) -> Iterator[Found]:
    """R20: budgets are compared by the middle of their range."""
    now, target = case.model.now.budget_middle, case.model.target.budget_middle
    if now is None or target is None or target <= now or case.has_lever_to_mobilise():
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
                f"{PART_OF[family]} gagne {count(round(growth, 1), 'point', 'points')} "
                f"(de {figure(now)} à {percent(target)}){NBSP}: quel levier\u202f?",
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
    "club, une fédération, un réseau de dirigeants. Compter sur {private_network}\u00a0% de "
    "ressources privées ou plus sans l’un d’eux dans ses alliances est un pari.",
)
def private_money_without_network(case: Case) -> Iterator[Found]:
    """R22: private share of the target without any alliance in « Réseaux d’entreprises »."""
    share = case.model.target.private_pct
    if share is None or share < case.thresholds.private_network or not case.alliances:
        return
    if not any(row.family is AllianceFamily.BUSINESS_NETWORKS for _, row in case.alliances):
        yield Found(
            f"Vous comptez sur {percent(share)} de ressources privées sans réseau d’entreprises "
            "dans vos alliances.",
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
    """R23: dependency, at the end of the horizon."""
    share = case.model.target.public_pct
    if share is not None and share >= case.thresholds.public_dependency:
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
    """R24: order of magnitude of each column; its bounds are within."""
    low, high = case.thresholds.keur_per_fte_min, case.thresholds.keur_per_fte_max
    for prefix, name, column in case.columns:
        budget = column.budget_middle
        if budget is None or not column.fte:
            continue
        per_person = round(budget / column.fte, PRECISION)
        if not low <= per_person <= high:
            yield Found(
                f"{name}{NBSP}: {figure(per_person)}{NBSP}K€ par ETP. Vérifiez le budget ou "
                "l’équipe.",
                rows=(prefix,),
                facts=(round(per_person, 1),),
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
    """R25: coverage, against the middle of the target's range, by the levers that have an amount."""
    budget = case.model.target.budget_middle
    valued = [(i, row) for i, row in case.levers if row.amount_target_keur is not None]
    if not budget or not valued:
        return
    total = sum(row.amount_target_keur or 0 for _, row in valued)
    if round(100 * abs(total - budget) / budget, PRECISION) > case.thresholds.lever_gap:
        index, _ = valued[0]
        yield Found(
            f"Les leviers chiffrés couvrent {percent(100 * total / budget)} du budget cible "
            f"({number(total)} sur {number(budget)}{NBSP}K€).",
            rows=tuple(row.id for _, row in valued),
            facts=(total, budget),
            links=(
                FieldLink(StepKey.ECONOMIC_MODEL, f"levers-{index}-amount_target_keur"),
                FieldLink(StepKey.ECONOMIC_MODEL, "target-budget_min_keur"),
            ),
        )


@rule(
    "R26",
    Severity.ATTENTION,
    StepKey.ORGANISATION,
    StepKey.ECONOMIC_MODEL,
    title="Une équipe qui grandit sans organisation",
    why="Le kit le demande\u00a0: «\u00a0Quelle organisation envisager selon les moyens humains "
    "supplémentaires à mobiliser\u202f?\u00a0». Qui encadre, qui décide, qui fait quoi\u00a0: mieux "
    "vaut y penser avant d’embaucher.",
)
def growing_team_without_organisation(case: Case) -> Iterator[Found]:
    """R26: Q14 asks for it."""
    now, target = case.model.now.fte, case.model.target.fte
    if now is None or target is None or target <= now or case.organisation.organisation:
        return
    yield Found(
        f"L’équipe passe de {number(now)} à {number(target)}{NBSP}ETP{NBSP}: comment "
        "s’organise-t-elle\u202f?",
        facts=(now, target),
        links=(
            FieldLink(StepKey.ORGANISATION, "organisation"),
            FieldLink(StepKey.ECONOMIC_MODEL, "target-fte"),
        ),
    )


@rule(
    "R27",
    Severity.INFO,
    StepKey.ORGANISATION,
    StepKey.ECONOMIC_MODEL,
    title="Des entreprises qui contribuent sans voix",
    why="Quand les entreprises apportent {private_governance}\u00a0% du budget ou plus, la question "
    "de leur place se pose\u00a0: une voix, un avis, ou aucune des deux. La gouvernance est l’endroit "
    "où le décider avant qu’elles ne le demandent.",
)
def companies_without_voice(case: Case) -> Iterator[Found]:
    """R27: the voice of those who pay; « Gouvernance » is the text (boxes ticked do not tell)."""
    share = case.model.target.private_pct
    if share is None or share < case.thresholds.private_governance or case.organisation.governance:
        return
    yield Found(
        "Quelle place pour les entreprises contributrices dans la gouvernance\u202f? Elles "
        f"apporteraient {percent(share)} du budget en {case.card.target_year}.",
        facts=(round(share, 1),),
        links=(
            FieldLink(StepKey.ORGANISATION, "governance"),
            FieldLink(StepKey.ECONOMIC_MODEL, "target-private_pct"),
        ),
    )


@rule(
    "R28",
    Severity.INFO,
    StepKey.ORGANISATION,
    StepKey.ECONOMIC_MODEL,
    title="Rester un tiers de confiance",
    why="Une structure qui accompagne des partenariats est un tiers de confiance entre deux mondes. "
    "Si l’un d’eux la paie, il faut dire ce qui la garde impartiale\u00a0: une charte, un comité, "
    "une règle de choix.",
)
def paid_by_companies(case: Case) -> Iterator[Found]:
    """R28: « Participation financière des entreprises… » among the levers, no governance told."""
    if case.organisation.governance:
        return
    paying = [(i, row) for i, row in case.levers if says(row.text, "participation", COMPANIES_PAY)]
    if paying:
        index, _ = paying[0]
        yield Found(
            "Les entreprises financent une part de l’accompagnement\u00a0: comment restez-vous un "
            "tiers de confiance\u202f?",
            rows=tuple(row.id for _, row in paying),
            links=(
                FieldLink(StepKey.ORGANISATION, "governance"),
                FieldLink(StepKey.ECONOMIC_MODEL, f"levers-{index}-text"),
            ),
        )
