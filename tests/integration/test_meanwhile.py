"""What happens between the moment a view looks and the moment its service looks again, under lock.

The loader of each view is followed by what somebody else does at that very moment: the view goes on
with what it read, the service refuses. No refusal is an internal error, and what was typed is on
the page that answers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from html import unescape
from typing import Any

import pytest
from django.urls import reverse

from diagnostics import wizard
from diagnostics.domain.coherence import find_coherence
from diagnostics.domain.vocabulary import MembershipRole, State
from diagnostics.models import Kit, Membership
from diagnostics.queries import load_diagnostic_document
from diagnostics.services import team
from diagnostics.services.coherence import acknowledge_finding, withdraw_acknowledgement
from diagnostics.services.workflow import submit_diagnostic, validate_diagnostic
from diagnostics.views import coherence, diagnostics, facilitation, invitations, structures, thread
from tests.factories import MembershipFactory
from tests.routes import first_point, open_invitation
from tests.situations import BASE_URL, REASON, Cast, identity, make_cast, step_data

pytestmark = pytest.mark.django_db

TYPED = "Écrit <b>juste avant</b>"
FRAME = {
    "title": TYPED,
    "board_date": "2027-03-04",
    "workshops-TOTAL_FORMS": "1",
    "workshops-INITIAL_FORMS": "0",
    "workshops-0-date": "2026-09-08",
    "workshops-0-participants": "7",
    "workshops-0-composition": "Deux & deux",
}
FRAME_TEXTS = (TYPED, "2027-03-04", "2026-09-08", "7", "Deux & deux")


# --- What somebody else does ------------------------------------------------------------------------


def hand_over(cast: Cast) -> None:
    team.hand_over_lead(cast.membership("contributor"), user=cast.lead)


def only_read(cast: Cast) -> None:
    Membership.objects.filter(user=cast.contributor).update(role=MembershipRole.READER.value)


def leave(cast: Cast) -> None:
    team.remove_member(cast.membership("contributor"), user=cast.lead)


def submit(cast: Cast) -> None:
    submit_diagnostic(cast.diagnostic, user=cast.lead, base_url=BASE_URL)


def validate(cast: Cast) -> None:
    validate_diagnostic(cast.diagnostic, user=cast.facilitator, base_url=BASE_URL)


def submit_and_validate(cast: Cast) -> None:
    submit(cast)
    validate(cast)


def empty_an_axis(cast: Cast) -> None:
    cast.diagnostic.answers.filter(step="vision").delete()


def accept(cast: Cast) -> None:
    guest = MembershipFactory.build(structure=None).user
    guest.email = open_invitation(cast).email
    guest.save()
    team.accept_invitation(team.invitation_token(open_invitation(cast)), user=guest)


def cancel(cast: Cast) -> None:
    team.cancel_invitation(open_invitation(cast), user=cast.lead)


def invite_the_same(cast: Cast) -> None:
    MembershipFactory(structure=cast.structure, user__email="ici@exemple.example")


def forget_the_kit(cast: Cast) -> None:
    Kit.objects.update(slug="another")


def take_back(cast: Cast) -> None:
    finding = find_coherence(load_diagnostic_document(cast.diagnostic))[0]
    withdraw_acknowledgement(cast.diagnostic, rule=finding.rule, rows=finding.rows, user=cast.lead)


# --- Where, and what is typed -------------------------------------------------------------------------


def _diagnostic(cast: Cast) -> list[Any]:
    return [cast.diagnostic.pk]


def _structure(cast: Cast) -> list[Any]:
    return [cast.structure.pk]


def _contributor(cast: Cast) -> list[Any]:
    return [cast.structure.pk, cast.membership("contributor").pk]


def _invitation(cast: Cast) -> list[Any]:
    return [cast.structure.pk, open_invitation(cast).pk]


def _point(cast: Cast, role: str) -> dict[str, Any]:
    return first_point(cast) | {"reason": TYPED}


def _choice(cast: Cast, role: str) -> dict[str, Any]:
    finding = find_coherence(load_diagnostic_document(cast.diagnostic))[0]
    named = {"rule": finding.rule, "rows": finding.rows}
    acknowledge_finding(cast.diagnostic, **named, reason=REASON, user=cast.lead)
    return first_point(cast)


def _vision(cast: Cast, role: str) -> dict[str, Any]:
    address = reverse("diagnostic_step", args=[cast.diagnostic.pk, "vision"])
    return step_data(cast.client(role), address) | {"vision-statements-0-text": TYPED}


def _link(cast: Cast, role: str) -> dict[str, Any]:
    return {"gap": "activity-scale:a1", "base_revision": "0", "scale": "epci"}


@dataclass(frozen=True)
class Race:
    """A POST, what happens meanwhile, and what answers: the status, and words of the page.

    ``loader`` is the name of what the view ``module`` reads first. A 302 shows its words on the
    page that it leads to.
    """

    module: Any
    name: str
    who: str
    meanwhile: Callable[[Cast], None]
    status: int
    words: tuple[str, ...]
    data: Callable[[Cast, str], dict[str, Any]] = lambda cast, role: {}
    arguments: Callable[[Cast], list[Any]] = _diagnostic
    loader: str = "get_diagnostic"
    state: State = State.DRAFT
    setting: Callable[[Cast], object] = field(default=lambda cast: None)

    @property
    def id(self) -> str:
        return f"{self.name} while {self.meanwhile.__name__}"


def frame(cast: Cast, role: str) -> dict[str, Any]:
    return FRAME


def confirmed(cast: Cast, role: str) -> dict[str, Any]:
    return {"confirm": "on"}


def card(cast: Cast, role: str) -> dict[str, Any]:
    return identity(TYPED) | {"legal_form": "association"}


def reason(cast: Cast, role: str) -> dict[str, Any]:
    return {"reason": TYPED}


def opening(cast: Cast, role: str) -> dict[str, Any]:
    return {"title": TYPED, "base_year": "2027", "horizon_years": "3"}


def invitation(cast: Cast, role: str) -> dict[str, Any]:
    return {"email": "ici@exemple.example", "role": "reader"}


HERE = {"arguments": _structure, "loader": "get_structure"}
MEMBER = {"arguments": _contributor, "loader": "get_structure"}
NO_RIGHT = "Vous n’avez pas ce droit ici"
RACES = [
    Race(diagnostics, "diagnostic_submit", "lead", hand_over, 403, (NO_RIGHT,), confirmed),
    Race(
        diagnostics,
        "diagnostic_submit",
        "lead",
        submit_and_validate,
        409,
        ("Ce diagnostic est « Validé »",),
        confirmed,
    ),
    Race(diagnostics, "diagnostic_submit", "lead", empty_an_axis, 409, ("Il manque",), confirmed),
    Race(diagnostics, "diagnostic_edit", "lead", hand_over, 403, FRAME_TEXTS, frame),
    Race(
        diagnostics,
        "diagnostic_edit",
        "lead",
        submit,
        409,
        ("Ce diagnostic est « Soumis »", *FRAME_TEXTS),
        frame,
    ),
    Race(
        diagnostics, "diagnostic_create", "lead", hand_over, 403, (TYPED, "2027"), opening, **HERE
    ),
    Race(
        diagnostics,
        "diagnostic_create",
        "lead",
        forget_the_kit,
        409,
        ("n’est pas chargé", TYPED, "2027"),
        opening,
        **HERE,
    ),
    Race(
        facilitation,
        "diagnostic_request_changes",
        "facilitator",
        validate,
        409,
        ("il n’attend pas de relecture", TYPED),
        reason,
        state=State.SUBMITTED,
    ),
    Race(
        facilitation,
        "diagnostic_validate",
        "facilitator",
        validate,
        409,
        ("il n’attend pas de relecture",),
        state=State.SUBMITTED,
    ),
    Race(
        structures, "structure_edit", "lead", hand_over, 403, (TYPED, "Bassin de vie"), card, **HERE
    ),
    Race(
        structures,
        "invitation_create",
        "lead",
        hand_over,
        403,
        ("ici@exemple.example",),
        invitation,
        **HERE,
    ),
    Race(
        structures,
        "invitation_create",
        "lead",
        invite_the_same,
        422,
        ("fait déjà partie", "ici@exemple.example"),
        invitation,
        **HERE,
    ),
    Race(
        structures,
        "invitation_cancel",
        "lead",
        accept,
        302,
        ("déjà été acceptée",),
        arguments=_invitation,
        loader="get_structure",
    ),
    Race(
        structures,
        "member_role",
        "lead",
        hand_over,
        403,
        (NO_RIGHT,),
        lambda cast, role: {"role": "reader"},
        **MEMBER,
    ),
    Race(
        structures,
        "member_role",
        "lead",
        leave,
        302,
        ("ne fait plus partie",),
        lambda cast, role: {"role": "lead"},
        arguments=_contributor,
        loader="_membership",
    ),
    Race(structures, "member_remove", "lead", hand_over, 403, (NO_RIGHT,), **MEMBER),
    Race(
        structures,
        "member_remove",
        "contributor",
        hand_over,
        302,
        ("Transmettez d’abord",),
        **MEMBER,
    ),
    Race(coherence, "finding_acknowledge", "contributor", only_read, 403, (TYPED,), _point),
    Race(
        coherence,
        "finding_acknowledge",
        "contributor",
        submit,
        409,
        ("Ce diagnostic est « Soumis »", TYPED),
        _point,
    ),
    Race(coherence, "finding_reopen", "contributor", only_read, 403, (NO_RIGHT,), _choice),
    Race(coherence, "finding_reopen", "contributor", take_back, 409, ("n’est plus là",), _choice),
    Race(thread, "thread_link", "contributor", only_read, 403, (NO_RIGHT,), _link),
    Race(
        thread, "thread_link", "contributor", submit, 409, ("Ce diagnostic est « Soumis »",), _link
    ),
    Race(
        wizard,
        "diagnostic_step",
        "contributor",
        only_read,
        403,
        (TYPED,),
        _vision,
        lambda cast: [cast.diagnostic.pk, "vision"],
    ),
    Race(
        wizard,
        "diagnostic_step",
        "contributor",
        submit,
        409,
        ("Ce diagnostic est maintenant « Soumis »", TYPED),
        _vision,
        lambda cast: [cast.diagnostic.pk, "vision"],
    ),
]


@pytest.mark.parametrize("race", RACES, ids=lambda race: race.id)
def test_what_the_service_refuses_is_answered_with_what_was_typed(race: Race, monkeypatch):
    cast = make_cast(race.state)
    address = reverse(race.name, args=race.arguments(cast))
    data = race.data(cast, race.who)
    client = cast.client(race.who)
    client.raise_request_exception = False
    load, happened = getattr(race.module, race.loader), []

    def load_then_somebody_acts(*args: Any) -> Any:
        found = load(*args)
        if not happened:
            happened.append(True)
            race.meanwhile(cast)
        return found

    monkeypatch.setattr(race.module, race.loader, load_then_somebody_acts)
    response = client.post(address, data)
    assert (response.status_code, happened) == (race.status, [True])
    if response.status_code == 302:
        response = client.get(response["Location"])
    page = response.content.decode()
    words = unescape(page).replace("\u00a0", " ").replace("\u202f", " ")
    assert [text for text in race.words if text not in words] == []
    assert TYPED not in page
    assert "csrfmiddlewaretoken" not in words.partition("Ce que vous aviez écrit")[2]


def test_an_invitation_cancelled_while_it_is_accepted_says_so(monkeypatch):
    cast = make_cast()
    invited = open_invitation(cast)
    cast.stranger.email = invited.email
    cast.stranger.save(update_fields=["email"])
    load = invitations._situation

    def load_then_cancel(*args: Any) -> Any:
        found = load(*args)
        if found == "joinable":
            cancel(cast)
        return found

    monkeypatch.setattr(invitations, "_situation", load_then_cancel)
    client = cast.client("stranger")
    address = reverse("invitation_accept", args=[team.invitation_token(invited)])
    response = client.post(address, follow=True)
    assert response.status_code == 410
    assert "a été annulée" in unescape(response.content.decode())


@pytest.mark.parametrize(
    ("before", "status"),
    [(hand_over, 403), (submit, 409), (leave, 404)],
    ids=["no right", "closed", "gone"],
)
def test_a_frame_posted_from_an_old_page_gives_its_text_back(before, status):
    """Nothing races here: the page was open for a day."""
    cast = make_cast()
    who = "contributor" if before is leave else "lead"
    client = cast.client(who)
    before(cast)
    response = client.post(reverse("diagnostic_edit", args=[cast.diagnostic.pk]), FRAME)
    page = response.content.decode()
    assert response.status_code == status
    assert [text for text in FRAME_TEXTS if f"{text}</textarea>" not in unescape(page)] == []
    assert TYPED not in page
