"""The row buttons without JavaScript: what was posted, with a row added, removed, moved or filled.

Rows are numbered 0 to n-1 in what is posted; each operation answers data renumbered the same way.
JavaScript does the same in the page (static/js/rows.js).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from copy import copy
from dataclasses import dataclass
from typing import Any, cast

from django.core.exceptions import SuspiciousOperation
from django.http import QueryDict

from diagnostics.forms.base import RowFormSet, StepForm
from diagnostics.forms.fields import french_number
from diagnostics.models import Example


def apply_operation(
    form: StepForm, posted: QueryDict, examples: Sequence[Example]
) -> tuple[QueryDict, str]:
    """Return the posted data after the operation, and the id of the element to show next.

    ``row_op`` is « add:rows », « remove:rows:2 », « up:rows:2 », « down:rows:2 » or « links:rows:2 » (which only shows the choices of a row); ``example`` the
    number of an example of the step, or « activity:<id> » to place an activity; ``preset`` « thirds:now » or « thirds:target ». Raises
    SuspiciousOperation for anything else.
    """
    data = copy(posted)
    try:
        if "example" in posted:
            anchor = _fill(form, data, _payload_of(form, str(posted["example"]), examples))
        elif "preset" in posted:
            anchor = _apply_preset(form, data, str(posted["preset"]))
        else:
            anchor = _apply_row_operation(form, data, str(posted["row_op"]))
    except (ValueError, KeyError, IndexError) as error:
        raise SuspiciousOperation("row operation") from error
    return data, anchor


@dataclass(frozen=True)
class RowToRemove:
    """A row that a button takes away: which (« rows/o1 »), where it stood, what links to it."""

    place: str
    index: int
    links: list[str]


def row_to_remove(form: StepForm, operation: str) -> RowToRemove | None:
    """Return the row that a button takes away; nothing for another button, or when it is blank."""
    verb, _, rest = operation.partition(":")
    name, _, at = rest.partition(":")
    formset = form.formsets.get(name)
    if verb != "remove" or formset is None or formset.fixed or not at.isascii():
        return None
    index = int(at) if at.isdigit() and len(at) < 4 else len(formset.forms)
    if index >= len(formset.forms):
        return None
    blank, row = _defaults(formset), formset.forms[index]
    posted = cast(QueryDict, form.data)
    typed = {bound.name: posted.getlist(bound.html_name) for bound in row}
    if all(
        name == "id" or texts == blank.get(name) or not any(map(str.strip, texts))
        for name, texts in typed.items()
    ):
        return None
    return RowToRemove(f"{name}/{row.key}", index, formset.pointing_at.get(row.key, []))


def _total(formset: RowFormSet, data: QueryDict) -> int:
    return int(str(data[f"{formset.prefix}-TOTAL_FORMS"]))


def _set_total(formset: RowFormSet, data: QueryDict, total: int) -> None:
    data[f"{formset.prefix}-TOTAL_FORMS"] = str(total)
    data[f"{formset.prefix}-INITIAL_FORMS"] = "0"


def _take_row(formset: RowFormSet, data: QueryDict, index: int) -> dict[str, list[str]]:
    """Remove a row's values from the data and return them by field name."""
    start = f"{formset.prefix}-{index}-"
    return {key[len(start) :]: data.pop(key) for key in list(data) if key.startswith(start)}


def _put_row(
    formset: RowFormSet, data: QueryDict, index: int, values: dict[str, list[str]]
) -> None:
    for name, value in values.items():
        data.setlist(f"{formset.prefix}-{index}-{name}", value)


def _defaults(formset: RowFormSet) -> dict[str, list[str]]:
    """Return what a new row holds: its id, and what a list without an empty choice shows."""
    fields = formset.empty_form.fields.items()
    initial = {name: [str(field.initial)] for name, field in fields if field.initial}
    return initial | {name: [value] for name, value in formset.new_row().items()}


