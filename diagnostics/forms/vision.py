"""Step `vision`: the situation wished for on the territory (Q1)."""

from diagnostics.domain.answers import (
    STARTING_POINT_TEXT,
    STATEMENT_TEXT,
    VisionStatement,
)
from diagnostics.domain.answers.vision import STATEMENTS
from diagnostics.domain.vocabulary import StepKey
from diagnostics.forms.base import RowForm, RowFormSet, StepForm, rows_of
from diagnostics.forms.fields import TextField, with_room


class StatementForm(RowForm):
    """One statement, in the present tense, about the territory."""

    shape = VisionStatement

    text = TextField(label="Énoncé", max_length=STATEMENT_TEXT, rows=2)


class StatementRows(RowFormSet):
    """One to six statements."""

    row_set = STATEMENTS
    add_label = "Ajouter un énoncé"
    known_by = ("text",)
    row_template = "steps/vision/row.html"
    columns = ("Énoncé",)


class VisionForm(StepForm):
    """Statements of the vision, and where the territory starts from."""

    step = StepKey.VISION
    formset_classes = {"statements": rows_of(StatementForm, StatementRows)}

    starting_point = TextField(
        label="Constat de départ",
        help_text=with_room(
            STARTING_POINT_TEXT,
            "Où en sont les partenariats sur le territoire aujourd’hui ? Facultatif.",
        ),
        max_length=STARTING_POINT_TEXT,
        rows=3,
    )
