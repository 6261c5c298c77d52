"""R01–R08: the vision and the ambition, and what each says to the other."""

from __future__ import annotations

from collections.abc import Iterator

from diagnostics.domain.answers import Objective
from diagnostics.domain.answers.objectives import OBJECTIVES
from diagnostics.domain.answers.roles import ROLES
from diagnostics.domain.coherence.case import Case
from diagnostics.domain.coherence.figures import is_quantified
from diagnostics.domain.coherence.findings import FieldLink, Severity
from diagnostics.domain.coherence.registry import Found, rule
from diagnostics.domain.coherence.wording import named
from diagnostics.domain.vocabulary import Mission, RoleKind, StepKey
from diagnostics.typography import APOSTROPHE, NBSP, enumeration

# The missions that act each role of the kit.
MISSIONS_OF_ROLE: dict[RoleKind, tuple[Mission, ...]] = {
    RoleKind.INFLUENCE_REFERENCE: (Mission.RAISE_AWARENESS, Mission.ANALYSE_SHARE),
    RoleKind.NETWORK: (Mission.CONNECT_NETWORKS,),
    RoleKind.SCOUT: (Mission.ANALYSE_SHARE, Mission.RAISE_AWARENESS),
    RoleKind.SPREAD: (Mission.SUPPORT_PARTNERSHIPS, Mission.ANALYSE_SHARE),
}


@rule(
    "R01",
    Severity.ATTENTION,
    StepKey.VISION,
    StepKey.ROLES,
    StepKey.OBJECTIVES,
    title="Une ambition sans vision",
    why="Le kit demande l’ambition «\u00a0au regard de la vision\u00a0»\u00a0: on choisit son rôle "
    "et ses objectifs parce que l’on veut une certaine situation sur le territoire. Sans cette "
    "situation décrite, personne ne peut dire si l’ambition est la bonne.",
)
def ambition_without_vision(case: Case) -> Iterator[Found]:
    """R01: the ambition is read in the light of the vision; the starting point alone is none."""
    if any(row.text for _, row in case.statements) or not (case.roles or case.objectives):
        return
    sides = [(StepKey.ROLES, case.roles), (StepKey.OBJECTIVES, case.objectives)]
    yield Found(
        f"Vous définissez votre ambition sans avoir décrit la situation souhaitée sur le "
        f"territoire. Commencez par la vision{NBSP}: c’est elle qui justifie l’ambition.",
        links=(
            FieldLink(StepKey.VISION, "statements"),
            *(FieldLink(step, "rows") for step, rows in sides if rows),
        ),
    )


@rule(
    "R02",
    Severity.INFO,
    StepKey.ROLES,
    title="Beaucoup de rôles",
    why="Tenir plus de {max_roles} rôles à la fois disperse une petite équipe. Les garder tous est "
    "possible\u202f; dire lesquels passent d’abord aide le conseil à arbitrer.",
)
def many_roles(case: Case) -> Iterator[Found]:
    """R02: more roles than a team can hold disperse it."""
    if len(case.roles) > case.thresholds.max_roles:
        yield Found(
            f"Vous retenez {len(case.roles)} rôles. Lequel passerait en second si le temps "
            "manquait\u202f?",
            rows=tuple(row.id for _, row in case.roles),
            links=(FieldLink(StepKey.ROLES, "rows"),),
        )


@rule(
    "R03",
    Severity.ATTENTION,
    StepKey.ROLES,
    StepKey.ACTIVITIES,
    title="Un rôle que rien ne porte",
    why="Un rôle se voit à ce que l’on fait. Chaque rôle du kit s’exerce par une ou deux missions "
    "(par exemple, un acteur de réseaux met en relation)\u00a0: sans activité dans l’une d’elles, "
    "il reste une intention.",
)
def role_without_activity(case: Case) -> Iterator[Found]:
    """R03: a role must be acted, in one of its missions (MISSIONS_OF_ROLE)."""
    if not case.missions_answered:
        return
    for index, row in case.roles:
        missions = MISSIONS_OF_ROLE.get(row.role) if row.role else None
        if row.role is None or missions is None or case.missions_served.intersection(missions):
            continue
        noun = "mission" if len(missions) == 1 else "missions"
        labels = named((mission.label for mission in missions), "ou")
        yield Found(
            f"Le rôle {ROLES.mention(row, index + 1)} n’est porté par aucune activité "
            f"({noun} {labels}). Ajoutez une activité ou revoyez ce rôle.",
            rows=(row.id,),
            facts=(row.role.value,),
            links=(
                FieldLink(StepKey.ROLES, f"rows-{index}-role"),
                FieldLink(StepKey.ACTIVITIES, "rows"),
            ),
        )


