"""What an example fills in: typed in the fields of its step, and told in words.

The step's own form reads it, as it will read what the example's button wrote.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, cast

from django import forms
from django.http import QueryDict
from django.utils import timezone

from diagnostics.domain.answers import Answer
from diagnostics.domain.document import DiagnosticDocument
from diagnostics.domain.malformed import Malformed
from diagnostics.domain.prefill import (
    answer_of,
    fields_to_fill,
    own_fields_to_fill,
    prefill_of,
    row_sets_to_fill,
)
from diagnostics.domain.vocabulary import StepKey
from diagnostics.forms.base import RowForm, RowFormSet, StepForm
from diagnostics.forms.examples import form_payload
from diagnostics.forms.kit.parts import PartsField
from diagnostics.forms.places import words_of
from diagnostics.forms.registry import STEP_FORMS
from diagnostics.queries import StepContext
from diagnostics.typography import NBSP, capitalised

BLANK_ROWS = 2
HORIZON = 3  # years; of the page that nobody's diagnostic is on


def blank_document() -> DiagnosticDocument:
    """Return a document where nothing is answered, for a form that is of no diagnostic."""
    return DiagnosticDocument.model_validate(
        {
            "schema": 5,
            "kit": "rameau-2013",
            "structure": {"name": "Votre structure"},
            "diagnostic": {
                "title": "Aperçu",
                "base_year": timezone.localdate().year,
                "horizon_years": HORIZON,
            },
        }
    )


def blank_form(
    step: StepKey, prefix: str, *, stored: Answer | None = None, data: QueryDict | None = None
) -> StepForm:
    """Return the form of a step that is of no diagnostic."""
    context = StepContext(document=blank_document(), stored=stored)
    return STEP_FORMS[step](data, context=context, prefix=prefix)


@dataclass(frozen=True)
class FieldGroup:
    """Fields that stand together: a row, a column, or those of the step's own.

    ``removes``: the name of the box that takes a row out; ``errors``: what is wrong with the whole.
    """

    title: str
    fields: list[forms.BoundField]
    removes: str = ""
    errors: list[str] = field(default_factory=list)


class PrefillParts:
    """What an example fills in, in the fields of its step: as it is stored, or as it was posted."""

    def __init__(self, step: StepKey, name: str, *, value: Any = None, data: Any = None) -> None:
        self.step, self.is_bound, self.unreadable = step, data is not None, ""
        stored = None
        if value:
            try:
                stored = answer_of(step, value)
            except Malformed as error:
                self.unreadable = str(error)
        self.form = blank_form(step, name, stored=stored, data=self._less_removed(data, name))
        for formset in self.row_sets.values():
            if not self.is_bound:
                formset.initial = [] if formset.starts_blank else formset.initial
                formset.extra = BLANK_ROWS
                vars(formset).pop("forms", None)  # a step may have made its rows already

    def _less_removed(self, data: Any, name: str) -> QueryDict | None:
        """Take the rows out that were ticked to go: a row without a text is none."""
        if data is None:
            return None
        left = QueryDict(mutable=True)
        gone = tuple(
            f"{key.removesuffix('-DELETE')}-"
            for key in data
            if key.startswith(f"{name}-") and key.endswith("-DELETE")
        )
        for key, texts in data.lists():
            if key.startswith(f"{name}-") and not (gone and key.startswith(gone)):
                left.setlist(key, texts)
        return left

    @cached_property
    def row_sets(self) -> dict[str, RowFormSet]:
        """The sets of rows that the example can add to."""
        return {name: self.form.formsets[name] for name in row_sets_to_fill(self.step)}

    @property
    def is_empty(self) -> bool:
        """Tell whether the step has nothing that an example could fill in."""
        return not self.row_sets and not own_fields_to_fill(self.step)

    def groups(self) -> Iterator[FieldGroup]:
        """Yield the fields in the order of the step: those of its own, then its rows."""
        own = [self.form[n] for n in own_fields_to_fill(self.step) if "-" not in n]
        if own:
            yield FieldGroup("Champs de l’étape", own)
        for name, subform in self.form.subforms.items():
            fields = [subform[n] for n in subform.fields]
            yield FieldGroup(self.form.part_label(name) or name, fields)
        for name, formset in self.row_sets.items():
            for number, row in enumerate(formset.forms, 1):
                title = f"{capitalised(formset.noun)}{NBSP}{number}"
                errors = [str(error) for error in row.non_field_errors()] if self.is_bound else []
                fields = [bound for bound in row if bound.name in self._fillable(name)]
                yield FieldGroup(title, fields, f"{row.prefix}-DELETE", errors)

    def _fillable(self, name: str) -> set[str]:
        """The fields of the form of a row that an example can fill in."""
        row_form: type[RowForm] = self.row_sets[name].form
        return {row_form.field_of(one) for one in fields_to_fill(row_sets_to_fill(self.step)[name])}

    def is_valid(self) -> bool:
        """Tell whether the step's form reads what was posted, and each row says something."""
        if self.is_empty:
            return True
        if not self.form.is_valid():
            return False
        silent = [
            row
            for name, formset in self.row_sets.items()
            for row in formset.forms
            if not row.row_id and self._says_something(row, self._fillable(name))
        ]
        for row in silent:
            row.add_error(None, "Cette ligne resterait vide\u00a0: complétez-la, ou retirez-la.")
        return not silent

    def _says_something(self, row: RowForm, names: set[str]) -> bool:
        """Tell whether something was typed in a row besides what a new one shows."""
        data = cast("QueryDict", row.data)
        return any(
            text.strip() and text != str(row.fields[name].initial)
            for name in names
            for text in data.getlist(row.add_prefix(name))
        )

    def value(self) -> list[dict[str, Any]]:
        """Return what the example fills in."""
        return [] if self.is_empty else prefill_of(self.step, self.form.answer())


