"""Names of the rows that other rows refer to: pure functions from a document to label maps.

Links in a document are lists of row ids. A reader shows either the *label* of the row behind
a link or its *code*: the position of the row in its table, as « O2 » for the second objective.
"""

from __future__ import annotations

from collections.abc import Iterable

from diagnostics.domain.document import DiagnosticDocument

Labels = dict[str, str]


def _codes(letter: str, ids: Iterable[str]) -> Labels:
    return {row_id: f"{letter}{position}" for position, row_id in enumerate(ids, 1)}


def role_labels(document: DiagnosticDocument) -> Labels:
    """Return the title of each role by row id."""
    answer = document.answers.roles
    return {row.id: row.title for row in answer.rows} if answer else {}


def objective_labels(document: DiagnosticDocument) -> Labels:
    """Return the statement of each objective by row id."""
    answer = document.answers.objectives
    rows = answer.rows if answer else []
    return {row.id: row.statement or f"Objectif {n}" for n, row in enumerate(rows, 1)}


def activity_labels(document: DiagnosticDocument) -> Labels:
    """Return the text of each activity by row id."""
    answer = document.answers.activities
    rows = answer.rows if answer else []
    return {row.id: row.text or f"Activité {n}" for n, row in enumerate(rows, 1)}


def lever_labels(document: DiagnosticDocument) -> Labels:
    """Return the text of each lever by row id."""
    answer = document.answers.economic_model
    rows = answer.levers if answer else []
    return {row.id: row.text or f"Levier {n}" for n, row in enumerate(rows, 1)}


def alliance_labels(document: DiagnosticDocument) -> Labels:
    """Return the name of each ally by row id."""
    answer = document.answers.alliances
    rows = answer.rows if answer else []
    return {row.id: row.actor or f"Acteur {n}" for n, row in enumerate(rows, 1)}


def objective_codes(document: DiagnosticDocument) -> Labels:
    """Return the code of each objective by row id: O1, O2…"""
    answer = document.answers.objectives
    return _codes("O", [row.id for row in answer.rows] if answer else [])


def activity_codes(document: DiagnosticDocument) -> Labels:
    """Return the code of each activity by row id: A1, A2…"""
    answer = document.answers.activities
    return _codes("A", [row.id for row in answer.rows] if answer else [])


def lever_codes(document: DiagnosticDocument) -> Labels:
    """Return the code of each lever by row id: L1, L2…"""
    answer = document.answers.economic_model
    return _codes("L", [row.id for row in answer.levers] if answer else [])


def names_behind(ids: Iterable[str], labels: Labels) -> list[str]:
    """Return the labels behind some links, in the order of the table they come from."""
    wanted = set(ids)
    return [label for row_id, label in labels.items() if row_id in wanted]


# --- What one can link to, in a form --------------------------------------------------------

Choices = list[tuple[str, str]]


def _coded(labels: Labels, codes: Labels) -> Choices:
    return [(row_id, f"{codes[row_id]} · {label}") for row_id, label in labels.items()]


def role_choices(document: DiagnosticDocument) -> Choices:
    """Return (row id, words) of each role."""
    return list(role_labels(document).items())


def objective_choices(document: DiagnosticDocument) -> Choices:
    """Return (row id, words) of each objective, its code first."""
    return _coded(objective_labels(document), objective_codes(document))


def activity_choices(document: DiagnosticDocument) -> Choices:
    """Return (row id, words) of each activity, its code first."""
    return _coded(activity_labels(document), activity_codes(document))


def service_choices(document: DiagnosticDocument) -> Choices:
    """Return (row id, words) of what an ally may serve: the activities, then the levers."""
    levers = _coded(lever_labels(document), lever_codes(document))
    return [*activity_choices(document), *((i, f"Levier {words}") for i, words in levers)]
