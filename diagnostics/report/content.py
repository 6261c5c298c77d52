"""What the report says, page by page: a pure function of the document.

The HTML page and the PDF are two settings of the same content. Empty blocks are hidden, and what
is missing is listed under « Reste à compléter ».
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from diagnostics.domain.coherence import CoherenceFinding, find_coherence
from diagnostics.domain.completeness import remaining_items
from diagnostics.domain.document import DiagnosticDocument, Workshop
from diagnostics.domain.kit_texts import KitTexts, default_texts
from diagnostics.domain.since import compare_diagnostics
from diagnostics.domain.thread import read_thread
from diagnostics.domain.vocabulary import (
    AXIS_STEPS,
    KIT_AXES,
    Axis,
    State,
    StepKey,
)
from diagnostics.report.blocks.types import Table
from diagnostics.report.board import BoardPage, board_page
from diagnostics.report.chapters import Chapter, Section, read_chapters, read_sections
from diagnostics.report.follow_up import follow_up
from diagnostics.report.glossary import used_terms
from diagnostics.report.identity import (
    Cover,
    Fact,
    VersionStamp,
    cover,
    facts,
    footer,
    footer_stamp,
)
from diagnostics.report.opinion import OpinionPage, opinion_page
from diagnostics.report.since import SincePage, since_page
from diagnostics.report.synthesis import Synthesis
from diagnostics.report.synthesis_room import build_synthesis
from diagnostics.report.vigilance import Vigilance, vigilance_of
from diagnostics.report.years import PlanYear, year_by_year
from diagnostics.typography import typeset

# The titles of the annex; its first page begins with one of them.
ANNEX_TABLES = "Annexe\u00a0: les tableaux"
THREAD_TABLES = "Les mêmes liens sont écrits dans les tableaux de l’annexe."
ANNEX_METHOD = "Annexe\u00a0: méthode et repères"


@dataclass(frozen=True)
class RemainingGroup:
    """What one step still lacks, in words."""

    step: StepKey
    number: str
    title: str
    messages: list[str]


@dataclass(frozen=True)
class ContentsEntry:
    """A line of the table of contents, with those under it."""

    anchor: str
    title: str
    axis: str = ""
    number: str = ""
    children: list[ContentsEntry] = field(default_factory=list)


@dataclass(frozen=True)
class AxisEntry:
    """An axis of the kit and its steps: (number, title)."""

    key: Axis
    title: str
    steps: list[tuple[str, str]]


@dataclass(frozen=True)
class ReportContent:
    """The whole report."""

    document: DiagnosticDocument
    texts: KitTexts
    version: VersionStamp | None
    cover: Cover
    footer: str
    stamp: str
    facts: list[Fact]
    synthesis: Synthesis
    chapters: list[Chapter]
    annexed: list[Section]
    remaining: list[RemainingGroup]
    board: BoardPage
    workshops: list[Workshop]
    glossary: list[tuple[str, str]] = field(default_factory=list)
    vigilance: Vigilance | None = None
    opinion: OpinionPage | None = None
    since: SincePage | None = None
    years: list[PlanYear] = field(default_factory=list)
    follow_up: Table | None = None

    @property
    def credit(self) -> str:
        """The source of the questionnaire."""
        return self.texts.credit

    @property
    def thread_tables(self) -> str:
        """Where what the « fil rouge » draws is written."""
        return THREAD_TABLES

    @cached_property
    def contents(self) -> list[ContentsEntry]:
        """The table of contents: what the report has, in its order."""
        entries = [ContentsEntry("synthese", "Synthèse en une page")]
        for chapter in self.chapters:
            sections = [
                ContentsEntry(section.anchor, section.title, number=section.number)
                for section in chapter.sections
            ]
            entries.append(
                ContentsEntry(chapter.anchor, chapter.title, chapter.axis, children=sections)
            )
        if self.has_thread:
            entries.append(ContentsEntry("fil-rouge", "Fil rouge"))
        if self.vigilance:
            entries.append(ContentsEntry("vigilance", "Risques et points de vigilance"))
        if self.remaining:
            entries.append(ContentsEntry("reste-a-completer", "Reste à compléter"))
        if self.opinion:
            entries.append(ContentsEntry("avis", "Avis de la facilitation"))
        if self.years:
            entries.append(ContentsEntry("annee-par-annee", "Année par année"))
        if self.follow_up:
            entries.append(ContentsEntry("fiche-de-suivi", "Fiche de suivi"))
        if not self.board.is_empty:
            title = self.board.short_title
            entries.append(ContentsEntry("decisions", title, Axis.BOARD))
        return [*entries, *self._annex_contents]

    @property
    def _annex_contents(self) -> list[ContentsEntry]:
        """The lines of the annex: the tables of the steps, the former diagnostic, the method."""
        entries = []
        if self.annexed:
            tables = [
                ContentsEntry(section.annex_anchor, section.title, number=section.number)
                for section in self.annexed
            ]
            entries.append(ContentsEntry("annexe", ANNEX_TABLES, children=tables))
        if self.since:
            entries.append(ContentsEntry("depuis", self.since.title))
        return [*entries, ContentsEntry("methode", ANNEX_METHOD)]

    @property
    def axes(self) -> list[AxisEntry]:
        """The four axes and their steps."""
        return [
            AxisEntry(
                axis,
                self.texts.axis(axis).short_title,
                [
                    (name.number, name.short_title)
                    for name in map(self.texts.step, AXIS_STEPS[axis])
                ],
            )
            for axis in KIT_AXES
        ]

    @cached_property
    def has_thread(self) -> bool:
        """Tell whether something is tied, and so a page of the « fil rouge »."""
        return bool(self.chapters) and read_thread(self.document).is_tied

    @property
    def is_project(self) -> bool:
        """Tell whether the report is still a project (« Projet » across its pages)."""
        return self.document.diagnostic.state not in {State.VALIDATED, State.ADOPTED}

    @property
    def title(self) -> str:
        """Title of the document, for its metadata."""
        return f"{self.document.structure.name} — {self.document.diagnostic.title}"

    @property
    def remaining_total(self) -> int:
        """How many things are missing."""
        return sum(len(group.messages) for group in self.remaining)


def _remaining(document: DiagnosticDocument, texts: KitTexts) -> list[RemainingGroup]:
    items = remaining_items(document)
    groups = []
    for step in StepKey:
        messages = [typeset(item.message) for item in items if item.step is step]
        if messages:
            name = texts.step(step)
            groups.append(RemainingGroup(step, name.number, name.short_title, messages))
    return groups


def _seen_on(
    document: DiagnosticDocument, version: VersionStamp | None, today: dt.date | None
) -> dt.date | None:
    """Return the day from which the paper looks ahead: that of the board that decided, of the version,
    else today; None when it is not told."""
    if document.adoption:
        return document.adoption.date
    return version.submitted_on if version else today


def build_report(
    document: DiagnosticDocument,
    *,
    version: VersionStamp | None,
    texts: KitTexts | None = None,
    findings: Sequence[CoherenceFinding] | None = None,
    previous: DiagnosticDocument | None = None,
    today: dt.date | None = None,
) -> ReportContent:
    """Return the report of a document (already without dangling links).

    ``texts``: what the kit calls its steps and axes, with the document's horizon; ``findings``: the
    points to discuss (what the structure set aside is not printed); ``previous``: the diagnostic that it
    follows. Those of a version are the ones that it keeps. Without them, the texts of the kit that comes
    with the application and what the default thresholds find. ``today``: from when on the calendar of a
    working document is to come; without it, none of it is told past.
    """
    if texts is None:
        texts = default_texts().at(document.diagnostic.horizon_years)
    if findings is None:
        findings = find_coherence(document)
    findings = [finding for finding in findings if not finding.is_set_aside]
    sections, board = read_sections(document, texts), board_page(document, texts, findings)
    return ReportContent(
        document=document,
        texts=texts,
        version=version,
        cover=cover(document, version),
        footer=footer(document),
        stamp=footer_stamp(version),
        facts=facts(document),
        synthesis=build_synthesis(document, findings),
        chapters=list(read_chapters(document, sections, texts)),
        annexed=[section for section in sections.values() if section.annex],
        vigilance=vigilance_of(findings, document),
        opinion=opinion_page(document, texts),
        remaining=_remaining(document, texts),
        board=board,
        years=year_by_year(document, board.calendar, seen_on=_seen_on(document, version, today)),
        follow_up=follow_up(document),
        workshops=[
            workshop
            for workshop in document.diagnostic.workshops
            if workshop.date or workshop.participants or workshop.composition
        ],
        glossary=used_terms(document),
        since=since_page(compare_diagnostics(previous, document, follows=True), texts)
        if previous
        else None,
    )
