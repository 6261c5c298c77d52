"""What somebody gets of what is gone, closed, no longer or never theirs, whichever address they try."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from diagnostics.domain.vocabulary import State
from diagnostics.models import (
    Diagnostic,
    Event,
    Invitation,
    Membership,
    Message,
    Review,
    Structure,
    Thread,
    Version,
)
from diagnostics.policies import addresses
from tests.factories import PASSWORD, UserFactory
from tests.routes import ROUTES, Route, open_invitation
from tests.scene import REASON, SECRETS, Scene, make_scene
from tests.talking import say

pytestmark = pytest.mark.django_db
TYPED = "Tapé par quelqu’un"
POLICIES = {address.name: address.policy for address in addresses()}


@pytest.fixture(autouse=True)
def _quick_pdf(quick_pdf):
    """Rendering is for the tests of reports."""


def asked_of(scene: Scene, *starts: str) -> list[tuple[Route, str, dict]]:
    """The addresses of what belongs to the structure, with what their forms send."""
    found = []
    for route in ROUTES:
        address = route.address(scene)
        if address.startswith(starts):
            data = route.data(scene, address) if route.state is State.DRAFT else {}
            found.append((route, address, data))
    return found


def answers(client: Client, asked: list[tuple[Route, str, dict]]) -> set[tuple]:
    """Every status of reading and sending to these addresses, with the name where it is no 404."""
    found = set()
    for route, address, data in asked:
        policy = POLICIES[route.name]
        statuses = [client.head(address).status_code] if policy.get else []
        statuses += [client.post(address, data).status_code] if policy.post else []
        found |= {(status, "" if status == 404 else route.name) for status in statuses}
    return found


def own(scene: Scene) -> tuple[str, str]:
    return f"/structures/{scene.structure.pk}/", f"/diagnostics/{scene.diagnostic.pk}/"


def what_changed(scene: Scene) -> list[Any]:
    models = (Diagnostic.with_deleted, Structure.with_deleted, Membership.objects)
    models += (Invitation.objects, Thread.objects, Message.objects, Review.objects, Event.objects)
    return [sorted(map(str, manager.values_list())) for manager in models]


# --- Gone, closed, taken back ------------------------------------------------------------------------


def test_what_was_deleted_is_there_for_nobody_at_no_address():
    scene = make_scene()
    asked = asked_of(scene, *own(scene))
    assert len(asked) > 55
    for model in (Diagnostic, Structure):
        model.objects.filter(pk__in=[scene.diagnostic.pk, scene.structure.pk]).update(
            deleted_at=timezone.now(), deleted_by=scene.lead
        )
    before = what_changed(scene)
    for role in ("lead", "facilitator"):
        assert answers(scene.client(role), asked) == {(404, "")}
    assert what_changed(scene) == before


def test_somebody_who_was_removed_gets_404_at_every_address_on_the_next_request():
    scene = make_scene()
    asked = asked_of(scene, *own(scene))
    client = scene.client("contributor")
    home = reverse("diagnostic_home", args=[scene.diagnostic.pk])
    assert client.get(home).status_code == 200
    scene.client("lead").post(
        reverse("member_remove", args=[scene.structure.pk, scene.membership("contributor").pk])
    )
    before = what_changed(scene)
    assert answers(client, asked) == {(404, "")}
    assert what_changed(scene) == before
    start = client.get("/").content.decode()
    assert [words for words in SECRETS if words in start] == []


def test_a_lead_who_handed_over_is_refused_on_the_next_request():
    scene = make_scene()
    client, asked = scene.client("lead"), asked_of(scene, *own(scene))
    address = reverse("member_role", args=[scene.structure.pk, scene.membership("contributor").pk])
    assert client.post(address, {"role": "lead"}).status_code == 302
    for route, at, data in asked:
        expected = route.expected("post")
        if (
            expected["lead"] == 302
            and expected["contributor"] == 403
            and route.state is State.DRAFT
        ) and route.name not in {"conversation_edit", "member_remove"}:  # one's own
            assert client.post(at, data).status_code == 403, route.name


# What fills in, frames or submits: closed to everybody once it is submitted.
CLOSED = {
    *("diagnostic_step", "diagnostic_edit", "report_titles", "step_restore", "step_paste_undo"),
    *("step_paste", "thread_link", "finding_acknowledge", "finding_judge", "finding_reopen"),
    *("diagnostic_submit", "diagnostic_delete", "left_out_reasons"),
}


def test_what_was_submitted_is_closed_whatever_is_sent():
    scene = make_scene()
    asked = asked_of(scene, *own(scene))
    assert {route.name for route, _, _ in asked} >= CLOSED
    scene.browser.post(reverse("diagnostic_submit", args=[scene.diagnostic.pk]), {"confirm": "on"})
    rows, versions = scene.stored_rows(), Version.objects.count()
    clients = {
        role: scene.client(role) for role in ("contributor", "lead", "facilitator", "stranger")
    }
    for route, address, data in asked:
        if route.name not in CLOSED:
            continue
        for role, client in clients.items():
            status = client.post(address, data).status_code
            expected = route.expected("post")[role]
            assert status == (expected if expected in {403, 404} else 409), (route.name, role)
    stored = scene.stored_rows()
    assert {name: stored[name] for name in ("answers", "revisions", "diagnostics")} == {
        name: rows[name] for name in ("answers", "revisions", "diagnostics")
    }
    assert Version.objects.count() == versions


# --- Never theirs -------------------------------------------------------------------------------------


def theirs_of(scene: Scene) -> dict[str, Any]:
    """What another structure has: of each thing that an address or a form can name, one."""
    structure = scene.stranger.memberships.get().structure
    diagnostic = structure.diagnostics.get()
    mine, scene.structure, scene.diagnostic = (
        (scene.structure, scene.diagnostic),
        structure,
        diagnostic,
    )
    lead, scene.lead = scene.lead, scene.stranger
    invitation, thread = open_invitation(scene), say(scene, step=None)
    (scene.structure, scene.diagnostic), scene.lead = mine, lead
    return {
        "structure": structure,
        "diagnostic": diagnostic,
        "membership": structure.memberships.get(),
        "invitation": invitation,
        "thread": thread,
        "message": thread.messages.get(),
    }


def test_what_an_address_or_a_form_names_of_another_structure_is_not_found():
    """Under one's own address: the number of a member, a thread, an invitation… of somebody else."""
    scene = make_scene()
    theirs = theirs_of(scene)
    own_thread = say(scene, step=None)
    pk, structure = scene.diagnostic.pk, scene.structure.pk
    before = what_changed(scene)
    client = scene.client("lead")
    member, thread = theirs["membership"].pk, theirs["thread"].pk
    asked = [
        ("member_role", [structure, member], {"role": "reader"}, {404}),
        ("member_role", [structure, member], {"role": "lead"}, {404}),
        # As when it was pressed twice: nobody of the team has that number.
        ("member_remove", [structure, member], {}, {302}),
        ("invitation_cancel", [structure, theirs["invitation"].pk], {}, {404}),
        ("invitation_resend", [structure, theirs["invitation"].pk], {}, {404}),
        ("conversation_act", [pk, thread, "resoudre"], {}, {404}),
        ("conversation_act", [pk, thread, "repondre"], {"text": TYPED}, {404}),
        (
            "conversation_edit",
            [pk, thread],
            {"message_pk": str(theirs["message"].pk), "text": TYPED},
            {404},
        ),
        (
            "conversation_edit",
            [pk, own_thread.pk],
            {"message_pk": str(theirs["message"].pk), "text": TYPED},
            {403},  # as a message that does not exist
        ),
        (
            "diagnostic_create",
            [structure],
            {"start_from": str(theirs["diagnostic"].pk), "base_year": "2027", "horizon_years": "3"},
            {200, 422},
        ),
        ("conversation_thread", [pk, thread], None, {404}),
        ("diagnostic_compare", [pk], {"avec": str(theirs["diagnostic"].pk)}, {404}),
        ("diagnostic_compare", [pk], {"avec": str(uuid4())}, {404}),
        ("report", [pk], {"version": "1"}, {404}),
        ("document_json", [pk], {"version": "1"}, {404}),
    ]
    for name, arguments, data, statuses in asked:
        address = reverse(name, args=arguments)
        reads = data is None or name in {"diagnostic_compare", "report", "document_json"}
        with transaction.atomic():
            response = client.get(address, data) if reads else client.post(address, data)
        assert response.status_code in statuses, (name, data, response.status_code)
        assert "Ailleurs" not in response.content.decode(), name
    assert what_changed(scene) == before


