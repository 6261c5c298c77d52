"""Texts of the kit that are lists, in one field each: a line for each, a dash before what is inside."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from diagnostics.forms.fields import TextField
from diagnostics.typography import NBSP, count

LINE_TEXT = 2_000
MAX_LINES = 60
# « - », or the dash that a word processor makes of it; a second one is one level further inside.
_MARKED = re.compile(r"([-–—•]{1,4})\s+")

# A paragraph with those inside: {"text": …, "children": [paragraphs]}.
Paragraph = dict[str, Any]


def write_paragraphs(paragraphs: Any, depth: int = 0) -> str:
    """Write paragraphs as they are edited: a line each, « - » before those inside the one above."""
    return "\n".join(_written(paragraphs, depth))


def _written(paragraphs: Any, depth: int) -> Iterator[str]:
    for paragraph in paragraphs if isinstance(paragraphs, list) else ():
        if not isinstance(paragraph, dict):
            continue
        text = " ".join(str(paragraph.get("text", "")).split("\n"))
        yield f"{'-' * depth} {text}" if depth else text
        yield from _written(paragraph.get("children"), depth + 1)


def read_paragraphs(text: str) -> list[Paragraph]:
    """Read what :func:`write_paragraphs` wrote; raises ValidationError, with the number of the line."""
    found: list[Paragraph] = []
    open_ones: list[list[Paragraph]] = [found]
    for number, line in enumerate(text.split("\n"), 1):
        line = line.strip()
        if not line:
            continue
        marked = _MARKED.match(line)
        depth = len(marked[1]) if marked else 0
        if depth >= len(open_ones):
            above = "un paragraphe" if depth == 1 else f"un tiret de moins ({'-' * (depth - 1)})"
            raise ValidationError(
                f"Ligne{NBSP}{number}{NBSP}: ce qui commence par {'-' * depth} suit {above}."
            )
        paragraph: Paragraph = {"text": line[marked.end() :] if marked else line, "children": []}
        open_ones[depth].append(paragraph)
        open_ones[depth + 1 :] = [paragraph["children"]]
    return found


class LinesField(TextField):
    """A list of texts, a line each; an empty line is none."""

    def __init__(self, *, rows: int = 5, **kwargs: Any) -> None:
        super().__init__(max_length=LINE_TEXT * MAX_LINES, rows=rows, **kwargs)

    def write(self, value: Any) -> str:
        """Write the list as it is edited."""
        return "\n".join(map(str, value)) if isinstance(value, list) else ""

    def read(self, text: str) -> list[Any]:
        """Read what was typed."""
        return [line.strip() for line in text.split("\n") if line.strip()]

    def prepare_value(self, value: Any) -> Any:
        """Show a stored list as it is edited, and what was typed as it was typed."""
        return value if isinstance(value, str) else self.write(value)

    def clean(self, value: Any) -> Any:
        """Return the list."""
        text = super().clean(value)
        for number, line in enumerate(text.split("\n"), 1):
            over = len(line) - LINE_TEXT
            if over > 0:
                raise ValidationError(
                    f"Ligne{NBSP}{number}{NBSP}: {count(over, 'caractère', 'caractères')} de trop."
                )
        if len(lines := self.read(text)) > MAX_LINES:
            raise ValidationError(f"{MAX_LINES} lignes au plus{NBSP}: il y en a {len(lines)}.")
        return lines

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Tell whether what was typed is another list."""
        return self.to_python(data) != self.to_python(self.write(initial))


class ParagraphsField(LinesField):
    """Paragraphs, each with those inside it: a line each, « - » before those inside the one above."""

    def write(self, value: Any) -> str:
        """Write the paragraphs as they are edited."""
        return write_paragraphs(value)

    def read(self, text: str) -> list[Any]:
        """Read what was typed."""
        return read_paragraphs(text)


class KitText(TextField):
    """A text of the kit; one that the field would only spell otherwise did not change."""

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Tell whether another text was typed."""
        return self.to_python(initial) != self.to_python(data)


class LongLine(forms.TextInput):
    """A line of text that is as wide as the page allows (static/css/admin.css)."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"class": "kit-line"} | (attrs or {}))
