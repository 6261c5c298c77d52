"""How hard a password is to guess, whatever it is made of: no rule of composition asks for a digit.

Somebody who guesses tries what people choose: common passwords and words, keys beside one another,
years, and all of it twice. What a password is made of is counted in bits, the cheapest reading of it;
letters that are none of these count for themselves.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Container

MIN_LENGTH = 14
# CNIL (délibération 2022-100) asks for 50 bits where attempts are limited, of a password drawn at random;
# of one that a person chose, what follows counts less than that wherever it recognises anything.
MIN_BITS = 36.0
# Longer ones are as hard as their beginning.
_READ = 64
_SHORTEST_WORD = 4
_LONGEST_WORD = 20

# Keys beside one another in France and elsewhere, and what people recite.
_ROWS = (
    *("azertyuiop", "qsdfghjklm", "wxcvbn", "qwertyuiop", "asdfghjkl", "zxcvbnm"),
    *("abcdefghijklmnopqrstuvwxyz", "01234567890", "1234567890"),
    *("azqswxedcrfvtgbyhnujikolpm", "1a2z3e4r5t6y7u8i9o0p", "1q2w3e4r5t6y7u8i9o0p"),
)
_WALKS = (*_ROWS, *(row[::-1] for row in _ROWS))
_SHORTEST_WALK = 3
# What the tables of common passwords, which speak English, do not have.
_OURS = frozenset(
    {
        *("motdepasse", "password", "azerty", "qwerty", "bonjour", "bonsoir", "soleil", "chocolat"),
        *(
            "doudou",
            "loulou",
            "nounours",
            "jetaime",
            "connexion",
            "bienvenue",
            "secret",
            "administrateur",
        ),
        *("admin", "utilisateur", "rameau", "lerameau", "diagnostic", "ambition", "association"),
        *("fondation", "structure", "facilitateur", "facilitatrice", "compte", "session", "france"),
        *("paris", "lyon", "marseille", "lille", "nantes", "toulouse", "bordeaux", "strasbourg"),
        *("janvier", "fevrier", "mars", "avril", "juin", "juillet", "aout", "septembre", "octobre"),
        *("novembre", "decembre", "printemps", "automne", "hiver", "lundi", "mardi", "mercredi"),
        *("jeudi", "vendredi", "samedi", "dimanche", "nicolas", "camille", "isabelle", "pierre"),
    }
)
_LOOKALIKES = str.maketrans("0134578@$!€", "oleastbasie")

_WORD, _WALK, _YEAR, _AGAIN = (
    14.0,
    8.0,
    7.0,
    1.5,
)  # bits: 20,000 words; a walk, its length and sense
_LETTER, _DIGIT, _OTHER = 4.7, 3.3, 5.0


def bits_to_guess(password: str, common: Container[str]) -> float:
    """Return how many bits a password is worth to somebody who knows how people choose.

    ``common`` are common passwords and words, in lower case.
    """
    text = _plain(password)[:_READ]
    best = [0.0]  # of each beginning
    for end in range(1, len(text) + 1):
        pieces = (
            best[start] + _bits(text, start, end, common) for start in range(max(0, end - 32), end)
        )
        best.append(min(pieces))
    return best[-1]


def _plain(password: str) -> str:
    """Return the letters without accents nor capitals: people guess these as well."""
    parts = unicodedata.normalize("NFKD", password.lower())
    return "".join(char for char in parts if not unicodedata.combining(char))


def _bits(text: str, start: int, end: int, common: Container[str]) -> float:
    """Return the bits of one piece of the text; many more than it is worth when it is no piece."""
    piece = text[start:end]
    if len(piece) == 1:
        return _AGAIN if piece == text[start - 1 : start] else _of_one(piece)
    if piece in text[:start] or piece == text[:start][-len(piece) :]:
        return _AGAIN * 2
    if len(piece) >= _SHORTEST_WALK and any(piece in walk for walk in _WALKS):
        return _WALK
    if _is_word(piece, common):
        return _WORD
    if len(piece) == len("2026") and piece.isdecimal() and piece[:2] in ("19", "20"):
        return _YEAR
    return 1e9


def _of_one(char: str) -> float:
    if char.isdecimal():
        return _DIGIT
    return _LETTER if char.isalpha() else _OTHER


def _is_word(piece: str, common: Container[str]) -> bool:
    if not _SHORTEST_WORD <= len(piece) <= _LONGEST_WORD or piece.isdecimal():
        return False
    letters = piece.translate(_LOOKALIKES)
    return any(word in _OURS or word in common for word in (piece, letters))
