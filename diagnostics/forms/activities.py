"""Step `activities`: the activities of the four missions (Q5)."""

from __future__ import annotations

from typing import Any

from django import forms

from diagnostics.domain.answers import ROW_TEXT, Activity
from diagnostics.domain.answers.activities import ACTIVITIES
from diagnostics.domain.answers.objectives import OBJECTIVES
from diagnostics.domain.document import DiagnosticDocument
from diagnostics.domain.links import link_choices
from diagnostics.domain.vocabulary import PRIORITY_LABELS, ActivityState, Mission, StepKey
from diagnostics.forms.base import RowForm, RowFormSet, StepForm, rows_of
from diagnostics.forms.fields import CodeField, LinksField, TextField, YearField


class ActivityForm(RowForm):
    """An activity of a mission."""

    shape = Activity
    more_fields = ("mission", "start_year", "serves", "serves_none")

    text = TextField(label="Activité", max_length=ROW_TEXT, rows=2)
    mission = CodeField(Mission.choices(), label="Mission")
    priority = CodeField(
        list(PRIORITY_LABELS.items()),
        label="Priorité",
        coerce=int,
        empty_label="Non précisée",
        widget=forms.RadioSelect,
    )
    state = CodeField(
        ActivityState.choices(),
        label="État",
        empty_label="Non précisé",
        widget=forms.RadioSelect,
    )
    start_year = YearField(label="Année de démarrage")
    serves = LinksField(label="Au service des objectifs")
    serves_none = forms.BooleanField(
        label="Aucun, volontairement",
        required=False,
        widget=forms.CheckboxInput(attrs={"class": "", "data-exclusive": "serves"}),
    )

    def link_choices(self, document: DiagnosticDocument) -> dict[str, list[tuple[str, str]]]:
        """An activity serves objectives."""
        return {"serves": link_choices([OBJECTIVES], document)}

    def clean(self) -> dict[str, Any]:
        """An activity serves objectives, or none on purpose: not both."""
        cleaned = super().clean()
        if cleaned.get("serves_none") and cleaned.get("serves"):
            self.add_error(
                "serves_none",
                "Cochez des objectifs, ou «\u00a0Aucun, volontairement\u00a0», pas les deux.",
            )
        return cleaned


class ActivityRows(RowFormSet):
    """The activities."""

    row_set = ACTIVITIES
    add_label = "Ajouter une activité"
    known_by = ("text",)
    row_template = "steps/activities/row.html"
    more_template = "steps/activities/more.html"
    columns = ("Activité", "Priorité", "État")
    opens = True
    unplaced_label = "Sans mission"


class ActivitiesForm(StepForm):
    """Activities, and the missions that the structure leaves to others."""

    step = StepKey.ACTIVITIES
    formset_classes = {"rows": rows_of(ActivityForm, ActivityRows)}

    out_of_scope = forms.MultipleChoiceField(
        label="Missions hors de notre rôle",
        help_text="Cochez une mission que vous laissez à d’autres : c’est un choix assumé.",
        choices=Mission.choices(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "Choisissez une mission de la liste."},
    )
