"""What a facilitator does while she reads: what changed first, the steps, the opinion, who reviews."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from diagnostics.domain.answers import Vision
from diagnostics.domain.conversation import Audience
from diagnostics.domain.vocabulary import EventKind, State, StepKey
from diagnostics.models import (
    Diagnostic,
    Event,
    Message,
    ReadVersion,
    Review,
    StepReviewed,
    Structure,
    Thread,
)
from diagnostics.queries.reviewing import facilitators_for, open_requests, reviews_waiting
from diagnostics.queries.todo import load_to_do
from diagnostics.services.errors import NotAllowed, ServiceError, WrongState
from diagnostics.services.reviews import hand_over_review, mark_step, take_review
from diagnostics.services.structures import let_go_of
from diagnostics.services.workflow import request_changes, submit_diagnostic
from tests.factories import DiagnosticFactory, MembershipFactory, UserFactory
from tests.pages import page_of
from tests.scene import BASE_URL, REASON, STATEMENT, Scene, make_scene
from tests.talking import ask

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene() -> Scene:
    return make_scene(State.SUBMITTED)


def to(name: str, scene: Scene, *more: str) -> str:
    return reverse(name, args=[scene.diagnostic.pk, *more])


def read(scene: Scene, client=None):
    """What the facilitator finds on the page of the diagnostic."""
    response = (client or scene.client("facilitator")).get(to("diagnostic_check", scene))
    return response, page_of(response)


# --- What changed ---------------------------------------------------------------------------------


def submit_again(scene: Scene, text: str) -> None:
    """The structure answers a request with another vision, and submits."""
    request_changes(scene.diagnostic, reason=REASON, user=scene.facilitator, base_url=BASE_URL)
    scene.store(Vision.model_validate({"statements": [{"id": "v1", "text": text}]}))
    submit_diagnostic(scene.diagnostic, user=scene.lead, base_url=BASE_URL)


def test_what_changed_is_told_since_the_version_that_she_read(scene):
    assert "tout est nouveau" in read(scene)[1].text
    submit_again(scene, "Un territoire relié")
    response, page = read(scene)
    # Asking for changes ended her review: she had read version 1.
    assert "Depuis la version 1, que vous avez lue" in page.text
    assert "1 étape a changé" in page.text
    (step,) = response.context["review"].since.steps
    assert (step.key, len(step.lines)) == (StepKey.VISION, 1)
    assert "Un territoire relié" in step.lines[0].what
    assert STATEMENT in step.lines[0].what


def test_opening_the_page_reads_nothing_and_saying_so_does(scene):
    submit_again(scene, "Un territoire relié")
    client = scene.client("facilitator")
    read(scene, client)
    assert ReadVersion.objects.get().version.number == 1
    assert client.post(to("review_read", scene), {"version": "2"}).status_code == 302
    assert ReadVersion.objects.get().version.number == 2
    assert "rien n’a changé dans les réponses" in " ".join(read(scene, client)[1].text.split())
    client.post(to("review_read", scene), {"version": "1"})  # a page that was opened before
    assert ReadVersion.objects.get().version.number == 2


@pytest.mark.parametrize("version", ["", "9", "-1", "²", "1" * 9])
def test_only_a_version_can_be_read(scene, version: str):
    response = scene.client("facilitator").post(to("review_read", scene), {"version": version})
    assert (response.status_code, ReadVersion.objects.exists()) == (404, False)


def test_another_facilitator_is_told_since_the_version_before(scene):
    submit_again(scene, "Un territoire relié")
    other = scene.client_of(UserFactory(facilitator=True))
    assert "Vous n’avez lu aucune version. Depuis la version 1" in " ".join(
        read(scene, other)[1].text.split()
    )


# --- The steps ------------------------------------------------------------------------------------


def test_nothing_to_say_of_a_step_comes_back_to_the_step(scene):
    client = scene.client("facilitator")
    address = to("step_reviewed", scene, "vision")
    for _press in range(2):
        response = client.post(address)
        assert response["Location"] == to("diagnostic_check", scene) + "#relire-vision"
    marked = StepReviewed.objects.get()
    assert (marked.step, marked.reviewed_by) == ("vision", scene.facilitator)
    assert Review.objects.get().taken_by == scene.facilitator
    client.post(address, {"undo": "1"})
    assert not StepReviewed.objects.exists()


def test_a_request_at_a_step_is_made_once_and_refused_with_its_text(scene):
    client = scene.client("facilitator")
    address = to("step_request", scene, "vision")
    response = client.post(address, {"text": "x" * 2001})
    assert (response.status_code, Thread.objects.count()) == (422, 0)
    assert "x" * 2001 in page_of(response).text
    for _press in range(2):
        sent = client.post(address, {"text": REASON, "once": "a" * 32})
        assert sent["Location"].endswith(f"#echange-{scene.diagnostic.threads.get().pk}")
    thread = Thread.objects.get()
    assert (thread.step, thread.kind, thread.state) == ("vision", "request", "pending")
    assert REASON in read(scene, client)[1].text


# --- The opinion ----------------------------------------------------------------------------------


def test_of_two_facilitators_the_second_has_their_text_back(scene):
    first, second = scene.client("facilitator"), scene.client_of(UserFactory(facilitator=True))
    said = {"review-revision": "0", "review-opinion": "Le premier avis."}
    assert first.post(to("review_save", scene), said).status_code == 302
    other = said | {"review-opinion": "Le second avis.", "review-means-realism": "to_specify"}
    response = second.post(to("review_save", scene), other)
    assert response.status_code == 409
    page = page_of(response)
    assert "Le premier avis." in page.text
    assert "Le second avis." in page.text
    assert Review.objects.get().opinion == "Le premier avis."
    again = next(form.data for form in page.forms if "review-opinion" in form.data)
    assert again["review-revision"] == ["1"]
    assert second.post(to("review_save", scene), again).status_code == 302
    review = Review.objects.get()
    assert review.opinion == "Le second avis."
    assert review.appreciations == [
        {"axis": "means", "criterion": "realism", "level": "to_specify"}
    ]


def test_the_same_said_twice_is_no_conflict(scene):
    client = scene.client("facilitator")
    said = {"review-revision": "0", "review-opinion": "Le même avis."}
    for _press in range(2):
        assert client.post(to("review_save", scene), said).status_code == 302
    assert Review.objects.get().revision == 1


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("opinion", "x" * 2001),
        ("questions", "\n".join(f"Question {i}" for i in range(13))),
        ("questions", "x" * 1001),
        ("vision-clarity", "19/20"),
        ("opinion", "Nul\x00"),
    ],
)
def test_what_cannot_be_kept_is_refused_with_what_was_typed(scene, field: str, text: str):
    said = {"review-revision": "0", "review-opinion": "Un avis.", f"review-{field}": text}
    response = scene.client("facilitator").post(to("review_save", scene), said)
    assert (response.status_code, Review.objects.get().opinion) == (422, "")
    if field != "vision-clarity":
        assert said["review-opinion"].replace("\x00", "")[:20] in page_of(response).text


def test_the_structure_does_not_read_the_opinion_before_it_is_validated(scene):
    said = {"review-revision": "0", "review-opinion": "Un avis qui mûrit."}
    scene.client("facilitator").post(to("review_save", scene), said)
    for role in ("lead", "contributor", "reader"):
        for page in ("diagnostic_home", "diagnostic_check", "report", "document_json"):
            body = scene.client(role).get(to(page, scene)).content.decode()
            assert "Un avis qui mûrit." not in body
            assert scene.structure.name in body


# --- Who reviews ----------------------------------------------------------------------------------


def test_a_review_is_taken_handed_over_with_a_word_and_given_back(scene):
    other = UserFactory(facilitator=True, name="Odile Other")
    client = scene.client("facilitator")
    client.post(to("review_take", scene))
    assert Review.objects.get().taken_by == scene.facilitator
    assert "vous" in read(scene, client)[1].text
    client.post(to("review_hand_over", scene), {"to": other.pk, "words": "Je pars en congé."})
    assert Review.objects.get().taken_by == other
    thread = Thread.objects.get()
    assert (thread.audience, thread.kind) == (Audience.FACILITATORS, "comment")
    assert Message.objects.get().text == "Je pars en congé."
    with pytest.raises(WrongState, match="Odile Other a déjà pris"):
        take_review(scene.diagnostic, user=scene.facilitator)
    scene.client_of(other).post(to("review_release", scene))
    assert Review.objects.get().taken_by is None
    assert list(
        Event.objects.filter(kind__startswith="review")
        .order_by("pk")
        .values_list("kind", flat=True)
    ) == ["review_taken", "review_handed_over", "review_handed_over"]


def test_a_word_to_who_has_the_review_already_is_kept(scene):
    take_review(scene.diagnostic, user=scene.facilitator)
    client = scene.client("facilitator")
    for words in ("", "Je garde cette relecture."):
        client.post(to("review_hand_over", scene), {"to": scene.facilitator.pk, "words": words})
    assert [message.text for message in Message.objects.all()] == ["Je garde cette relecture."]
    assert Review.objects.get().taken_by == scene.facilitator


def test_who_joins_the_team_reviews_its_diagnostics_no_more(scene):
    take_review(scene.diagnostic, user=scene.facilitator)
    let_go_of(scene.structure, UserFactory(facilitator=True))
    assert Review.objects.get().taken_by == scene.facilitator
    let_go_of(scene.structure, scene.facilitator)
    assert Review.objects.get().taken_by is None
    event = Event.objects.get(kind=EventKind.REVIEW_HANDED_OVER.value)
    assert (event.diagnostic, event.detail) == (
        scene.diagnostic,
        {"before": scene.facilitator.pk, "after": None},
    )


def test_a_request_reads_as_it_was_asked_last(scene):
    thread = ask(scene, text="Chiffrez la vision.")
    Message.objects.create(
        thread=thread,
        author=scene.lead,
        act="addressed",
        text="C’est fait.",
        written_at=timezone.now(),
    )
    assert [found.reason for found in open_requests(scene.diagnostic)] == ["Chiffrez la vision."]
    Message.objects.create(
        thread=thread,
        author=scene.facilitator,
        act="asked_again",
        text="Chiffrez aussi la deuxième année.",
        written_at=timezone.now(),
    )
    assert [found.reason for found in open_requests(scene.diagnostic)] == [
        "Chiffrez aussi la deuxième année."
    ]


def test_nobody_reviews_their_own_structure(scene):
    insider = UserFactory(facilitator=True, name="Inès Insider")
    MembershipFactory(structure=scene.structure, user=insider, role="reader")
    assert list(facilitators_for(scene.structure)) == [scene.facilitator]
    with pytest.raises(ServiceError, match="fait partie de l’équipe de la structure"):
        hand_over_review(scene.diagnostic, to=insider, words="", user=scene.facilitator)
    response = scene.client("facilitator").post(to("review_hand_over", scene), {"to": insider.pk})
    assert response.status_code == 422
    with pytest.raises(NotAllowed):
        mark_step(scene.diagnostic, StepKey.VISION, user=insider)
    client = scene.client_of(insider)
    for name in ("review_take", "review_release", "review_save", "review_read"):
        assert client.post(to(name, scene), {"version": "1"}).status_code == 403
    assert client.post(to("step_request", scene, "vision"), {"text": REASON}).status_code == 403
    assert client.get(to("review_hand_over", scene)).status_code == 403
    assert read(scene, client)[0].context["review"] is None
    assert Review.objects.get().taken_by is None
    assert not StepReviewed.objects.exists()
    assert not Thread.objects.exists()


def test_an_absence_is_told_where_the_name_is(scene):
    today = timezone.localdate()
    facilitator = scene.facilitator
    other = UserFactory(facilitator=True, name="Odile Other")
    client = scene.client("facilitator")
    days = {"absent_from": str(today), "absent_until": str(today + dt.timedelta(days=5))}
    assert client.post(reverse("absence"), days | {"stand_in": other.pk}).status_code == 302
    Structure.objects.filter(pk=scene.structure.pk).update(facilitator=facilitator)
    page = page_of(scene.client("lead").get(reverse("structure_detail", args=[scene.structure.pk])))
    assert "remplacé·e par Odile Other" in page.text
    assert [found.pk for found in reviews_waiting(other)] == [scene.diagnostic.pk]
    wrong = client.post(reverse("absence"), days | {"absent_until": "2020-01-01"})
    assert wrong.status_code == 422
    facilitator.refresh_from_db()
    assert facilitator.absent_until == today + dt.timedelta(days=5)


# --- What waits next ------------------------------------------------------------------------------


def waiting(name: str, *, days: int, follower=None, taken_by=None) -> Diagnostic:
    at = timezone.now() - dt.timedelta(days=days)
    diagnostic = DiagnosticFactory(
        structure__name=name,
        structure__facilitator=follower,
        state="submitted",
        submitted_at=at,
        state_since=at,
    )
    version = diagnostic.versions.create(
        number=1, content={}, sha256="0" * 64, submitted_by=diagnostic.created_by
    )
    Review.objects.create(
        diagnostic=diagnostic, version=version, taken_by=taken_by, taken_at=taken_by and at
    )
    return diagnostic


def test_the_next_review_is_hers_first_then_the_longest_waiting(client):
    me, other = UserFactory(facilitator=True), UserFactory(facilitator=True)
    waiting("of nobody, recent", days=1)
    waiting("of nobody, old", days=30)
    waiting("followed, recent", days=2, follower=me)
    waiting("followed, old", days=9, follower=me)
    waiting("taken", days=1, taken_by=me, follower=other)
    waiting("of another", days=40, follower=other)
    waiting("followed, taken by another", days=40, follower=me, taken_by=other)
    mine = waiting("my own structure", days=50)
    MembershipFactory(structure=mine.structure, user=me, role="reader")
    DiagnosticFactory(structure__name="a draft", structure__facilitator=me)

    found = list(reviews_waiting(me))
    assert [diagnostic.structure.name for diagnostic in found] == [
        "taken",
        "followed, old",
        "followed, recent",
        "of nobody, old",
        "of nobody, recent",
    ]
    assert {entry.diagnostic.pk for entry in load_to_do(me)} == {entry.pk for entry in found}
    client.force_login(me)
    response = client.get(reverse("review_next"), {"apres": str(found[0].pk)})
    assert response["Location"] == reverse("diagnostic_check", args=[found[1].pk])


def test_events_of_facilitation_are_told(scene):
    take_review(scene.diagnostic, user=scene.facilitator)
    text = page_of(scene.client("lead").get(to("journal", scene))).text
    assert EventKind.REVIEW_TAKEN.label.lower() in text.lower() or "pris" in text
