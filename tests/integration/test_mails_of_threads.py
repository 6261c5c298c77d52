"""The messages of threads: told to those who take part and read them, at once, once a day, or never."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from diagnostics import tasks
from diagnostics.domain.conversation import DEEDS, Audience, ThreadKind
from diagnostics.domain.vocabulary import State, StepKey
from diagnostics.models import CommentMails, Membership, Message, QueuedMail, Thread, User
from diagnostics.notifications import send_digests
from diagnostics.queries import texts_of
from diagnostics.services.conversation import do_in_thread, open_thread
from diagnostics.services.workflow import reopen_diagnostic, request_changes
from tests.factories import UserFactory
from tests.pages import html_of
from tests.scene import BASE_URL, Scene, make_scene

pytestmark = pytest.mark.django_db

FACILITATION, TEAM, FACILITATORS = Audience
MORNING = dt.datetime(2026, 11, 30, 7, 5)  # in Paris, as all that follows


@pytest.fixture
def scene() -> Scene:
    scene = make_scene()
    scene.structure.facilitator = scene.facilitator
    scene.structure.save(update_fields=["facilitator"])
    return scene


def say(scene: Scene, user: User, text: str = "Un mot.", **fields) -> Thread:
    """Open a thread, by default with the facilitation on a step."""
    named = {"audience": FACILITATION, "kind": ThreadKind.COMMENT, "step": StepKey.ROLES} | fields
    return open_thread(scene.diagnostic, text=text, user=user, base_url=BASE_URL, **named)


def do(
    scene: Scene, thread: Thread, user: User, deed: str = "repondre", text: str = "Oui."
) -> Thread:
    """Answer in a thread, or do something else in it."""
    do_in_thread(
        scene.diagnostic, thread.pk, deed=DEEDS[deed], text=text, user=user, base_url=BASE_URL
    )
    return thread


def told(thread: Thread) -> dict[User, QueuedMail]:
    """Do the job of the last message of a thread; return the mails that it queued, by person."""
    before = set(QueuedMail.objects.values_list("pk", flat=True))
    tasks.mail_message(message_id=thread.messages.last().pk, base_url=BASE_URL)
    queued = QueuedMail.objects.exclude(pk__in=before).select_related("person")
    return {one.person: one for one in queued}


def prefer(mails: CommentMails, *people: User) -> None:
    User.objects.filter(pk__in=[person.pk for person in people]).update(comment_mails=mails.value)


def local(moment: dt.datetime, **later: float) -> dt.datetime:
    return timezone.make_aware(moment) + dt.timedelta(**later)


def written(thread: Thread, at: dt.datetime) -> Message:
    """Return the last message of a thread, said to have been written at a moment."""
    message = thread.messages.last()
    Message.objects.filter(pk=message.pk).update(written_at=at)
    return message


# --- Who takes part -------------------------------------------------------------------------------------


def test_a_first_message_goes_to_whom_it_is_for(scene):
    UserFactory(facilitator=True)
    assert set(told(say(scene, scene.lead))) == {scene.facilitator}
    assert set(told(say(scene, scene.contributor))) == {scene.lead, scene.facilitator}
    assert set(told(say(scene, scene.facilitator))) == {scene.lead}
    assert set(told(say(scene, scene.contributor, audience=TEAM))) == {scene.lead, scene.reader}
    thread = say(scene, scene.lead, audience=TEAM)
    assert set(told(thread)) == {scene.contributor, scene.reader}
    do(scene, thread, scene.reader)
    assert set(told(thread)) == {scene.lead}
    colleague = UserFactory(facilitator=True)
    assert set(told(say(scene, colleague, audience=FACILITATORS))) == {scene.facilitator}
    others = set(User.objects.filter(is_facilitator=True).exclude(pk=scene.facilitator.pk))
    assert set(told(say(scene, scene.facilitator, audience=FACILITATORS))) == others


def test_a_first_message_goes_to_each_by_what_they_chose(scene):
    prefer(CommentMails.NEVER, scene.reader)
    assert set(told(say(scene, scene.lead, audience=TEAM))) == {scene.contributor}


def test_what_is_asked_is_told_to_the_whole_team_at_once_whatever_they_chose(scene):
    prefer(CommentMails.NEVER, scene.contributor)
    prefer(CommentMails.DAILY, scene.reader)
    team = {scene.lead, scene.contributor, scene.reader}
    asked = say(scene, scene.facilitator, "Chiffrez.", kind=ThreadKind.REQUEST)
    # Before the job is done, the mail of the day leaves it out as well.
    written(asked, local(MORNING, hours=-4))
    assert send_digests(local(MORNING), base_url=BASE_URL) == 0
    written(asked, timezone.now())
    mails = told(asked)
    assert set(mails) == team
    assert "List-Unsubscribe" not in mails[scene.contributor].headers
    do(scene, asked, scene.lead, "traiter", text="")
    assert set(told(asked)) == {scene.facilitator}
    do(scene, asked, scene.facilitator, "redemander", text="Et 2028.")
    assert set(told(asked)) == team


def test_the_words_with_which_a_request_is_settled_are_told_during_a_review():
    scene = make_scene(State.SUBMITTED)
    request = say(scene, scene.facilitator, "Chiffrez.", kind=ThreadKind.REQUEST)
    do(scene, request, scene.facilitator, "accepter", text="Cela suffit.")
    assert "> Cela suffit." in told(request)[scene.lead].text


def test_an_answer_goes_to_those_who_wrote_before(scene):
    colleague = UserFactory(facilitator=True)
    thread = say(scene, scene.reader)
    do(scene, thread, colleague)
    assert set(told(thread)) == {scene.reader, scene.lead, scene.facilitator}
    do(scene, thread, scene.contributor)
    assert set(told(thread)) == {scene.reader, scene.lead, scene.facilitator, colleague}


def test_where_nobody_facilitates_all_of_them_hear_the_first_message_alone(scene):
    scene.structure.facilitator = None
    scene.structure.save(update_fields=["facilitator"])
    colleague = UserFactory(facilitator=True)
    thread = say(scene, scene.lead)
    assert set(told(thread)) == {scene.facilitator, colleague}
    do(scene, thread, colleague)
    do(scene, thread, scene.lead, text="Merci.")
    assert set(told(thread)) == {colleague}


def test_nobody_outside_the_audience_is_told_whatever_they_wrote_before(scene):
    between_us = say(scene, scene.lead, "Confidence", audience=TEAM)
    # Somebody of the team who facilitates other structures is of the team here.
    User.objects.filter(pk=scene.contributor.pk).update(is_facilitator=True)
    do(scene, between_us, scene.contributor)
    do(scene, between_us, scene.reader)
    Membership.objects.filter(user=scene.contributor).delete()
    do(scene, between_us, scene.lead)
    assert set(told(between_us)) == {scene.reader}
    between_them = say(scene, scene.facilitator, "Entre nous", audience=FACILITATORS)
    colleague = UserFactory(facilitator=True)
    do(scene, between_them, colleague)
    assert set(told(between_them)) == {scene.facilitator}
    User.objects.filter(pk=colleague.pk).update(is_facilitator=False)
    do(scene, between_them, scene.facilitator)
    assert set(told(between_them)) == set()


# --- Who reads it when it leaves ------------------------------------------------------------------------


def leaving(*mails: QueuedMail) -> set[str]:
    """Send queued mails; return to whom they left."""
    for queued in mails:
        tasks.send_mail(mail_id=queued.pk)
    addresses = {message.to[0] for message in mail.outbox}
    mail.outbox.clear()
    return addresses


def test_a_mail_that_waits_is_not_sent_to_who_lost_the_audience_meanwhile(scene):
    # Somebody of the team who facilitates elsewhere, and leaves the team; a facilitator who joins it.
    User.objects.filter(pk=scene.contributor.pk).update(is_facilitator=True)
    between_us = say(scene, scene.contributor, "Confidence", audience=TEAM)
    do(scene, between_us, scene.reader)
    team = told(between_us)
    assert set(team) == {scene.lead, scene.contributor}
    colleague = UserFactory(facilitator=True)
    apart = say(scene, colleague, "Entre facilitateurs", audience=FACILITATORS)
    facilitators = told(apart)
    shared = told(say(scene, scene.lead, "À tous"))
    assert {scene.facilitator} == set(facilitators) == set(shared)

    Membership.objects.filter(user=scene.contributor).delete()
    Membership.objects.create(user=scene.facilitator, structure=scene.structure, role="reader")

    assert leaving(*team.values()) == {scene.lead.email}
    assert leaving(*facilitators.values()) == set()
    assert leaving(*shared.values()) == {scene.facilitator.email}


def test_a_digest_that_waits_is_written_anew_without_what_is_read_no_longer(scene):
    prefer(CommentMails.DAILY, scene.contributor)
    User.objects.filter(pk=scene.contributor.pk).update(is_facilitator=True)
    for audience, text in ((TEAM, "Confidence"), (FACILITATION, "À tous")):
        thread = say(scene, scene.contributor, audience=audience)
        do(scene, thread, scene.lead, text=text)
        for message in thread.messages.all():
            Message.objects.filter(pk=message.pk).update(written_at=local(MORNING, hours=-4))
    waiting = digest_of(scene.contributor, at=local(MORNING))
    assert "> Confidence" in waiting.text
    Membership.objects.filter(user=scene.contributor).delete()
    assert leaving(waiting) == set()
    anew = digest_of(scene.contributor, at=local(MORNING, hours=1))
    assert "> À tous" in anew.text
    assert "Confidence" not in anew.text.replace(scene.structure.name, "")
    assert leaving(anew) == {scene.contributor.email}


# --- At once ----------------------------------------------------------------------------------------------


def test_the_mail_quotes_the_message_and_leads_to_it(scene):
    thread = say(scene, scene.facilitator, "Et <après>\nla convention ?")
    mailed = told(thread)[scene.lead]
    assert mailed.subject == (
        "Fanny Facilitator a écrit\u00a0: le diagnostic de Confidence de la structure"
    )
    link = f"{BASE_URL}{scene.url(StepKey.ROLES)}#echange-{thread.pk}"
    assert f"Lire et répondre\u00a0:\n{link}" in mailed.text
    assert "> Et <après>\n> la convention ?" in mailed.text
    assert "Et &lt;après&gt;" in mailed.html
    assert mailed.headers["Reply-To"] == f"Fanny Facilitator <{scene.facilitator.email}>"
    assert mailed.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    leave = mailed.headers["List-Unsubscribe"].strip("<>")
    assert leave.startswith(f"{BASE_URL}/messages/")
    assert leave in mailed.text
    # Mail programs put the messages of a thread together.
    do(scene, thread, scene.contributor)
    again = told(thread)[scene.lead]
    assert again.headers["References"] == mailed.headers["References"]
    assert again.headers["Message-ID"] != mailed.headers["Message-ID"]
    assert again.subject.startswith("Carl Contributor a répondu\u00a0:")


def test_the_mail_of_a_thread_that_is_closed_leads_to_its_own_page(scene):
    thread = say(scene, scene.facilitator)
    do(scene, thread, scene.lead, "resoudre", text="")
    mailed = told(thread)[scene.facilitator]
    assert mailed.subject.startswith("Lise Lead a résolu l’échange\u00a0:")
    (link,) = re.findall(r"^http://testserver(\S+)#echange-\d+$", mailed.text, re.MULTILINE)
    assert f'id="echange-{thread.pk}"' in html_of(
        scene.client("facilitator").get(link, follow=True)
    )


def test_done_twice_it_tells_nobody_twice_and_a_message_that_is_gone_tells_nobody(scene):
    thread = say(scene, scene.lead)
    assert len(told(thread)) == 1
    assert told(thread) == {}
    tasks.mail_message(message_id=0, base_url=BASE_URL)
    assert QueuedMail.objects.count() == 1


@pytest.mark.parametrize("mails", [CommentMails.DAILY, CommentMails.NEVER])
def test_who_chose_otherwise_is_not_told_at_once(scene, mails):
    prefer(mails, scene.facilitator)
    thread = say(scene, scene.contributor)
    assert set(told(thread)) == {scene.lead}


def test_what_a_review_asks_comes_with_its_outcome_and_a_word_at_once():
    scene = make_scene(State.SUBMITTED)
    request = say(scene, scene.facilitator, "Chiffrez.", kind=ThreadKind.REQUEST)
    assert told(request) == {}
    do(scene, request, scene.facilitator, text="Par exemple 12.")
    assert set(told(request)) == {scene.lead}
    do(scene, request, scene.facilitator, "retirer", text="")
    assert told(request) == {}
    # Asked at any other time, it is told by itself.
    scene = make_scene()
    asked = say(scene, scene.facilitator, "Chiffrez.", kind=ThreadKind.REQUEST)
    assert told(asked)[scene.lead].subject.startswith("Fanny Facilitator demande une modification")
    do(scene, asked, scene.contributor, "traiter", text="")
    mailed = told(asked)
    assert set(mailed) == {scene.lead, scene.facilitator}
    assert mailed[scene.lead].subject.startswith("Carl Contributor a traité la demande")


# --- Once a day ---------------------------------------------------------------------------------------------


def test_who_was_told_today_costs_no_further_query(scene, django_assert_num_queries):
    prefer(CommentMails.DAILY, scene.lead)
    written(say(scene, scene.facilitator), local(MORNING, hours=-4))
    assert send_digests(local(MORNING), base_url=BASE_URL) == 1
    # Who wants one, and their last one.
    with django_assert_num_queries(2):
        assert send_digests(local(MORNING, hours=1), base_url=BASE_URL) == 0


def test_the_mail_of_the_day_costs_the_same_whatever_was_said(scene):
    prefer(CommentMails.DAILY, scene.lead)
    texts_of(scene.diagnostic)  # read once by the process
    costs = []
    for day, scenes in enumerate(([scene], [scene, make_scene(), make_scene()])):
        for number in range(1 + 11 * day):
            one = scenes[number % len(scenes)]
            thread = say(one, one.facilitator, f"Mot {number}")
            written(thread, local(MORNING, hours=24 * day - 4))
        with CaptureQueriesContext(connection) as captured:
            assert send_digests(local(MORNING, hours=24 * day), base_url=BASE_URL) == 1
        costs.append(len(captured))
    assert costs[0] == costs[1]
    mailed = QueuedMail.objects.filter(kind="digest").order_by("pk").last()
    assert mailed.subject.startswith("4\u00a0nouveaux messages")
    assert mailed.text.count("a écrit") == 4


def digest_of(person: User, *, at: dt.datetime) -> QueuedMail | None:
    send_digests(at, base_url=BASE_URL)
    return QueuedMail.objects.filter(person=person, kind="digest").order_by("pk").last()


def test_the_mail_of_the_day_tells_all_that_came_since_the_one_before(scene):
    prefer(CommentMails.DAILY, scene.lead)
    yesterday = say(scene, scene.facilitator, "Hier soir")
    written(yesterday, local(MORNING, hours=-12))
    do(scene, yesterday, scene.contributor, text="Cette nuit")
    written(yesterday, local(MORNING, hours=-2))
    after = say(scene, scene.facilitator, "Après l’heure")
    written(after, local(MORNING, minutes=10))
    own = say(scene, scene.lead, "De moi")
    written(own, local(MORNING, hours=-3))
    team = say(scene, scene.contributor, "Entre nous", audience=TEAM)
    written(team, local(MORNING, hours=-3))

    assert send_digests(local(MORNING, hours=-1), base_url=BASE_URL) == 0  # six in the morning
    assert send_digests(local(MORNING), base_url=BASE_URL) == 1
    assert send_digests(local(MORNING, hours=5), base_url=BASE_URL) == 0

    (first,) = QueuedMail.objects.filter(kind="digest")
    assert first.person == scene.lead
    assert first.subject == (
        "3\u00a0nouveaux messages sur le diagnostic de Confidence de la structure"
    )
    for text in ("Hier soir", "Cette nuit", "Entre nous"):
        assert f"> {text}" in first.text
    for text in ("Après l’heure", "De moi"):
        assert text not in first.text
    assert f"#echange-{yesterday.pk}" in first.text
    assert first.headers["List-Unsubscribe"].startswith(f"<{BASE_URL}/messages/")

    # The worker was away for two days: what came meanwhile is told, nothing again.
    second = digest_of(scene.lead, at=local(MORNING, days=3))
    assert second.subject.startswith("1\u00a0nouveau message")
    assert "> Après l’heure" in second.text
    assert "Hier soir" not in second.text


def test_one_mail_for_all_diagnostics_and_none_without_news(scene):
    other = make_scene()
    prefer(CommentMails.DAILY, scene.facilitator, scene.lead)
    other.structure.facilitator = scene.facilitator
    other.structure.save(update_fields=["facilitator"])
    for one in (scene, other):
        written(say(one, one.lead, f"De {one.structure.pk}"), local(MORNING, hours=-4))
    assert send_digests(local(MORNING), base_url=BASE_URL) == 1
    (mailed,) = QueuedMail.objects.filter(kind="digest")
    assert mailed.person == scene.facilitator
    assert mailed.subject == "2\u00a0nouveaux messages sur les diagnostics de 2\u00a0structures"
    assert {entry["diagnostic"] for entry in mailed.about} == {
        str(scene.diagnostic.pk),
        str(other.diagnostic.pk),
    }


def test_what_was_told_otherwise_is_not_told_again(scene):
    thread = say(scene, scene.facilitator, "Dit tout de suite")
    assert scene.lead in told(thread)
    written(thread, local(MORNING, hours=-4))
    prefer(CommentMails.DAILY, scene.lead)
    assert send_digests(local(MORNING), base_url=BASE_URL) == 0


def test_what_a_review_asked_is_not_told_again_the_day_after():
    scene = make_scene(State.SUBMITTED)
    prefer(CommentMails.DAILY, scene.lead)
    submitted = scene.diagnostic.events.get(kind="submitted").created_at
    request = say(scene, scene.facilitator, "Chiffrez.", kind=ThreadKind.REQUEST)
    request_changes(scene.diagnostic, reason="Tout.", user=scene.facilitator, base_url=BASE_URL)
    late = say(scene, scene.facilitator, "Et ceci.")
    assert told(request) == {}  # however late the worker is
    morning = timezone.localtime(submitted).replace(hour=7, minute=5) + dt.timedelta(days=1)
    assert send_digests(morning, base_url=BASE_URL) == 1
    text = QueuedMail.objects.get(kind="digest").text
    assert "> Et ceci." in text
    assert "Chiffrez." not in text
    assert "Tout." not in text
    assert f"#echange-{late.pk}" in text


def test_why_a_diagnostic_was_reopened_is_not_told_again_the_day_after():
    scene = make_scene(State.VALIDATED)
    prefer(CommentMails.DAILY, scene.facilitator)
    reopen_diagnostic(
        scene.diagnostic, reason="Le territoire a changé.", user=scene.lead, base_url=BASE_URL
    )
    thread = scene.diagnostic.threads.get()
    morning = timezone.localtime().replace(hour=7, minute=5) + dt.timedelta(days=1)
    assert send_digests(morning, base_url=BASE_URL) == 0
    do(scene, thread, scene.lead, text="Et une commune de plus.")
    assert send_digests(morning, base_url=BASE_URL) == 1
    assert "Et une commune de plus." in QueuedMail.objects.get(kind="digest").text
