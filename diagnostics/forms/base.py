"""What the forms of all steps share: one form that owns sub-forms and sets of rows.

A step's form reads what was typed and gives back an answer shape (:meth:`StepForm.answer`). It
refuses only what is malformed; what is missing is not its business.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, ClassVar, cast

from django import forms
from django.forms import ChoiceField
from django.forms.formsets import BaseFormSet, formset_factory
from django.forms.utils import ErrorList
from django.http import QueryDict
from django.utils.functional import cached_property
from django.utils.safestring import SafeString
from pydantic import ValidationError as ShapeError

from diagnostics.domain.answers import (
    ANSWER_SHAPES,
    LONG_TEXT,
    MAX_LINKS,
    Answer,
    Row,
    RowSet,
    Shape,
    new_row_id,
)
from diagnostics.domain.document import DiagnosticDocument
from diagnostics.domain.links import pointing_at
from diagnostics.domain.vocabulary import Mark, StepKey
from diagnostics.forms.fields import CodeField, LinksField, TextField, is_row_id
from diagnostics.forms.renderer import RENDERER
from diagnostics.queries import StepContext

# Names that the check of the posted structure looks at.
_TOTAL, _INITIAL = "TOTAL_FORMS", "INITIAL_FORMS"
# Up to so many choices, a row shows them all at once.
FEW_LINKS = 8


class TamperedForm(Exception):
    """The structure of what was posted cannot come from the page: rows beyond the cap, an id that
    points nowhere, a missing management form…"""


class RowForm(forms.Form):
    """A row of an answer; its id is hidden. The page gives a new row its id, so that a form that is
    sent twice adds it once.

    ``fields``: those of another row of the same set, to be shared with it (copying the fields of
    each row takes longer than validating them); nothing changes a field once a form is made.
    """

    default_renderer = RENDERER
    shape: ClassVar[type[Row]]
    row_id = ""  # the id of the row in the answer, once there is one

    id = forms.CharField(required=False, max_length=12, widget=forms.HiddenInput)

    def __init__(
        self,
        *args: Any,
        context: StepContext,
        fields: dict[str, forms.Field] | None = None,
        **kwargs: Any,
    ) -> None:
        kwargs.setdefault("use_required_attribute", False)
        if fields is not None:
            self.base_fields = {}  # type: ignore[misc]  # nothing for Django to copy
        super().__init__(*args, **kwargs)
        self.context = context
        if fields is not None:
            self.fields = fields
            return
        for name, choices in self.link_choices(context.document).items():
            cast("ChoiceField", self.fields[name]).choices = choices
        for form_field in self.fields.values():
            _style(form_field)

    def link_choices(self, document: DiagnosticDocument) -> dict[str, list[tuple[str, str]]]:
        """Return, for each field that links to rows of other steps, their (id, label) pairs."""
        return {}

    def has_changed(self) -> bool:
        """Tell whether a row says something: one that has its id does, without asking each field."""
        return bool(self.data.get(self.add_prefix("id"))) or super().has_changed()

    def clean(self) -> dict[str, Any]:
        """Bound the number of links of a row."""
        cleaned = super().clean() or self.cleaned_data
        for name, form_field in self.fields.items():
            if isinstance(form_field, LinksField) and len(cleaned.get(name) or []) > MAX_LINKS:
                self.add_error(name, f"{MAX_LINKS} liens au plus par ligne.")
        return cleaned

    @property
    def key(self) -> str:
        """Which row it is: its id, empty until it has one."""
        return self.row_id or str(self["id"].value() or "")

    def row_values(self) -> dict[str, Any]:
        """Return the cleaned values as the row's shape takes them, less the id."""
        return {name: value for name, value in self.cleaned_data.items() if name != "id"}

    @classmethod
    def field_of(cls, name: str) -> str:
        """Return the field of the form that holds a field of the shape."""
        return name

    @classmethod
    def initial_of(cls, row: dict[str, Any]) -> dict[str, Any]:
        """Return the initial values that show a stored row (its JSON values)."""
        return row


