"""Texts as word processors paste them, and writings made plain to be recognised."""

from __future__ import annotations

import re
import unicodedata

# Word's soft return and page break, and Unicode's own separators.
_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x1c\x1d\x1e\u2028\u2029]")
_NEXT_LINE = "\x85"  # a line end, or « … » of a Windows code page
# What is left of « Cc » (less the line feed, the tabulation and the NUL, which is refused), soft
# hyphens, zero-width spaces, bidirectional controls, what Unicode says is no character. Joiners stay:
# they make one emoji of several, and letters of some scripts.
INVISIBLE = re.compile(
    "[\x01-\x08\x0e-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064"
    "\u2066-\u206f\ufdd0-\ufdef\ufeff\ufff9-\ufffb\ufffe\uffff"
    + "".join(chr(plane << 16 | end) for plane in range(1, 17) for end in (0xFFFE, 0xFFFF))
    + "]"
)
# What a file in XML (Word, a workbook, a drawing) cannot hold; of texts that were kept by an older
# release, or are no answers.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_WINDOWS_LETTERS = re.compile("[\x80\x82-\x84\x86-\x8c\x8e\x91-\x9c\x9e\x9f]")
# Bullets, squares, ticks and arrows of Symbol and Wingdings, which fall in the private area.
_SYMBOL_FONT = re.compile("[\uf020-\uf0ff]")
_SYMBOL_LETTERS = {"\uf020": " ", "\uf02d": "-", "\uf0e0": "→", "\uf0e8": "→", "\uf0f0": "→"}


def read_text(typed: str, *, is_line: bool = False) -> str:
    """Return a text as it is kept: composed letters (NFC), line feeds alone, nothing invisible.

    Every line separator becomes a line feed, or a space when the text is one line (``is_line``), never
    nothing. A NUL is left, to be refused. Reading twice changes nothing more.
    """
    text = _LINE_ENDS.sub("\n", typed)
    if _NEXT_LINE in text:
        text = text.replace(_NEXT_LINE, "…" if _WINDOWS_LETTERS.search(text) else "\n")
    text = _WINDOWS_LETTERS.sub(lambda found: found[0].encode("latin-1").decode("cp1252"), text)
    text = _SYMBOL_FONT.sub(lambda found: _SYMBOL_LETTERS.get(found[0], "•"), text)
    text = unicodedata.normalize("NFC", INVISIBLE.sub("", text))
    return re.sub(r"[\n\t]+", " ", text) if is_line else text


def xml_text(text: str) -> str:
    """Leave out the characters that an XML document cannot hold."""
    return _NOT_XML.sub("", text)


_VULGAR = {"½": "1/2", "⅓": "1/3", "⅔": "2/3", "¼": "1/4", "¾": "3/4", "⅕": "1/5"}


def written(typed: str) -> str:
    """Return a written number with plain spaces, lower case, no invisible mark."""
    text = unicodedata.normalize("NFC", INVISIBLE.sub("", typed)).lower()
    for sign, spelled in _VULGAR.items():
        text = text.replace(sign, spelled)
    text = text.replace("’", "'").replace("−", "-").replace("‑", "-").replace("‐", "-")
    text = text.replace("٫", ",").replace("٬", "").replace("_", " ")
    digits = "".join(
        str(unicodedata.digit(c)) if c.isdigit() and unicodedata.digit(c, None) is not None else c
        for c in text
    )
    spaced = re.sub(r"\s+", " ", digits).strip(" .;:")
    return re.sub(r"^([+-]) (?=\d)", r"\1", spaced)
