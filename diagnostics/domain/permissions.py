"""Who may do what to a diagnostic: pure functions of (person, object), gathered in one value.

Views, services and templates ask the same :class:`Access`, so that a button shows if and only if
its POST would be accepted.
"""

from __future__ import annotations

from dataclasses import dataclass

from diagnostics.domain.vocabulary import EDITABLE_STATES, MembershipRole, State
from diagnostics.domain.workflow import TRANSITIONS, VALIDATE, WITHDRAW, Right, Transition
from diagnostics.typography import count

EDITING_ROLES = frozenset({MembershipRole.LEAD, MembershipRole.CONTRIBUTOR})


@dataclass(frozen=True)
class TeamAccess:
    """What one person is to one structure: their role in it, and whether they facilitate it; never
    both. ``has_lead``: somebody leads it, or did; a structure that a facilitator creates waits for that.
    """

    role: MembershipRole | None
    is_facilitator: bool = False
    has_lead: bool = True

    @property
    def can_view(self) -> bool:
        """Members of the structure and facilitators; staff without that role see nothing."""
        return self.role is not None or self.is_facilitator

    @property
    def can_manage(self) -> bool:
        """The lead edits the identity card, opens diagnostics and manages the team."""
        return self.role is MembershipRole.LEAD

    @property
    def can_invite_lead(self) -> bool:
        """Invite who will lead it: a facilitator, as long as nobody does."""
        return self.is_facilitator and not self.has_lead

    @property
    def can_edit_card(self) -> bool:
        """Edit the identity card: the lead; while there is none, who prepares the structure."""
        return self.can_manage or self.can_invite_lead


@dataclass(frozen=True)
class Access:
    """What one person is to one diagnostic in its present state.

    ``is_facilitator``: facilitates it; never somebody of the structure's own team. ``is_taken``: a
    facilitator has begun the review of what was submitted; ``pending_requests``: what facilitators
    asked and the structure has not addressed yet; ``was_submitted``: it has a version, be it a draft
    again since.
    """

    role: MembershipRole | None
    state: State
    is_facilitator: bool = False
    is_taken: bool = False
    pending_requests: int = 0
    was_submitted: bool = False

    @property
    def can_view(self) -> bool:
        """Read the diagnostic, its report and its document."""
        return self.role is not None or self.is_facilitator

    @property
    def has_editing_role(self) -> bool:
        """Hold the right to fill in, whatever the state."""
        return self.role in EDITING_ROLES

    @property
    def can_edit(self) -> bool:
        """Fill in answers now: an editing role, in an open state."""
        return self.has_editing_role and self.state in EDITABLE_STATES

    @property
    def can_manage(self) -> bool:
        """Edit what frames the diagnostic (title, board's date, workshops) now."""
        return self.role is MembershipRole.LEAD and self.state in EDITABLE_STATES

    @property
    def can_delete(self) -> bool:
        """Delete the diagnostic: the lead, as long as it was never submitted."""
        return (
            self.role is MembershipRole.LEAD
            and self.state is State.DRAFT
            and not self.was_submitted
        )

    @property
    def can_correct_years(self) -> bool:
        """Correct year N and the horizon: whoever may delete it; what was submitted keeps its years."""
        return self.can_delete

    def may(self, transition: Transition) -> bool:
        """Hold the right to a transition, whatever the state."""
        facilitates = self.is_facilitator and self.role is None
        if transition.right is Right.FACILITATION:
            return facilitates
        is_lead = self.role is MembershipRole.LEAD
        return is_lead or (transition.right is Right.EITHER and facilitates)

    def obstacle(self, transition: Transition) -> str:
        """Say why a transition cannot be made in this state, whoever asks; empty when it can."""
        if self.state not in transition.sources:
            return transition.too_late.format(state=self.state.label)
        if transition is WITHDRAW and self.is_taken:
            return (
                "La relecture est commencée\u00a0: la soumission ne se retire plus. "
                "Demandez à la facilitation de vous rendre la main."
            )
        if transition is VALIDATE and self.pending_requests:
            pending = count(self.pending_requests, "demande attend", "demandes attendent")
            return f"{pending} la réponse de la structure\u00a0: acceptez ou retirez d’abord."
        return ""

    def can(self, transition: Transition) -> bool:
        """Make a transition now."""
        return self.may(transition) and not self.obstacle(transition)

    @property
    def transitions(self) -> dict[str, bool]:
        """What can be made now, by name, for templates: ``access.transitions.submit``."""
        return {transition.name: self.can(transition) for transition in TRANSITIONS}
