"""What a step is, told once: its shape, its sets of rows, and what it needs to be complete.

Each step's module ends with its :class:`StepDescriptor`, ``STEP``. Whatever goes through all steps
or all rows (completeness, links, codes, forms, the blank kit) reads the descriptors and knows no
step by name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast, get_args

from diagnostics.domain.answers.base import Answer, Row, Shape
from diagnostics.domain.vocabulary import StepKey
from diagnostics.typography import NBSP, capitalised, quoted, shortened

if TYPE_CHECKING:
    from diagnostics.domain.document import Answers, DiagnosticDocument

A = TypeVar("A", bound=Answer)
R = TypeVar("R", bound=Shape)
# What is missing: the form field to go to (without the step's prefix), and the words.
Found = Iterator[tuple[str, str]]
# By row id: how a row is called, or its code.
Labels = dict[str, str]


@dataclass(frozen=True, eq=False)
class RowSet(Generic[R]):
    """A set of rows of a step, in the field ``field`` of its shape.

    ``noun``: what people call a row; ``name``: what they typed that names it, empty when nothing
    does; ``letter``: that of the codes (« O2 »), empty when rows have none; ``links``: for each
    field that holds ids of rows, the sets that these rows are of; ``placed_by``: the field that says
    in which group a row stands, where rows stand in groups.
    """

    shape: type[Answer]
    field: str
    noun: str
    name: Callable[[R], str]
    letter: str = ""
    links: Mapping[str, tuple[RowSet[Any], ...]] = dataclass_field(default_factory=dict)
    placed_by: str = ""

    @property
    def row(self) -> type[R]:
        """The shape of a row."""
        return cast("type[R]", get_args(self.shape.model_fields[self.field].annotation)[0])

    @property
    def is_fixed(self) -> bool:
        """Tell whether the rows are always there: such rows carry no id."""
        return not issubclass(self.row, Row)

    @property
    def key(self) -> str:
        """The field that says which row it is: its id; of fixed rows, their first field."""
        return next(iter(self.row.model_fields)) if self.is_fixed else "id"

    @property
    def cap(self) -> int:
        """The number of rows at most; fixed rows are as many as there are."""
        bounds = [
            bound.max_length
            for bound in self.shape.model_fields[self.field].metadata
            if hasattr(bound, "max_length")
        ]
        return bounds[0] if bounds else len(getattr(self.shape(), self.field))

    def of(self, answers: Answers) -> list[R]:
        """Return the rows among the answers, none while the step has no answer."""
        answer = answers.get(self.shape.step)
        return cast("list[R]", getattr(answer, self.field)) if answer else []

    def mention(self, row: R, position: int, *, article: str = "") -> str:
        """Name a row in a sentence: what names it, quoted, or « activité 3 » after the article.

        ``position`` counts from 1, in the whole table.
        """
        name = self.name(row)
        return quoted(shortened(name)) if name else f"{article}{self.noun}{NBSP}{position}"

    def labels(self, answers: Answers) -> Labels:
        """Return what each row is called, by its id: its name, or « Activité 3 »."""
        return {
            _id(row): self.name(row) or capitalised(f"{self.noun}{NBSP}{position}")
            for position, row in enumerate(self.of(answers), 1)
        }

    def codes(self, answers: Answers) -> Labels:
        """Return the code of each row by its id: its letter and its position, as « O2 »."""
        return {
            _id(row): f"{self.letter}{position}" for position, row in enumerate(self.of(answers), 1)
        }


def _id(row: Shape) -> str:
    return cast(Row, row).id


@dataclass(frozen=True, eq=False)
class StepDescriptor(Generic[A]):
    """A step: its shape, its sets of rows, and what completes it.

    ``missing`` says what an answer lacks, in reading order (it also takes the whole document);
    ``first_field`` is the form field to go to while there is no answer; ``paper_rows`` the number
    of empty rows on the blank kit.
    """

    shape: type[A]
    missing: Callable[[A, DiagnosticDocument], Found]
    row_sets: tuple[RowSet[Any], ...] = ()
    first_field: str = "rows"
    paper_rows: int = 0

    @property
    def key(self) -> StepKey:
        """The key of the step."""
        return self.shape.step


def drop_dangling(row_sets: Iterable[RowSet[Any]], answers: Answers) -> None:
    """Leave out, in place, the links of some sets of rows to rows that are no longer there."""
    for row_set in row_sets:
        for name, targets in row_set.links.items():
            known = {_id(row) for target in targets for row in target.of(answers)}
            for row in row_set.of(answers):
                value = getattr(row, name)
                if isinstance(value, list):
                    setattr(row, name, [link for link in value if link in known])
                elif value not in known:
                    setattr(row, name, None)
