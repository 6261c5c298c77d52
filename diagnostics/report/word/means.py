"""The fourth axis of the Word report: economic model, alliances, organisation."""

from __future__ import annotations

from diagnostics.domain.answers import Alliances, EconomicModel, EconomicSnapshot, Organisation
from diagnostics.domain.document import DiagnosticDocument
from diagnostics.domain.vocabulary import LegalTool, Relation
from diagnostics.report.reading import EconomicView, read_alliances, read_economic_model
from diagnostics.report.word.cells import (
    DASH,
    TO_SAY,
    band_row,
    detail_lines,
    figure_cell,
    said_cell,
    state_cell,
    title_cell,
    year_cell,
)
from diagnostics.report.word.paper import Paper
from diagnostics.report.word.pieces import Cell, Column, Row, Run, line, missing
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


def write_economic_model(paper: Paper, answer: EconomicModel, document: DiagnosticDocument) -> None:
    """Write the economic model: both years, the needs, the levers."""
    view, card = read_economic_model(answer, document), document.diagnostic
    years = (str(card.base_year), str(card.target_year))
    if view.has_snapshot:
        columns = [
            Column("", 3.6),
            Column(f"N = {years[0]}", 6.7),
            Column(f"{card.target_label} = {years[1]}", 6.7),
        ]
        sides = (answer.now, answer.target)
        rows = [Row([title_cell("Équipe", ""), *map(_team, sides)])]
        if view.has_volunteers or view.has_sponsorship:
            rows.append(Row([title_cell("Engagement bénévole", ""), *map(_volunteers, sides)]))
        rows.append(Row([title_cell("Budget", ""), *map(_budget, sides)]))
        rows.append(Row([title_cell("Modes de financement", ""), *map(_shares, sides)]))
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
        _write_levers(paper, view, years)


def _team(column: EconomicSnapshot) -> Cell:
    if column.fte is None and not column.team_detail:
        return [line(missing("à compléter"))]
    team = [] if column.fte is None else [line(Run(measure(column.fte, "ETP"), bold=True))]
    return [*team, *detail_lines(capitalised(column.team_detail))]


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


def _write_levers(paper: Paper, view: EconomicView, years: tuple[str, str]) -> None:
    columns = [
        Column("N°", 1.2),
        Column("Levier", 8.6),
        Column("État", 3.0),
        *(Column(year, 2.1, "CellFigure") for year in years),
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
                        title_cell(row.text, "Levier à préciser"),
                        state_cell(row.state),
                        figure_cell(row.amount_now_keur),
                        figure_cell(row.amount_target_keur),
                    ]
                )
            )
    if view.total_now is not None or view.total_target is not None:
        title = [line(Run("Total des leviers chiffrés", bold=True))]
        sums = [total(view.total_now), total(view.total_target)]
        rows.append(Row([title, *sums], (3, 1, 1), rule_above=colour))
    paper.table(columns, rows, caption="Leviers, en K€")


def write_alliances(paper: Paper, answer: Alliances, document: DiagnosticDocument) -> None:
    """Write the allies by family."""
    columns = [
        Column("Acteur", 4.9),
        Column("Niveau", 2.6),
        Column("Relation", 2.7),
        Column("But", 5.0),
        Column("Horizon", 1.8, "CellFigure"),
    ]
    rows = []
    for group in read_alliances(answer, document):
        rows.append(band_row(paper, group.title, "", 5))
        for entry in group.lines:
            row = entry.row
            default = TO_SAY if row.relation is Relation.TO_APPROACH else DASH
            serves = f"Sert {enumeration(entry.serves)}" if entry.serves else ""
            rows.append(
                Row(
                    [
                        title_cell(row.actor, "Acteur à préciser"),
                        [line(row.level.label if row.level else DASH)],
                        state_cell(row.relation),
                        [*said_cell(row.purpose, default), *detail_lines(row.note, serves)],
                        year_cell(row.horizon_year),
                    ]
                )
            )
    paper.table(columns, rows, caption="Alliés existants et acteurs à approcher, par famille")


def write_organisation(paper: Paper, answer: Organisation, document: DiagnosticDocument) -> None:
    """Write the organisation, the governance, the legal tool."""
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
