"""The « fil rouge »: what in a diagnostic serves what, from the vision to the allies.

``read_thread(document)`` gathers the links between rows into one value that the drawing, its
table and the list of what is tied to nothing are made from. Pure functions of the document.

The vision is tied to the roles as a whole: the kit reads part 2 « au regard de la vision » and
asks for no link between a statement and a role. An activity without an échelon of its own takes
its mission's. An activity may serve no objective on purpose (``Activity.serves_none``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from diagnostics.domain.answers import ActionTerritory, Activity
from diagnostics.domain.answers.activities import ACTIVITIES
from diagnostics.domain.answers.alliances import ALLIES
from diagnostics.domain.answers.economic_model import LEVERS
from diagnostics.domain.answers.objectives import OBJECTIVES
from diagnostics.domain.answers.roles import ROLES
from diagnostics.domain.document import DiagnosticDocument
from diagnostics.domain.vocabulary import Labelled, Relation, StepKey, TerritorialScale

T = TypeVar("T")


class ItemKind(Labelled):
    """What an item of the thread is, in the order of the thread; labels are plural headings."""

    STATEMENT = "statement", "Vision"
    ROLE = "role", "Rôles"
    OBJECTIVE = "objective", "Objectifs"
    ACTIVITY = "activity", "Activités"
    SCOPE_STEP = "scope_step", "Étapes de l’accompagnement"
    SCALE = "scale", "Échelons"
    ALLIANCE = "alliance", "Alliances"
    LEVER = "lever", "Leviers"


@dataclass(frozen=True)
class Key:
    """Names an item: row ids are unique within an answer only."""

    kind: ItemKind
    id: str


@dataclass(frozen=True)
class Item:
    """A row, an échelon in use or a step of the accompaniment; ``code`` as O2, A1, L3, or empty."""

    key: Key
    title: str
    code: str = ""
    detail: str = ""


@dataclass(frozen=True)
class Link:
    """``source`` is the end nearer to the vision; ``inherited``: an activity's mission has it."""

    source: Key
    target: Key
    inherited: bool = False


class GapKind(Labelled):
    """A link that is missing, « <kind of the row>-<what it lacks> »; the label heads a list."""

    ROLE_OBJECTIVE = "role-objective", "Rôles qu’aucun objectif ne sert"
    OBJECTIVE_ROLE = "objective-role", "Objectifs qui ne servent aucun rôle"
    OBJECTIVE_ACTIVITY = "objective-activity", "Objectifs qu’aucune activité ne sert"
    ACTIVITY_OBJECTIVE = "activity-objective", "Activités qui ne servent aucun objectif"
    ACTIVITY_SCALE = "activity-scale", "Activités sans échelon"
    ALLIANCE_SERVICE = "alliance-service", "Alliances qui ne servent ni activité ni levier"

    @property
    def item_kind(self) -> ItemKind:
        """The kind of item that lacks the link."""
        return ItemKind(self.value.partition("-")[0])

    @property
    def step(self) -> StepKey:
        """The step whose answer holds the link."""
        return _GAP_STEPS[self]

    @property
    def short(self) -> str:
        """What is missing, for a card of the drawing."""
        return _SHORT_GAPS[self]


_GAP_STEPS = {
    GapKind.ROLE_OBJECTIVE: StepKey.OBJECTIVES,
    GapKind.OBJECTIVE_ROLE: StepKey.OBJECTIVES,
    GapKind.OBJECTIVE_ACTIVITY: StepKey.ACTIVITIES,
    GapKind.ACTIVITY_OBJECTIVE: StepKey.ACTIVITIES,
    GapKind.ACTIVITY_SCALE: StepKey.TERRITORIAL_SCALES,
    GapKind.ALLIANCE_SERVICE: StepKey.ALLIANCES,
}
_SHORT_GAPS = {
    GapKind.ROLE_OBJECTIVE: "sans objectif",
    GapKind.OBJECTIVE_ROLE: "sans rôle",
    GapKind.OBJECTIVE_ACTIVITY: "sans activité",
    GapKind.ACTIVITY_OBJECTIVE: "sans objectif",
    GapKind.ACTIVITY_SCALE: "sans échelon",
    GapKind.ALLIANCE_SERVICE: "sans activité ni levier",
}
# What the thread is about: an échelon says where, and ties nothing by itself.
_TIES = {ItemKind.OBJECTIVE, ItemKind.ACTIVITY, ItemKind.ALLIANCE}


@dataclass(frozen=True)
class Gap:
    """A missing link of a row."""

    kind: GapKind
    row: str

    def __str__(self) -> str:
        return f"{self.kind.value}:{self.row}"

    @classmethod
    def read(cls, text: str) -> Gap | None:
        """Read what ``str`` wrote; None for anything else."""
        kind, _, row = text.partition(":")
        if kind not in set(GapKind) or not re.fullmatch(r"[a-z][a-z0-9]{0,11}", row):
            return None
        return cls(GapKind(kind), row)

    @property
    def key(self) -> Key:
        """The item that lacks the link."""
        return Key(self.kind.item_kind, self.row)


