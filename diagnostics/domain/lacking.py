"""What a diagnostic lacks when somebody wants to validate it, in words: the page that asks, the
service that validates and the report that prints the opinion say the same."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from diagnostics.domain.coherence import CoherenceFinding, Severity
from diagnostics.domain.completeness import StepStatus, missing_in_step, step_statuses
from diagnostics.domain.deciding_body import deciding_body
from diagnostics.domain.document import DiagnosticDocument
from diagnostics.domain.kit_texts import KitTexts
from diagnostics.domain.vocabulary import StepKey
from diagnostics.typography import NBSP, count, enumeration


def has_decision(document: DiagnosticDocument) -> bool:
    """Tell whether something is asked of the board."""
    answer = document.answers.board_decisions
    return answer is not None and any(row.text for row in answer.decisions)


def lacking_in(
    document: DiagnosticDocument,
    findings: Sequence[CoherenceFinding],
    texts: KitTexts,
    *,
    addressed: Sequence[StepKey | None] = (),
) -> tuple[str, ...]:
    """Return what a diagnostic lacks: steps to complete, points to discuss, decisions, requests.

    ``findings``: the open ones; ``addressed``: where each request stands that the structure has
    addressed and nobody has accepted (None: on the whole diagnostic).
    """
    decided = has_decision(document)
    lacking = [
        words
        for step in StepKey
        if decided or step is not StepKey.BOARD_DECISIONS
        if (words := _step(document, step, texts))
    ]
    if not decided:
        body = deciding_body(document.structure)
        lacking.append(f"Aucune décision n’est proposée {body.au}")
    if findings:
        lacking.append(_points(findings))
    if addressed:
        lacking.append(_requests(addressed, texts))
    return tuple(lacking)


def mark_of(lacking: Sequence[str], revision: int) -> str:
    """Return a short mark of what is lacking and of the opinion (``revision``: its review's), by which a
    page says what it has shown."""
    return hashlib.sha256("\n".join([str(revision), *lacking]).encode()).hexdigest()[:16]


def _name(step: StepKey, texts: KitTexts) -> str:
    name = texts.step(step)
    return f"{name.number} {name.short_title}".strip()


def _step(document: DiagnosticDocument, step: StepKey, texts: KitTexts) -> str:
    status = step_statuses(document)[step]
    if status is StepStatus.TO_DO:
        return f"{_name(step, texts)}{NBSP}: pas encore de réponse"
    said = []
    if missing := missing_in_step(document, step):
        said.append(f"{count(len(missing), 'élément', 'éléments')} à compléter")
    if status in {StepStatus.TO_REVIEW, StepStatus.DISPUTED}:
        said.append(status.label.lower())
    return f"{_name(step, texts)}{NBSP}: {', '.join(said)}" if said else ""


def _points(findings: Sequence[CoherenceFinding]) -> str:
    words = count(len(findings), "point reste à discuter", "points restent à discuter")
    serious = sum(finding.severity is Severity.ATTENTION for finding in findings)
    return f"{words}, dont {serious} d’attention" if serious else words


def _requests(addressed: Sequence[StepKey | None], texts: KitTexts) -> str:
    words = count(
        len(addressed),
        "demande traitée par la structure n’est pas encore acceptée",
        "demandes traitées par la structure ne sont pas encore acceptées",
    )
    places = dict.fromkeys(
        _name(step, texts) if step else "l’ensemble du diagnostic" for step in addressed
    )
    return f"{words} ({enumeration(places)})"
