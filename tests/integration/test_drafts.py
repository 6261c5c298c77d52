"""Nothing typed is ever lost: drafts, revisions, expired sessions, expired forms."""

from __future__ import annotations

import datetime as dt
import re
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse

from diagnostics.domain.answers import Vision, VisionStatement
from diagnostics.domain.vocabulary import MembershipRole, StepKey
from diagnostics.models import Answer, AnswerRevision, Draft
from tests.factories import PASSWORD, MembershipFactory, StructureFactory, UserFactory
from tests.pages import html_of
from tests.posting import STEPS, URL_ENCODED
from tests.scene import Scene

pytestmark = pytest.mark.django_db
VISION = StepKey.VISION
FIRST = "vision-statements-0-text"


@pytest.fixture
def scene() -> Scene:
    return Scene()


@pytest.fixture
def colleague(scene):
    return MembershipFactory(structure=scene.structure, user=UserFactory(name="Bob Collègue")).user


def text_of(response) -> str:
    return unescape(html_of(response))


def vision(*texts: str) -> Vision:
    return Vision(
        statements=[VisionStatement(id=f"v{n}", text=text) for n, text in enumerate(texts, 1)]
    )


# --- Drafts ---------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["Une phrase", "x" * 281, "avec un\x00dedans"])
def test_previous_keeps_what_was_typed_valid_or_not(scene, typed):
    data = scene.page(StepKey.ROLES)
    data["roles-rows-0-detail"] = typed * 2

    response = scene.post(StepKey.ROLES, data, wizard_goto_step="vision")

    assert response["Location"] == scene.url(VISION)
    assert scene.draft(StepKey.ROLES)["roles-rows-0-detail"] == typed * 2
    assert list(Answer.objects.all()) == []
    if "\x00" not in typed:
        assert typed * 2 in text_of(scene.browser.get(scene.url(StepKey.ROLES)))


def test_previous_without_a_change_keeps_no_draft(scene):
    scene.store_demo()

    for step in STEPS[1:]:
        response = scene.post(step, scene.page(step), wizard_goto_step=STEPS[0].value)
        assert response["Location"] == scene.url(VISION)

    assert list(Draft.objects.all()) == []


def test_a_step_that_is_none_leads_nowhere_else(scene):
    data = scene.typed(vision("Un"))

    response = scene.post(VISION, data, wizard_goto_step="//evil.example/")

    assert response["Location"] == scene.url(StepKey.ROLES)
    assert scene.answer(VISION).statements[0].text == "Un"


def test_keep_draft_keeps_and_answers_nothing(scene):
    response = scene.post(VISION, scene.typed(vision("En cours")), keep_draft="1")

    assert (response.status_code, response.content) == (204, b"")
    assert scene.draft(VISION)[FIRST] == "En cours"
    assert list(Answer.objects.all()) == []


def test_keep_draft_of_the_stored_text_drops_the_draft(scene):
    scene.store(vision("Un"))
    data = scene.page(VISION)
    scene.post(VISION, data, keep_draft="1", **{FIRST: "Un, puis deux"})
    assert scene.draft(VISION)[FIRST] == "Un, puis deux"

    scene.post(VISION, data, keep_draft="1")

    assert scene.draft(VISION) is None


def test_keep_draft_of_the_text_just_saved_drops_the_draft(scene):
    """A new row has an id only once it is stored; what was typed is the same."""
    data = scene.typed(vision("Un"))
    scene.post(VISION, data)
    late = {"base_revision": "0", "vision-statements-0-id": "", "keep_draft": "1"}

    assert scene.post(VISION, data, **late).status_code == 204

    assert scene.draft(VISION) is None


def test_a_late_draft_stays_late_until_one_has_chosen(scene, colleague):
    scene.store(vision("Un"))
    mine = scene.page(VISION)
    scene.store(vision("Celui de Bob"), user=colleague)
    assert scene.post(VISION, mine, **{FIRST: "Le mien"}).status_code == 409

    # The page that shows both keeps on keeping drafts, from the revision it shows.
    again = scene.post(
        VISION, mine, keep_draft="1", **{FIRST: "Le mien, plus long", "base_revision": "2"}
    )

    assert again.status_code == 204
    page = text_of(scene.browser.get(scene.url(VISION)))
    assert "a enregistré cette étape pendant votre saisie" in page
    assert "Celui de Bob" in page
    assert "Le mien, plus long" in page
    scene.post(VISION, scene.page(VISION), **{FIRST: "Le mien, plus long", "base_revision": "2"})
    assert scene.answer(VISION).statements[0].text == "Le mien, plus long"
    assert scene.draft(VISION) is None


