"""What the report says, page by page: a pure function of the document.

The HTML page and the PDF are two settings of the same content. Empty blocks are hidden, and what
is missing is listed under « Reste à compléter ».
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from django.utils.timezone import is_aware, localdate

from diagnostics.domain.answers import Answer, BoardDecision, Milestone
from diagnostics.domain.coherence import (
    DEFAULT_THRESHOLDS,
    Severity,
    Thresholds,
    acknowledged_findings,
    find_coherence,
    open_findings,
)
from diagnostics.domain.completeness import remaining_items
from diagnostics.domain.document import DiagnosticDocument, Workshop
from diagnostics.domain.thread import read_thread
from diagnostics.domain.vocabulary import (
    AXIS_STEPS,
    KIT_AXES,
    Axis,
    Mark,
    State,
    StepKey,
)
from diagnostics.report.glossary import used_terms
from diagnostics.report.lettering import HEADING, clip, wrap
from diagnostics.report.synthesis import Synthesis, build_synthesis
from diagnostics.report.synthesis_room import letters
from diagnostics.typography import count, french_date, typeset

CREDIT = (
    "D’après Le RAMEAU, Modèles territoriaux d’animation des partenariats – Kit de transfert – "
    "Diagnostic ambition des structures d’accompagnement, mars 2013."
)
STEP_NUMBERS = {
    StepKey.VISION: "1",
    StepKey.ROLES: "2.1",
    StepKey.OBJECTIVES: "2.2",
    StepKey.POSITIONING: "2.3",
    StepKey.ACTIVITIES: "3.1",
    StepKey.ACCOMPANIMENT_SCOPE: "3.2",
    StepKey.TERRITORIAL_SCALES: "3.3",
    StepKey.ECONOMIC_MODEL: "4.1",
    StepKey.ALLIANCES: "4.2",
    StepKey.ORGANISATION: "4.3",
    StepKey.BOARD_DECISIONS: "",
}
_KEPT_WHOLE = {
    StepKey.ROLES,
    StepKey.ACCOMPANIMENT_SCOPE,
    StepKey.ORGANISATION,
}
# {h}: the horizon in years, {n} and {end}: its first and last years.
STEP_TITLES = {
    StepKey.VISION: "Situation souhaitée pour les partenariats",
    StepKey.ROLES: "Rôles souhaités à {h} ans",
    StepKey.OBJECTIVES: "Objectifs à {h} ans",
    StepKey.POSITIONING: "Positionnement\u00a0: deux cercles d’influence",
    StepKey.ACTIVITIES: "Missions et activités à mettre en place",
    StepKey.ACCOMPANIMENT_SCOPE: "Focus sur l’accompagnement",
    StepKey.TERRITORIAL_SCALES: "Territoire d’actions",
    StepKey.ECONOMIC_MODEL: "Modèle économique\u00a0: de {n} à {end}",
    StepKey.ALLIANCES: "Stratégie d’alliances",
    StepKey.ORGANISATION: "Organisation, gouvernance, outil juridique",
    StepKey.BOARD_DECISIONS: "Décisions proposées",
}
AXIS_TITLES = {
    Axis.VISION: "Vision du territoire à {h} ans",
    Axis.AMBITION: "Ambition de la structure",
    Axis.MISSIONS: "Missions et activités",
    Axis.MEANS: "Stratégie de moyens",
}
# What each axis answers, in one sentence for the board.
AXIS_LEADS = {
    Axis.VISION: "Ce que nous voulons voir changer sur le territoire.",
    Axis.AMBITION: "La place que nous voulons y tenir, et ce que nous voulons y atteindre.",
    Axis.MISSIONS: "Ce que nous ferons, avec qui, et à quelle échelle.",
    Axis.MEANS: "Ce qu’il nous faut pour y arriver\u00a0: équipe, budget, alliances, organisation.",
}
# Room of the running footer, of the cover and of a fact about the structure, in points.
FOOTER_WIDTH, COVER_WIDTH, FACT_WIDTH = 215.0, 430.0, 205.0


@dataclass(frozen=True)
class VersionStamp:
    """The submitted version that a report shows: number, date and fingerprint."""

    number: int
    submitted_at: dt.datetime
    sha256: str

    @property
    def fingerprint(self) -> str:
        """The first twelve characters of the SHA-256."""
        return self.sha256[:12]


@dataclass(frozen=True)
class Section:
    """One step of the kit that has an answer, shown by its display template."""

    step: StepKey
    number: str
    title: str
    answer: Answer
    mark: Mark | None

    @property
    def template(self) -> str:
        """Path of the template that shows the answer."""
        return f"steps/{self.step.value}/display.html"

    @property
    def page_rule(self) -> str:
        """Class that says how the section goes over pages: a short one is kept on one page, or
        its table is when a drawing comes first."""
        rows, characters = len(list(self.answer.all_rows())), len(self.answer.model_dump_json())
        alone = {StepKey.VISION, StepKey.ECONOMIC_MODEL}  # they open their chapter
        if self.step in alone or rows > 6 or characters > 6_000:
            return ""
        return "r-keep" if self.step in _KEPT_WHOLE else "r-keep-table"

    @property
    def letters(self) -> str:
        """Class of the letters' size: the vision has a page of its own, which a few words fill."""
        if self.step is not StepKey.VISION:
            return ""
        characters = len(self.answer.model_dump_json())
        return "r-rare" if characters < 650 else "r-few" if characters < 1_700 else ""

    @property
    def anchor(self) -> str:
        """Id of the section on the page."""
        return f"etape-{self.step.value}"