def test_a_review_or_a_structure_is_given_to_facilitators_only():
    scene = make_scene(State.SUBMITTED)
    client = scene.client("facilitator")
    before = what_changed(scene)
    gone = UserFactory(facilitator=True, is_active=False)
    for person in (scene.lead, scene.stranger, gone):
        named = str(person.pk)
        for name, pk, data in (
            ("review_hand_over", scene.diagnostic.pk, {"to": named}),
            ("structure_facilitator", scene.structure.pk, {"facilitator": named}),
        ):
            answer = client.post(reverse(name, args=[pk]), data)
            assert answer.status_code == 422, (name, person)
        absent = {"absent_from": "2031-01-01", "absent_until": "2031-02-01", "stand_in": named}
        assert client.post(reverse("absence"), absent).status_code == 422
    assert what_changed(scene) == before


def test_a_reader_cannot_name_a_structure_to_the_portfolio():
    scene = make_scene()
    before = what_changed(scene)
    sent = {"structure": [str(scene.structure.pk)], "facilitator": "me", "name": REASON}
    for name in ("portfolio_assign", "portfolio_cohort_add", "portfolio_letter_send"):
        assert scene.client("reader").post(reverse(name), sent).status_code == 403
    assert what_changed(scene) == before


ELSEWHERE = [
    *(
        "https://ailleurs.example/",
        "//ailleurs.example",
        "/\\ailleurs.example",
        "\\\\ailleurs.example",
    ),
    *("javascript:alert(1)", "https:ailleurs.example", "http://testserver@ailleurs.example/"),
    *("/\t/ailleurs.example", "///ailleurs.example", "data:text/html,x"),
]


@pytest.mark.parametrize("address", ELSEWHERE)
def test_no_next_page_leads_elsewhere(address: str):
    person = UserFactory(verified=True, name="Ines")
    typed = {"login": person.email, "password": PASSWORD, "next": address}
    signed_in = Client().post(f"{reverse('account_login')}", typed)
    left = Scene.client_of(person).post(reverse("account_logout"), {"next": address})
    back = Scene.client_of(person).get(reverse("account_login"), {"next": address})
    for answer in (signed_in, left, back):
        assert answer.status_code == 302
        assert answer["Location"] in {"/", "/structures/nouvelle/"}, answer["Location"]
