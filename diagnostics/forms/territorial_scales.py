"""Step `territorial_scales`: the échelons of the actions (Q7)."""

from __future__ import annotations

from typing import Any, cast

from django.utils.functional import cached_property

from diagnostics.domain.answers import LONG_TEXT, ROW_TEXT, ActionTerritory
from diagnostics.domain.answers.activities import ACTIVITIES
from diagnostics.domain.answers.territorial_scales import ACTIONS
from diagnostics.domain.document import DiagnosticDocument
from diagnostics.domain.links import link_choices
from diagnostics.domain.vocabulary import Mission, StepKey, TerritorialScale
from diagnostics.forms.base import RowForm, RowFormSet, StepForm, rows_of
from diagnostics.forms.fields import CodeField, RowChoiceField, TextField
from diagnostics.forms.scale_grid import ACTIVITY, MISSION, Grid, make_grid


class ActionTerritoryForm(RowForm):
    """An action and its échelon; the action is an activity, a whole mission, or named freely.

    One list holds activities and missions: ``subject`` is « activity:<id> » or « mission:<code> ».
    """

    shape = ActionTerritory

    subject = RowChoiceField(before=ACTIVITY, label="Action", empty_label="Autre action (à nommer)")
    label = TextField(label="Nom de l’action", max_length=ROW_TEXT)
    scale = CodeField(TerritorialScale.choices(), label="Échelon")
    territory = TextField(label="Nom du territoire", max_length=ROW_TEXT)
    note = TextField(label="Note", max_length=LONG_TEXT, rows=1)

    def link_choices(self, document: DiagnosticDocument) -> dict[str, Any]:
        """An échelon is of an activity, or of a whole mission."""
        named = [(f"{ACTIVITY}{i}", words) for i, words in link_choices([ACTIVITIES], document)]
        missions = [(f"{MISSION}{mission.value}", mission.label) for mission in Mission]
        return {"subject": [("", "Autre action (à nommer)"), *named, *missions]}

    @property
    def has_line(self) -> bool:
        """Tell whether it is about what has a line in the table."""
        return bool(self["subject"].value())

    @property
    def title(self) -> str:
        """What the row is about, in words: its échelon, then its activity or its mission."""
        subject, scale = str(self["subject"].value() or ""), str(self["scale"].value() or "")
        choices = dict(cast("Any", self.fields["subject"]).choices)
        what = choices.get(subject, "Activité retirée depuis") if subject else "Autre action"
        return (
            f"{TerritorialScale(scale).label} — {what}" if scale in set(TerritorialScale) else what
        )

    def row_values(self) -> dict[str, Any]:
        """Split the subject into the activity or the mission it names."""
        values = super().row_values()
        subject = values.pop("subject") or ""
        values["activity"] = (
            subject.removeprefix(ACTIVITY) if subject.startswith(ACTIVITY) else None
        )
        values["mission"] = subject.removeprefix(MISSION) if subject.startswith(MISSION) else None
        return values

    @classmethod
    def field_of(cls, name: str) -> str:
        """The subject says the activity or the mission."""
        return "subject" if name in {"activity", "mission"} else name

    @classmethod
    def initial_of(cls, row: dict[str, Any]) -> dict[str, Any]:
        """Join the activity or the mission into the subject."""
        subject = ""
        if row["activity"]:
            subject = f"{ACTIVITY}{row['activity']}"
        elif row["mission"]:
            subject = f"{MISSION}{row['mission']}"
        return row | {"subject": subject}


class ActionTerritoryRows(RowFormSet):
    """The actions and their échelons."""

    row_set = ACTIONS
    add_label = "Ajouter une autre action"
    row_template = "steps/territorial_scales/row.html"
    blank_rows = 0  # the table has the boxes of all that may come


class TerritorialScalesForm(StepForm):
    """Échelons of the actions; an activity inherits its mission's échelon."""

    step = StepKey.TERRITORIAL_SCALES
    formset_classes = {"rows": rows_of(ActionTerritoryForm, ActionTerritoryRows)}

    @cached_property
    def grid(self) -> Grid:
        """The table of the activities and missions, see :mod:`diagnostics.forms.scale_grid`."""
        return make_grid(self.formsets["rows"], self.context.document)