@dataclass(frozen=True)
class Chapter:
    """One axis of the kit with the steps that have an answer."""

    axis: Axis
    number: int
    title: str
    lead: str
    sections: list[Section]

    @property
    def anchor(self) -> str:
        """Id of the chapter on the page."""
        return f"axe-{self.axis.value}"

    @property
    def running_title(self) -> str:
        """What stands at the top of its pages but the first."""
        return f"Axe {self.number} · {self.title}"


@dataclass(frozen=True)
class RemainingGroup:
    """What one step still lacks, in words."""

    step: StepKey
    number: str
    title: str
    messages: list[str]


@dataclass(frozen=True)
class BoardQuestion:
    """A question to settle: typed by the team, or a step that it marked for discussion."""

    step: StepKey
    number: str
    title: str
    text: str
    mark: Mark | None


@dataclass(frozen=True)
class Vigilance:
    """« Cohérence et points de vigilance »: what to discuss, and what was chosen on purpose.

    ``assumed`` holds (point, reason of the structure).
    """

    attention: list[str]
    info: list[str]
    assumed: list[tuple[str, str]]

    @property
    def open_count(self) -> int:
        """How many points are still to be discussed."""
        return len(self.attention) + len(self.info)


@dataclass(frozen=True)
class ContentsEntry:
    """A line of the table of contents, with those under it."""

    anchor: str
    title: str
    axis: str = ""
    number: str = ""
    children: list[ContentsEntry] = field(default_factory=list)


@dataclass(frozen=True)
class Fact:
    """A line of the structure's identity card."""

    label: str
    value: str


@dataclass(frozen=True)
class BoardPage:
    """What is asked of the board, and the months that follow."""

    decisions: list[BoardDecision]
    questions: list[BoardQuestion]
    calendar: list[Milestone]

    @property
    def is_empty(self) -> bool:
        """Tell whether there is nothing to decide, to settle or to plan."""
        return not (self.decisions or self.questions or self.calendar)


@dataclass(frozen=True)
class Cover:
    """What the cover says."""

    name: str
    title: str
    occasion: str
    status: str
    stamp: str
    is_long: bool  # the name needs smaller letters


@dataclass(frozen=True)
class AxisEntry:
    """An axis as the cover names it; ``anchor`` is empty when the report has no such chapter.

    ``steps`` holds (number, title).
    """

    key: Axis
    title: str
    anchor: str
    steps: list[tuple[str, str]]


