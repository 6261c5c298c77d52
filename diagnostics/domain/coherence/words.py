"""What the rules recognise in the words that people type: without accents, case and little words."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_ACCENTS = re.compile("[\u0300-\u036f]")
_WORD = re.compile(r"\w+")
_LITTLE_WORDS = frozenset(
    ["a", "au", "aux", "d", "de", "des", "du", "en", "et", "l", "la", "le", "les", "un", "une"]
)


@lru_cache(maxsize=4096)  # several rules read the same texts, at each save
def plain(text: str) -> str:
    """Return a text in lower case, without accents, its spaces of every kind made one space."""
    spaced = " ".join(text.casefold().split())
    if spaced.isascii():
        return spaced
    return _ACCENTS.sub("", unicodedata.normalize("NFD", spaced))


@lru_cache(maxsize=4096)
def told_words(text: str) -> tuple[str, ...]:
    """Return the words of a text in their order, less the little ones."""
    return tuple(word for word in _WORD.findall(plain(text)) if word not in _LITTLE_WORDS)


@lru_cache(maxsize=4096)
def words(text: str) -> frozenset[str]:
    """Return the words that tell a text from others: « the same words » are the same set."""
    return frozenset(told_words(text))


def beginning(*stems: str) -> re.Pattern[str]:
    """Return what finds, in a plain text, a word that begins with one of these."""
    return re.compile(rf"\b(?:{'|'.join(stems)})")
