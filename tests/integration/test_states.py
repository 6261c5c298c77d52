"""Submitting with requests pending, withdrawing, reopening, recording what the board decided."""

from __future__ import annotations

import datetime as dt
import json
from html import unescape

import pytest
from django.urls import reverse
from django.utils import timezone

from diagnostics.domain.conversation import Audience, ThreadKind
from diagnostics.domain.document import read_document
from diagnostics.domain.vocabulary import EventKind, State, StepKey
from diagnostics.models import BoardSession, Diagnostic, Event, Thread, Version
from diagnostics.services.conversation import open_thread
from diagnostics.services.errors import NotAllowed, ServiceError, WrongState
from diagnostics.services.imports import import_diagnostic
from diagnostics.services.reviews import take_review
from diagnostics.services.workflow import (
    adopt_diagnostic,
    reopen_diagnostic,
    submit_diagnostic,
    validate_diagnostic,
    withdraw_submission,
)
from tests.pages import html_of, page_of
from tests.scene import BASE_URL, IN_SPITE, REASON, Scene, adoption, bring_to, make_scene
from tests.threads import at_once

pytestmark = pytest.mark.django_db
DRAFT, SUBMITTED, CHANGES_REQUESTED, VALIDATED, ADOPTED = State
ASKED = "Chiffrez la deuxième année, s’il vous plaît"


def url(scene: Scene, name: str) -> str:
    return reverse(f"diagnostic_{name}", args=[scene.diagnostic.pk])


def text_at(scene: Scene, role: str, address: str, **query: str) -> str:
    return page_of(scene.client(role).get(address, query)).text


def ask(scene: Scene, step: StepKey | None = None, text: str = ASKED) -> Thread:
    return open_thread(
        scene.diagnostic,
        step=step,
        audience=Audience.FACILITATION,
        kind=ThreadKind.REQUEST,
        text=text,
        user=scene.facilitator,
        base_url=BASE_URL,
    )


# --- Submitting while something is asked -------------------------------------------------------------


def test_what_is_still_asked_is_named_first_and_stays_asked():
    scene = make_scene()
    asked = ask(scene, StepKey.OBJECTIVES)
    check = page_of(scene.browser.get(url(scene, "check")))
    address = url(scene, "submit")
    assert address in check.links
    assert address not in check.post_actions
    page = page_of(scene.browser.get(address))
    assert "Une demande attend votre réponse" in page.text
    assert ASKED in page.text
    assert reverse("conversation_thread", args=[scene.diagnostic.pk, asked.pk]) in page.links
    data = page.form_to(address).data
    assert page_of(scene.browser.post(address, data)).text.count("Cochez la case") == 2
    assert scene.browser.post(address, data | {"confirm": ["on"]}).status_code == 302
    scene.diagnostic.refresh_from_db()
    assert scene.diagnostic.state == SUBMITTED
    assert Thread.objects.get().state == "pending"


def test_what_is_asked_while_one_reads_is_asked_about():
    scene = make_scene()
    address = url(scene, "submit")
    for origin in (url(scene, "check"), address):
        page = page_of(scene.browser.get(origin))
        data = page.form_to(address).data | {"confirm": ["on"]}
        request = ask(scene)
        page = page_of(scene.browser.post(address, data))
        assert "arrivée entre-temps" in page.text
        assert ASKED in page.text
        scene.diagnostic.refresh_from_db()
        assert scene.diagnostic.state == DRAFT
        Thread.objects.filter(pk=request.pk).update(state="withdrawn")
    assert scene.browser.post(address, data | {"confirm": ["on"]}).status_code == 302


# --- Withdrawing -----------------------------------------------------------------------------------------


def withdraw(scene: Scene) -> None:
    withdraw_submission(scene.diagnostic, user=scene.lead, base_url=BASE_URL)
    scene.diagnostic.refresh_from_db()


def test_a_withdrawn_diagnostic_is_what_it_was_before_and_its_version_stays():
    scene = make_scene(SUBMITTED)
    assert scene.browser.post(url(scene, "withdraw")).status_code == 302
    scene.diagnostic.refresh_from_db()
    assert (scene.diagnostic.state, scene.diagnostic.submitted_at) == (DRAFT, None)
    assert [version.number for version in Version.objects.all()] == [1]
    said = text_at(scene, "reader", reverse("journal", args=[scene.diagnostic.pk]))
    assert "a retiré sa soumission (version 1)" in said
    # It was submitted once: it is not deleted, and its years stay.
    assert "Supprimer le diagnostic" not in text_at(scene, "lead", url(scene, "delete"))
    assert scene.browser.post(url(scene, "delete")).status_code == 409
    edit = page_of(scene.browser.get(url(scene, "edit")))
    assert "base_year" not in edit.form_to("").data
    assert url(scene, "delete") not in edit.links
    assert Diagnostic.objects.filter(pk=scene.diagnostic.pk).exists()


