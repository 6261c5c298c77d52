"""R09–R18: missions, activities, accompaniment and territory, and the means they ask for."""

from __future__ import annotations

from collections.abc import Iterator

from diagnostics.domain.answers.activities import ACTIVITIES
from diagnostics.domain.answers.fields import PRECISION
from diagnostics.domain.coherence.case import Case, plain
from diagnostics.domain.coherence.findings import FieldLink, Severity
from diagnostics.domain.coherence.registry import Found, rule
from diagnostics.domain.coherence.wording import figure
from diagnostics.domain.vocabulary import (
    AllianceLevel,
    Handling,
    Mission,
    ScopeStepKey,
    StepKey,
    TerritorialScale,
)
from diagnostics.typography import APOSTROPHE, NBSP, count, number, percent, quoted, shortened

SCALE_ORDER = {scale: rank for rank, scale in enumerate(TerritorialScale)}
WIDE_SCALES = {
    TerritorialScale.REGION: "régionale",
    TerritorialScale.INTERREGIONAL: "interrégionale",
    TerritorialScale.NATIONAL: "nationale",
}
WIDE_LEVELS = frozenset({AllianceLevel.REGIONAL, AllianceLevel.NATIONAL})


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
    """R09: the four missions make the model; « hors de notre rôle » is a full answer."""
    if not case.missions_answered:
        return
    for mission in Mission:
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
    """R10: a promise without means.

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
    targets = [row.target_value for _, row in objectives if row.target_value]
    aim = count(sum(targets), "partenariat", "partenariats") if targets else "des partenariats"
    if no_activity:
        lack = "sans activité d’accompagnement"
    elif case.is_done(ScopeStepKey.MATCH):
        lack = "sans rien prendre en charge au-delà de la mise en relation"
    else:
        lack = "sans prendre en charge aucune étape de leur accompagnement"
    index, _ = objectives[0]
    yield Found(
        f"Vous visez {aim} {lack}. Qui aidera à les construire\u202f?",
        rows=tuple(row.id for _, row in objectives),
        facts=(sum(targets), no_activity, no_step),
        links=(
            FieldLink(StepKey.OBJECTIVES, f"rows-{index}-target_value"),
            *([FieldLink(StepKey.ACTIVITIES, "rows")] if no_activity else []),
            *([FieldLink(StepKey.ACCOMPANIMENT_SCOPE, "rows-0-handling")] if no_step else []),
        ),
    )


@rule(
    "R11",
    Severity.INFO,
    StepKey.OBJECTIVES,
    StepKey.ECONOMIC_MODEL,
    title="Le rythme de partenariats par personne",
    why="On compare les partenariats visés au temps de travail disponible\u00a0: ce qu’il reste à "
    "initier, divisé par les années de l’horizon et par l’équipe moyenne entre N et la cible. "
    "Au-delà de {pace_info} par an et par ETP la question mérite d’être posée\u202f; au-delà de "
    "{pace_attention}, peu d’équipes tiennent. L’exemple du kit, 200 partenariats en trois ans, en "
    "demande une vingtaine.",
)
def pace_of_partnerships(case: Case) -> Iterator[Found]:
    """R11: workload, (target − baseline) ÷ (years of the horizon × mean ETP of N and of the end).

    All the objectives that count partnerships are added; a baseline that is not said is 0 (« avoir
    initié 200 partenariats »). Silent without both ETP, or when they are 0 (volunteers only).
    """
    now, target = case.model.now.fte, case.model.target.fte
    if now is None or target is None or now + target == 0:
        return
    counted = [(i, row) for i, row in case.partnership_objectives if row.target_value is not None]
    to_initiate = sum((row.target_value or 0) - (row.baseline_value or 0) for _, row in counted)
    pace = round(to_initiate / (case.card.horizon_years * (now + target) / 2), PRECISION)
    if pace <= case.thresholds.pace_info:
        return
    severity = Severity.ATTENTION if pace > case.thresholds.pace_attention else Severity.INFO
    subject = "Votre cible représente" if len(counted) == 1 else "Vos cibles représentent"
    index, _ = counted[0]
    yield Found(
        f"{subject} environ {figure(pace)}{NBSP}partenariats par an et par ETP. Vérifiez que le "
        "rythme est tenable.",
        rows=tuple(row.id for _, row in counted),
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
            f"{percent(share)} des activités sont prioritaires ({len(first)} sur {total})"
            f"{NBSP}: hiérarchisez.",
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
        f"à équipe constante ({number(now)}{NBSP}ETP)"
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


@rule(
    "R14",
    Severity.ATTENTION,
    StepKey.ACCOMPANIMENT_SCOPE,
    StepKey.ALLIANCES,
    title="Un partenaire absent des alliances",
    why="Une étape confiée à un partenaire ne tient que si ce partenaire est nommé et d’accord. La "
    "stratégie d’alliances est l’endroit où dire comment vous travaillez avec lui.",
)
def partner_without_alliance(case: Case) -> Iterator[Found]:
    """R14: a step done with a partner who is not named, or who is not among the alliances.

    A partner is an ally when the step points to an alliance, or when the name typed is that of one
    (« CCI » for « CCI territoriale »). A name is not looked for while no alliance is told.
    """
    allies = {row.id for _, row in case.alliances}
    for index, (key, row) in enumerate(case.scope.items()):
        if row.handling is not Handling.WITH_PARTNER or row.alliance in allies:
            continue
        if not row.partner:
            yield Found(
                f"Étape {quoted(key.label)}{NBSP}: le partenaire n’est pas nommé.",
                rows=(key.value,),
                links=(FieldLink(StepKey.ACCOMPANIMENT_SCOPE, f"rows-{index}-partner"),),
            )
        elif case.alliances and not case.is_an_ally(row.partner):
            yield Found(
                f"Étape {quoted(key.label)}{NBSP}: le partenaire "
                f"{quoted(shortened(row.partner))} n’apparaît pas dans vos alliances.",
                rows=(key.value,),
                facts=(plain(row.partner),),
                links=(
                    FieldLink(StepKey.ACCOMPANIMENT_SCOPE, f"rows-{index}-partner"),
                    FieldLink(StepKey.ALLIANCES, "rows"),
                ),
            )


@rule(
    "R15",
    Severity.ATTENTION,
    StepKey.ACCOMPANIMENT_SCOPE,
    StepKey.ACTIVITIES,
    title="Mesurer l’impact sans évaluer",
    why="L’impact sur le territoire se lit dans les partenariats eux-mêmes. Un partenariat sur cinq "
    "seulement est évalué\u00a0: si personne ne s’en charge, il n’y aura rien à analyser.",
)
def impact_without_evaluation(case: Case) -> Iterator[Found]:
    """R15: « Analyser, diffuser » has an activity, « Évaluer le partenariat » is not done."""
    analysis = [(i, a) for i, a in case.activities if a.mission is Mission.ANALYSE_SHARE]
    if not analysis or not case.scope or case.is_done(ScopeStepKey.EVALUATE):
        return
    handling = case.scope[ScopeStepKey.EVALUATE].handling
    step = quoted(ScopeStepKey.EVALUATE.label)
    state = "reste à décider" if handling is Handling.UNDECIDED else "n’est pas prise en charge"
    index, _ = analysis[0]
    place = list(case.scope).index(ScopeStepKey.EVALUATE)
    yield Found(
        f"Vous voulez mesurer l’impact, mais personne n’évalue les partenariats{NBSP}: l’étape "
        f"{step} {state}.",
        rows=(ScopeStepKey.EVALUATE.value, *(row.id for _, row in analysis)),
        facts=(handling.value,),
        links=(
            FieldLink(StepKey.ACCOMPANIMENT_SCOPE, f"rows-{place}-handling"),
            FieldLink(StepKey.ACTIVITIES, f"rows-{index}-text"),
        ),
    )


PREPARED = {
    ScopeStepKey.PREPARE_NONPROFIT: "l’association",
    ScopeStepKey.PREPARE_COMPANY: "l’entreprise",
}


@rule(
    "R16",
    Severity.INFO,
    StepKey.ACCOMPANIMENT_SCOPE,
    title="Un seul des deux partenaires est préparé",
    why="Un partenariat se prépare des deux côtés. Si vous n’en préparez qu’un, un réseau "
    "d’associations ou d’entreprises prépare peut-être l’autre\u00a0: lequel\u202f?",
)
def one_partner_prepared(case: Case) -> Iterator[Found]:
    """R16: exactly one of the two preparations is « la structure ne le fait pas ».

    The other may be still to decide: the message says so.
    """
    if not case.scope:
        return
    left_out = [step for step in PREPARED if case.scope[step].handling is Handling.NONE]
    if len(left_out) != 1:
        return
    (missing,) = left_out
    (other,) = (step for step in PREPARED if step is not missing)
    handling = case.scope[other].handling
    if handling is Handling.UNDECIDED:
        message = (
            f"Vous ne préparez pas {PREPARED[missing]}, et rien n’est décidé pour "
            f"{PREPARED[other]}. Qui les prépare\u202f?"
        )
    else:
        message = (
            f"Un seul des deux partenaires est préparé{NBSP}: {PREPARED[other]}. "
            f"Qui prépare {PREPARED[missing]}\u202f?"
        )
    place = list(case.scope).index(missing)
    yield Found(
        message,
        rows=tuple(step.value for step in PREPARED),
        facts=(missing.value, handling is Handling.UNDECIDED),
        links=(FieldLink(StepKey.ACCOMPANIMENT_SCOPE, f"rows-{place}-handling"),),
    )


@rule(
    "R17",
    Severity.ATTENTION,
    StepKey.ACTIVITIES,
    StepKey.TERRITORIAL_SCALES,
    title="Une activité prioritaire sans échelon",
    why="Une activité prioritaire démarre bientôt\u00a0: il faut savoir sur quel territoire, donc "
    "avec quelles collectivités et quels réseaux. Elle peut avoir son échelon ou suivre celui de sa "
    "mission.",
)
def priority_without_scale(case: Case) -> Iterator[Found]:
    """R17: a first priority without échelon of its own nor of its mission (it inherits it).

    Silent while no échelon at all is told.
    """
    if not case.scales:
        return
    activities = {row.activity for _, row in case.scales if row.scale}
    missions = {row.mission for _, row in case.scales if row.scale and row.mission}
    for index, row in case.activities:
        if row.priority == 1 and row.id not in activities and row.mission not in missions:
            name = ACTIVITIES.mention(row, index + 1, article=f"L{APOSTROPHE}")
            yield Found(
                f"{name} est prioritaire mais n’a pas d’échelon.",
                rows=(row.id,),
                links=(
                    FieldLink(StepKey.ACTIVITIES, f"rows-{index}-priority"),
                    FieldLink(StepKey.TERRITORIAL_SCALES, "rows"),
                ),
            )


@rule(
    "R18",
    Severity.ATTENTION,
    StepKey.TERRITORIAL_SCALES,
    StepKey.ALLIANCES,
    title="Agir plus loin que ses alliés",
    why="Agir à l’échelle de la région ou au-delà, quand on vient d’un territoire plus petit, "
    "demande quelqu’un qui y est déjà reconnu\u00a0: un réseau régional, une tête de réseau "
    "nationale.",
)
def reach_without_ally(case: Case) -> Iterator[Found]:
    """R18: an échelon « région » or wider, a narrower base, and no regional or national ally.

    One finding, for the widest échelon. Silent without base échelon or without alliances.
    """
    base = case.structure.base_scale
    if base is None or not case.alliances:
        return
    wide = [
        (index, row, row.scale)
        for index, row in case.scales
        if row.scale in WIDE_SCALES and SCALE_ORDER[base] < SCALE_ORDER[row.scale]
    ]
    if not wide or any(row.level in WIDE_LEVELS for _, row in case.alliances):
        return
    widest = max((scale for _, _, scale in wide), key=SCALE_ORDER.__getitem__)
    index = next(index for index, _, scale in wide if scale is widest)
    yield Found(
        f"Vous agissez à l’échelle {WIDE_SCALES[widest]} sans allié à ce niveau.",
        rows=tuple(row.id for _, row, _ in wide),
        facts=(widest.value,),
        links=(
            FieldLink(StepKey.TERRITORIAL_SCALES, f"rows-{index}-scale"),
            FieldLink(StepKey.ALLIANCES, "rows"),
        ),
    )
