"""What is said of a diagnostic: the services, under lock, and what is counted and read of it."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from diagnostics.domain.conversation import (
    DEEDS,
    MESSAGE_TEXT,
    Act,
    ThreadKind,
    ThreadState,
)
from diagnostics.domain.vocabulary import EventKind, MembershipRole, State, StepKey
from diagnostics.models import Diagnostic, Event, Membership, Message, Thread
from diagnostics.queries import get_diagnostic, load_diagnostic_document
from diagnostics.queries.conversation import (
    Waiting,
    open_counts,
    pending_requests,
)
from diagnostics.queries.reviewing import open_requests
from diagnostics.queries.talk import Reading, open_talk, talk_of_step
from diagnostics.services.conversation import (
    RowGone,
    TooLate,
    edit_message,
    open_thread,
)
from diagnostics.services.errors import NotAllowed, ServiceError, WrongState
from diagnostics.services.workflow import withdraw_submission
from tests.factories import MembershipFactory, UserFactory
from tests.scene import BASE_URL, Scene, bring_to, make_scene, objectives
from tests.talking import ASKED, FACILITATORS, SHARED, TEAM, WORDS, ask, do, one_of_each, say
from tests.threads import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene() -> Scene:
    return make_scene()


def reading(scene: Scene, role: str) -> Reading:
    user = getattr(scene, role)
    loaded = get_diagnostic(user, scene.diagnostic.pk)
    answers = load_diagnostic_document(loaded.diagnostic).answers
    return Reading(loaded.diagnostic, loaded.access, user, answers)


def history(thread: Thread) -> list[tuple[str, str, str]]:
    return [(m.author.name, m.act, m.text) for m in thread.messages.select_related("author")]


def state_of(thread: Thread) -> str:
    return Thread.objects.get(pk=thread.pk).state


# --- A request, from asked to accepted -------------------------------------------------------------------


def test_a_request_goes_its_way(scene):
    thread = ask(scene)
    assert (thread.kind, thread.state, thread.audience) == ("request", "pending", "facilitation")
    do(scene, thread, "repondre", user=scene.reader, text="Le conseil en parlera")
    do(scene, thread, "traiter", user=scene.contributor)
    assert state_of(thread) == "addressed"
    do(scene, thread, "redemander", user=scene.facilitator, text="Et la troisième ?")
    assert state_of(thread) == "pending"
    do(scene, thread, "traiter", user=scene.lead, text="C’est écrit")
    do(scene, thread, "accepter", user=scene.facilitator)
    assert state_of(thread) == "accepted"
    assert history(thread) == [
        ("Fanny Facilitator", "", ASKED),
        ("Rita Reader", "", "Le conseil en parlera"),
        ("Carl Contributor", "addressed", ""),
        ("Fanny Facilitator", "asked_again", "Et la troisième ?"),
        ("Lise Lead", "addressed", "C’est écrit"),
        ("Fanny Facilitator", "accepted", ""),
    ]
    events = Event.objects.filter(diagnostic=scene.diagnostic, kind__startswith="request_")
    assert list(events.order_by("pk").values_list("kind", "actor__name", "detail")) == [
        (kind, name, {"thread": thread.pk, "step": "vision"})
        for kind, name in [
            ("request_made", "Fanny Facilitator"),
            ("request_addressed", "Carl Contributor"),
            ("request_asked_again", "Fanny Facilitator"),
            ("request_addressed", "Lise Lead"),
            ("request_accepted", "Fanny Facilitator"),
        ]
    ]
    told = ProcrastinateJob.objects.filter(task_name="mail_message").order_by("pk")
    assert [job.args for job in told] == [
        {"message_id": message.pk, "base_url": BASE_URL} for message in thread.messages.all()
    ]


@pytest.mark.parametrize("state", State)
def test_things_are_said_and_asked_in_every_state(state):
    scene = make_scene(state)
    before = Diagnostic.objects.values().get(pk=scene.diagnostic.pk)
    say(scene, user=scene.reader)
    thread = ask(scene)
    do(scene, thread, "traiter", user=scene.contributor)
    # What is said changes nothing of what was answered.
    assert Diagnostic.objects.values().get(pk=scene.diagnostic.pk) == before


def test_comments_leave_no_event(scene):
    before = Event.objects.count()
    for thread in one_of_each(scene).values():
        do(scene, thread, "resoudre", user=thread.opened_by)
        do(scene, thread, "rouvrir", user=thread.opened_by)
    assert Event.objects.count() == before


# --- Refusals --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["lead", "contributor", "reader"])
def test_facilitators_alone_ask(scene, role):
    with pytest.raises(NotAllowed):
        ask(scene, user=getattr(scene, role))
    assert Thread.objects.count() == 0


@pytest.mark.parametrize(
    ("role", "audience"),
    [("lead", FACILITATORS), ("facilitator", TEAM), ("staff", SHARED), ("stranger", SHARED)],
)
def test_nobody_writes_to_others(scene, role, audience):
    with pytest.raises(NotAllowed):
        say(scene, audience, user=getattr(scene, role))
    thread = say(scene, audience)
    with pytest.raises(NotAllowed):
        do(scene, thread, "repondre", user=getattr(scene, role), text="Moi aussi")
    assert thread.messages.count() == 1


def test_a_facilitator_of_the_team_is_one_of_the_team(scene):
    MembershipFactory(
        structure=scene.structure, user=scene.facilitator, role=MembershipRole.READER.value
    )
    for audience, kind in [(SHARED, ThreadKind.REQUEST), (FACILITATORS, ThreadKind.COMMENT)]:
        with pytest.raises(NotAllowed):
            open_thread(
                scene.diagnostic,
                audience=audience,
                kind=kind,
                text="Non",
                user=scene.facilitator,
                base_url=BASE_URL,
            )
    assert say(scene, TEAM, user=scene.facilitator).audience == "team"


def test_what_moved_on_is_not_done_twice(scene):
    thread = ask(scene)
    do(scene, thread, "traiter", user=scene.lead)
    with pytest.raises(WrongState) as refusal:
        do(scene, thread, "traiter", user=scene.contributor, text="Voilà")
    assert "«\u00a0traitée par la structure\u00a0»" in str(refusal.value)
    assert thread.messages.count() == 2


@pytest.mark.django_db(transaction=True)
def test_two_facilitators_at_once_decide_once():
    scene = make_scene()
    thread = ask(scene)
    do(scene, thread, "traiter", user=scene.lead)
    results = at_once(
        lambda: do(scene, thread, "accepter", user=scene.facilitator),
        lambda: do(scene, thread, "redemander", user=scene.facilitator, text="Encore"),
        lambda: do(scene, thread, "retirer", user=scene.facilitator),
    )
    acts = [result.act for result in results if isinstance(result, Message)]
    refused = [result for result in results if isinstance(result, WrongState)]
    # « Retirer » is possible after « redemander », which is possible after both of the others.
    assert len(acts) + len(refused) == 3
    states = [m.act for m in thread.messages.order_by("pk") if m.act]
    assert sorted(states[1:]) == sorted(acts)
    assert (
        state_of(thread)
        == {
            "accepted": "accepted",
            "asked_again": "pending",
            "withdrawn": "withdrawn",
        }[states[-1]]
    )


@pytest.mark.parametrize("text", ["", "  \n ", "x" * (MESSAGE_TEXT + 1), "a\x00b"])
def test_a_text_that_cannot_be(scene, text):
    with pytest.raises(ServiceError):
        ask(scene, text=text or " ")
    thread = ask(scene)
    with pytest.raises(ServiceError):
        do(scene, thread, "repondre", user=scene.lead, text=text)
    assert history(thread) == [("Fanny Facilitator", "", ASKED)]


def test_ones_own_words_for_a_quarter_of_an_hour(scene):
    thread = say(scene, TEAM)
    message = thread.messages.get()
    edit_message(scene.diagnostic, message.pk, text="Mieux dit", user=scene.lead)
    message.refresh_from_db()
    assert (message.text, message.edited_at is not None) == ("Mieux dit", True)
    with pytest.raises(NotAllowed):
        edit_message(scene.diagnostic, message.pk, text="Non", user=scene.contributor)
    Message.objects.update(written_at=timezone.now() - dt.timedelta(minutes=15))
    with pytest.raises(TooLate):
        edit_message(scene.diagnostic, message.pk, text="Trop tard", user=scene.lead)
    message.refresh_from_db()
    assert message.text == "Mieux dit"


def test_who_left_the_team_corrects_nothing(scene):
    message = say(scene, TEAM, user=scene.contributor).messages.get()
    Membership.objects.filter(user=scene.contributor).delete()
    with pytest.raises(NotAllowed):
        edit_message(scene.diagnostic, message.pk, text="Non", user=scene.contributor)


# --- Rows ------------------------------------------------------------------------------------------------


def test_a_row_keeps_its_name_once_it_is_gone(scene):
    scene.store(objectives("Étendre le réseau", ""))
    named = ask(scene, step=StepKey.OBJECTIVES, row="o1")
    assert (named.row, named.row_name) == ("o1", "Étendre le réseau")
    scene.store(objectives("Étendre beaucoup"))
    [thread] = talk_of_step(reading(scene, "lead"), StepKey.OBJECTIVES).threads
    assert thread.row.label == "Objectif\u00a01\u00a0: Étendre beaucoup"
    assert thread.row.anchor == "objectives-rows-0"
    scene.store(objectives())
    [thread] = talk_of_step(reading(scene, "lead"), StepKey.OBJECTIVES).threads
    assert thread.is_of_gone_row
    assert thread.row_name == "Étendre le réseau"


def test_a_row_that_is_gone_is_not_written_about(scene):
    scene.store(objectives("Étendre le réseau"))
    with pytest.raises(RowGone):
        ask(scene, step=StepKey.OBJECTIVES, row="o2")
    with pytest.raises(RowGone):
        ask(scene, step=StepKey.POSITIONING, row="o1")
    assert Thread.objects.count() == 0


# --- What is read and counted ------------------------------------------------------------------------------


def test_audiences_are_kept_apart_in_what_is_read_and_in_counts(scene):
    one_of_each(scene)
    ask(scene)
    expected = {
        "lead": ({SHARED, TEAM}, Waiting(comments=2, pending=1)),
        "contributor": ({SHARED, TEAM}, Waiting(comments=2, pending=1)),
        "reader": ({SHARED, TEAM}, Waiting(comments=2, pending=1)),
        "facilitator": ({SHARED, FACILITATORS}, Waiting(comments=2, pending=1)),
    }
    # One more of each of two, so that the counts of the two sides differ.
    say(scene, TEAM, step=None)
    whole = {role: Waiting(comments=role != "facilitator") for role in expected}
    for role, (audiences, waiting) in expected.items():
        who = reading(scene, role)
        for talk in (
            talk_of_step(who, StepKey.VISION),
            open_talk(who),
            open_talk(who, openings_only=True),
        ):
            words = {message.text for thread in talk.threads for message in thread.messages}
            assert words == {WORDS[a] for a in audiences} | {ASKED}
            assert talk.counts.of("vision") == waiting
            assert talk.counts.whole == whole[role]
            assert talk.counts.of("roles") == Waiting()
        counts = open_counts(who.diagnostic, who.access)
        assert counts.by_step["vision"] == waiting
        assert counts.total == waiting + whole[role]


def test_what_is_closed_does_not_wait(scene):
    for thread in one_of_each(scene).values():
        do(scene, thread, "resoudre", user=thread.opened_by)
    asked = ask(scene)
    do(scene, asked, "accepter", user=scene.facilitator)
    do(scene, ask(scene, step=None), "retirer", user=scene.facilitator)
    do(scene, ask(scene, step=StepKey.ROLES), "traiter", user=scene.lead)
    who = reading(scene, "lead")
    assert open_counts(who.diagnostic, who.access).total == Waiting(addressed=1)
    talk = talk_of_step(who, StepKey.VISION)
    assert [t.state for t in talk.closed] == [
        ThreadState.RESOLVED,
        ThreadState.RESOLVED,
        ThreadState.ACCEPTED,
    ]
    assert talk.open == []
    assert talk.counts.total == Waiting(addressed=1)


def test_counts_in_words():
    waiting = Waiting(comments=2, pending=1, addressed=3)
    assert (
        waiting.words
        == "1\u00a0demande en attente, 3\u00a0demandes traitées et 2\u00a0échanges ouverts"
    )
    assert Waiting().words == ""


def test_what_is_asked_of_the_structure(scene, django_assert_num_queries):
    later = ask(scene, step=StepKey.OBJECTIVES, text="Un objectif de plus")
    again = ask(scene, step=StepKey.VISION)
    whole = ask(scene, step=None, text="Relisez tout")
    do(scene, again, "traiter", user=scene.lead, text="Fait")
    do(scene, again, "redemander", user=scene.facilitator, text="Pas tout à fait")
    do(scene, again, "repondre", user=scene.lead, text="Ah bon")
    do(scene, ask(scene), "traiter", user=scene.lead)
    say(scene)
    pending_requests(scene.diagnostic)  # a process reads the kit once
    with django_assert_num_queries(1):
        found = pending_requests(scene.diagnostic)
    assert [(r.number, r.thread_id, r.step, r.first_words, r.asked_by) for r in found] == [
        (1, whole.pk, None, "Relisez tout", "Fanny Facilitator"),
        (2, again.pk, StepKey.VISION, "Pas tout à fait", "Fanny Facilitator"),
        (3, later.pk, StepKey.OBJECTIVES, "Un objectif de plus", "Fanny Facilitator"),
    ]


def test_submitting_leaves_requests_on_steps_pending(scene):
    thread = ask(scene)
    bring_to(scene, State.SUBMITTED)
    assert state_of(thread) == "pending"
    assert len(pending_requests(scene.diagnostic)) == 1


def test_each_act_of_a_request_has_its_event():
    told = {deed.act for deed in DEEDS.values() if deed.act}
    assert told == set(Act)
    assert {kind.value for kind in EventKind if kind.value.startswith("request_")} == {
        "request_made",
        *(f"request_{act}" for act in Act if act not in {Act.RESOLVED, Act.REOPENED}),
    }


# --- What begins a review, and what is asked now ----------------------------------------------------------


def test_what_is_asked_of_a_submitted_diagnostic_takes_its_review_in_charge():
    scene = make_scene(State.SUBMITTED)
    review = scene.diagnostic.reviews.get()
    say(scene, SHARED, user=scene.facilitator)
    review.refresh_from_db()
    assert review.taken_by is None
    ask(scene)
    review.refresh_from_db()
    assert review.taken_by == scene.facilitator
    ask(scene, user=UserFactory(facilitator=True))
    review.refresh_from_db()
    assert review.taken_by == scene.facilitator
    assert scene.diagnostic.events.filter(kind="review_taken").count() == 1
    with pytest.raises(WrongState, match="La relecture est commencée"):
        withdraw_submission(scene.diagnostic, user=scene.lead, base_url=BASE_URL)


def test_asking_again_takes_the_review_in_charge_and_is_what_is_asked_now(scene):
    thread = ask(scene)
    do(scene, thread, "traiter", user=scene.lead, text="Fait")
    assert not scene.diagnostic.events.filter(kind="review_taken").exists()
    bring_to(scene, State.SUBMITTED)
    do(scene, thread, "redemander", user=scene.facilitator, text="Et la quatrième")
    do(scene, thread, "repondre", user=scene.facilitator, text="Merci")
    assert scene.diagnostic.reviews.get().taken_by == scene.facilitator
    read = reading(scene, "facilitator")
    (whole,) = open_talk(read, openings_only=True).threads
    (full,) = talk_of_step(read, StepKey.VISION).threads
    (line,) = open_requests(scene.diagnostic)
    assert whole.first_words == full.first_words == line.reason == "Et la quatrième"
