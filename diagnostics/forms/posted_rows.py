"""The rows of what a step's page posts: numbered 0 to n-1, taken out and put back."""

from __future__ import annotations

from django.http import QueryDict

from diagnostics.forms.base import RowFormSet

# What a row holds: the texts of each field.
Values = dict[str, list[str]]


def total_of(formset: RowFormSet, data: QueryDict) -> int:
    """Return how many rows are posted."""
    return int(str(data[f"{formset.prefix}-TOTAL_FORMS"]))


def row_at(formset: RowFormSet, data: QueryDict, index: int) -> Values:
    """Return what a row holds."""
    start = f"{formset.prefix}-{index}-"
    return {key[len(start) :]: data.getlist(key) for key in data if key.startswith(start)}


def take_rows(formset: RowFormSet, data: QueryDict) -> list[Values]:
    """Take the rows out of what is posted, and return them."""
    rows = [row_at(formset, data, index) for index in range(total_of(formset, data))]
    for index, row in enumerate(rows):
        for name in row:
            del data[f"{formset.prefix}-{index}-{name}"]
    return rows


def put_rows(formset: RowFormSet, data: QueryDict, rows: list[Values]) -> None:
    """Put rows into what is posted, in their order; there are no others."""
    for index, row in enumerate(rows):
        put_row(formset, data, index, row)
    data[f"{formset.prefix}-TOTAL_FORMS"] = str(len(rows))
    data[f"{formset.prefix}-INITIAL_FORMS"] = "0"


def put_row(formset: RowFormSet, data: QueryDict, index: int, values: Values) -> None:
    """Put values into a row."""
    for name, value in values.items():
        data.setlist(f"{formset.prefix}-{index}-{name}", value)


def add_row(formset: RowFormSet, data: QueryDict, values: Values) -> int:
    """Add a row after the others, and return its number; the cap is the caller's business."""
    index = total_of(formset, data)
    put_row(formset, data, index, defaults_of(formset, place_of(formset, values)) | values)
    data[f"{formset.prefix}-TOTAL_FORMS"] = str(index + 1)
    data[f"{formset.prefix}-INITIAL_FORMS"] = "0"
    return index


def defaults_of(formset: RowFormSet, place: str = "") -> Values:
    """Return what a new row holds: its id, its group, what a list without an empty choice shows."""
    fields = formset.empty_form.fields.items()
    initial = {name: [str(field.initial)] for name, field in fields if field.initial}
    return initial | {name: [value] for name, value in formset.new_row(place).items()}


def place_of(formset: RowFormSet, row: Values) -> str:
    """Return the group of rows that a row stands in."""
    return (row.get(formset.placed_by) or [""])[0]


def is_blank(formset: RowFormSet, row: Values) -> bool:
    """Tell whether nothing was typed in a row, besides where it stands."""
    blank = defaults_of(formset)
    return all(
        name in ("id", formset.placed_by)
        or texts == blank.get(name)
        or not any(map(str.strip, texts))
        for name, texts in row.items()
    )
