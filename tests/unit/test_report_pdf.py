"""The PDF itself: few renderings, each looked at from several sides."""

from __future__ import annotations

import dataclasses
import logging
import re

import pypdf
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from diagnostics.report import pdf
from diagnostics.report.content import ANNEX_METHOD, Vigilance
from diagnostics.report.pdf import render_report_html, render_synthesis_html
from diagnostics.typography import one_line
from tests.pdf_checks import accessibility_failures, fonts_of, headings_in_order, read, render_pdf
from tests.report_samples import demo, empty, filled, report, without_dangling_links
from tests.shapes import documents


@pytest.fixture(autouse=True)
def complaints(caplog):
    """Fail on anything WeasyPrint says of our own templates and style sheets."""
    with caplog.at_level(logging.WARNING, logger="weasyprint"):
        yield
    # caplog.records would be those of the fixture's own end
    said = [record.getMessage() for record in caplog.get_records("call")]
    assert [message for message in said if "glyph rendered" not in message] == []


def outline_of(reader: pypdf.PdfReader) -> list[tuple[int, str]]:
    return [(level, item.title) for level, item in _bookmarks(reader.outline)]


def _bookmarks(items, level=0):
    for item in items:
        if isinstance(item, list):
            yield from _bookmarks(item, level + 1)
        else:
            yield level, item


def synthesis_only(content):
    """Leave the other pages out but one: rendering 60 rows of everything costs a minute."""
    board = dataclasses.replace(content.board, decisions=[], calendar=[])
    board = dataclasses.replace(board, questions=board.questions[:1])
    vigilance = Vigilance(to_say=["Un point à discuter"], open_count=1)
    return dataclasses.replace(
        content,
        chapters=[],
        annexed=[],
        vigilance=vigilance,
        remaining=[],
        board=board,
        workshops=[],
        glossary=[],
        years=[],
        follow_up=None,
    )


def texts_of(reader: pypdf.PdfReader) -> list[str]:
    return [" ".join(page.extract_text().split()) for page in reader.pages]


def test_the_demo_report_and_its_contents():
    """Its contents, its tags and its body in one test: each process that prints it takes ten seconds."""
    content = report(demo("sorelle"))
    data = render_pdf(render_report_html(content))
    reader = read(data)

    assert len(reader.pages) <= 16
    check_body(reader)
    assert accessibility_failures(data) == []
    assert reader.metadata.title == "Passerelles en Sorelle — Ambition 2026–2029"
    root = reader.trailer["/Root"]
    assert root["/Lang"] == "fr"
    assert root["/MarkInfo"]["/Marked"] == True  # noqa: E712  (a BooleanObject)
    assert b"pdfuaid:part" in root["/Metadata"].get_object().get_data()
    fonts = fonts_of(reader)
    assert {embedded for _, embedded in fonts} == {True}
    assert {name.split("-")[0] for name, _ in fonts} == {"Figtree", "Bricolage"}
    assert {"Figtree-Bold", "Bricolage-Grotesque-Bold"} <= {name for name, _ in fonts}
    texts = texts_of(reader)
    assert "Synthèse en une page" in texts[1]
    assert "Ce que nous demandons au conseil" in texts[1]
    assert "Axes 1 et 2" in texts[2]
    (wide,) = [page for page in reader.pages if page.mediabox.width > page.mediabox.height]
    assert "Fil rouge" in wide.extract_text()
    assert "Sans lien saisi" not in wide.extract_text()
    sha = content.document.sha256()[:12]
    assert sha in texts[0]
    for number, text in enumerate(texts[1:], 2):
        assert f"Version 2 · 4 juin 2026 · {sha} {number} / {len(texts)}" in text
    assert (0, "Couverture") in outline_of(reader)
    assert (1, "Synthèse en une page") in outline_of(reader)
    outline = outline_of(reader)
    start = outline.index((1, content.chapters[0].title))
    assert outline[start : start + 5] == [
        (1, content.chapters[0].title),
        (2, "Axe 1 · Vision du territoire"),
        (3, "1 Situation souhaitée"),
        (2, "Axe 2 · Ambition de la structure"),
        (3, "2.1 Rôles souhaités"),
    ]

    # The contents, on the cover, give the page of each part.
    for title in (content.chapters[1].title, content.chapters[3].title, ANNEX_METHOD):
        shown = " ".join(title.split())
        number = int(re.search(rf"{re.escape(shown)}[. ]*\s*(\d+)", texts[0])[1])
        assert shown in texts[number - 1]


