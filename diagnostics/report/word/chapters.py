"""The parts of the Word report, one function per step of the kit: what the display templates say.

The drawings of a step come first; a further one is a line: ``paper.picture(<SVG>, "<caption>")``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from diagnostics.domain.answers import (
    AccompanimentScope,
    Activities,
    Objectives,
    Positioning,
    Roles,
    TerritorialScales,
    Vision,
)
from diagnostics.domain.document import DiagnosticDocument
from diagnostics.domain.vocabulary import (
    PRIORITY_LABELS,
    Handling,
    StepKey,
)
from diagnostics.report.content import Chapter, Section
from diagnostics.report.diagrams import draw_answer
from diagnostics.report.reading import (
    ObjectiveLine,
    ScaleLine,
    read_accompaniment_scope,
    read_activities,
    read_objectives,
    read_territorial_scales,
)
from diagnostics.report.word.cells import (
    DASH,
    TO_SAY,
    band_row,
    detail_lines,
    said_cell,
    state_cell,
    title_cell,
    year_cell,
)
from diagnostics.report.word.means import write_alliances, write_economic_model, write_organisation
from diagnostics.report.word.paper import Paper
from diagnostics.report.word.pieces import Cell, Column, Line, Piece, Row, Run, line, missing
from diagnostics.typography import (
    capitalised,
    count,
    enumeration,
    number,
    typeset,
)

# The captions of the drawings.
DRAWINGS = {
    StepKey.OBJECTIVES: "Les objectifs dans le temps. Disque plein\u00a0: objectif chiffré. "
    "Losange\u00a0: objectif qualitatif",
    StepKey.POSITIONING: "Deux cercles d’influence, au degré de proximité différent",
    StepKey.ACCOMPANIMENT_SCOPE: "La chaîne de l’accompagnement d’un partenariat",
    StepKey.TERRITORIAL_SCALES: "Les actions et leurs échelons. Disque\u00a0: activité. "
    "Carré\u00a0: mission entière",
    StepKey.ECONOMIC_MODEL: "Le modèle économique. Hachures\u00a0: fourchette du budget et leviers "
    "à mobiliser. Traits verticaux\u00a0: bornes du budget cible",
    StepKey.ALLIANCES: "Les alliances par famille, en place et à approcher",
}


def write_chapter(paper: Paper, chapter: Chapter, document: DiagnosticDocument) -> None:
    """Write an axis: its heading, then each of its steps that has an answer."""
    paper.heading(chapter.running_title, 1)
    paper.text(chapter.lead, style="Lead")
    for section in chapter.sections:
        write_section(paper, section, document)


def write_section(paper: Paper, section: Section, document: DiagnosticDocument) -> None:
    """Write a step: its heading, what the team marked, its answer."""
    paper.heading(f"{section.number} {section.title}", 2)
    if section.mark:
        paper.text(section.mark.label, style="Caution")
    for svg in draw_answer(section.answer, document):
        paper.picture(svg, DRAWINGS.get(section.step, section.title))
    _WRITERS[section.step](paper, section.answer, document)


# --- 1 Vision ----------------------------------------------------------------------------


def _write_vision(paper: Paper, answer: Vision, document: DiagnosticDocument) -> None:
    if answer.starting_point:
        paper.label("Constat de départ")
        paper.boxed(typeset(answer.starting_point))
    if answer.statements:
        paper.label(f"Situation souhaitée en {document.diagnostic.target_year}")
        paper.numbered(
            [[typeset(statement.text)] for statement in answer.statements], style="Statement"
        )


# --- 2 Ambition --------------------------------------------------------------------------


def _write_roles(paper: Paper, answer: Roles, document: DiagnosticDocument) -> None:
    items: list[list[Piece]] = []
    for row in answer.rows:
        items.append([Run(typeset(row.title), bold=True)])
        items[-1] += [f"\n{typeset(capitalised(row.detail))}"] if row.detail else []
    paper.numbered(items)


def _write_objectives(paper: Paper, answer: Objectives, document: DiagnosticDocument) -> None:
    columns = [
        Column("N°", 1.1),
        Column("Objectif", 8.7),
        Column("Aujourd’hui", 2.4, "CellFigure"),
        Column("Cible", 2.8, "CellFigure"),
        Column("Échéance", 2.0, "CellFigure"),
    ]
    rows = [_objective(entry) for entry in read_objectives(answer, document)]
    paper.table(columns, rows, caption="Objectifs, valeur actuelle, cible et échéance")


def _objective(entry: ObjectiveLine) -> Row:
    row = entry.row
    unit = "\u00a0%" if row.unit == "%" else ""
    code: Cell = [line(entry.code)]
    title = title_cell(
        row.statement,
        "Objectif à préciser",
        f"Indicateur\u00a0: {row.indicator}" if row.indicator else "",
        f"Sert\u00a0: {enumeration(entry.roles)}" if entry.roles else "",
    )
    year = year_cell(row.deadline_year)
    if row.is_without_figure:
        return Row([code, title, [line("Qualitatif", style="CellFigure")], year], (1, 1, 2, 1))
    now = DASH if row.baseline_value is None else f"{number(row.baseline_value)}{unit}"
    target: list[Line] = [line(missing(TO_SAY), style="CellFigure")]
    if row.target_value is not None:
        target = [line(Run(f"{number(row.target_value)}{unit}", bold=True), style="CellFigure")]
        if row.unit and not unit:
            target.append(line(typeset(row.unit), style="CellFigureDetail"))
    return Row([code, title, [line(now, style="CellFigure")], target, year])


def _write_positioning(paper: Paper, answer: Positioning, document: DiagnosticDocument) -> None:
    columns = [
        Column("Acteur", 4.6),
        Column("Cercle", 1.7),
        Column("Posture", 4.7),
        Column("Précision", 6.0),
    ]
    rows = []
    for row in answer.rows:
        circle = {1: "1er", 2: "2e"}.get(row.circle or 0)
        rows.append(
            Row(
                [
                    title_cell(row.title, ""),
                    [line(circle or missing("à placer"))],
                    said_cell(row.posture, TO_SAY),
                    said_cell(row.note),
                ]
            )
        )
    paper.table(columns, rows, caption="Posture de la structure envers chaque acteur")


# --- 3 Missions and activities -----------------------------------------------------------


def _write_activities(paper: Paper, answer: Activities, document: DiagnosticDocument) -> None:
    columns = [
        Column("N°", 1.2),
        Column("Activité", 9.9),
        Column("Priorité", 3.0),
        Column("État", 2.9),
    ]
    rows = []
    for group in read_activities(answer, document):
        notes = [count(len(group.lines), "activité", "activités")] if group.lines else []
        notes += ["hors de notre rôle"] if group.out_of_scope else []
        rows.append(band_row(paper, group.title, " · ".join(notes), 4))
        for entry in group.lines:
            row = entry.row
            details = [f"Démarrage en {row.start_year}"] if row.start_year else []
            details += [entry.service] if entry.service else []
            rows.append(
                Row(
                    [
                        [line(entry.code)],
                        title_cell(row.text, "Activité à préciser", " · ".join(details)),
                        _priority(row.priority),
                        state_cell(row.state),
                    ]
                )
            )
        if not group.lines:
            text = "Choix assumé\u00a0: cette mission n’est pas portée par la structure."
            rows.append(Row([[line(missing(text))]], (4,)))
    paper.table(columns, rows, caption="Activités de chaque mission, priorité et état")


def _priority(priority: int | None) -> Cell:
    if priority is None:
        return [line(missing(TO_SAY))]
    return [line(Run(str(priority), bold=True), f"\u00a0· {PRIORITY_LABELS[priority]}")]


def _write_accompaniment(
    paper: Paper, answer: AccompanimentScope, document: DiagnosticDocument
) -> None:
    columns = [
        Column("Étape", 5.8),
        Column("Qui la prend en charge", 4.9),
        Column("Partenaire et précision", 6.3),
    ]
    rows = []
    for entry in read_accompaniment_scope(answer, document):
        row = entry.row
        partner: list[Line] = []
        if entry.partner:
            partner = [line(typeset(entry.partner))]
        elif row.handling is Handling.WITH_PARTNER:
            partner = [line(missing("partenaire à préciser"))]
        elif not row.note:
            partner = [line(missing(DASH))]
        rows.append(
            Row(
                [
                    title_cell(f"{entry.rank}. {row.step.label}", ""),
                    state_cell(row.handling),
                    [*partner, *detail_lines(row.note)],
                ]
            )
        )
    paper.table(columns, rows, caption="Les six étapes de l’accompagnement d’un partenariat")


def _write_scales(paper: Paper, answer: TerritorialScales, document: DiagnosticDocument) -> None:
    columns = [
        Column("Action", 6.4),
        Column("Échelons", 4.8),
        Column("Territoire et précision", 5.8),
    ]
    rows = []
    for entry in read_territorial_scales(answer, document).lines:
        scales = " · ".join(entry.scale_names)
        details = " — ".join([*entry.territories, *entry.notes])
        rows.append(
            Row(
                [
                    _action(entry),
                    [line(scales or missing(TO_SAY))],
                    [line(typeset(details) or missing(DASH))],
                ],
                fill=paper.colours[1] if entry.is_mission else "",
            )
        )
    paper.table(columns, rows, caption="Échelons territoriaux des actions")


def _action(entry: ScaleLine) -> Cell:
    return title_cell(f"{entry.code} {entry.title}".strip(), "")


_WRITERS: dict[StepKey, Callable[[Paper, Any, DiagnosticDocument], None]] = {
    StepKey.VISION: _write_vision,
    StepKey.ROLES: _write_roles,
    StepKey.OBJECTIVES: _write_objectives,
    StepKey.POSITIONING: _write_positioning,
    StepKey.ACTIVITIES: _write_activities,
    StepKey.ACCOMPANIMENT_SCOPE: _write_accompaniment,
    StepKey.TERRITORIAL_SCALES: _write_scales,
    StepKey.ECONOMIC_MODEL: write_economic_model,
    StepKey.ALLIANCES: write_alliances,
    StepKey.ORGANISATION: write_organisation,
}
