"""The one-page synthesis: what of a document stands on page 2, within limits.

Every text is cut to a number of lines at the width and size it is set in (``templates/report/
sections/synthesis.html`` and its style sheet), and every list to a number of items: the
:class:`Limits`, which :mod:`diagnostics.report.synthesis_room` draws in until the page holds
what was typed. A decision is never left out. The measures below are in points.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from diagnostics.domain.answers import (
    Activities,
    Alliances,
    EconomicModel,
    Objective,
)
from diagnostics.domain.answers.objectives import FALLING
from diagnostics.domain.document import DiagnosticDocument
from diagnostics.domain.vocabulary import Mission, Relation, TerritorialScale
from diagnostics.report.ambition import ambition_sentence
from diagnostics.report.decisions import asked_title, decisions_of
from diagnostics.report.key_figures import KeyFigure, key_figures
from diagnostics.report.lettering import HEADING, clip
from diagnostics.report.risks import Risk
from diagnostics.report.scales import short_scale
from diagnostics.typography import (
    capitalised,
    count,
    one_line,
    typeset,
)

FULL_WIDTH, COLUMN_WIDTH, BOX_WIDTH, OBJECTIVE_WIDTH = 480.0, 210.0, 208.0, 112.0
FIGURES_WIDTH, FIGURE_WIDTH, SCALES_WIDTH, ALLY_WIDTH = 92.0, 134.0, 128.0, 100.0
REQUEST_WIDTH = FULL_WIDTH - 45
LEAD_SIZE, TEXT_SIZE, SMALL_SIZE, KEY_SIZE, SENTENCE_SIZE = 11.0, 10.0, 9.0, 13.0, 13.0
DENSE_SIZE = 6.5
# What of each decision stands on the page whatever the others are, word for word.
DECISION_START = 60  # characters
LONGEST_END = 8  # characters more, to end with a word
MAIN_RISKS = 3


@dataclass(frozen=True)
class Limits:
    """How much of each block the page shows: items of a list, lines of a text.

    ``boxes``: whether the four boxes are drawn at all; ``opening``: whether the territory and the key
    figures stand above; ``request_lines`` of 0: no more than the start of each decision, in small letters.
    """

    opening: bool = True
    sentence_lines: int = 4

    statements: int = 4
    statement_lines: int = 6
    roles: int = 6
    role_lines: int = 2
    objectives: int = 12
    objective_lines: int = 3
    boxes: bool = True
    priorities: int = 8
    priority_lines: int = 2
    allies: int = 8
    scales: bool = True
    risks: int = MAIN_RISKS
    risk_lines: int = 3
    request_lines: int = 5


SHORT_MISSIONS = {
    Mission.CONNECT_NETWORKS: "Mettre en relation",
    Mission.RAISE_AWARENESS: "Sensibiliser",
    Mission.SUPPORT_PARTNERSHIPS: "Accompagner",
    Mission.ANALYSE_SHARE: "Analyser, diffuser",
}


@dataclass(frozen=True)
class ShortList:
    """The first items of a list, and how many were left out."""

    items: list[str]
    left_out: int = 0


@dataclass(frozen=True)
class ObjectiveSummary:
    """An objective in some lines, with its figures and what they count."""

    statement: str
    now: str
    target: str
    unit: str
    year: str
    qualitative: bool


@dataclass(frozen=True)
class LabelledText:
    """A mission and what is said of it."""

    label: str
    text: str


def _nothing() -> ShortList:
    return ShortList([])


@dataclass(frozen=True)
class Synthesis:
    """Everything that page 2 shows; empty blocks are hidden. ``letters``: the class of its letters."""

    sentence: str = ""
    territory: str = ""
    figures: list[KeyFigure] = field(default_factory=list)
    vision: ShortList = field(default_factory=_nothing)
    roles: ShortList = field(default_factory=_nothing)
    objectives: list[ObjectiveSummary] = field(default_factory=list)
    objectives_left_out: int = 0
    actions: list[LabelledText] = field(default_factory=list)
    priorities: ShortList = field(default_factory=_nothing)
    scales: list[LabelledText] = field(default_factory=list)
    existing: ShortList = field(default_factory=_nothing)
    to_approach: ShortList = field(default_factory=_nothing)
    risks: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    requests_title: str = ""
    has_funding: bool = False
    letters: str = ""

    @property
    def has_axes(self) -> bool:
        """Tell whether one of the four boxes has something to show."""
        return bool(self.actions or self.scales or self.has_funding or self.has_alliances)

    @property
    def has_alliances(self) -> bool:
        """Tell whether there is an ally to show."""
        return bool(self.existing.items or self.to_approach.items)

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing at all was answered that page 2 could show."""
        answered = self.vision.items or self.roles.items or self.objectives or self.requests
        return not (answered or self.has_axes or self.figures or self.sentence)


