"""Where each text of a step's form belongs in its answer, whatever the number of its row now.

A *place* is « mark », « now/fte » or « rows/a1/text »: the names of the answer's fields and the key of
the row. Texts are those that a browser posts: a list for each field, empty for a box left alone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import Any, cast

from django import forms
from django.http import QueryDict

from diagnostics.forms.base import RowFormSet, StepForm, TamperedForm
from diagnostics.queries import Noted, StepContext
from diagnostics.typography import enumeration

Texts = dict[str, list[str]]
# A text that a form refuses may be refused for another one's sake: so many rounds find them all.
_ROUNDS = 4


def fields_by_place(form: StepForm) -> dict[str, forms.BoundField]:
    """Return the fields of a step's form by their place, in the order of the form."""
    return dict(_fields(form))


def _fields(form: StepForm) -> Iterator[tuple[str, forms.BoundField]]:
    for field in form:
        yield field.name, field
    for name, subform in form.subforms.items():
        for field in subform:
            yield f"{name}/{field.name}", field
    for name, formset in form.formsets.items():
        for row in formset.forms:
            key = row.key
            for field in row:
                if field.name != "id":
                    yield f"{name}/{key}/{field.name}", field


def texts_by_place(form: StepForm) -> Texts:
    """Return what a browser posts of each field, by place."""
    return {place: texts_of(field) for place, field in _fields(form)}


def texts_of(field: forms.BoundField) -> list[str]:
    """Return what a browser posts of a field: nothing of a box left alone."""
    value = field.value()
    if isinstance(field.field, forms.BooleanField):
        return ["on"] if value else []
    if isinstance(field.field, forms.MultipleChoiceField):
        return [str(item) for item in value or ()]
    return ["" if value is None else str(value).replace("\r\n", "\n")]


def words_of(field: forms.BoundField, texts: Collection[str]) -> str:
    """Say what a field holds as people read it: the words of a list's choices, or the text."""
    if not isinstance(field.field, forms.ChoiceField):
        return "\n".join(texts)
    words: dict[str, str] = {}
    for value, label in cast("list[tuple[Any, Any]]", field.field.choices):
        pairs = label if isinstance(label, list | tuple) else [(value, label)]
        words |= {str(one): str(two) for one, two in pairs}
    return enumeration([words.get(text, "une ligne retirée depuis") for text in texts if text])


def post_of(form: StepForm) -> QueryDict:
    """Return what a browser posts of a form as it is shown, less the rows that start blank."""
    data = QueryDict(mutable=True)
    blank = tuple(f"{f.prefix}-" for f in form.formsets.values() if f.starts_blank)
    for _place, field in _fields(form):
        if (texts := texts_of(field)) and not field.html_name.startswith(blank or ("\0",)):
            data.setlist(field.html_name, texts)
    for formset in form.formsets.values():
        rows = [] if formset.starts_blank else formset.forms
        data[f"{formset.prefix}-TOTAL_FORMS"] = str(len(rows))
        data[f"{formset.prefix}-INITIAL_FORMS"] = "0"
        for row in () if formset.fixed else rows:
            data[f"{row.prefix}-id"] = row.key
    return data


def give_row_ids(form: type[StepForm], data: QueryDict, prefix: str) -> None:
    """Give an id to each posted row that has none: a page without JavaScript may add one."""
    for name, formset in form.formset_classes.items():
        total = data.get(f"{prefix}-{name}-TOTAL_FORMS", "")
        if formset.fixed or not (total.isascii() and total.isdigit() and len(total) <= 4):
            continue
        for index in range(min(int(total), formset.cap)):
            if not data.get(f"{prefix}-{name}-{index}-id"):
                data[f"{prefix}-{name}-{index}-id"] = formset.new_row()["id"]


