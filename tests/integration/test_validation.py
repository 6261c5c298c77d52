"""« Valider » asks on a page of its own: what is lacking, what is pending, why all the same."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.urls import reverse

from diagnostics.domain.conversation import Audience, ThreadKind
from diagnostics.domain.lacking import mark_of
from diagnostics.domain.vocabulary import State, StepKey
from diagnostics.models import Diagnostic, Event, Review
from diagnostics.queries import load_diagnostic_document, texts_of
from diagnostics.queries.reviewing import read_lacking
from diagnostics.report.opinion import opinion_page
from diagnostics.services.conversation import open_thread
from diagnostics.services.workflow import submit_diagnostic
from tests.factories import UserFactory
from tests.pages import html_of, page_of
from tests.scene import BASE_URL, IN_SPITE, REASON, Scene, demo_document, make_scene

pytestmark = pytest.mark.django_db
NO_DECISION = "Aucune décision n’est proposée au conseil d’administration"


@pytest.fixture
def scene() -> Scene:
    return make_scene(State.SUBMITTED)


def address(scene: Scene) -> str:
    return reverse("diagnostic_validate", args=[scene.diagnostic.pk])


def state(scene: Scene) -> str:
    scene.diagnostic.refresh_from_db()
    return scene.diagnostic.state


def plain(text: str) -> str:
    """A text as a page is read: no-break spaces are spaces."""
    return " ".join(text.split())


def ask_for(scene: Scene, text: str = REASON):
    return open_thread(
        scene.diagnostic,
        audience=Audience.FACILITATION,
        kind=ThreadKind.REQUEST,
        text=text,
        user=scene.facilitator,
        base_url=BASE_URL,
        step=StepKey.VISION,
    )


def test_the_page_tells_what_is_lacking_and_asks_why_all_the_same(scene):
    client = scene.client("facilitator")
    page = page_of(client.get(address(scene)))
    for words in read_lacking(scene.diagnostic):
        assert plain(words) in page.text
    assert NO_DECISION in page.text

    refused = client.post(address(scene), {"in_spite": "  "})
    assert (refused.status_code, state(scene)) == (422, "submitted")
    assert "Dites pourquoi vous validez malgré ce qui manque" in page_of(refused).text

    accepted = client.post(address(scene), {"in_spite": IN_SPITE})
    assert (accepted.status_code, state(scene)) == (302, "validated")
    review = Review.objects.get()
    assert NO_DECISION in review.lacking
    assert (review.in_spite, review.closed_by) == (IN_SPITE, scene.facilitator)


def test_nothing_is_asked_when_nothing_is_lacking():
    scene = Scene().everybody()
    scene.store_demo("arvelle")
    submit_diagnostic(scene.diagnostic, user=scene.lead, base_url=BASE_URL)
    client = scene.client("facilitator")
    page = client.get(address(scene))
    assert "in_spite" not in page.content.decode()
    client.post(address(scene), {"seen": mark_of((), 0)})
    assert state(scene) == "validated"
    review = Review.objects.get()
    assert (review.lacking, review.in_spite) == ([], "")


def test_the_page_shows_what_will_be_printed_before_it_is_signed(scene):
    client = scene.client("facilitator")
    page = page_of(client.get(address(scene)))
    assert "Aucune appréciation" in page.text
    appreciation = {"review-vision-clarity": "solid", "review-means-realism": "to_rework"}
    written = {"review-revision": "0", "review-opinion": "Un avis.", "review-questions": "Qui ?"}
    save = reverse("review_save", args=[scene.diagnostic.pk])
    assert client.post(save, written | appreciation).status_code == 302

    shown = client.get(address(scene))
    said = shown.context["printed"]
    assert client.post(address(scene), {"in_spite": IN_SPITE}).status_code == 302
    document = load_diagnostic_document(Diagnostic.objects.get(pk=scene.diagnostic.pk))
    printed = opinion_page(document, texts_of(scene.diagnostic))
    assert printed.in_spite == IN_SPITE
    assert replace(printed, in_spite="") == said
    assert [row.levels for row in said.appreciations] == [
        ["Solide", "—", "—", "—"],
        ["—", "—", "À reprendre", "—"],
    ]
    text = page_of(shown).text
    for words in ("Solide", "À reprendre", "Un avis.", "Qui ?", "Fanny Facilitator, pour la"):
        assert words in text


def test_the_reason_is_said_to_be_required(scene):
    """The kit's forms have a star beside what must be filled."""
    page = html_of(scene.client("facilitator").get(address(scene)))
    assert '<label for="id_in_spite" class="form-label requiredField">' in page
    assert "Obligatoire tant que quelque chose manque" in page


