"""The pages that show what is said of a diagnostic, and what is sent from them."""

from __future__ import annotations

import datetime as dt
import json
import re
from html import unescape
from typing import Any

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from diagnostics.domain.conversation import Audience, ThreadState
from diagnostics.domain.vocabulary import MembershipRole, State, StepKey
from diagnostics.models import Message, Thread
from tests.factories import MembershipFactory
from tests.integration.test_expired_session import send_now, sent_without_session
from tests.pages import html_of, page_of
from tests.scene import Scene, bring_to, make_scene, objectives
from tests.talking import ASKED, FACILITATORS, SHARED, TEAM, WORDS, ask, do, one_of_each, say
from tests.threads import at_once

pytestmark = pytest.mark.django_db
TEXT = "Nous avons <b>chiffré</b> l’année deux"
# What marks the request of htmx.
HTMX = {"HX-Request": "true"}


@pytest.fixture
def scene() -> Scene:
    return make_scene()


def to(scene: Scene, name: str, *args: Any) -> str:
    return reverse(f"conversation{name}", args=[scene.diagnostic.pk, *args])


def pages(scene: Scene) -> dict[str, str]:
    """The pages that show threads or count them."""
    pk = scene.diagnostic.pk
    return {
        "home": reverse("diagnostic_home", args=[pk]),
        "check": reverse("diagnostic_check", args=[pk]),
        "step": scene.url("vision"),
        "another step": scene.url("roles"),
        "all": to(scene, "") + "?etat=tous",
        "journal": reverse("journal", args=[pk]),
        "report": reverse("report", args=[pk]),
        "document": reverse("document_json", args=[pk]),
    }


def text_of(client, address: str) -> str:
    return " ".join(unescape(client.get(address).content.decode()).split())


def deeds_offered(html: str, thread: Thread) -> set[str]:
    found = re.findall(rf'formaction="[^"]*/echanges/{thread.pk}/([a-z]+)/"', html)
    return set(found)


# --- Who reads what --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "roles"),
    [
        (State.DRAFT, ("lead", "contributor", "reader", "facilitator")),
        (State.SUBMITTED, ("lead", "facilitator")),
        (State.VALIDATED, ("reader", "facilitator")),
    ],
)
def test_no_page_shows_what_others_keep_to_themselves(state, roles):
    scene = make_scene(state)
    one_of_each(scene)
    for audience in Audience:
        say(scene, audience, step=None)
    for role in roles:
        hidden, client = (TEAM if role == "facilitator" else FACILITATORS), scene.client(role)
        shown = {name: text_of(client, address) for name, address in pages(scene).items()}
        for name in ("check", "step", "all"):
            for audience in Audience:
                assert (WORDS[audience] in shown[name]) == (audience != hidden), (role, name)
        for name in ("home", "another step", "journal", "report", "document"):
            assert not [words for words in WORDS.values() if words in shown[name]], (role, name)


def test_counts_tell_nothing_of_what_others_keep_to_themselves(scene):
    for _ in range(3):
        say(scene, TEAM)
    say(scene, FACILITATORS)
    ask(scene)
    for role, words in {
        "lead": "1\u00a0demande en attente et 3\u00a0échanges ouverts",
        "facilitator": "1\u00a0demande en attente et 1\u00a0échange ouvert",
    }.items():
        client = scene.client(role)
        for name in ("home", "check", "step", "another step", "all"):
            html = unescape(client.get(pages(scene)[name]).content.decode())
            said = set(
                re.findall(
                    r"(?:\d+\u00a0demandes? en attente et )?\d+\u00a0échanges? ouverts?", html
                )
            )
            assert said == {words}, (role, name)


def test_an_address_of_others_is_no_address(scene):
    for role, audience in (("lead", FACILITATORS), ("facilitator", TEAM), ("staff", SHARED)):
        thread, client = say(scene, audience), scene.client(role)
        message = thread.messages.get()
        assert client.get(to(scene, "_thread", thread.pk)).status_code == 404
        for address, data in [
            (to(scene, "_act", thread.pk, "repondre"), {"text": "Moi aussi"}),
            (to(scene, "_edit", thread.pk), {"text": "Moi aussi", "message_pk": message.pk}),
        ]:
            answer = client.post(address, data)
            assert answer.status_code == 404, role
            assert WORDS[audience] not in answer.content.decode()
        assert thread.messages.count() == 1


