"""Whatever signs people paste, each has a glyph, and reads the right way."""

from __future__ import annotations

import logging
import unicodedata
from xml.etree import ElementTree

import pytest

from diagnostics.report.diagrams.svg import END, RIGHT_TO_LEFT, label, sized_drawing, text, write
from diagnostics.report.diagrams.thread import board_thread_svg
from diagnostics.report.lettering import plain, reads_leftwards, text_width, wrap
from tests.pdf_checks import read, render_pdf
from tests.report_samples import drawings_of, filled

SVG = "{http://www.w3.org/2000/svg}"
SIGNS = "‐‑‒–—― ′″‴ ‰ ¹²³⁰⁴⁵⁶⁷⁸⁹ⁿ ₂ ←↑→↓↔⇒⇔↗↘ €£¥$¢₣₤₹₽ ×÷≤≥≈≠±∞√ ✓✔✗☐☑ •◦▪●○■□► «ŒœÿŸ» …‹›“”„ №†‡½⅓ Ωαβπ µ"
ARABIC, HEBREW = "الشراكات (Sorelle) بين الجمعيات!", "שותפויות (Sorelle) במרחב?"


def page(*parts: str) -> str:
    return (
        '<!doctype html><html lang="fr"><title>x</title><body class="r-report">'
        f"{''.join(parts)}</body></html>"
    )


def test_every_sign_has_a_glyph(caplog):
    document = filled(f"{SIGNS[:40]} ", rows=1)
    drawings = [svg for _, a in document.answers.given() for svg in drawings_of(a, document)]
    drawings.append(board_thread_svg(document))
    drawings += [
        sized_drawing("x", 700, 30, "x", [text(0, 20, SIGNS, size=12, weight=weight)])
        for weight in (400, 700)
    ]
    sizes = ("h2", "p", "b", "i")
    texts = [f"<{tag}>{SIGNS} {ARABIC} {HEBREW}</{tag}>" for tag in sizes]

    with caplog.at_level(logging.WARNING, logger="weasyprint"):
        printed = read(render_pdf(page(*texts, *drawings)))

    assert [record.getMessage() for record in caplog.records] == []
    said = unicodedata.normalize("NFKC", "".join(sheet.extract_text() for sheet in printed.pages))
    wanted = set(unicodedata.normalize("NFKC", SIGNS))
    assert wanted - set(said) <= {" "}


def test_a_line_of_a_drawing_is_set_whole():
    """Letter by letter, Arabic letters are not joined, and run the wrong way."""
    drawing = sized_drawing("x", 700, 30, "x", [text(0, 20, ARABIC, size=12, anchor="start")])

    printed = read(render_pdf(page(drawing)))

    shown = printed.pages[0].get_contents().get_data().count(b" Tm")
    assert shown < 6  # one for the line, some for the foot of the page; letter by letter: 32


@pytest.mark.parametrize("typed", [ARABIC, HEBREW])
def test_what_reads_leftwards_starts_from_the_right_with_its_signs_in_place(typed):
    drawn = sized_drawing("x", 700, 60, "x", [write(label(typed, 100, 0, 130, 12.5, lines=3))])

    lines = list(ElementTree.fromstring(drawn).iter(f"{SVG}text"))
    assert len(lines) > 1
    assert {(line.get("text-anchor"), line.get("x")) for line in lines} == {("end", "230")}
    assert {(line.text[0], line.text[-1]) for line in lines} == {(RIGHT_TO_LEFT, END)}
    words = " ".join(line.text.strip(RIGHT_TO_LEFT + END) for line in lines)
    assert words == typed


@pytest.mark.parametrize(
    ("typed", "leftwards"),
    [(ARABIC, True), (HEBREW, True), ("Sorelle", False), ("12 " + HEBREW, True), ("« é »", False)]
    + [("Sorelle " + ARABIC, False), ("", False), ("2029", False)],
)
def test_the_first_letter_says_which_way_a_text_reads(typed, leftwards):
    assert reads_leftwards(typed) is leftwards


@pytest.mark.parametrize(
    ("typed", "drawn"),
    [
        (unicodedata.normalize("NFD", "Éclairé à Œuvre"), "Éclairé à Œuvre"),
        ("a\u200bb\ufeffc\u00add\u2060e", "abcde"),
        ("a\x00b\x07c\x80d\x9fe", "abcde"),
        ("a\r\nb\rc\u2028d\x85e", "a\nb\nc\nd\ne"),
        ("\u202bشراكة\u202c\u200f", "شراكة"),
        ("👩\u200d🚀", "👩\u200d🚀"),
        ("tab\tulé", "tab\tulé"),
    ],
)
def test_what_nobody_sees_is_neither_drawn_nor_measured(typed, drawn):
    assert plain(typed) == drawn
    assert wrap(typed, 500, 12) == wrap(drawn, 500, 12)
    svg = sized_drawing("x", 700, 30, "x", [text(0, 20, typed, size=12)])
    (line,) = ElementTree.fromstring(svg).iter(f"{SVG}text")
    assert (line.text or "").strip(RIGHT_TO_LEFT + END) == drawn


def test_accents_and_joiners_take_no_room():
    assert text_width("e\u0301", 10) == text_width("e", 10)
    assert text_width("a\u200db", 10) == text_width("ab", 10)
