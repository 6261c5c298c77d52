"""The PDF itself: few renderings, each looked at from several sides."""

from __future__ import annotations

import dataclasses
import io
import logging

import pypdf
import pytest

from diagnostics.report import pdf
from diagnostics.report.pdf import render_pdf, render_report_html
from tests.report_samples import demo, empty, filled, report


@pytest.fixture(autouse=True)
def complaints(caplog):
    """Fail on anything WeasyPrint says of our own templates and style sheets."""
    pdf.refused_addresses.clear()
    with caplog.at_level(logging.WARNING, logger="weasyprint"):
        yield
    assert [record.getMessage() for record in caplog.records] == []
    assert pdf.refused_addresses == []


def read(data: bytes) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(data), strict=True)


def fonts_of(reader: pypdf.PdfReader) -> set[tuple[str, bool]]:
    """Return (name, embedded) of every font."""
    found = set()
    for page in reader.pages:
        for reference in page["/Resources"].get("/Font", {}).values():
            font = reference.get_object()
            descendant = font["/DescendantFonts"][0].get_object()
            embedded = any(name.startswith("/FontFile") for name in descendant["/FontDescriptor"])
            found.add((font["/BaseFont"].split("+")[-1], embedded))
    return found


def outline_of(reader: pypdf.PdfReader) -> list[tuple[int, str]]:
    def walk(items, level):
        for item in items:
            if isinstance(item, list):
                yield from walk(item, level + 1)
            else:
                yield level, item.title

    return list(walk(reader.outline, 0))


def synthesis_only(content):
    """Leave the other pages out but one: rendering 60 rows of everything costs a minute."""
    board = dataclasses.replace(content.board, decisions=[], calendar=[])
    board = dataclasses.replace(board, questions=board.questions[:1])
    return dataclasses.replace(
        content, chapters=[], remaining=[], board=board, workshops=[], glossary=[]
    )


def test_the_demo_report():
    reader = read(render_pdf(render_report_html(report(demo("sorelle")))))

    assert 10 <= len(reader.pages) <= 14
    assert reader.metadata.title == "Passerelles en Sorelle — Ambition 2026–2029"
    root = reader.trailer["/Root"]
    assert root["/Lang"] == "fr"
    assert root["/MarkInfo"]["/Marked"] == True  # noqa: E712  (a BooleanObject)
    assert b"pdfuaid:part" in root["/Metadata"].get_object().get_data()
    fonts = fonts_of(reader)
    assert {embedded for _, embedded in fonts} == {True}
    assert {name.split("-")[0] for name, _ in fonts} == {"Figtree", "Bricolage"}
    assert {"Figtree-Bold", "Bricolage-Grotesque-Bold"} <= {name for name, _ in fonts}
    texts = [page.extract_text() for page in reader.pages]
    assert "Synthèse en une page" in texts[1]
    assert "Ce que nous demandons au conseil" in texts[1]
    assert "Axe 1" in texts[2]
    (wide,) = [page for page in reader.pages if page.mediabox.width > page.mediabox.height]
    assert "Fil rouge" in wide.extract_text()
    assert "Relié à rien" in wide.extract_text()
    assert f"3 / {len(texts)}" in texts[2].replace("\n", " ")
    assert (0, "Couverture") in outline_of(reader)
    assert (1, "Synthèse en une page") in outline_of(reader)
    assert (2, "2.3 Positionnement\u00a0: deux cercles d’influence") in outline_of(reader)


def test_short_reports():
    sizes = {}
    for name, document in [("brumelle", demo("brumelle")), ("empty", empty())]:
        reader = read(render_pdf(render_report_html(report(document, number=None))))
        sizes[name] = len(reader.pages)
        assert "Synthèse en une page" in reader.pages[1].extract_text()
        assert "Reste à compléter" in "".join(page.extract_text() for page in reader.pages)

    assert 6 <= sizes["brumelle"] <= 8
    assert sizes["empty"] <= 4  # without a thread: there is nothing to tie


@pytest.mark.parametrize("text", ["W", "Structure d’accompagnement "])
def test_the_synthesis_is_one_page_even_when_every_field_is_filled_to_its_cap(text):
    content = report(filled(text, rows=60, to_caps=True), number=None)

    reader = read(render_pdf(render_report_html(synthesis_only(content))))

    assert len(reader.pages) == 4  # cover, synthesis, decisions, annex
    synthesis = reader.pages[1].extract_text()
    assert "Synthèse en une page" in synthesis
    assert "autres décisions" in synthesis.replace("\n", " ")
    assert "Décisions soumises" in reader.pages[2].extract_text()


def test_the_thread_is_one_page_however_many_rows_there_are():
    content = report(filled("Structure d’accompagnement ", rows=60, to_caps=True), number=None)
    content = dataclasses.replace(synthesis_only(content), chapters=content.chapters[:1])

    reader = read(render_pdf(render_report_html(content)))

    wide = [page for page in reader.pages if page.mediabox.width > page.mediabox.height]
    assert ["Fil rouge" in page.extract_text() for page in wide] == [True]
    assert "Les mêmes liens sont écrits" in wide[0].extract_text()


def test_long_answers_in_every_field_are_printed_whole():
    word = "anticonstitutionnellement" * 4
    reader = read(render_pdf(render_report_html(report(filled(word, rows=1), number=None))))

    letters = "".join(page.extract_text() for page in reader.pages).replace("-", "")
    assert "".join(letters.split()).count(word) >= 30


HOSTILE = (
    '<link rel=attachment href="file:///etc/passwd">'
    "<style>@import 'http://127.0.0.1:9/a.css'</style>"
    '<img src="http://127.0.0.1:9/b.png"><svg><image href="file:///etc/passwd"/></svg>'
    "\"'>{{ 7 }}{% now %}url(http://127.0.0.1:9/c)"
)


def test_typed_markup_is_text_and_reaches_nothing():
    reader = read(render_pdf(render_report_html(report(filled(HOSTILE), number=None))))

    text = "".join("".join(page.extract_text() for page in reader.pages).split())
    assert text.count("<linkrel=attachmenthref=") >= 20
    assert "{{7}}{%now%}" in text
    assert list(reader.attachments) == []
    assert "/EmbeddedFiles" not in reader.trailer["/Root"].get("/Names", {})
    assert "root:" not in text


@pytest.mark.parametrize(
    "markup",
    [
        "<link rel=attachment href='file:///etc/passwd'>",
        "<link rel=stylesheet href='http://127.0.0.1:9/a.css'>",
        "<style>@import 'file:///etc/hosts'</style>",
        "<style>p { background: url(data:image/png;base64,AA) }</style>",
        "<p><img src='data:image/svg+xml,<svg/>' alt='x'></p>",
        "<svg role='img'><title>x</title><image href='http://127.0.0.1:9/b'/></svg>",
    ],
)
def test_the_renderer_itself_refuses_every_other_address(markup, caplog):
    """The second lock: were markup to come through, nothing would be fetched."""
    html = f"<!doctype html><html lang='fr'><title>x</title><body><p>x</p>{markup}</body></html>"

    reader = read(render_pdf(html))

    assert len(pdf.refused_addresses) == 1
    assert list(reader.attachments) == []
    pdf.refused_addresses.clear()
    caplog.clear()
