"""French typography: numbers, amounts, dates, quotes and spaces as people expect to read them.

A leaf module of pure functions; templates reach it through ``{% load french %}``.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

NBSP = "\u00a0"  # before : % € K€ and inside « »
NNBSP = "\u202f"  # before ; ! ? and between thousands
MINUS = "−"
APOSTROPHE = "’"
NAME_LENGTH = 60  # characters of a row’s name within a sentence
# Words that announce another: a text that is cut does not end on them.
_ANNOUNCING = (
    "à|afin|au|autour|aux|avec|car|ce|ces|cet|cette|chaque|chez|comme|contre|dans|de|des|dès|"
    "dont|du|elle|en|entre|est|et|être|grâce|il|ils|je|la|le|les|leur|leurs|lors|mais|malgré|"
    "ne|ni|nos|notre|nous|on|ont|or|ou|où|par|parmi|pas|plus|pour|puis|quand|que|qui|sa|sans|"
    "se|selon|ses|si|son|sont|sous|sur|très|trop|un|une|vers|via|vos|votre"
)
MONTHS = (
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
)

_FIRST_WORD = re.compile(r"[^\W\d_]+(?:\u0301|\u0300|\u0302|\u0308|\u0327|[^\W\d_])*")
# A word that « de » contracts or clashes with, and the vowels before which nothing is elided.
_NO_ELISION = frozenset(
    [
        "a",
        "au",
        "aux",
        "d",
        "de",
        "des",
        "du",
        "l",
        "la",
        "le",
        "les",
        "un",
        "une",
        "onze",
        "onzieme",
        "oui",
        "ouistiti",
        "ouate",
        "uhlan",
    ]
)
_SPELT_WITH_A_VOWEL = frozenset("fhlmnrsx")  # « èf », « ache »… in an acronym

# Spaces and ends of lines where a line may end.
_BREAKING = re.compile(r"[ \t-\r\x1c-\x1f\x85\u2028\u2029]+")
_APOSTROPHE = re.compile(r"(?<=\w)'(?=\w)")
_NARROW = re.compile(r" (?=[;!?])")
_WIDE = re.compile(r" (?=[:»%€])")
_BETWEEN_FIGURES = re.compile(r"(?<=\d) ([×–-]) (?=\d)")
_NUMERO = re.compile(r"(?<=[nN]°) (?=\d)")
_QUOTES = re.compile(r'(?<![^\s(«])"([^"\n]+)"(?![^\s.,;:!?)»…])')
_BEFORE_UNIT = re.compile(r"(?<=\d) (?=(?:K€|k€|M€|ETP|ans?|mois|jours?|km|h)\b)")
_LOOSE_SIGNS = " \u00a0\u202f,;:.·–—-(“«/+&"
_LOOSE_WORD = re.compile(rf"[\s’'(](?:{_ANNOUNCING}|[a-z]+[’'])\Z")
_THOUSANDS = re.compile(r"(?<!\d)(\d{1,3}) (?=\d{3}(?!\d))")


def number(value: float, *, decimals: int = 2) -> str:
    """Write a number the French way: ``1 250``, ``2,5``, ``−10``; at most ``decimals`` decimals, half up."""
    is_whole = type(value) is int  # most are: nothing to round
    rounded = f"{value:,}" if is_whole else f"{half_up(value, decimals):,.{decimals}f}"
    whole, _, fraction = rounded.partition(".")
    fraction = fraction.rstrip("0")
    text = whole.replace(",", NNBSP).replace("-", MINUS)
    return f"{text},{fraction}" if fraction else text


def half_up(value: float, decimals: int = 0) -> float:
    """Round as people do, the half away from 0: 2,5 is 3, and 8,45 is 8,5 with one decimal."""
    return float(Decimal(repr(value)).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP))


def percent(value: float) -> str:
    """Write a share: ``33,3 %``."""
    return f"{number(value, decimals=1)}{NBSP}%"


def keur(value: float) -> str:
    """Write an amount in thousands of euros: ``1 250 K€``."""
    return f"{number(value)}{NBSP}K€"


def keur_range(low: float | None, high: float | None, *, unit: str = f"{NBSP}K€") -> str:
    """Write an amount that may be a range: ``250 – 300 K€``; empty when nothing is known."""
    bounds = list(dict.fromkeys(bound for bound in (low, high) if bound is not None))
    if not bounds:
        return ""
    return f"{NBSP}–{NBSP}".join(number(bound) for bound in bounds) + unit


def measure(value: float, unit: str) -> str:
    """Write a value with its unit: ``120 associations``, ``50 %``."""
    return f"{number(value)}{NBSP}{unit}" if unit else number(value)


def count(value: float, singular: str, plural: str) -> str:
    """Write a number with its noun; in French the plural starts at 2."""
    return f"{number(value)}{NBSP}{plural if value >= 2 else singular}"


def of_rows(noun: str) -> str:
    """Write what a list is made of, by the noun of its rows: « d’activités », « de leviers »."""
    return f"d’{noun}s" if noun[0] in "aeiouyéèêœ" else f"de {noun}s"


def one_line(text: str) -> str:
    """Write a text on one line, its own no-break spaces kept."""
    return _BREAKING.sub(" ", text).strip()


def of_name(name: str, noun: str = "la structure") -> str:
    """Write « de » before a structure's name: « d’Alliances », « de Brumelle ».

    Where no rule of spelling decides (a « h » that may be aspirated, an acronym that is spelt out, a
    name that begins with an article, a quotation mark or a figure), a noun stands between: « de la
    structure Hélianthe », « de la structure Les Ateliers ».
    """
    name = one_line(name)
    word = _FIRST_WORD.match(name)
    plain = folded(word.group()) if word else ""
    if not plain.isascii() or plain in _NO_ELISION or not plain or plain[0] == "h":
        return f"de {noun} {name}"
    if plain[0] in "aeiou" or (plain[0] == "y" and plain[1:2] not in set("aeiou")):
        return f"d’{name}"
    if word and word.group().isupper() and plain[0] in _SPELT_WITH_A_VOWEL:
        return f"de {noun} {name}"
    return f"de {name}"


def folded(text: str) -> str:
    """Return a text without accents, ligatures or capitals, however they are written."""
    text = text.replace("œ", "oe").replace("Œ", "oe").replace("æ", "ae").replace("Æ", "ae")
    apart = unicodedata.normalize("NFKD", text)
    return "".join(sign for sign in apart if not unicodedata.combining(sign)).casefold()


def quoted(text: str) -> str:
    """Put a text between French quotation marks."""
    return f"«{NBSP}{text}{NBSP}»"


def french_date(day: dt.date) -> str:
    """Write a date in full: ``1er janvier 2027``."""
    return f"{'1er' if day.day == 1 else day.day}{NBSP}{MONTHS[day.month - 1]}{NBSP}{day.year}"


def french_time(moment: dt.datetime) -> str:
    """Write the hour of a moment, as its clock has it: ``14 h 05``."""
    return f"{moment.hour}{NBSP}h{NBSP}{moment.minute:02}"


def french_moment(moment: dt.datetime) -> str:
    """Write a day and its hour: ``1er janvier 2027 à 9 h 05``."""
    return f"{french_date(moment.date())} à {french_time(moment)}"


def french_month(month: str) -> str:
    """Write ``2027-01`` as ``janvier 2027``; anything else as it stands."""
    if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", month):
        return month
    year, number_of_month = month.split("-")
    return f"{MONTHS[int(number_of_month) - 1]}{NBSP}{year}"


def enumeration(items: Iterable[str], conjunction: str = "et") -> str:
    """Join names as in a sentence: ``a, b et c``."""
    names = list(items)
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} {conjunction} {names[-1]}"


def capitalised(text: str) -> str:
    """Write the first letter as a capital, and leave the rest as it stands."""
    return text[:1].upper() + text[1:]


@lru_cache(maxsize=4096)  # the rules, the pages and the paper name the same rows again and again
def typeset(text: str) -> str:
    """Give a typed text the spaces and apostrophes of French typography.

    Only replaces what is there (a plain space, a straight apostrophe between two letters, a letter and
    its accent by the letter with its accent) and adds no character, so that figures, addresses and codes
    are left alone.
    """
    text = unicodedata.normalize("NFC", text)
    if "'" in text:
        text = _APOSTROPHE.sub(APOSTROPHE, text)
    text = _NARROW.sub(NNBSP, text)
    text = _WIDE.sub(NBSP, text)
    text = text.replace("« ", f"«{NBSP}")
    text = _BETWEEN_FIGURES.sub(rf"{NBSP}\1{NBSP}", text)
    text = _NUMERO.sub(NBSP, text)
    if '"' in text:
        text = _QUOTES.sub(r"“\1”", text)
    text = _BEFORE_UNIT.sub(NBSP, text)
    return _THOUSANDS.sub(rf"\1{NNBSP}", text)


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
    return without_loose_end(cut) + "…"


def without_loose_end(text: str) -> str:
    """Return the start of a text without the signs and the little words that it cannot end on: « des projets
    grâce à une » ends on « projets ». At least half of it is kept."""
    end = text.rstrip(_LOOSE_SIGNS)
    while (found := _LOOSE_WORD.search(end)) and found.start() >= len(text) / 2:
        end = end[: found.start()].rstrip(_LOOSE_SIGNS)
    return end or text
