"""The life of a diagnostic: its transitions as a table, and what somebody does next.

Views, services, buttons and tests read this table: a transition added to it has its right, its
event and its mail from the first day.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from diagnostics.domain.vocabulary import EDITABLE_STATES, EventKind, State

if TYPE_CHECKING:
    from diagnostics.domain.permissions import Access


class Right(StrEnum):
    """Whose transition it is."""

    LEAD = "lead"  # of the structure
    FACILITATION = "facilitation"
    EITHER = "either"


@dataclass(frozen=True)
class Transition:
    """One way from states to another.

    ``target`` None: the state that the diagnostic was submitted from. ``at``: the moment of the
    diagnostic that it sets, if any; ``mail``: the job that tells people.
    ``no_right`` and ``too_late`` are what somebody reads whose transition is refused; the state that
    the diagnostic has then stands for ``{state}``.
    """

    name: str
    sources: frozenset[State]
    target: State | None
    right: Right
    event: EventKind
    mail: str
    no_right: str
    too_late: str
    at: str = ""


SUBMIT = Transition(
    name="submit",
    sources=EDITABLE_STATES,
    target=State.SUBMITTED,
    right=Right.LEAD,
    event=EventKind.SUBMITTED,
    mail="mail_submitted",
    no_right="Seul·e le ou la référent·e soumet le diagnostic.",
    too_late="Ce diagnostic est « {state} » : il ne se soumet plus.",
    at="submitted_at",
)
REQUEST_CHANGES = Transition(
    name="request_changes",
    sources=frozenset({State.SUBMITTED}),
    target=State.CHANGES_REQUESTED,
    right=Right.FACILITATION,
    event=EventKind.CHANGES_REQUESTED,
    mail="mail_changes_requested",
    no_right="Seule la facilitation relit et valide un diagnostic.",
    too_late="Ce diagnostic est « {state} » : il n’attend pas de relecture.",
)
VALIDATE = Transition(
    name="validate",
    sources=frozenset({State.SUBMITTED}),
    target=State.VALIDATED,
    right=Right.FACILITATION,
    event=EventKind.VALIDATED,
    mail="mail_validated",
    no_right=REQUEST_CHANGES.no_right,
    too_late=REQUEST_CHANGES.too_late,
    at="validated_at",
)
WITHDRAW = Transition(
    name="withdraw",
    sources=frozenset({State.SUBMITTED}),
    target=None,
    right=Right.LEAD,
    event=EventKind.SUBMISSION_WITHDRAWN,
    mail="mail_submission_withdrawn",
    no_right="Seul·e le ou la référent·e retire une soumission.",
    too_late="Ce diagnostic est «\u00a0{state}\u00a0»\u00a0: il n’y a pas de soumission à retirer.",
)
REOPEN = Transition(
    name="reopen",
    sources=frozenset({State.VALIDATED, State.ADOPTED}),
    target=State.CHANGES_REQUESTED,
    right=Right.EITHER,
    event=EventKind.REOPENED,
    mail="mail_reopened",
    no_right="Seuls la facilitation et le ou la référent·e rouvrent un diagnostic.",
    too_late="Ce diagnostic est «\u00a0{state}\u00a0»\u00a0: seul un diagnostic validé ou adopté se rouvre.",
)
ADOPT = Transition(
    name="adopt",
    sources=frozenset({State.VALIDATED}),
    target=State.ADOPTED,
    right=Right.LEAD,
    event=EventKind.ADOPTED,
    mail="mail_adopted",
    no_right="Seul·e le ou la référent·e enregistre la décision du conseil.",
    too_late="Ce diagnostic est «\u00a0{state}\u00a0»\u00a0: le conseil adopte un diagnostic validé.",
    at="adopted_at",
)
TRANSITIONS = (SUBMIT, WITHDRAW, REQUEST_CHANGES, VALIDATE, REOPEN, ADOPT)


class NextAction(StrEnum):
    """What somebody does next on a diagnostic: « à faire »."""

    REVIEW = "review"
    ANSWER_THE_REQUEST = "answer_the_request"
    SUBMIT = "submit"
    READ_AGAIN = "read_again"  # all is there; the lead submits
    FILL_IN = "fill_in"
    ADOPT = "adopt"
    FOLLOW = "follow"
    READ_THE_REPORT = "read_the_report"
    READ = "read"


def next_action(access: Access, *, is_complete: bool) -> NextAction:
    """Return what a person does next; ``is_complete``: no step awaits the team."""
    if access.can(REQUEST_CHANGES):
        return NextAction.REVIEW
    if access.has_editing_role and access.pending_requests:
        return NextAction.ANSWER_THE_REQUEST
    if access.can_edit and not is_complete:
        return NextAction.FILL_IN
    if access.can(SUBMIT):
        return NextAction.SUBMIT
    if access.can_edit:
        return NextAction.READ_AGAIN
    if access.can(ADOPT):
        return NextAction.ADOPT
    if access.state is State.SUBMITTED:
        return NextAction.FOLLOW
    if access.state in {State.VALIDATED, State.ADOPTED}:
        return NextAction.READ_THE_REPORT
    return NextAction.READ
