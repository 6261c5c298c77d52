"""The one-page synthesis: what of a document stands on page 2, shortened by rule.

Every text is cut to a number of lines at the width and size it is set in (``templates/report/
sections/synthesis.html`` and its style sheet), and every list to a number of items, so that the
page holds whatever was typed. The measures below are in points.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from diagnostics.domain.answers import (
    Activities,
    Alliances,
    EconomicModel,
    EconomicSnapshot,
    Objective,
)
from diagnostics.domain.answers.objectives import FALLING
from diagnostics.domain.document import DiagnosticDocument
from diagnostics.domain.vocabulary import Mission, Relation, TerritorialScale
from diagnostics.report.decisions import ANSWERED, ASKED, decisions_of
from diagnostics.report.lettering import HEADING, clip, wrap
from diagnostics.report.scales import short_scale
from diagnostics.typography import capitalised, count, keur_range, measure, number, typeset

FULL_WIDTH, COLUMN_WIDTH, BOX_WIDTH, OBJECTIVE_WIDTH = 480.0, 210.0, 208.0, 132.0
THIRD_WIDTH, SCALES_WIDTH, ALLY_WIDTH = 160.0, 128.0, 90.0
LEAD_SIZE, TEXT_SIZE, SMALL_SIZE, KEY_SIZE = 10.5, 9.5, 8.5, 13.0
MAX_ROLES, MAX_OBJECTIVES, MAX_PRIORITIES, MAX_ALLIES, MAX_REQUESTS = 3, 5, 4, 3, 3

SHORT_MISSIONS = {
    Mission.CONNECT_NETWORKS: "Mettre en relation",
    Mission.RAISE_AWARENESS: "Sensibiliser",
    Mission.SUPPORT_PARTNERSHIPS: "Accompagner",
    Mission.ANALYSE_SHARE: "Analyser, diffuser",
}


@dataclass(frozen=True)
class KeyFigure:
    """A figure of the identity band: « Équipe », « 2,5 », « 4 ETP », « 2026 à 2029 »."""

    label: str
    now: str
    target: str = ""
    note: str = ""
    is_answer: bool = True  # the territory is known before anything is answered


@dataclass(frozen=True)
class ShortList:
    """The first items of a list, and how many were left out."""

    items: list[str]
    left_out: int = 0


@dataclass(frozen=True)
class ObjectiveSummary:
    """An objective in one or two lines, with its figures."""

    statement: str
    now: str
    target: str
    year: str
    qualitative: bool


@dataclass(frozen=True)
class LabelledText:
    """A mission and what is said of it."""

    label: str
    text: str


@dataclass(frozen=True)
class Synthesis:
    """Everything that page 2 shows; empty blocks are hidden."""

    figures: list[KeyFigure]
    vision: str = ""
    vision_left_out: int = 0
    roles: ShortList = field(default_factory=lambda: ShortList([]))
    objectives: list[ObjectiveSummary] = field(default_factory=list)
    objectives_left_out: int = 0
    actions: str = ""
    priorities: ShortList = field(default_factory=lambda: ShortList([]))
    scales: list[LabelledText] = field(default_factory=list)
    existing: ShortList = field(default_factory=lambda: ShortList([]))
    to_approach: ShortList = field(default_factory=lambda: ShortList([]))
    requests: ShortList = field(default_factory=lambda: ShortList([]))
    requests_title: str = ASKED
    has_funding: bool = False

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
        answered = self.vision or self.roles.items or self.objectives or self.requests.items
        figures = any(figure.is_answer for figure in self.figures)
        return not (answered or self.has_axes or figures)


def _short(
    texts: Sequence[str], limit: int, width: float, size: float, *, lines: int = 1
) -> ShortList:
    given = [text for text in texts if text]
    kept = [clip(typeset(text), width, size, lines=lines) for text in given[:limit]]
    return ShortList(kept, len(given) - len(kept))


def _territory(text: str) -> str:
    """Return the name of the territory; what details it is left out when it is too long."""
    width = THIRD_WIDTH / HEADING
    if len(wrap(text, width, KEY_SIZE, bold=True)) > 2:
        text = re.split(r"\s*[:(;,]", text, maxsplit=1)[0] or text
    return clip(text, width, KEY_SIZE, lines=2, bold=True)


def _figures(document: DiagnosticDocument) -> list[KeyFigure]:
    structure, card = document.structure, document.diagnostic
    notes = []
    if structure.population:
        notes.append(count(structure.population, "habitant", "habitants"))
    if structure.base_scale:
        notes.append(structure.base_scale.label)
    figures = [
        KeyFigure(
            "Territoire",
            _territory(typeset(structure.territory)),
            note=clip(" · ".join(notes), THIRD_WIDTH, SMALL_SIZE, lines=2),
            is_answer=False,
        )
    ]
    model = document.answers.economic_model
    if model is None:
        return [figure for figure in figures if figure.now]
    years = f"{card.base_year} à {card.target_year}"
    now, target = model.now, model.target
    if now.fte is not None or target.fte is not None:
        figures.append(
            KeyFigure(
                "Équipe salariée",
                *_from_to(
                    number(now.fte) if now.fte is not None else "",
                    measure(target.fte, "ETP") if target.fte is not None else "",
                    "ETP",
                ),
                note=years if target.fte is not None else str(card.base_year),
            )
        )
    before, after = now.budget_middle, target.budget_middle
    if before is not None or after is not None:
        note = years if after is not None else str(card.base_year)
        if before and after and round(100 * (after - before) / before):
            change = 100 * (after - before) / before
            sign = "+" if change > 0 else "−"
            note = f"{years}\u00a0: {sign}\u00a0{number(abs(change), decimals=0)}\u00a0%"
        figures.append(
            KeyFigure(
                "Budget annuel",
                *_from_to(
                    _budget(now).removesuffix("\u00a0K€"),
                    _budget(target),
                    "K€",
                ),
                note=note,
            )
        )
    return [figure for figure in figures if figure.now or figure.target]


def _budget(column: EconomicSnapshot) -> str:
    """Return a budget without its decimals: a key figure is read at a glance."""
    bounds = (column.budget_min_keur, column.budget_max_keur)
    low, high = (None if bound is None else float(round(bound)) for bound in bounds)
    return keur_range(low, high)


def _from_to(now: str, target: str, unit: str) -> tuple[str, str]:
    """Return the two ends of an evolution; a lone figure carries the unit itself."""
    if now and target:
        return now, target
    return (f"{now}\u00a0{unit}", "") if now else (target, "")


def _objective(row: Objective) -> ObjectiveSummary:
    rhythm = " par an" if row.per_year and row.target_told else ""
    target = f"{row.target_told}{rhythm}{f' ({FALLING})' if row.is_falling else ''}"
    text = row.statement or "Objectif à préciser"
    width = OBJECTIVE_WIDTH + (62 if row.is_without_figure else 0)
    return ObjectiveSummary(
        clip(typeset(text), width, SMALL_SIZE, lines=2),
        row.baseline_told,
        target,
        str(row.deadline_year or ""),
        row.is_without_figure,
    )


def _actions(answer: Activities) -> tuple[str, ShortList]:
    covered = {row.mission for row in answer.rows if row.mission}
    words = [
        count(len(answer.rows), "activité", "activités"),
        f"sur {count(len(covered), 'mission', 'missions')}" if covered else "",
    ]
    first = [row for row in answer.rows if row.priority == 1]
    text = " ".join(word for word in words if word)
    if first:
        text += f", dont {count(len(first), 'prioritaire', 'prioritaires')}\u00a0:"
    names = [row.text for row in first]
    return text, _short(names, MAX_PRIORITIES, BOX_WIDTH - 12, SMALL_SIZE, lines=2)


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


def _alliances(answer: Alliances) -> tuple[ShortList, ShortList]:
    def names(relation: Relation) -> ShortList:
        given = [row.actor for row in answer.rows if row.relation is relation]
        return _short(given, MAX_ALLIES, ALLY_WIDTH, SMALL_SIZE, lines=2)

    return names(Relation.EXISTING), names(Relation.TO_APPROACH)


def _has_funding(model: EconomicModel | None) -> bool:
    return model is not None and any(
        share for column in (model.now, model.target) for share in column.shares.values()
    )


def build_synthesis(document: DiagnosticDocument) -> Synthesis:
    """Return the content of page 2."""
    answers = document.answers
    statements = [s.text for s in answers.vision.statements if s.text] if answers.vision else []
    objectives = answers.objectives.rows if answers.objectives else []
    actions, priorities = (
        _actions(answers.activities)
        if answers.activities and answers.activities.rows
        else ("", ShortList([]))
    )
    existing, to_approach = (
        _alliances(answers.alliances) if answers.alliances else (ShortList([]), ShortList([]))
    )
    return Synthesis(
        figures=_figures(document),
        vision=clip(typeset(statements[0]), COLUMN_WIDTH, LEAD_SIZE, lines=5) if statements else "",
        vision_left_out=max(0, len(statements) - 1),
        roles=_short(
            [capitalised(row.title) for row in (answers.roles.rows if answers.roles else [])],
            MAX_ROLES,
            COLUMN_WIDTH - 16,
            TEXT_SIZE,
            lines=2,
        ),
        objectives=[_objective(row) for row in objectives[:MAX_OBJECTIVES]],
        objectives_left_out=max(0, len(objectives) - MAX_OBJECTIVES),
        actions=actions,
        priorities=priorities,
        scales=_scales(document),
        existing=existing,
        to_approach=to_approach,
        requests=_short(
            [decision.in_short for decision in decisions_of(document)],
            MAX_REQUESTS,
            FULL_WIDTH - 40,
            TEXT_SIZE,
            lines=2,
        ),
        requests_title=ANSWERED if document.adoption else ASKED,
        has_funding=_has_funding(answers.economic_model),
    )
