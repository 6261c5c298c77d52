"""The examples of the kit: what each fills in, whether it was used, taken and taken back.

JavaScript does the same in the page (static/js/examples.js).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.http import QueryDict

from diagnostics.domain.malformed import Malformed
from diagnostics.domain.prefill import Filled, read_prefill
from diagnostics.forms.base import RowForm, RowFormSet, StepForm
from diagnostics.forms.fields import french_number
from diagnostics.forms.places import post_of
from diagnostics.forms.posted_rows import (
    Values,
    add_row,
    defaults_of,
    is_blank,
    place_of,
    put_row,
    put_rows,
    row_at,
    take_rows,
    total_of,
)
from diagnostics.models import Example

Payload = list[dict[str, Any]]


@dataclass(frozen=True)
class ShownExample:
    """An example of a step as its page shows it.

    ``payload``: what its button fills in, as JSON for the page (empty: nothing); ``used``: all of it
    is in the form.
    """

    example: Example
    payload: str
    used: bool = False


@dataclass(frozen=True)
class ShownExamples:
    """The examples of a step: those of the kit, and what was added to it."""

    kit: list[ShownExample]
    added: list[ShownExample]

    def __bool__(self) -> bool:
        return bool(self.kit or self.added)


def shown_examples(
    form: type[StepForm], examples: Iterable[Example], shown: StepForm | None = None
) -> ShownExamples:
    """Return the examples of a step, each with what its button fills in, and whether the form that is
    ``shown`` has it."""
    data = post_of(shown) if shown else QueryDict()
    found = []
    for example in examples:
        payload, written = _read_once(form, json.dumps(example.payload))
        used = shown is not None and bool(payload) and _is_used(shown, data, payload)
        found.append(ShownExample(example, written, used))
    return ShownExamples(
        kit=[entry for entry in found if entry.example.text_2013],
        added=[entry for entry in found if not entry.example.text_2013],
    )


@lru_cache(maxsize=1024)  # the kit's say the same on every page
def _read_once(form: type[StepForm], payload: str) -> tuple[Payload, str]:
    """Return what an example fills in, which nobody changes, and the same as the page has it."""
    told = form_payload(form, json.loads(payload))
    return told, json.dumps(told, ensure_ascii=False) if told else ""


def form_payload(form: type[StepForm], payload: Payload) -> Payload:
    """Return what an example fills in terms of the step's form: {formset, values: {field: [text]}};
    nothing of a payload that the step has no fields for."""
    try:
        filled = read_prefill(form.step, payload)
    except Malformed:  # stored before it was checked: the example is a text to read
        return []
    return [{"formset": entry.formset, "values": _posted_of(form, entry)} for entry in filled]


def _posted_of(form: type[StepForm], filled: Filled) -> Values:
    if filled.formset is None or filled.row is None:
        return {name: _as_posted(value) for name, value in filled.values.items()}
    row_form: type[RowForm] = form.formset_classes[filled.formset].form
    shown = row_form.initial_of(filled.row.model_dump(mode="json"))
    names = dict.fromkeys(map(row_form.field_of, filled.values))
    return {name: _as_posted(shown[name]) for name in names}


def _as_posted(value: Any) -> list[str]:
    if isinstance(value, bool):
        return ["on"] if value else []
    if isinstance(value, float):
        return [french_number(value)]
    return ["" if value is None else str(value)]


def press_example(form: StepForm, data: QueryDict, name: str, examples: Sequence[Example]) -> str:
    """Write an example into what is posted, or take it back when it is there already; return the id of
    the element to show next.

    ``name``: the number of an example of the step. Raises ValueError for anything else.
    """
    number = int(name)
    example = next((entry for entry in examples if entry.pk == number), None)
    if example is None:
        raise ValueError(number)
    payload = form_payload(type(form), example.payload)
    if _is_used(form, data, payload):
        _take_back(form, data, payload)
    else:
        _fill(form, data, payload)
    return f"exemple-{number}"


def _fill(form: StepForm, data: QueryDict, payload: Payload) -> None:
    for entry in payload:
        values: Values = entry["values"]
        if entry["formset"] is None:
            for name, value in values.items():
                # What was typed there stays: an example only fills what is blank.
                if not any(text.strip() for text in data.getlist(f"{form.prefix}-{name}")):
                    data.setlist(f"{form.prefix}-{name}", value)
        else:
            formset = form.formsets[entry["formset"]]
            index = _first_blank_row(formset, data, place_of(formset, values))
            if index is not None:
                put_row(formset, data, index, defaults_of(formset) | values)
            elif total_of(formset, data) < formset.cap:  # the page says so
                add_row(formset, data, values)


def _first_blank_row(formset: RowFormSet, data: QueryDict, place: str) -> int | None:
    """Return the first row of a group where nothing was typed, or of none."""
    for index in range(total_of(formset, data)):
        row = row_at(formset, data, index)
        if is_blank(formset, row) and place_of(formset, row) in ("", place):
            return index
    return None


# --- Was it used? -----------------------------------------------------------------------------------


def _is_used(form: StepForm, data: QueryDict, payload: Payload) -> bool:
    """Tell whether the form has all that an example fills in: rows that go by its texts, whatever was
    changed beside them."""
    for entry in payload:
        values: Values = entry["values"]
        if entry["formset"] is None:
            if any(
                data.getlist(f"{form.prefix}-{name}") != texts for name, texts in values.items()
            ):
                return False
            continue
        formset = form.formsets[entry["formset"]]
        known_by = {n: t for n, t in values.items() if n in formset.known_by} or values
        rows = range(_posted_rows(formset, data))
        if not any(_holds(f"{formset.prefix}-{index}", data, known_by) for index in rows):
            return False
    return True


def _posted_rows(formset: RowFormSet, data: QueryDict) -> int:
    return total_of(formset, data) if f"{formset.prefix}-TOTAL_FORMS" in data else 0


def _holds(row: str, data: QueryDict, values: Values) -> bool:
    return all(data.getlist(f"{row}-{name}") == texts for name, texts in values.items())


def _take_back(form: StepForm, data: QueryDict, payload: Payload) -> None:
    """Take away what an example filled in, less what was changed since or is linked to."""
    for entry in payload:
        values: Values = entry["values"]
        if entry["formset"] is None:
            for name in values:
                data[f"{form.prefix}-{name}"] = ""
            continue
        formset = form.formsets[entry["formset"]]
        rows = take_rows(formset, data)
        untouched = defaults_of(formset, place_of(formset, values)) | values
        for number, row in enumerate(rows):
            held = {name: texts for name, texts in row.items() if name != "id" and any(texts)}
            wanted = {name: texts for name, texts in untouched.items() if name != "id"}
            if held == wanted and not formset.pointing_at.get(row["id"][0]):
                del rows[number]
                break
        put_rows(formset, data, rows)
