"""What an example of the kit fills in: rows and fields of its step, checked against the answer's shape.

A prefill is a list of entries ``{"formset": name, "values": {field: value}}``: with the name of a set of
rows, a new row of it; with None, fields of the step's own (those of a column are « now-fte »). The values
are those that the answer's JSON holds. The kit's file, the administration and the step's page read it
here, so that what one accepts the others can show.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, cast

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from diagnostics.domain.answers import ANSWER_SHAPES, STEPS, Answer, Row, RowSet
from diagnostics.domain.malformed import Malformed, Problem, problems_of
from diagnostics.domain.vocabulary import StepKey
from diagnostics.typography import enumeration, quoted

Scalar = str | int | float | bool
Values = dict[str, Scalar]
# The team's own, in every step: no example speaks for it.
_OF_THE_TEAM = ("mark", "board_question")
# What says that a link is left out on purpose: links are none of an example's.
_OF_LINKS = ("serves_none",)
MAX_ENTRIES = 12


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    formset: str | None
    values: Annotated[dict[str, Scalar], Field(min_length=1)]


_ENTRIES = TypeAdapter(Annotated[list[_Entry], Field(max_length=MAX_ENTRIES)])


@dataclass(frozen=True)
class Filled:
    """What one entry fills in: a row of the set ``formset``, or fields of the step's own (no row).

    ``answer``: an answer that holds that alone.
    """

    formset: str | None
    values: Values
    answer: Answer

    @property
    def row(self) -> Row | None:
        """The row, with an id that means nothing; None for fields of the step's own."""
        return getattr(self.answer, self.formset)[0] if self.formset else None


def read_prefill(step: StepKey, payload: Any) -> list[Filled]:
    """Return what an example of a step fills in, entry by entry.

    Raises Malformed, with every problem and its place: no list of entries, a set of rows or a field that
    the step has not, a value that the answer would not keep as it is, a row that says nothing.
    """
    entries = _read_entries(payload)
    filled, problems = list[Filled](), list[Problem]()
    for index, entry in enumerate(entries):
        try:
            filled.append(_read_entry(step, entry))
        except Malformed as error:
            problems += [Problem(_inside(index, p.path), p.reason) for p in error.problems]
    if problems:
        raise Malformed(problems)
    return filled


def check_prefill(step: str, payload: Any) -> None:
    """Refuse what the step cannot show as an example: raises Malformed, see :func:`answer_of`.

    A step that is none of the field's has no page and no fields: entries are all that is looked for.
    """
    if step in set(StepKey):
        answer_of(StepKey(step), payload)
    else:
        _read_entries(payload)


def row_sets_to_fill(step: StepKey) -> dict[str, RowSet[Any]]:
    """Return the sets of rows that an example can add to, by name; rows that are always there are none."""
    return {rows.field: rows for rows in STEPS[step].row_sets if not rows.is_fixed}


def fields_to_fill(rows: RowSet[Any]) -> list[str]:
    """Return the fields of a row that an example can fill in: an id, and links to rows of a diagnostic,
    are not the kit's to give."""
    left_out = ("id", *rows.links, *_OF_LINKS)
    return [name for name in rows.row.model_fields if name not in left_out]


def own_fields_to_fill(step: StepKey) -> list[str]:
    """Return the fields of a step's own that an example can fill in, those of a column as « now-fte »."""
    return list(_own_fields(ANSWER_SHAPES[step]))


def _read_entries(payload: Any) -> list[_Entry]:
    try:
        return _ENTRIES.validate_python(payload)
    except ValidationError as error:
        raise Malformed(problems_of(error)) from error


def _inside(index: int, path: str) -> str:
    return f"[{index}]" if path == "$" else f"[{index}].{path}"


def _read_entry(step: StepKey, entry: _Entry) -> Filled:
    if entry.formset is None:
        return _read_fields(step, entry.values)
    known = row_sets_to_fill(step)
    if entry.formset not in known:
        reason = f"cette étape n’a pas de lignes {quoted(entry.formset)}"
        names = enumeration([quoted(name) for name in known])
        raise Malformed([Problem("formset", f"{reason}{f' (elle a {names})' if known else ''}")])
    return _read_row(known[entry.formset], entry.values)


def _read_row(rows: RowSet[Any], values: Values) -> Filled:
    _refuse_unknown(values, fields_to_fill(rows))
    row_id = f"{rows.row.id_prefix}1"
    try:
        answer = rows.shape.model_validate({rows.field: [{"id": row_id, **values}]})
    except ValidationError as error:
        raise Malformed(_at_values(error, skipped=2)) from error
    row = getattr(answer, rows.field)[0]
    _refuse_changed(values, row.model_dump(mode="json"))
    if row.is_blank or (rows.placed_by and row.model_copy(update={rows.placed_by: None}).is_blank):
        raise Malformed([Problem("values", "cette ligne resterait vide")])
    return Filled(rows.field, values, answer)


