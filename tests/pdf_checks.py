"""What every PDF of the project must be, whoever it is for."""

from __future__ import annotations

import gc
import io
from functools import lru_cache

import page as page_validation
import pypdf

from diagnostics.report.pdf import print_html


@lru_cache(maxsize=8)
def render_pdf(html: str) -> bytes:
    """The PDF of a document, printed once and in this very process: its warnings are seen."""
    gc.disable()  # as the process that prints does: a seventh of the time
    try:
        return print_html(html).pdf
    finally:
        gc.enable()


def read(data: bytes) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(data), strict=True)


def accessibility_failures(data: bytes) -> list[str]:
    """What breaks PDF/UA-1: structure, titles of drawings, headers of tables, language, links."""
    report = page_validation.validate_pdf_bytes(
        data,
        profile=page_validation.ValidationProfile.PDF_UA_1,
        # The tree of tags of a long report is deeper than the validator's own limit.
        limits=page_validation.SafetyLimits(max_reference_depth=20_000),
    )
    assert report.is_compliant is not bool(report.failures)
    return [f"{failure.rule_id}: {failure.message}" for failure in report.failures]


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


def headings_in_order(html: str) -> bool:
    """Tell whether no level of heading is skipped on the way down."""
    import re

    levels = [int(level) for level in re.findall(r"<h([1-6])\b", html)]
    return levels[0] == 1 and all(b <= a + 1 for a, b in zip(levels, levels[1:], strict=False))
