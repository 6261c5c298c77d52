"""« Depuis le dernier diagnostic », in Word."""

from __future__ import annotations

from diagnostics.report.since import SincePage
from diagnostics.report.word.blocks import write_block
from diagnostics.report.word.paper import Paper


def write_since(paper: Paper, page: SincePage) -> None:
    """Write what became of the former diagnostic, part by part."""
    paper.heading(page.title, 1)
    paper.text(page.lead, style="Lead")
    if page.summary:
        paper.text(page.summary)
    for part in page.parts:
        paper.heading(part.title, 2)
        for block in part.blocks:
            write_block(paper, block)
