"""Two facilitators, two people of a structure: what each does while the other does something else, in a
review, a conversation, and once it is validated. As tests/integration/test_meanwhile.py."""

from __future__ import annotations

from typing import Any

import pytest

from diagnostics.domain.answers import BoardDecisions
from diagnostics.domain.vocabulary import State
from diagnostics.models import Message, Review, Thread
from diagnostics.services.reviews import hand_over_review, take_review
from diagnostics.services.team import remove_member
from diagnostics.services.workflow import (
    reopen_diagnostic,
    validate_diagnostic,
    withdraw_submission,
)
from diagnostics.views import conversation, reviewing, step_requests, transitions
from tests.factories import UserFactory
from tests.meanwhile import TYPED, Race, play
from tests.scene import BASE_URL, IN_SPITE, REASON, Scene
from tests.talking import ask, do

pytestmark = pytest.mark.django_db


# --- What somebody else does ------------------------------------------------------------------------


def take(scene: Scene) -> None:
    take_review(scene.diagnostic, user=scene.facilitator)


def hand_over(scene: Scene) -> None:
    colleague = UserFactory(facilitator=True)
    hand_over_review(scene.diagnostic, to=colleague, words="", user=scene.facilitator)


def reopen(scene: Scene) -> None:
    reopen_diagnostic(scene.diagnostic, reason=REASON, user=scene.lead, base_url=BASE_URL)


def withdraw_submitted(scene: Scene) -> None:
    withdraw_submission(scene.diagnostic, user=scene.lead, base_url=BASE_URL)


def validate(scene: Scene) -> None:
    validate_diagnostic(
        scene.diagnostic, user=UserFactory(facilitator=True), base_url=BASE_URL, in_spite=IN_SPITE
    )


def withdraw_the_request(scene: Scene) -> None:
    do(scene, Thread.objects.get(), "retirer", user=UserFactory(facilitator=True))


def accept_the_request(scene: Scene) -> None:
    do(scene, Thread.objects.get(), "accepter", user=UserFactory(facilitator=True))


def leave(scene: Scene) -> None:
    remove_member(scene.membership("contributor"), user=scene.lead)


# --- Where, and what is typed -------------------------------------------------------------------------


def decision(scene: Scene) -> None:
    decisions = [{"id": "d1", "text": "Recruter"}]
    scene.store(BoardDecisions.model_validate({"decisions": decisions}))


def addressed(scene: Scene) -> None:
    do(scene, ask(scene), "traiter", user=scene.lead)


def session(scene: Scene, role: str) -> dict[str, Any]:
    return {
        "date": "2026-09-17",
        "decision-d1-result": "amended",
        "decision-d1-amended_text": TYPED,
    }


def reason(scene: Scene, role: str) -> dict[str, Any]:
    return {"reason": TYPED}


def words(scene: Scene, role: str) -> dict[str, Any]:
    return {"text": TYPED, "place": "echanges"}


def opening(scene: Scene, role: str) -> dict[str, Any]:
    return {"text": TYPED, "place": "echanges", "sort": "facilitation"}


def opinion(scene: Scene, role: str) -> dict[str, Any]:
    return {"review-revision": "0", "review-opinion": TYPED}


def accepting(scene: Scene, role: str) -> dict[str, Any]:
    return {"deed": "accepter", "in_spite": TYPED}


def to_accept(scene: Scene) -> list[Any]:
    return [scene.diagnostic.pk, Thread.objects.get().pk, "accepter"]


def to_answer(scene: Scene) -> list[Any]:
    return [scene.diagnostic.pk, Thread.objects.get().pk, "repondre"]


def to_settle(scene: Scene) -> list[Any]:
    return [scene.diagnostic.pk, Thread.objects.get().pk]


SUBMITTED = {"state": State.SUBMITTED}
OPINION = (reviewing, "review_save", "facilitator")
RACES = [
    Race(
        transitions,
        "diagnostic_withdraw",
        "lead",
        take,
        409,
        ("La relecture est commencée",),
        **SUBMITTED,
    ),
    Race(
        transitions,
        "diagnostic_adopt",
        "lead",
        reopen,
        409,
        (TYPED, "2026-09-17"),
        session,
        state=State.VALIDATED,
        setting=decision,
    ),
    Race(
        transitions,
        "diagnostic_reopen",
        "facilitator",
        reopen,
        409,
        (TYPED,),
        reason,
        state=State.ADOPTED,
    ),
    Race(
        conversation,
        "conversation_act",
        "facilitator",
        withdraw_the_request,
        409,
        (TYPED,),
        words,
        to_accept,
        setting=addressed,
    ),
    Race(
        step_requests,
        "request_settle",
        "facilitator",
        withdraw_the_request,
        200,
        (TYPED,),
        accepting,
        to_settle,
        loader="get_thread",
        setting=addressed,
        **SUBMITTED,
    ),
    Race(conversation, "conversation_open", "contributor", leave, 403, (TYPED,), opening),
    Race(
        conversation,
        "conversation_act",
        "contributor",
        leave,
        403,
        (TYPED,),
        words,
        to_answer,
        setting=addressed,
    ),
    Race(*OPINION, hand_over, 302, ("Votre avis est enregistré", TYPED), opinion, **SUBMITTED),
    Race(*OPINION, validate, 409, (TYPED,), opinion, **SUBMITTED),
    Race(*OPINION, withdraw_submitted, 409, (TYPED,), opinion, **SUBMITTED),
]


@pytest.mark.parametrize("race", RACES, ids=lambda race: race.id)
def test_what_was_typed_is_given_back(race: Race, monkeypatch):
    scene = play(race, monkeypatch)
    # What was refused is nowhere; what was accepted is where it was typed.
    said = Message.objects.filter(text=TYPED).count()
    written = Review.objects.filter(opinion=TYPED).count()
    assert (said, written) == (0, int(race.meanwhile is hand_over))
    assert not scene.diagnostic.board_sessions.filter(content__contains=TYPED).exists()


def test_a_request_that_a_colleague_accepted_meanwhile_is_accepted_once(monkeypatch):
    """Twice is once, but what was typed is not lost."""
    race = Race(
        conversation,
        "conversation_act",
        "facilitator",
        accept_the_request,
        409,
        (TYPED,),
        words,
        to_accept,
        setting=addressed,
    )
    play(race, monkeypatch)
    assert Thread.objects.get().state == "accepted"
    assert Message.objects.filter(act="accepted").count() == 1
