"""The opinion of the facilitation in the Word report."""

from __future__ import annotations

from diagnostics.report.opinion import OpinionPage
from diagnostics.report.word.paper import Paper
from diagnostics.report.word.pieces import Column, Row, Run, line
from diagnostics.report.word.styles import TEXT_WIDTH
from diagnostics.typography import typeset

FIRST_COLUMN = 4.2  # centimetres


def write_opinion(paper: Paper, opinion: OpinionPage) -> None:
    """Write what the facilitation says, what it thinks of each axis, and what it validated in spite of."""
    paper.heading("Avis de la facilitation", 1)
    for paragraph in opinion.text.split("\n"):
        if paragraph.strip():
            paper.text(typeset(paragraph.strip()))
    if opinion.appreciations:
        _write_appreciations(paper, opinion)
    if opinion.in_spite:
        paper.heading("Validé malgré ce qui manquait", 2)
        paper.bullets([[words] for words in opinion.lacking])
        paper.text(Run("Pourquoi\u00a0: ", bold=True), typeset(opinion.in_spite))
    paper.text(opinion.signature, style="Hint")


def _write_appreciations(paper: Paper, opinion: OpinionPage) -> None:
    width = (TEXT_WIDTH - FIRST_COLUMN) / len(opinion.criteria)
    columns = [Column("Axe", FIRST_COLUMN), *(Column(name, width) for name in opinion.criteria)]
    rows = [
        Row([[line(row.title, style="CellTitle")], *([line(level)] for level in row.levels)])
        for row in opinion.appreciations
    ]
    paper.table(columns, rows, caption="Appréciations par axe")