def _apply_row_operation(form: StepForm, data: QueryDict, operation: str) -> str:
    verb, name, *rest = operation.split(":")
    formset = form.formsets[name]
    total = _total(formset, data)
    if formset.fixed:
        raise ValueError(operation)
    if verb == "add":
        if total < formset.cap:
            _put_row(formset, data, total, _defaults(formset))
            _set_total(formset, data, total + 1)
        return f"{formset.prefix}-{min(total, formset.cap - 1)}"
    index = int(rest[0])
    if not 0 <= index < total:
        raise IndexError(index)
    rows = [_take_row(formset, data, number) for number in range(total)]
    if verb == "links":
        pass  # only shows the choices of the row, see the wizard
    elif verb == "remove":
        del rows[index]
    elif verb in {"up", "down"}:
        other = index + (1 if verb == "down" else -1)
        if 0 <= other < total:
            rows[index], rows[other] = rows[other], rows[index]
            index = other
    else:
        raise ValueError(operation)
    for number, row in enumerate(rows):
        _put_row(formset, data, number, row)
    _set_total(formset, data, len(rows))
    return f"{formset.prefix}-{max(0, min(index, len(rows) - 1))}" if rows else str(formset.prefix)


def _payload_of(form: StepForm, name: str, examples: Sequence[Example]) -> list[dict[str, Any]]:
    """Return what an example of the kit fills in, or the placing of an activity in its step."""
    own = form.own_example(name)
    if own is not None:
        return own
    number = int(name)
    example = next((entry for entry in examples if entry.pk == number), None)
    if example is None:
        raise ValueError(number)
    return form_payload(type(form), example.payload)


def _fill(form: StepForm, data: QueryDict, payload: list[dict[str, Any]]) -> str:
    anchor = ""
    for entry in payload:
        values: dict[str, list[str]] = entry["values"]
        if entry["formset"] is None:
            for name, value in values.items():
                # What was typed there stays: an example only fills what is blank.
                if not any(text.strip() for text in data.getlist(f"{form.prefix}-{name}")):
                    data.setlist(f"{form.prefix}-{name}", value)
            anchor = anchor or f"id_{form.prefix}-{next(iter(values))}"
        else:
            formset = form.formsets[entry["formset"]]
            index = _first_blank_row(formset, data)
            if index is None:
                continue  # the cap is reached: the page says so
            _put_row(formset, data, index, _defaults(formset) | values)
            _set_total(formset, data, max(index + 1, _total(formset, data)))
            anchor = f"{formset.prefix}-{index}"
    return anchor or "exemples"


def shown_examples(
    form: type[StepForm], examples: Iterable[Example]
) -> list[dict[str, Example | str]]:
    """Return the examples of a step, each with what its button fills in, as JSON for the page
    (``data-payload``; empty: it fills nothing in)."""
    return [
        {
            "example": example,
            "payload": json.dumps(form_payload(form, example.payload), ensure_ascii=False)
            if example.payload
            else "",
        }
        for example in examples
    ]


def form_payload(form: type[StepForm], payload: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return what an example fills in terms of the step's form: {formset, values: {field: [text]}}."""
    entries = []
    for entry in payload:
        values = {name: _as_posted(value) for name, value in entry["values"].items()}
        entries.append({"formset": entry["formset"], "values": form.fields_of_example(values)})
    return entries


def _first_blank_row(formset: RowFormSet, data: QueryDict) -> int | None:
    """Return the first row where nothing was typed, a new one at the end, or None at the cap."""
    total = _total(formset, data)
    for index in range(total):
        start = f"{formset.prefix}-{index}-"
        defaults = {
            name: str(field.initial or "") for name, field in formset.empty_form.fields.items()
        }
        if all(
            value in {"", defaults.get(key[len(start) :], "")}
            for key in data
            if key.startswith(start) and key != f"{start}id"
            for value in data.getlist(key)
        ):
            return index
    return total if total < formset.cap else None


def _apply_preset(form: StepForm, data: QueryDict, preset: str) -> str:
    name, part = preset.split(":")
    values, prefix = form.presets[name], form.subforms[part].prefix
    for field, value in values.items():
        data[f"{prefix}-{field}"] = str(value)
    return f"id_{prefix}-{next(iter(values))}"


def _as_posted(value: Any) -> list[str]:
    if isinstance(value, list):
        return [str(item) for item in value]
    if isinstance(value, float):
        return [french_number(value)]
    return ["" if value is None else str(value)]
