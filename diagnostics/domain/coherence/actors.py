"""One actor under two names: « CCI » and « Chambre de commerce », « CC des Monts » and its full name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from diagnostics.domain.coherence.words import told_words

# Each usual name is written in its first form. Names are read word by word, less the little words.
_LEVEL = "(?:territoriale|regionale)s?"
_USUAL_NAMES = [
    (re.compile(pattern), name)
    for pattern, name in (
        (
            rf"\b(?:cci|chambres? (?:{_LEVEL} )?commerce(?: industrie)?)(?: {_LEVEL})?\b",
            "cci",
        ),
        (r"\b(?:cma|chambres? metiers?(?: artisanat)?)\b", "cma"),
        (r"\bconseils? region(?:al|aux)\b", "region"),
        (r"\bconseils? (?:departement(?:al|aux)|gener(?:al|aux))\b", "departement"),
        (r"\b(?:direccte|drieets|deets)\b", "dreets"),
        (r"\bddets ?pp\b", "ddets"),
        (r"\bchambres? regionales? (?:ess|economie sociale solidaire)\b", "cress"),
        (r"\bmouvement entreprises france\b", "medef"),
        (r"\bcgpme\b", "cpme"),
        (r"\bcpca\b", "mouvement associatif"),
    )
]
# What says of what kind an actor is, and not which one.
_KINDS = (
    re.compile(
        r"^c[cau]\b|\b(?:epci|intercommunalites?|metropoles?|agglomerations?"
        r"|communautes? (?:communes|agglomerations?|urbaines?))\b"
    ),
    re.compile(r"\b(?:universites?|iae|iut)\b"),
)
_CHAMBERS = frozenset({"cci", "cma"})


@dataclass(frozen=True)
class Name:
    """A name as it is compared: its words and, for each kind that it is of, those that are left."""

    words: frozenset[str]
    left: tuple[frozenset[str] | None, ...]


@lru_cache(maxsize=4096)
def read_name(text: str) -> Name:
    """Return the name of an actor with its usual names in their first form."""
    told = " ".join(told_words(text))
    for pattern, name in _USUAL_NAMES:
        told = pattern.sub(name, told)
    left = [pattern.subn("", told) for pattern in _KINDS]
    return Name(
        frozenset(told.split()),
        tuple(frozenset(rest.split()) if found else None for rest, found in left),
    )


def is_same_actor(one: str, other: str) -> bool:
    """Tell whether two names are those of one actor.

    The words of one are all in the other; or both are intercommunalités (or both of a university)
    and what tells them from others of their kind is so.
    """
    first, second = read_name(one), read_name(other)
    pairs = [(first.words, second.words), *zip(first.left, second.left, strict=True)]
    return any(a and b and (a <= b or b <= a) for a, b in pairs)


def is_chamber(name: str) -> bool:
    """Tell whether an actor is a CCI or a CMA (a chambre d'agriculture or a CRESS is none)."""
    return not _CHAMBERS.isdisjoint(read_name(name).words)