@dataclass(frozen=True)
class ReportContent:
    """The whole report."""

    document: DiagnosticDocument
    version: VersionStamp | None
    cover: Cover
    footer: str
    stamp: str
    facts: list[Fact]
    synthesis: Synthesis
    chapters: list[Chapter]
    remaining: list[RemainingGroup]
    board: BoardPage
    workshops: list[Workshop]
    glossary: list[tuple[str, str]] = field(default_factory=list)
    vigilance: Vigilance | None = None
    credit: str = CREDIT

    @property
    def contents(self) -> list[ContentsEntry]:
        """The table of contents: what the report has, in its order."""
        entries = [ContentsEntry("synthese", "Synthèse en une page")]
        for chapter in self.chapters:
            sections = [
                ContentsEntry(section.anchor, section.title, number=section.number)
                for section in chapter.sections
            ]
            entries.append(
                ContentsEntry(
                    chapter.anchor, chapter.title, chapter.axis, str(chapter.number), sections
                )
            )
        if self.has_thread:
            entries.append(ContentsEntry("fil-rouge", "Fil rouge"))
        if self.vigilance:
            entries.append(ContentsEntry("vigilance", "Cohérence et points de vigilance"))
        if self.remaining:
            entries.append(ContentsEntry("reste-a-completer", "Reste à compléter"))
        if not self.board.is_empty:
            entries.append(ContentsEntry("decisions", "Décisions soumises au conseil", Axis.BOARD))
        entries.append(ContentsEntry("annexe", "Annexe\u00a0: méthode et repères"))
        return entries

    @property
    def axes(self) -> list[AxisEntry]:
        """The four axes, for the cover; those without an answer lead nowhere."""
        anchors = {chapter.axis: chapter.anchor for chapter in self.chapters}
        return [
            AxisEntry(
                axis,
                _title(AXIS_TITLES[axis], self.document),
                anchors.get(axis, ""),
                [
                    (STEP_NUMBERS[step], _title(STEP_TITLES[step], self.document))
                    for step in AXIS_STEPS[axis]
                ],
            )
            for axis in KIT_AXES
        ]

    @property
    def synthesis_letters(self) -> str:
        """Class of the letters of the one-page synthesis."""
        return letters(self.synthesis)

    @property
    def has_thread(self) -> bool:
        """Tell whether there is something to tie, and so a page of the « fil rouge »."""
        return bool(self.chapters) and not read_thread(self.document).is_empty

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


def _title(pattern: str, document: DiagnosticDocument) -> str:
    card = document.diagnostic
    return pattern.format(h=card.horizon_years, n=card.base_year, end=card.target_year)


def _chapters(document: DiagnosticDocument) -> list[Chapter]:
    chapters = []
    for number, axis in enumerate(KIT_AXES, 1):
        sections = [
            Section(
                step,
                STEP_NUMBERS[step],
                _title(STEP_TITLES[step], document),
                answer,
                answer.mark if answer.mark is not Mark.TO_REVIEW else None,
            )
            for step in AXIS_STEPS[axis]
            if (answer := document.answers.get(step)) and not answer.content_is_empty()
        ]
        if sections:
            title = _title(AXIS_TITLES[axis], document)
            chapters.append(Chapter(axis, number, title, AXIS_LEADS[axis], sections))
    return chapters


def _remaining(document: DiagnosticDocument) -> list[RemainingGroup]:
    items = remaining_items(document)
    groups = []
    for step in StepKey:
        messages = [typeset(item.message) for item in items if item.step is step]
        if messages:
            title = _title(STEP_TITLES[step], document)
            groups.append(RemainingGroup(step, STEP_NUMBERS[step], title, messages))
    return groups


def _questions(document: DiagnosticDocument) -> list[BoardQuestion]:
    questions = []
    for step, answer in document.answers.given():
        mark = answer.mark if answer.mark in {Mark.DISPUTED, Mark.FOR_BOARD} else None
        if answer.board_question or mark:
            title = _title(STEP_TITLES[step], document)
            questions.append(
                BoardQuestion(step, STEP_NUMBERS[step], title, answer.board_question, mark)
            )
    return questions


def _board(document: DiagnosticDocument) -> BoardPage:
    answer = document.answers.board_decisions
    return BoardPage(
        [row for row in answer.decisions if row.text] if answer else [],
        _questions(document),
        [row for row in answer.calendar if row.month or row.milestone] if answer else [],
    )


