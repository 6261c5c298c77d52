"""Typed text stays text: in every field of every step, no address is even tried."""

from __future__ import annotations

import io
from html.parser import HTMLParser
from typing import Any

import pypdf
import pytest

from diagnostics.domain.document import DiagnosticDocument
from diagnostics.report import renderer
from diagnostics.report.pdf import render_report_html, render_synthesis_html
from tests.report_samples import filled, report

# The first one begins as the second does, which has room everywhere (a unit has 60 characters).
CANARIES = {
    "long": (
        '"><img src="file:///etc/passwd"><link rel=attachment href="file:///etc/passwd">'
        "<style>p{background:url(http://127.0.0.1:9/c)}</style>"
        '<svg><image href="http://127.0.0.1:9/s"/></svg><object data="data:text/html,x">'
        "<style>@import 'http://127.0.0.1:9/a.css'</style>{{ 7 }}{% now %}"
        "<a href='javascript:x'>url(file:///etc/passwd)"
    ),
    "short": '"><img src="file:///etc/passwd">',
}
ADDRESSES = ("passwd", "127.0.0.1", "javascript:", "data:text")


def free_texts(schema: dict[str, Any]) -> set[str]:
    """The names of the fields that hold whatever people type, read from the document's schema."""
    found = set()
    for definition in [schema, *schema["$defs"].values()]:
        for name, field in definition.get("properties", {}).items():
            kinds = field.get("anyOf", [field.get("items", field)])
            found |= {
                name
                for kind in kinds
                if kind.get("type") == "string"
                and not {"enum", "const", "pattern", "format"} & set(kind)
            }
    return found


def names_holding(value: Any, words: str, name: str = "") -> set[str]:
    """The names of the fields in whose text words are found."""
    if isinstance(value, dict):
        return set().union(*(names_holding(entry, words, key) for key, entry in value.items()))
    if isinstance(value, list):
        return set().union(*(names_holding(entry, words, name) for entry in value), set())
    return {name} if isinstance(value, str) and words in value else set()


class Attributes(HTMLParser):
    """Every attribute of a document that may lead somewhere, and its elements."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.values: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        harmless = ("content", "alt", "title", "aria-label", "data-footer")
        self.values += [value or "" for name, value in attrs if name not in harmless]


# Not typed by people, or of a part that no report shows yet.
NOT_TYPED = {"month", "kit"}


def test_the_canary_is_in_every_field_that_people_type_in():
    schema = DiagnosticDocument.model_json_schema(by_alias=True)
    held = names_holding(filled(CANARIES["short"]).as_json(), "passwd")
    assert free_texts(schema) - NOT_TYPED == held
    assert len(held) > 20


@pytest.mark.parametrize("canary", CANARIES.values(), ids=CANARIES)
@pytest.mark.parametrize("render", [render_report_html, render_synthesis_html])
def test_typed_markup_is_text_in_the_html(render, canary: str):
    read = Attributes(render(report(filled(canary, rows=2))))
    assert not read.tags & {"link", "style", "object", "embed", "script", "iframe"}
    assert not [v for v in read.values if any(words in v for words in ADDRESSES)]


def links_of(reader: pypdf.PdfReader) -> list[str]:
    """Where the links of a PDF that leave it lead."""
    notes = [note.get_object() for sheet in reader.pages for note in sheet.get("/Annots", [])]
    return [str(note["/A"]["/URI"]) for note in notes if "/URI" in note.get("/A", {})]


def test_typed_markup_is_text_in_the_pdf_and_reaches_nothing(capfd):
    renderer.stop()  # the next one writes its log where this test reads
    content, whole = report(filled(CANARIES["long"], rows=1)), ""
    for html, least in ((render_report_html(content), 25), (render_synthesis_html(content), 4)):
        printed = renderer.render(html)

        reader = pypdf.PdfReader(io.BytesIO(printed.pdf))
        assert list(reader.attachments) == []
        assert "/EmbeddedFiles" not in reader.trailer["/Root"].get("/Names", {})
        assert not [link for link in links_of(reader) if any(words in link for words in ADDRESSES)]
        text = "".join("".join(sheet.extract_text() for sheet in reader.pages).split())
        assert text.count('"><imgsrc="file:///etc/passwd') >= least
        assert "root:x:0" not in text
        whole = whole or text
    assert "{{7}}{%now%}" in whole  # the synthesis cuts long texts
    renderer.stop()
    assert "refused the address" not in capfd.readouterr().err
