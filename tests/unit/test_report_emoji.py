"""Emoji cost what letters cost, and are legible on every machine."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import pypdf
import pytest
from django.conf import settings
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen

from diagnostics.report import pdf
from tests.pdf_checks import render_pdf

ROCKET = "🚀"


def page(text: str) -> str:
    return (
        f'<!doctype html><html lang="fr"><title>x</title><body class="r-report"><p>{text}</p></body>'
        "</html>"
    )


def fonts(reader: pypdf.PdfReader) -> set[str]:
    return {
        str(font.get_object()["/BaseFont"]).partition("+")[2]
        for sheet in reader.pages
        for font in sheet["/Resources"].get("/Font", {}).values()
    }


def pictures(reader: pypdf.PdfReader) -> int:
    return sum(
        drawn.get_object()["/Subtype"] == "/Image"
        for sheet in reader.pages
        for drawn in sheet["/Resources"].get("/XObject", {}).values()
    )


def test_many_emoji_are_printed_whole_and_none_is_a_picture():
    """On several pages."""
    reader = pypdf.PdfReader(io.BytesIO(render_pdf(page(f"mot {ROCKET} " * 1_000))))

    assert len(reader.pages) > 1
    assert "".join(sheet.extract_text() for sheet in reader.pages).count(ROCKET) == 1_000
    assert pictures(reader) == 0
    assert fonts(reader) == {"Figtree", "Noto-Emoji"}


def test_emoji_of_every_kind_have_a_glyph(caplog):
    """One person, a skin, a family, a flag, a key, one of Unicode 15; letters stay letters."""
    typed = "Été 2026 ✅ ❤️ 👩🏽‍🚀 👨‍👩‍👧 🇫🇷 1️⃣ 🪻 # * ©"

    reader = pypdf.PdfReader(io.BytesIO(render_pdf(page(typed))))

    text = reader.pages[0].extract_text()
    invisible = "\ufe0f\u20e3\u200d"
    assert [c for c in typed if c not in text and c not in invisible] == []
    assert not [r for r in caplog.records if "unsupported by fonts" in r.getMessage()]
    assert "Noto-Emoji" in fonts(reader)


def a_coloured_font(path: Path) -> None:
    """Write a font whose only letter, a rocket, is a red square."""
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder([".notdef", "rocket", "square"])
    builder.setupCharacterMap({ord(ROCKET): "rocket"})
    pen = TTGlyphPen(None)
    for draw, corner in ((pen.moveTo, (0, 0)), *((pen.lineTo, c) for c in ((0, 800), (800, 800)))):
        draw(corner)
    pen.closePath()
    triangle = pen.glyph()
    builder.setupGlyf(dict.fromkeys((".notdef", "rocket", "square"), triangle))
    builder.setupHorizontalMetrics(dict.fromkeys((".notdef", "rocket", "square"), (900, 0)))
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable({"familyName": "Noto Color Emoji", "styleName": "Regular"})
    builder.setupOS2()
    builder.setupPost()
    builder.setupCOLR({"rocket": [("square", 0)]})
    builder.setupCPAL([[(1.0, 0.0, 0.0, 1.0)]])
    path.parent.mkdir(parents=True)
    builder.save(path)


SCRIPT = f"""
import sys
from django.conf import settings
settings.configure(BASE_DIR={str(settings.BASE_DIR)!r}, NODE_MODULES={str(settings.NODE_MODULES)!r})
from diagnostics.report import pdf
sys.stdout.buffer.write(pdf.print_html({page(ROCKET)!r}).pdf)
"""


@pytest.mark.parametrize(
    ("configuration", "font"),
    [
        (pdf.FONTCONFIG_FILE, "Noto-Emoji"),
        # Proves that the font would be found.
        pytest.param("/etc/fonts/fonts.conf", "Noto-Color-Emoji", marks=pytest.mark.thorough),
    ],
    ids=["ours", "the machine's"],
)
def test_a_coloured_font_of_the_machine_is_left_aside(tmp_path, configuration, font):
    a_coloured_font(tmp_path / "fonts" / "coloured.ttf")
    environment = {"XDG_DATA_HOME": str(tmp_path), "FONTCONFIG_FILE": str(configuration)}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        cwd=settings.BASE_DIR,
        env=os.environ | environment | {"XDG_CACHE_HOME": str(tmp_path / "cache")},
        capture_output=True,
        check=True,
    )
    found = fonts(pypdf.PdfReader(io.BytesIO(done.stdout)))
    assert font in found
    assert len(found & {"Noto-Emoji", "Noto-Color-Emoji"}) == 1