def _facts(document: DiagnosticDocument) -> list[Fact]:
    """Return the identity card of the structure, less what is not known."""
    structure, card = document.structure, document.diagnostic
    years = f"{card.base_year} à {card.target_year} ({card.horizon_years} ans)"
    values = {
        "Territoire d’intervention": structure.territory,  # in the whole width
        "Population": count(structure.population, "habitant", "habitants")
        if structure.population
        else "",
        "Échelon de base": structure.base_scale.label if structure.base_scale else "",
        "Région": structure.region,
        "Forme juridique": structure.legal_form.label,
        "Année de création": str(structure.founded_year or ""),
        "Période": years,
        "Conseil d’administration": french_date(card.board_date) if card.board_date else "",
    }
    return [
        Fact(
            label,
            clip(typeset(value), FACT_WIDTH * (2 if rank == 0 else 1), 10, lines=3, bold=True),
        )
        for rank, (label, value) in enumerate(values.items())
        if value
    ]


def _footer_stamp(version: VersionStamp | None) -> str:
    """Return the version as the foot of each page has it: number, date, fingerprint."""
    if version is None:
        return "Document de travail"
    day = french_date(_day(version))
    return f"Version\u00a0{version.number} · {day} · {version.fingerprint}"


def _day(version: VersionStamp) -> dt.date:
    """Return the day of submission, in France."""
    moment = version.submitted_at
    return localdate(moment) if is_aware(moment) else moment.date()


def _cover(document: DiagnosticDocument, version: VersionStamp | None) -> Cover:
    card = document.diagnostic
    verb = "adopté par le" if card.state is State.ADOPTED else "soumis au"
    occasion = f"Document {verb} conseil d’administration"
    if card.board_date:
        occasion += f" du {french_date(card.board_date)}"
    if version is None:
        stamp = "Document de travail, non soumis"
    else:
        stamp = (
            f"Version\u00a0{version.number} · soumise le {french_date(_day(version))}"
            f" · empreinte {version.fingerprint}"
        )
    name, width = typeset(document.structure.name), COVER_WIDTH / HEADING
    is_long = len(wrap(name, width, 40, bold=True)) > 3
    return Cover(
        name=clip(name, width, 24, lines=5, bold=True) if is_long else name,
        is_long=is_long,
        title=clip(typeset(card.title), COVER_WIDTH, 17, lines=3, bold=True),
        occasion=occasion if version or card.board_date else "Document de travail",
        status=card.state.label,
        stamp=stamp,
    )


def _vigilance(document: DiagnosticDocument, thresholds: Thresholds) -> Vigilance | None:
    found = find_coherence(document, thresholds)
    points = open_findings(found)
    if not found:
        return None
    return Vigilance(
        [point.message for point in points if point.severity is Severity.ATTENTION],
        [point.message for point in points if point.severity is Severity.INFO],
        [(choice.message, choice.acknowledgement or "") for choice in acknowledged_findings(found)],
    )


def build_report(
    document: DiagnosticDocument,
    *,
    version: VersionStamp | None,
    thresholds: Thresholds = DEFAULT_THRESHOLDS,
) -> ReportContent:
    """Return the report of a document (already without dangling links)."""
    name = clip(typeset(document.structure.name), FOOTER_WIDTH * 0.6, 8, lines=1)
    title = clip(typeset(document.diagnostic.title), FOOTER_WIDTH * 0.4, 8, lines=1)
    return ReportContent(
        document=document,
        version=version,
        cover=_cover(document, version),
        footer=f"{name} — {title}",
        stamp=_footer_stamp(version),
        facts=_facts(document),
        synthesis=build_synthesis(document),
        chapters=_chapters(document),
        vigilance=_vigilance(document, thresholds),
        remaining=_remaining(document),
        board=_board(document),
        workshops=[
            workshop
            for workshop in document.diagnostic.workshops
            if workshop.date or workshop.participants or workshop.composition
        ],
        glossary=used_terms(document),
    )