def test_discard_draft_comes_back_to_the_stored_answer(scene, colleague):
    scene.store(vision("Enregistré"))
    scene.post(VISION, scene.page(VISION), keep_draft="1", **{FIRST: "À jeter"})
    scene.post(
        VISION,
        scene.page(VISION, user=colleague),
        client=scene.client_of(colleague),
        keep_draft="1",
        **{FIRST: "Celui de Bob"},
    )

    response = scene.post(VISION, scene.page(VISION), discard_draft="1")

    assert response["Location"] == scene.url(VISION)
    page = text_of(scene.browser.get(scene.url(VISION)))
    assert "Enregistré" in page
    assert "À jeter" not in page
    assert scene.draft(VISION) is None
    assert scene.draft(VISION, colleague)[FIRST] == "Celui de Bob"
    assert scene.answer(VISION) == vision("Enregistré")


def test_a_draft_is_its_author_s_alone(scene, colleague):
    scene.post(VISION, scene.typed(vision("Mon brouillon")), keep_draft="1")

    assert "Mon brouillon" in text_of(scene.browser.get(scene.url(VISION)))
    for other in (colleague, UserFactory(facilitator=True)):
        assert "Mon brouillon" not in text_of(scene.client_of(other).get(scene.url(VISION)))


# --- Revisions ------------------------------------------------------------------------------


def replaced(scene) -> list[tuple[int, str, object]]:
    return [
        (revision.revision, revision.value["statements"][0]["text"], revision.author)
        for revision in AnswerRevision.objects.order_by("revision")
    ]


def save(scene, text, client=None, user=None):
    data = scene.page(VISION, user=user)
    data[FIRST] = text
    response = scene.post(VISION, data, client=client)
    assert response.status_code == 302


def test_the_same_author_within_ten_minutes_leaves_one_value(scene):
    for text in ("Un", "Deux", "Trois"):
        save(scene, text)
    assert replaced(scene) == []
    assert scene.revision(VISION) == 3

    nearly = scene.row(VISION).updated_at - dt.timedelta(minutes=9, seconds=30)
    Answer.objects.update(updated_at=nearly)
    save(scene, "Quatre")
    assert replaced(scene) == []


def test_ten_minutes_or_another_author_append_a_revision(scene, colleague):
    save(scene, "Un")
    written = scene.row(VISION).updated_at - dt.timedelta(minutes=10)
    Answer.objects.update(updated_at=written)
    save(scene, "Deux")
    assert replaced(scene) == [(1, "Un", scene.lead)]
    assert AnswerRevision.objects.get().written_at == written

    save(scene, "Trois", client=scene.client_of(colleague), user=colleague)
    save(scene, "Quatre")
    assert replaced(scene) == [
        (1, "Un", scene.lead),
        (2, "Deux", scene.lead),
        (3, "Trois", colleague),
    ]
    assert scene.answer(VISION).statements[0].text == "Quatre"


def test_a_revision_holds_mark_question_and_note(scene, colleague):
    data = scene.typed(vision("Un"))
    data["vision-mark"] = "disputed"
    data["vision-board_question"] = "Qui tranche ?"
    data["vision-internal_note"] = "Entre nous"
    scene.post(VISION, data)

    save(scene, "Deux", client=scene.client_of(colleague), user=colleague)

    value = AnswerRevision.objects.get().value
    assert [value[name] for name in ("mark", "board_question", "internal_note")] == [
        "disputed",
        "Qui tranche ?",
        "Entre nous",
    ]


# --- Somebody else saved meanwhile ----------------------------------------------------------