class PrefillField(PartsField):
    """What an example of a step fills in."""

    def __init__(self, step: StepKey, **kwargs: Any) -> None:
        self.step = step
        super().__init__(
            "admin/kit/prefill.html",
            lambda name, **given: PrefillParts(step, name, **given),
            **kwargs,
        )

    def same(self, one: Any, other: Any) -> bool:
        """Tell whether two prefills fill in the same, however they say it."""
        return bool(plain_prefill(self.step, one) == plain_prefill(self.step, other))


def plain_prefill(step: StepKey, payload: Any) -> Any:
    """Return a prefill as the fields of its step say it; as it is when they cannot."""
    try:
        return prefill_of(step, answer_of(step, payload))
    except Malformed:
        return payload


# --- In words ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Added:
    """What a click on an example adds: a row, or fields of the step's own; (label, words) each."""

    title: str
    fields: list[tuple[str, str]]


def told_prefill(step: StepKey, payload: Any) -> list[Added]:
    """Say what an example adds, in the words of the step's form; nothing of what it cannot fill in."""
    form = blank_form(step, step.value)
    found = []
    for entry in form_payload(STEP_FORMS[step], payload):
        if entry["formset"] is None:
            bound = {name: _own_field(form, name) for name in entry["values"]}
            title = "Dans l’étape"
        else:
            formset = form.formsets[entry["formset"]]
            row = formset.empty_form
            bound = {name: row[name] for name in entry["values"]}
            title = f"Une ligne{NBSP}: {formset.noun}"
        fields = [
            (_label_of(form, name, one), _words(one, entry["values"][name]))
            for name, one in bound.items()
        ]
        found.append(Added(title, fields))
    return found


def _own_field(form: StepForm, name: str) -> forms.BoundField:
    column, _, inner = name.partition("-")
    return form.subforms[column][inner] if inner else form[name]


def _label_of(form: StepForm, name: str, bound: forms.BoundField) -> str:
    column, _, inner = name.partition("-")
    part = form.part_label(column) if inner and column in form.subforms else ""
    return f"{part}, {bound.label}" if part else str(bound.label)


def _words(bound: forms.BoundField, texts: list[str]) -> str:
    if isinstance(bound.field, forms.BooleanField):
        return "oui" if texts else "non"
    return words_of(bound, texts)
