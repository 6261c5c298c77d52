"""Axis 2, ambition of the structure: roles, objectives, positioning."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from diagnostics.domain.answers.base import Answer, Row
from diagnostics.domain.answers.fields import (
    MAX_ROWS,
    LongText,
    RowIds,
    RowText,
    UnitText,
    Value,
    Year,
)
from diagnostics.domain.vocabulary import ActorType, ObjectiveKind, RelationMode, RoleKind, StepKey


class Role(Row):
    """A role wished for; the order of the rows is the order of priority."""

    id_prefix: ClassVar[str] = "r"
    role: RoleKind | None = Field(None, description="l’un des quatre rôles du kit, ou « autre »")
    label: RowText = Field("", description="nom du rôle quand il est « autre »")
    detail: RowText = Field("", description="précision")

    @property
    def title(self) -> str:
        """The role as people read it."""
        if self.role is None or self.role is RoleKind.OTHER:
            return self.label or (self.role.label if self.role else "Rôle à préciser")
        return self.role.label


class Roles(Answer):
    """Q2 « Quels rôles souhaités par la structure ? »."""

    step: ClassVar[StepKey] = StepKey.ROLES
    rows: list[Role] = Field(
        default_factory=list, max_length=MAX_ROWS, description="rôles, dans l’ordre de priorité"
    )


class Objective(Row):
    """An objective; one row has one target."""

    id_prefix: ClassVar[str] = "o"
    statement: RowText = Field("", description="énoncé de l’objectif")
    kind: ObjectiveKind | None = Field(None, description="nature")
    indicator: RowText = Field("", description="ce que l’on compte")
    baseline_value: Value | None = Field(None, description="valeur actuelle, dans l’unité")
    target_value: Value | None = Field(None, description="valeur cible, dans l’unité")
    unit: UnitText = Field(
        "", description="unité des valeurs : associations, entreprises, partenariats, %…"
    )
    deadline_year: Year | None = Field(None, description="échéance")
    serves: RowIds = Field(default_factory=list, description="rôles servis (ids de lignes)")

    @property
    def is_without_figure(self) -> bool:
        """Tell whether it is a quality that is aimed at, not a figure that is still to be said."""
        return self.kind is ObjectiveKind.QUALITATIVE and self.target_value is None


class Objectives(Answer):
    """Q3 « Quels objectifs qualitatifs et quantitatifs se fixer au regard de l’ambition ? »."""

    step: ClassVar[StepKey] = StepKey.OBJECTIVES
    rows: list[Objective] = Field(
        default_factory=list, max_length=MAX_ROWS, description="objectifs, une cible par ligne"
    )


class Position(Row):
    """The relation of the structure to one kind of actor, in one of the two circles."""

    id_prefix: ClassVar[str] = "p"
    actor_type: ActorType | None = Field(None, description="type d’acteur")
    label: RowText = Field("", description="nom de l’acteur quand il est « autre »")
    circle: Literal[1, 2] | None = Field(None, description="1 : influence directe ; 2 : élargie")
    mode: RelationMode = Field(
        RelationMode.NONE, description="relation avec chacun, avec leur réseau, ou sans distinction"
    )
    posture: RowText = Field("", description="posture envers l’acteur : « être au service »…")
    note: LongText = Field("", description="note")

    @property
    def title(self) -> str:
        """The actor as people read it, with the mode when it distinguishes."""
        if self.actor_type is None or self.actor_type is ActorType.OTHER:
            name = self.label or "Acteur à préciser"
        else:
            name = self.actor_type.label
        return name if self.mode is RelationMode.NONE else f"{name} ({self.mode.label})"


class Positioning(Answer):
    """Q4 « Quels sont les rapports de la structure par rapport aux différents acteurs… ? »."""

    step: ClassVar[StepKey] = StepKey.POSITIONING
    rows: list[Position] = Field(
        default_factory=list, max_length=MAX_ROWS, description="acteurs du territoire"
    )
