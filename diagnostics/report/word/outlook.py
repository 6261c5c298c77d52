"""What may fail, what comes year by year, and the follow-up sheet, in the Word report."""

from __future__ import annotations

from collections.abc import Sequence

from diagnostics.report.blocks.types import Table
from diagnostics.report.vigilance import Vigilance
from diagnostics.report.word.blocks import write_block
from diagnostics.report.word.paper import Paper
from diagnostics.report.word.pieces import Cell, Column, Row, Run, line
from diagnostics.report.years import NOTHING, Entry, PlanYear
from diagnostics.typography import typeset

SHEET_LEAD = (
    "Ce que chaque objectif vise chaque année, en ligne droite de la base à la cible, et la place pour "
    "noter ce qui est réalisé."
)


def write_vigilance(paper: Paper, vigilance: Vigilance) -> None:
    """Write the risks in a table, then what is still to be said."""
    paper.heading("Risques et points de vigilance", 1)
    paper.text(
        "Ce que les réponses, lues ensemble, donnent à discuter. Rien ici n’est une note.",
        style="Lead",
    )
    others = "Autres points à discuter" if vigilance.risks else "Points à discuter"
    choices = "Autres choix assumés" if vigilance.risks else "Choix assumés"
    if vigilance.risks:
        write_block(paper, vigilance.table)
    for title, points in (("Saisies à corriger", vigilance.slips), (others, vigilance.to_say)):
        if points:
            paper.heading(title, 2)
            paper.bullets([[typeset(point)] for point in points])
    if vigilance.assumed:
        paper.heading(choices, 2)
        paper.bullets(
            [
                [typeset(point), f"\nChoix assumé\u00a0: {typeset(reason)}"]
                for point, reason in vigilance.assumed
            ]
        )


def write_years(paper: Paper, years: Sequence[PlanYear]) -> None:
    """Write what is dated, a row for each kind of thing in each year."""
    paper.heading("Année par année", 1)
    columns = [Column("Année", 2.4), Column("Quoi", 4.4), Column("Ce qui est prévu", 10.2)]
    rows = []
    for year in years:
        title: Cell = [line(year.title, style="CellTitle")]
        title = [*title, line(year.note, style="CellDetail")] if year.note else title
        for entry in year.entries:
            rows.append(Row([title, [line(Run(entry.label, bold=True))], _items(entry)]))
            title = []
        if not year.entries:
            rows.append(Row([title, [line(NOTHING)]], (1, 2)))
    paper.table(columns, rows, caption="Ce qui est prévu, année par année")


def _items(entry: Entry) -> Cell:
    if not entry.is_listed:
        return [line(entry.in_line)]
    return [line(item, style="CellBullet") for item in entry.items]


def write_follow_up(paper: Paper, sheet: Table) -> None:
    """Write the follow-up sheet: the cells of what was done are left to be filled in."""
    paper.heading("Fiche de suivi", 1)
    paper.text(SHEET_LEAD)
    write_block(paper, sheet)