class RowFormSet(BaseFormSet):
    """The rows of an answer. Rows are added, removed and moved by renumbering them, so that what
    is posted is always rows 0 to n-1 in their order."""

    row_set: ClassVar[RowSet[Any]]
    add_label: ClassVar[str] = "Ajouter une ligne"
    row_template: ClassVar[str]
    blank_rows: ClassVar[int] = 1
    # The fields that tell which row it is, whatever was changed beside them; empty: all of them.
    known_by: ClassVar[tuple[str, ...]] = ()

    # Of the row set: what people call a row, what the ids of new ones start with, how many rows at
    # most, whether they are always there.
    noun: ClassVar[str]
    id_prefix: ClassVar[str]
    cap: ClassVar[int]
    fixed: ClassVar[bool]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "row_set" in vars(cls):
            cls.noun, cls.cap, cls.fixed = cls.row_set.noun, cls.row_set.cap, cls.row_set.is_fixed
            cls.id_prefix = "" if cls.fixed else cls.row_set.row.id_prefix

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.extra = 0
        self.starts_blank = not self.is_bound and not self.initial
        if self.starts_blank:
            self.initial = [self.new_row() for _ in range(self.blank_rows)]

    @classmethod
    def new_row(cls) -> dict[str, Any]:
        """Return what a new row starts with: its id."""
        return {} if cls.fixed else {"id": new_row_id(cls.id_prefix)}

    @cached_property
    def row_fields(self) -> dict[str, forms.Field]:
        """The fields that all rows share."""
        fields: dict[str, forms.Field] = self.form(**self.form_kwargs).fields
        return fields

    @cached_property
    def pointing_at(self) -> dict[str, list[str]]:
        """What is called each row that links to one of these, by its key."""
        return pointing_at(self.row_set, self.form_kwargs["context"].document)

    def get_form_kwargs(self, index: int | None) -> dict[str, Any]:
        """Give each row its context and the shared fields."""
        return {**self.form_kwargs, "fields": self.row_fields}

    def long_links(self) -> list[forms.BoundField]:
        """Return the fields whose choices are too many to be repeated in every row."""
        form = self.empty_form
        return [
            form[name]
            for name, form_field in form.fields.items()
            if isinstance(form_field, LinksField)
            and len(list(cast("Iterable[Any]", form_field.choices))) > FEW_LINKS
        ]

    def rows(self) -> list[Shape]:
        """Return the rows that hold something, each with its id (a new one when it had none)."""
        rows: list[Shape] = []
        for form in self.forms:
            shape = form.shape
            if not form.cleaned_data:
                continue
            row_id = form.cleaned_data["id"] or new_row_id(shape.id_prefix)
            row = shape.model_validate({"id": row_id, **form.row_values()})
            if not row.is_blank:
                form.row_id = row.id
                rows.append(row)
        return rows


def rows_of(form: type[RowForm], formset: type[RowFormSet]) -> type[RowFormSet]:
    """Return the class of a set of rows with its form and its cap."""
    made = formset_factory(
        form,
        formset=formset,
        extra=0,
        max_num=formset.cap,
        absolute_max=formset.cap,
        validate_max=True,
        renderer=RENDERER,
    )
    return cast("type[RowFormSet]", made)


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
    # What is drawn under the fields while one types, see :meth:`preview`.
    preview_template: ClassVar[str] = ""

    mark = CodeField(Mark.choices(), label="Repère de l’équipe", empty_label="Aucun repère")
    board_question = TextField(
        label="À trancher en conseil d’administration",
        help_text="Une question que le conseil doit trancher ; elle est imprimée dans le rapport.",
        max_length=LONG_TEXT,
        rows=2,
    )
    internal_note = TextField(
        label="Note interne de l’équipe",
        help_text="Pour l’équipe seulement : absente du rapport et de tout document.",
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
        for form_field in self.fields.values():
            _style(form_field)
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
                _style(form_field)
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

    @classmethod
    def fields_of_example(cls, values: dict[str, list[str]]) -> dict[str, list[str]]:
        """Return what an example writes, by field of the form, from its values by field of the shape."""
        return values

    def preview(self) -> SafeString:
        """Return the drawing that follows what is typed; only where there is a preview_template."""
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
                yield field_id, f"{part}, {label}" if part else label, message
        for formset in self.formsets.values():
            for message in formset.non_form_errors():
                yield f"id_{formset.prefix}", "", str(message)
            for number, form in enumerate(formset.forms, start=1):
                for field_id, label, message in self._errors_of(form, list(form.fields)):
                    yield field_id, f"{formset.noun.capitalize()} {number}, {label}", message
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


def _style(form_field: forms.Field) -> None:
    """Give a widget the class of its kind."""
    widget = form_field.widget
    own = forms.CheckboxSelectMultiple | forms.CheckboxInput | forms.RadioSelect | forms.HiddenInput
    if isinstance(widget, own):
        return
    css = "form-select" if isinstance(widget, forms.Select) else "form-control"
    widget.attrs.setdefault("class", css)
