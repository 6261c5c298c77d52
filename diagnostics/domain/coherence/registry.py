"""The table of the rules: each is a short function, with what a person is told of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from diagnostics.domain.coherence.case import Case
from diagnostics.domain.coherence.findings import SLIP, Correction, FieldLink, Severity
from diagnostics.domain.coherence.thresholds import DEFAULT_THRESHOLDS, Thresholds
from diagnostics.domain.vocabulary import STEP_AXIS, Axis, StepKey
from diagnostics.typography import number


@dataclass(frozen=True)
class Found:
    """What a rule finds; its place and its severity are the rule's, unless it says otherwise.

    ``step`` is the main one where a rule speaks of several; ``correction`` what mends it by one click.
    """

    message: str
    links: tuple[FieldLink, ...]
    rows: tuple[str, ...] = ()
    facts: tuple[object, ...] = ()
    severity: Severity | None = None
    step: StepKey | None = None
    correction: Correction | None = None


Check = Callable[[Case], Iterator[Found]]


@dataclass(frozen=True)
class Rule:
    """A rule as its page explains it; ``steps`` are all those it may concern, the main one first.

    ``severity`` is the one it starts from: R11, C1 and C5 may say another.
    """

    id: str
    severity: Severity
    steps: tuple[StepKey, ...]
    title: str
    why: str
    check: Check

    @property
    def step(self) -> StepKey:
        """The main step."""
        return self.steps[0]

    @property
    def axis(self) -> Axis:
        """The axis of the main step."""
        return STEP_AXIS[self.step]

    def explanation(self, thresholds: Thresholds = DEFAULT_THRESHOLDS) -> str:
        """Answer « Pourquoi cette question ? », with the figures in force."""
        figures = {name: number(value) for name, value in thresholds.model_dump().items()}
        return self.why.format(**figures)


# The slips come first, then the rules of the kit's reading, then the further questions.
_FAMILIES = SLIP + "RCAM"

# Filled as the modules of the rules are imported; the engine puts it in order.
TABLE: dict[str, Rule] = {}


def rank(rule_id: str) -> tuple[int, int]:
    """Return where a rule stands in the list."""
    return _FAMILIES.index(rule_id[0]), int(rule_id[1:])


def rule(
    rule_id: str, severity: Severity, *steps: StepKey, title: str, why: str
) -> Callable[[Check], Check]:
    """Enter a function in the table of the rules; ``why`` may name thresholds between braces."""

    def enter(check: Check) -> Check:
        if rule_id in TABLE:
            raise ValueError(f"rule {rule_id} is defined twice")
        TABLE[rule_id] = Rule(rule_id, severity, steps, title, why, check)
        return check

    return enter
