"""What people call the rows of a step: « Objectif 2 : Étendre le réseau »."""

from __future__ import annotations

from dataclasses import dataclass

from diagnostics.domain.answers import STEPS
from diagnostics.domain.document import Answers
from diagnostics.domain.vocabulary import StepKey
from diagnostics.typography import NBSP, capitalised, shortened


@dataclass(frozen=True)
class NamedRow:
    """A row of a step: its key (its id; of fixed rows, their first field), the heading that its page
    gives it (« Objectif 2 »), what was typed that names it, and the id of its place in the page."""

    key: str
    heading: str
    name: str
    anchor: str

    @property
    def label(self) -> str:
        """How it is told in one line."""
        return f"{self.heading}{NBSP}: {shortened(self.name)}" if self.name else self.heading


def named_rows(answers: Answers, step: StepKey) -> list[NamedRow]:
    """Return the rows of a step, in the order of its page; none while it has no answer."""
    return [
        NamedRow(
            key=str(getattr(row, row_set.key)),
            heading=capitalised(f"{row_set.noun}{NBSP}{position}"),
            name=row_set.name(row),
            anchor=f"{step}-{row_set.field}-{position - 1}",
        )
        for row_set in STEPS[step].row_sets
        for position, row in enumerate(row_set.of(answers), 1)
    ]