def test_what_was_submitted_again_goes_back_to_the_changes_that_were_asked():
    scene = make_scene(CHANGES_REQUESTED)
    first = scene.diagnostic.submitted_at
    submit_diagnostic(scene.diagnostic, user=scene.lead, base_url=BASE_URL)
    withdraw(scene)
    assert scene.diagnostic.state == CHANGES_REQUESTED
    assert scene.diagnostic.submitted_at > first
    assert scene.diagnostic.threads.get().state == "pending"
    submit_diagnostic(scene.diagnostic, user=scene.lead, base_url=BASE_URL)
    assert [version.number for version in Version.objects.all()] == [3, 2, 1]


def test_a_review_that_began_is_not_taken_away():
    scene = make_scene(SUBMITTED)
    take_review(scene.diagnostic, user=scene.facilitator)
    for response in (
        scene.browser.get(url(scene, "withdraw")),
        scene.browser.post(url(scene, "withdraw")),
    ):
        assert response.status_code == 409
        assert "La relecture est commencée" in page_of(response).text
    assert url(scene, "withdraw") not in page_of(scene.browser.get(url(scene, "home"))).links
    with pytest.raises(WrongState):
        withdraw(scene)


# --- Reopening -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", [VALIDATED, ADOPTED])
def test_reopening_clears_the_moments_and_the_journal_keeps_them(state: State):
    scene = make_scene(state)
    before = scene.diagnostic
    told = {
        name: at.isoformat()
        for name in ("validated_at", "adopted_at")
        if (at := getattr(before, name))
    }
    address = url(scene, "reopen")
    refused = page_of(scene.browser.post(address, {"reason": " \n "}))
    assert "Dites pourquoi vous rouvrez ce diagnostic." in refused.text
    assert scene.browser.post(address, {"reason": REASON}).status_code == 302
    scene.diagnostic.refresh_from_db()
    assert scene.diagnostic.state == CHANGES_REQUESTED
    assert (scene.diagnostic.validated_at, scene.diagnostic.adopted_at) == (None, None)
    assert scene.diagnostic.submitted_at == before.submitted_at
    event = Event.objects.filter(kind=EventKind.REOPENED).get()
    said = scene.diagnostic.threads.get()
    assert event.detail == {**told, "thread": said.pk}
    assert len(told) == 1 + (state is ADOPTED)
    assert [version.number for version in Version.objects.all()] == [1]
    assert (said.kind, said.messages.get().text) == ("comment", REASON)
    assert not BoardSession.objects.filter(revoked_at=None).exists()


def test_a_facilitator_reopens_without_a_word():
    scene = make_scene(VALIDATED)
    assert scene.client("facilitator").post(url(scene, "reopen"), {}).status_code == 302
    scene.diagnostic.refresh_from_db()
    assert scene.diagnostic.state == CHANGES_REQUESTED
    assert not scene.diagnostic.threads.exists()


# --- The board's decision --------------------------------------------------------------------------------

AMENDED = "Adopter les objectifs 2029, à 80 partenariats"
CARRIER = "le bureau élargi"
SECRET = "Carnet de séance de la présidente"


@pytest.fixture
def sorelle() -> Scene:
    """The demo's diagnostic, validated: five decisions are proposed."""
    scene = make_scene()
    scene.diagnostic.answers.all().delete()
    scene.store_demo()
    bring_to(scene, VALIDATED)
    return scene


def decided(scene: Scene, **changes: str) -> dict[str, str]:
    """What the lead posts: all adopted but the second, amended by a vote."""
    rows = [row.id for row in scene.answer(StepKey.BOARD_DECISIONS).decisions]
    assert len(rows) == 5
    data = {f"decision-{row}-result": "adopted" for row in rows}
    data["date"] = "2026-09-17"
    data |= {
        f"decision-{rows[1]}-result": "amended",
        f"decision-{rows[1]}-amended_text": AMENDED,
        f"decision-{rows[1]}-votes_for": "12",
        f"decision-{rows[1]}-votes_against": "1",
        f"decision-{rows[1]}-abstentions": "2",
        f"decision-{rows[2]}-result": "postponed",
        f"decision-{rows[4]}-carried_by": CARRIER,
        f"decision-{rows[4]}-due_date": "2027-03-31",
    }
    return data | changes


