"""What the display templates show of each answer: rows grouped, links named, totals added.

``read_answer(answer, document)`` gives the view of one answer; pure functions of the document.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from diagnostics.domain.answers import (
    AccompanimentScope,
    ActionTerritory,
    Activities,
    Activity,
    Alliance,
    Alliances,
    Answer,
    EconomicModel,
    Lever,
    Objective,
    Objectives,
    ScopeStep,
    TerritorialScales,
)
from diagnostics.domain.document import DiagnosticDocument
from diagnostics.domain.links import (
    activity_codes,
    activity_labels,
    alliance_labels,
    lever_codes,
    names_behind,
    objective_codes,
    role_labels,
)
from diagnostics.domain.vocabulary import (
    AllianceFamily,
    FundingFamily,
    Mission,
    Relation,
    StepKey,
    TerritorialScale,
)
from diagnostics.typography import enumeration

SHORT_SCALES = {
    TerritorialScale.MUNICIPALITY: "Quartier, commune",
    TerritorialScale.EPCI: "Communauté de communes",
    TerritorialScale.EPCI_URBAN: "Agglomération, métropole",
}


# --- 2.2 Objectives ----------------------------------------------------------------------


@dataclass(frozen=True)
class ObjectiveLine:
    """An objective with its code and the names of the roles it serves."""

    code: str
    row: Objective
    roles: list[str]


def read_objectives(answer: Objectives, document: DiagnosticDocument) -> list[ObjectiveLine]:
    """Return the objectives in their order."""
    roles = role_labels(document)
    return [
        ObjectiveLine(f"O{position}", row, names_behind(row.serves, roles))
        for position, row in enumerate(answer.rows, 1)
    ]


# --- 3.1 Activities ----------------------------------------------------------------------


@dataclass(frozen=True)
class ActivityLine:
    """An activity with its code and the codes of the objectives it serves."""

    code: str
    row: Activity
    serves: list[str]

    @property
    def service(self) -> str:
        """What the activity serves, in words; empty when nothing was said of it."""
        if self.serves:
            return f"Sert {enumeration(self.serves)}"
        return "Aucun objectif, volontairement" if self.row.serves_none else ""


@dataclass(frozen=True)
class MissionGroup:
    """The activities of one mission; ``mission`` is None for those without a mission yet."""

    mission: Mission | None
    lines: list[ActivityLine]
    out_of_scope: bool = False

    @property
    def title(self) -> str:
        """Name of the mission."""
        return self.mission.label if self.mission else "Mission à préciser"


def read_activities(answer: Activities, document: DiagnosticDocument) -> list[MissionGroup]:
    """Return the activities by mission, in the kit's order; missions without any are left out,
    unless they were declared « hors de notre rôle »."""
    objectives = objective_codes(document)
    lines = [
        ActivityLine(f"A{position}", row, names_behind(row.serves, objectives))
        for position, row in enumerate(answer.rows, 1)
    ]
    groups = []
    for mission in (*Mission, None):
        own = [line for line in lines if line.row.mission is mission]
        own.sort(key=lambda line: line.row.priority or 9)
        out_of_scope = mission in answer.out_of_scope
        if own or out_of_scope:
            groups.append(MissionGroup(mission, own, out_of_scope))
    return groups


# --- 3.2 Accompaniment -------------------------------------------------------------------


@dataclass(frozen=True)
class ScopeLine:
    """A step of the chain, its rank, and who does it."""

    rank: int
    row: ScopeStep
    partner: str


def read_accompaniment_scope(
    answer: AccompanimentScope, document: DiagnosticDocument
) -> list[ScopeLine]:
    """Return the six steps; the partner is the ally behind the link, or the name typed."""
    allies = alliance_labels(document)
    return [
        ScopeLine(rank, row, allies.get(row.alliance or "", "") or row.partner)
        for rank, row in enumerate(answer.rows, 1)
    ]


# --- 3.3 Territory -----------------------------------------------------------------------


@dataclass
class ScaleLine:
    """An action and its échelons; a mission's own line stands above its activities."""

    title: str
    code: str = ""
    is_mission: bool = False
    rows: list[ActionTerritory] = field(default_factory=list)

    @property
    def scales(self) -> list[TerritorialScale]:
        """The échelons, from the nearest to the widest."""
        chosen = {row.scale for row in self.rows}
        return [scale for scale in TerritorialScale if scale in chosen]

    @property
    def scale_names(self) -> list[str]:
        """Short names of the échelons."""
        return [short_scale(scale) for scale in self.scales]

    @property
    def territories(self) -> list[str]:
        """Names of the territories, each once."""
        return list(dict.fromkeys(row.territory for row in self.rows if row.territory))

    @property
    def notes(self) -> list[str]:
        """Notes, each once."""
        return list(dict.fromkeys(row.note for row in self.rows if row.note))


@dataclass(frozen=True)
class MatrixLine:
    """A line of the matrix: for each column whether the action takes place there."""

    line: ScaleLine
    cells: list[bool]


@dataclass(frozen=True)
class ScalesView:
    """The actions and their échelons: those used are the columns of the matrix."""

    lines: list[ScaleLine]
    columns: list[str]
    matrix: list[MatrixLine]


def short_scale(scale: TerritorialScale) -> str:
    """Return a name of an échelon that fits a column."""
    return SHORT_SCALES.get(scale, scale.label)


