"""Markup of many small pieces, written in a third of the time that ``format_html`` takes.

A page with the answers of a diagnostic has ten thousand: cells, and elements of drawings. Django asks of each
piece whether it is a translation to come and looks for its markup in several ways; most are plain texts.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import Any

from django.utils.html import conditional_escape
from django.utils.safestring import SafeString


def markup(shape: str, *pieces: Any) -> SafeString:
    """Put pieces into the places of a shape (``{}``), escaped unless they are markup."""
    return SafeString(shape.format(*map(_escaped, pieces)))  # safe: ours, and each piece is escaped


def markup_of(pieces: Iterable[Any]) -> SafeString:
    """Put pieces one after the other, escaped unless they are markup."""
    return SafeString("".join(map(_escaped, pieces)))  # safe: each piece is escaped


def markup_for(shape: str, rows: Iterable[Iterable[Any]]) -> SafeString:
    """Write a shape for each row of pieces, one after the other."""
    return markup_of(markup(shape, *row) for row in rows)


def _escaped(piece: Any) -> str:
    if type(piece) is SafeString:
        return piece
    # What Django does in the end, for whatever is not just a text.
    return escape(piece) if type(piece) is str else str(conditional_escape(piece))
