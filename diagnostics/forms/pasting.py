"""Pasting a list into a step: from the text to what the step's page would post, and what is told of it
before anything is stored."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from typing import Any

from django.forms import BoundField
from django.http import QueryDict

from diagnostics.domain.cells import join_records
from diagnostics.domain.columns import Column, Kind, fold
from diagnostics.domain.pasted import Pasted, PastedRow, read_pasted
from diagnostics.domain.reading import read_month
from diagnostics.domain.vocabulary import ObjectiveKind
from diagnostics.forms.base import RowForm, RowFormSet, StepForm
from diagnostics.forms.columns import columns_of
from diagnostics.forms.fields import offered
from diagnostics.forms.places import post_of, texts_of, words_of
from diagnostics.forms.registry import STEP_FORMS
from diagnostics.queries import LoadedStep
from diagnostics.typography import NBSP, quoted, shortened

Texts = dict[str, list[str]]
# What besides the field that names a row tells it from another one, by that field.
_APART = {"subject": ("label", "scale"), "actor_type": ("label", "mode"), "milestone": ("month",)}
# What a line without such a column takes from the row pasted into.
_INHERITED = (Kind.CODE, Kind.LINKS, Kind.YEAR, Kind.FLAG)
_SHOWN = 160  # characters of a cell


@dataclass(frozen=True)
class Offer:
    """What a written number would be in the unit of its column; ``key`` names its cell."""

    key: str
    where: str
    typed: str
    words: str
    is_taken: bool


@dataclass(frozen=True)
class ShownCell:
    """A cell as the preview shows it."""

    label: str
    words: str
    is_refused: bool


@dataclass(frozen=True)
class ShownRow:
    """A row as the preview shows it: its line, the words of each column, and whether it is in the step
    already and would change."""

    number: int
    cells: list[ShownCell]
    is_change: bool


@dataclass(frozen=True)
class Given:
    """A list whose choice goes to all the rows that say nothing of it: its field, label, choices."""

    field: str
    label: str
    choices: list[tuple[str, str]]
    value: str


@dataclass
class Paste:
    """What a pasted text would do to a step; ``data`` is what the step's page would post then.

    ``told``: what is left over or refused, in words; ``there``: lines whose rows are in the step
    already; ``rest``: the text of the rows that find no place, ``beyond`` of them beyond the cap;
    ``taken_over``: what all rows take from the row pasted into, in words.
    """

    columns: list[Column]
    data: QueryDict
    given: list[Given]
    headings: list[str] = field(default_factory=list)
    rows: list[ShownRow] = field(default_factory=list)
    offers: list[Offer] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    there: list[int] = field(default_factory=list)
    taken_over: list[str] = field(default_factory=list)
    rest: str = ""
    beyond: int = 0

    @property
    def changed(self) -> int:
        """How many rows are in the step already and change."""
        return sum(row.is_change for row in self.rows)

    @property
    def added(self) -> int:
        """How many rows are new."""
        return len(self.rows) - self.changed


def prepare_paste(
    loaded: LoadedStep,
    name: str,
    text: str,
    *,
    into: str = "",
    given: Mapping[str, str] | None = None,
    left: Collection[str] = (),
) -> Paste:
    """Work out what a pasted text would do to a set of rows of a step; nothing is stored.

    ``into``: the id of the row pasted into. While nothing names it, it takes the first of the rows; what
    else it says goes to all rows whose line has no such column. ``given``: its lists as the person
    changed them; ``left``: the offers that are not taken. Raises UnreadableTable.
    """
    return _Preparation(loaded, name, into, given).of(text, left)


@dataclass
class _Taken:
    """A pasted row with the row of the step that takes it, and what that one was before."""

    pasted: PastedRow
    row: Texts
    before: Texts | None


class _Preparation:
    """One paste, which gathers what is told of it on the way."""

    def __init__(
        self, loaded: LoadedStep, name: str, into: str, given: Mapping[str, str] | None
    ) -> None:
        self.form_class, self.context = STEP_FORMS[loaded.step], loaded.form_context
        plain = self.form_class(context=self.context, prefix=loaded.step.value)
        self.name, self.formset = name, plain.formsets[name]
        self.columns = columns_of(self.formset, name=name, document=loaded.document)
        self.main = self.columns[0]
        self.data = post_of(plain)
        self.rows = _rows_in(self.data, self.formset)
        self.at = next((i for i, row in enumerate(self.rows) if row["id"] == [into]), -1)
        self.target = self.rows[self.at] if self.at >= 0 else {}
        # It takes the first of the rows while it has no name.
        self.is_open = bool(self.target) and not self._key(self.target)
        self.lists = self._lists(given)
        self.inherited = self._inherited()

    # --- What rows have that their lines do not say ---

    def _lists(self, given: Mapping[str, str] | None) -> list[Given]:
        found = []
        for column in self.columns[1:]:
            if column.kind is Kind.CODE:
                own = "".join(self.target.get(column.field, ()))
                value = own if given is None else given.get(column.field, "")
                choices = [(code, names[0]) for code, names in column.choices]
                value = value if value in dict(choices) else ""
                found.append(Given(column.field, column.label, choices, value))
        return found

    def _inherited(self) -> Texts:
        others = {
            column.field: self.target[column.field]
            for column in self.columns[1:]
            if column.kind in _INHERITED and column.kind is not Kind.CODE
            if any(self.target.get(column.field, ()))
        }
        return others | {one.field: [one.value] for one in self.lists if one.value}

    def _implied(self, texts: Texts) -> Texts:
        """A line with a figure to reach is an objective in figures, unless it says otherwise."""
        if "target_value" in texts and "kind" not in self.inherited and any(texts["target_value"]):
            return {"kind": [ObjectiveKind.QUANTITATIVE.value]}
        return {}

    # --- Where each row goes ---

    def of(self, text: str, left: Collection[str]) -> Paste:
        """Return what the text would do."""
        pasted = read_pasted(text, self.columns)
        paste = Paste(self.columns, self.data, self.lists)
        paste.told = [str(leftover) for leftover in pasted.leftovers]
        taken, rest = self._placed(pasted, paste)
        form = self._form()
        offers = self._take_offers(form, taken, left, paste)
        if offers:
            form = self._form()
        rest += self._refused(form, taken, paste)
        paste.data = self._posted()
        self._show(self._form(), taken, paste)
        if rest:
            headings = [pasted.headings] if pasted.headings else []
            ordered = sorted(rest, key=lambda row: row.number)
            paste.rest = join_records([*headings, *(row.cells for row in ordered)])
        return paste

    def _placed(self, pasted: Pasted, paste: Paste) -> tuple[list[_Taken], list[PastedRow]]:
        known = {row["id"][0]: row for row in self.rows}
        names = {self._key(row) for row in self.rows} - {()}
        taken, rest = list[_Taken](), list[PastedRow]()
        for row in pasted.rows:
            own = known.pop(row.row_id, None)  # a line that was copied is a new row
            if own is not None:
                stored = copy(own)
                own |= row.texts
                if any(_plain(stored, name) != _plain(own, name) for name in own):
                    taken.append(_Taken(row, own, stored))
                else:
                    paste.there.append(row.number)
            elif self._key(row.texts) in names:
                paste.there.append(row.number)
            elif self.is_open or len(self.rows) < self.formset.cap:
                before = copy(self.target) if self.is_open else None
                new = self._next_row()
                new |= {**self.inherited, **self._implied(row.texts), **row.texts}
                taken.append(_Taken(row, new, before))
            else:
                rest.append(row)
                paste.beyond += 1
        return taken, rest

    def _next_row(self) -> Texts:
        """Return the row that takes the next line: the one pasted into, or a new one behind the last."""
        if self.is_open:
            self.is_open = False
            return self.target
        initial = {name: f.initial for name, f in self.formset.row_fields.items() if f.initial}
        row = {name: [str(value)] for name, value in (initial | self.formset.new_row()).items()}
        self.at = self.at + 1 if self.at >= 0 else len(self.rows)
        self.rows.insert(self.at, row)
        self.at = self.at if self.target else -1
        return row

    def _key(self, texts: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
        """Return the words that tell a row from the others; nothing while it has no name."""
        name, (otherwise, _) = self.main.field, self.main.otherwise
        said = [fold("".join(texts.get(part, ()))) for part in filter(None, (name, otherwise))]
        if not any(said):
            return ()
        apart = ("".join(texts.get(part, ())) for part in _APART.get(name, ()))
        return (*said, *(read_month(text) or fold(text) for text in apart))

    # --- What the form says of them ---

    def _posted(self) -> QueryDict:
        data, prefix = copy(self.data), self.formset.prefix
        data[f"{prefix}-TOTAL_FORMS"] = str(len(self.rows))
        for index, row in enumerate(self.rows):
            for name, texts in row.items():
                data.setlist(f"{prefix}-{index}-{name}", texts)
        return data

    def _form(self) -> StepForm:
        form = self.form_class(
            self._posted(), context=self.context, prefix=str(self.form_class.step)
        )
        form.is_valid()
        return form

    def _row_form(self, form: StepForm, row: Texts) -> RowForm:
        index = next(i for i, one in enumerate(self.rows) if one is row)
        made: RowForm = form.formsets[self.name].forms[index]
        return made

    def _take_offers(
        self, form: StepForm, taken: list[_Taken], left: Collection[str], paste: Paste
    ) -> bool:
        """Write what is offered instead of what was typed, unless it is left; tell whether any was."""
        for one in taken:
            for bound in self._row_form(form, one.row):
                offers = (offered(error) for error in bound.errors.as_data())
                words, text = next((offer for offer in offers if offer[1]), ("", ""))
                key = f"{one.pasted.number} {bound.name}"
                if text and bound.name in one.pasted.texts:
                    typed = shortened("".join(texts_of(bound)))
                    where = _where(one.pasted.number, bound)
                    paste.offers.append(Offer(key, where, typed, words, key not in left))
                    if key not in left:
                        one.row[bound.name] = [text]
        return any(offer.is_taken for offer in paste.offers)

    def _refused(self, form: StepForm, taken: list[_Taken], paste: Paste) -> list[PastedRow]:
        """Tell what is refused, and take away the rows whose name is; return these."""
        out = []
        offered_at = {offer.key for offer in paste.offers}
        for one in list(taken):
            refused = {bound.name: bound for bound in self._row_form(form, one.row) if bound.errors}
            names = (
                {self.main.field, self.main.otherwise[0]} & refused.keys() & one.pasted.texts.keys()
            )
            for bound in refused.values():
                if f"{one.pasted.number} {bound.name}" not in offered_at:
                    kept = "" if names else " La saisie est gardée à ce champ, à corriger."
                    where = _where(one.pasted.number, bound)
                    paste.told.append(f"{where}{NBSP}: {bound.errors[0]}{kept}")
            if names:
                out.append(one)
        for one in out:
            taken.remove(one)
            if one.before is None:
                self.rows[:] = [row for row in self.rows if row is not one.row]
            else:
                one.row.clear()
                one.row |= one.before
        return [one.pasted for one in out]

    def _show(self, form: StepForm, taken: list[_Taken], paste: Paste) -> None:
        filled = {name for one in taken for name, texts in one.pasted.texts.items() if any(texts)}
        filled |= {name for one in taken for name in self._implied(one.pasted.texts)}
        shown = [column for column in self.columns if column.field in filled]
        paste.headings = [column.label for column in shown]
        for one in taken:
            made = self._row_form(form, one.row)
            cells = [_shown_cell(made[column.field]) for column in shown]
            changes = bool(one.pasted.row_id) and one.before is not None
            paste.rows.append(ShownRow(one.pasted.number, cells, changes))
        if taken:
            made = self._row_form(form, taken[0].row)
            paste.taken_over = [
                f"{made[name].label}{NBSP}: {shortened(words_of(made[name], texts_of(made[name])))}"
                for name in self.inherited
                if name not in filled and not any(one.field == name for one in self.lists)
            ]


def _rows_in(data: QueryDict, formset: RowFormSet) -> list[Texts]:
    """Take the rows of a set out of what a page posts, and return them."""
    prefix, rows = formset.prefix, []
    for index in range(int(str(data[f"{prefix}-TOTAL_FORMS"]))):
        start = f"{prefix}-{index}-"
        keys = [key for key in data if key.startswith(start)]
        popped: dict[str, Any] = {key.removeprefix(start): data.pop(key) for key in keys}
        rows.append(popped)
    return rows


def _plain(texts: Texts, name: str) -> list[str]:
    return sorted(
        text.strip().replace("\r\n", "\n") for text in texts.get(name, ()) if text.strip()
    )


def _shown_cell(bound: BoundField) -> ShownCell:
    words = shortened(words_of(bound, texts_of(bound)), _SHOWN)
    return ShownCell(str(bound.label), words, bool(bound.errors))


def _where(number: int, bound: BoundField) -> str:
    return f"ligne{NBSP}{number}, colonne {quoted(str(bound.label))}"
