"""Step `positioning`: relations with the actors of the territory, in two circles (Q4)."""

from __future__ import annotations

from typing import Any, cast

from django.utils.safestring import SafeString

from diagnostics.domain.answers import LONG_TEXT, ROW_TEXT, Position, Positioning
from diagnostics.domain.answers.positioning import POSITIONS
from diagnostics.domain.vocabulary import (
    CIRCLE_LABELS,
    PROPOSED_POSTURES,
    ActorType,
    RelationMode,
    StepKey,
)
from diagnostics.forms.base import RowForm, RowFormSet, StepForm, rows_of
from diagnostics.forms.fields import CodeField, TextField
from diagnostics.report.diagrams import circles_svg


class PositionForm(RowForm):
    """An actor, its circle and the structure's posture towards it."""

    shape = Position
    more_fields = ("mode", "note")

    actor_type = CodeField(ActorType.choices(), label="Type d’acteur")
    label = TextField(
        label="Nom de l’acteur", help_text="Seulement pour un autre acteur.", max_length=ROW_TEXT
    )
    circle = CodeField(list(CIRCLE_LABELS.items()), label="Cercle", coerce=int)
    mode = CodeField(
        RelationMode.choices(), label="Relation", empty_label="", initial=RelationMode.NONE.value
    )
    posture = TextField(label="Posture de la structure", max_length=ROW_TEXT)
    note = TextField(label="Note", max_length=LONG_TEXT, rows=2)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["posture"].widget.attrs["list"] = "postures"

    def clean_mode(self) -> str:
        """No mode typed is « sans objet »."""
        return self.cleaned_data["mode"] or RelationMode.NONE.value


class PositionRows(RowFormSet):
    """The actors of the two circles."""

    row_set = POSITIONS
    add_label = "Ajouter un acteur"
    known_by = ("actor_type", "posture")
    row_template = "steps/positioning/row.html"
    more_template = "steps/positioning/more.html"
    columns = ("Type d’acteur", "Cercle", "Posture")


class PositioningForm(StepForm):
    """Actors and postures in the two circles of influence."""

    step = StepKey.POSITIONING
    formset_classes = {"rows": rows_of(PositionForm, PositionRows)}
    proposed_postures = PROPOSED_POSTURES
    preview_template = "steps/positioning/preview.html"

    def preview(self) -> SafeString:
        """Draw the two circles from the rows shown, typed or stored."""
        stored = cast("Positioning | None", self.context.stored)
        rows = self.positions() if self.is_bound else stored.rows if stored else []
        return circles_svg(rows, centre=self.context.document.structure.name)

    def positions(self) -> list[Position]:
        """Return the rows typed that can be drawn now, whatever the rest of the form (preview)."""
        rows = []
        for index, form in enumerate(self.formsets["rows"].forms):
            if form.is_valid() and form.cleaned_data:
                row = Position.model_validate({"id": f"p{index}", **form.row_values()})
                if not row.is_blank:
                    rows.append(row)
        return rows
