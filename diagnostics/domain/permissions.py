"""Who may do what to a diagnostic: pure functions of (person, object), gathered in one value.

Views, services and templates ask the same :class:`Access`, so that a button shows if and only if
its POST would be accepted.
"""

from __future__ import annotations

from dataclasses import dataclass

from diagnostics.domain.vocabulary import EDITABLE_STATES, MembershipRole, State

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
    def may_submit(self) -> bool:
        """Hold the right to submit, whatever the state."""
        return self.role is MembershipRole.LEAD

    @property
    def can_submit(self) -> bool:
        """Submit now."""
        return self.may_submit and self.state in EDITABLE_STATES

    @property
    def can_manage(self) -> bool:
        """Edit what frames the diagnostic (title, board's date, workshops) now."""
        return self.role is MembershipRole.LEAD and self.state in EDITABLE_STATES

    @property
    def may_review(self) -> bool:
        """Hold the right to request changes and to validate, whatever the state."""
        return self.is_facilitator

    @property
    def can_review(self) -> bool:
        """Request changes or validate now."""
        return self.may_review and self.state is State.SUBMITTED
