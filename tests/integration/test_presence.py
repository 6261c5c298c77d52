"""Who else has a step open, and what they stored: told to a page that has typed nothing."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from diagnostics.domain.answers import Objectives
from diagnostics.domain.vocabulary import MembershipRole, State, StepKey
from diagnostics.models import KeptText, Presence
from diagnostics.services.presence import WAITS, purge_presences
from tests.scene import Scene, bring_to, make_scene

pytestmark = pytest.mark.django_db
OBJECTIVES = StepKey.OBJECTIVES


@pytest.fixture
def scene() -> Scene:
    scene = Scene()
    scene.store(Objectives.model_validate({"rows": [{"id": "o1", "statement": "Un"}]}))
    return scene


def ask(scene, data, user=None) -> dict:
    client = scene.client_of(user) if user else None
    response = scene.post(OBJECTIVES, data, client=client, autosave="1", unchanged="1")
    assert response.status_code == 200
    return response.json()


def test_who_was_seen_within_a_minute_is_told_to_the_others(scene):
    bob, zoe = scene.member("Bob Collègue"), scene.member("Zoé Collègue")
    data = scene.page(OBJECTIVES)
    assert ask(scene, data) == {"revision": 1, "others": []}
    assert ask(scene, data, zoe)["others"] == ["Lise Lead"]
    assert ask(scene, data, bob)["others"] == ["Lise Lead", "Zoé Collègue"]
    assert ask(scene, data)["others"] == ["Bob Collègue", "Zoé Collègue"]
    assert scene.post(StepKey.ROLES, scene.page(StepKey.ROLES), autosave="1").json()["others"] == []

    Presence.objects.filter(user=zoe).update(seen_at=timezone.now() - dt.timedelta(seconds=61))
    assert ask(scene, data)["others"] == ["Bob Collègue"]
    assert Presence.objects.filter(step="objectives").count() == 3


def test_whose_text_was_stored_learns_that_a_colleague_has_one_to_choose_and_not_what_it_says(
    scene,
):
    bob = scene.member("Bob Collègue")
    mine, bobs = scene.page(OBJECTIVES), scene.page(OBJECTIVES, user=bob)
    statement = "objectives-rows-0-statement"
    scene.post(OBJECTIVES, mine, autosave="1", **{statement: "De Lise"})
    client = scene.client_of(bob)
    scene.post(OBJECTIVES, bobs, client=client, autosave="1", **{statement: "De Bob canaribleu"})
    assert scene.kept(OBJECTIVES, bob) == {"rows/o1/statement": ["De Bob canaribleu"]}

    mine = scene.page(OBJECTIVES)
    told = ask(scene, mine)
    assert told["others"] == [f"Bob Collègue ({WAITS})"]
    assert "canaribleu" not in str(told)
    assert ask(scene, scene.page(OBJECTIVES, user=bob), bob)["others"] == ["Lise Lead"]
    # Of another step, and once it is chosen, nothing is said.
    roles = scene.page(StepKey.ROLES)
    scene.post(StepKey.ROLES, roles, client=client, autosave="1")
    assert scene.post(StepKey.ROLES, roles, autosave="1").json()["others"] == ["Bob Collègue"]
    KeptText.objects.all().delete()
    assert ask(scene, mine)["others"] == ["Bob Collègue"]


def test_a_page_that_goes_on_typing_is_not_written_down_at_each_save(scene):
    data = scene.page(OBJECTIVES)
    ask(scene, data)
    ten, twenty = (timezone.now() - dt.timedelta(seconds=seconds) for seconds in (10, 20))
    for seen_at, is_written in ((ten, False), (twenty, True)):
        Presence.objects.update(seen_at=seen_at)
        ask(scene, data)
        assert (Presence.objects.get().seen_at > seen_at) is is_written


def test_what_a_colleague_stored_comes_with_the_next_question(scene):
    bob = scene.member("Bob Collègue")
    data = scene.page(OBJECTIVES)
    rows = [{"id": "o2", "statement": "De Bob"}, {"id": "o1", "statement": "Un, repris"}]
    scene.store(Objectives.model_validate({"rows": rows}), user=bob)
    before = scene.stored_rows()

    told = ask(scene, data)

    assert (told["revision"], told["kept"]) == (2, [])
    assert told["news"]["rows"] == {"rows": ["o2", "o1"]}
    assert told["news"]["texts"]["rows/o1/statement"] == ["Un, repris"]
    assert told["said"] == "Bob Collègue a ajouté 1\u00a0objectif et modifié 1\u00a0objectif."
    assert scene.stored_rows() == before


def test_nobody_is_told_of_a_diagnostic_that_is_closed():
    scene = make_scene()
    data = scene.page(StepKey.VISION)
    bring_to(scene, State.SUBMITTED)
    response = scene.post(StepKey.VISION, data, autosave="1", unchanged="1")
    assert response.status_code == 409
    assert not Presence.objects.exists()


def test_who_may_only_read_asks_nothing(scene):
    reader = scene.member("Rita Reader", MembershipRole.READER)
    data = scene.page(OBJECTIVES)
    response = scene.post(
        OBJECTIVES, data, client=scene.client_of(reader), autosave="1", unchanged="1"
    )
    assert response.status_code == 403
    assert not Presence.objects.exists()


def test_who_was_seen_yesterday_is_forgotten(scene):
    ask(scene, scene.page(OBJECTIVES))
    assert purge_presences(timezone.now() + dt.timedelta(hours=23)) == 0
    assert purge_presences(timezone.now() + dt.timedelta(hours=25)) == 1
