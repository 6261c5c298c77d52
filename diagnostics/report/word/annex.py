"""The last pages of the Word report: what is missing, the method, the workshops, the glossary."""

from __future__ import annotations

from diagnostics.domain.document import Workshop
from diagnostics.report.content import ReportContent, Vigilance
from diagnostics.report.word.paper import Paper
from diagnostics.report.word.pieces import Column, Row, Run, line
from diagnostics.report.word.styles import SUN
from diagnostics.typography import capitalised, count, french_date, number, typeset

METHOD = (
    "Le questionnaire du kit de transfert interroge la structure sur quatre axes\u00a0: la vision "
    "du territoire, l’ambition de la structure, ses missions et activités, sa stratégie de moyens. "
    "Il se remplit à plusieurs, en ateliers, puis il est relu avec un facilitateur avant d’être "
    "soumis au conseil d’administration. Les décisions proposées au conseil et le calendrier sont "
    "un ajout au kit de 2013\u202f; le dessin des deux cercles et la chaîne des six étapes de "
    "l’accompagnement en sont une reconstitution."
)


def write_vigilance(paper: Paper, vigilance: Vigilance) -> None:
    """Write what the answers, read together, give to discuss."""
    paper.heading("Cohérence et points de vigilance", 1)
    paper.text(
        "Ce que les réponses, lues ensemble, donnent à discuter. Rien ici n’est une note.",
        style="Lead",
    )
    for title, points in (
        ("Saisies à vérifier", vigilance.slips),
        ("Points d’attention", vigilance.attention),
        ("À noter", vigilance.info),
    ):
        if points:
            paper.heading(title, 2)
            paper.bullets([[typeset(point)] for point in points])
    if vigilance.assumed:
        paper.heading("Choix assumés", 2)
        paper.bullets(
            [
                [typeset(point), f"\nChoix assumé\u00a0: {typeset(reason)}"]
                for point, reason in vigilance.assumed
            ]
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
    """Write how the diagnostic was made, the words of the field, where it comes from."""
    paper.heading("Annexe · Méthode et repères", 1)
    paper.heading("Comment ce diagnostic a été conduit", 2)
    paper.text(METHOD)
    if content.workshops:
        _write_workshops(paper, content.workshops)
    if content.glossary:
        paper.heading("Glossaire", 2)
        for term, definition in content.glossary:
            paper.text(Run(f"{term}\u00a0: ", bold=True), definition)
    paper.heading("Source", 2)
    paper.text(content.credit)
    paper.text(f"{content.cover.stamp}.")


def _write_workshops(paper: Paper, workshops: list[Workshop]) -> None:
    paper.heading("Ateliers tenus", 2)
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
    paper.table(columns, rows, caption="Ateliers, nombre et qualité des participants")
