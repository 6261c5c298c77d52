"""Who may do what to a diagnostic: pure functions of (person, object), gathered in one value.

Views, services and templates ask the same :class:`Access`, so that a button shows if and only if
its POST would be accepted.
"""

from __future__ import annotations

from dataclasses import dataclass

from diagnostics.domain.vocabulary import EDITABLE_STATES, MembershipRole, State
from diagnostics.domain.workflow import TRANSITIONS, Right, Transition

EDITING_ROLES = frozenset({MembershipRole.LEAD, MembershipRole.CONTRIBUTOR})


@dataclass(frozen=True)
class TeamAccess:
    """What one person is to one structure: their role in it, and whether they facilitate."""

    role: MembershipRole | None
    is_facilitator: bool = False

    @property
    def can_view(self) -> bool:
        """Members of the structure and facilitators; staff without that role see nothing."""
        return self.role is not None or self.is_facilitator

    @property
    def can_manage(self) -> bool:
        """The lead edits the identity card, opens diagnostics and manages the team."""
        return self.role is MembershipRole.LEAD


@dataclass(frozen=True)
class Access:
    """What one person is to one diagnostic in its present state."""

    role: MembershipRole | None
    state: State
    is_facilitator: bool = False

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
        return self.role is MembershipRole.LEAD and self.state is State.DRAFT

    def may(self, transition: Transition) -> bool:
        """Hold the right to a transition, whatever the state."""
        if transition.right is Right.FACILITATION:
            return self.is_facilitator
        return self.role is MembershipRole.LEAD

    def can(self, transition: Transition) -> bool:
        """Make a transition now."""
        return self.may(transition) and self.state in transition.sources

    @property
    def transitions(self) -> dict[str, bool]:
        """What can be made now, by name, for templates: ``access.transitions.submit``."""
        return {transition.name: self.can(transition) for transition in TRANSITIONS}
