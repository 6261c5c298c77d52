"""R29–R37: alliances, legal tool, and the relations they suppose."""

from __future__ import annotations

import re
from collections.abc import Iterator

from diagnostics.domain.answers import Alliance
from diagnostics.domain.answers.alliances import ALLIES
from diagnostics.domain.coherence.case import Case, says
from diagnostics.domain.coherence.findings import FieldLink, Severity
from diagnostics.domain.coherence.registry import Found, rule
from diagnostics.domain.coherence.wording import named
from diagnostics.domain.vocabulary import (
    ActorType,
    AllianceFamily,
    LegalTool,
    Relation,
    RoleKind,
    StepKey,
)
from diagnostics.typography import APOSTROPHE, NBSP, count, percent

# Actors of the first circle, the family of allies they belong to, and how they are told.
FIRST_CIRCLE: dict[ActorType, tuple[AllianceFamily, str, str]] = {
    ActorType.LOCAL_AUTHORITIES: (
        AllianceFamily.PUBLIC_BODIES,
        "Les collectivités territoriales",
        "absentes",
    ),
    ActorType.BUSINESS_NETWORKS: (
        AllianceFamily.BUSINESS_NETWORKS,
        "Les réseaux d’entreprises",
        "absents",
    ),
    ActorType.NONPROFIT_NETWORKS: (
        AllianceFamily.NONPROFIT_NETWORKS,
        "Les réseaux d’associations",
        "absents",
    ),
}
# Each tool with its article, and the pronoun of what it answers.
TOOLS: dict[LegalTool, tuple[str, str]] = {
    LegalTool.AGREEMENT: ("une convention pluripartite", "elle"),
    LegalTool.DEDICATED_ASSOCIATION: ("une association dédiée", "elle"),
    LegalTool.ENDOWMENT_FUND: ("un fonds de dotation", "il"),
    LegalTool.HOSTED_FOUNDATION: ("une fondation abritée", "elle"),
    LegalTool.SOCIAL_JOINT_VENTURE: ("une joint-venture sociale", "elle"),
    LegalTool.SCIC: ("une SCIC", "elle"),
    LegalTool.GIE: ("un GIE", "il"),
    LegalTool.PTCE: ("un PTCE", "il"),
    LegalTool.EMPLOYER_GROUP: ("un groupement d’employeurs", "il"),
    LegalTool.OTHER: ("cet outil", "il"),
}
OUT_OF_TERRITORY = re.compile(r"\bhors (de |du |de notre |de son )?territoires?\b")


@rule(
    "R29",
    Severity.ATTENTION,
    StepKey.POSITIONING,
    StepKey.ALLIANCES,
    title="Un proche absent des alliances",
    why="Le premier cercle réunit ceux que vous influencez directement. S’ils comptent autant, ils "
    "ont leur place parmi vos alliés, existants ou à approcher.",
)
def close_actor_without_alliance(case: Case) -> Iterator[Found]:
    """R29: a kind of actor of the first circle, without any ally of its family.

    One finding per kind of actor, even when it stands in individual and in collective.
    """
    families = {row.family for _, row in case.alliances}
    for actor, (family, subject, absent) in FIRST_CIRCLE.items():
        close = [(i, p) for i, p in case.positions if p.actor_type is actor and p.circle == 1]
        if close and case.alliances and family not in families:
            index, _ = close[0]
            yield Found(
                f"{subject} sont dans votre premier cercle mais {absent} de vos alliances.",
                rows=tuple(row.id for _, row in close),
                links=(
                    FieldLink(StepKey.POSITIONING, f"rows-{index}-circle"),
                    FieldLink(StepKey.ALLIANCES, "rows"),
                ),
            )


@rule(
    "R30",
    Severity.ATTENTION,
    StepKey.ALLIANCES,
    title="Un acteur à approcher, sans but",
    why="Le kit demande «\u00a0dans quels buts\u202f?\u00a0». Un rendez-vous se prépare mieux quand "
    "on sait ce que l’on vient chercher, et ce que l’on apporte.",
)
def ally_without_purpose(case: Case) -> Iterator[Found]:
    """R30: Q13 asks for the purpose of each actor to approach."""
    for index, row in case.to_approach:
        if not row.purpose:
            yield Found(
                f"{_actor(row, index)}{NBSP}: dans quel but vous en rapprocher\u202f?",
                rows=(row.id,),
                links=(FieldLink(StepKey.ALLIANCES, f"rows-{index}-purpose"),),
            )


@rule(
    "R31",
    Severity.INFO,
    StepKey.ALLIANCES,
    title="Un acteur à approcher, sans échéance",
    why="Une alliance prend du temps. Une année, même approximative, aide à répartir les rendez-vous "
    "sur l’horizon du projet.",
)
def ally_without_horizon(case: Case) -> Iterator[Found]:
    """R31: planning of each actor to approach."""
    for index, row in case.to_approach:
        if row.horizon_year is None:
            yield Found(
                f"{_actor(row, index)}{NBSP}: à quelle échéance\u202f?",
                rows=(row.id,),
                links=(FieldLink(StepKey.ALLIANCES, f"rows-{index}-horizon_year"),),
            )


