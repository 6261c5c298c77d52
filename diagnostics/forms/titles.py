"""The titles of the chapters of the report: one for each, empty to have the rule's."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms

from diagnostics.domain.document import MAX_CHAPTER_TITLE
from diagnostics.domain.vocabulary import ChapterKey
from diagnostics.forms.fields import TextField
from diagnostics.services.titles import WrittenTitle, mark_of_title


@dataclass(frozen=True)
class TitleEntry:
    """A field with the mark of the title that is stored now (its name, its value), and what somebody
    else wrote there meanwhile."""

    field: forms.BoundField
    mark_name: str
    mark: str
    theirs: str


class TitlesForm(forms.Form):
    """A title for each chapter. ``by_rule``: what the rules say; ``stored``: what was written."""

    def __init__(
        self, data: Any = None, *, by_rule: Mapping[ChapterKey, str], stored: Mapping[str, str]
    ) -> None:
        super().__init__(data)
        self.stored = stored
        for key in ChapterKey:
            self.fields[f"title-{key.value}"] = TextField(
                label=key.label,
                max_length=MAX_CHAPTER_TITLE,
                initial=stored.get(key, ""),
                help_text=f"Par règle\u00a0: {by_rule[key]}",
            )

    def entries(self, late: Collection[ChapterKey] = ()) -> Iterator[TitleEntry]:
        """Yield each field with what is sent along; ``late``: the chapters whose title somebody else
        wrote meanwhile."""
        for key in ChapterKey:
            name, stored = f"title-{key.value}", self.stored.get(key, "")
            theirs = (stored or "(titre par règle)") if key in late else ""
            yield TitleEntry(self[name], f"{name}-id", mark_of_title(stored), theirs)

    def written(self) -> dict[ChapterKey, WrittenTitle]:
        """Return what was written; the form must be valid. What was not sent stays as it is."""
        return {
            key: WrittenTitle(self.cleaned_data[name].strip(), str(self.data.get(f"{name}-id", "")))
            for key in ChapterKey
            if (name := f"title-{key.value}") in self.data
        }
