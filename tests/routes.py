"""Every address of the application, with what each kind of person gets by GET and by POST.

The columns of a row are those of ``situations.ROLES``. ``LOGIN`` is a redirect to the sign-in page,
any other 302 leads elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from diagnostics.domain.vocabulary import MembershipRole, State
from diagnostics.models import Invitation
from diagnostics.services.team import invitation_token, invite_member
from tests.situations import BASE_URL, REASON, ROLES, Cast, identity, page_of, step_data

LOGIN = "login"
# Addresses of others, known by the start of their path.
DECLARED_PREFIXES = ("accounts/", "administration/")

Statuses = tuple[Any, ...]
EVERYBODY_200: Statuses = (200,) * 7
NOT_ALLOWED: Statuses = (LOGIN,) + (405,) * 6
PUBLIC_NOT_ALLOWED: Statuses = (405,) * 7


def members(reader: int, contributor: int, lead: int, facilitator: int) -> Statuses:
    """What members and facilitators get; strangers and staff learn nothing."""
    return (LOGIN, 404, reader, contributor, lead, facilitator, 404)


@dataclass(frozen=True)
class Route:
    """An address: its name, its arguments, what GET and POST answer, in which state."""

    name: str
    get: Statuses
    post: Statuses
    arguments: Callable[[Cast], list[Any]] = lambda cast: []
    data: Callable[[Cast, str], dict[str, Any]] = lambda cast, address: {}
    state: State = State.DRAFT
    # What a person who may see it reads there.
    shows: str = ""

    def address(self, cast: Cast) -> str:
        return reverse(self.name, args=self.arguments(cast))

    def expected(self, method: str) -> dict[str, Any]:
        return dict(zip(ROLES, getattr(self, method), strict=True))


def _structure(cast: Cast) -> list[Any]:
    return [cast.structure.pk]


def _diagnostic(cast: Cast) -> list[Any]:
    return [cast.diagnostic.pk]


def _contributor(cast: Cast) -> list[Any]:
    return [cast.structure.pk, cast.membership("contributor").pk]


def open_invitation(cast: Cast) -> Invitation:
    """An invitation to join the structure that nobody has accepted yet."""
    found = cast.structure.invitations.first()
    return found or invite_member(
        cast.structure,
        email="invitee@exemple.example",
        role=MembershipRole.READER,
        user=cast.lead,
        base_url=BASE_URL,
    )


def _unchanged_frame(cast: Cast, address: str) -> dict[str, Any]:
    """What the frame's form sends when nothing is changed in it."""
    forms = page_of(cast.client("lead").get(address)).forms
    return next(form.data for form in forms if "title" in form.data)


VIEWERS = members(200, 200, 200, 200)
LEAD_200 = members(403, 403, 200, 403)
LEAD_302 = members(403, 403, 302, 403)
REVIEWER_302 = members(403, 403, 403, 302)

ROUTES = [
    Route("start", EVERYBODY_200, PUBLIC_NOT_ALLOWED),
    Route("about", EVERYBODY_200, PUBLIC_NOT_ALLOWED),
    Route("health", EVERYBODY_200, PUBLIC_NOT_ALLOWED),
    Route(
        "structure_create",
        (LOGIN,) + (200,) * 6,
        (LOGIN,) + (302,) * 6,
        data=lambda cast, address: identity("Nouvelle") | {"legal_form": "association"},
    ),
    Route("structure_detail", VIEWERS, NOT_ALLOWED, _structure, shows="Confidence"),
    Route(
        "structure_edit",
        LEAD_200,
        LEAD_302,
        _structure,
        data=lambda cast, address: identity("Renommée") | {"legal_form": "association"},
    ),
    Route("structure_team", VIEWERS, NOT_ALLOWED, _structure, shows="Carl Contributor"),
    Route(
        "invitation_create",
        LEAD_302,
        LEAD_302,
        _structure,
        data=lambda cast, address: {"email": "nouvelle@exemple.example", "role": "reader"},
    ),
    Route(
        "invitation_cancel",
        NOT_ALLOWED,
        LEAD_302,
        lambda cast: [cast.structure.pk, open_invitation(cast).pk],
    ),
    Route(
        "member_role",
        LEAD_200,
        LEAD_302,
        _contributor,
        data=lambda cast, address: {"role": "reader"},
    ),
    # The contributor may leave by themselves.
    Route(
        "member_remove",
        members(403, 200, 200, 403),
        members(403, 302, 302, 403),
        _contributor,
    ),
    Route(
        "diagnostic_create",
        LEAD_200,
        LEAD_302,
        _structure,
        data=lambda cast, address: {"base_year": "2027", "horizon_years": "3"},
    ),
    # The link of an invitation says who invites; only its address can accept it.
    Route(
        "invitation_accept",
        EVERYBODY_200,
        EVERYBODY_200,
        lambda cast: [invitation_token(open_invitation(cast))],
    ),
    Route("diagnostic_home", VIEWERS, NOT_ALLOWED, _diagnostic, shows="Ambition très réservée"),
    Route(
        "diagnostic_edit",
        LEAD_200,
        LEAD_302,
        _diagnostic,
        data=_unchanged_frame,
    ),
    Route(
        "diagnostic_step",
        VIEWERS,
        members(403, 302, 302, 403),
        lambda cast: [cast.diagnostic.pk, "vision"],
        data=lambda cast, address: step_data(cast.client("lead"), address),
        shows="Énoncé que nul autre ne lit",
    ),
    Route(
        "positioning_preview",
        NOT_ALLOWED,
        VIEWERS,
        _diagnostic,
        data=lambda cast, address: {
            "positioning-rows-TOTAL_FORMS": "0",
            "positioning-rows-INITIAL_FORMS": "0",
        },
    ),
    Route("diagnostic_check", VIEWERS, NOT_ALLOWED, _diagnostic, shows="Énoncé que nul autre"),
    Route(
        "diagnostic_submit",
        NOT_ALLOWED,
        LEAD_302,
        _diagnostic,
        data=lambda cast, address: {"confirm": "on"},
    ),
    Route(
        "diagnostic_request_changes",
        NOT_ALLOWED,
        REVIEWER_302,
        _diagnostic,
        data=lambda cast, address: {"reason": REASON},
        state=State.SUBMITTED,
    ),
    Route("diagnostic_validate", NOT_ALLOWED, REVIEWER_302, _diagnostic, state=State.SUBMITTED),
    Route("report", VIEWERS, NOT_ALLOWED, _diagnostic, shows="Énoncé que nul autre ne lit"),
    Route("report_pdf", VIEWERS, NOT_ALLOWED, _diagnostic),
    Route("report_synthesis_pdf", VIEWERS, NOT_ALLOWED, _diagnostic),
    Route("kit_pdf", (LOGIN,) + (200,) * 6, NOT_ALLOWED),
    Route("document_json", VIEWERS, NOT_ALLOWED, _diagnostic, shows="Énoncé que nul autre ne lit"),
    Route("portfolio", (LOGIN, 403, 403, 403, 403, 200, 403), NOT_ALLOWED, shows="Confidence"),
]
