"""What the rules find, and what a person answers to it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import TypedDict

from diagnostics.domain.document import Acknowledgement, Judgement
from diagnostics.domain.vocabulary import STEP_AXIS, Axis, Labelled, StepKey, Verdict

# What the ids of the rules that look for slips begin with.
SLIP = "S"


class Severity(Labelled):
    """How much a finding weighs in the discussion; it is never a score."""

    ATTENTION = "attention", "Point d’attention"
    INFO = "info", "À noter"


@dataclass(frozen=True)
class FieldLink:
    """Where to go to change one side of what is discussed.

    ``field`` is a path as in :class:`diagnostics.domain.completeness.Missing`, without prefix; it is one
    of the diagnostic's own card (title, years, board) where ``step`` is None.
    """

    step: StepKey | None
    field: str


@dataclass(frozen=True)
class Correction:
    """What mends a slip by one click: ``fields`` are those of its main step, with what to write there."""

    label: str
    fields: tuple[tuple[str, str], ...]


class FindingJson(TypedDict):
    """A finding as the document's ``findings`` hold it."""

    rule: str
    severity: str
    step: str
    rows: list[str]
    message: str
    acknowledged: bool


@dataclass(frozen=True)
class CoherenceFinding:
    """A point to discuss.

    ``steps`` has the main step first; ``links`` has a place to go in each of them. ``rows`` names
    what is concerned: rows by their id, missions, steps of the accompaniment and families of
    resources by their code, a column of the economic model as ``now`` or ``target``; a finding
    about the whole of a step names none. ``facts`` are the figures and states that make the
    finding what it is (never the wording, nor how a row is named): see :attr:`fingerprint`.

    ``acknowledgement`` is the reason of « choix assumé » (None: it is none). ``judgement`` is what
    the structure says of the question, if it is something else: « pas pour nous » sets it aside.
    ``former`` is what was answered when the same rows made another finding. ``is_on_trial``: the
    rule is on trial, and facilitators alone read the finding.
    """

    rule: str
    severity: Severity
    steps: tuple[StepKey, ...]
    rows: tuple[str, ...]
    message: str
    links: tuple[FieldLink, ...]
    facts: tuple[str, ...] = ()
    acknowledgement: str | None = None
    judgement: Judgement | None = field(default=None, compare=False)
    former: Acknowledgement | Judgement | None = field(default=None, compare=False)
    is_on_trial: bool = field(default=False, compare=False)
    correction: Correction | None = field(default=None, compare=False)

    @property
    def is_slip(self) -> bool:
        """Tell whether it is a slip of the pen, told at its field before any question of strategy."""
        return self.rule.startswith(SLIP)

    @property
    def row_key(self) -> tuple[str, ...]:
        """The rows as an acknowledgement names them: sorted, each once."""
        return tuple(sorted(set(self.rows)))

    @property
    def step(self) -> StepKey:
        """The main step."""
        return self.steps[0]

    @property
    def axis(self) -> Axis:
        """The axis of the main step: where the finding is counted."""
        return STEP_AXIS[self.step]

    @property
    def places(self) -> list[FieldLink]:
        """The first place to go in each of the steps."""
        return list({link.step: link for link in reversed(self.links)}.values())[::-1]

    @property
    def is_open(self) -> bool:
        """Tell whether it is still to be discussed."""
        return self.acknowledgement is None and not self.is_set_aside

    @property
    def is_set_aside(self) -> bool:
        """Tell whether the structure said that it is not for it."""
        return self.verdict is Verdict.NOT_FOR_US

    @property
    def verdict(self) -> Verdict | None:
        """What the structure answers to it; None as long as it answered nothing."""
        if self.acknowledgement is not None:
            return Verdict.ASSUMED
        return self.judgement.verdict if self.judgement else None

    @property
    def former_reason(self) -> str:
        """The reason that was given when the same rows made another finding."""
        return self.former.reason if self.former else ""

    @property
    def former_verdict(self) -> Verdict | None:
        """What was answered when the same rows made another finding."""
        return self.former.verdict if self.former else None

    @property
    def fingerprint(self) -> str:
        """Twelve hexadecimal digits of rule, rows and facts: what an acknowledgement answers.

        It stays when a text is reworded, and changes with what the finding says: another figure,
        another partner, one row more.
        """
        parts = (self.rule, *sorted(self.rows), "", *self.facts)
        return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:12]

    def as_json(self) -> FindingJson:
        """Return the finding as the document's ``findings`` hold it."""
        return {
            "rule": self.rule,
            "severity": self.severity.value,
            "step": self.step.value,
            "rows": list(self.rows),
            "message": self.message,
            "acknowledged": self.acknowledgement is not None,
        }


