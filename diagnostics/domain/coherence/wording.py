"""The words of the messages: names as people typed them, shortened and quoted."""

from __future__ import annotations

import re
from collections.abc import Iterable

from diagnostics.typography import NBSP, enumeration, number, quoted, typeset

NAME_LENGTH = 60


def name_of(text: str, noun: str, index: int) -> str:
    """Return a row's name between quotation marks, or ``l’activité 3`` when it has none."""
    return quoted(shortened(text)) if text else f"{noun}{NBSP}{index + 1}"


def named(labels: Iterable[str], conjunction: str = "et") -> str:
    """Return labels between quotation marks, joined as in a sentence."""
    return enumeration(map(quoted, labels), conjunction)


def shortened(text: str, limit: int = NAME_LENGTH) -> str:
    """Return a text on one line, typeset, cut between two words; its own quotation marks nest."""
    line = re.sub(r"\s*\n\s*", " ", text) if "\n" in text else text
    line = typeset(line[: limit + 20])  # its quotation marks may take less room
    if "«" in line or "»" in line:
        line = re.sub(r"\s*»", "”", re.sub(r"«\s*", "“", line))
    if len(line) <= limit:
        return line
    cut = line[: limit - 1]
    space = max(cut.rfind(" "), cut.rfind(NBSP))
    if space > limit // 2:
        cut = cut[:space]
    return cut.rstrip(" \u00a0\u202f,;:.–—-(“") + "…"


def figure(value: float) -> str:
    """Write a figure with at most one decimal."""
    return number(value, decimals=1)
