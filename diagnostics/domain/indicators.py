"""The few figures kept per diagnostic for lists, computed once per save.

A list never reads documents: it reads these (kept as JSON on the diagnostic).
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from typing import TypedDict

from diagnostics.domain.coherence import (
    DEFAULT_THRESHOLDS,
    CoherenceFinding,
    Severity,
    Thresholds,
    acknowledged_findings,
    find_coherence,
    split_trials,
)
from diagnostics.domain.completeness import StepStatus, axis_progress, step_statuses
from diagnostics.domain.document import DiagnosticDocument
from diagnostics.domain.vocabulary import STEP_AXIS, StepKey


class AxisIndicator(TypedDict):
    """Progress of one axis: its steps, those complete and those with an answer.

    ``attention`` and ``info`` count its open points to discuss, by severity; those that were
    assumed are in ``acknowledged``.
    """

    total: int
    complete: int
    started: int
    attention: int
    info: int
    acknowledged: int


class Indicators(TypedDict):
    """What the lists show of a diagnostic; points to discuss are counted in all and per axis.

    ``steps_for_board``: the steps that lack nothing but what the board is to settle. ``rules``: how
    many points each rule finds, whatever is answered to them, those on trial included.
    """

    steps_total: int
    steps_complete: int
    steps_for_board: int
    attention: int
    info: int
    acknowledged: int
    axes: dict[str, AxisIndicator]
    rules: dict[str, int]


class _Points(TypedDict):
    attention: int
    info: int
    acknowledged: int


@dataclass(frozen=True)
class Assessment:
    """What is worked out of a document: the points to discuss, the status of each step, what the rules
    on trial find besides."""

    findings: list[CoherenceFinding]
    statuses: dict[StepKey, StepStatus]
    tried: list[CoherenceFinding]

    @property
    def indicators(self) -> Indicators:
        """The figures kept for lists."""
        return _indicators(self)


def assess(
    document: DiagnosticDocument,
    thresholds: Thresholds = DEFAULT_THRESHOLDS,
    *,
    today: dt.date | None = None,
    trials: Collection[str] = (),
) -> Assessment:
    """Run the rules on a document, as of ``today``, and tell how far each step is."""
    found = find_coherence(document, thresholds, today=today, trials=trials, with_trials=True)
    told, tried = split_trials(found)
    return Assessment(told, step_statuses(document), tried)


def compute_indicators(
    document: DiagnosticDocument,
    thresholds: Thresholds = DEFAULT_THRESHOLDS,
    *,
    today: dt.date | None = None,
    trials: Collection[str] = (),
) -> Indicators:
    """Return the indicators of a document; the addition (``board``) counts as an axis of its own,
    and its step as the others. A point to discuss belongs to the axis of its main step."""
    return assess(document, thresholds, today=today, trials=trials).indicators


def _indicators(assessment: Assessment) -> Indicators:
    findings, statuses = assessment.findings, assessment.statuses
    reached = Counter(statuses.values())
    return {
        "steps_total": len(StepKey),
        "steps_complete": reached[StepStatus.COMPLETE],
        "steps_for_board": reached[StepStatus.FOR_BOARD],
        **_points(findings),
        "axes": {
            progress.axis.value: {
                "total": progress.total,
                "complete": progress.complete,
                "started": sum(
                    statuses[step] is not StepStatus.TO_DO
                    for step in StepKey
                    if STEP_AXIS[step] is progress.axis
                ),
                **_points([f for f in findings if f.axis is progress.axis]),
            }
            for progress in axis_progress(statuses)
        },
        "rules": dict(Counter(finding.rule for finding in (*findings, *assessment.tried))),
    }


def _points(findings: list[CoherenceFinding]) -> _Points:
    still_open = [finding for finding in findings if finding.is_open]
    return {
        "attention": sum(f.severity is Severity.ATTENTION for f in still_open),
        "info": sum(f.severity is Severity.INFO for f in still_open),
        "acknowledged": len(acknowledged_findings(findings)),
    }


def axis_status(indicator: AxisIndicator | None) -> StepStatus:
    """Return the status of an axis from its indicator (none yet: to do)."""
    if indicator is None or not indicator["started"]:
        return StepStatus.TO_DO
    if indicator["complete"] == indicator["total"]:
        return StepStatus.COMPLETE
    return StepStatus.STARTED
