"""Step `territorial_scales`: the échelons of the actions (Q7)."""

from __future__ import annotations

import json
from typing import Any

from diagnostics.domain.answers import LONG_TEXT, ROW_TEXT, ActionTerritory
from diagnostics.domain.answers.activities import ACTIVITIES
from diagnostics.domain.answers.territorial_scales import ACTIONS
from diagnostics.domain.document import DiagnosticDocument
from diagnostics.domain.links import link_choices
from diagnostics.domain.thread import unplaced_activities
from diagnostics.domain.vocabulary import Mission, StepKey, TerritorialScale
from diagnostics.forms.base import RowForm, RowFormSet, StepForm, rows_of
from diagnostics.forms.fields import CodeField, RowChoiceField, TextField

_ACTIVITY, _MISSION = "activity:", "mission:"


class ActionTerritoryForm(RowForm):
    """An action and its échelon; the action is an activity, a whole mission, or named freely.

    One list holds activities and missions: ``subject`` is « activity:<id> » or « mission:<code> ».
    """

    shape = ActionTerritory

    subject = RowChoiceField(
        before=_ACTIVITY, label="Action", empty_label="Autre action (à nommer)"
    )
    label = TextField(
        label="Nom de l’action", help_text="Seulement pour une autre action.", max_length=ROW_TEXT
    )
    scale = CodeField(TerritorialScale.choices(), label="Échelon")
    territory = TextField(label="Nom du territoire", max_length=ROW_TEXT)
    note = TextField(label="Note", max_length=LONG_TEXT, rows=2)

    def link_choices(self, document: DiagnosticDocument) -> dict[str, Any]:
        """Activities not yet placed (by their mission either) come first, then the others, then
        whole missions."""
        waiting = {row.id for row in unplaced_activities(document)}
        named = [(f"{_ACTIVITY}{i}", words, i) for i, words in link_choices([ACTIVITIES], document)]
        groups = [
            ("Pas encore placées", [(v, t) for v, t, row_id in named if row_id in waiting]),
            ("Activités déjà placées", [(v, t) for v, t, row_id in named if row_id not in waiting]),
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
    def field_of(cls, name: str) -> str:
        """The subject says the activity or the mission."""
        return "subject" if name in {"activity", "mission"} else name

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

    row_set = ACTIONS
    add_label = "Ajouter un échelon"
    row_template = "steps/territorial_scales/row.html"


class TerritorialScalesForm(StepForm):
    """Échelons of the actions; an activity inherits its mission's échelon."""

    step = StepKey.TERRITORIAL_SCALES
    formset_classes = {"rows": rows_of(ActionTerritoryForm, ActionTerritoryRows)}

    @classmethod
    def fields_of_example(cls, values: dict[str, list[str]]) -> dict[str, list[str]]:
        """A mission is chosen among what an échelon is for."""
        if "mission" not in values:
            return values
        subject = f"{_MISSION}{values['mission'][0]}"
        return {k: v for k, v in values.items() if k != "mission"} | {"subject": [subject]}

    def own_example(self, name: str) -> list[dict[str, Any]] | None:
        """Place an activity that has no échelon yet."""
        return placing_payload(name) if name in {e["value"] for e in self.to_place()} else None

    def to_place(self) -> list[dict[str, str]]:
        """Return the activities not yet placed, each with what the row that places it holds.

        ``value`` is what the button posts (see :func:`placing_payload`), ``payload`` its JSON.
        """
        labels = dict(link_choices([ACTIVITIES], self.context.document))
        waiting = unplaced_activities(self.context.document)
        return [
            {
                "value": f"{_ACTIVITY}{row.id}",
                "words": labels[row.id],
                "payload": json.dumps(placing_payload(f"{_ACTIVITY}{row.id}")),
            }
            for row in waiting
        ]


def placing_payload(subject: str) -> list[dict[str, Any]]:
    """Return what a row that places an activity holds, as an example of the kit says it."""
    return [{"formset": "rows", "values": {"subject": [subject]}}]
