"""The last pages of the Word report: what is missing, the method, the workshops, the glossary."""

from __future__ import annotations

from docx.oxml.ns import qn

from diagnostics.domain.document import Workshop
from diagnostics.report.content import ANNEX_METHOD, ReportContent
from diagnostics.report.word.paper import Paper
from diagnostics.report.word.pieces import Column, Row, Run, border, line
from diagnostics.report.word.styles import SUN, TEXT_WIDTH
from diagnostics.typography import capitalised, count, french_date, number, typeset

READING = (
    "Les objectifs sont numérotés O1, O2…, les activités A1, A2…, les leviers de financement L1, "
    "L2… «\u00a0Sert O3\u00a0» se lit\u00a0: contribue à l’objectif\u00a03. Ce que le corps du document "
    "dessine est écrit en annexe dans un tableau."
)
ADDED = (
    "Les décisions proposées {to_the_board} et le calendrier sont un ajout au kit de 2013\u202f; le "
    "dessin des deux cercles et la chaîne des six étapes de l’accompagnement en sont une "
    "reconstitution."
)


def write_remaining(paper: Paper, content: ReportContent) -> None:
    """Write what is still missing, by step; on the page of what comes before when there is room."""
    paper.rule(SUN)
    paper.heading("Reste à compléter", 1)
    elements = count(content.remaining_total, "élément", "éléments")
    paper.text(
        f"{elements} {content.board.words.remaining}. Les parties sans réponse ne sont pas imprimées."
    )
    for group in content.remaining:
        paper.label(f"{group.number} {group.title}".strip())
        paper.bullets([[capitalised(message)] for message in group.messages])


def write_annex(paper: Paper, content: ReportContent) -> None:
    """Write who the structure is, how the diagnostic was made, the words of the field, the source."""
    paper.heading(ANNEX_METHOD, 1)
    _write_structure(paper, content)
    if content.chapters:
        paper.heading("Pour lire ce document", 2)
        paper.text(READING)
    if content.workshops:
        paper.heading("Comment ce diagnostic a été conduit", 2)
        _write_workshops(paper, content.workshops)
    if content.glossary:
        paper.heading("Glossaire", 2)
        for term, definition in content.glossary:
            paper.text(Run(f"{term}\u00a0: ", bold=True), definition)
    paper.heading("Source", 2)
    paper.text(content.credit)
    paper.text(ADDED.format(to_the_board=content.board.body.short.au))
    paper.text(f"{content.cover.stamp}.")


def _write_structure(paper: Paper, content: ReportContent) -> None:
    paper.heading("La structure", 2)
    table = paper.table(
        [Column("", 5.0), Column("", TEXT_WIDTH - 5.0)],
        [
            Row([[line(fact.label)], [line(fact.value, style="CellTitle")]])
            for fact in content.facts
        ],
        caption="La structure",
        shows_caption=False,
        has_header=False,
    )
    for cell in table.find(qn("w:tr")).findall(qn("w:tc")):
        border(cell, top=(8, paper.colours[0]))


def _write_workshops(paper: Paper, workshops: list[Workshop]) -> None:
    rows = []
    for workshop in workshops:
        day = french_date(workshop.date) if workshop.date else "Date à préciser"
        people = "—" if workshop.participants is None else number(workshop.participants)
        composition = typeset(capitalised(workshop.composition)) or "—"
        rows.append(
            Row(
                [
                    [line(day, style="CellTitle")],
                    [line(people, style="CellFigure")],
                    [line(composition)],
                ]
            )
        )
    columns = [
        Column("Date", 3.6),
        Column("Participants", 2.6, "CellFigure"),
        Column("Composition", 10.8),
    ]
    paper.table(columns, rows, caption="Ateliers tenus\u00a0: nombre et qualité des participants")
