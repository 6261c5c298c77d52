"""Submitting, requesting changes, validating: who, in which state, exactly once."""

from __future__ import annotations

import hashlib
import json

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob

from diagnostics.domain.coherence import findings_json
from diagnostics.domain.vocabulary import EventKind, State, StepKey
from diagnostics.models import Answer, Event, Thread, Version
from diagnostics.queries import load_diagnostic_document
from diagnostics.services.answers import save_answer
from diagnostics.services.errors import NotAllowed, ServiceError, WrongState
from diagnostics.services.workflow import (
    AlreadySubmitted,
    NotSubmittable,
    request_changes,
    submit_diagnostic,
    validate_diagnostic,
)
from tests.pages import page_of
from tests.scene import (
    BASE_URL,
    IN_SPITE,
    REASON,
    STATEMENT,
    Scene,
    answer_document,
    demo_document,
    make_scene,
)
from tests.threads import at_once

DRAFT, SUBMITTED, CHANGES_REQUESTED, VALIDATED, ADOPTED = State

# --- Transitions through the pages ---------------------------------------------------------------------

ACTIONS = {
    "diagnostic_submit": {"confirm": "on"},
    "diagnostic_request_changes": {"reason": REASON},
    "diagnostic_validate": {"in_spite": IN_SPITE},
}
# By state: what the one role that may do it gets.
ANSWERS = {
    "diagnostic_submit": (
        "lead",
        {DRAFT: 302, SUBMITTED: 409, CHANGES_REQUESTED: 302, VALIDATED: 409, ADOPTED: 409},
    ),
    "diagnostic_request_changes": (
        "facilitator",
        {DRAFT: 409, SUBMITTED: 302, CHANGES_REQUESTED: 409, VALIDATED: 409, ADOPTED: 409},
    ),
    "diagnostic_validate": (
        "facilitator",
        {DRAFT: 409, SUBMITTED: 302, CHANGES_REQUESTED: 409, VALIDATED: 409, ADOPTED: 409},
    ),
}
LEADS_TO = {
    "diagnostic_submit": ({DRAFT, CHANGES_REQUESTED}, SUBMITTED),
    "diagnostic_request_changes": ({SUBMITTED}, CHANGES_REQUESTED),
    "diagnostic_validate": ({SUBMITTED}, VALIDATED),
}


@pytest.mark.django_db
@pytest.mark.parametrize("state", list(State))
def test_transitions_by_role_and_state(state: State):
    scene = make_scene(state)
    clients = {
        role: scene.client(role)
        for role in ("reader", "contributor", "lead", "facilitator", "stranger", "staff")
    }
    for action in ACTIONS:
        with transaction.atomic():  # each from the same state
            attempt(action, state, scene, clients)
            transaction.set_rollback(True)


def attempt(action: str, state: State, scene: Scene, clients: dict[str, Client]) -> None:
    """Have each role try it, whoever may last; look at what became of the diagnostic."""
    address = reverse(action, args=[scene.diagnostic.pk])
    holder, by_state = ANSWERS[action]
    expected = dict.fromkeys(["reader", "contributor", "lead", "facilitator"], 403)
    expected |= {"stranger": 404, "staff": 404, holder: by_state[state]}
    written = (Version.objects.count(), Event.objects.count(), ProcrastinateJob.objects.count())
    statuses = {}
    for role in expected:
        if role != holder:
            statuses[role] = clients[role].post(address, ACTIONS[action]).status_code
    scene.diagnostic.refresh_from_db()
    assert scene.diagnostic.state == state
    statuses[holder] = clients[holder].post(address, ACTIONS[action]).status_code
    assert statuses == expected, action
    scene.diagnostic.refresh_from_db()
    origins, target = LEADS_TO[action]
    assert scene.diagnostic.state == (target if state in origins else state)
    after = (Version.objects.count(), Event.objects.count(), ProcrastinateJob.objects.count())
    assert (after != written) == (state in origins)