def test_a_facilitator_of_the_team_reads_as_one_of_the_team(scene):
    one_of_each(scene)
    MembershipFactory(
        structure=scene.structure, user=scene.facilitator, role=MembershipRole.CONTRIBUTOR.value
    )
    text = text_of(scene.client("facilitator"), pages(scene)["step"])
    assert WORDS[TEAM] in text
    # Not even what they said among facilitators before.
    assert WORDS[FACILITATORS] not in text
    assert "Demander à la structure" not in text


# --- A button shows if and only if its POST is accepted -----------------------------------------------------


def brought_to(scene: Scene, state: ThreadState) -> Thread:
    """A thread in a state, opened by the lead or by a facilitator."""
    if state in {ThreadState.OPEN, ThreadState.RESOLVED}:
        thread = say(scene)
        if state is ThreadState.RESOLVED:
            do(scene, thread, "resoudre", user=scene.lead)
        return thread
    thread, facilitator = ask(scene), scene.facilitator
    if state is ThreadState.ADDRESSED:
        do(scene, thread, "traiter", user=scene.lead)
    elif state is ThreadState.ACCEPTED:
        do(scene, thread, "accepter", user=facilitator)
    elif state is ThreadState.WITHDRAWN:
        do(scene, thread, "retirer", user=facilitator)
    return thread


SEEN_BY = {"contributor": {"open", "pending"}, "reader": {"pending", "resolved"}}


def test_a_button_shows_if_and_only_if_its_deed_is_accepted(scene):
    threads = {state: brought_to(scene, state) for state in ThreadState}
    names = ("repondre", "traiter", "accepter", "redemander", "retirer", "resoudre", "rouvrir")
    for role in ("lead", "contributor", "reader", "facilitator"):
        client = scene.client(role)
        html = client.get(pages(scene)["step"]).content.decode()
        for state, thread in threads.items():
            # Lead and facilitator go through every state, each of the others through two:
            # one of a message and one of a request.
            if state not in SEEN_BY.get(role, ThreadState):
                continue
            accepted = set()
            for name in names:
                with transaction.atomic():
                    address = to(scene, "_act", thread.pk, name)
                    answer = client.post(address, {"text": TEXT, "place": "etape"})
                    transaction.set_rollback(True)
                assert answer.status_code in {302, 403, 409}
                if answer.status_code == 302:
                    accepted.add(name)
            assert deeds_offered(html, thread) == accepted, (role, state)


def test_the_sorts_that_are_offered_are_those_that_are_accepted(scene):
    for role in ("lead", "reader", "facilitator"):
        client, accepted = scene.client(role), set()
        shown = {name: client.get(pages(scene)[name]).content for name in ("step", "check", "all")}
        for sort in ("request", "facilitation", "team", "facilitators"):
            before = Thread.objects.count()
            client.post(to(scene, "_open"), {"sort": sort, "text": TEXT, "step": "vision"})
            if Thread.objects.count() > before:
                accepted.add(sort)
        for name, content in shown.items():
            offered = re.findall(r'name="sort" value="([a-z]+)"', content.decode())
            assert set(offered) == accepted, (role, name)


# --- Sent by the page itself ------------------------------------------------------------------------------


@pytest.mark.parametrize("state", [State.DRAFT, State.SUBMITTED])
def test_a_message_without_script_comes_back_to_its_thread(state):
    scene = make_scene(state)
    client = scene.client("reader")
    address, step = to(scene, "_open"), scene.url("vision")
    form = page_of(client.get(step)).form_to(address)
    sent = form.data | {"text": TEXT, "sort": "facilitation"}
    answer = client.post(address, sent)
    thread = Thread.objects.get()
    assert answer["Location"] == f"{step}#echange-{thread.pk}"
    shown = unescape(client.get(step).content.decode())
    assert "Votre message est envoyé." in shown
    assert "Nous avons &lt;b&gt;chiffré" in client.get(step).content.decode()
    assert f'id="echange-{thread.pk}"' in shown
    # Sent once more by a browser that goes back: it is the same.
    assert client.post(address, sent)["Location"] == answer["Location"]
    assert Message.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_double_click_is_one_message():
    scene = make_scene()
    thread = ask(scene)
    address = to(scene, "_act", thread.pk, "traiter")
    data = {"text": TEXT, "place": "etape", "once": "0" * 32}
    clients = [scene.client("lead") for _ in range(2)]
    answers = at_once(*[lambda c=c: c.post(address, data) for c in clients])
    assert [answer.status_code for answer in answers] == [302, 302]
    assert thread.messages.count() == 2


