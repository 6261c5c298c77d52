"""Running the rules on a document."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import replace

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
    trials: Collection[str] = (),
    with_trials: bool = False,
) -> list[CoherenceFinding]:
    """Return the points to discuss, most serious first: the slips, then what asks for attention, then
    what is to be noted; in the order of the rules and of the rows among these.

    They hold what the structure answers to them. Nothing is ever blocked.
    ``today`` is the day that S13 compares the board's date with; without it, with none. ``trials``
    are the rules on trial: what they find is there for facilitators alone (``with_trials``), and
    changes nothing of what the others find.
    """
    case = Case(document, thresholds, RULES, today, trials)
    findings = []
    for rule in RULES.values():
        if rule.id not in trials:
            findings += [_finding(rule, found) for found in case.told(rule.id)]
        elif with_trials:
            tried = (_finding(rule, found) for found in case.told_on_trial(rule.id))
            findings += [replace(finding, is_on_trial=True) for finding in tried]
    return answered(most_serious_first(findings), document.said)


def findings_json(
    document: DiagnosticDocument,
    thresholds: Thresholds = DEFAULT_THRESHOLDS,
    *,
    today: dt.date | None = None,
    trials: Collection[str] = (),
) -> list[FindingJson]:
    """Return the ``findings`` that go with the document's JSON: what to discuss and what was chosen on
    purpose, not what the structure set aside."""
    found = find_coherence(document, thresholds, today=today, trials=trials)
    return [finding.as_json() for finding in found if not finding.is_set_aside]


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