@rule(
    "R32",
    Severity.INFO,
    StepKey.ALLIANCES,
    StepKey.ACTIVITIES,
    title="Créer sans nouvel allié",
    why="Une activité nouvelle se porte rarement seul. Qui pourrait la cofinancer, la relayer, la "
    "tenir avec vous\u202f?",
)
def creating_alone(case: Case) -> Iterator[Found]:
    """R32: growth alone; silent while no alliance is told."""
    created = case.to_create
    if created and case.alliances and not case.to_approach:
        index, _ = created[0]
        yield Found(
            f"Vous créez {'une activité' if len(created) == 1 else 'des activités'} sans nouvel "
            "allié.",
            rows=tuple(row.id for _, row in created),
            links=(
                FieldLink(StepKey.ALLIANCES, "rows"),
                FieldLink(StepKey.ACTIVITIES, f"rows-{index}-state"),
            ),
        )


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
    name, pronoun = TOOLS[tool]
    yield Found(
        f"Pourquoi {name}\u202f? Précisez le besoin auquel {pronoun} répond.",
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
    if not families:
        allies = "Aucune famille n’est encore représentée parmi vos alliés existants."
    elif len(families) == 1:
        allies = (
            f"Vos alliés existants sont d’une seule famille{NBSP}: {named([families[0].label])}."
        )
    else:
        labels = named(family.label for family in families)
        families_told = count(len(families), "famille", "familles")
        allies = f"Vos alliés existants sont de {families_told}{NBSP}: {labels}."
    yield Found(
        f"Une SCIC réunit au moins trois catégories d’associés{NBSP}: les avez-vous\u202f? {allies}",
        facts=tuple(family.value for family in families),
        links=(
            FieldLink(StepKey.ORGANISATION, "legal_tool"),
            FieldLink(StepKey.ALLIANCES, "rows"),
        ),
    )


@rule(
    "R36",
    Severity.INFO,
    StepKey.POSITIONING,
    StepKey.ECONOMIC_MODEL,
    title="Un premier financeur sans posture",
    why="Quand les collectivités et l’État paient {public_funder}\u00a0% du budget ou plus, la "
    "relation avec eux pèse sur tout le reste\u00a0: être à leur service, un partenaire, une force "
    "de proposition\u202f?",
)
def silent_main_funder(case: Case) -> Iterator[Found]:
    """R36: the main funder is public and no posture towards local authorities is told."""
    share = case.model.now.public_pct
    if share is None or share < case.thresholds.public_funder or not case.positions:
        return
    if not any(row.actor_type is ActorType.LOCAL_AUTHORITIES for _, row in case.positions):
        yield Found(
            f"Votre premier financeur est public ({percent(share)} du budget de "
            f"{case.card.base_year}){NBSP}: quelle posture envers les collectivités\u202f?",
            facts=(round(share, 1),),
            links=(
                FieldLink(StepKey.POSITIONING, "rows"),
                FieldLink(StepKey.ECONOMIC_MODEL, "now-public_pct"),
            ),
        )


@rule(
    "R37",
    Severity.INFO,
    StepKey.POSITIONING,
    StepKey.ROLES,
    StepKey.ACTIVITIES,
    title="Essaimer, mais vers qui\u202f?",
    why="Essaimer, ou faire connaître ses actions hors du territoire, c’est entrer en relation avec "
    "d’autres territoires. Quelle place leur donner\u00a0: des pairs, des élèves, des clients\u202f?",
)
def spreading_to_nobody(case: Case) -> Iterator[Found]:
    """R37: the role « essaimage » or an activity « hors territoire », no posture to territories."""
    roles = [(i, row) for i, row in case.roles if row.role is RoleKind.SPREAD]
    activities = [
        (i, row) for i, row in case.activities if says(row.text, "hors", OUT_OF_TERRITORY)
    ]
    if not (roles or activities) or not case.positions:
        return
    if any(row.actor_type is ActorType.OTHER_TERRITORIES for _, row in case.positions):
        return
    yield Found(
        f"Vous voulez essaimer{NBSP}: quel rapport aux autres territoires\u202f?",
        rows=(*(row.id for _, row in roles), *(row.id for _, row in activities)),
        links=(
            FieldLink(StepKey.POSITIONING, "rows"),
            *(FieldLink(StepKey.ROLES, f"rows-{index}-role") for index, _ in roles[:1]),
            *(FieldLink(StepKey.ACTIVITIES, f"rows-{index}-text") for index, _ in activities[:1]),
        ),
    )


def _actor(row: Alliance, index: int) -> str:
    return ALLIES.mention(row, index + 1, article=f"L{APOSTROPHE}")
