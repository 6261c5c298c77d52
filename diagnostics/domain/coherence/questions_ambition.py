"""C5, C6, A1, A2, A4: what the objectives leave open."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from diagnostics.domain.answers import Activity, Objective
from diagnostics.domain.answers.objectives import OBJECTIVES
from diagnostics.domain.answers.roles import ROLES
from diagnostics.domain.coherence.case import Case, Placed
from diagnostics.domain.coherence.figures import is_quantified
from diagnostics.domain.coherence.findings import FieldLink, Severity
from diagnostics.domain.coherence.registry import Found, rule
from diagnostics.domain.vocabulary import ObjectiveKind, StepKey
from diagnostics.typography import APOSTROPHE, NBSP, count, quoted, shortened


@rule(
    "C5",
    Severity.ATTENTION,
    StepKey.OBJECTIVES,
    StepKey.ACTIVITIES,
    title="Un objectif que rien ne sert",
    why="La moitié de vos activités au moins disent quel objectif elles servent. Un objectif que "
    "personne ne sert attend une activité, ou un lien.",
)
def objective_served_by_none(case: Case) -> Iterator[Found]:
    """C5: the activities are tied for the most part, and none to this objective.

    R10 asks it of the objectives in partnerships.
    """
    served = _served({row.id for _, row in case.objectives}, case.activities)
    if served is None:
        return
    promised = case.rows_told("R10")
    for index, row in case.objectives:
        if row.id not in served and row.id not in promised:
            name = quoted(shortened(row.statement)) if row.statement else f"{index + 1}"
            yield Found(
                f"Aucune activité ne sert l’objectif {name}. Laquelle le fera avancer\u202f?",
                rows=(row.id,),
                links=(
                    FieldLink(StepKey.OBJECTIVES, f"rows-{index}-statement"),
                    FieldLink(StepKey.ACTIVITIES, "rows"),
                ),
                severity=Severity.ATTENTION if is_quantified(row) else Severity.INFO,
            )


@rule(
    "C6",
    Severity.INFO,
    StepKey.ROLES,
    StepKey.OBJECTIVES,
    title="Un rôle sans objectif",
    why="La moitié de vos objectifs au moins disent quel rôle ils servent. Un rôle que nul objectif "
    "ne sert se tiendra sans que l’on sache s’il est tenu.",
)
def role_served_by_none(case: Case) -> Iterator[Found]:
    """C6: the objectives are tied for the most part, and none to this role."""
    served = _served({row.id for _, row in case.roles}, case.objectives)
    if served is None:
        return
    for index, row in case.roles:
        if row.id not in served:
            yield Found(
                f"Aucun objectif ne dit comment tenir le rôle {ROLES.mention(row, index + 1)}.",
                rows=(row.id,),
                links=(
                    FieldLink(StepKey.ROLES, f"rows-{index}-role"),
                    FieldLink(StepKey.OBJECTIVES, "rows"),
                ),
            )


def _served(
    targets: set[str], rows: Sequence[Placed[Activity] | Placed[Objective]]
) -> set[str] | None:
    """Return the rows that others serve, or None while less than half of these serve any."""
    served = [targets.intersection(row.serves) for _, row in rows]
    tied = sum(map(bool, served))
    if not tied or 2 * tied < len(rows):
        return None
    return set().union(*served)


@rule(
    "A1",
    Severity.INFO,
    StepKey.OBJECTIVES,
    title="Tout se joue la dernière année",
    why="Quand toutes les échéances sont la dernière année, on n’apprend qu’à la fin si l’on avance. "
    "Une étape à mi-chemin permet de corriger.",
)
def everything_in_the_last_year(case: Case) -> Iterator[Found]:
    """A1: at least three deadlines, all in the last year."""
    last = case.card.target_year
    deadlines = case.deadlines
    if len(deadlines) >= case.thresholds.min_deadlines and all(y == last for _, _, y in deadlines):
        index, _, _ = deadlines[0]
        yield Found(
            "À quoi verrez-vous, à mi-chemin, que vous avancez\u202f?",
            rows=tuple(row.id for _, row, _ in deadlines),
            links=(FieldLink(StepKey.OBJECTIVES, f"rows-{index}-deadline_year"),),
        )


@rule(
    "A2",
    Severity.INFO,
    StepKey.OBJECTIVES,
    title="Un objectif de qualité sans échéance",
    why="Une date suffit à suivre un objectif que l’on ne mesure pas\u00a0: ce jour-là, le conseil "
    "demandera si c’est fait.",
)
def quality_without_year(case: Case) -> Iterator[Found]:
    """A2: a qualitative objective without year."""
    for index, row in case.objectives:
        if row.kind is ObjectiveKind.QUALITATIVE and row.deadline_year is None:
            name = OBJECTIVES.mention(row, index + 1, article=f"L{APOSTROPHE}")
            yield Found(
                f"{name} n’a pas d’échéance.",
                rows=(row.id,),
                links=(FieldLink(StepKey.OBJECTIVES, f"rows-{index}-deadline_year"),),
            )


@rule(
    "A4",
    Severity.INFO,
    StepKey.OBJECTIVES,
    StepKey.ECONOMIC_MODEL,
    title="Des partenariats portés par des bénévoles",
    why="Un partenariat se prépare et se suit\u00a0: c’est du temps. Quand personne n’est salarié, "
    "dire combien d’heures et de qui évite de compter sur les mêmes.",
)
def partnerships_by_volunteers(case: Case) -> Iterator[Found]:
    """A4: partnerships aimed at, and 0 ETP told in both columns; the greatest target is told."""
    if case.model.now.fte != 0 or case.model.target.fte != 0:
        return
    aimed = [(i, row) for i, row in case.partnership_objectives if row.target_value]
    if not aimed:
        return
    index, most = max(((i, row.target_value or 0) for i, row in aimed), key=lambda entry: entry[1])
    yield Found(
        f"{count(most, 'partenariat', 'partenariats')} sans salarié{NBSP}: combien de temps bénévole, "
        "et de qui\u202f?",
        rows=tuple(row.id for _, row in aimed),
        facts=(most,),
        links=(
            FieldLink(StepKey.OBJECTIVES, f"rows-{index}-target_value"),
            FieldLink(StepKey.ECONOMIC_MODEL, "target-volunteers"),
        ),
    )
