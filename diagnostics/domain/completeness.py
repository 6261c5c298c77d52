"""What is still missing, in words: one source for task list, check page, submission and report.

« Complete » is the rule of the kit's shapes: nothing here ever blocks saving, and
submission is refused only while an axis has no answer at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from diagnostics.domain.answers import (
    AccompanimentScope,
    Activities,
    Alliances,
    BoardDecisions,
    EconomicModel,
    EconomicSnapshot,
    Objectives,
    Organisation,
    Positioning,
    Roles,
    TerritorialScales,
    Vision,
)
from diagnostics.domain.document import DiagnosticDocument
from diagnostics.domain.vocabulary import (
    AXIS_STEPS,
    KIT_AXES,
    Axis,
    FundingFamily,
    Handling,
    Labelled,
    Mark,
    ObjectiveKind,
    Relation,
    StepKey,
)


class StepStatus(Labelled):
    """Status of a step in the task list."""

    TO_DO = "to_do", "À faire"
    STARTED = "started", "Commencé"
    COMPLETE = "complete", "Complet"
    TO_REVIEW = "to_review", "À revoir"


@dataclass(frozen=True)
class Missing:
    """Something missing: its step, the form field to go to (without prefix), and the words."""

    step: StepKey
    field: str
    message: str


@dataclass(frozen=True)
class AxisProgress:
    """Progress of one axis."""

    axis: Axis
    complete: int
    total: int


def _quote(text: str, *, limit: int = 60) -> str:
    """Return a text quoted the French way, shortened to about ``limit`` characters."""
    short = text if len(text) <= limit else text[: limit - 1].rstrip() + "…"
    return f"«\u00a0{short}\u00a0»"


def _name(text: str, noun: str, position: int) -> str:
    return _quote(text) if text else f"{noun}\u00a0{position}"


Found = Iterator[tuple[str, str]]


def _vision(answer: Vision, document: DiagnosticDocument) -> Found:
    if not any(statement.text for statement in answer.statements):
        yield "statements", "au moins un énoncé de la situation souhaitée"


def _roles(answer: Roles, document: DiagnosticDocument) -> Found:
    if not any(row.role for row in answer.rows):
        yield "rows", "au moins un rôle"
    for index, row in enumerate(answer.rows):
        if row.role is None:
            yield f"rows-{index}-role", f"le rôle de la ligne\u00a0{index + 1}"
        elif row.role == "other" and not row.label:
            yield (
                f"rows-{index}-label",
                f"le nom du rôle «\u00a0autre\u00a0», ligne\u00a0{index + 1}",
            )


def _objectives(answer: Objectives, document: DiagnosticDocument) -> Found:
    if len(answer.rows) < 2:
        yield "rows", "au moins deux objectifs"
    if not any(row.kind is ObjectiveKind.QUANTITATIVE for row in answer.rows):
        yield "rows", "au moins un objectif chiffré"
    for index, row in enumerate(answer.rows):
        name = _name(row.statement, "objectif", index + 1)
        if not row.statement:
            yield f"rows-{index}-statement", f"l’énoncé de l’objectif\u00a0{index + 1}"
        if row.kind is None:
            yield f"rows-{index}-kind", f"la nature de l’objectif {name}"
        if row.kind is ObjectiveKind.QUANTITATIVE:
            if not row.target_value:
                yield f"rows-{index}-target_value", f"la valeur cible de {name}"
            if not row.unit:
                yield f"rows-{index}-unit", f"l’unité de {name}"
            if row.deadline_year is None:
                yield f"rows-{index}-deadline_year", f"l’échéance de {name}"


def _positioning(answer: Positioning, document: DiagnosticDocument) -> Found:
    if len(answer.rows) < 3:
        yield "rows", "au moins trois acteurs positionnés"
    if {1, 2} - {row.circle for row in answer.rows}:
        yield "rows", "au moins un acteur dans chacun des deux cercles"
    for index, row in enumerate(answer.rows):
        if row.actor_type is None:
            yield f"rows-{index}-actor_type", f"le type d’acteur de la ligne\u00a0{index + 1}"
        if row.circle is None:
            yield f"rows-{index}-circle", f"le cercle de {_quote(row.title)}"
        if not row.posture:
            yield f"rows-{index}-posture", f"la posture envers {_quote(row.title)}"


def _activities(answer: Activities, document: DiagnosticDocument) -> Found:
    if len({row.mission for row in answer.rows if row.mission}) < 2:
        yield "rows", "des activités dans au moins deux missions"
    for index, row in enumerate(answer.rows):
        name = _name(row.text, "activité", index + 1)
        if not row.text:
            yield f"rows-{index}-text", f"l’intitulé de l’activité\u00a0{index + 1}"
        if row.mission is None:
            yield f"rows-{index}-mission", f"la mission de {name}"
        if row.priority is None:
            yield f"rows-{index}-priority", f"la priorité de {name}"
        if row.state is None:
            yield f"rows-{index}-state", f"l’état de {name}"


def _accompaniment_scope(answer: AccompanimentScope, document: DiagnosticDocument) -> Found:
    for index, row in enumerate(answer.rows):
        if row.handling is Handling.UNDECIDED:
            yield f"rows-{index}-handling", f"qui prend en charge {_quote(row.step.label)}"
        if row.handling is Handling.WITH_PARTNER and not (row.partner or row.alliance):
            yield f"rows-{index}-partner", f"le partenaire pour {_quote(row.step.label)}"


def _territorial_scales(answer: TerritorialScales, document: DiagnosticDocument) -> Found:
    for index, row in enumerate(answer.rows):
        if row.scale is None:
            yield f"rows-{index}-scale", f"l’échelon de la ligne\u00a0{index + 1}"
        if not (row.activity or row.mission or row.label):
            yield f"rows-{index}-subject", f"l’action de la ligne\u00a0{index + 1}"
    if not any(row.scale for row in answer.rows):
        yield "rows", "au moins un échelon"
    placed = {row.activity for row in answer.rows if row.scale}
    missions = {row.mission for row in answer.rows if row.scale}
    activities = document.answers.activities
    for activity in activities.rows if activities else []:
        if (
            activity.priority == 1
            and activity.id not in placed
            and (activity.mission is None or activity.mission not in missions)
        ):
            name = _name(activity.text, "activité", 1)
            yield "rows", f"un échelon pour l’activité prioritaire {name}"


def _snapshot(prefix: str, column: EconomicSnapshot, year: int) -> Found:
    if column.fte is None:
        yield f"{prefix}-fte", f"l’équipe en ETP pour {year}"
    if column.budget_min_keur is None and column.budget_max_keur is None:
        yield f"{prefix}-budget_min_keur", f"le budget de {year}"
    total = column.share_total
    if total is None:
        missing = next(f for f, share in column.shares.items() if share is None)
        yield f"{prefix}-{missing.value}_pct", f"les trois modes de financement de {year}"
    elif abs(total - 100) > 1:
        yield (
            f"{prefix}-public_pct",
            f"des parts de financement de {year} dont le total fasse 100\u00a0%",
        )


def _economic_model(answer: EconomicModel, document: DiagnosticDocument) -> Found:
    card = document.diagnostic
    yield from _snapshot("now", answer.now, card.base_year)
    yield from _snapshot("target", answer.target, card.target_year)
    for index, lever in enumerate(answer.levers):
        if not lever.text:
            yield f"levers-{index}-text", f"l’intitulé du levier\u00a0{index + 1}"
        if lever.family is None:
            yield (
                f"levers-{index}-family",
                f"la famille de {_name(lever.text, 'levier', index + 1)}",
            )
        if lever.state is None:
            yield (
                f"levers-{index}-state",
                f"l’état (acquis ou à mobiliser) de {_name(lever.text, 'levier', index + 1)}",
            )
    families = {lever.family for lever in answer.levers}
    for family in FundingFamily:
        used = any((column.shares[family] or 0) > 0 for column in (answer.now, answer.target))
        if used and family not in families:
            yield "levers", f"au moins un levier en {_quote(family.label)}"


def _alliances(answer: Alliances, document: DiagnosticDocument) -> Found:
    if not any(row.relation is Relation.EXISTING for row in answer.rows):
        yield "rows", "au moins un allié existant"
    if not any(row.relation is Relation.TO_APPROACH and row.purpose for row in answer.rows):
        yield "rows", "au moins un acteur à approcher, avec le but"
    for index, row in enumerate(answer.rows):
        name = _name(row.actor, "acteur", index + 1)
        if not row.actor:
            yield f"rows-{index}-actor", f"le nom de l’acteur\u00a0{index + 1}"
        if row.family is None:
            yield f"rows-{index}-family", f"la famille de {name}"
        if row.relation is None:
            yield f"rows-{index}-relation", f"la relation avec {name} (existant ou à approcher)"


def _organisation(answer: Organisation, document: DiagnosticDocument) -> Found:
    if not answer.organisation:
        yield "organisation", "l’organisation envisagée"
    if not answer.governance:
        yield "governance", "la gouvernance adaptée"


def _board_decisions(answer: BoardDecisions, document: DiagnosticDocument) -> Found:
    if not any(decision.text for decision in answer.decisions):
        yield "decisions", "au moins une décision proposée au conseil"


_CHECKS: dict[StepKey, Callable[[Any, DiagnosticDocument], Found]] = {
    StepKey.VISION: _vision,
    StepKey.ROLES: _roles,
    StepKey.OBJECTIVES: _objectives,
    StepKey.POSITIONING: _positioning,
    StepKey.ACTIVITIES: _activities,
    StepKey.ACCOMPANIMENT_SCOPE: _accompaniment_scope,
    StepKey.TERRITORIAL_SCALES: _territorial_scales,
    StepKey.ECONOMIC_MODEL: _economic_model,
    StepKey.ALLIANCES: _alliances,
    StepKey.ORGANISATION: _organisation,
    StepKey.BOARD_DECISIONS: _board_decisions,
}
# The field a step starts with: where to go when nothing was answered yet.
_FIRST_FIELD: dict[StepKey, str] = {
    StepKey.VISION: "statements",
    StepKey.ACCOMPANIMENT_SCOPE: "rows-0-handling",
    StepKey.ECONOMIC_MODEL: "now-fte",
    StepKey.ORGANISATION: "organisation",
    StepKey.BOARD_DECISIONS: "decisions",
}


def missing_in_step(document: DiagnosticDocument, step: StepKey) -> list[Missing]:
    """Return what one step still lacks to be complete, in words and in reading order."""
    answer = document.answers.get(step)
    if answer is None or answer.content_is_empty():
        return [Missing(step, _FIRST_FIELD.get(step, "rows"), "cette étape n’a pas de réponse")]
    return [Missing(step, field, words) for field, words in _CHECKS[step](answer, document)]


def remaining_items(document: DiagnosticDocument) -> list[Missing]:
    """Return everything the diagnostic still lacks (« Reste à compléter »), in the kit's order."""
    return [item for step in StepKey for item in missing_in_step(document, step)]


