"""A list of records of the kit (a correction: what it said, says, and why), a row of fields for each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms.formsets import BaseFormSet, formset_factory

from diagnostics.forms.fields import TextField
from diagnostics.forms.kit.parts import PartsField
from diagnostics.forms.kit.texts import LINE_TEXT

MAX_RECORDS = 60
BLANK = 2  # rows to add records in, each time the page is shown


@dataclass(frozen=True)
class Column:
    """A text of a record: its key, its label, how many lines it is typed in."""

    key: str
    label: str
    rows: int = 2


class RecordForm(forms.Form):
    """One record; all its texts are expected."""

    use_required_attribute = False

    def has_changed(self) -> bool:
        """Tell whether something was typed: a place in the order alone is no record."""
        return any(name != "ORDER" for name in self.changed_data)


class RecordRows(BaseFormSet):
    """The records in their order; what is removed or left blank is none."""

    def add_fields(self, form: forms.Form, index: int | None) -> None:
        """Say order and removal in words."""
        super().add_fields(form, index)
        form.fields["ORDER"].label = "Place"
        form.fields["ORDER"].widget.attrs |= {"class": "kit-order", "min": 1}
        form.fields["DELETE"].label = "Retirer"


def _form_of(columns: Sequence[Column]) -> type[RecordForm]:
    fields = {
        column.key: TextField(
            label=column.label,
            max_length=LINE_TEXT,
            rows=column.rows,
            required=True,
            error_messages={"required": "Écrivez ce texte, ou retirez la ligne."},
        )
        for column in columns
    }
    return type("OneRecordForm", (RecordForm,), fields)


class Records:
    """The records of a field, as they are stored or as they were posted."""

    def __init__(
        self, columns: Sequence[Column], name: str, *, value: Any = None, data: Any = None
    ) -> None:
        make = formset_factory(
            _form_of(columns),
            formset=RecordRows,
            extra=BLANK,
            can_order=True,
            can_delete=True,
            max_num=MAX_RECORDS,
            absolute_max=MAX_RECORDS + BLANK,
            validate_max=True,
        )
        self.keys = [column.key for column in columns]
        rows = value if isinstance(value, list) else []
        self.rows = make(
            data,
            prefix=name,
            initial=[{key: row.get(key, "") for key in self.keys} for row in rows],
            form_kwargs={"use_required_attribute": False},
        )
        self.is_bound = data is not None

    def is_valid(self) -> bool:
        """Tell whether each record is whole."""
        return self.rows.is_valid()

    def value(self) -> list[dict[str, str]]:
        """Return the records, in the order that was asked for."""
        return [
            {key: form.cleaned_data[key] for key in self.keys}
            for form in self.rows.ordered_forms
            if form.cleaned_data.get(self.keys[0])
        ]


class RecordsField(PartsField):
    """A list of records."""

    def __init__(self, *columns: Column, **kwargs: Any) -> None:
        super().__init__(
            "admin/kit/records.html",
            lambda name, **given: Records(columns, name, **given),
            **kwargs,
        )