def depth(page: pypdf.PageObject) -> float:
    """How far down the lowest writing of a page stands, drawings included, its foot left out: from 0 to 1."""
    height, foot = float(page.mediabox.height), 18 / 25.4 * 72
    written: list[float] = []

    def note(text: str, cm: list[float], tm: list[float], *_font: object) -> None:
        y = tm[4] * cm[1] + tm[5] * cm[3] + cm[5]
        if text.strip() and y > foot:
            written.append(y)

    page.extract_text(visitor_text=note)
    return (height - min(written)) / height


def check_body(reader: pypdf.PdfReader) -> None:
    """Ten pages at most before the annex, and none is half empty."""
    first = next(
        reader.get_destination_page_number(item)
        for level, item in _bookmarks(reader.outline)
        if level == 1 and item.title.startswith("Annexe")
    )

    assert first <= 10
    depths = [round(depth(page), 2) for page in reader.pages[1:first]]
    assert [found for found in depths if found < 0.5] == []
    heading = "Annexe\u00a0: les tableaux"
    assert heading in reader.pages[first].extract_text().splitlines()[:3]


@pytest.mark.thorough
def test_the_body_of_a_validated_report_is_as_full():
    """As that of the report above."""
    check_body(read(render_pdf(render_report_html(report(demo("arvelle"))))))


def test_the_watermark_goes_once_the_report_is_validated():
    html = {name: render_report_html(report(demo(name))) for name in ("sorelle", "arvelle")}
    assert ('r-project"' in html["sorelle"], 'r-project"' in html["arvelle"]) == (True, False)


def test_a_validated_report_is_accessible():
    html = render_report_html(report(demo("arvelle")))

    data = render_pdf(html)

    assert accessibility_failures(data) == []
    assert {embedded for _, embedded in fonts_of(read(data))} == {True}
    assert headings_in_order(html)


@pytest.mark.thorough
def test_short_reports():
    sizes = {}
    for name, document in [("brumelle", demo("brumelle")), ("empty", empty())]:
        html = render_report_html(report(document, number=None))
        data = render_pdf(html)
        assert accessibility_failures(data) == []
        assert headings_in_order(html)
        reader = read(data)
        assert {embedded for _, embedded in fonts_of(reader)} == {True}
        sizes[name] = len(reader.pages)
        assert "Synthèse en une page" in reader.pages[1].extract_text()
        assert "Reste à compléter" in "".join(page.extract_text() for page in reader.pages)

    assert sizes["brumelle"] <= 10
    assert sizes["empty"] <= 4  # without a thread: there is nothing to tie


TEXTS = ["W", "Structure d’accompagnement ", "i ", "🤝 réseau ", "شراكة محلية ", "Élan"]


# Wide letters, words and another script, as many rows as there may be. Narrow letters, and one row
# of all, leave more room than these; other signs come with any document, below.
CAPS = [
    pytest.param(text, rows, marks=() if short else pytest.mark.thorough)
    for text, rows, short in zip(
        TEXTS, [60, 60, 60, 1, 60, 1], [True, True, False, False, True, False], strict=True
    )
]


@pytest.mark.parametrize(("text", "rows"), CAPS)
def test_the_synthesis_is_one_page_even_when_every_field_is_filled_to_its_cap(text, rows):
    """In the report and alone; its own height is tried, apart from the pages around it."""
    document = filled(text, rows=rows, to_caps=True)
    if text == TEXTS[1]:  # with what the board decided
        decided = read(render_pdf(render_synthesis_html(report(document, number=None))))
        assert len(decided.pages) == 1
    proposed = document.model_copy(update={"opinion": None, "adoption": None, "left_out": []})
    content = report(proposed, number=None)

    whole = read(render_pdf(render_report_html(synthesis_only(content))))
    alone = read(render_pdf(render_synthesis_html(content)))

    # The cover with the contents, the synthesis, the points and the decisions, the annex.
    titles = ["Sommaire", "Synthèse en une page", "Un point à discuter", "Annexe"]
    assert [title in page.extract_text() for title, page in zip(titles, whole.pages, strict=True)]
    assert len(alone.pages) == 1
    if rows == 60:  # every decision is on it
        numbers = re.findall(r"(?<!\d)(\d+)\.", alone.pages[0].extract_text())
        assert set(map(str, range(1, 61))) <= set(numbers)


