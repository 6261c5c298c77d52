"""The row buttons without JavaScript: what was posted, with a row added, removed, moved or filled.

Rows are numbered 0 to n-1 in what is posted; each operation answers data renumbered the same way.
JavaScript does the same in the page (static/js/rows.js).
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from typing import cast

from django.core.exceptions import SuspiciousOperation
from django.http import QueryDict

from diagnostics.forms.base import RowFormSet, StepForm
from diagnostics.forms.examples import press_example
from diagnostics.forms.posted_rows import (
    Values,
    add_row,
    is_blank,
    place_of,
    put_rows,
    row_at,
    take_rows,
    total_of,
)
from diagnostics.models import Example


def apply_operation(
    form: StepForm, posted: QueryDict, examples: Sequence[Example]
) -> tuple[QueryDict, str]:
    """Return the posted data after the operation, and the id of the element to show next.

    ``row_op`` is « add:rows » (« add:rows:raise_awareness » in a group), « remove:rows:2 »,
    « up:rows:2 », « down:rows:2 » or « links:rows:2 » (which only shows the choices of a row);
    ``example`` the number of an example of the step; ``preset`` « thirds:now » or « thirds:target ».
    Raises SuspiciousOperation for anything else.
    """
    data = copy(posted)
    try:
        if "example" in posted:
            anchor = press_example(form, data, str(posted["example"]), examples)
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
    row = formset.forms[index]
    if is_blank(formset, row_at(formset, cast(QueryDict, form.data), index)):
        return None
    return RowToRemove(f"{name}/{row.key}", index, formset.pointing_at.get(row.key, []))


def _apply_row_operation(form: StepForm, data: QueryDict, operation: str) -> str:
    verb, name, *rest = operation.split(":")
    formset = form.formsets[name]
    total = total_of(formset, data)
    if formset.fixed:
        raise ValueError(operation)
    if verb == "add":
        place = rest[0] if rest else ""
        if place and place not in dict(formset.places()):
            raise ValueError(operation)
        if total < formset.cap:
            add_row(formset, data, {formset.placed_by: [place]} if place else {})
        return f"{formset.prefix}-{min(total, formset.cap - 1)}"
    index = int(rest[0])
    if not 0 <= index < total:
        raise IndexError(index)
    rows = take_rows(formset, data)
    if verb == "links":
        pass  # only shows the choices of the row, see the wizard
    elif verb == "remove":
        del rows[index]
    elif verb in {"up", "down"}:
        other = _beside(formset, rows, index, step=1 if verb == "down" else -1)
        rows[index], rows[other] = rows[other], rows[index]
        index = other
    else:
        raise ValueError(operation)
    put_rows(formset, data, rows)
    return f"{formset.prefix}-{max(0, min(index, len(rows) - 1))}" if rows else str(formset.prefix)


def _beside(formset: RowFormSet, rows: list[Values], index: int, *, step: int) -> int:
    """Return the number of the row before or after another in its group; at the edge, its own."""
    place, other = place_of(formset, rows[index]), index + step
    while 0 <= other < len(rows):
        if place_of(formset, rows[other]) == place:
            return other
        other += step
    return index


def _apply_preset(form: StepForm, data: QueryDict, preset: str) -> str:
    name, part = preset.split(":")
    values, prefix = form.presets[name], form.subforms[part].prefix
    for field, value in values.items():
        data[f"{prefix}-{field}"] = str(value)
    return f"id_{prefix}-{next(iter(values))}"
