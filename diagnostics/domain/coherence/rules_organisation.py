"""R26–R28, R33–R35: organisation, governance and legal tool, in the light of the means."""

from __future__ import annotations

from collections.abc import Iterator

from diagnostics.domain.answers import Lever
from diagnostics.domain.answers.fields import PRECISION
from diagnostics.domain.coherence.case import Case
from diagnostics.domain.coherence.findings import FieldLink, Severity
from diagnostics.domain.coherence.registry import Found, rule
from diagnostics.domain.coherence.words import beginning, plain
from diagnostics.domain.vocabulary import (
    AllianceFamily,
    FundingFamily,
    LegalTool,
    Relation,
    StepKey,
)
from diagnostics.typography import NBSP, number, percent

# « Participation financière des entreprises pour leur accompagnement », in the kit's words.
COMPANIES_PAY = (beginning("accompagn"), beginning("entreprise", "participation", "contribution"))
FEES = beginning("adhesion", "adherent", "cotisation", "club")


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
    if now is None or target is None or case.organisation.organisation:
        return
    if round(target - now, PRECISION) < case.thresholds.team_growth:
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
    if case.is_of_companies:  # they govern it already
        return
    yield Found(
        "Quelle place pour les entreprises contributrices dans la gouvernance\u202f?",
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
    """R28: companies pay for being accompanied (a membership fee is no such thing), no governance."""
    if case.organisation.governance:
        return
    paying = [(i, row) for i, row in case.levers if _is_paid_by_companies(row)]
    if paying:
        index, _ = paying[0]
        yield Found(
            f"Les entreprises financent une part de l’accompagnement{NBSP}: comment restez-vous un "
            "tiers de confiance\u202f?",
            rows=tuple(row.id for _, row in paying),
            links=(
                FieldLink(StepKey.ORGANISATION, "governance"),
                FieldLink(StepKey.ECONOMIC_MODEL, f"levers-{index}-text"),
            ),
        )


def _is_paid_by_companies(row: Lever) -> bool:
    if row.family is not FundingFamily.PRIVATE:
        return False
    text = plain(row.text)
    return all(pattern.search(text) for pattern in COMPANIES_PAY) and not FEES.search(text)


@rule(
    "R33",
    Severity.ATTENTION,
    StepKey.ORGANISATION,
    StepKey.ECONOMIC_MODEL,
    title="Un fonds de dotation pour un modèle public",
    why="Sauf dérogation exceptionnelle, aucun fonds public ne peut être versé à un fonds de "
    "dotation. En dessous de {endowment_private}\u00a0% de ressources privées, il aura peu à "
    "recevoir. À valider par un conseil juridique.",
)
def endowment_fund_without_private_money(case: Case) -> Iterator[Found]:
    """R33: an endowment fund cannot receive public money (art. 140 III, law 2008-776)."""
    share = case.model.target.private_pct
    if case.organisation.legal_tool is not LegalTool.ENDOWMENT_FUND or share is None:
        return
    if share < case.thresholds.endowment_private:
        yield Found(
            f"Un fonds de dotation ne reçoit pas de fonds publics{NBSP}: il sert peu un modèle à "
            f"{percent(share)} privé.",
            facts=(round(share, 1),),
            links=(
                FieldLink(StepKey.ORGANISATION, "legal_tool"),
                FieldLink(StepKey.ECONOMIC_MODEL, "target-private_pct"),
            ),
        )


@rule(
    "R34",
    Severity.INFO,
    StepKey.ORGANISATION,
    title="Un outil juridique sans motif",
    why="Un outil juridique coûte à créer et à tenir. Le besoin vient d’abord\u00a0: recevoir du "
    "mécénat, associer des partenaires au capital, partager des emplois… «\u00a0Aucun outil "
    "nouveau\u00a0» est une réponse complète.",
)
def tool_without_reason(case: Case) -> Iterator[Found]:
    """R34: the tool before the need."""
    tool = case.organisation.legal_tool
    if tool is None or tool is LegalTool.NONE or case.organisation.rationale:
        return
    yield Found(
        "Pourquoi cet outil\u202f? Précisez le besoin auquel il répond.",
        facts=(tool.value,),
        links=(FieldLink(StepKey.ORGANISATION, "rationale"),),
    )


@rule(
    "R35",
    Severity.INFO,
    StepKey.ORGANISATION,
    StepKey.ALLIANCES,
    title="Les associés d’une SCIC",
    why="La loi demande au moins trois catégories d’associés, dont les bénéficiaires et les "
    "salariés ou producteurs. Avec moins de {scic_families} familles parmi vos alliés existants, "
    "voyez qui pourrait vous rejoindre. À valider par un conseil juridique.",
)
def cooperative_without_members(case: Case) -> Iterator[Found]:
    """R35: a SCIC needs three categories of members; families of existing allies stand for them."""
    if case.organisation.legal_tool is not LegalTool.SCIC or not case.alliances:
        return
    existing = {row.family for _, row in case.alliances if row.relation is Relation.EXISTING}
    families = [family for family in AllianceFamily if family in existing]
    if len(families) >= case.thresholds.scic_families:
        return
    yield Found(
        f"Une SCIC réunit au moins trois catégories d’associés{NBSP}: les avez-vous\u202f?",
        facts=tuple(family.value for family in families),
        links=(
            FieldLink(StepKey.ORGANISATION, "legal_tool"),
            FieldLink(StepKey.ALLIANCES, "rows"),
        ),
    )