def check_alone(content) -> None:
    html = render_synthesis_html(content)

    assert 'href="#decisions"' not in html
    assert len(read(render_pdf(html)).pages) == 1
    asked = content.synthesis.requests
    whole = [one_line(decision.in_short) for decision in content.board.decisions]
    starts = [" ".join(filter(None, text.split(" ")))[:60] for text in whole]
    assert [text for text, start in zip(asked, starts, strict=True) if text[:60] != start] == []


ANY_WORD = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=12)
# Shrinking a document that takes half a second to print would take minutes.
printed = settings(deadline=None, max_examples=6, phases=[Phase.explicit, Phase.generate])


@printed
@given(ANY_WORD | st.sampled_from(TEXTS), st.integers(1, 60), st.booleans())
@pytest.mark.thorough
def test_the_synthesis_alone_is_one_page_whatever_was_typed(word, rows, to_caps):
    check_alone(report(filled(f"{word} ", rows=rows, to_caps=to_caps), number=None))


@printed
@given(documents())
def test_the_synthesis_alone_is_one_page_whatever_the_document(document):
    check_alone(report(without_dangling_links(document), number=None))


@pytest.mark.parametrize("name", ["sorelle", "arvelle", "brumelle"])
def test_the_synthesis_alone_is_a_document(name):
    content = report(demo(name))
    html = render_synthesis_html(content)
    data = render_pdf(html)

    assert accessibility_failures(data) == []
    assert headings_in_order(html)
    assert content.document.structure.name in texts_of(read(data))[0]


@pytest.mark.thorough
def test_a_report_filled_with_long_answers_is_accessible():
    text = "Réunir les réseaux d’entreprises et les associations du bassin de vie. "
    data = render_pdf(render_report_html(report(filled(text, rows=3, to_caps=True), number=None)))

    assert accessibility_failures(data) == []
    assert {embedded for _, embedded in fonts_of(read(data))} == {True}


def test_the_thread_is_one_page_however_many_rows_there_are():
    content = report(filled("Structure d’accompagnement ", rows=60, to_caps=True), number=None)
    first = dataclasses.replace(content.chapters[0], sections=content.chapters[0].sections[:1])
    content = dataclasses.replace(synthesis_only(content), chapters=[first])

    reader = read(render_pdf(render_report_html(content)))

    wide = [page for page in reader.pages if page.mediabox.width > page.mediabox.height]
    assert ["Fil rouge" in page.extract_text() for page in wide] == [True]
    assert "Les mêmes liens sont écrits" in wide[0].extract_text()


def test_other_scripts_and_long_words_are_printed_whole_and_legible():
    """Two subsets of one family were taken for one font: « Łódź » turned headings into others."""
    word = "anticonstitutionnellement" * 4
    text = f"{word} الشراكات بين الجمعيات (2029) שותפויות 🤝 Élan œuvre Łódź "
    data = render_pdf(render_report_html(report(filled(text, rows=1), number=None)))

    assert accessibility_failures(data) == []  # glyphs and widths among others
    reader = read(data)
    names = {name for name, embedded in fonts_of(reader) if embedded}
    assert {"Figtree-Extended", "Figtree-Extended-Bold", "Bricolage-Extended-Bold"} <= names
    letters = "".join(page.extract_text() for page in reader.pages).replace("-", "")
    assert "".join(letters.split()).count(word) >= 30


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

    said = [record.getMessage() for record in caplog.records if record.name == pdf.__name__]
    assert len(said) == 1
    assert "refused the address" in said[0]
    assert list(reader.attachments) == []
    caplog.clear()