def read_territorial_scales(answer: TerritorialScales, document: DiagnosticDocument) -> ScalesView:
    """Return the actions in the kit's order: each mission, then its activities, then the rest."""
    activities = document.answers.activities.rows if document.answers.activities else []
    codes, labels = activity_codes(document), activity_labels(document)
    lines: list[ScaleLine] = []
    for mission in (*Mission, None):
        if mission and (own := [row for row in answer.rows if row.mission is mission]):
            title = f"Mission «\u00a0{mission.label}\u00a0»"
            lines.append(ScaleLine(title, is_mission=True, rows=own))
        for activity in activities:
            rows = [row for row in answer.rows if row.activity == activity.id]
            if activity.mission is mission and rows:
                lines.append(ScaleLine(labels[activity.id], codes[activity.id], rows=rows))
    known = {activity.id for activity in activities}
    free: dict[str, ScaleLine] = {}
    for row in answer.rows:
        if row.mission is None and row.activity not in known:
            title = row.label or "Action à préciser"
            free.setdefault(title, ScaleLine(title)).rows.append(row)
    lines += free.values()
    used = [scale for scale in TerritorialScale if any(scale in line.scales for line in lines)]
    return ScalesView(
        lines,
        [short_scale(scale) for scale in used],
        [MatrixLine(line, [scale in line.scales for scale in used]) for line in lines],
    )


# --- 4.1 Economic model ------------------------------------------------------------------


def _total(values: Iterable[float | None]) -> float | None:
    given = [value for value in values if value is not None]
    return sum(given) if given else None


@dataclass(frozen=True)
class LeverLine:
    """A lever with its code."""

    code: str
    row: Lever


@dataclass(frozen=True)
class LeverGroup:
    """The levers of one family; ``family`` is None for those without a family yet."""

    family: FundingFamily | None
    lines: list[LeverLine]

    @property
    def title(self) -> str:
        """Name of the family."""
        return self.family.label if self.family else "Famille à préciser"

    @property
    def total_now(self) -> float | None:
        """Sum of the amounts of year N, None when there is none."""
        return _total(line.row.amount_now_keur for line in self.lines)

    @property
    def total_target(self) -> float | None:
        """Sum of the target amounts, None when there is none."""
        return _total(line.row.amount_target_keur for line in self.lines)


@dataclass(frozen=True)
class EconomicView:
    """The levers by family, their totals, and which lines of the table have something to say."""

    groups: list[LeverGroup]
    total_now: float | None
    total_target: float | None
    has_snapshot: bool
    has_volunteers: bool
    has_sponsorship: bool


def read_economic_model(answer: EconomicModel, document: DiagnosticDocument) -> EconomicView:
    """Return the levers grouped by family, with totals."""
    lines = [LeverLine(f"L{position}", row) for position, row in enumerate(answer.levers, 1)]
    groups = []
    for family in (*FundingFamily, None):
        own = [line for line in lines if line.row.family is family]
        if own:
            groups.append(LeverGroup(family, own))
    both = (answer.now, answer.target)
    return EconomicView(
        groups,
        _total(row.amount_now_keur for row in answer.levers),
        _total(row.amount_target_keur for row in answer.levers),
        has_snapshot=any(
            value not in (None, "") for column in both for value in column.model_dump().values()
        ),
        has_volunteers=any(column.volunteers is not None for column in both),
        has_sponsorship=any(column.skills_sponsorship_days is not None for column in both),
    )


# --- 4.2 Alliances -----------------------------------------------------------------------


@dataclass(frozen=True)
class AllianceLine:
    """An ally with the codes of the activities and levers it serves."""

    row: Alliance
    serves: list[str]


@dataclass(frozen=True)
class AllianceGroup:
    """The allies of one family, the existing ones first."""

    family: AllianceFamily | None
    lines: list[AllianceLine]

    @property
    def title(self) -> str:
        """Name of the family."""
        return self.family.label if self.family else "Famille à préciser"


def read_alliances(answer: Alliances, document: DiagnosticDocument) -> list[AllianceGroup]:
    """Return the allies by family, in the kit's order."""
    codes = activity_codes(document) | lever_codes(document)
    order = {Relation.EXISTING: 0, Relation.TO_APPROACH: 1, None: 2}
    groups = []
    for family in (*AllianceFamily, None):
        own = [
            AllianceLine(row, names_behind(row.serves, codes))
            for row in answer.rows
            if row.family is family
        ]
        own.sort(key=lambda line: order[line.row.relation])
        if own:
            groups.append(AllianceGroup(family, own))
    return groups


# --- All of them -------------------------------------------------------------------------

_READERS: dict[StepKey, Callable[[Any, DiagnosticDocument], object]] = {
    StepKey.OBJECTIVES: read_objectives,
    StepKey.ACTIVITIES: read_activities,
    StepKey.ACCOMPANIMENT_SCOPE: read_accompaniment_scope,
    StepKey.TERRITORIAL_SCALES: read_territorial_scales,
    StepKey.ECONOMIC_MODEL: read_economic_model,
    StepKey.ALLIANCES: read_alliances,
}


def read_answer(answer: Answer, document: DiagnosticDocument) -> object:
    """Return the view of an answer; the answer itself when it needs no preparation."""
    reader = _READERS.get(answer.step)
    return reader(answer, document) if reader else answer