def most_serious_first(findings: Iterable[CoherenceFinding]) -> list[CoherenceFinding]:
    """Return findings as every list tells them: the slips of the pen, whose figures all the others
    read, then what asks for attention, then what is to be noted; among these, in the order given."""
    return sorted(findings, key=lambda f: (not f.is_slip, f.severity is not Severity.ATTENTION))


def answered(
    findings: Iterable[CoherenceFinding], said: Iterable[Acknowledgement | Judgement]
) -> list[CoherenceFinding]:
    """Return the findings with what the structure answers to them.

    An acknowledgement (a judgement likewise) answers the finding of its rule and its rows (in any order) whose
    fingerprint it holds; one without fingerprint, as another program may write it, answers
    whatever that rule finds of these rows.
    """
    given = {(entry.rule, tuple(sorted(set(entry.rows)))): entry for entry in said}
    found = []
    for finding in findings:
        entry = given.get((finding.rule, finding.row_key))
        if entry is None:
            found.append(finding)
        elif entry.fingerprint not in {None, finding.fingerprint}:
            found.append(replace(finding, former=entry))
        elif isinstance(entry, Judgement):
            found.append(replace(finding, judgement=entry))
        else:
            found.append(replace(finding, acknowledgement=entry.reason))
    return found


def read_findings(
    values: Iterable[FindingJson], acknowledgements: Iterable[Acknowledgement]
) -> list[CoherenceFinding]:
    """Return findings as their JSON tells them, with the reasons of those that were acknowledged.

    Nothing is computed again: where to go and the facts behind are not in the JSON. The order is that
    of every list, whichever it was when they were kept.
    """
    reasons = {(a.rule, tuple(sorted(set(a.rows)))): a.reason for a in acknowledgements}
    found = []
    for value in values:
        finding = CoherenceFinding(
            rule=value["rule"],
            severity=Severity(value["severity"]),
            steps=(StepKey(value["step"]),),
            rows=tuple(value["rows"]),
            message=value["message"],
            links=(),
        )
        if value["acknowledged"]:
            reason = reasons.get((finding.rule, finding.row_key), "")
            finding = replace(finding, acknowledgement=reason)
        found.append(finding)
    return most_serious_first(found)


def open_findings(findings: Iterable[CoherenceFinding]) -> list[CoherenceFinding]:
    """Return the findings still to be discussed."""
    return [finding for finding in findings if finding.is_open]


def acknowledged_findings(findings: Iterable[CoherenceFinding]) -> list[CoherenceFinding]:
    """Return the findings that the structure answers for (« Choix assumés »)."""
    return [finding for finding in findings if finding.acknowledgement is not None]


def split_trials(
    findings: Iterable[CoherenceFinding],
) -> tuple[list[CoherenceFinding], list[CoherenceFinding]]:
    """Return the findings that everybody reads, and those of the rules on trial."""
    found = list(findings)
    return [f for f in found if not f.is_on_trial], [f for f in found if f.is_on_trial]


def set_aside_findings(findings: Iterable[CoherenceFinding]) -> list[CoherenceFinding]:
    """Return the findings that are not for the structure, as it says (« Mis de côté »)."""
    return [finding for finding in findings if finding.is_set_aside]


def findings_of_step(findings: Iterable[CoherenceFinding], step: StepKey) -> list[CoherenceFinding]:
    """Return the findings that concern a step, as main step or as the other side."""
    return [finding for finding in findings if step in finding.steps]
