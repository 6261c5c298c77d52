"""Step `objectives`: qualitative and quantitative objectives (Q3)."""

from __future__ import annotations

from typing import Any

from django import forms

from diagnostics.domain.answers import MAX_VALUE, ROW_TEXT, UNIT_TEXT, Objective
from diagnostics.domain.answers.objectives import BELOW_ZERO, OBJECTIVES, is_money
from diagnostics.domain.answers.roles import ROLES
from diagnostics.domain.document import DiagnosticDocument
from diagnostics.domain.links import link_choices
from diagnostics.domain.reading import ReadTarget, target_text
from diagnostics.domain.vocabulary import PROPOSED_UNITS, ObjectiveKind, StepKey
from diagnostics.forms.base import RowForm, RowFormSet, StepForm, rows_of
from diagnostics.forms.fields import (
    CodeField,
    LinksField,
    NumberField,
    TargetField,
    TextField,
    YearField,
    as_float,
)
from diagnostics.typography import capitalised


class ObjectiveForm(RowForm):
    """An objective: one row has one target, written in one field whatever it is."""

    shape = Objective
    target_keys = ("target_value", "target_max_value", "target_at_least")
    more_fields = ("kind", "indicator", "measured_by", "serves")

    statement = TextField(label="Énoncé de l’objectif", max_length=ROW_TEXT, rows=2)
    kind = CodeField(ObjectiveKind.choices(), label="Nature")
    baseline_value = NumberField(
        label="Valeur actuelle", minimum=-MAX_VALUE, maximum=MAX_VALUE, example="28"
    )
    target_value = TargetField(
        label="Valeur cible",
        help_text="200, 15 à 20, au moins 70",
        maximum=MAX_VALUE,
        example="200",
        at_least=True,
    )
    unit = TextField(label="Unité", max_length=UNIT_TEXT)
    per_year = forms.BooleanField(label="par an", required=False)
    deadline_year = YearField(label="Échéance")
    indicator = TextField(label="Indicateur", max_length=ROW_TEXT)
    measured_by = TextField(
        label="Qui mesure", help_text="Un rôle, sans nom de personne.", max_length=ROW_TEXT
    )
    serves = LinksField(label="Au service des rôles")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].widget.attrs["list"] = "units"

    def clean(self) -> dict[str, Any]:
        """Refuse a baseline below 0 of what is no money."""
        cleaned = super().clean()
        if (cleaned.get("baseline_value") or 0) < 0 and not is_money(cleaned.get("unit") or ""):
            self.add_error("baseline_value", f"{capitalised(BELOW_ZERO)}.")
        return cleaned

    def row_values(self) -> dict[str, Any]:
        """Say the target as the shape holds it, and « par an » wherever it was told."""
        values = super().row_values()
        target = values.pop("target_value") or ReadTarget()
        values["target_value"], values["target_max_value"] = map(
            as_float, (target.low, target.high)
        )
        values["target_at_least"] = target.at_least
        values["per_year"] = values["per_year"] or target.per_year
        return values

    @classmethod
    def field_of(cls, name: str) -> str:
        """One field holds the whole target."""
        return "target_value" if name in cls.target_keys else name

    @classmethod
    def initial_of(cls, row: dict[str, Any]) -> dict[str, Any]:
        """Write the target as it is read."""
        low, high, at_least = (row[key] for key in cls.target_keys)
        return row | {
            "target_value": None if low is None else target_text(low, high, at_least=at_least)
        }

    def link_choices(self, document: DiagnosticDocument) -> dict[str, list[tuple[str, str]]]:
        """An objective serves roles."""
        return {"serves": link_choices([ROLES], document)}


class ObjectiveRows(RowFormSet):
    """The objectives."""

    row_set = OBJECTIVES
    add_label = "Ajouter un objectif"
    known_by = ("statement",)
    row_template = "steps/objectives/row.html"
    more_template = "steps/objectives/more.html"
    columns = ("Objectif", "De", "À", "Unité", "Échéance")
    opens = True


class ObjectivesForm(StepForm):
    """Objectives at the horizon."""

    step = StepKey.OBJECTIVES
    formset_classes = {"rows": rows_of(ObjectiveForm, ObjectiveRows)}
    proposed_units = PROPOSED_UNITS
