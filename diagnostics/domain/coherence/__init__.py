"""What does not hold together yet between the axes, in a facilitator's words.

Pure functions of the document: :func:`find_coherence` gives the points to discuss, most serious first:
slips of the pen (S1–S16), then R01–R37 and the further questions (C, A, M) that ask for attention, then
those to be noted. Nothing is ever blocked, nothing is a score; a structure may answer any point with
« choix assumé » and its reason.
"""

from diagnostics.domain.coherence.effect import Effect, RulesInForce, effect_of
from diagnostics.domain.coherence.engine import RULES, find_coherence, findings_json
from diagnostics.domain.coherence.findings import (
    CoherenceFinding,
    Severity,
    acknowledged_findings,
    findings_of_step,
    open_findings,
    read_findings,
    set_aside_findings,
    split_trials,
)
from diagnostics.domain.coherence.quoting import QuotedAnswer, quote_answers
from diagnostics.domain.coherence.registry import Rule
from diagnostics.domain.coherence.thresholds import (
    DEFAULT_THRESHOLDS,
    BadThresholds,
    Thresholds,
    load_thresholds,
    thresholds_of_rule,
)

__all__ = [
    "DEFAULT_THRESHOLDS",
    "RULES",
    "BadThresholds",
    "CoherenceFinding",
    "Effect",
    "QuotedAnswer",
    "Rule",
    "RulesInForce",
    "Severity",
    "Thresholds",
    "acknowledged_findings",
    "effect_of",
    "find_coherence",
    "findings_json",
    "findings_of_step",
    "load_thresholds",
    "open_findings",
    "quote_answers",
    "read_findings",
    "set_aside_findings",
    "split_trials",
    "thresholds_of_rule",
]