def test_a_refused_field_keeps_everything_that_was_typed(sorelle: Scene):
    rows = [row.id for row in sorelle.answer(StepKey.BOARD_DECISIONS).decisions]
    data = decided(sorelle, date="") | {f"decision-{rows[3]}-carried_by": SECRET}
    del data[f"decision-{rows[0]}-result"]
    address = url(sorelle, "adopt")
    response = sorelle.browser.post(address, data)
    assert response.status_code == 200
    page = page_of(response)
    assert "Indiquez le jour de la séance." in page.text
    assert "Dites ce que le conseil en a décidé." in page.text
    shown = page.form_to(address).data
    assert {name: shown.get(name, [""])[0] for name in data} == data
    assert not BoardSession.objects.exists()


def test_the_board_s_decision_is_told_everywhere(sorelle: Scene):
    address = url(sorelle, "adopt")
    assert sorelle.browser.post(address, decided(sorelle)).status_code == 302
    sorelle.diagnostic.refresh_from_db()
    session = BoardSession.objects.get()
    assert (sorelle.diagnostic.state, session.recorded_by) == (ADOPTED, sorelle.lead)
    assert session.held_on == dt.date(2026, 9, 17)
    pk = sorelle.diagnostic.pk

    own = unescape(html_of(sorelle.client("reader").get(reverse("report", args=[pk]))))
    assert "Adopté le 17\u00a0septembre\u00a02026 par le conseil d’administration" in own
    assert "Décisions du conseil d’administration" in own
    assert own.count(AMENDED) == 2  # the decisions' page, and the synthesis
    assert "12\u00a0voix pour, 1\u00a0contre, 2\u00a0abstentions" in own
    assert f"Qui la porte\u00a0: {CARRIER} · Pour le 31\u00a0mars\u00a02027" in own
    assert "Ce que le conseil a décidé" in own
    assert "r-boxes" not in own
    # The version that was submitted says nothing of it.
    version = unescape(
        html_of(sorelle.client("reader").get(reverse("report", args=[pk]), {"version": "1"}))
    )
    assert AMENDED not in version
    assert "Adopté le" not in version
    assert "telle qu’elle a été" in version
    assert "r-project" in version
    assert "r-project" not in own

    home = text_at(sorelle, "reader", url(sorelle, "home"))
    assert AMENDED in home
    assert "17\u00a0septembre\u00a02026".replace("\u00a0", " ") in home.replace("\u00a0", " ")
    journal = text_at(sorelle, "reader", reverse("journal", args=[pk]))
    assert "du 17 septembre 2026 : 3 décisions adoptées, 1 amendée, 1 reportée" in journal.replace(
        "\u00a0", " "
    )

    served = sorelle.client("reader").get(reverse("document_json", args=[pk])).content
    document = read_document(served)
    assert document.adoption is not None
    assert document.adoption.model_dump(mode="json") == session.content
    # An import is a draft: nothing was decided of it.
    copy = import_diagnostic(sorelle.structure, document, user=sorelle.lead)
    assert (copy.state, copy.board_sessions.count(), copy.reviews.count()) == (DRAFT, 0, 0)
    kept = json.loads(
        sorelle.client("reader").get(reverse("document_json", args=[pk]), {"version": "1"}).content
    )
    assert "adoption" not in kept


def test_a_session_that_was_revoked_is_what_one_starts_from(sorelle: Scene):
    address = url(sorelle, "adopt")
    typed = decided(sorelle)
    sorelle.browser.post(address, typed)
    arguments = {"user": sorelle.lead, "base_url": BASE_URL}
    reopen_diagnostic(sorelle.diagnostic, reason=REASON, **arguments)
    submit_diagnostic(sorelle.diagnostic, **arguments)
    validate_diagnostic(
        sorelle.diagnostic, user=sorelle.facilitator, base_url=BASE_URL, in_spite=IN_SPITE
    )
    page = page_of(sorelle.browser.get(address))
    assert "repris ci-dessous" in page.text
    data = page.form_to(address).data
    assert {name: data[name][0] for name in typed} == typed
    assert sorelle.browser.post(address, data).status_code == 302
    assert BoardSession.objects.count() == 2
    assert BoardSession.objects.filter(revoked_at=None).count() == 1


