"""How much room a text takes, without a rendering engine: measuring, wrapping, shortening.

The widths are those of Figtree, in hundredths of an em rounded up, for its regular and its bold
weight (semi-bold is narrower than bold): what fits here fits on the page. A heading is set in
Bricolage Grotesque, at most a tenth wider than bold: its callers count with ``HEADING``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from diagnostics.typography import NBSP, without_loose_end

ELLIPSIS = "…"
_BREAK = re.compile(r"([:;,.]?)\s*\n\s*(?:[•▪◦*–-]\s+)?")
HEADING = 1.12  # how much wider than bold a heading may be

_REGULAR_BY_WIDTH = {
    19: "’‘",
    20: "'",
    21: ".",
    22: "l",
    23: "`,",
    24: "iı",
    25: " \u00a0\u202f",
    26: ";:·|",
    27: "j",
    28: "I",
    30: "!",
    32: '"',
    33: "“”[]",
    34: "r",
    36: "()",
    37: "f°",
    38: "t",
    39: "{}/\\",
    42: "1-",
    44: "_",
    47: "s",
    48: "x",
    49: "k•*",
    50: "z",
    51: "a?",
    52: "vJL",
    53: "y",
    54: "7",
    55: "ceF3–",
    56: "hnuT2«»^",
    57: "69$§~ß",
    58: "oqP5ø",
    59: "bdg",
    60: "pE",
    61: "KY",
    62: "BSX8…",
    63: "R4+×=<>#−",
    65: "Z0&",
    67: "€",
    68: "A",
    69: "D",
    70: "V",
    71: "U",
    73: "C",
    76: "GH",
    78: "NOQ",
    79: "w%Ø",
    85: "M",
    86: "m",
    88: "æ",
    96: "W",
    99: "@œ",
    101: "Æ",
    110: "—",
    114: "Œ",
}
_BOLD_BY_WIDTH = {
    22: "’‘",
    24: " \u00a0\u202f",
    25: "l'.",
    26: ",·|",
    27: "i`ı",
    29: "I",
    30: "j",
    31: ";:",
    32: "!",
    35: "[]",
    38: "r°",
    39: "()",
    40: "f{}",
    41: "t-",
    42: '“”"',
    43: "1",
    44: "/\\_",
    47: "s•",
    48: "z",
    49: "*",
    52: "?",
    53: "§",
    54: "akxL",
    55: "c–",
    56: "evFJ37$",
    57: "hnu",
    58: "y269ø",
    59: "oET5^ß",
    60: "bdq",
    61: "gpPS",
    62: "B8",
    64: "Z4+×=<>«»#−",
    65: "RY0&",
    67: "K~",
    68: "X",
    70: "D€",
    71: "U…",
    72: "A",
    73: "CV",
    75: "GH",
    78: "N",
    79: "OQØ",
    82: "%",
    84: "w",
    86: "M",
    88: "mæ",
    99: "W",
    100: "@œ",
    102: "Æ",
    110: "—",
    112: "Œ",
}
# Signs that people paste, in bold, in our fonts or in DejaVu, which stands in where ours have none.
_SIGNS_BY_WIDTH = {
    20: "\u2009",
    25: "‚",
    27: "′",
    30: "¹¡",
    34: "ª",
    37: "²³º",
    41: "‹›„",
    42: "‐‑",
    45: "″⁰⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉",
    47: "ⁿ¿",
    50: "†‡\u2002",
    55: "⁺⁻¢",
    60: "µ¶£¥",
    64: "‴₹®÷±◦",
    69: "√▪αγδ",
    72: "‒₣₤₽β\u2007",
    77: "↑↓▶►",
    84: "π©←→↔⇐⇒⇔↗↘≤≥≈≠∞✓✗¼",
    88: "Ω½●○™",
    95: "☐¾■□",
    104: "―\u2003⅓⅔",
    121: "№",
    144: "‰",
}


def _by_character(groups: dict[int, str]) -> dict[str, int]:
    return {c: width for width, characters in groups.items() for c in characters}


_WIDTHS = {False: _by_character(_REGULAR_BY_WIDTH), True: _by_character(_BOLD_BY_WIDTH)}
_REGULAR = frozenset(_WIDTHS[False])
for _widths in _WIDTHS.values():
    for _sign, _width in _by_character(_SIGNS_BY_WIDTH).items():
        _widths.setdefault(_sign, _width)
# Those of our own fonts: the others come in as they are met, and none depends on which came before.
_OWN_WIDTHS = {bold: dict(widths) for bold, widths in _WIDTHS.items()}
# What nobody sees: control codes but tabs and line feeds, soft hyphens, spaces of no width, marks of
# direction. Joiners are left: emoji and Persian need them.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x84\x86-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u206f\ufeff\ufff9-\ufffb]"
)
_LINE_ENDS = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_FIRST_STRONG = {"L": False, "R": True, "AL": True}
_OTHER_LETTERS = {"R": 74, "AL": 82}  # Hebrew, Arabic: more than letters take in a word
_UNKNOWN = 130  # an ideogram, an emoji: another font, at worst this wide


def _is_latin(character: str) -> bool:
    """Tell whether a character is a letter with an accent that Figtree has."""
    return character.isalpha() and ("\u00c0" <= character <= "\u024f" or "Ḁ" <= character <= "ỿ")


def _character_width(character: str, bold: bool) -> int:
    widths = _WIDTHS[bold]
    width = widths.get(character)
    if width is None:
        base = unicodedata.normalize("NFD", character)[0] if _is_latin(character) else ""
        takes_none = unicodedata.category(character) in {"Mn", "Me", "Cf"}
        unknown = _OTHER_LETTERS.get(unicodedata.bidirectional(character), _UNKNOWN)
        width = 0 if takes_none else _OWN_WIDTHS[bold].get(base, unknown) + 2
        if len(widths) < 5_000:
            widths[character] = width
    return width


def plain(text: str) -> str:
    """Return a text as drawings set it: letters with their accents in one sign (NFC), line feeds as the
    only ends of lines, nothing that nobody sees."""
    if text.isascii() and text.isprintable():
        return text
    return unicodedata.normalize("NFC", _UNSEEN.sub("", _LINE_ENDS.sub("\n", text)))


def reads_leftwards(text: str) -> bool:
    """Tell whether a text is to be set from right to left: its first letter is Arabic, Hebrew…"""
    if text.isascii():
        return False
    directions = (_FIRST_STRONG.get(unicodedata.bidirectional(sign)) for sign in text)
    return next((found for found in directions if found is not None), False)


@lru_cache(maxsize=4096)
def is_known(text: str) -> bool:
    """Tell whether our own fonts have every letter: another font may be higher."""
    return all(c in _REGULAR or _is_latin(c) or c in "\n\t" for c in text)


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """Return the width of a line of text set at ``size``, in the unit of ``size``."""
    try:
        hundredths = sum(map(_WIDTHS[bold].__getitem__, text))
    except KeyError:  # a sign that is met for the first time, or one too many to be kept
        hundredths = sum(_character_width(character, bold) for character in text)
    return hundredths * size / 100


def _split_word(word: str, width: float, size: float, bold: bool) -> list[str]:
    """Cut a word that is wider than a line into pieces that fit."""
    pieces, current, used = [], "", 0.0
    for character in word:
        step = text_width(character, size, bold=bold)
        if current and used + step > width:
            pieces.append(current)
            current, used = "", 0.0
        current += character
        used += step
    return [*pieces, current]


def wrap(text: str, width: float, size: float, *, bold: bool = False) -> list[str]:
    """Break a text into lines of at most ``width``; its own line breaks are kept, words that are too
    wide are cut."""
    return list(_wrapped(text, width, size, bold))


@lru_cache(maxsize=4096)  # a page that is fitted measures the same texts again and again
def _wrapped(text: str, width: float, size: float, bold: bool) -> tuple[str, ...]:
    return tuple(line for lines in _paragraphs(text, width, size, bold) for line in lines)


def _paragraphs(text: str, width: float, size: float, bold: bool) -> list[list[str]]:
    """Return the lines of each paragraph that holds something."""
    found = (_flow(part, width, size, bold) for part in plain(text).split("\n"))
    return [lines for lines in found if lines]


def _words(text: str, width: float, size: float, bold: bool) -> Iterator[str]:
    """Yield what a line may end after; what is held together by no-break spaces, when that is wider than a
    line, in its own words."""
    for word in text.replace("\t", " ").split(" "):
        if NBSP in word and text_width(word, size, bold=bold) > width:
            yield from filter(None, word.split(NBSP))
        elif word:
            yield word


def _flow(text: str, width: float, size: float, bold: bool) -> list[str]:
    space = text_width(" ", size, bold=bold)
    lines: list[str] = []
    current, used = "", 0.0
    for word in _words(text, width, size, bold):
        needed = text_width(word, size, bold=bold)
        if current and used + space + needed <= width:
            current, used = f"{current} {word}", used + space + needed
            continue
        if current:
            lines.append(current)
        *whole, current = _split_word(word, width, size, bold) if needed > width else [word]
        lines.extend(whole)
        used = text_width(current, size, bold=bold)
    if current:
        lines.append(current)
    return lines


_Paragraphs = tuple[tuple[str, ...], ...]


def fit(text: str, width: float, size: float, *, lines: int, bold: bool = False) -> list[str]:
    """Wrap a text into at most ``lines`` lines; the last one ends in « … » when it was cut.

    Line breaks that leave no room become points: « rencontrer · former ».
    """
    return [line for some in _fitted(text, width, size, lines, bold) for line in some]


def _fitted(text: str, width: float, size: float, lines: int, bold: bool) -> _Paragraphs:
    """Return the lines of each paragraph of a text, at most ``lines`` in all."""
    # Far more than could fit is not even measured.
    start = text[: int(lines * width / size * 8) + 50]
    return _start_fitted(start, width, size, lines, bold)


@lru_cache(maxsize=2048)  # a drawing says what it said the last time, but for what was typed since
def _start_fitted(start: str, width: float, size: float, lines: int, bold: bool) -> _Paragraphs:
    return tuple(map(tuple, _fit(start, width, size, lines, bold)))


def _fit(start: str, width: float, size: float, lines: int, bold: bool) -> list[list[str]]:
    paragraphs = _paragraphs(start, width, size, bold)
    if sum(map(len, paragraphs)) <= lines:
        return paragraphs
    if len(paragraphs) > 1:
        paragraphs = _paragraphs(_on_one_line(plain(start).strip()), width, size, bold)
    (wrapped,) = paragraphs
    if len(wrapped) <= lines:
        return paragraphs
    last = wrapped[lines - 1]
    while last and text_width(last + ELLIPSIS, size, bold=bold) > width:
        last = last[:-1]
    space = last.rfind(" ")
    if not wrapped[lines - 1].endswith(last) and space > 0.6 * len(last):
        last = last[:space]  # a whole word rather than a piece of it, unless it costs the line
    return [_ended([*wrapped[: lines - 1], last])]


def _ended(lines: list[str]) -> list[str]:
    """Return lines of a text that was cut, up to a word that can end."""
    left, found = len(without_loose_end(" ".join(lines))), []
    for line in lines:
        if left > 0:
            found.append(line[:left])
        left -= len(line) + 1
    return [*found[:-1], found[-1] + ELLIPSIS]


def _on_one_line(text: str) -> str:
    """Write a point for each line break that follows no other sign."""
    return _BREAK.sub(lambda found: f"{found[1]} " if found[1] else " · ", text)


@lru_cache(maxsize=4096)
def clip(text: str, width: float, size: float, *, lines: int, bold: bool = False) -> str:
    """Shorten a text to what fits in ``lines`` lines of ``width``; its own line breaks are kept."""
    fitted = _fitted(text, width, size, lines, bold)
    return "\n".join(" ".join(paragraph) for paragraph in fitted)