def put_texts(form: StepForm, texts: Mapping[str, list[str]], *, blank_row: str = "") -> QueryDict:
    """Return what a browser would post of a form with some of its texts replaced.

    ``blank_row``: the set of rows that has a blank one more, with its group (« rows:raise_awareness »). A row that is not in the form comes after
    the others, while there is room; a place that the form does not have is left out.
    """
    data, fields = post_of(form), fields_by_place(form)
    added: dict[tuple[str, str], int] = {}
    for place, values in texts.items():
        if place in fields:
            data.setlist(fields[place].html_name, values)
            continue
        name, _, rest = place.partition("/")
        key, _, field = rest.partition("/")
        formset = form.formsets.get(name)
        if formset is None or formset.fixed or field not in formset.row_fields:
            continue  # the form has no such field any more
        if (name, key) not in added:
            total = int(str(data[f"{formset.prefix}-TOTAL_FORMS"]))
            if total >= formset.cap:
                continue
            added[name, key] = total
            _add_row(data, formset, {"id": key})
        data.setlist(f"{formset.prefix}-{added[name, key]}-{field}", values)
    blank_set, _, place = blank_row.partition(":")
    for name, formset in form.formsets.items():
        total = int(str(data[f"{formset.prefix}-TOTAL_FORMS"]))
        if formset.starts_blank and not total:
            for row in formset.initial or ():
                _add_row(data, formset, row)
        elif name == blank_set and not formset.fixed and total < formset.cap:
            _add_row(data, formset, formset.new_row(place))
    return data


def _add_row(data: QueryDict, formset: RowFormSet, values: Mapping[str, str]) -> None:
    total = int(str(data[f"{formset.prefix}-TOTAL_FORMS"]))
    data[f"{formset.prefix}-TOTAL_FORMS"] = str(total + 1)
    for name, field in formset.row_fields.items():
        if field.initial:  # a list without an empty choice
            data[f"{formset.prefix}-{total}-{name}"] = str(field.initial)
    for name, value in values.items():
        data[f"{formset.prefix}-{total}-{name}"] = value


# --- What a form refuses keeps only itself out ------------------------------------------------------


def read_step(form: StepForm, *, held: Collection[str] = ()) -> tuple[Noted, dict[str, list[str]]]:
    """Return the answer that was typed, less what is refused, and the reasons by place.

    At the places that are refused, and at those ``held`` out, the answer is what is stored.
    """
    refused: dict[str, list[str]] = {}
    out = set(held) & fields_by_place(form).keys() if held else set()
    current = _with_stored(form, out) if out else form
    for _round in range(_ROUNDS):
        if current.is_valid():
            break
        found = {p: f.errors for p, f in fields_by_place(current).items() if f.errors}
        # What is refused again is refused for another one's sake: the whole part stays out.
        parts = {place.rpartition("/")[0] for place in found if place in out} - {""}
        for place, errors in found.items():
            refused.setdefault(place, [str(error) for error in errors])
        out |= found.keys()
        out |= {p for p in fields_by_place(form) if p.rpartition("/")[0] in parts}
        current = _with_stored(form, out)
    else:
        out = set(fields_by_place(form))
        current = _with_stored(form, out)
        if not current.is_valid():
            raise TamperedForm(str(list(current.error_list())))
    for place in out - set(held):
        refused.setdefault(place, [])
    return Noted(current.answer(), current.cleaned_data["internal_note"]), refused


def _with_stored(form: StepForm, out: Collection[str]) -> StepForm:
    """Return the form with what is stored at some places."""
    stored = texts_by_place(type(form)(context=form.context, prefix=str(form.prefix)))
    data = post_of(form)
    for place, field in fields_by_place(form).items():
        if place in out:
            initial = field.field.initial
            data.setlist(field.html_name, stored.get(place, [str(initial)] if initial else []))
    return type(form)(data, context=form.context, prefix=str(form.prefix))


def form_of_answer(form: type[StepForm], noted: Noted, context: StepContext) -> StepForm:
    """Return the form of a step as it shows an answer."""
    shown = replace(context, stored=noted.answer, internal_note=noted.note)
    return form(context=shown, prefix=form.step.value)
