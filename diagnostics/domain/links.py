"""Links between rows: what one reads of them, and what one can link to.

Links in a document are lists of row ids. A reader shows either the *label* of the row behind
a link or its *code*: the position of the row in its table, as « O2 » for the second objective.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from diagnostics.domain.answers import STEPS, Labels, RowSet
from diagnostics.domain.document import DiagnosticDocument
from diagnostics.typography import capitalised

# (row id, words) of what one can link to.
Choices = list[tuple[str, str]]


def names_behind(ids: Iterable[str], labels: Labels) -> list[str]:
    """Return the labels behind some links, in the order of the table they come from."""
    wanted = set(ids)
    return [label for row_id, label in labels.items() if row_id in wanted]


def pointing_at(target: RowSet[Any], document: DiagnosticDocument) -> dict[str, list[str]]:
    """Return what the rows that link to those of a set are called, « A3 » or « action 2 », by the id
    of the row that they lead to."""
    found: dict[str, list[str]] = {}
    for step in STEPS.values():
        for row_set in step.row_sets:
            names = [name for name, targets in row_set.links.items() if target in targets]
            for position, row in enumerate(row_set.of(document.answers) if names else [], 1):
                code = f"{row_set.letter}{position}"
                called = code if row_set.letter else row_set.mention(row, position)
                for name in names:
                    value = getattr(row, name)
                    for row_id in value if isinstance(value, list) else [value]:
                        found.setdefault(row_id, []).append(called)
    return found


def link_choices(targets: Iterable[RowSet[Any]], document: DiagnosticDocument) -> Choices:
    """Return the rows that a link may lead to: code and label, and what they are past the first set."""
    found: Choices = []
    for rank, target in enumerate(targets):
        codes, noun = target.codes(document.answers), f"{capitalised(target.noun)} " if rank else ""
        for row_id, label in target.labels(document.answers).items():
            code = f"{codes[row_id]} · " if target.letter else ""
            found.append((row_id, f"{noun}{code}{label}"))
    return found
