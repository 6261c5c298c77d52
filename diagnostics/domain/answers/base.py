"""What every answer is: a shape with rows that keep their ids, a mark, a question to the board."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from functools import cache
from typing import Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict, Field, model_serializer, model_validator

from diagnostics.domain.answers.fields import LongText, RowId
from diagnostics.domain.vocabulary import Mark, StepKey


def new_row_id(prefix: str) -> str:
    """Return a short random id for a new row, such as ``o7k2qd``.

    Random rather than counted, so that two people who add a row at once never share an id.
    """
    alphabet = "abcdefghijkmnpqrstuvwxyz23456789"
    return prefix + "".join(secrets.choice(alphabet) for _ in range(5))


class Shape(BaseModel):
    """Base of everything in an answer: unknown keys are refused, values are checked."""

    model_config = ConfigDict(extra="forbid", validate_default=True, use_enum_values=False)


@cache
def _defaults(shape: type[Shape]) -> dict[str, Any]:
    """Return what each field of a shape is when nothing is said, to be compared with."""
    return {
        name: field.get_default(call_default_factory=True)
        for name, field in shape.model_fields.items()
    }


class Row(Shape):
    """A row of an answer; its stable ``id`` lets other rows refer to it.

    ``later``: fields that a later schema added; they are absent from the JSON while nothing is said, so
    that what was stored before reads and is written as it was.
    """

    id_prefix: ClassVar[str]
    later: ClassVar[frozenset[str]] = frozenset()
    id: RowId = Field(description="identifiant stable de la ligne, unique dans l’étape")

    @model_serializer(mode="wrap")
    def _without_later_fields_untold(self, handler: Any) -> dict[str, Any]:
        values: dict[str, Any] = handler(self)
        return {name: value for name, value in values.items() if value or name not in self.later}

    @property
    def is_blank(self) -> bool:
        """Tell whether every field but the id is empty or at its default."""
        defaults = _defaults(type(self)).items()
        return all(getattr(self, name) == empty for name, empty in defaults if name != "id")

    @property
    def emptied(self) -> Self:
        """The same row with nothing in it."""
        return type(self).model_validate({"id": self.id})


def without_ids(value: Any) -> Any:
    """Return a value in JSON less the ids of its rows: a new row posted twice has two ids."""
    if isinstance(value, dict):
        return {name: without_ids(part) for name, part in value.items() if name != "id"}
    return [without_ids(part) for part in value] if isinstance(value, list) else value


class Answer(Shape):
    """Base of the eleven answers: what every step has besides its own content."""

    step: ClassVar[StepKey]

    board_question: LongText = Field("", description="« À trancher en conseil d’administration »")
    mark: Mark | None = Field(None, description="repère de l’équipe")

    @model_validator(mode="after")
    def _row_ids_are_unique(self) -> Self:
        seen: set[str] = set()
        for row in self.all_rows():
            if row.id in seen:
                raise ValueError(f"l’identifiant de ligne « {row.id} » est utilisé deux fois")
            seen.add(row.id)
        return self

    def all_rows(self) -> Iterator[Row]:
        """Yield every row that carries an id, in reading order."""
        for name in type(self).model_fields:
            value = getattr(self, name)
            if isinstance(value, list):
                yield from (item for item in value if isinstance(item, Row))

    def without_blank_rows(self) -> Self:
        """Return the answer less its rows that hold nothing besides their id and their defaults."""
        rows = {
            name: [item for item in value if not (isinstance(item, Row) and item.is_blank)]
            for name, value in self
            if isinstance(value, list)
        }
        return self.model_copy(update=rows)

    def row_ids(self) -> set[str]:
        """Return the ids of the rows of this answer."""
        return {row.id for row in self.all_rows()}

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing at all was answered, marks and board question included."""
        return all(getattr(self, name) == empty for name, empty in _defaults(type(self)).items())

    @property
    def content_is_empty(self) -> bool:
        """Tell whether nothing was answered to the kit's own questions."""
        return all(
            getattr(self, name) == empty
            for name, empty in _defaults(type(self)).items()
            if name not in ("board_question", "mark")
        )