# Each place with each text would be the same twice: every place, and every reason, once at least.
TOO_LONG = ("é" * 2003, "3\u00a0caractères de trop")
GIVEN_BACK = [
    ("etape", " ", "Écrivez votre message."),
    ("etape", f"{TEXT}\x00", "Un caractère invisible interdit"),
    ("etape", *TOO_LONG),
    ("relecture", *TOO_LONG),
    ("echanges", *TOO_LONG),
]


def test_what_is_refused_is_given_back_where_it_was_typed(scene):
    thread = say(scene)
    client = scene.client("facilitator")
    for place, text, why in GIVEN_BACK:
        step = "" if place == "echanges" else "vision"  # there one writes on the whole diagnostic
        data = {"text": text, "place": place, "step": step, "sort": "facilitators"}
        for address in (to(scene, "_open"), to(scene, "_act", thread.pk, "repondre")):
            answer = client.post(address, data)
            assert answer.status_code == 200
            html = unescape(answer.content.decode())
            assert why in html, (place, why)
            # A browser sends no NUL, and shows none.
            areas = [" ".join(form.data.get("text", [])) for form in page_of(answer).forms]
            assert text.strip() in [area.strip() for area in areas], (place, why)
    assert Message.objects.count() == 1


def test_a_button_that_nobody_pressed_writes_to_nobody(scene):
    client = scene.client("lead")
    for sort in ("", "facilitators", "request", "autre"):
        answer = client.post(to(scene, "_open"), {"text": TEXT, "sort": sort, "place": "echanges"})
        assert "Choisissez à qui vous écrivez." in unescape(answer.content.decode())
        assert "chiffré" in answer.content.decode()
    assert Thread.objects.count() == 0


def test_who_comes_second_has_their_text_back(scene):
    thread = ask(scene)
    do(scene, thread, "traiter", user=scene.lead)
    do(scene, thread, "accepter", user=scene.facilitator)
    client = scene.client("contributor")
    for place in ("etape", "relecture", "echanges"):
        answer = client.post(
            to(scene, "_act", thread.pk, "traiter"),
            {"text": TEXT, "place": place, "step": "vision", "once": "0" * 32},
        )
        assert answer.status_code == 409
        html = unescape(answer.content.decode())
        assert "Cette demande est maintenant «\u00a0acceptée\u00a0»" in html, place
        assert TEXT in html, place
        assert "<b>chiffré" not in answer.content.decode(), place
        assert thread.messages.count() == 3


def test_a_row_that_was_removed_meanwhile(scene):
    scene.store(objectives("Étendre le réseau", "Former"))
    client = scene.client("contributor")
    scene.store(objectives("Étendre le réseau"))
    data = {"text": TEXT, "sort": "team", "step": "objectives", "row": "o2", "place": "etape"}
    answer = client.post(to(scene, "_open"), data)
    html = unescape(answer.content.decode())
    assert "Cette ligne a été retirée" in html
    assert TEXT in html
    assert Thread.objects.count() == 0


def test_a_message_whose_session_had_ended(scene):
    page, address = scene.url("vision"), to(scene, "_open")
    data = {"text": TEXT, "sort": "team", "step": "vision", "place": "etape", "once": "1" * 32}
    client, shown = sent_without_session(scene, scene.lead, address, page, data)
    kept = re.search(r'<ul class="typed-text">(.*?)</ul>', shown, re.S)[1]
    assert re.findall(r"<li>(.*?)</li>", unescape(kept), re.S) == [TEXT]
    assert Thread.objects.count() == 0
    send_now(client, shown, address)
    thread = Thread.objects.get()
    assert (thread.audience, thread.step, thread.messages.get().text) == ("team", "vision", TEXT)


