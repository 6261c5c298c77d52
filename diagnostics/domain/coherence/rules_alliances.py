"""R29–R32, R36, R37: alliances, and the relations that they suppose."""

from __future__ import annotations

import re
from collections.abc import Iterator

from diagnostics.domain.answers import Alliance
from diagnostics.domain.answers.alliances import ALLIES
from diagnostics.domain.coherence.case import Case
from diagnostics.domain.coherence.findings import FieldLink, Severity
from diagnostics.domain.coherence.registry import Found, rule
from diagnostics.domain.coherence.words import plain
from diagnostics.domain.vocabulary import (
    ActorType,
    AllianceFamily,
    LegalForm,
    RoleKind,
    StepKey,
)
from diagnostics.typography import APOSTROPHE, NBSP, count

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

    One finding per kind of actor, even when it stands in individual and in collective; a chamber or
    a network of companies is one itself.
    """
    families = {row.family for _, row in case.alliances}
    for actor, (family, subject, absent) in FIRST_CIRCLE.items():
        if actor is ActorType.BUSINESS_NETWORKS and case.is_of_companies:
            continue
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
    if len(created) < case.thresholds.min_creations or not case.alliances:
        return
    if not case.to_approach:
        index, _ = created[0]
        yield Found(
            f"Vous créez {count(len(created), 'activité', 'activités')}{NBSP}: qui pourrait les "
            "porter avec vous\u202f?",
            rows=tuple(row.id for _, row in created),
            links=(
                FieldLink(StepKey.ALLIANCES, "rows"),
                FieldLink(StepKey.ACTIVITIES, f"rows-{index}-state"),
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
    """R36: the main funder is public and no posture towards local authorities is told.

    A local authority is one itself.
    """
    if case.structure.legal_form is LegalForm.LOCAL_AUTHORITY:
        return
    share = case.model.now.public_pct
    if share is None or share < case.thresholds.public_funder or not case.positions:
        return
    if not any(row.actor_type is ActorType.LOCAL_AUTHORITIES for _, row in case.positions):
        yield Found(
            f"Votre premier financeur est public{NBSP}: quelle posture envers les "
            "collectivités\u202f?",
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
        (i, row) for i, row in case.activities if OUT_OF_TERRITORY.search(plain(row.text))
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


def business_networks_are_missing(case: Case) -> bool:
    """Tell whether R29 speaks of the networks of companies."""
    networks = {
        row.id for _, row in case.positions if row.actor_type is ActorType.BUSINESS_NETWORKS
    }
    return not networks.isdisjoint(case.rows_told("R29"))
