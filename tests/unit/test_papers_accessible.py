"""PDF/UA-1 on documents that nobody thought of: a few in every run, fifty when they are asked for.

PAPERS=50 .venv/bin/python -m pytest -n0 tests/unit/test_papers_accessible.py
"""

from __future__ import annotations

import json
import logging
import os
import re

import pytest
from hypothesis import Phase, given, settings

from diagnostics.domain.document import DiagnosticDocument, load_document
from diagnostics.report.pdf import render_report_html
from tests.pdf_checks import accessibility_failures, fonts_of, headings_in_order, read, render_pdf
from tests.report_samples import report, without_dangling_links
from tests.shapes import documents

# A whole report takes some seconds to print and to check. Shrinking one that fails would take minutes.
PAPERS = int(os.environ.get("PAPERS", "2"))
some = settings(deadline=None, max_examples=PAPERS, phases=[Phase.explicit, Phase.generate])
# Letters that the report's fonts have, and those of the tests' machines: a letter that no font has is
# printed as a blank, which PDF/UA does not take, and no paper can do anything about it.
LETTERS = "éèêëàâäîïôûùüçœæÉÈÀÇŒßñøåŁóźğşŐ«»’–…€²½שותפויותالشراكات🤝✅🚀"


def legible(document: DiagnosticDocument) -> DiagnosticDocument:
    """The same document, in letters that there are."""
    text = json.dumps(document.as_json(), ensure_ascii=False)
    return load_document(json.loads(re.sub(r"[^\x00-\x7e]", _letter, text)))


def _letter(found: re.Match[str]) -> str:
    return found[0] if found[0] in LETTERS else LETTERS[ord(found[0]) % len(LETTERS)]


@pytest.mark.timeout(60 * max(5, PAPERS))
@some
@given(documents())
def test_whatever_was_answered_the_report_is_accessible(document):
    content = report(without_dangling_links(legible(document)), number=None)
    html = render_report_html(content)
    said = _Said()
    logging.getLogger("weasyprint").addHandler(said)
    try:
        data = render_pdf(html)
    finally:
        logging.getLogger("weasyprint").removeHandler(said)

    assert said.complaints == []
    assert accessibility_failures(data) == []
    assert headings_in_order(html)
    reader = read(data)
    assert {embedded for _, embedded in fonts_of(reader)} == {True}
    assert "Synthèse en une page" in reader.pages[1].extract_text()


class _Said(logging.Handler):
    """What WeasyPrint says of our templates and style sheets."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.complaints: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.complaints.append(record.getMessage())