@rule(
    "R04",
    Severity.ATTENTION,
    StepKey.OBJECTIVES,
    title="Aucun objectif chiffré",
    why="Un conseil d’administration suit ce qu’il peut mesurer. Un seul objectif chiffré suffit "
    "pour savoir, dans un an, si l’on avance.",
)
def no_quantified_objective(case: Case) -> Iterator[Found]:
    """R04: the board cannot follow up what is never measured."""
    if case.objectives and not any(is_quantified(row) for _, row in case.objectives):
        index, _ = case.objectives[0]
        yield Found(
            "Aucun objectif n’est chiffré. Choisissez-en au moins un à mesurer.",
            links=(FieldLink(StepKey.OBJECTIVES, f"rows-{index}-kind"),),
        )


@rule(
    "R05",
    Severity.INFO,
    StepKey.OBJECTIVES,
    title="Rien que des chiffres",
    why="Le kit demande des objectifs «\u00a0qualitatifs et quantitatifs\u00a0». Les chiffres disent "
    "combien\u202f; un objectif de qualité dit ce qui doit changer dans la manière de faire.",
)
def only_quantified_objectives(case: Case) -> Iterator[Found]:
    """R05: the question asks for both natures; silent while one of the natures is not said."""
    if len(case.objectives) >= case.thresholds.min_objectives and all(
        is_quantified(row) for _, row in case.objectives
    ):
        yield Found(
            "Tous vos objectifs sont chiffrés. Qu’est-ce qui doit aussi changer en qualité\u202f?",
            links=(FieldLink(StepKey.OBJECTIVES, "rows"),),
        )


@rule(
    "R06",
    Severity.ATTENTION,
    StepKey.OBJECTIVES,
    title="Un objectif chiffré que l’on ne peut pas suivre",
    why="Pour suivre un objectif chiffré, il faut une valeur à atteindre, une unité et une date. "
    "S’il en manque une, chacun comptera à sa façon.",
)
def unmeasurable_objective(case: Case) -> Iterator[Found]:
    """R06: a quantified objective without target (0 is one), unit or year is not measurable."""
    for index, row in case.objectives:
        if not is_quantified(row):
            continue
        parts = [
            ("target_value", "la valeur cible", row.target_value),
            ("unit", "l’unité", row.unit or None),
            ("deadline_year", "l’échéance", row.deadline_year),
        ]
        missing = [(name, label) for name, label, value in parts if value is None]
        if missing:
            yield Found(
                f"{_objective(row, index)}{NBSP}: il manque "
                f"{enumeration(label for _, label in missing)} pour pouvoir le suivre.",
                rows=(row.id,),
                facts=tuple(name for name, _ in missing),
                links=(FieldLink(StepKey.OBJECTIVES, f"rows-{index}-{missing[0][0]}"),),
            )


@rule(
    "R07",
    Severity.ATTENTION,
    StepKey.OBJECTIVES,
    title="Une échéance hors de l’horizon",
    why="Le diagnostic porte sur les années de son horizon. Une échéance d’avant l’année "
    "N est du passé\u202f; une échéance d’après attendra le diagnostic suivant.",
)
def deadline_out_of_horizon(case: Case) -> Iterator[Found]:
    """R07: a deadline before year N or after the horizon; when most are, S12 says why."""
    first, last = case.card.base_year, case.card.target_year
    if case.told("S12"):
        return
    for index, row, year in case.deadlines:
        if year not in case.period:
            yield Found(
                f"{_objective(row, index)}{NBSP}: l’échéance {year} sort de l’horizon "
                f"{first}–{last}.",
                rows=(row.id,),
                facts=(year, first, last),
                links=(FieldLink(StepKey.OBJECTIVES, f"rows-{index}-deadline_year"),),
            )


@rule(
    "R08",
    Severity.INFO,
    StepKey.OBJECTIVES,
    title="Beaucoup d’objectifs",
    why="Au-delà de {max_objectives} objectifs, un conseil n’en suit plus vraiment aucun. Les autres "
    "peuvent rester dans le plan d’actions de l’équipe.",
)
def many_objectives(case: Case) -> Iterator[Found]:
    """R08: more objectives than a board can steer by."""
    if len(case.objectives) > case.thresholds.max_objectives:
        yield Found(
            f"{len(case.objectives)} objectifs{NBSP}: lesquels le conseil suivra-t-il vraiment\u202f?",
            rows=tuple(row.id for _, row in case.objectives),
            links=(FieldLink(StepKey.OBJECTIVES, "rows"),),
        )


def _objective(row: Objective, index: int) -> str:
    return OBJECTIVES.mention(row, index + 1, article=f"L{APOSTROPHE}")
