"""Our drawings as PNG pictures, for what cannot show SVG: the Word report.

resvg draws them. It applies the weights of a variable font itself, so no static font is made, but
it takes fonts as files and not as woff2: Figtree is unpacked once per process, into a folder of
its own that goes with the process.

resvg picks one font for a whole line and replaces it blindly when a character is missing. So we
choose: a line that Figtree cannot write is written in a font of the machine, smaller since those
are wider, and the machine's fonts are only read for such a drawing.
"""

from __future__ import annotations

import tempfile
import threading
import unicodedata
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.conf import settings

from diagnostics.domain.reading.texts import xml_text

SVG = "http://www.w3.org/2000/svg"
FAMILY = "Figtree"
# Family, file of an npm package; the first one writes all that it can.
FONT_FILES = {
    FAMILY: "@fontsource-variable/figtree/files/figtree-latin-wght-normal.woff2",
    "Noto Emoji": "@fontsource/noto-emoji/files/noto-emoji-emoji-400-normal.woff2",
}
# The first of them that the machine has; DejaVu comes with Pango on Debian and knows most scripts.
OTHER_FAMILIES = "DejaVu Sans, Noto Sans, Arial, sans-serif"
OTHER_SCALE = 0.86
# Spaces that a font lacks are drawn from its plain one.
SPACES = frozenset(code for code in range(0x3000) if unicodedata.category(chr(code)) == "Zs")
# Names in a font: family, full name, typographic family.
_NAME_IDS = {1, 4, 16}


class PictureError(ValueError):
    """The drawing is not an SVG document that can be drawn."""


@dataclass(frozen=True)
class _Fonts:
    """The unpacked fonts: their folder (removed with it), their files, what Figtree can write."""

    folder: tempfile.TemporaryDirectory[str]
    files: list[str]
    characters: frozenset[int]


_lock = threading.Lock()


def _fonts() -> _Fonts:
    """Return the fonts, unpacked once per process: two threads would remove each other's folder."""
    with _lock:
        return _unpacked()


@cache
def _unpacked() -> _Fonts:
    from fontTools.ttLib import TTFont

    folder = tempfile.TemporaryDirectory(prefix="rameau-fonts-")
    files, characters = [], frozenset(SPACES)
    for family, name in FONT_FILES.items():
        path = Path(folder.name) / f"{Path(name).stem}.ttf"
        with TTFont(Path(settings.NODE_MODULES) / name) as font:
            for record in font["name"].names:  # Figtree's file calls itself « Figtree Light »
                if record.nameID in _NAME_IDS:
                    record.string = family
            font.flavor = None
            font.save(path)
            if family == FAMILY:
                characters |= frozenset(font.getBestCmap())
        files.append(str(path))
    return _Fonts(folder, files, characters)


def _parse(svg: str) -> ET.Element:
    # A drawing of ours, where what people typed is escaped: it declares no entity.
    try:
        return ET.fromstring(xml_text(svg))  # noqa: S314  (a drawing of ours)
    except ET.ParseError as error:
        raise PictureError(str(error)) from error


def alternative(svg: str) -> str:
    """Return what a drawing says in words: its ``<title>``; empty when it has none."""
    return (_parse(svg).findtext(f"{{{SVG}}}title") or "").strip()


def proportions(svg: str) -> float:
    """Return the height of a drawing over its width, from its ``viewBox``."""
    try:
        _left, _top, width, height = map(float, _parse(svg).get("viewBox", "").split())
        return height / width
    except (ValueError, ZeroDivisionError) as error:
        raise PictureError("the drawing says no size") from error


def _choose_fonts(drawing: ET.Element) -> bool:
    """Write each line in a font that has its characters; tell whether the machine's are needed."""
    known, found = _fonts().characters, False
    for line in drawing.iter(f"{{{SVG}}}text"):
        if not known.issuperset(map(ord, "".join(line.itertext()))):
            found = True
            line.set("font-family", OTHER_FAMILIES)
            if size := line.get("font-size"):
                line.set("font-size", f"{float(size) * OTHER_SCALE:.1f}")
    return found


def svg_to_png(svg: str, *, width: int) -> bytes:
    """Draw an SVG as a PNG of ``width`` pixels, on white.

    Raises PictureError when the SVG is malformed. Characters that no font of the machine has are
    empty boxes: what stands in a drawing also stands in a table beside it.
    """
    import resvg_py

    ET.register_namespace("", SVG)
    drawing = _parse(svg)
    needs_more_fonts = _choose_fonts(drawing)
    try:
        return resvg_py.svg_to_bytes(
            svg_string=ET.tostring(drawing, encoding="unicode"),
            width=width,
            background="#ffffff",
            font_files=_fonts().files,
            sans_serif_family=FAMILY,
            skip_system_fonts=not needs_more_fonts,
        )
    except ValueError as error:
        raise PictureError(str(error)) from error
