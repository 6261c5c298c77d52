"""R14–R18: who accompanies a partnership, and on which territory."""

from __future__ import annotations

from collections.abc import Iterator

from diagnostics.domain.answers.activities import ACTIVITIES
from diagnostics.domain.coherence.case import Case
from diagnostics.domain.coherence.findings import FieldLink, Severity
from diagnostics.domain.coherence.registry import Found, rule
from diagnostics.domain.coherence.words import beginning, plain
from diagnostics.domain.vocabulary import (
    AllianceLevel,
    Handling,
    Mission,
    ScopeStepKey,
    StepKey,
    TerritorialScale,
)
from diagnostics.typography import APOSTROPHE, NBSP, quoted, shortened

SCALE_ORDER = {scale: rank for rank, scale in enumerate(TerritorialScale)}
WIDE_SCALES = {
    TerritorialScale.REGION: "régionale",
    TerritorialScale.INTERREGIONAL: "interrégionale",
    TerritorialScale.NATIONAL: "nationale",
}
WIDE_LEVELS = frozenset({AllianceLevel.REGIONAL, AllianceLevel.NATIONAL})
# A census or a guide says nothing of what partnerships change.
OF_EFFECTS = beginning("evalu", "mesur", "impact", "bilan", "utilite")


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
    under any usual name (« CCI » for « Chambre de commerce »). A name is not looked for while no
    alliance is told.
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
    title="Savoir ce qui change, sans évaluer",
    why="L’impact sur le territoire se lit dans les partenariats eux-mêmes. Un partenariat sur cinq "
    "seulement est évalué\u00a0: si personne ne s’en charge, il n’y aura rien à analyser.",
)
def impact_without_evaluation(case: Case) -> Iterator[Found]:
    """R15: an activity of « Analyser, diffuser » speaks of effects, and nobody evaluates."""
    if not case.scope or case.is_done(ScopeStepKey.EVALUATE):
        return
    analysis = [
        (index, row)
        for index, row in case.activities
        if row.mission is Mission.ANALYSE_SHARE and OF_EFFECTS.search(plain(row.text))
    ]
    if not analysis:
        return
    handling = case.scope[ScopeStepKey.EVALUATE].handling
    index, _ = analysis[0]
    place = case.place_of(ScopeStepKey.EVALUATE)
    yield Found(
        f"Vous voulez savoir ce que les partenariats changent{NBSP}: sur quoi vous appuierez-vous, "
        "si personne ne les évalue\u202f?",
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
        message = "Un seul des deux partenaires est préparé. Qui prépare l’autre\u202f?"
    place = case.place_of(missing)
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
    activities = {row.activity for _, row in case.scales if row.scale}
    if not activities:
        return
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
        f"Vous agissez à l’échelle {WIDE_SCALES[widest]}{NBSP}: quel allié avez-vous à ce "
        "niveau\u202f?",
        rows=tuple(row.id for _, row, _ in wide),
        facts=(widest.value,),
        links=(
            FieldLink(StepKey.TERRITORIAL_SCALES, f"rows-{index}-scale"),
            FieldLink(StepKey.ALLIANCES, "rows"),
        ),
    )
