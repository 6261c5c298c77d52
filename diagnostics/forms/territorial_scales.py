"""Step `territorial_scales`: the échelons of the actions (Q7)."""

from __future__ import annotations

from typing import Any

from diagnostics.domain.answers import LONG_TEXT, ROW_TEXT, ActionTerritory
from diagnostics.domain.document import DiagnosticDocument
from diagnostics.domain.vocabulary import Mission, StepKey, TerritorialScale
from diagnostics.forms.base import RowForm, RowFormSet, StepForm, rows_of
from diagnostics.forms.fields import CodeField, TextField

_ACTIVITY, _MISSION = "activity:", "mission:"


class ActionTerritoryForm(RowForm):
    """An action and its échelon; the action is an activity, a whole mission, or named freely.

    One list holds activities and missions: ``subject`` is « activity:<id> » or « mission:<code> ».
    """

    shape = ActionTerritory

    subject = CodeField([], label="Action", empty_label="Autre action (à nommer)")
    label = TextField(
        label="Nom de l’action", help_text="Seulement pour une autre action.", max_length=ROW_TEXT
    )
    scale = CodeField(TerritorialScale.choices(), label="Échelon")
    territory = TextField(label="Nom du territoire", max_length=ROW_TEXT)
    note = TextField(label="Note", max_length=LONG_TEXT, rows=2)

    def link_choices(self, document: DiagnosticDocument) -> dict[str, Any]:
        """Activities not yet placed come first, then the others, then whole missions."""
        activities = document.answers.activities
        scales = document.answers.territorial_scales
        placed = {row.activity for row in (scales.rows if scales else [])}
        rows = activities.rows if activities else []
        named = [(f"{_ACTIVITY}{row.id}", row.text or "Activité sans nom", row.id) for row in rows]
        groups = [
            ("Activités sans échelon", [(v, t) for v, t, row_id in named if row_id not in placed]),
            ("Activités déjà placées", [(v, t) for v, t, row_id in named if row_id in placed]),
            (
                "Une mission entière",
                [(f"{_MISSION}{mission.value}", mission.label) for mission in Mission],
            ),
        ]
        return {
            "subject": [
                ("", "Autre action (à nommer)"),
                *((name, choices) for name, choices in groups if choices),
            ]
        }

    def row_values(self) -> dict[str, Any]:
        """Split the subject into the activity or the mission it names."""
        values = super().row_values()
        subject = values.pop("subject") or ""
        values["activity"] = (
            subject.removeprefix(_ACTIVITY) if subject.startswith(_ACTIVITY) else None
        )
        values["mission"] = subject.removeprefix(_MISSION) if subject.startswith(_MISSION) else None
        return values

    @classmethod
    def initial_of(cls, row: dict[str, Any]) -> dict[str, Any]:
        """Join the activity or the mission into the subject."""
        subject = ""
        if row["activity"]:
            subject = f"{_ACTIVITY}{row['activity']}"
        elif row["mission"]:
            subject = f"{_MISSION}{row['mission']}"
        return row | {"subject": subject}


class ActionTerritoryRows(RowFormSet):
    """The actions and their échelons."""

    noun = "action"
    add_label = "Ajouter un échelon"
    row_template = "steps/territorial_scales/row.html"


class TerritorialScalesForm(StepForm):
    """Échelons of the actions; an activity inherits its mission's échelon."""

    step = StepKey.TERRITORIAL_SCALES
    formset_classes = {"rows": rows_of(ActionTerritoryForm, ActionTerritoryRows)}