@pytest.mark.django_db
def test_a_refused_transition_says_why():
    scene = make_scene(VALIDATED)
    response = scene.client("lead").post(
        reverse("diagnostic_submit", args=[scene.diagnostic.pk]), {"confirm": "on"}
    )
    assert response.status_code == 409
    assert "Ce diagnostic est « Validé »" in page_of(response).text
    response = scene.client("facilitator").post(
        reverse("diagnostic_request_changes", args=[scene.diagnostic.pk]), {"reason": REASON}
    )
    assert response.status_code == 409
    assert "il n’attend pas de relecture" in page_of(response).text


@pytest.mark.django_db
def test_a_submission_must_be_confirmed():
    scene = make_scene()
    address = reverse("diagnostic_submit", args=[scene.diagnostic.pk])
    response = scene.client("lead").post(address)
    assert "Cochez la case" in page_of(response).text
    scene.diagnostic.refresh_from_db()
    assert scene.diagnostic.state == DRAFT
    assert not Version.objects.exists()


@pytest.mark.django_db
def test_a_request_for_changes_needs_a_reason_that_can_be_read():
    scene = make_scene(SUBMITTED)
    address = reverse("diagnostic_request_changes", args=[scene.diagnostic.pk])
    client = scene.client("facilitator")
    for reason in ("", "  \n ", "x" * 2001, "nul\x00"):
        response = client.post(address, {"reason": reason})
        assert response.status_code != 302
        assert address in page_of(response).post_actions
    scene.diagnostic.refresh_from_db()
    assert scene.diagnostic.state == SUBMITTED
    assert not scene.diagnostic.threads.exists()


@pytest.mark.django_db
def test_the_services_check_the_right_themselves():
    scene = make_scene()
    for person in (scene.contributor, scene.reader, scene.facilitator, scene.stranger, scene.staff):
        with pytest.raises(NotAllowed):
            submit_diagnostic(scene.diagnostic, user=person, base_url=BASE_URL)
    submit_diagnostic(scene.diagnostic, user=scene.lead, base_url=BASE_URL)
    for person in (scene.lead, scene.contributor, scene.reader, scene.stranger, scene.staff):
        with pytest.raises(NotAllowed):
            request_changes(scene.diagnostic, reason=REASON, user=person, base_url=BASE_URL)
        with pytest.raises(NotAllowed):
            validate_diagnostic(scene.diagnostic, user=person, base_url=BASE_URL, in_spite=IN_SPITE)
    for reason in ("", " ", "x" * 5000):
        with pytest.raises(ServiceError):
            request_changes(
                scene.diagnostic, reason=reason, user=scene.facilitator, base_url=BASE_URL
            )
    with pytest.raises(AlreadySubmitted):
        submit_diagnostic(scene.diagnostic, user=scene.lead, base_url=BASE_URL)
    assert [event.kind for event in Event.objects.filter(diagnostic=scene.diagnostic)] == [
        EventKind.SUBMITTED,
        EventKind.DIAGNOSTIC_OPENED,
    ]


# --- What can be submitted ---------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("step", "axis"),
    [
        (StepKey.VISION, "Vision du territoire"),
        (StepKey.ROLES, "Ambition de la structure"),
        (StepKey.ACTIVITIES, "Missions et activités"),
        (StepKey.ORGANISATION, "Stratégie de moyens"),
    ],
)
def test_submission_is_refused_while_an_axis_has_no_answer(step: StepKey, axis: str):
    scene = make_scene()
    Answer.objects.filter(diagnostic=scene.diagnostic, step=step.value).delete()
    client, pk = scene.client("lead"), scene.diagnostic.pk
    check = page_of(client.get(reverse("diagnostic_check", args=[pk])))
    assert "ne peut pas encore être soumis" in check.text
    assert axis in check.text
    address = reverse("diagnostic_submit", args=[pk])
    assert address not in check.post_actions
    response = client.post(address, {"confirm": "on"})
    assert response.status_code == 409
    assert axis in page_of(response).text
    with pytest.raises(NotSubmittable, match=axis):
        submit_diagnostic(scene.diagnostic, user=scene.lead, base_url=BASE_URL)
    scene.diagnostic.refresh_from_db()
    assert scene.diagnostic.state == DRAFT
    assert not Version.objects.exists()


@pytest.mark.django_db
def test_one_answer_per_axis_is_enough_and_what_is_missing_is_told():
    scene = make_scene()
    text = page_of(
        scene.client("lead").get(reverse("diagnostic_check", args=[scene.diagnostic.pk]))
    ).text
    assert "Vous pouvez soumettre même s’il reste" in text
    version = submit_diagnostic(scene.diagnostic, user=scene.lead, base_url=BASE_URL)
    assert version.number == 1