def _read_fields(step: StepKey, values: Values) -> Filled:
    """Read fields of the step's own; those of a column are named « column-field »."""
    nested: dict[str, Any] = {}
    _refuse_unknown(values, own_fields_to_fill(step))
    for name, value in values.items():
        column, _, field = name.partition("-")
        if field:
            nested.setdefault(column, {})[field] = value
        else:
            nested[name] = value
    try:
        answer = ANSWER_SHAPES[step].model_validate(nested)
    except ValidationError as error:
        raise Malformed(_at_values(error)) from error
    kept = answer.model_dump(mode="json")
    flat = {
        name: kept[name.partition("-")[0]][name.partition("-")[2]] if "-" in name else kept[name]
        for name in values
    }
    _refuse_changed(values, flat)
    return Filled(None, values, answer)


def _own_fields(shape: type[Answer]) -> Iterator[str]:
    """Yield the names of the fields of a step's own form that hold one value."""
    for name, field in shape.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from (f"{name}-{inner}" for inner in kind.model_fields)
        elif name not in _OF_THE_TEAM and not isinstance(
            field.get_default(call_default_factory=True), list
        ):
            yield name


def _refuse_unknown(values: Values, known: list[str]) -> None:
    unknown = [name for name in values if name not in known]
    if unknown:
        raise Malformed(
            [Problem(f"values.{name}", "un exemple ne remplit pas ce champ") for name in unknown]
        )


def _refuse_changed(values: Values, kept: Mapping[str, Any]) -> None:
    """Refuse a value that the answer reads as another: the page would not show what the kit says."""
    changed = [
        Problem(f"values.{name}", f"la réponse en garderait {_told(kept.get(name))}")
        for name, value in values.items()
        if kept.get(name) != value
        or isinstance(kept.get(name), bool) is not isinstance(value, bool)
    ]
    if changed:
        raise Malformed(changed)


def _told(value: Any) -> str:
    return "rien" if value in ("", None) else quoted(str(value))


def _at_values(error: ValidationError, *, skipped: int = 0) -> list[Problem]:
    """Say the problems of an answer at the places of the entry: « values.now-fte »."""
    found = []
    for problem, detail in zip(
        problems_of(error), cast("Any", error.errors(include_url=False)), strict=True
    ):
        name = "-".join(str(part) for part in detail["loc"][skipped:])
        found.append(Problem(f"values.{name}" if name else "values", problem.reason))
    return found


def prefill_of(step: StepKey, answer: Answer) -> list[dict[str, Any]]:
    """Return the prefill that an answer to a step says: its rows, then the fields of its own.

    What is left at its default is not said, nor links, marks and the question to the board.
    """
    values = answer.model_dump(mode="json")
    blank = ANSWER_SHAPES[step]().model_dump(mode="json")
    own: Values = {}
    for name in _own_fields(type(answer)):
        column, _, field = name.partition("-")
        value, default = values[column], blank[column]
        if field:
            value, default = value[field], default[field]
        if value != default:
            own[name] = value
    entries: list[dict[str, Any]] = [{"formset": None, "values": own}] if own else []
    for name, rows in row_sets_to_fill(step).items():
        for row in getattr(answer, name):
            said, empty = row.model_dump(mode="json"), row.emptied.model_dump(mode="json")
            kept = {
                f: said[f] for f in fields_to_fill(rows) if f in said and said[f] != empty.get(f)
            }
            if kept:
                entries.append({"formset": name, "values": kept})
    return entries


def answer_of(step: StepKey, payload: Any) -> Answer:
    """Return the answer of a step where nothing was written before an example was taken.

    Raises Malformed when the payload is no prefill of the step, or has too many rows.
    """
    values: dict[str, Any] = {}
    for index, filled in enumerate(read_prefill(step, payload), 1):
        said = filled.answer.model_dump(mode="json", exclude_unset=True)
        for name, value in said.items():
            if isinstance(value, list):
                for row in value:
                    row["id"] = f"{row['id'][:1]}{index}"
                values.setdefault(name, []).extend(value)
            elif isinstance(value, dict):
                values.setdefault(name, {}).update(value)
            else:
                values[name] = value
    try:
        return ANSWER_SHAPES[step].model_validate(values)
    except ValidationError as error:
        raise Malformed(problems_of(error)) from error
