"""Who may do what, by role and by state: the functions that pages and services ask."""

from __future__ import annotations

import pytest

from diagnostics.domain.permissions import Access, TeamAccess
from diagnostics.domain.vocabulary import MembershipRole, State
from diagnostics.domain.workflow import (
    ADOPT,
    REOPEN,
    REQUEST_CHANGES,
    SUBMIT,
    TRANSITIONS,
    VALIDATE,
    WITHDRAW,
    Transition,
)
from diagnostics.models import Diagnostic
from tests.scene import ROLES, make_scene

DRAFT, SUBMITTED, CHANGES_REQUESTED, VALIDATED, ADOPTED = State
LEAD, CONTRIBUTOR, READER = MembershipRole.LEAD, MembershipRole.CONTRIBUTOR, MembershipRole.READER
NOBODY: frozenset[State] = frozenset()
OPEN = {DRAFT, CHANGES_REQUESTED}
ALL = set(State)

# (role, facilitates): the states in which each right holds.
RIGHTS = {
    "can_view": {
        (LEAD, False): ALL,
        (CONTRIBUTOR, False): ALL,
        (READER, False): ALL,
        (None, True): ALL,
        (None, False): NOBODY,
        (LEAD, True): ALL,
    },
    "can_edit": {
        (LEAD, False): OPEN,
        (CONTRIBUTOR, False): OPEN,
        (READER, False): NOBODY,
        (None, True): NOBODY,
        (None, False): NOBODY,
        (LEAD, True): OPEN,
    },
    "can_manage": {
        (LEAD, False): OPEN,
        (CONTRIBUTOR, False): NOBODY,
        (READER, False): NOBODY,
        (None, True): NOBODY,
        (None, False): NOBODY,
        (LEAD, True): OPEN,
    },
    SUBMIT: {
        (LEAD, False): OPEN,
        (CONTRIBUTOR, False): NOBODY,
        (READER, False): NOBODY,
        (None, True): NOBODY,
        (None, False): NOBODY,
        (LEAD, True): OPEN,
    },
    REQUEST_CHANGES: {
        (LEAD, False): NOBODY,
        (CONTRIBUTOR, False): NOBODY,
        (READER, False): NOBODY,
        (None, True): {SUBMITTED},
        (None, False): NOBODY,
        (LEAD, True): NOBODY,  # nobody facilitates their own structure
    },
    WITHDRAW: {
        (LEAD, False): {SUBMITTED},
        (CONTRIBUTOR, False): NOBODY,
        (READER, False): NOBODY,
        (None, True): NOBODY,
        (None, False): NOBODY,
        (LEAD, True): {SUBMITTED},
    },
    REOPEN: {
        (LEAD, False): {VALIDATED, ADOPTED},
        (CONTRIBUTOR, False): NOBODY,
        (READER, False): NOBODY,
        (None, True): {VALIDATED, ADOPTED},
        (None, False): NOBODY,
        (LEAD, True): {VALIDATED, ADOPTED},
    },
    ADOPT: {
        (LEAD, False): {VALIDATED},
        (CONTRIBUTOR, False): NOBODY,
        (READER, False): NOBODY,
        (None, True): NOBODY,
        (None, False): NOBODY,
        (LEAD, True): {VALIDATED},
    },
}


# The worker prints what is submitted; rendering is for the tests of printing.
pytestmark = pytest.mark.usefixtures("quick_pdf")


RIGHTS[VALIDATE] = RIGHTS[REQUEST_CHANGES]


def has(right: str | Transition, access: Access) -> bool:
    return access.can(right) if isinstance(right, Transition) else getattr(access, right)


def test_every_role_has_its_rights_and_its_place_in_the_access_matrix():
    roles = set(MembershipRole)
    assert {right: {role for role, _ in who} - {None} for right, who in RIGHTS.items()} == (
        dict.fromkeys(RIGHTS, roles)
    )
    assert roles <= set(ROLES)


def test_every_transition_has_its_rights():
    assert {right for right in RIGHTS if isinstance(right, Transition)} == set(TRANSITIONS)


@pytest.mark.parametrize("right", RIGHTS, ids=lambda right: getattr(right, "name", right))
def test_rights_by_role_and_state(right: str):
    for (role, facilitates), states in RIGHTS[right].items():
        held = {
            state
            for state in State
            if has(right, Access(role=role, state=state, is_facilitator=facilitates))
        }
        assert held == states, (role, facilitates)


def test_rights_on_a_structure():
    people = [(role, facilitates) for role in (*MembershipRole, None) for facilitates in (0, 1)]
    accesses = {who: TeamAccess(role=who[0], is_facilitator=bool(who[1])) for who in people}
    assert [who for who in people if not accesses[who].can_view] == [(None, 0)]
    assert [who for who in people if accesses[who].can_manage] == [(LEAD, 0), (LEAD, 1)]


@pytest.mark.django_db
@pytest.mark.parametrize("state", list(State))
def test_answers_can_be_changed_in_the_open_states_alone(state: State):
    assert make_scene(state).diagnostic.is_editable == (state in OPEN)


@pytest.mark.django_db
def test_the_instance_and_the_set_agree_on_what_is_visible():
    scene = make_scene()
    for role in ("lead", "contributor", "reader", "stranger", "facilitator", "staff"):
        person = getattr(scene, role)
        membership = scene.structure.memberships.filter(user=person).first()
        access = Access(
            role=MembershipRole(membership.role) if membership else None,
            state=DRAFT,
            is_facilitator=person.is_facilitator,
        )
        visible = Diagnostic.objects.visible_to(person).filter(pk=scene.diagnostic.pk)
        assert visible.exists() == access.can_view, role
        structures = type(scene.structure).objects.visible_to(person)
        assert structures.filter(pk=scene.structure.pk).exists() == access.can_view, role
