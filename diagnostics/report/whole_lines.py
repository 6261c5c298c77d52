"""WeasyPrint sets a line of a drawing whole.

It sets the text of an SVG one letter after the other, so that Arabic letters are not joined, that what
reads from right to left is written from left to right, and that an accent may stand beside its letter.
It goes through the letters of a text by iterating over it: our text has one of them, the whole line.
Only where a drawing places its letters one by one would that be wrong, and none of ours does.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


class WholeLine(str):
    """A text that is set at once."""

    __slots__ = ()

    def __iter__(self) -> Iterator[str]:
        """Yield the line, once."""
        yield str(self)


def install() -> None:
    """Have WeasyPrint set lines whole; once is enough."""
    from weasyprint import svg
    from weasyprint.svg.text import text as letter_by_letter

    def whole_line(drawing: Any, node: Any, font_size: float) -> None:
        if node.text:
            node._etree_node.text = WholeLine(node.text)
        letter_by_letter(drawing, node, font_size)

    svg.text = svg.TAGS["text"] = whole_line
