"""Step `objectives`: qualitative and quantitative objectives (Q3)."""

from __future__ import annotations

from typing import Any

from diagnostics.domain.answers import MAX_VALUE, ROW_TEXT, UNIT_TEXT, Objective
from diagnostics.domain.answers.objectives import OBJECTIVES
from diagnostics.domain.answers.roles import ROLES
from diagnostics.domain.document import DiagnosticDocument
from diagnostics.domain.links import link_choices
from diagnostics.domain.vocabulary import PROPOSED_UNITS, ObjectiveKind, StepKey
from diagnostics.forms.base import RowForm, RowFormSet, StepForm, rows_of
from diagnostics.forms.fields import CodeField, LinksField, NumberField, TextField, YearField


class ObjectiveForm(RowForm):
    """An objective: one row has one target."""

    shape = Objective

    statement = TextField(label="Énoncé de l’objectif", max_length=ROW_TEXT, rows=2)
    kind = CodeField(ObjectiveKind.choices(), label="Nature")
    baseline_value = NumberField(label="Valeur actuelle", maximum=MAX_VALUE, example="28")
    target_value = NumberField(label="Valeur cible", maximum=MAX_VALUE, example="200")
    unit = TextField(label="Unité", max_length=UNIT_TEXT)
    deadline_year = YearField(label="Échéance")
    indicator = TextField(label="Indicateur", max_length=ROW_TEXT)
    serves = LinksField(label="Au service des rôles")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].widget.attrs["list"] = "units"

    def link_choices(self, document: DiagnosticDocument) -> dict[str, list[tuple[str, str]]]:
        """An objective serves roles."""
        return {"serves": link_choices([ROLES], document)}


class ObjectiveRows(RowFormSet):
    """The objectives."""

    row_set = OBJECTIVES
    add_label = "Ajouter un objectif"
    known_by = ("statement",)
    row_template = "steps/objectives/row.html"


class ObjectivesForm(StepForm):
    """Objectives at the horizon."""

    step = StepKey.OBJECTIVES
    formset_classes = {"rows": rows_of(ObjectiveForm, ObjectiveRows)}
    proposed_units = PROPOSED_UNITS
