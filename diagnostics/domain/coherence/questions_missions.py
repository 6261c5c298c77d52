"""C1, C3, C7: what the accompaniment of partnerships asks of activities and allies."""

from __future__ import annotations

from collections.abc import Iterator

from diagnostics.domain.answers.objectives import OBJECTIVES
from diagnostics.domain.coherence.case import Case
from diagnostics.domain.coherence.figures import counts
from diagnostics.domain.coherence.findings import FieldLink, Severity
from diagnostics.domain.coherence.registry import Found, rule
from diagnostics.domain.coherence.rules_alliances import business_networks_are_missing
from diagnostics.domain.vocabulary import Handling, Mission, ScopeStepKey, StepKey
from diagnostics.typography import APOSTROPHE, NBSP, count, quoted


@rule(
    "C1",
    Severity.INFO,
    StepKey.ACCOMPANIMENT_SCOPE,
    StepKey.ACTIVITIES,
    title="Accompagner sans activité",
    why="Prendre en charge une étape de l’accompagnement est une activité\u00a0: elle a une priorité, "
    "un état, un échelon. Si la mission est hors de votre rôle, qui fait ces étapes\u202f?",
)
def steps_without_activity(case: Case) -> Iterator[Found]:
    """C1: the structure does steps of the chain itself, and « Accompagner » is empty or out of role.

    « Évaluer » may be an activity of « Analyser, diffuser ». R10 asks it first, out of role apart.
    """
    mission = Mission.SUPPORT_PARTNERSHIPS
    is_out = mission in case.out_of_scope
    if not is_out and (
        not case.missions_answered or mission in case.missions_served or case.told("R10")
    ):
        return
    elsewhere = {ScopeStepKey.MATCH}
    if Mission.ANALYSE_SHARE in case.missions_served:
        elsewhere.add(ScopeStepKey.EVALUATE)
    steps = [
        step
        for step, row in case.scope.items()
        if row.handling is Handling.SELF and step not in elsewhere
    ]
    if not steps:
        return
    yield Found(
        f"Vous prenez en charge {count(len(steps), 'étape', 'étapes')} de l’accompagnement (3.2), "
        f"mais {quoted('Accompagner')} {'est hors de votre rôle' if is_out else 'n’a aucune activité'} "
        "(3.1).",
        rows=(mission.value, *(step.value for step in steps)),
        facts=(is_out,),
        links=(
            FieldLink(StepKey.ACCOMPANIMENT_SCOPE, f"rows-{case.place_of(steps[0])}-handling"),
            FieldLink(StepKey.ACTIVITIES, "out_of_scope" if is_out else "rows"),
        ),
        severity=Severity.ATTENTION if is_out else Severity.INFO,
    )


@rule(
    "C3",
    Severity.ATTENTION,
    StepKey.OBJECTIVES,
    StepKey.ALLIANCES,
    title="Des entreprises à atteindre, sans chemin",
    why="On atteint les entreprises par ceux qu’elles connaissent déjà\u00a0: un réseau d’entreprises, "
    "une chambre consulaire. Sans eux parmi vos alliés, il reste à dire par qui.",
)
def no_way_to_companies(case: Case) -> Iterator[Found]:
    """C3: companies or partnerships are counted, and no ally leads to companies; one finding.

    R22 and R29 ask it first.
    """
    if not case.alliances or case.has_way_to_companies or case.is_of_companies:
        return
    if Mission.CONNECT_NETWORKS in case.out_of_scope or case.told("R22"):
        return
    if business_networks_are_missing(case):
        return
    counted = [
        (index, row)
        for index, row in case.objectives
        if counts(row, "entreprise") or counts(row, "partenariat")
    ]
    if counted:
        index, row = counted[0]
        name = OBJECTIVES.mention(row, index + 1, article=f"L{APOSTROPHE}")
        yield Found(
            f"{name}{NBSP}: par qui atteindrez-vous les entreprises\u202f?",
            rows=tuple(row.id for _, row in counted),
            links=(
                FieldLink(StepKey.OBJECTIVES, f"rows-{index}-unit"),
                FieldLink(StepKey.ALLIANCES, "rows"),
            ),
        )


@rule(
    "C7",
    Severity.INFO,
    StepKey.ACCOMPANIMENT_SCOPE,
    StepKey.OBJECTIVES,
    title="Des partenariats que personne ne suit",
    why="Un partenariat conclu peut s’arrêter six mois plus tard. Sans suivi, le nombre que vous "
    "visez est celui des signatures.",
)
def partnerships_not_followed(case: Case) -> Iterator[Found]:
    """C7: partnerships aimed at, nobody follows them, and « Accompagner » is not out of role."""
    step = ScopeStepKey.FOLLOW_UP
    if Mission.SUPPORT_PARTNERSHIPS in case.out_of_scope or not case.partnership_objectives:
        return
    if step in case.scope and case.scope[step].handling is Handling.NONE:
        index, _ = case.partnership_objectives[0]
        yield Found(
            f"Personne ne suit les partenariats une fois conclus{NBSP}: qui saura ce qu’ils "
            "deviennent\u202f?",
            rows=(step.value, *(row.id for _, row in case.partnership_objectives)),
            links=(
                FieldLink(StepKey.ACCOMPANIMENT_SCOPE, f"rows-{case.place_of(step)}-handling"),
                FieldLink(StepKey.OBJECTIVES, f"rows-{index}-target_value"),
            ),
        )