def _short(
    texts: Sequence[str], limit: int, width: float, size: float, *, lines: int = 1
) -> ShortList:
    given = [text for text in texts if text]
    if not limit:
        return ShortList([])
    kept = [clip(typeset(text), width, size, lines=lines) for text in given[:limit]]
    return ShortList(kept, len(given) - len(kept))


def _territory(document: DiagnosticDocument) -> str:
    structure = document.structure
    told = [
        one_line(typeset(structure.territory)),
        count(structure.population, "habitant", "habitants") if structure.population else "",
        structure.base_scale.label if structure.base_scale else "",
    ]
    text = " · ".join(part for part in told if part)
    return clip(text, FULL_WIDTH, SMALL_SIZE, lines=3)


def _objective(row: Objective, lines: int) -> ObjectiveSummary:
    text = row.statement or "Objectif à préciser"
    width = OBJECTIVE_WIDTH
    unit = f"{row.unit_told}{f' ({FALLING})' if row.is_falling else ''}".strip()
    return ObjectiveSummary(
        clip(typeset(text), width, SMALL_SIZE, lines=lines),
        row.baseline_told,
        row.target_told,
        clip(typeset(unit), FIGURES_WIDTH, SMALL_SIZE, lines=2),
        str(row.deadline_year or ""),
        row.is_without_figure,
    )


def _actions(answer: Activities | None) -> list[LabelledText]:
    """Say how many activities each mission has, and how many come first."""
    texts = []
    for mission in (*Mission, None):
        own = [row for row in (answer.rows if answer else []) if row.mission is mission]
        if own:
            first = sum(row.priority == 1 for row in own)
            text = count(len(own), "activité", "activités")
            if first:
                text += f", dont {count(first, 'prioritaire', 'prioritaires')}"
            texts.append(LabelledText(SHORT_MISSIONS[mission] if mission else "Sans mission", text))
    return texts


def _priorities(answer: Activities | None, limits: Limits) -> ShortList:
    names = [row.text for row in (answer.rows if answer else []) if row.priority == 1]
    lines = limits.priority_lines
    return _short(names, limits.priorities, BOX_WIDTH - 14, SMALL_SIZE, lines=lines)


def _scales(document: DiagnosticDocument) -> list[LabelledText]:
    answer = document.answers.territorial_scales
    if answer is None:
        return []
    activities = document.answers.activities.rows if document.answers.activities else []
    mission_of = {row.id: row.mission for row in activities}
    texts = []
    for mission in (*Mission, None):
        used = {
            row.scale
            for row in answer.rows
            if (row.mission or mission_of.get(row.activity or "")) is mission
        }
        names = [short_scale(scale) for scale in TerritorialScale if scale in used]
        if names:
            label = SHORT_MISSIONS[mission] if mission else "Autres actions"
            text = capitalised(", ".join(name[:1].lower() + name[1:] for name in names))
            text = clip(text, SCALES_WIDTH, SMALL_SIZE, lines=2)
            texts.append(LabelledText(label, text))
    return texts


