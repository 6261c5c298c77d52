"""The lists of a step as tables: their columns, from the fields of its forms, and the file that one
downloads, fills in and brings back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, cast

from django import forms

from diagnostics.domain.answers import RowSet
from diagnostics.domain.columns import Column, Kind
from diagnostics.domain.document import DiagnosticDocument
from diagnostics.domain.vocabulary import ActorType, StepKey
from diagnostics.forms.base import RowFormSet
from diagnostics.forms.board_decisions import MonthField
from diagnostics.forms.fields import CodeField, LinksField, NumberField, TextField, YearField
from diagnostics.forms.places import texts_of
from diagnostics.forms.registry import STEP_FORMS
from diagnostics.queries import LoadedStep

ID_HEADING = "Identifiant (à laisser)"
# What a row is called by, where the first field of its form does not say it.
_NAMED_BY = {"levers": "text", "calendar": "milestone"}
# Lists where a text that is no choice has a field of its own, and what the list takes then.
_OTHERWISE = {"subject": ("label", ""), "actor_type": ("label", ActorType.OTHER.value)}


def pasted_sets(step: StepKey) -> dict[str, type[RowFormSet]]:
    """Return the sets of rows of a step that can be pasted, by their names. The four roles of the kit are
    chosen, not listed."""
    if step is StepKey.ROLES:
        return {}
    form = STEP_FORMS[step]
    return {name: form.formset_classes[name] for name in form.rows_that_move()}


def table_of(loaded: LoadedStep, name: str) -> tuple[list[Column], list[list[str]]]:
    """Return a set of rows as a table: its columns; its headings, then what it holds, as it is read back.

    A link to a row is written by its code (« O1 »), what a row is about by its words: codes move.
    """
    form = STEP_FORMS[loaded.step](context=loaded.form_context, prefix=loaded.step.value)
    formset = form.formsets[name]
    columns = columns_of(formset, name=name, document=loaded.document)
    rows = [] if formset.starts_blank else formset.forms
    return columns, [
        [column.label for column in columns],
        *([_written(column, texts_of(row[column.field])) for column in columns] for row in rows),
    ]


def _written(column: Column, texts: Sequence[str]) -> str:
    names = dict(column.choices)
    if column.kind is Kind.LINKS:
        return "; ".join(names[text][1] for text in texts if text in names)
    if column.kind is Kind.CODE:
        return ", ".join(names[text][-1] for text in texts if text in names)
    return "oui" if column.kind is Kind.FLAG and texts else "".join(texts)


def columns_of(formset: RowFormSet, *, name: str, document: DiagnosticDocument) -> list[Column]:
    """Return the columns of a set of rows: first the one that names a row, then in the order of its form."""
    fields = formset.row_fields
    main = _NAMED_BY.get(name, next(field for field in fields if field != "id"))
    ordered = sorted((field for field in fields if field != "id"), key=lambda field: field != main)
    links = formset.row_set.links
    codes: dict[str, tuple[str, ...]] = {}
    for row_set in (target for targets in links.values() for target in targets):
        codes |= _codes(row_set, document)
    columns = [_column(field, fields[field], codes, document) for field in ordered]
    return [*columns, Column("id", ID_HEADING, Kind.ID)]


def _codes(row_set: RowSet[Any], document: DiagnosticDocument) -> dict[str, tuple[str, ...]]:
    """Return what each row that can be linked to is called, by its id: its code, and its words."""
    labels = row_set.labels(document.answers)
    codes = row_set.codes(document.answers) if row_set.letter else {}
    return {
        row_id: tuple(filter(None, (codes.get(row_id, ""), label)))
        for row_id, label in labels.items()
    }


def _column(
    name: str, field: forms.Field, codes: dict[str, tuple[str, ...]], document: DiagnosticDocument
) -> Column:
    label, card = str(field.label), document.diagnostic
    if isinstance(field, NumberField):
        years = {"amount_now_keur": card.base_year, "amount_target_keur": card.target_year}
        headings = (
            (f"montant {years[name]}", str(years[name]), card.target_label)
            if name == "amount_target_keur"
            else (f"montant {years[name]}", str(years[name]))
            if name in years
            else ()
        )
        return Column(name, label, Kind.NUMBER, unit=field.unit, headings=headings)
    if isinstance(field, YearField):
        return Column(name, label, Kind.YEAR)
    if isinstance(field, MonthField):
        return Column(name, label, Kind.MONTH)
    if isinstance(field, LinksField):
        return Column(name, label, Kind.LINKS, choices=_choices(field, codes))
    if isinstance(field, CodeField):
        otherwise = _OTHERWISE.get(name, ("", ""))
        return Column(name, label, Kind.CODE, choices=_choices(field, codes), otherwise=otherwise)
    if isinstance(field, forms.BooleanField):
        return Column(name, label, Kind.FLAG)
    return Column(name, label, Kind.TEXT, limit=cast(TextField, field).max_length or 0)


def _choices(
    field: forms.ChoiceField, codes: dict[str, tuple[str, ...]]
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return the values of a list with their names; those of rows have their code and their words too."""
    found = []
    for value, label in _flat(cast("Iterable[Any]", field.choices)):
        if value:
            found.append((value, (label, *codes.get(value.rpartition(":")[2], ()))))
    return tuple(found)


def _flat(choices: Iterable[Any]) -> Iterable[tuple[str, str]]:
    for value, label in choices:
        if isinstance(label, list | tuple):
            yield from _flat(label)
        else:
            yield str(value), str(label)
