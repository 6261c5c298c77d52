"""The life of a diagnostic as a table, written out: who makes which transition in which state.

For each state, each person and each transition: what POST answers, what GET does to whom it may be
open, and whether a page shows its button. Strangers are refused before the state is looked at.
"""

from __future__ import annotations

import pytest
from django.db import transaction
from django.urls import reverse

from diagnostics.domain.vocabulary import MembershipRole, State
from diagnostics.models import Event
from tests.factories import MembershipFactory, UserFactory
from tests.pages import page_of
from tests.scene import IN_SPITE, REASON, Scene, make_scene

pytestmark = pytest.mark.django_db
DRAFT, SUBMITTED, CHANGES_REQUESTED, VALIDATED, ADOPTED = State
LEAD, FACILITATOR = {"lead"}, {"facilitator"}
# Transition: what is posted, from which states, to which one, by whom.
TABLE = {
    "submit": ({"confirm": "on"}, {DRAFT, CHANGES_REQUESTED}, SUBMITTED, LEAD),
    "withdraw": ({}, {SUBMITTED}, DRAFT, LEAD),
    "request_changes": ({"reason": REASON}, {SUBMITTED}, CHANGES_REQUESTED, FACILITATOR),
    "validate": ({"in_spite": IN_SPITE}, {SUBMITTED}, VALIDATED, FACILITATOR),
    "reopen": ({"reason": REASON}, {VALIDATED, ADOPTED}, CHANGES_REQUESTED, LEAD | FACILITATOR),
    "adopt": ({"date": "2026-09-17"}, {VALIDATED}, ADOPTED, LEAD),
}
# What a facilitator who belongs to the structure is in it: its member, and nothing more.
MEMBERS = {
    "facilitator_member": MembershipRole.CONTRIBUTOR,
    "facilitator_reader": MembershipRole.READER,
}
STRANGERS = ("stranger", "staff")
# Whose pages are asked for: of the others, the access matrix asks for each once.
ASKING = {"lead", "facilitator", "facilitator_member"}
ROLES = ("reader", "contributor", "lead", "facilitator", *MEMBERS)


def client_of(scene: Scene, role: str):
    if role not in MEMBERS:
        return scene.client(role)
    person = UserFactory(facilitator=True)
    MembershipFactory(structure=scene.structure, user=person, role=MEMBERS[role].value)
    return scene.client_of(person)


def answers(scene: Scene, role: str, client, name: str) -> tuple[int, int, bool]:
    """What GET and POST of a transition answer, and whether the diagnostic moved; all is forgotten."""
    address = reverse(f"diagnostic_{name}", args=[scene.diagnostic.pk])
    state, events = scene.diagnostic.state, Event.objects.count()
    asked = client.get(address).status_code if role in ASKING else expected(name, role, state)[0]
    with transaction.atomic():
        done = client.post(address, TABLE[name][0]).status_code
        scene.diagnostic.refresh_from_db()
        moved = scene.diagnostic.state != state
        if moved:
            assert scene.diagnostic.state == TABLE[name][2]
        assert Event.objects.count() == events + moved
        transaction.set_rollback(True)
    scene.diagnostic.refresh_from_db()
    return asked, done, moved


def expected(name: str, role: str, state: State) -> tuple[int, int, bool]:
    _data, sources, _target, holders = TABLE[name]
    if role in STRANGERS:
        return 404, 404, False
    if role not in holders:
        return 403, 403, False
    return (200, 302, True) if state in sources else (409, 409, False)


@pytest.mark.parametrize("state", list(State))
def test_every_transition_by_everybody(state: State):
    scene = make_scene(state)
    for role in (*ROLES, *STRANGERS[: 2 if state is State.DRAFT else 1]):
        client = client_of(scene, role)
        found = {name: answers(scene, role, client, name) for name in TABLE}
        assert found == {name: expected(name, role, state) for name in TABLE}, role
        # What the others' home and check page offer is asked in test_access_matrix.py.
        if role not in MEMBERS and role != "facilitator":
            continue
        pages = ["diagnostic_home", "diagnostic_check"]
        addresses = [reverse(page, args=[scene.diagnostic.pk]) for page in pages]
        addresses.append(reverse("portfolio"))
        shown = set()
        for address in addresses:
            page = page_of(client.get(address))
            shown |= page.post_actions | set(page.links)
        offered = {
            name
            for name in TABLE
            if reverse(f"diagnostic_{name}", args=[scene.diagnostic.pk]) in shown
        }
        assert offered == {name for name, (_g, _p, moved) in found.items() if moved}, role