def test_a_late_save_stores_nothing_over_the_other_and_shows_both(scene, colleague):
    scene.store(vision("Départ"))
    mine = scene.page(VISION)
    mine[FIRST] = "Mon texte"
    save(scene, "Le texte de Bob", client=scene.client_of(colleague), user=colleague)
    before = scene.stored_rows()

    response = scene.post(VISION, mine)

    page = text_of(response)
    assert response.status_code == 409
    assert "Bob Collègue a enregistré cette étape pendant votre saisie" in page
    assert "Le texte de Bob" in page
    assert "Mon texte" in page
    after = scene.stored_rows()
    assert (after["answers"], after["revisions"]) == (before["answers"], before["revisions"])
    assert scene.draft(VISION)[FIRST] == "Mon texte"
    assert Draft.objects.get().base_revision == 1

    # Coming back, the page says so and offers both; saving puts mine, theirs stays a revision.
    again = text_of(scene.browser.get(scene.url(VISION)))
    for words in ("pendant votre saisie", "Le texte de Bob", "Mon texte"):
        assert words in again
    assert scene.post(VISION, scene.page(VISION)).status_code == 302
    assert scene.answer(VISION).statements[0].text == "Mon texte"
    assert replaced(scene)[-1] == (2, "Le texte de Bob", colleague)
    assert list(Draft.objects.all()) == []


def test_a_late_save_of_the_very_same_text_is_a_success(scene, colleague):
    scene.store(vision("Départ"))
    mine = scene.page(VISION)
    mine[FIRST] = "D’accord"
    save(scene, "D’accord", client=scene.client_of(colleague), user=colleague)
    before = scene.stored_rows()

    assert scene.post(VISION, mine)["Location"] == scene.url(StepKey.ROLES)
    assert scene.stored_rows() == before


def test_keeping_the_other_s_answer_drops_mine(scene, colleague):
    scene.store(vision("Départ"))
    mine = scene.page(VISION)
    mine[FIRST] = "Mon texte"
    save(scene, "Le texte de Bob", client=scene.client_of(colleague), user=colleague)
    scene.post(VISION, mine)

    scene.post(VISION, scene.page(VISION), discard_draft="1")

    assert scene.answer(VISION).statements[0].text == "Le texte de Bob"
    assert "Mon texte" not in text_of(scene.browser.get(scene.url(VISION)))


@pytest.mark.parametrize("button", [{}, {"discard_draft": "1"}, {"keep_draft": "1"}])
def test_a_row_that_a_colleague_removed_meanwhile_blocks_nothing(scene, colleague, button):
    scene.store(vision("Un", "Deux"))
    mine = scene.page(VISION)
    mine["vision-statements-1-text"] = "Deux, mieux dit"
    scene.store(vision("Un"), user=colleague)
    assert scene.post(VISION, mine).status_code == 409
    mine["base_revision"] = str(scene.revision(VISION))  # as the page of the conflict has it

    response = scene.post(VISION, mine, **button)

    texts = [statement.text for statement in scene.answer(VISION).statements]
    draft = scene.draft(VISION)
    if button == {}:
        assert (response.status_code, texts, draft) == (302, ["Un", "Deux, mieux dit"], None)
    elif "discard_draft" in button:
        assert (response.status_code, texts, draft) == (302, ["Un"], None)
    else:
        assert (response.status_code, texts) == (204, ["Un"])
        assert draft["vision-statements-1-text"] == "Deux, mieux dit"


def test_a_late_row_button_keeps_both(scene, colleague):
    scene.store(vision("Départ"))
    mine = scene.page(VISION)
    mine[FIRST] = "Mon texte"
    save(scene, "Le texte de Bob", client=scene.client_of(colleague), user=colleague)

    scene.post(VISION, mine, row_op="add:statements")

    page = text_of(scene.browser.get(scene.url(VISION)))
    for words in ("pendant votre saisie", "Le texte de Bob", "Mon texte"):
        assert words in page


# --- Expired session, expired form ----------------------------------------------------------


def sign_in(client: Client, user) -> None:
    response = client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    assert response.status_code == 302, text_of(response)[:3000]
    assert client.session["_auth_user_id"] == str(user.pk)


def posted_without_session(scene, **changes) -> tuple[Client, object]:
    data = scene.typed(vision("Tapé pendant la coupure"))
    for name, value in changes.items():
        data[name] = value
    client = Client()
    return client, scene.post(VISION, data, client=client)


