"""The report as a Word document that can be edited: the same content as the page and the PDF."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from diagnostics.domain.vocabulary import Axis
from diagnostics.report.content import THREAD_TABLES, ReportContent
from diagnostics.report.diagrams.thread import board_thread_svg
from diagnostics.report.word.annex import write_annex, write_remaining
from diagnostics.report.word.blocks import write_annexed, write_chapter
from diagnostics.report.word.board import write_board, write_deliberation
from diagnostics.report.word.frame import write_footer, write_header, write_properties
from diagnostics.report.word.front import write_cover, write_synthesis
from diagnostics.report.word.opinion import write_opinion
from diagnostics.report.word.outlook import write_follow_up, write_vigilance, write_years
from diagnostics.report.word.paper import Paper
from diagnostics.report.word.since import write_since

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
UPDATE_HINT = (
    "Pour afficher les numéros de page\u00a0: clic droit sur ce sommaire, puis «\u00a0Mettre à jour "
    "les champs\u00a0»."
)


@dataclass(frozen=True)
class WidePicture:
    """A drawing that reads several axes together, and is given a landscape page."""

    title: str
    svg: str
    caption: str


def build_docx(content: ReportContent, *, wide: Sequence[WidePicture] = ()) -> bytes:
    """Return the Word document of a report: text, tables and pictures, no link to anything.

    ``wide``: drawings that come after the axes, on a page of their own each.
    """
    paper = Paper()
    write_cover(paper, content)

    def part(axis: Axis | None, title: str, *, mark: bool = True, landscape: bool = False) -> None:
        section = paper.new_section(axis, landscape=landscape)
        write_header(section, paper, content, title, mark=mark)
        write_footer(section, content)

    part(None, "Synthèse")
    write_synthesis(paper, content)
    part(None, "Sommaire")
    paper.contents_here()
    for chapter in content.chapters:
        part(chapter.axis, chapter.plain_title)
        write_chapter(paper, chapter)
    for drawing in wide:
        part(None, drawing.title, landscape=True)
        paper.heading(drawing.title, 1)
        paper.picture(drawing.svg, drawing.caption)
    if content.vigilance:
        part(None, "Risques et points de vigilance")
        write_vigilance(paper, content.vigilance)
    if content.remaining:
        if wide and not content.vigilance:
            part(None, "Reste à compléter")  # not on a landscape page
        paper.axis = None
        write_remaining(paper, content)
    if content.opinion:
        part(None, "Avis de la facilitation")
        write_opinion(paper, content.opinion)
    if content.years or content.follow_up:
        part(None, "Année par année" if content.years else "Fiche de suivi")
    if content.years:
        write_years(paper, content.years)
    if content.follow_up:
        write_follow_up(paper, content.follow_up)
    if not content.board.is_empty:
        part(Axis.BOARD, content.board.short_title)
        write_board(paper, content)
    if content.board.decisions:
        part(Axis.BOARD, "Projet de délibération", mark=False)
        write_deliberation(paper, content)
    if content.annexed:
        part(None, "Annexe")
        write_annexed(paper, content.annexed)
    if content.since:
        part(None, content.since.title)
        write_since(paper, content.since)
    part(None, "Annexe")
    write_annex(paper, content)
    paper.write_contents("Sommaire", UPDATE_HINT)
    write_properties(paper, content)
    return paper.save()


def build_report_docx(content: ReportContent) -> bytes:
    """Return the Word document of a report with its « fil rouge », when it has one."""
    return build_docx(content, wide=[_thread(content)] if content.has_thread else [])


def _thread(content: ReportContent) -> WidePicture:
    return WidePicture(
        "Fil rouge\u00a0: ce qui sert la vision",
        board_thread_svg(content.document),
        THREAD_TABLES,
    )
