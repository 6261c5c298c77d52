"""An invitation to one address, as the team's page makes it."""

from diagnostics.domain.vocabulary import MembershipRole
from diagnostics.models import Invitation, Structure, User
from diagnostics.services.team import invite_members

BASE_URL = "https://d.example"


def invite_member(
    structure: Structure,
    *,
    email: str,
    user: User,
    role: MembershipRole = MembershipRole.READER,
    base_url: str = BASE_URL,
) -> Invitation:
    """Invite an address that is neither a member nor invited already."""
    [told] = invite_members(structure, [email], role=role, user=user, base_url=base_url)
    assert told.invitation is not None, told
    return told.invitation
