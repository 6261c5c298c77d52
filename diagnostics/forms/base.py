"""What the forms of all steps share: one form that owns sub-forms and sets of rows.

A step's form reads what was typed and gives back an answer shape (:meth:`StepForm.answer`). It
refuses only what is malformed; what is missing is not its business.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from django import forms
from django.forms.utils import ErrorList
from django.http import QueryDict
from django.utils.safestring import SafeString
from pydantic import ValidationError as ShapeError

from diagnostics.domain.answers import (
    ANSWER_SHAPES,
    LONG_TEXT,
    Answer,
)
from diagnostics.domain.board_words import board_words
from diagnostics.domain.deciding_body import deciding_body
from diagnostics.domain.vocabulary import Mark, StepKey
from diagnostics.forms.fields import CodeField, TextField, is_row_id, with_room
from diagnostics.forms.renderer import RENDERER
from diagnostics.forms.rows import RowForm as RowForm
from diagnostics.forms.rows import RowFormSet as RowFormSet
from diagnostics.forms.rows import rows_of as rows_of
from diagnostics.forms.rows import style
from diagnostics.queries import StepContext

# Names that the check of the posted structure looks at.
_TOTAL, _INITIAL = "TOTAL_FORMS", "INITIAL_FORMS"


class TamperedForm(Exception):
    """The structure of what was posted cannot come from the page: rows beyond the cap, an id that
    points nowhere, a missing management form…"""


class StepForm(forms.Form):
    """The form of a step: own fields, sub-forms (fixed groups) and sets of rows.

    Marks, the question for the board and the team's note come last.
    """

    default_renderer = RENDERER
    step: ClassVar[StepKey]
    subform_classes: ClassVar[dict[str, type[forms.Form]]] = {}
    formset_classes: ClassVar[dict[str, type[RowFormSet]]] = {}
    # Values that a button writes at once in a sub-form, by the button's name.
    presets: ClassVar[dict[str, Mapping[str, Any]]] = {}
    # What follows the fields while one types: a drawing (see :meth:`preview`), or what they do.
    preview_template: ClassVar[str] = ""

    mark = CodeField(Mark.choices(), label="Repère de l’équipe", empty_label="Aucun repère")
    board_question = TextField(
        label=board_words(is_decided=False).question,
        help_text=with_room(
            LONG_TEXT, "Une question à trancher en séance ; elle est imprimée dans le rapport."
        ),
        max_length=LONG_TEXT,
        rows=2,
    )
    internal_note = TextField(
        label="Note interne de l’équipe",
        help_text=with_room(
            LONG_TEXT, "Pour l’équipe seulement : absente du rapport et de tout document."
        ),
        max_length=LONG_TEXT,
        rows=2,
    )
    common_fields = ("mark", "board_question", "internal_note")

    def __init__(
        self,
        data: QueryDict | None = None,
        files: Any = None,
        *,
        context: StepContext,
        prefix: str,
        initial: dict[str, Any] | None = None,
    ) -> None:
        self.context = context
        values = context.stored.model_dump(mode="json") if context.stored else {}
        super().__init__(
            data=data,
            prefix=prefix,
            initial={**values, "internal_note": context.internal_note, **(initial or {})},
            use_required_attribute=False,
        )
        words = board_words(deciding_body(context.document.structure), is_decided=False)
        self.fields["board_question"].label = words.question
        for form_field in self.fields.values():
            style(form_field)
        self.subforms = {
            name: form_class(
                data=data,
                prefix=f"{prefix}-{name}",
                initial=values.get(name),
                use_required_attribute=False,
                renderer=self.renderer,
            )
            for name, form_class in self.subform_classes.items()
        }
        for subform in self.subforms.values():
            for form_field in subform.fields.values():
                style(form_field)
        self.formsets = {
            name: formset_class(
                data=data,
                prefix=f"{prefix}-{name}",
                # Bound rows are compared with nothing, so that each of them is read.
                initial=None if data is not None else self.initial_rows(name, values),
                form_kwargs={"context": context},
            )
            for name, formset_class in self.formset_classes.items()
        }

    @classmethod
    def rows_that_move(cls) -> list[str]:
        """Return the sets of rows of the step that are added and removed."""
        return [name for name, rows in cls.formset_classes.items() if not rows.fixed]

    def preview(self) -> SafeString:
        """Return the drawing that follows what is typed; only where the preview_template draws one."""
        raise NotImplementedError

    def initial_rows(self, name: str, values: dict[str, Any]) -> list[dict[str, Any]]:
        """Return the initial values of a set of rows from the stored answer's JSON values."""
        row_form: type[RowForm] = self.formset_classes[name].form
        return [row_form.initial_of(row) for row in values.get(name, [])]

    # --- Reading what was posted ---

    def check_structure(self) -> None:
        """Refuse what cannot come from a page: raises TamperedForm.

        An id that the answer does not know is a new row, or one that a colleague removed meanwhile.
        """
        seen = set()
        for formset in self.formsets.values():
            counts = []
            for name in (_TOTAL, _INITIAL):
                value = (self.data.get(f"{formset.prefix}-{name}") or "").strip()
                if not (value.isascii() and value.isdigit() and len(value) <= 4):
                    raise TamperedForm(f"{formset.prefix}-{name}")
                counts.append(int(value))
            if counts[0] > formset.cap or (formset.fixed and counts[0] != formset.cap):
                raise TamperedForm(f"{formset.prefix}: {counts[0]}")
            if formset.fixed:
                continue
            for index in range(counts[0]):
                row_id = self.data.get(f"{formset.prefix}-{index}-id", "")
                if row_id and (row_id in seen or not is_row_id(row_id)):
                    raise TamperedForm(f"{formset.prefix}-{index}-id")
                seen.add(row_id)

    def is_valid(self) -> bool:
        """Validate the form and everything it owns."""
        parts = [super().is_valid()]
        parts += [subform.is_valid() for subform in self.subforms.values()]
        parts += [formset.is_valid() for formset in self.formsets.values()]
        if not all(parts):
            return False
        try:
            self._answer = self._build_answer()
        except ShapeError as error:
            self.add_error(None, f"Réponse refusée : {error.errors()[0]['msg']}")
            return False
        return True

    def _build_answer(self) -> Answer:
        values: dict[str, Any] = {
            name: value for name, value in self.cleaned_data.items() if name != "internal_note"
        }
        values |= {name: subform.cleaned_data for name, subform in self.subforms.items()}
        values |= {
            name: [row.model_dump() for row in formset.rows()]
            for name, formset in self.formsets.items()
        }
        return ANSWER_SHAPES[self.step].model_validate(values)

    def answer(self) -> Answer:
        """Return the answer that was typed; the form must be valid."""
        return self._answer

    # --- Showing errors ---

    def error_list(self) -> Iterator[tuple[str, str, str]]:
        """Yield (field id, label, message) for each error, in the order of the page."""
        if not self.is_bound:
            return
        for message in self.non_field_errors():
            yield "", "", str(message)
        yield from self._errors_of(self, [n for n in self.fields if n not in self.common_fields])
        for name, subform in self.subforms.items():
            part = self.part_label(name)
            for field_id, label, message in self._errors_of(subform, list(subform.fields)):
                yield field_id, name_of_field(part, label), message
        for formset in self.formsets.values():
            for message in formset.non_form_errors():
                yield f"id_{formset.prefix}", "", str(message)
            for number, form in enumerate(formset.forms, start=1):
                part = f"{formset.noun.capitalize()} {number}"
                for field_id, label, message in self._errors_of(form, list(form.fields)):
                    yield field_id, name_of_field(part, label), message
        yield from self._errors_of(self, list(self.common_fields))

    def part_label(self, name: str) -> str:
        """Return how errors name a part of the form that has a field of the same label twice."""
        return ""

    @staticmethod
    def _errors_of(form: forms.Form, names: list[str]) -> Iterator[tuple[str, str, str]]:
        for name in names:
            errors: ErrorList = form.errors.get(name, ErrorList())
            for message in errors:
                bound = form[name]
                yield bound.auto_id, str(bound.label), str(message)


def name_of_field(part: str, label: str) -> str:
    """Return what a field is called outside of its part of a form: « Objectif 2, Valeur cible »; « Énoncé 1 »
    where the part is called like the field."""
    if not part or part.startswith(f"{label} "):
        return part or label
    return f"{part}, {label}"
