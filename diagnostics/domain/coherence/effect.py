"""What a change of the rules would do to present documents, told before it is made. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from diagnostics.domain.coherence.engine import find_coherence
from diagnostics.domain.coherence.thresholds import Thresholds
from diagnostics.domain.document import DiagnosticDocument

# A rule and the rows that it names.
Point = tuple[str, tuple[str, ...]]


@dataclass(frozen=True)
class RulesInForce:
    """From which figures the rules of a kit speak, and which of them are on trial."""

    thresholds: Thresholds
    trials: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Effect:
    """How many diagnostics would have a point more that their team reads, and a point less: by the rule
    that changes, and by the others, which may speak instead. ``counted`` out of ``total``: a sample
    where there are too many to count while somebody waits."""

    counted: int
    total: int
    more: int
    less: int
    others_more: int
    others_less: int

    @property
    def is_sample(self) -> bool:
        """Tell whether some were not counted."""
        return self.counted < self.total

    @property
    def is_none(self) -> bool:
        """Tell whether nothing would change."""
        return not (self.more or self.less or self.others_more or self.others_less)


def effect_of(
    documents: Iterable[DiagnosticDocument],
    rule: str,
    before: RulesInForce,
    after: RulesInForce,
    *,
    today: dt.date | None = None,
    total: int | None = None,
) -> Effect:
    """Count what a change of a rule would do to documents, as of ``today``. ``total``: how many there
    are in all, when these are a sample."""
    counts = [0, 0, 0, 0]
    counted = 0
    for document in documents:
        had = _open_points(document, before, today)
        has = _open_points(document, after, today)
        for place, points in ((0, has - had), (1, had - has)):
            counts[place] += any(name == rule for name, _rows in points)
            counts[place + 2] += any(name != rule for name, _rows in points)
        counted += 1
    return Effect(counted, counted if total is None else total, *counts)


def _open_points(
    document: DiagnosticDocument, rules: RulesInForce, today: dt.date | None
) -> set[Point]:
    found = find_coherence(document, rules.thresholds, today=today, trials=rules.trials)
    return {(finding.rule, finding.row_key) for finding in found if finding.is_open}
