"""What happens between the moment a view looks and the moment its service looks again, under lock.

The loader of each view is followed by what somebody else does at that very moment: the view goes on
with what it read, the service refuses. No refusal is an internal error, and what was typed is on
the page that answers.
"""

from __future__ import annotations

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
from diagnostics.views import (
    coherence,
    diagnostics,
    invitations,
    reviewing,
    structures,
    thread,
    transitions,
)
from tests.factories import MembershipFactory
from tests.meanwhile import TYPED, Race, play
from tests.pages import step_data
from tests.routes import first_point, open_invitation
from tests.scene import BASE_URL, IN_SPITE, REASON, Scene, identity, make_scene

pytestmark = pytest.mark.django_db

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


def hand_over(scene: Scene) -> None:
    team.hand_over_lead(scene.membership("contributor"), user=scene.lead)


def only_read(scene: Scene) -> None:
    Membership.objects.filter(user=scene.contributor).update(role=MembershipRole.READER.value)


def leave(scene: Scene) -> None:
    team.remove_member(scene.membership("contributor"), user=scene.lead)


def submit(scene: Scene) -> None:
    submit_diagnostic(scene.diagnostic, user=scene.lead, base_url=BASE_URL)


def validate(scene: Scene) -> None:
    validate_diagnostic(
        scene.diagnostic, user=scene.facilitator, base_url=BASE_URL, in_spite=IN_SPITE
    )


def submit_and_validate(scene: Scene) -> None:
    submit(scene)
    validate(scene)


def empty_an_axis(scene: Scene) -> None:
    scene.diagnostic.answers.filter(step="vision").delete()


def accept(scene: Scene) -> None:
    guest = MembershipFactory.build(structure=None).user
    guest.email = open_invitation(scene).email
    guest.save()
    team.accept_invitation(team.invitation_token(open_invitation(scene)), user=guest)


def cancel(scene: Scene) -> None:
    team.cancel_invitation(open_invitation(scene), user=scene.lead)


def invite_the_same(scene: Scene) -> None:
    MembershipFactory(structure=scene.structure, user__email="ici@exemple.example")


def forget_the_kit(scene: Scene) -> None:
    Kit.objects.update(slug="another")


def take_back(scene: Scene) -> None:
    finding = find_coherence(load_diagnostic_document(scene.diagnostic))[0]
    withdraw_acknowledgement(
        scene.diagnostic, rule=finding.rule, rows=finding.rows, user=scene.lead
    )


# --- Where, and what is typed -------------------------------------------------------------------------


def _structure(scene: Scene) -> list[Any]:
    return [scene.structure.pk]


def _contributor(scene: Scene) -> list[Any]:
    return [scene.structure.pk, scene.membership("contributor").pk]


def _invitation(scene: Scene) -> list[Any]:
    return [scene.structure.pk, open_invitation(scene).pk]


def _point(scene: Scene, role: str) -> dict[str, Any]:
    return first_point(scene) | {"reason": TYPED}


def _choice(scene: Scene, role: str) -> dict[str, Any]:
    finding = find_coherence(load_diagnostic_document(scene.diagnostic))[0]
    named = {"rule": finding.rule, "rows": finding.rows}
    acknowledge_finding(scene.diagnostic, **named, reason=REASON, user=scene.lead)
    return first_point(scene)


def _vision(scene: Scene, role: str) -> dict[str, Any]:
    address = reverse("diagnostic_step", args=[scene.diagnostic.pk, "vision"])
    return step_data(scene.client(role), address) | {"vision-statements-0-text": TYPED}


def _link(scene: Scene, role: str) -> dict[str, Any]:
    return {"gap": "activity-scale:a1", "base_revision": "0", "scale": "epci"}


def frame(scene: Scene, role: str) -> dict[str, Any]:
    return FRAME


def confirmed(scene: Scene, role: str) -> dict[str, Any]:
    return {"confirm": "on"}


def card(scene: Scene, role: str) -> dict[str, Any]:
    return identity(TYPED) | {"legal_form": "association"}


def reason(scene: Scene, role: str) -> dict[str, Any]:
    return {"reason": TYPED}


def opening(scene: Scene, role: str) -> dict[str, Any]:
    return {"title": TYPED, "base_year": "2027", "horizon_years": "3"}


def invitation(scene: Scene, role: str) -> dict[str, Any]:
    return {"addresses": "ici@exemple.example", "role": "reader"}


HERE = {"arguments": _structure, "loader": "get_structure"}
MEMBER = {"arguments": _contributor, "loader": "get_structure"}
NO_RIGHT = "Vous n’avez pas ce droit ici"
RACES = [
    Race(transitions, "diagnostic_submit", "lead", hand_over, 403, (NO_RIGHT,), confirmed),
    Race(
        transitions,
        "diagnostic_submit",
        "lead",
        submit_and_validate,
        409,
        ("Ce diagnostic est « Validé »",),
        confirmed,
    ),
    Race(transitions, "diagnostic_submit", "lead", empty_an_axis, 409, ("Il manque",), confirmed),
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
        transitions,
        "diagnostic_request_changes",
        "facilitator",
        validate,
        409,
        ("il n’attend pas de relecture", TYPED),
        reason,
        state=State.SUBMITTED,
    ),
    Race(
        reviewing,
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
        302,
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
        lambda scene, role: {"role": "reader"},
        **MEMBER,
    ),
    Race(
        structures,
        "member_role",
        "lead",
        leave,
        302,
        ("ne fait plus partie",),
        lambda scene, role: {"role": "lead"},
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
        lambda scene: [scene.diagnostic.pk, "vision"],
    ),
    Race(
        wizard,
        "diagnostic_step",
        "contributor",
        submit,
        409,
        ("Ce diagnostic est maintenant « Soumis »", TYPED),
        _vision,
        lambda scene: [scene.diagnostic.pk, "vision"],
    ),
]


@pytest.mark.parametrize("race", RACES, ids=lambda race: race.id)
def test_what_the_service_refuses_is_answered_with_what_was_typed(race: Race, monkeypatch):
    play(race, monkeypatch)


def test_an_invitation_cancelled_while_it_is_accepted_says_so(monkeypatch):
    scene = make_scene()
    invited = open_invitation(scene)
    scene.stranger.email = invited.email
    scene.stranger.save(update_fields=["email"])
    load = invitations._situation

    def load_then_cancel(*args: Any) -> Any:
        found = load(*args)
        if found == "joinable":
            cancel(scene)
        return found

    monkeypatch.setattr(invitations, "_situation", load_then_cancel)
    client = scene.client("stranger")
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
    scene = make_scene()
    who = "contributor" if before is leave else "lead"
    client = scene.client(who)
    before(scene)
    response = client.post(reverse("diagnostic_edit", args=[scene.diagnostic.pk]), FRAME)
    page = response.content.decode()
    assert response.status_code == status
    assert [text for text in FRAME_TEXTS if f"{text}</textarea>" not in unescape(page)] == []
    assert TYPED not in page
