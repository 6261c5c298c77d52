"""R09–R13: the four missions and their activities, and the means that they ask for."""

from __future__ import annotations

from collections.abc import Iterator

from diagnostics.domain.answers import Objective
from diagnostics.domain.answers.fields import PRECISION
from diagnostics.domain.coherence.case import Case, Placed
from diagnostics.domain.coherence.figures import each_year, is_a_rhythm
from diagnostics.domain.coherence.findings import FieldLink, Severity
from diagnostics.domain.coherence.registry import Found, rule
from diagnostics.domain.coherence.wording import figure
from diagnostics.domain.vocabulary import Mission, ScopeStepKey, StepKey
from diagnostics.typography import NBSP, count, number, quoted


@rule(
    "R09",
    Severity.INFO,
    StepKey.ACTIVITIES,
    title="Une mission sans activité",
    why="Les quatre missions font ensemble un modèle territorial. Une structure n’est pas tenue de "
    "les porter toutes\u202f; mais si l’une manque, mieux vaut savoir qui la porte, ou dire "
    "qu’elle est hors de son rôle.",
)
def mission_without_activity(case: Case) -> Iterator[Found]:
    """R09: the four missions make the model; « hors de notre rôle » is a full answer.

    R10 and C1 say it of « Accompagner » with what it is wanted for.
    """
    if not case.missions_answered:
        return
    for mission in Mission:
        if mission is Mission.SUPPORT_PARTNERSHIPS and (case.told("R10") or case.told("C1")):
            continue
        if mission not in case.missions_served and mission not in case.out_of_scope:
            yield Found(
                f"La mission {quoted(mission.label)} n’a aucune activité. Est-ce un choix\u202f? "
                "Qui la porte sur le territoire\u202f?",
                rows=(mission.value,),
                links=(
                    FieldLink(StepKey.ACTIVITIES, "rows"),
                    FieldLink(StepKey.ACTIVITIES, "out_of_scope"),
                ),
            )


@rule(
    "R10",
    Severity.ATTENTION,
    StepKey.OBJECTIVES,
    StepKey.ACTIVITIES,
    StepKey.ACCOMPANIMENT_SCOPE,
    title="Des partenariats promis sans accompagnement",
    why="Un partenariat naît rarement d’une seule rencontre\u00a0: il faut préparer, construire, "
    "suivre. Viser un nombre de partenariats suppose que quelqu’un, vous ou un partenaire, s’en "
    "charge.",
)
def partnerships_without_accompaniment(case: Case) -> Iterator[Found]:
    """R10: a promise without means, of partnerships in all or a year.

    Either side alone is enough, among those that have an answer: no activity in « Accompagner », or
    no step of the accompaniment done besides « Mettre en relation » (« à décider » is not done).
    """
    objectives = case.partnership_objectives
    no_activity = case.missions_answered and (
        Mission.SUPPORT_PARTNERSHIPS not in case.missions_served
    )
    others = [step for step in ScopeStepKey if step is not ScopeStepKey.MATCH]
    no_step = bool(case.scope) and not any(case.is_done(step) for step in others)
    if not objectives or not (no_activity or no_step):
        return
    if no_activity:
        lack = "sans activité d’accompagnement"
    elif case.is_done(ScopeStepKey.MATCH):
        lack = "sans rien prendre en charge au-delà de la mise en relation"
    else:
        lack = "sans prendre en charge aucune étape de leur accompagnement"
    total = round(sum(row.target_value or 0 for _, row in objectives), PRECISION)
    index, _ = objectives[0]
    yield Found(
        f"Vous visez {_aim(objectives)} {lack}. Qui aidera à les construire\u202f?",
        rows=tuple(row.id for _, row in objectives),
        facts=(total, no_activity, no_step),
        links=(
            FieldLink(StepKey.OBJECTIVES, f"rows-{index}-target_value"),
            *([FieldLink(StepKey.ACTIVITIES, "rows")] if no_activity else []),
            *([FieldLink(StepKey.ACCOMPANIMENT_SCOPE, "rows-0-handling")] if no_step else []),
        ),
    )


def _aim(objectives: list[Placed[Objective]]) -> str:
    """Say how many partnerships are aimed at, or only that they are where no figure says it."""
    told = [row for _, row in objectives if row.target_value]
    rhythms = {is_a_rhythm(row) for row in told}
    if len(rhythms) != 1:  # none, or numbers that cannot be added
        return "des partenariats"
    total = sum(row.target_value or 0 for row in told)
    return count(total, "partenariat", "partenariats") + (" par an" if True in rhythms else "")


