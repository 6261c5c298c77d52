"""The words of the messages: names as people typed them, quoted, and figures."""

from __future__ import annotations

from collections.abc import Iterable

from diagnostics.typography import enumeration, number, quoted


def named(labels: Iterable[str], conjunction: str = "et") -> str:
    """Return labels between quotation marks, joined as in a sentence."""
    return enumeration(map(quoted, labels), conjunction)


def figure(value: float) -> str:
    """Write a figure with at most one decimal."""
    return number(value, decimals=1)