def test_ones_own_message_is_corrected_on_its_page(scene):
    thread = say(scene, TEAM)
    message = thread.messages.get()
    client, address = scene.client("lead"), to(scene, "_edit", thread.pk)
    form = page_of(client.get(scene.url("vision"))).form_to(address)
    assert form.data["text"] == [WORDS[TEAM]]
    client.post(address, form.data | {"text": TEXT})
    message.refresh_from_db()
    assert message.text == TEXT
    assert "(modifié)" in text_of(client, scene.url("vision"))
    assert address not in page_of(scene.client("contributor").get(scene.url("vision"))).post_actions
    Message.objects.update(written_at=timezone.now() - dt.timedelta(minutes=16))
    assert address not in page_of(client.get(scene.url("vision"))).post_actions
    answer = client.post(address, form.data | {"text": "Trop tard", "once": "2" * 32})
    assert answer.status_code == 409
    assert "Trop tard" in answer.content.decode()
    for wrong in ("x", "9" * 30, ""):
        assert client.post(address, {"message_pk": wrong, "text": TEXT}).status_code == 400


# --- Sent by a script -------------------------------------------------------------------------------------


def test_a_script_has_the_thread_and_the_counts(scene):
    thread, client = ask(scene), scene.client("lead")
    address = to(scene, "_act", thread.pk, "traiter")
    answer = client.post(address, {"text": "", "place": "etape"}, headers=HTMX)
    html = unescape(answer.content.decode())
    assert answer.status_code == 200
    assert html.count("<article") == 1
    assert 'data-state="addressed"' in html
    assert "La demande est traitée" in html
    assert "<form" in html
    assert "echanges/ouvrir/" not in html
    assert json.loads(answer["HX-Trigger"]) == {
        "talk:counted": {"vision": "1\u00a0demande traitée", "total": "1\u00a0demande traitée"}
    }


def test_a_script_that_opens_a_thread_has_it_and_a_form_anew(scene):
    data = {"text": TEXT, "sort": "team", "step": "vision", "place": "etape"}
    answer = scene.client("reader").post(to(scene, "_open"), data, headers=HTMX)
    html = answer.content.decode()
    assert html.count("<article") == 1
    form = page_of(answer).form_to(to(scene, "_open"))
    assert form.data["text"] == [""]
    assert json.loads(answer["HX-Trigger"])["talk:counted"] == {
        "vision": "1\u00a0échange ouvert",
        "total": "1\u00a0échange ouvert",
    }


def test_a_script_that_comes_second_has_the_thread_as_it_is_now(scene):
    thread = say(scene)
    do(scene, thread, "resoudre", user=scene.lead)
    answer = scene.client("reader").post(
        to(scene, "_act", thread.pk, "repondre"), {"text": TEXT, "place": "etape"}, headers=HTMX
    )
    html = unescape(answer.content.decode())
    assert answer.status_code == 409
    assert 'data-state="resolved"' in html
    assert TEXT in html
    assert "<b>chiffré" not in answer.content.decode()


# --- The pages --------------------------------------------------------------------------------------------


def test_a_row_leads_to_what_is_said_of_it(scene):
    scene.store(objectives("Étendre le réseau", "Former"))
    thread = ask(scene, step=StepKey.OBJECTIVES, row="o2")
    client = scene.client("contributor")
    page = client.get(scene.url("objectives"))
    html = page.content.decode()
    assert re.findall(r'data-talk-row="(\w+)">(?:<a href="([^"]+)">)?', html) == [
        ("o1", ""),
        ("o2", f"#echange-{thread.pk}"),
    ]
    assert '<a href="#objectives-rows-1">Objectif\u00a02\u00a0: Former</a>' in html
    assert '<option value="o1">Objectif\u00a01\u00a0: Étendre le réseau</option>' in html_of(page)
    scene.store(objectives("Étendre le réseau"))
    html = client.get(scene.url("objectives")).content.decode()
    assert "«&nbsp;Former&nbsp;» <span" in html
    assert "(ligne retirée depuis)" in html