def _grouped(pairs: Iterable[tuple[Key, T]]) -> dict[Key, list[T]]:
    groups: dict[Key, list[T]] = {}
    for key, value in pairs:
        groups.setdefault(key, []).append(value)
    return groups


@dataclass(frozen=True)
class Thread:
    """The items in their order, the links between them, and what is missing.

    ``chosen``: the activities that serve no objective on purpose.
    """

    items: dict[Key, Item]
    links: tuple[Link, ...]
    gaps: tuple[Gap, ...]
    chosen: frozenset[Key]

    def of_kind(self, kind: ItemKind) -> list[Item]:
        """Return the items of one kind, in their order."""
        return [item for item in self.items.values() if item.key.kind is kind]

    def gaps_of(self, key: Key) -> list[Gap]:
        """Return the links that an item lacks."""
        return self._gaps.get(key, [])

    def links_of(self, key: Key) -> tuple[list[Link], list[Link]]:
        """Return the links of an item, towards the vision and towards the means."""
        return self._before.get(key, []), self._after.get(key, [])

    @cached_property
    def _gaps(self) -> dict[Key, list[Gap]]:
        return _grouped((gap.key, gap) for gap in self.gaps)

    @cached_property
    def _before(self) -> dict[Key, list[Link]]:
        return _grouped((link.target, link) for link in self.links)

    @cached_property
    def _after(self) -> dict[Key, list[Link]]:
        return _grouped((link.source, link) for link in self.links)

    def apart(self) -> list[Item]:
        """Return the items without any link: objectives, activities and allies.

        Roles are tied to the vision as a whole; an échelon ties nothing; what serves no objective
        on purpose stands with the rest.
        """
        tied = {
            end
            for link in self.links
            if link.target.kind is not ItemKind.SCALE
            for end in (link.source, link.target)
        }
        return [
            item
            for key, item in self.items.items()
            if key.kind in _TIES and key not in tied and key not in self.chosen
        ]

    @property
    def is_tied(self) -> bool:
        """Tell whether there is a thread: an objective, an activity or an ally with a link."""
        return any(link.target.kind is not ItemKind.SCALE for link in self.links)

    @property
    def is_empty(self) -> bool:
        """Tell whether there is nothing to tie: no role, objective, activity or ally."""
        return not any(key.kind in _TIES or key.kind is ItemKind.ROLE for key in self.items)


# --- Échelons of the activities --------------------------------------------------------------


@dataclass(frozen=True)
class ActivityScale:
    """An échelon of an activity: its own, or its mission's."""

    row: ActionTerritory
    scale: TerritorialScale
    inherited: bool


def scales_of(activity: Activity, document: DiagnosticDocument) -> list[ActivityScale]:
    """Return the échelons of an activity: its own ones, else those of its mission."""
    answer = document.answers.territorial_scales
    placed = [row for row in answer.rows if row.scale] if answer else []
    own = [row for row in placed if row.activity == activity.id]
    rows = own or [row for row in placed if row.mission and row.mission is activity.mission]
    return [ActivityScale(row, scale, inherited=not own) for row in rows if (scale := row.scale)]


def unplaced_activities(document: DiagnosticDocument) -> list[Activity]:
    """Return the activities without an échelon, their mission's included, in their order."""
    answer = document.answers.activities
    return [row for row in (answer.rows if answer else []) if not scales_of(row, document)]


# --- The items -------------------------------------------------------------------------------


def _named(
    kind: ItemKind, labels: dict[str, str], letter: str = "", details: dict[str, str] | None = None
) -> Iterator[Item]:
    for position, (row_id, title) in enumerate(labels.items(), 1):
        code = f"{letter}{position}" if letter else ""
        yield Item(Key(kind, row_id), title, code, (details or {}).get(row_id, ""))


def _statements(document: DiagnosticDocument) -> Iterator[Item]:
    answer = document.answers.vision
    for row in answer.statements if answer else []:
        if row.text:
            yield Item(Key(ItemKind.STATEMENT, row.id), row.text)


def _scope_steps(document: DiagnosticDocument) -> Iterator[Item]:
    """The steps of the accompaniment that name an ally; the others have no link to show."""
    answer = document.answers.accompaniment_scope
    for row in answer.rows if answer else []:
        if row.alliance:
            yield Item(Key(ItemKind.SCOPE_STEP, row.step.value), row.step.label)


def _scales(document: DiagnosticDocument) -> Iterator[Item]:
    """The échelons where activities take place, from the nearest to the widest."""
    answer = document.answers.activities
    territories: dict[TerritorialScale, dict[str, None]] = {}
    for activity in answer.rows if answer else []:
        for place in scales_of(activity, document):
            territories.setdefault(place.scale, {}).setdefault(place.row.territory)
    for scale in TerritorialScale:
        if scale in territories:
            names = ", ".join(name for name in territories[scale] if name)
            yield Item(Key(ItemKind.SCALE, scale.value), scale.label, detail=names)