def test_what_is_lacking_is_read_again_and_the_reason_given_back(scene):
    client = scene.client("facilitator")
    response = client.post(address(scene), {"seen": "0" * 16, "in_spite": IN_SPITE})
    assert (response.status_code, state(scene)) == (409, "submitted")
    page = page_of(response)
    assert IN_SPITE in page.text
    assert "Ce qui manque, ou l’avis, a changé" in page.text
    again = {"seen": mark_of(read_lacking(scene.diagnostic), 0), "in_spite": IN_SPITE}
    assert client.post(address(scene), again).status_code == 302


def test_an_opinion_that_a_colleague_wrote_meanwhile_is_read_before(scene):
    client = scene.client("facilitator")
    seen = page_of(client.get(address(scene))).form_to(address(scene)).data
    other = scene.client_of(UserFactory(facilitator=True))
    save = reverse("review_save", args=[scene.diagnostic.pk])
    other.post(save, {"review-revision": "0", "review-opinion": "Un tout autre avis."})

    response = client.post(address(scene), seen | {"in_spite": IN_SPITE})
    assert (response.status_code, state(scene)) == (409, "submitted")
    page = page_of(response)
    assert "Un tout autre avis." in page.text
    again = page.form_to(address(scene)).data
    assert again["in_spite"] == [IN_SPITE]
    assert client.post(address(scene), again).status_code == 302
    assert state(scene) == "validated"


def test_a_second_press_leads_where_the_first_one_led(scene):
    thread = ask_for(scene)
    type(thread).objects.filter(pk=thread.pk).update(state="addressed")
    client = scene.client("facilitator")
    page = page_of(client.get(address(scene)))
    settle = reverse("request_settle", args=[scene.diagnostic.pk, thread.pk])
    token = f"once-{thread.pk}"
    settled = {token: page.form_to(settle).data[token], "deed": "accepter"}
    for _press in range(2):
        response = client.post(settle, settled)
        assert (response.status_code, response["Location"]) == (302, address(scene))
    page = page_of(client.get(address(scene)))
    assert page.text.count("La demande est acceptée") == 1
    assert "déjà" not in page.text

    sent = page.form_to(address(scene)).data | {"in_spite": IN_SPITE}
    check = reverse("diagnostic_check", args=[scene.diagnostic.pk])
    for _press in range(2):
        response = client.post(address(scene), sent)
        assert (response.status_code, response["Location"]) == (302, check)
    assert Event.objects.filter(kind="validated").count() == 1

    other = make_scene(State.SUBMITTED)
    asking = reverse("diagnostic_request_changes", args=[other.diagnostic.pk])
    client = other.client("facilitator")
    check = reverse("diagnostic_check", args=[other.diagnostic.pk])
    sent = page_of(client.get(check)).form_to(asking).data | {"reason": REASON}
    for _press in range(2):
        response = client.post(asking, sent)
        assert (response.status_code, response["Location"]) == (302, check)
    assert other.diagnostic.threads.count() == 1


def test_the_reason_that_was_typed_comes_back_once_a_request_is_settled(scene):
    thread = ask_for(scene)
    type(thread).objects.filter(pk=thread.pk).update(state="addressed")
    client = scene.client("facilitator")
    settle = reverse("request_settle", args=[scene.diagnostic.pk, thread.pk])
    html = client.get(address(scene)).content.decode()
    assert html.count(f'form="validation" formaction="{settle}"') == 2
    sent = page_of(client.get(address(scene))).form_to(address(scene)).data
    response = client.post(settle, sent | {"in_spite": IN_SPITE, "deed": "accepter"})
    thread.refresh_from_db()
    assert (response.status_code, thread.state) == (200, "accepted")
    back = page_of(response).form_to(address(scene)).data
    assert back["in_spite"] == [IN_SPITE]
    assert client.post(address(scene), back).status_code == 302
    assert state(scene) == "validated"


