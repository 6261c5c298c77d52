"""1 « Situation souhaitée »: where the territory starts from, and what is wished for."""

from __future__ import annotations

from diagnostics.domain.answers import Vision
from diagnostics.domain.document import DiagnosticDocument
from diagnostics.report.blocks.types import Block, Item, Items, Note
from diagnostics.typography import typeset


def blocks(answer: Vision, document: DiagnosticDocument) -> list[Block]:
    """Return the starting point, then the statements."""
    found: list[Block] = []
    if answer.starting_point:
        found.append(
            Note(
                "Constat de départ",
                typeset(answer.starting_point),
                opens=True,
                place="starting_point",
            )
        )
    if answer.statements:
        items = tuple(
            Item(typeset(statement.text), place=f"statements-{n}-text")
            for n, statement in enumerate(answer.statements)
        )
        label = f"Situation souhaitée en {document.diagnostic.target_year}"
        found.append(Items(items, label, is_ranked=False))
    return found
