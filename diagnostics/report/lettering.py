"""How much room a text takes, without a rendering engine: measuring, wrapping, shortening.

The widths are those of Figtree, in hundredths of an em, the larger of its regular and bold
weights: an estimate that is never too small, so that what fits here fits on the page.
"""

from __future__ import annotations

import unicodedata

ELLIPSIS = "…"

_CHARACTERS_BY_WIDTH = {
    22: "’‘",
    24: " \u00a0\u202f",
    26: "',.l|·:;",
    28: "`iIj",
    32: '!"',
    38: "[]rft()°",
    42: "-{}",
    44: "/1\\_“”",
    48: "szxJ•",
    52: "*k?Lav",
    56: "$37Fce§–y",
    58: "269hnuTø",
    60: "5ET^bdoqß",
    62: "8BPSgp",
    64: "#+4<=>Z«»×−",
    66: "&0RY",
    68: "KX~",
    70: "D€A",
    72: "U…",
    74: "CV",
    76: "GH",
    78: "N",
    82: "OQØ©%",
    84: "w",
    88: "mæM",
    100: "@Wœ",
    102: "Æ",
    114: "Œ—",
}
_WIDTHS = {c: width for width, characters in _CHARACTERS_BY_WIDTH.items() for c in characters}
_UNKNOWN = 125  # an ideogram, an emoji: another font, at worst this wide


def _character_width(character: str) -> int:
    width = _WIDTHS.get(character)
    if width is None:
        decomposed = unicodedata.normalize("NFD", character)
        width = 0 if unicodedata.combining(character) else _WIDTHS.get(decomposed[0], _UNKNOWN) + 2
        if len(_WIDTHS) < 5_000:
            _WIDTHS[character] = width
    return width


def text_width(text: str, size: float) -> float:
    """Return the width of a line of text set at ``size``, in the unit of ``size``."""
    return sum(map(_character_width, text)) * size / 100


def _split_word(word: str, width: float, size: float) -> list[str]:
    """Cut a word that is wider than a line into pieces that fit."""
    pieces, current, used = [], "", 0.0
    for character in word:
        step = text_width(character, size)
        if current and used + step > width:
            pieces.append(current)
            current, used = "", 0.0
        current += character
        used += step
    return [*pieces, current]


def wrap(text: str, width: float, size: float) -> list[str]:
    """Break a text into lines of at most ``width``; words that are too wide are cut."""
    space = text_width(" ", size)
    lines: list[str] = []
    current, used = "", 0.0
    for word in text.replace("\n", " ").replace("\t", " ").split(" "):
        if not word:
            continue
        needed = text_width(word, size)
        if current and used + space + needed <= width:
            current, used = f"{current} {word}", used + space + needed
            continue
        if current:
            lines.append(current)
        *whole, current = _split_word(word, width, size) if needed > width else [word]
        lines.extend(whole)
        used = text_width(current, size)
    if current:
        lines.append(current)
    return lines


def fit(text: str, width: float, size: float, *, lines: int) -> list[str]:
    """Wrap a text into at most ``lines`` lines; the last one ends in « … » when it was cut."""
    # Far more than could fit is not even measured.
    wrapped = wrap(text[: int(lines * width / size * 8) + 50], width, size)
    if len(wrapped) <= lines:
        return wrapped
    last = wrapped[lines - 1]
    while last and text_width(last + ELLIPSIS, size) > width:
        last = last[:-1]
    space = last.rfind(" ")
    if not wrapped[lines - 1].endswith(last) and space > 0.6 * len(last):
        last = last[:space]  # a whole word rather than a piece of it, unless it costs the line
    return [*wrapped[: lines - 1], last.rstrip(" ,;:.\u00a0\u202f(«–-") + ELLIPSIS]


def clip(text: str, width: float, size: float, *, lines: int) -> str:
    """Shorten a text to what fits in ``lines`` lines of ``width``."""
    return " ".join(fit(text, width, size, lines=lines))
