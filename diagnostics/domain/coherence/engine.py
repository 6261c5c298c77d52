"""Running the rules on a document."""

from __future__ import annotations

# The modules of the rules enter them in the table.
from diagnostics.domain.coherence import (  # noqa: F401  (see above)
    rules_alliances,
    rules_ambition,
    rules_means,
    rules_missions,
)
from diagnostics.domain.coherence.case import Case
from diagnostics.domain.coherence.findings import CoherenceFinding, FindingJson, answered
from diagnostics.domain.coherence.registry import TABLE, Found, Rule
from diagnostics.domain.coherence.thresholds import DEFAULT_THRESHOLDS, Thresholds
from diagnostics.domain.document import DiagnosticDocument

RULES: dict[str, Rule] = dict(sorted(TABLE.items()))


def find_coherence(
    document: DiagnosticDocument, thresholds: Thresholds = DEFAULT_THRESHOLDS
) -> list[CoherenceFinding]:
    """Return the points to discuss, in the order of the rules and of the rows.

    Those that the document's acknowledgements answer hold their reason. Nothing is ever blocked.
    """
    case = Case(document, thresholds)
    findings = [_finding(rule, found) for rule in RULES.values() for found in rule.check(case)]
    return answered(findings, document.acknowledgements)


def findings_json(
    document: DiagnosticDocument, thresholds: Thresholds = DEFAULT_THRESHOLDS
) -> list[FindingJson]:
    """Return the ``findings`` that go with the document's JSON."""
    return [finding.as_json() for finding in find_coherence(document, thresholds)]


def _finding(rule: Rule, found: Found) -> CoherenceFinding:
    return CoherenceFinding(
        rule=rule.id,
        severity=found.severity or rule.severity,
        steps=tuple(dict.fromkeys([rule.step, *(link.step for link in found.links)])),
        rows=found.rows,
        message=found.message,
        links=found.links,
        facts=tuple(str(fact) for fact in found.facts),
    )
