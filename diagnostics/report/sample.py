"""The sample report that visitors leaf through: of a fictitious structure, without the database."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from diagnostics.domain.document import drop_dangling_links, read_document
from diagnostics.domain.vocabulary import State, StepKey
from diagnostics.report.blocks import blocks_of
from diagnostics.report.blocks.types import Drawing
from diagnostics.report.content import ReportContent, build_report

DOCUMENT = Path(__file__).resolve().parents[2] / "fixtures" / "demo" / "sorelle.json"


@cache
def sample_content() -> ReportContent:
    """Return the pages of the report, read once per process from the document of the demonstration."""
    document = read_document(DOCUMENT.read_bytes())
    drop_dangling_links(document.answers)
    document.diagnostic.state = State.DRAFT  # nobody submitted it
    return build_report(document, version=None)


@cache
def sample_pages() -> SafeString:
    """Return the report as HTML, written once per process."""
    return render_to_string(
        "report/content.html", {"content": sample_content(), "step_links": False}
    )


@cache
def sample_drawing() -> SafeString:
    """Return the drawing of the positioning, as the report has it."""
    content = sample_content()
    answer = dict(content.document.answers.given())[StepKey.POSITIONING]
    drawings = [
        block for block in blocks_of(answer, content.document) if isinstance(block, Drawing)
    ]
    return drawings[0].draw()[0]
