"""The parts of the Word report, one function per step of the kit: what the display templates say.

The drawings of a step come first; a further one is a line: ``paper.picture(<SVG>, "<caption>")``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from diagnostics.domain.answers import (
    AccompanimentScope,
    Activities,
    Alliances,
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
    PRIORITY_LABELS,
    ActivityState,
    Handling,
    Labelled,
    LegalTool,
    LeverState,
    ObjectiveKind,
    Relation,
    StepKey,
)
from diagnostics.report.content import Chapter, Section
from diagnostics.report.diagrams import draw_answer
from diagnostics.report.reading import (
    ObjectiveLine,
    ScaleLine,
    read_accompaniment_scope,
    read_activities,
    read_alliances,
    read_economic_model,
    read_objectives,
    read_territorial_scales,
)
from diagnostics.report.word.paper import Paper
from diagnostics.report.word.pieces import Cell, Column, Line, Piece, Row, Run, line, missing
from diagnostics.typography import (
    capitalised,
    count,
    enumeration,
    keur_range,
    measure,
    number,
    percent,
    typeset,
)

# A sign and a word: full, half, empty, none.
SIGNS: dict[Labelled, str] = {
    ActivityState.EXISTING: "●",
    ActivityState.TO_STRENGTHEN: "◐",
    ActivityState.TO_CREATE: "○",
    LeverState.SECURED: "●",
    LeverState.TO_MOBILISE: "○",
    Relation.EXISTING: "●",
    Relation.TO_APPROACH: "○",
    Handling.SELF: "●",
    Handling.WITH_PARTNER: "◐",
    Handling.NONE: "–",
    Handling.UNDECIDED: "?",
}
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
DASH, TO_SAY = "—", "à préciser"


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
        paper.picture(svg, DRAWINGS[section.step])
    _WRITERS[section.step](paper, section.answer, document)


def _state(value: Labelled | None) -> Cell:
    if value is None:
        return [line(missing(TO_SAY))]
    return [line(f"{SIGNS[value]}\u00a0{value.label}")]


def _details(*texts: str) -> list[Line]:
    return [line(typeset(text), style="CellDetail") for text in texts if text]


def _title(text: str, default: str, *details: str) -> Cell:
    """Return the cell that names a row, its details below."""
    return [line(typeset(text or default), style="CellTitle"), *_details(*details)]


def _said(text: str, default: str = DASH) -> Cell:
    return [line(typeset(capitalised(text)) if text else missing(default))]


def _figure(value: float | None) -> Cell:
    return [line(DASH if value is None else number(value), style="CellFigure")]


def _year(value: int | None) -> Cell:
    return [line(str(value or DASH), style="CellFigure")]


def _band(paper: Paper, text: str, note: str, columns: int) -> Row:
    """Return the row that names a group, on the pale colour of the axis."""
    colour, pale = paper.colours
    pieces: list[Piece] = [Run(text, bold=True, colour=colour)]
    pieces += [f"  {note}"] if note else []
    return Row([[line(*pieces)]], (columns,), fill=pale, with_next=True)


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
    title = _title(
        row.statement,
        "Objectif à préciser",
        f"Indicateur\u00a0: {row.indicator}" if row.indicator else "",
        f"Sert\u00a0: {enumeration(entry.roles)}" if entry.roles else "",
    )
    year = _year(row.deadline_year)
    if row.kind is ObjectiveKind.QUALITATIVE and row.target_value is None:
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
                    _title(row.title, ""),
                    [line(circle or missing("à placer"))],
                    _said(row.posture, TO_SAY),
                    _said(row.note),
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
        rows.append(_band(paper, group.title, " · ".join(notes), 4))
        for entry in group.lines:
            row = entry.row
            details = [f"Démarrage en {row.start_year}"] if row.start_year else []
            details += [f"Sert {enumeration(entry.serves)}"] if entry.serves else []
            rows.append(
                Row(
                    [
                        [line(entry.code)],
                        _title(row.text, "Activité à préciser", " · ".join(details)),
                        _priority(row.priority),
                        _state(row.state),
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
                    _title(f"{entry.rank}. {row.step.label}", ""),
                    _state(row.handling),
                    [*partner, *_details(row.note)],
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
        details = " — ".join(entry.details)
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
    return _title(f"{entry.code} {entry.title}".strip(), "")


# --- 4 Means -----------------------------------------------------------------------------


def _write_economic_model(
    paper: Paper, answer: EconomicModel, document: DiagnosticDocument
) -> None:
    view, card = read_economic_model(answer, document), document.diagnostic
    years = (str(card.base_year), str(card.target_year))
    if view.has_snapshot:
        columns = [
            Column("", 3.6),
            Column(f"N = {years[0]}", 6.7),
            Column(f"{card.target_label} = {years[1]}", 6.7),
        ]
        sides = (answer.now, answer.target)
        rows = [Row([_title("Équipe", ""), *map(_team, sides)])]
        if view.has_volunteers or view.has_sponsorship:
            rows.append(Row([_title("Engagement bénévole", ""), *map(_volunteers, sides)]))
        rows.append(Row([_title("Budget", ""), *map(_budget, sides)]))
        rows.append(Row([_title("Modes de financement", ""), *map(_shares, sides)]))
        paper.table(columns, rows, caption=f"Équipe, budget et financement, {' et '.join(years)}")
    for text, title in (
        (answer.needs_now, "Besoins actuels"),
        (answer.needs_target, f"Besoins en {years[1]}"),
    ):
        if text:
            paper.heading(title, 3)
            paper.text(typeset(capitalised(text)))
    if view.groups:
        paper.heading("Leviers pour mobiliser les ressources", 3)
        _write_levers(paper, answer, document)


def _team(column: EconomicSnapshot) -> Cell:
    if column.fte is None and not column.team_detail:
        return [line(missing("à compléter"))]
    team = [] if column.fte is None else [line(Run(measure(column.fte, "ETP"), bold=True))]
    return [*team, *_details(capitalised(column.team_detail))]


def _volunteers(column: EconomicSnapshot) -> Cell:
    lines = []
    if column.volunteers is not None:
        lines.append(line(count(column.volunteers, "bénévole actif", "bénévoles actifs")))
    if column.skills_sponsorship_days is not None:
        days = count(column.skills_sponsorship_days, "jour", "jours")
        lines.append(line(f"{days} de mécénat de compétences par an", style="CellDetail"))
    return lines or [line(missing(DASH))]


def _budget(column: EconomicSnapshot) -> Cell:
    budget = keur_range(column.budget_min_keur, column.budget_max_keur)
    return [line(Run(budget, bold=True) if budget else missing("à compléter"))]


def _shares(column: EconomicSnapshot) -> Cell:
    shares = zip(("public", "privé", "auto-financement"), column.shares.values(), strict=True)
    given = [f"{percent(share)} {name}" for name, share in shares if share is not None]
    return [line(share) for share in given] or [line(missing("à compléter"))]


def _write_levers(paper: Paper, answer: EconomicModel, document: DiagnosticDocument) -> None:
    view, card = read_economic_model(answer, document), document.diagnostic
    columns = [
        Column("N°", 1.2),
        Column("Levier", 8.6),
        Column("État", 3.0),
        Column(str(card.base_year), 2.1, "CellFigure"),
        Column(str(card.target_year), 2.1, "CellFigure"),
    ]
    colour, pale = paper.colours

    def total(value: float | None) -> Cell:
        text = DASH if value is None else number(value)
        return [line(Run(text, bold=True, colour=colour), style="CellFigure")]

    rows = []
    for group in view.groups:
        title: Cell = [line(Run(group.title, bold=True, colour=colour))]
        sums = [total(group.total_now), total(group.total_target)]
        rows.append(Row([title, *sums], (3, 1, 1), fill=pale, with_next=True))
        for entry in group.lines:
            row = entry.row
            rows.append(
                Row(
                    [
                        [line(entry.code)],
                        _title(row.text, "Levier à préciser"),
                        _state(row.state),
                        _figure(row.amount_now_keur),
                        _figure(row.amount_target_keur),
                    ]
                )
            )
    if view.total_now is not None or view.total_target is not None:
        title = [line(Run("Total des leviers chiffrés", bold=True))]
        sums = [total(view.total_now), total(view.total_target)]
        rows.append(Row([title, *sums], (3, 1, 1), rule_above=colour))
    paper.table(columns, rows, caption="Leviers, en K€")


def _write_alliances(paper: Paper, answer: Alliances, document: DiagnosticDocument) -> None:
    columns = [
        Column("Acteur", 4.9),
        Column("Niveau", 2.6),
        Column("Relation", 2.7),
        Column("But", 5.0),
        Column("Horizon", 1.8, "CellFigure"),
    ]
    rows = []
    for group in read_alliances(answer, document):
        rows.append(_band(paper, group.title, "", 5))
        for entry in group.lines:
            row = entry.row
            default = TO_SAY if row.relation is Relation.TO_APPROACH else DASH
            serves = f"Sert {enumeration(entry.serves)}" if entry.serves else ""
            rows.append(
                Row(
                    [
                        _title(row.actor, "Acteur à préciser"),
                        [line(row.level.label if row.level else DASH)],
                        _state(row.relation),
                        [*_said(row.purpose, default), *_details(row.note, serves)],
                        _year(row.horizon_year),
                    ]
                )
            )
    paper.table(columns, rows, caption="Alliés existants et acteurs à approcher, par famille")


def _write_organisation(paper: Paper, answer: Organisation, document: DiagnosticDocument) -> None:
    if answer.organisation:
        paper.heading("Organisation envisagée", 3)
        paper.text(typeset(answer.organisation))
    if answer.governance or answer.governance_forms:
        paper.heading("Gouvernance adaptée", 3)
        paper.bullets([[form.label] for form in answer.governance_forms])
        if answer.governance:
            paper.text(typeset(answer.governance))
    if answer.legal_tool or answer.rationale:
        paper.heading("Outil juridique", 3)
        if answer.legal_tool:
            state = f" — {answer.legal_tool_state.label.lower()}" if answer.legal_tool_state else ""
            paper.text(Run(answer.legal_tool.label, bold=True), state, with_next=True)
        needs_advice = answer.legal_tool is not LegalTool.NONE
        if answer.rationale:
            paper.text(typeset(answer.rationale), with_next=needs_advice)
        if needs_advice:
            paper.text("À valider par un conseil juridique", style="Caution")


_WRITERS: dict[StepKey, Callable[[Paper, Any, DiagnosticDocument], None]] = {
    StepKey.VISION: _write_vision,
    StepKey.ROLES: _write_roles,
    StepKey.OBJECTIVES: _write_objectives,
    StepKey.POSITIONING: _write_positioning,
    StepKey.ACTIVITIES: _write_activities,
    StepKey.ACCOMPANIMENT_SCOPE: _write_accompaniment,
    StepKey.TERRITORIAL_SCALES: _write_scales,
    StepKey.ECONOMIC_MODEL: _write_economic_model,
    StepKey.ALLIANCES: _write_alliances,
    StepKey.ORGANISATION: _write_organisation,
}