# --- The version ------------------------------------------------------------------------------------------


def canonical(value: dict) -> bytes:
    """Written here again on purpose: the format of the fingerprint is a promise."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


@pytest.mark.django_db
def test_the_version_is_the_document_with_its_fingerprint():
    scene = make_scene()
    scene.diagnostic.answers.all().delete()
    document = demo_document("sorelle")
    answer_document(scene.diagnostic, document, user=scene.contributor)
    Answer.objects.filter(diagnostic=scene.diagnostic).update(internal_note="entre nous seulement")
    before = load_diagnostic_document(scene.diagnostic)
    version = submit_diagnostic(scene.diagnostic, user=scene.lead, base_url=BASE_URL)
    version.refresh_from_db()
    scene.diagnostic.refresh_from_db()

    assert version.content == load_diagnostic_document(scene.diagnostic).as_json()
    assert version.content["answers"] == before.as_json()["answers"]
    assert version.content["answers"] == document.as_json()["answers"]
    assert version.content["diagnostic"]["state"] == "submitted"
    kept = bytes(version.record.document)
    assert kept == canonical(
        version.content | {"findings": findings_json(load_diagnostic_document(scene.diagnostic))}
    )
    assert version.record.findings == json.loads(kept)["findings"] != []
    assert version.sha256 == hashlib.sha256(kept).hexdigest()
    assert "entre nous seulement" not in json.dumps(version.content, ensure_ascii=False)
    assert (version.submitted_by, version.submitted_at) == (
        scene.lead,
        scene.diagnostic.submitted_at,
    )
    event = Event.objects.filter(diagnostic=scene.diagnostic, kind=EventKind.SUBMITTED).get()
    assert (event.actor, event.structure) == (scene.lead, scene.structure)
    assert event.detail == {"version": 1, "sha256": version.sha256}


@pytest.mark.django_db
def test_a_version_does_not_follow_the_answers():
    scene = make_scene(CHANGES_REQUESTED)
    first = Version.objects.get()
    vision = load_diagnostic_document(scene.diagnostic).answers.vision
    vision.statements[0].text = "Tout autre chose"
    save_answer(scene.diagnostic, vision, internal_note="", base_revision=1, user=scene.contributor)
    second = submit_diagnostic(scene.diagnostic, user=scene.lead, base_url=BASE_URL)
    first.refresh_from_db()
    assert (first.number, second.number) == (1, 2)
    texts = [v.content["answers"]["vision"]["statements"][0]["text"] for v in (first, second)]
    assert texts == [STATEMENT, "Tout autre chose"]
    assert first.sha256 != second.sha256


# --- The request for changes --------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_reason_is_a_banner_until_the_structure_submits_again():
    scene = make_scene(CHANGES_REQUESTED)
    request = scene.diagnostic.threads.get()
    rewritten = Thread.objects.filter(pk=request.pk).update(ends_at_submission=True)
    assert rewritten == 1  # of the time when there was one text for the whole diagnostic
    pages = [
        reverse(name, args=[scene.diagnostic.pk])
        for name in ("diagnostic_home", "diagnostic_check")
    ]
    for role in ("lead", "contributor", "reader"):
        for page in pages:
            text = page_of(scene.client(role).get(page)).text
            assert "La facilitation vous demande" in text
            assert REASON in text
    assert request.state == "pending"

    submit_diagnostic(scene.diagnostic, user=scene.lead, base_url=BASE_URL)
    request.refresh_from_db()
    scene.diagnostic.refresh_from_db()
    assert (request.state, request.changed_at) == ("addressed", scene.diagnostic.submitted_at)
    assert [message.act for message in request.messages.all()] == ["", "addressed"]
    # It waits for the facilitation now: read among the threads, asked of nobody.
    home, check = (page_of(scene.client("lead").get(page)).text for page in pages)
    assert REASON not in home
    assert REASON in check
    assert "La facilitation vous demande" not in check


@pytest.mark.django_db
def test_a_hostile_reason_is_text():
    scene = make_scene(SUBMITTED)
    hostile = '<script src="//x.example/a.js"></script><b onclick="x">Gras</b> & co'
    scene.client("facilitator").post(
        reverse("diagnostic_request_changes", args=[scene.diagnostic.pk]), {"reason": hostile}
    )
    response = scene.client("lead").get(reverse("diagnostic_home", args=[scene.diagnostic.pk]))
    assert hostile not in response.content.decode()
    assert hostile in page_of(response).text


@pytest.mark.django_db
def test_requesting_changes_opens_editing_and_validating_closes_it():
    scene = make_scene(SUBMITTED)
    vision = load_diagnostic_document(scene.diagnostic).answers.vision
    arguments = {"internal_note": "", "base_revision": 1, "user": scene.contributor}
    with pytest.raises(WrongState):
        save_answer(scene.diagnostic, vision, **arguments)
    request_changes(scene.diagnostic, reason=REASON, user=scene.facilitator, base_url=BASE_URL)
    save_answer(scene.diagnostic, vision, **arguments)
    submit_diagnostic(scene.diagnostic, user=scene.lead, base_url=BASE_URL)
    with pytest.raises(WrongState, match="1\u00a0demande attend"):
        validate_diagnostic(
            scene.diagnostic, user=scene.facilitator, base_url=BASE_URL, in_spite=IN_SPITE
        )
    scene.diagnostic.threads.update(state="accepted")
    validate_diagnostic(
        scene.diagnostic, user=scene.facilitator, base_url=BASE_URL, in_spite=IN_SPITE
    )
    with pytest.raises(WrongState):
        save_answer(scene.diagnostic, vision, **arguments)
    kinds = Event.objects.filter(diagnostic=scene.diagnostic).values_list("kind", flat=True)
    assert list(kinds) == [
        EventKind.VALIDATED,
        EventKind.SUBMITTED,
        EventKind.CHANGES_REQUESTED,
        EventKind.SUBMITTED,
        EventKind.DIAGNOSTIC_OPENED,
    ]


# --- Two at once ------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_double_click_makes_one_version():
    scene = make_scene()
    address = reverse("diagnostic_submit", args=[scene.diagnostic.pk])
    clients = [scene.client("lead") for _ in range(4)]
    data = page_of(clients[0].get(address)).form_to(address).data | {"confirm": ["on"]}
    responses = at_once(*(lambda client=client: client.post(address, data) for client in clients))
    assert [response.status_code for response in responses] == [302] * 4
    assert Version.objects.count() == 1
    assert Event.objects.filter(kind=EventKind.SUBMITTED).count() == 1
    assert ProcrastinateJob.objects.filter(task_name="mail_submitted").count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_reviews_at_once_one_wins():
    scene = make_scene(SUBMITTED)
    arguments = {"user": scene.facilitator, "base_url": BASE_URL}
    results = at_once(
        lambda: request_changes(scene.diagnostic, reason=REASON, **arguments),
        lambda: validate_diagnostic(scene.diagnostic, in_spite=IN_SPITE, **arguments),
    )
    assert sum(isinstance(result, WrongState) for result in results) == 1
    scene.diagnostic.refresh_from_db()
    asked = scene.diagnostic.threads.count()
    assert scene.diagnostic.state == (CHANGES_REQUESTED if asked else VALIDATED)
    assert Event.objects.filter(diagnostic=scene.diagnostic).count() == 3


@pytest.mark.django_db(transaction=True)
def test_a_save_and_a_submission_at_once_leave_a_version_that_is_what_is_stored():
    scene = make_scene()
    vision = load_diagnostic_document(scene.diagnostic).answers.vision
    vision.statements[0].text = "Écrit au même moment"
    results = at_once(
        lambda: submit_diagnostic(scene.diagnostic, user=scene.lead, base_url=BASE_URL),
        lambda: save_answer(
            scene.diagnostic, vision, internal_note="", base_revision=1, user=scene.contributor
        ),
    )
    assert isinstance(results[0], Version)
    scene.diagnostic.refresh_from_db()
    document = load_diagnostic_document(scene.diagnostic)
    assert Version.objects.get().content == document.as_json()
    saved = document.answers.vision.statements[0].text == "Écrit au même moment"
    assert saved != isinstance(results[1], WrongState)