def _alliances(answer: Alliances, limit: int) -> tuple[ShortList, ShortList]:
    def names(relation: Relation) -> ShortList:
        given = [row.actor for row in answer.rows if row.relation is relation]
        return _short(given, limit, ALLY_WIDTH, SMALL_SIZE, lines=2)

    return names(Relation.EXISTING), names(Relation.TO_APPROACH)


def _has_funding(model: EconomicModel | None) -> bool:
    return model is not None and any(
        share for column in (model.now, model.target) for share in column.shares.values()
    )


def _request(text: str, lines: int) -> str:
    """A decision in some lines, and at least its start, word for word."""
    whole = one_line(text)
    size = TEXT_SIZE if lines else DENSE_SIZE
    short = clip(whole, REQUEST_WIDTH, size, lines=max(lines, 1))
    if short == whole or len(short) > DECISION_START:
        return short
    if len(whole) <= DECISION_START + 1:
        return whole
    start, rest = whole[:DECISION_START], whole[DECISION_START:].split(" ", 1)[0]
    return f"{start}{rest if len(rest) <= LONGEST_END else ''}…"


@dataclass(frozen=True)
class Told:
    """What the page tells of a document whatever its limits: read once, it is fitted many times."""

    document: DiagnosticDocument
    sentence: str
    territory: str
    figures: list[KeyFigure]
    requests: list[str]
    requests_title: str
    risks: list[Risk]  # the most serious first


def tell(document: DiagnosticDocument, risks: Sequence[Risk]) -> Told:
    """Read what the page tells of a document, in full; ``risks``: the most serious first."""
    return Told(
        document=document,
        sentence=ambition_sentence(document),
        territory=_territory(document),
        figures=key_figures(document),
        requests=[told.in_short for told in decisions_of(document) if told.in_short],
        requests_title=asked_title(document),
        risks=list(risks),
    )


def summarise(told: Told, limits: Limits, letters: str) -> Synthesis:
    """Return the content of page 2 within some limits, in letters of some class."""
    answers = told.document.answers
    statements = [s.text for s in answers.vision.statements] if answers.vision else []
    objectives = answers.objectives.rows if answers.objectives else []
    shown = objectives[: limits.objectives]
    existing, to_approach = _nothing(), _nothing()
    if limits.boxes and answers.alliances:
        existing, to_approach = _alliances(answers.alliances, limits.allies)
    roles = [capitalised(row.title) for row in (answers.roles.rows if answers.roles else [])]
    return Synthesis(
        sentence=clip(
            told.sentence,
            FULL_WIDTH / HEADING,
            SENTENCE_SIZE,
            lines=limits.sentence_lines,
            bold=True,
        ),
        territory=told.territory if limits.opening else "",
        figures=told.figures if limits.opening else [],
        vision=_short(
            statements, limits.statements, COLUMN_WIDTH, LEAD_SIZE, lines=limits.statement_lines
        ),
        roles=_short(roles, limits.roles, COLUMN_WIDTH - 16, TEXT_SIZE, lines=limits.role_lines),
        objectives=[_objective(row, limits.objective_lines) for row in shown],
        objectives_left_out=len(objectives) - len(shown) if limits.objectives else 0,
        actions=_actions(answers.activities) if limits.boxes else [],
        priorities=_priorities(answers.activities, limits) if limits.boxes else _nothing(),
        scales=_scales(told.document) if limits.boxes and limits.scales else [],
        existing=existing,
        to_approach=to_approach,
        risks=[
            clip(risk.point, REQUEST_WIDTH, TEXT_SIZE, lines=limits.risk_lines)
            for risk in told.risks[: limits.risks]
        ],
        requests=[_request(text, limits.request_lines) for text in told.requests],
        requests_title=told.requests_title,
        has_funding=limits.boxes and _has_funding(answers.economic_model),
        letters=letters,
    )
