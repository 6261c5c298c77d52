"""2.2 « Objectifs »: from what to what, and when."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, ClassVar, Self

from pydantic import Field, model_validator

from diagnostics.domain.answers.base import Answer, Row
from diagnostics.domain.answers.descriptor import Found, RowSet, StepDescriptor
from diagnostics.domain.answers.fields import (
    MAX_ROWS,
    RowIds,
    RowLine,
    RowText,
    SignedValue,
    UnitText,
    Value,
    Year,
)
from diagnostics.domain.answers.roles import ROLES
from diagnostics.domain.reading import without_rhythm
from diagnostics.domain.vocabulary import (
    ObjectiveKind,
    StepKey,
)
from diagnostics.typography import number

if TYPE_CHECKING:
    from diagnostics.domain.document import DiagnosticDocument

FALLING = "en baisse"
BELOW_ZERO = (
    "une valeur actuelle négative n’a de sens qu’en argent\u00a0: indiquez l’unité, K€ par exemple"
)
_MONEY = re.compile(r"€|\beuros?\b|\bk ?e\b", re.IGNORECASE)


class Objective(Row):
    """An objective; one row has one target: a number, a range, or a minimum (« au moins »).

    A baseline in money may be below 0: a deficit. A target may be below its baseline.
    """

    id_prefix: ClassVar[str] = "o"
    later: ClassVar[frozenset[str]] = frozenset({"measured_by"})
    statement: RowText = Field("", description="énoncé de l’objectif")
    kind: ObjectiveKind | None = Field(None, description="nature")
    indicator: RowLine = Field("", description="ce que l’on compte")
    baseline_value: SignedValue | None = Field(None, description="valeur actuelle, dans l’unité")
    target_value: Value | None = Field(None, description="valeur cible, dans l’unité")
    target_max_value: Value | None = Field(None, description="haut de la fourchette visée")
    target_at_least: bool = Field(False, description="la valeur cible est un minimum")
    per_year: bool = Field(False, description="valeurs par an")
    unit: UnitText = Field(
        "", description="unité des valeurs : associations, entreprises, partenariats, %…"
    )
    deadline_year: Year | None = Field(None, description="échéance")
    serves: RowIds = Field(default_factory=list, description="rôles servis (ids de lignes)")
    measured_by: RowLine = Field("", description="qui mesure : un rôle, sans nom de personne")

    @model_validator(mode="before")
    @classmethod
    def _rhythm_is_told_once(cls, values: Any) -> Any:
        """Read « partenariats par an » as partenariats, per year."""
        if not isinstance(values, dict) or not isinstance(values.get("unit"), str):
            return values
        unit, is_told = without_rhythm(values["unit"].strip())
        return {**values, "unit": unit, "per_year": True} if is_told else values

    @model_validator(mode="after")
    def _target_is_one(self) -> Self:
        """Refuse a range upside down or without its low end, a minimum of a range, a baseline below 0
        of what cannot be owed."""
        low, high = self.target_value, self.target_max_value
        if high is not None:
            if low is None:
                raise ValueError("le haut de la fourchette visée est donné sans le bas")
            if low > high:
                raise ValueError("le bas de la fourchette visée dépasse le haut")
            if self.target_at_least:
                raise ValueError("une fourchette n’est pas un minimum («\u00a0au moins\u00a0»)")
        if (self.baseline_value or 0) < 0 and not self.is_in_money:
            raise ValueError(BELOW_ZERO)
        # One spelling for one target: what a step shows is what it saves.
        if high == low:
            self.target_max_value = None
        if low is None:
            self.target_at_least = False
        return self

    @property
    def is_in_money(self) -> bool:
        """Tell whether its values are amounts: they may be below 0."""
        return is_money(self.unit)

    @property
    def is_falling(self) -> bool:
        """Tell whether it aims lower than where one stands: the whole range, or the target."""
        top = self.target_value if self.target_max_value is None else self.target_max_value
        return top is not None and self.baseline_value is not None and top < self.baseline_value

    @property
    def baseline_told(self) -> str:
        """The baseline as people read it, with « % » alone as its unit; empty when not told."""
        return (
            "" if self.baseline_value is None else f"{number(self.baseline_value)}{self._percent}"
        )

    @property
    def target_told(self) -> str:
        """The target as people read it: « 15 à 20 », « au moins 70 % »; empty when not told."""
        if self.target_value is None:
            return ""
        low = f"{number(self.target_value)}{self._percent}"
        if self.target_max_value is not None:
            ends = f"{number(self.target_value)} à {number(self.target_max_value)}"
            return f"{ends}{self._percent}"
        return f"au moins {low}" if self.target_at_least else low

    @property
    def unit_told(self) -> str:
        """What stands behind the figures: « partenariats par an »; « % » stands in the figures."""
        parts = ("" if self.unit == "%" else self.unit, "par an" if self.per_year else "")
        return " ".join(part for part in parts if part)

    @property
    def _percent(self) -> str:
        return "\u00a0%" if self.unit == "%" else ""

    @property
    def is_in_figures(self) -> bool:
        """Tell whether it is said to be measured, or has a target already."""
        return self.kind is ObjectiveKind.QUANTITATIVE or self.target_value is not None

    @property
    def is_without_figure(self) -> bool:
        """Tell whether it is a quality that is aimed at, not a figure that is still to be said."""
        return self.kind is ObjectiveKind.QUALITATIVE and self.target_value is None


def is_money(unit: str) -> bool:
    """Tell whether a unit is one of money: « € », « K€ », « euros »."""
    return bool(_MONEY.search(unit))


class Objectives(Answer):
    """Q3 « Quels objectifs qualitatifs et quantitatifs se fixer au regard de l’ambition ? »."""

    step: ClassVar[StepKey] = StepKey.OBJECTIVES
    rows: list[Objective] = Field(
        default_factory=list, max_length=MAX_ROWS, description="objectifs, une cible par ligne"
    )


def _missing(answer: Objectives, document: DiagnosticDocument) -> Found:
    if len(answer.rows) < 2:
        yield "rows", "au moins deux objectifs"
    if not any(row.kind is ObjectiveKind.QUANTITATIVE for row in answer.rows):
        yield "rows", "au moins un objectif chiffré"
    for index, row in enumerate(answer.rows):
        name = OBJECTIVES.mention(row, index + 1)
        if not row.statement:
            yield f"rows-{index}-statement", f"l’énoncé de l’objectif\u00a0{index + 1}"
        if row.kind is None:
            yield f"rows-{index}-kind", f"la nature de l’objectif {name}"
        if row.kind is ObjectiveKind.QUANTITATIVE:
            if row.target_value is None:
                yield f"rows-{index}-target_value", f"la valeur cible de {name}"
            if not row.unit:
                yield f"rows-{index}-unit", f"l’unité de {name}"
            if row.deadline_year is None:
                yield f"rows-{index}-deadline_year", f"l’échéance de {name}"


OBJECTIVES = RowSet[Objective](
    Objectives,
    "rows",
    "objectif",
    lambda row: row.statement,
    letter="O",
    links={"serves": (ROLES,)},
)
STEP = StepDescriptor(Objectives, _missing, row_sets=(OBJECTIVES,), paper_rows=7)