def test_what_was_typed_after_the_session_expired_becomes_a_draft(scene):
    person = MembershipFactory(structure=scene.structure, user=UserFactory(verified=True)).user
    client, response = posted_without_session(scene)

    assert response["Location"] == f"{reverse('account_login')}?next={scene.url(VISION)}"
    assert list(Draft.objects.all()) == []
    sign_in(client, person)

    assert scene.draft(VISION, person)[FIRST] == "Tapé pendant la coupure"
    assert "Tapé pendant la coupure" in text_of(client.get(scene.url(VISION)))
    assert "pending_step" not in client.session
    assert list(Answer.objects.all()) == []


@pytest.mark.parametrize("who", ["stranger", "reader", "facilitator"])
def test_who_has_no_right_gets_no_draft(scene, who):
    person = UserFactory(verified=True, facilitator=who == "facilitator")
    if who == "reader":
        MembershipFactory(structure=scene.structure, user=person, role=MembershipRole.READER.value)
    elif who == "stranger":
        StructureFactory(lead=person)
    client, _response = posted_without_session(scene)

    sign_in(client, person)

    assert list(Draft.objects.all()) == []
    assert "pending_step" not in client.session


@pytest.mark.parametrize("revision", ["", "abc", "9" * 5000, "-1", "٣"])
def test_a_strange_revision_neither_breaks_the_sign_in_nor_loses_the_text(scene, revision):
    person = MembershipFactory(structure=scene.structure, user=UserFactory(verified=True)).user
    client, _response = posted_without_session(scene, base_revision=revision)

    sign_in(client, person)

    assert scene.draft(VISION, person)[FIRST] == "Tapé pendant la coupure"
    assert client.get(scene.url(VISION)).status_code == 200


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize(
    "total", [None, "abc", "-1", "0", "3", "1000"], ids=lambda total: f"total={total}"
)
def test_a_mangled_text_that_was_kept_still_shows_a_page(scene, step, total):
    """The text was kept before anybody could check it."""
    data = scene.page(step)
    for name in list(data):
        if name.endswith("TOTAL_FORMS"):
            data.pop(name)
            if total is not None:
                data[name] = total
    data[f"{step}-board_question"] = "Gardée malgré tout"
    Draft.objects.create(
        diagnostic=scene.diagnostic, step=step.value, user=scene.lead, form_data=data.urlencode()
    )

    page = text_of(scene.browser.get(scene.url(step)))

    assert "Gardée malgré tout" in page
    assert "Revenir à la réponse enregistrée" in page


def test_too_much_text_is_not_kept_for_an_unknown_person(scene):
    client, response = posted_without_session(scene, **{"vision-starting_point": "x" * 300_001})

    assert response.status_code == 302
    assert "pending_step" not in client.session


def test_an_expired_form_gives_the_text_back(scene):
    scene.store(vision("Stockée"))
    client = Client(enforce_csrf_checks=True)
    client.force_login(scene.lead)
    data = scene.page(VISION)
    data[FIRST] = "Écrit <i>longtemps</i> après"
    before = scene.stored_rows()

    response = client.post(scene.url(VISION), data.urlencode(), content_type=URL_ENCODED)

    page = text_of(response)
    assert response.status_code == 403
    assert "Ce formulaire avait expiré" in page
    assert "Écrit <i>longtemps</i> après" in page
    assert "<i>longtemps" not in html_of(response)
    assert scene.stored_rows() == before


def test_a_form_with_its_token_is_accepted(scene):
    client = Client(enforce_csrf_checks=True)
    client.force_login(scene.lead)
    page = html_of(client.get(scene.url(VISION)))
    data = scene.typed(vision("Avec jeton"))
    data["csrfmiddlewaretoken"] = re.search(
        r'id="step-form".*?csrfmiddlewaretoken" value="([^"]+)"', page, re.S
    ).group(1)

    response = client.post(scene.url(VISION), data.urlencode(), content_type=URL_ENCODED)

    assert response["Location"] == scene.url(StepKey.ROLES)
    assert scene.answer(VISION).statements[0].text == "Avec jeton"