def _levers(document: DiagnosticDocument, links: Iterable[Link]) -> Iterator[Item]:
    """The levers that an ally serves: nothing in the kit asks to tie the others."""
    served = {link.target for link in links}
    for item in _named(ItemKind.LEVER, LEVERS.labels(document.answers), "L"):
        if item.key in served:
            yield item


def _alliances(document: DiagnosticDocument) -> Iterator[Item]:
    answer = document.answers.alliances
    details = {
        row.id: "à approcher"
        for row in (answer.rows if answer else [])
        if row.relation is Relation.TO_APPROACH
    }
    return _named(ItemKind.ALLIANCE, ALLIES.labels(document.answers), details=details)


# --- The links -------------------------------------------------------------------------------


def _links(document: DiagnosticDocument) -> Iterator[Link]:
    answers = document.answers
    for objective in answers.objectives.rows if answers.objectives else []:
        target = Key(ItemKind.OBJECTIVE, objective.id)
        yield from (Link(Key(ItemKind.ROLE, role), target) for role in objective.serves)
    activities = answers.activities.rows if answers.activities else []
    for activity in activities:
        key = Key(ItemKind.ACTIVITY, activity.id)
        yield from (Link(Key(ItemKind.OBJECTIVE, served), key) for served in activity.serves)
    for activity in activities:
        key = Key(ItemKind.ACTIVITY, activity.id)
        for place in scales_of(activity, document):
            yield Link(key, Key(ItemKind.SCALE, place.scale.value), place.inherited)
    for step in answers.accompaniment_scope.rows if answers.accompaniment_scope else []:
        if step.alliance:
            source = Key(ItemKind.SCOPE_STEP, step.step.value)
            yield Link(source, Key(ItemKind.ALLIANCE, step.alliance))
    known = {activity.id for activity in activities}
    for alliance in answers.alliances.rows if answers.alliances else []:
        key = Key(ItemKind.ALLIANCE, alliance.id)
        for served in alliance.serves:
            if served in known:
                yield Link(Key(ItemKind.ACTIVITY, served), key)
            else:
                yield Link(key, Key(ItemKind.LEVER, served))


def _gaps(document: DiagnosticDocument, links: Iterable[Link]) -> Iterator[Gap]:
    """The missing links, in the order of the thread."""
    ties = list(links)

    def missing(kind: GapKind, ids: Iterable[str], *, other: ItemKind | None) -> Iterator[Gap]:
        """Rows that no link ties to an item of the ``other`` kind (None: to anything)."""
        tied = {
            one.id
            for link in ties
            for one, far in ((link.source, link.target), (link.target, link.source))
            if one.kind is kind.item_kind and other in (None, far.kind)
        }
        return (Gap(kind, row_id) for row_id in ids if row_id not in tied)

    objectives = list(OBJECTIVES.labels(document.answers))
    rows = document.answers.activities.rows if document.answers.activities else []
    unanswered = [row.id for row in rows if not row.serves_none]
    yield from missing(
        GapKind.ROLE_OBJECTIVE, ROLES.labels(document.answers), other=ItemKind.OBJECTIVE
    )
    yield from missing(GapKind.OBJECTIVE_ROLE, objectives, other=ItemKind.ROLE)
    yield from missing(GapKind.OBJECTIVE_ACTIVITY, objectives, other=ItemKind.ACTIVITY)
    yield from missing(GapKind.ACTIVITY_OBJECTIVE, unanswered, other=ItemKind.OBJECTIVE)
    yield from missing(GapKind.ACTIVITY_SCALE, [row.id for row in rows], other=ItemKind.SCALE)
    yield from missing(GapKind.ALLIANCE_SERVICE, ALLIES.labels(document.answers), other=None)


def read_thread(document: DiagnosticDocument) -> Thread:
    """Return the thread of a document (already without dangling links)."""
    links = tuple(dict.fromkeys(_links(document)))
    items = [
        *_statements(document),
        *_named(ItemKind.ROLE, ROLES.labels(document.answers)),
        *_named(ItemKind.OBJECTIVE, OBJECTIVES.labels(document.answers), "O"),
        *_named(ItemKind.ACTIVITY, ACTIVITIES.labels(document.answers), "A"),
        *_scope_steps(document),
        *_scales(document),
        *_alliances(document),
        *_levers(document, links),
    ]
    answer = document.answers.activities
    return Thread(
        items={item.key: item for item in items},
        links=links,
        gaps=tuple(_gaps(document, links)),
        chosen=frozenset(
            Key(ItemKind.ACTIVITY, row.id)
            for row in (answer.rows if answer else [])
            if row.serves_none and not row.serves
        ),
    )