def test_the_rows_that_are_always_there_are_named_as_their_page_does(scene):
    scene.diagnostic.answers.all().delete()
    scene.store_demo()
    thread = ask(scene, step=StepKey.ACCOMPANIMENT_SCOPE, row="follow_up")
    html = scene.client("lead").get(scene.url("accompaniment_scope")).content.decode()
    assert f'data-talk-row="follow_up"><a href="#echange-{thread.pk}">' in html


def test_what_is_asked_is_the_first_thing_to_do(scene):
    asked = [ask(scene, step=None), ask(scene), ask(scene, step=StepKey.ROLES)]
    home = pages(scene)["home"]
    lead = page_of(scene.client("lead").get(home))
    assert "À faire maintenant La facilitation vous demande" in lead.text
    assert "Répondre aux 3 demandes" in lead.text
    assert [link for link in lead.links if "#echange" in link or "/echanges/" in link] == [
        to(scene, ""),
        to(scene, "_thread", asked[0].pk),
        f"{scene.url('vision')}#echange-{asked[1].pk}",
        f"{scene.url('roles')}#echange-{asked[2].pk}",
        to(scene, "") + "?etat=demandes",
    ]
    do(scene, asked[0], "traiter", user=scene.lead)
    do(scene, asked[1], "traiter", user=scene.lead)
    assert "Répondre à la demande" in page_of(scene.client("contributor").get(home)).text
    reader = page_of(scene.client("reader").get(home)).text
    assert "La facilitation vous demande" in reader
    assert "Répondre à la demande" not in reader
    assert (
        "Demandé à la structure, sans réponse encore"
        in page_of(scene.client("facilitator").get(home)).text
    )


def test_a_step_tells_what_is_asked_there_and_of_the_whole_diagnostic(scene):
    here, whole = ask(scene), ask(scene, step=None, text="Relisez tout")
    ask(scene, step=StepKey.ROLES, text="Un rôle de plus")
    text = text_of(scene.client("lead"), scene.url("vision"))
    banner = text.split("La facilitation vous demande")[1].split("</ul>")[0]
    assert f"#echange-{here.pk}" in banner
    assert to(scene, "_thread", whole.pk) in banner
    assert "Un rôle de plus" not in text


def test_the_page_of_all_threads_keeps_what_is_asked_for(scene):
    pending, comment = ask(scene), say(scene, step=None)
    done = ask(scene, step=StepKey.ROLES)
    do(scene, done, "accepter", user=scene.facilitator)
    client = scene.client("reader")
    for query, expected in {
        "": [comment, pending],
        "?etat=demandes": [pending],
        "?etat=tous": [comment, pending, done],
        "?etat=tous&etape=roles": [done],
        "?etat=tous&etape=ensemble": [comment],
        "?etat=autre&etape=autre&page=x": [comment, pending],
    }.items():
        html = client.get(to(scene, "") + query).content.decode()
        shown = [
            int(pk) for pk in re.findall(r'<article class="talk-thread" id="echange-(\d+)"', html)
        ]
        assert shown == [thread.pk for thread in expected], query


def test_a_thread_has_an_address_whatever_becomes_of_it(scene):
    threads = [say(scene, step=None, text=f"Message {n}") for n in range(51)]
    do(scene, threads[50], "resoudre", user=scene.lead)
    answer = scene.client("reader").get(to(scene, "_thread", threads[50].pk))
    assert answer["Location"] == f"{to(scene, '')}?etat=tous&page=2#echange-{threads[50].pk}"
    shown = scene.client("reader").get(answer["Location"].partition("#")[0])
    assert f'id="echange-{threads[50].pk}"' in shown.content.decode()
    assert scene.client("reader").get(to(scene, "_thread", 10**30)).status_code == 404


def test_the_journal_tells_of_requests(scene):
    thread = ask(scene)
    do(scene, thread, "traiter", user=scene.lead)
    text = text_of(scene.client("reader"), pages(scene)["journal"])
    assert "a fait une demande à la structure" in text
    assert "a traité une demande" in text
    assert ASKED not in text


def test_a_closed_step_shows_its_threads(scene):
    thread = ask(scene)
    bring_to(scene, State.SUBMITTED)
    html = scene.client("lead").get(scene.url("vision")).content.decode()
    assert deeds_offered(html, thread) == {"repondre", "traiter"}
