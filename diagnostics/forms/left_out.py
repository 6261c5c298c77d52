"""Why rows of the former diagnostic are not in the next one: one text for each."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms

from diagnostics.domain.answers import LONG_TEXT
from diagnostics.domain.vocabulary import StepKey
from diagnostics.forms.fields import TextField
from diagnostics.services.left_out import Place, Written, mark_of

PREFIX = "reason-"
WHAT = {StepKey.OBJECTIVES: "Objectif", StepKey.BOARD_DECISIONS: "Décision"}


@dataclass(frozen=True)
class Entry:
    """A field with the mark of the reason that is stored now (its name, its value), and what somebody
    else wrote there meanwhile."""

    field: forms.BoundField
    mark_name: str
    mark: str
    theirs: str


class ReasonsForm(forms.Form):
    """A text for each row that was left out, with the mark of the reason that the page showed.

    ``rows``: the names of the rows; ``reasons``: what is stored.
    """

    def __init__(
        self, data: Any = None, *, rows: Mapping[Place, str], reasons: Mapping[Place, str]
    ) -> None:
        super().__init__(data)
        self.rows, self.reasons = rows, reasons
        for place, name in rows.items():
            self.fields[field_name(place)] = TextField(
                label=f"{WHAT[place[0]]} «\u00a0{name}\u00a0»",
                max_length=LONG_TEXT,
                rows=2,
                initial=reasons.get(place, ""),
            )

    def entries(self, late: Collection[Place] = ()) -> Iterator[Entry]:
        """Yield each field with what is sent along; ``late``: the rows of which somebody else wrote
        meanwhile."""
        for place in self.rows:
            stored = self.reasons.get(place, "")
            theirs = (stored or "(effacé)") if place in late else ""
            name = field_name(place)
            yield Entry(self[name], f"{name}-id", mark_of(stored), theirs)

    def written(self) -> dict[Place, Written]:
        """Return what was written; the form must be valid."""
        return {
            place: Written(
                self.cleaned_data[field_name(place)],
                str(self.data.get(f"{field_name(place)}-id", "")),
            )
            for place in self.rows
            if field_name(place) in self.data
        }

    @property
    def is_of_rows_that_are_back(self) -> bool:
        """Tell whether a text was typed for a row that is in the diagnostic again."""
        return any(
            name.startswith(PREFIX)
            and not name.endswith("-id")
            and name not in self.fields
            and str(value).strip()
            for name, value in self.data.items()
        )


def field_name(place: Place) -> str:
    """Return the name of the field of a row."""
    return f"{PREFIX}{place[0].value}-{place[1]}"
