"""The drawings of the report as SVG: used by the wizard, the report on screen, the PDF and Word.

One file per drawing: its geometry (pure arithmetic, tested apart), then the SVG made of it.
:func:`draw_answer` gives the drawings of an answer, whatever its step.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.safestring import SafeString

from diagnostics.domain.answers import (
    AccompanimentScope,
    Alliances,
    Answer,
    EconomicModel,
    Objectives,
    Positioning,
    TerritorialScales,
)
from diagnostics.domain.document import DiagnosticDocument
from diagnostics.domain.vocabulary import Relation, StepKey
from diagnostics.report.diagrams.alliances import FamilyOfAllies, alliances_svgs
from diagnostics.report.diagrams.chain import ChainStep, chain_svg
from diagnostics.report.diagrams.circles import circles_svg
from diagnostics.report.diagrams.economic import economic_svgs
from diagnostics.report.diagrams.matrix import MatrixRow, matrix_svgs
from diagnostics.report.diagrams.objectives import TimedObjective, timeline_svgs
from diagnostics.report.diagrams.shares import funding_svg
from diagnostics.report.reading import (
    read_accompaniment_scope,
    read_alliances,
    read_objectives,
    read_territorial_scales,
)
from diagnostics.typography import measure

__all__ = ["circles_svg", "draw_answer", "funding_svg"]


def _objectives(answer: Objectives, document: DiagnosticDocument) -> list[SafeString]:
    lines = [
        TimedObjective(
            code=line.code,
            title=line.row.statement or "Objectif à préciser",
            now=_value(line.row.baseline_value, "%" if line.row.unit == "%" else ""),
            target=_value(line.row.target_value, line.row.unit),
            deadline=line.row.deadline_year,
            has_figure=not line.row.is_without_figure,
        )
        for line in read_objectives(answer, document)
    ]
    card = document.diagnostic
    return timeline_svgs(lines, base_year=card.base_year, target_year=card.target_year)


def _value(value: float | None, unit: str) -> str:
    return "" if value is None else measure(value, unit)


def _circles(answer: Positioning, document: DiagnosticDocument) -> list[SafeString]:
    return [circles_svg(answer.rows, centre=document.structure.name)] if answer.rows else []


def _chain(answer: AccompanimentScope, document: DiagnosticDocument) -> list[SafeString]:
    lines = read_accompaniment_scope(answer, document)
    return [chain_svg([ChainStep(x.row.step, x.row.handling, x.partner) for x in lines])]


def _matrix(answer: TerritorialScales, document: DiagnosticDocument) -> list[SafeString]:
    view = read_territorial_scales(answer, document)
    rows = [MatrixRow(x.line.code, x.line.title, x.line.is_mission, x.cells) for x in view.matrix]
    return matrix_svgs(view.columns, rows)


def _economic(answer: EconomicModel, document: DiagnosticDocument) -> list[SafeString]:
    card = document.diagnostic
    return economic_svgs(answer, base_year=card.base_year, target_year=card.target_year)


def _alliances(answer: Alliances, document: DiagnosticDocument) -> list[SafeString]:
    families = []
    for group in read_alliances(answer, document):
        names: dict[Relation | None, list[str]] = {relation: [] for relation in (*Relation, None)}
        for line in group.lines:
            names[line.row.relation].append(line.row.actor or "Acteur à préciser")
        families.append(
            FamilyOfAllies(group.title, names[Relation.EXISTING], names[Relation.TO_APPROACH])
        )
    return alliances_svgs(families)


_DRAW: dict[StepKey, Callable[[Any, DiagnosticDocument], list[SafeString]]] = {
    StepKey.OBJECTIVES: _objectives,
    StepKey.POSITIONING: _circles,
    StepKey.ACCOMPANIMENT_SCOPE: _chain,
    StepKey.TERRITORIAL_SCALES: _matrix,
    StepKey.ECONOMIC_MODEL: _economic,
    StepKey.ALLIANCES: _alliances,
}


def draw_answer(answer: Answer, document: DiagnosticDocument) -> list[SafeString]:
    """Return the drawings of an answer, from first to last; none for a step without a drawing.

    The display template of the step has a table beside them that says the same.
    """
    draw = _DRAW.get(answer.step)
    return draw(answer, document) if draw else []