@rule(
    "R11",
    Severity.INFO,
    StepKey.OBJECTIVES,
    StepKey.ECONOMIC_MODEL,
    title="Le rythme de partenariats par personne",
    why="On compare les partenariats visés au temps de travail disponible\u00a0: ce qu’il reste à "
    "initier, divisé par les années jusqu’à l’échéance et par l’équipe moyenne entre N et la cible. "
    "Au-delà de {pace_info} par an et par ETP la question mérite d’être posée\u202f; au-delà de "
    "{pace_attention}, peu d’équipes tiennent. L’exemple du kit, 200 partenariats en trois ans, en "
    "demande 22.",
)
def pace_of_partnerships(case: Case) -> Iterator[Found]:
    """R11: workload, the partnerships of each year until their deadline ÷ mean ETP of N and the end.

    The objectives in partnerships are added. A baseline that is not said is 0 (« avoir initié 200
    partenariats »), a target a year counts as it stands, no deadline is the horizon; a deadline not
    after N is left out. Silent without both ETP, or when they are 0 (volunteers only).
    """
    now, target = case.model.now.fte, case.model.target.fte
    if now is None or target is None or now + target == 0:
        return
    period = {"base_year": case.card.base_year, "horizon": case.card.target_year}
    counted = [
        (index, row, *asked)
        for index, row in case.partnership_objectives
        if (asked := each_year(row, **period))
    ]
    team = (now + target) / 2
    pace = round(sum(each for _, _, each, _ in counted) / team, PRECISION)
    if pace <= case.thresholds.pace_info:
        return
    severity = Severity.ATTENTION if pace > case.thresholds.pace_attention else Severity.INFO
    index, row, each, years = counted[0]
    if len(counted) > 1 or is_a_rhythm(row):
        each = sum(each for _, _, each, _ in counted)
        told = f"{count(round(each, 1), 'partenariat', 'partenariats')} par an"
    else:
        promised = count(round(each * years, 2), "partenariat", "partenariats")
        told = f"{promised} en {count(years, 'an', 'ans')}"
    yield Found(
        f"{told} pour {number(team)}{NBSP}ETP = environ {figure(pace)}{NBSP}partenariats par an et "
        f"par ETP (l’exemple du kit{NBSP}: 22). Qu’est-ce qui rend ce rythme tenable\u202f?",
        rows=tuple(row.id for _, row, _, _ in counted),
        facts=(round(pace, 1), severity.value),
        links=(
            FieldLink(StepKey.OBJECTIVES, f"rows-{index}-target_value"),
            FieldLink(StepKey.ECONOMIC_MODEL, "target-fte"),
        ),
        severity=severity,
    )


@rule(
    "R12",
    Severity.INFO,
    StepKey.ACTIVITIES,
    title="Presque tout est prioritaire",
    why="Si plus de {priority_share}\u00a0% des activités passent en premier, aucune ne passe en "
    "premier. Le jour où le temps manque, l’équipe choisira seule ce qui attend.",
)
def everything_first(case: Case) -> Iterator[Found]:
    """R12: when nearly everything is a priority, nothing is."""
    total = len(case.activities)
    first = [(index, row) for index, row in case.activities if row.priority == 1]
    if total < case.thresholds.min_activities:
        return
    share = round(100 * len(first) / total, PRECISION)
    if share > case.thresholds.priority_share:
        index, _ = first[0]
        yield Found(
            f"{len(first)} activités sur {total} sont prioritaires{NBSP}: laquelle attendrait si le "
            "temps manquait\u202f?",
            rows=tuple(row.id for _, row in first),
            facts=(len(first), total),
            links=(FieldLink(StepKey.ACTIVITIES, f"rows-{index}-priority"),),
        )


@rule(
    "R13",
    Severity.ATTENTION,
    StepKey.ACTIVITIES,
    StepKey.ECONOMIC_MODEL,
    title="Créer beaucoup, à équipe constante",
    why="Créer {creation_share}\u00a0% d’activités nouvelles ou davantage avec la même équipe "
    "suppose d’en arrêter d’autres, ou de compter sur des alliés et des bénévoles. Le dire évite "
    "l’épuisement.",
)
def creating_without_growing(case: Case) -> Iterator[Found]:
    """R13: half the activities are to create, and the team does not grow."""
    now, target = case.model.now.fte, case.model.target.fte
    created, total = case.to_create, len(case.activities)
    if not created or now is None or target is None or target > now:
        return
    share = round(100 * len(created) / total, PRECISION)
    if share < case.thresholds.creation_share:
        return
    team = (
        "à équipe constante"
        if target == now
        else f"avec une équipe qui passe de {number(now)} à {number(target)}{NBSP}ETP"
    )
    index, _ = created[0]
    yield Found(
        f"{_part(len(created), total)} à créer, {team}. Que cessez-vous de faire\u202f?",
        rows=tuple(row.id for _, row in created),
        facts=(len(created), total, now, target),
        links=(
            FieldLink(StepKey.ACTIVITIES, f"rows-{index}-state"),
            FieldLink(StepKey.ECONOMIC_MODEL, "target-fte"),
        ),
    )


def _part(some: int, total: int) -> str:
    """Say which part of the activities « sont », with its verb."""
    if some == total:
        return "Votre seule activité est" if total == 1 else "Toutes vos activités sont"
    if 2 * some == total:
        return "La moitié de vos activités sont"
    if 2 * some > total:
        return f"Plus de la moitié de vos activités ({some} sur {total}) sont"
    return f"{count(some, 'activité', 'activités')} sur {total} {'sont' if some > 1 else 'est'}"
