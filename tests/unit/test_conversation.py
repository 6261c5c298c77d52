"""Who may do what in a thread: the table of states, roles and deeds."""

from __future__ import annotations

import datetime as dt

import pytest

from diagnostics.domain.conversation import (
    COMMENT_STATES,
    DEEDS,
    MINUTES_TO_EDIT,
    Audience,
    Standing,
    ThreadKind,
    ThreadState,
    audiences_of,
    can_edit,
    can_open,
    deeds_of,
    may,
    obstacle,
)
from diagnostics.domain.permissions import Access
from diagnostics.domain.vocabulary import MembershipRole, State

NOW = dt.datetime(2026, 11, 29, 12, tzinfo=dt.UTC)
ROLES = {
    "lead": {"role": MembershipRole.LEAD},
    "contributor": {"role": MembershipRole.CONTRIBUTOR},
    "reader": {"role": MembershipRole.READER},
    "facilitator": {"role": None, "is_facilitator": True},
    "staff": {"role": None},
}
SHARED, TEAM, FACILITATORS = Audience
COMMENT, REQUEST = ThreadKind
OPEN, RESOLVED, PENDING, ADDRESSED, ACCEPTED, WITHDRAWN = ThreadState


def access_of(role: str, state: State = State.DRAFT) -> Access:
    return Access(state=state, **ROLES[role])


def done_by(role: str, audience: Audience, state: ThreadState, *, is_own: bool = False) -> str:
    kind = COMMENT if state in COMMENT_STATES else REQUEST
    standing = Standing(audience, kind, state, is_own)
    return " ".join(deed.name for deed in deeds_of(access_of(role), standing))


# What each can do in a thread that somebody else opened, by audience and state.
TABLE = {
    (SHARED, OPEN): {
        "lead": "repondre resoudre",
        "contributor": "repondre resoudre",
        "reader": "repondre",
        "facilitator": "repondre resoudre",
    },
    (SHARED, RESOLVED): {"lead": "rouvrir", "contributor": "rouvrir", "facilitator": "rouvrir"},
    (SHARED, PENDING): {
        "lead": "repondre traiter",
        "contributor": "repondre traiter",
        "reader": "repondre",
        "facilitator": "repondre accepter retirer",
    },
    (SHARED, ADDRESSED): {
        "lead": "repondre",
        "contributor": "repondre",
        "reader": "repondre",
        "facilitator": "repondre accepter redemander retirer",
    },
    (SHARED, ACCEPTED): {"facilitator": "redemander"},
    (SHARED, WITHDRAWN): {"facilitator": "redemander"},
    (TEAM, OPEN): {
        "lead": "repondre resoudre",
        "contributor": "repondre resoudre",
        "reader": "repondre",
    },
    (TEAM, RESOLVED): {"lead": "rouvrir", "contributor": "rouvrir"},
    (FACILITATORS, OPEN): {"facilitator": "repondre resoudre"},
    (FACILITATORS, RESOLVED): {"facilitator": "rouvrir"},
}


@pytest.mark.parametrize("place", TABLE, ids=lambda place: "-".join(place))
def test_who_does_what(place):
    audience, state = place
    expected = {role: TABLE[place].get(role, "") for role in ROLES}
    assert {role: done_by(role, audience, state) for role in ROLES} == expected


def test_the_table_holds_every_state_of_every_audience():
    held = {(audience, state) for audience in (TEAM, FACILITATORS) for state in COMMENT_STATES}
    assert set(TABLE) == held | {(SHARED, state) for state in ThreadState}


def test_who_opened_a_comment_resolves_it_and_opens_it_again():
    assert done_by("reader", SHARED, OPEN, is_own=True) == "repondre resoudre"
    assert done_by("reader", TEAM, RESOLVED, is_own=True) == "rouvrir"
    # Nothing more of a request, and nothing of what one does not read any more.
    assert done_by("reader", SHARED, PENDING, is_own=True) == "repondre"
    assert done_by("staff", SHARED, OPEN, is_own=True) == ""


@pytest.mark.parametrize("role", ROLES)
def test_a_right_is_not_a_matter_of_state_and_a_state_not_one_of_right(role):
    """403 or 409: one or the other is always known."""
    for audience, state in TABLE:
        kind = COMMENT if state in COMMENT_STATES else REQUEST
        standing = Standing(audience, kind, state)
        for deed in DEEDS.values():
            can = may(access_of(role), deed, standing) and not obstacle(deed, standing)
            assert can == (deed.name in TABLE[audience, state].get(role, "").split())


def test_a_refusal_names_the_state():
    accepted = Standing(SHARED, REQUEST, ACCEPTED)
    assert obstacle(DEEDS["traiter"], accepted) == (
        "Cette demande est maintenant «\u00a0acceptée\u00a0»\u00a0: relisez-la avant de continuer."
    )
    assert obstacle(DEEDS["repondre"], Standing(TEAM, COMMENT, RESOLVED)) == (
        "Cet échange est maintenant «\u00a0résolu\u00a0»\u00a0: relisez-le avant de continuer."
    )


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("role", ROLES)
def test_who_opens_what_in_every_state_of_a_diagnostic(role, state):
    access = access_of(role, state)
    is_member = role in {"lead", "contributor", "reader"}
    expected = {
        (SHARED, COMMENT): role != "staff",
        (SHARED, REQUEST): role == "facilitator",
        (TEAM, COMMENT): is_member,
        (TEAM, REQUEST): False,
        (FACILITATORS, COMMENT): role == "facilitator",
        (FACILITATORS, REQUEST): False,
    }
    assert {place: can_open(access, *place) for place in expected} == expected
    assert audiences_of(access) == [a for a in Audience if expected[a, COMMENT]]


def test_ones_own_message_for_a_quarter_of_an_hour():
    access, written = access_of("reader"), NOW - dt.timedelta(minutes=MINUTES_TO_EDIT)
    almost = written + dt.timedelta(seconds=1)
    assert can_edit(access, TEAM, is_own=True, written_at=almost, now=NOW)
    assert not can_edit(access, TEAM, is_own=True, written_at=written, now=NOW)
    assert not can_edit(access, TEAM, is_own=False, written_at=almost, now=NOW)
    # Somebody who left the team reads it no more.
    assert not can_edit(access_of("facilitator"), TEAM, is_own=True, written_at=almost, now=NOW)