def test_without_a_proposed_decision_only_the_date_is_recorded():
    scene = make_scene(VALIDATED)
    address = url(scene, "adopt")
    assert "seule la date" in text_at(scene, "lead", address)
    assert scene.browser.post(address, {"date": "2026-09-17"}).status_code == 302
    assert BoardSession.objects.get().content == {"date": "2026-09-17", "outcomes": []}


def test_the_service_takes_nothing_but_what_the_board_was_asked(sorelle: Scene):
    whole = adoption(sorelle)
    arguments = {"user": sorelle.lead, "base_url": BASE_URL}
    tomorrow = timezone.localdate() + dt.timedelta(days=1)
    for wrong in (
        whole.model_copy(update={"outcomes": whole.outcomes[1:]}),
        whole.model_copy(update={"date": tomorrow}),
    ):
        with pytest.raises(ServiceError):
            adopt_diagnostic(sorelle.diagnostic, adoption=wrong, **arguments)
    for person in (sorelle.contributor, sorelle.reader, sorelle.facilitator):
        with pytest.raises(NotAllowed):
            adopt_diagnostic(sorelle.diagnostic, adoption=whole, user=person, base_url=BASE_URL)
    assert not BoardSession.objects.exists()


# --- Somebody was quicker ----------------------------------------------------------------------------


def test_what_was_typed_is_given_back_when_the_diagnostic_has_moved_on(sorelle: Scene):
    adopt, reopen = url(sorelle, "adopt"), url(sorelle, "reopen")
    data = page_of(sorelle.browser.get(adopt)).form_to(adopt).data
    data |= {name: [value] for name, value in decided(sorelle).items()}
    reopen_diagnostic(sorelle.diagnostic, reason="", user=sorelle.facilitator, base_url=BASE_URL)
    response = sorelle.browser.post(adopt, data)
    assert response.status_code == 409
    given = unescape(response.content.decode())
    for text in (AMENDED, CARRIER, "2026-09-17", "12"):
        assert f"\n{text}</textarea>" in given
    assert "amended</textarea>" not in given
    assert "Ce diagnostic est «\u00a0Modifications demandées\u00a0»" in given
    response = sorelle.browser.post(reopen, {"reason": SECRET})
    assert response.status_code == 409
    assert SECRET in unescape(response.content.decode())


@pytest.mark.parametrize(
    ("name", "state", "data"),
    [
        ("submit", DRAFT, {"confirm": ["on"]}),
        ("withdraw", SUBMITTED, {}),
        ("request_changes", SUBMITTED, {"reason": [REASON]}),
        ("reopen", VALIDATED, {"reason": [REASON]}),
        ("adopt", VALIDATED, {"date": ["2026-09-17"]}),
    ],
)
def test_a_second_press_leads_where_the_first_one_led(name, state, data):
    scene = make_scene(state)
    client = scene.client("facilitator" if name == "request_changes" else "lead")
    address = url(scene, name)
    sent = page_of(client.get(address)).form_to(address).data | data
    first = client.post(address, sent)
    second = client.post(address, sent)
    assert first.status_code == second.status_code == 302
    assert first["Location"] == second["Location"]
    assert (
        client.post(address, data).status_code == 409
    )  # another press, of a page without its mark


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_wins_and_the_other_is_told():
    scene = make_scene(SUBMITTED)
    results = at_once(
        lambda: take_review(scene.diagnostic, user=scene.facilitator),
        lambda: withdraw_submission(scene.diagnostic, user=scene.lead, base_url=BASE_URL),
    )
    assert sum(isinstance(result, WrongState) for result in results) == 1
    scene.diagnostic.refresh_from_db()
    is_taken = scene.diagnostic.reviews.filter(taken_by__isnull=False).exists()
    assert scene.diagnostic.state == (SUBMITTED if is_taken else DRAFT)

    scene = make_scene(VALIDATED)
    arguments = {"user": scene.lead, "base_url": BASE_URL}
    results = at_once(
        lambda: adopt_diagnostic(scene.diagnostic, adoption=adoption(scene), **arguments),
        lambda: reopen_diagnostic(
            scene.diagnostic, reason="", user=scene.facilitator, base_url=BASE_URL
        ),
    )
    scene.diagnostic.refresh_from_db()
    # Reopening may come second: an adopted diagnostic is reopened too.
    refused = [isinstance(result, WrongState) for result in results]
    assert refused in ([False, False], [True, False])
    assert scene.diagnostic.state == CHANGES_REQUESTED
    assert not BoardSession.objects.filter(revoked_at=None).exists()