def test_a_thread_of_the_team_is_not_there_for_who_validates(scene):
    theirs = open_thread(
        scene.diagnostic,
        audience=Audience.TEAM,
        kind=ThreadKind.COMMENT,
        text="Entre nous.",
        user=scene.lead,
        base_url=BASE_URL,
    )
    client = scene.client("facilitator")
    for pk in (theirs.pk, theirs.pk + 1_000):
        settle = reverse("request_settle", args=[scene.diagnostic.pk, pk])
        assert client.post(settle, {"deed": "retirer"}).status_code == 404


def test_while_a_request_is_pending_the_page_says_which_and_has_no_button(scene):
    thread = ask_for(scene, "Chiffrez la vision.")
    client = scene.client("facilitator")
    page = page_of(client.get(address(scene)))
    assert "Chiffrez la vision." in page.text
    assert address(scene) not in page.post_actions

    response = client.post(address(scene), {"in_spite": IN_SPITE})
    assert (response.status_code, state(scene)) == (409, "submitted")
    assert IN_SPITE in page_of(response).text

    settle = reverse("request_settle", args=[scene.diagnostic.pk, thread.pk])
    assert settle in page.post_actions
    assert client.post(settle, {"deed": "retirer"}).status_code == 302
    assert client.post(address(scene), {"in_spite": IN_SPITE}).status_code == 302
    assert state(scene) == "validated"


def test_a_request_addressed_and_not_accepted_is_lacking(scene):
    thread = ask_for(scene)
    type(thread).objects.filter(pk=thread.pk).update(state="addressed")
    before = read_lacking(scene.diagnostic)
    assert "1\u00a0demande traitée par la structure n’est pas encore acceptée" in before[-1]
    client = scene.client("facilitator")
    client.post(
        reverse("request_settle", args=[scene.diagnostic.pk, thread.pk]), {"deed": "accepter"}
    )
    assert read_lacking(scene.diagnostic) == before[:-1]


@pytest.mark.parametrize("other", [s for s in State if s is not State.SUBMITTED])
def test_in_another_state_both_ways_say_why(other: State):
    scene = make_scene(other)
    client = scene.client("facilitator")
    for response in (client.get(address(scene)), client.post(address(scene), {"in_spite": REASON})):
        assert response.status_code == 409
        assert "n’attend pas de relecture" in page_of(response).text
    assert REASON in page_of(response).text


def test_a_member_who_facilitates_does_not_validate_their_own(scene):
    scene.lead.is_facilitator = True
    scene.lead.save(update_fields=["is_facilitator"])
    client = scene.client("lead")
    assert client.get(address(scene)).status_code == 403
    assert client.post(address(scene), {"in_spite": IN_SPITE}).status_code == 403
    assert state(scene) == "submitted"
    assert not Event.objects.filter(kind="validated").exists()


def test_the_opinion_is_printed_and_the_version_stays_as_it_was():
    scene = make_scene()
    scene.diagnostic.answers.all().delete()
    scene.store_all(demo_document("sorelle"))
    submit_diagnostic(scene.diagnostic, user=scene.lead, base_url=BASE_URL)
    client, pk = scene.client("facilitator"), scene.diagnostic.pk
    bytes_before = client.get(reverse("document_json", args=[pk]) + "?version=1").content
    said = {
        "review-revision": "0",
        "review-opinion": "Un projet ancré, à phaser.",
        "review-questions": "Qui porte le club ?\n\nQue reporter ?",
        "review-vision-clarity": "solid",
    }
    client.post(reverse("review_save", args=[pk]), said)
    assert (
        "Un projet ancré"
        not in scene.client("lead").get(reverse("report", args=[pk])).content.decode()
    )
    client.post(address(scene), {"in_spite": IN_SPITE})

    text = page_of(scene.client("lead").get(reverse("report", args=[pk]))).text
    for words in (
        "Avis de la facilitation",
        "Un projet ancré, à phaser.",
        "Fanny Facilitator, pour la facilitation, le",
        "Validé malgré ce qui manquait",
        IN_SPITE,
        "3.3 Territoire d’actions : 1 élément à compléter",
        "Solide",
        "Questions de la facilitation pour la séance",
        "Que reporter",
    ):
        assert words in text
    document = client.get(reverse("document_json", args=[pk])).json()
    assert document["opinion"]["questions"] == ["Qui porte le club ?", "Que reporter ?"]
    assert client.get(reverse("document_json", args=[pk]) + "?version=1").content == bytes_before
