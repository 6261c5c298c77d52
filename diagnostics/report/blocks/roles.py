"""2.1 « Rôles souhaités », in their order of priority."""

from __future__ import annotations

from diagnostics.domain.answers import Roles
from diagnostics.domain.document import DiagnosticDocument
from diagnostics.report.blocks.types import Block, Item, Items
from diagnostics.typography import capitalised, typeset


def blocks(answer: Roles, document: DiagnosticDocument) -> list[Block]:
    """Return the roles."""
    items = [
        Item(
            typeset(row.title),
            typeset(capitalised(row.detail)),
            is_title=True,
            place=f"rows-{n}-role",
        )
        for n, row in enumerate(answer.rows)
    ]
    return [Items(tuple(items))]
