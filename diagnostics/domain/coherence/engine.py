"""Running the rules on a document."""

from __future__ import annotations

import datetime as dt

# The modules of the rules enter them in the table.
from diagnostics.domain.coherence import (  # noqa: F401  (see above)
    questions_ambition,
    questions_means,
    questions_missions,
    rules_accompaniment,
    rules_alliances,
    rules_ambition,
    rules_means,
    rules_missions,
    rules_organisation,
    slips_ambition,
    slips_means,
    slips_rows,
    slips_years,
)
from diagnostics.domain.coherence.case import Case
from diagnostics.domain.coherence.findings import (
    CoherenceFinding,
    FindingJson,
    answered,
    most_serious_first,
)
from diagnostics.domain.coherence.registry import TABLE, Found, Rule, rank
from diagnostics.domain.coherence.thresholds import DEFAULT_THRESHOLDS, Thresholds
from diagnostics.domain.document import DiagnosticDocument

RULES: dict[str, Rule] = dict(sorted(TABLE.items(), key=lambda entry: rank(entry[0])))


def find_coherence(
    document: DiagnosticDocument,
    thresholds: Thresholds = DEFAULT_THRESHOLDS,
    *,
    today: dt.date | None = None,
) -> list[CoherenceFinding]:
    """Return the points to discuss, most serious first: the slips, then what asks for attention, then
    what is to be noted; in the order of the rules and of the rows among these.

    Those that the document's acknowledgements answer hold their reason. Nothing is ever blocked.
    ``today`` is the day that S13 compares the board's date with; without it, with none.
    """
    case = Case(document, thresholds, RULES, today)
    findings = [_finding(rule, found) for rule in RULES.values() for found in case.told(rule.id)]
    return answered(most_serious_first(findings), document.acknowledgements)


def findings_json(
    document: DiagnosticDocument,
    thresholds: Thresholds = DEFAULT_THRESHOLDS,
    *,
    today: dt.date | None = None,
) -> list[FindingJson]:
    """Return the ``findings`` that go with the document's JSON."""
    return [finding.as_json() for finding in find_coherence(document, thresholds, today=today)]


def _finding(rule: Rule, found: Found) -> CoherenceFinding:
    steps = [found.step or rule.step, *(link.step for link in found.links if link.step)]
    return CoherenceFinding(
        rule=rule.id,
        severity=found.severity or rule.severity,
        steps=tuple(dict.fromkeys(steps)),
        rows=found.rows,
        message=found.message,
        links=found.links,
        facts=tuple(str(fact) for fact in found.facts),
        correction=found.correction,
    )