def step_status(document: DiagnosticDocument, step: StepKey) -> StepStatus:
    """Return the status of a step; « à revoir » was set by the team and wins."""
    answer = document.answers.get(step)
    if answer is not None and answer.mark is Mark.TO_REVIEW:
        return StepStatus.TO_REVIEW
    if answer is None or answer.content_is_empty():
        return StepStatus.TO_DO
    return StepStatus.STARTED if missing_in_step(document, step) else StepStatus.COMPLETE


def step_statuses(document: DiagnosticDocument) -> dict[StepKey, StepStatus]:
    """Return the status of every step."""
    return {step: step_status(document, step) for step in StepKey}


def axes_without_answer(document: DiagnosticDocument) -> list[Axis]:
    """Return the axes of the kit with no answer at all: the only thing that refuses a submission."""
    answers = document.answers
    return [
        axis
        for axis in KIT_AXES
        if all(
            (answer := answers.get(step)) is None or answer.content_is_empty()
            for step in AXIS_STEPS[axis]
        )
    ]


def axis_progress(statuses: dict[StepKey, StepStatus]) -> list[AxisProgress]:
    """Return how many steps of each axis are complete."""
    return [
        AxisProgress(axis, sum(statuses[step] is StepStatus.COMPLETE for step in steps), len(steps))
        for axis, steps in AXIS_STEPS.items()
    ]
