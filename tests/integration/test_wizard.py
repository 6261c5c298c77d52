"""The wizard over HTTP: what a page shows, what a save stores, and where it leads."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from diagnostics.domain.answers import ANSWER_SHAPES, Vision, VisionStatement
from diagnostics.domain.indicators import compute_indicators
from diagnostics.domain.vocabulary import MembershipRole, State, StepKey
from diagnostics.models import Answer
from diagnostics.queries import get_diagnostic, load_diagnostic_document, load_step
from diagnostics.services.answers import save_answer
from tests.factories import MembershipFactory, StructureFactory, UserFactory
from tests.pages import html_of
from tests.posting import STEPS
from tests.scene import Scene, demo_document

pytestmark = pytest.mark.django_db
FIELD = re.compile(r"<(?:input|textarea|select)[^>]*\bname=\"([^\"]+)\"")


@pytest.fixture
def scene() -> Scene:
    return Scene()


def text_of(response) -> str:
    return unescape(html_of(response))


def one_statement(text: str) -> Vision:
    return Vision(statements=[VisionStatement(id="v1", text=text)])


# --- Showing --------------------------------------------------------------------------------


def test_a_page_holds_the_fields_that_are_posted_and_shows_the_stored_answer(scene):
    document = scene.store_demo()
    for step in STEPS:
        response = scene.browser.get(scene.url(step))

        page = html_of(response)
        shown = page.replace(page[page.find("<template") : page.rfind("</template>")], "")
        own = {name for name in scene.page(step) if name.startswith(step.value)}
        # Each shock has one of the two ways to say that it is studied.
        unused = {f"economic_model-scenarios-{n}" for n in ("0-chosen", "1-lever", "2-lever")}
        assert own - set(FIELD.findall(page)) == own & unused
        assert f'name="base_revision" value="{scene.revision(step)}"' in shown

        words = text_of(response)
        texts = [
            text
            for row in [document.answers.get(step), *document.answers.get(step).all_rows()]
            for name, text in row.model_dump(mode="json").items()
            if isinstance(text, str) and name not in {"id", "mark"} and len(text) > 25
        ]
        assert [text for text in texts if text not in words] == []


def test_an_empty_page_shows_the_questions_of_the_kit(scene):
    for step in STEPS:
        page = text_of(scene.browser.get(scene.url(step)))

        kit_step = scene.diagnostic.kit.parts.get(steps__key=step.value).steps.get(key=step.value)
        questions = [question.text for question in kit_step.questions.all()]
        # « À 3/5 ans » of the kit is « à 3 ans » once three were chosen.
        shown = [question.replace("3/5", "3") for question in questions]
        assert [question for question in shown if question not in page] == []
        assert "Enregistrer et continuer" in page
        assert "Cette étape n’a pas de réponse" in page


def test_an_unknown_step_is_not_found(scene):
    for step in ("ambition", "VISION", "visions", "done"):
        response = scene.browser.get(scene.url("vision").replace("/vision/", f"/{step}/"))
        assert response.status_code == 404
        assert "introuvable" in text_of(response).lower()


def test_a_stranger_finds_nothing_and_changes_nothing(scene):
    scene.store(one_statement("Le secret de nos territoires"))
    stranger = UserFactory()
    StructureFactory(lead=stranger)
    client = scene.client_of(stranger)
    before = scene.stored_rows()
    data = scene.typed(one_statement("Texte d’ailleurs"))

    responses = [
        client.get(scene.url(StepKey.VISION)),
        scene.post(StepKey.VISION, data, client=client),
    ]

    for response in responses:
        assert response.status_code == 404
        assert "secret" not in text_of(response)
        assert scene.structure.name not in text_of(response)
    assert scene.stored_rows() == before
    assert "Le secret de nos territoires" in text_of(scene.browser.get(scene.url(StepKey.VISION)))


# --- Saving ---------------------------------------------------------------------------------


@pytest.mark.parametrize("step", STEPS)
def test_a_save_stores_and_leads_to_the_next_step(scene, step):
    document = scene.store_demo()
    Answer.objects.filter(step=step.value).delete()
    typed = document.answers.get(step)

    response = scene.post(step, scene.typed(typed))

    following = [*STEPS, None][STEPS.index(step) + 1]
    check_page = reverse("diagnostic_check", args=[scene.diagnostic.pk])
    assert (response.status_code, response["Location"]) == (
        302,
        scene.url(following) if following else check_page,
    )
    stored = scene.answer(step)
    assert without_ids(stored) == without_ids(typed)
    row = scene.row(step)
    assert (row.revision, row.updated_by, scene.kept(step)) == (1, scene.lead, {})
    assert len(stored.row_ids()) == len(list(stored.all_rows()))


def without_ids(answer) -> dict:
    value = answer.model_dump(mode="json")
    for rows in value.values():
        for row in rows if isinstance(rows, list) else []:
            if isinstance(row, dict):
                row.pop("id", None)
    return value


def test_ids_stay_across_saves_and_new_rows_get_their_own(scene):
    scene.store_demo()
    before = [row.id for row in scene.answer(StepKey.OBJECTIVES).rows]
    data = scene.page(StepKey.OBJECTIVES)
    total = int(data["objectives-rows-TOTAL_FORMS"])
    data["objectives-rows-TOTAL_FORMS"] = str(total + 1)
    data[f"objectives-rows-{total}-statement"] = "Un de plus"
    data["objectives-rows-0-statement"] = "Réécrit"

    scene.post(StepKey.OBJECTIVES, data)

    rows = scene.answer(StepKey.OBJECTIVES).rows
    assert [row.id for row in rows[:-1]] == before
    assert rows[-1].id not in before
    assert (rows[0].statement, rows[-1].statement) == ("Réécrit", "Un de plus")
    assert scene.revision(StepKey.OBJECTIVES) == 2


def test_the_same_text_twice_is_a_success_that_changes_nothing(scene):
    data = scene.typed(demo_document().answers.vision)
    scene.post(StepKey.VISION, data)
    before = scene.stored_rows()

    again = scene.post(StepKey.VISION, data)  # a double click: same revision, new rows without id

    assert again["Location"] == scene.url(StepKey.ROLES)
    assert scene.stored_rows() == before


def test_a_step_can_be_emptied(scene):
    scene.store(one_statement("À effacer"))
    data = scene.page(StepKey.VISION)
    data["vision-statements-0-text"] = "   "

    response = scene.post(StepKey.VISION, data)

    assert response["Location"] == scene.url(StepKey.ROLES)
    assert scene.answer(StepKey.VISION).is_empty
    assert scene.revision(StepKey.VISION) == 2
    assert "À effacer" not in text_of(scene.browser.get(scene.url(StepKey.VISION)))


def test_an_empty_page_saved_stores_nothing(scene):
    response = scene.post(StepKey.ROLES, scene.page(StepKey.ROLES))

    assert response["Location"] == scene.url(StepKey.OBJECTIVES)
    assert list(Answer.objects.all()) == []


def test_a_review_later_sets_the_mark_and_saves(scene):
    response = scene.post(StepKey.VISION, scene.typed(one_statement("À relire")), review_later="1")

    answer = scene.answer(StepKey.VISION)
    assert response["Location"] == scene.url(StepKey.ROLES)
    assert (answer.mark, answer.statements[0].text) == ("to_review", "À relire")
    home = scene.browser.get(reverse("diagnostic_home", args=[scene.diagnostic.pk]))
    assert "À revoir" in text_of(home)


def test_the_internal_note_is_stored_and_in_no_document(scene):
    data = scene.typed(one_statement("Notre vision"))
    data["vision-internal_note"] = "Entre nous : le trésorier doute"
    scene.post(StepKey.VISION, data)

    document = scene.browser.get(reverse("document_json", args=[scene.diagnostic.pk]))

    assert scene.row(StepKey.VISION).internal_note == "Entre nous : le trésorier doute"
    assert "Entre nous" in text_of(scene.browser.get(scene.url(StepKey.VISION)))
    body = html_of(document)
    assert "Notre vision" in body
    assert "trésorier" not in body
    assert "tr\\u00e9sorier" not in body
    assert "trésorier" not in str(scene.row(StepKey.VISION).value)


def test_indicators_follow_a_save(scene):
    scene.store_demo()
    full = dict(compute_indicators(load_diagnostic_document(scene.diagnostic)))

    scene.post(StepKey.OBJECTIVES, scene.typed(ANSWER_SHAPES[StepKey.OBJECTIVES]()))

    scene.diagnostic.refresh_from_db()
    now = dict(compute_indicators(load_diagnostic_document(scene.diagnostic)))
    assert scene.diagnostic.indicators == now
    assert now != full


def test_a_refused_value_is_told_at_its_field_and_the_rest_is_stored(scene):
    scene.store_demo()
    data = scene.page(StepKey.ECONOMIC_MODEL)
    data["economic_model-now-fte"] = "beaucoup"
    data["economic_model-needs_now"] = "Un poste à trouver d’ici l’été"
    data["economic_model-internal_note"] = "Note gardée"

    response = scene.post(StepKey.ECONOMIC_MODEL, data)

    assert response["Location"] == scene.url(StepKey.ECONOMIC_MODEL)
    # Coming back later, on another machine, the same is there.
    page = text_of(scene.client_of(scene.lead).get(response["Location"]))
    assert "1 saisie à corriger" in page
    assert '<a href="#id_economic_model-now-fte">N (2026), Équipe salariée (ETP)</a>' in page
    assert page.count("Indiquez un nombre, par exemple 2,5\u00a0ETP.") == 2
    assert "beaucoup" in page
    assert scene.answer(StepKey.ECONOMIC_MODEL).needs_now == "Un poste à trouver d’ici l’été"
    assert scene.row(StepKey.ECONOMIC_MODEL).internal_note == "Note gardée"
    assert scene.kept(StepKey.ECONOMIC_MODEL) == {"now/fte": ["beaucoup"]}


def test_html_that_was_typed_is_shown_as_text(scene):
    evil = '<script>alert(1)</script><style>body{display:none}</style>"><img src=x onerror=y>'
    scene.post(StepKey.VISION, scene.typed(one_statement(evil)))
    reader = MembershipFactory(structure=scene.structure, role=MembershipRole.READER.value).user

    for client in (scene.browser, scene.client_of(reader)):
        raw = html_of(client.get(scene.url(StepKey.VISION)))
        assert evil in unescape(raw)
        assert "<script>alert" not in raw
        assert "<img src=x" not in raw
        assert "<style>" not in raw
    assert scene.answer(StepKey.VISION).statements[0].text == evil


# --- Who may not, and when it is closed -----------------------------------------------------


def watchers(scene) -> dict:
    reader = MembershipFactory(structure=scene.structure, role=MembershipRole.READER.value).user
    return {"reader": reader, "facilitator": UserFactory(facilitator=True)}


def test_who_may_only_read_sees_the_answer_without_a_form(scene):
    scene.store_demo()
    people = watchers(scene)
    before = scene.stored_rows()
    for number, step in enumerate(STEPS):
        client = scene.client_of(people[("reader", "facilitator")[number % 2]])
        shown = client.get(scene.url(step))
        refused = scene.post(step, scene.page(step), client=client)

        page = text_of(shown)
        assert shown.status_code == 200
        assert "Réponse de la structure" in page
        assert "step-form" not in page
        named = re.findall(r'<textarea[^>]* name="([^"]*)"', page)
        assert set(named) == {"text"}  # of what is said of the step
        assert refused.status_code == 403
        assert scene.stored_rows() == before


def test_the_note_between_us_is_not_shown_to_who_reads_for_the_facilitation(scene):
    scene.store(one_statement("Public"), note="Secret de l’équipe")

    page = text_of(scene.client_of(watchers(scene)["facilitator"]).get(scene.url(StepKey.VISION)))

    assert "Public" in page
    assert "Secret de l’équipe" not in page


@pytest.mark.parametrize("state", [State.SUBMITTED, State.VALIDATED, State.ADOPTED])
def test_a_closed_diagnostic_gives_the_text_back_and_keeps_it(scene, state):
    scene.store(one_statement("Réponse soumise"))
    data = scene.page(StepKey.VISION)
    now = timezone.now()
    dates = {"submitted_at": now}
    dates |= {"validated_at": now} if state is not State.SUBMITTED else {}
    dates |= {"adopted_at": now} if state is State.ADOPTED else {}
    type(scene.diagnostic).objects.update(state=state.value, **dates)
    before = scene.stored_rows()

    response = scene.post(
        StepKey.VISION, data, **{"vision-statements-0-text": "Écrit <b>trop</b> tard"}
    )

    page = text_of(response)
    assert response.status_code == 409
    assert f"maintenant « {state.label} »" in page
    assert "Écrit <b>trop</b> tard" in page
    assert "<b>trop" not in html_of(response)
    assert "Réponse soumise" in page
    after = scene.stored_rows()
    assert (after["answers"], after["revisions"]) == (before["answers"], before["revisions"])
    assert scene.kept(StepKey.VISION) == {"statements/v1/text": ["Écrit <b>trop</b> tard"]}
    shown = scene.browser.get(scene.url(StepKey.VISION))
    assert shown.status_code == 200
    assert "ne se modifient plus" in text_of(shown)


def test_changes_requested_opens_again_and_the_kept_text_is_there(scene):
    scene.store(one_statement("Soumise"))
    data = scene.page(StepKey.VISION)
    model = type(scene.diagnostic)
    model.objects.update(state="submitted", submitted_at=timezone.now())
    scene.post(StepKey.VISION, data, **{"vision-statements-0-text": "Gardée"})
    model.objects.update(state="changes_requested")

    assert "Gardée" in text_of(scene.browser.get(scene.url(StepKey.VISION)))
    scene.post(StepKey.VISION, scene.page(StepKey.VISION), settle="mine statements/v1/text")
    assert scene.answer(StepKey.VISION).statements[0].text == "Gardée"


# --- A visitor, and what is read afterwards -------------------------------------------------


def test_a_visitor_is_led_to_sign_in(scene):
    response = Client().get(scene.url(StepKey.VISION))

    login = reverse("account_login")
    assert response["Location"] == f"{login}?next={scene.url(StepKey.VISION)}"


@pytest.mark.parametrize(
    "rows", ["the same", "the same, and a colleague meanwhile", "one less", "one more"]
)
@pytest.mark.parametrize("step", [StepKey.ROLES, StepKey.OBJECTIVES, StepKey.ACTIVITIES])
def test_what_a_save_works_out_is_what_is_read_afterwards(scene, step, rows):
    """Links come to life and die with the rows that they name: of this step and of the others."""
    scene.store_demo()
    gone = scene.answer(StepKey.OBJECTIVES)
    scene.store(gone.model_copy(update={"rows": gone.rows[1:]}))  # some links lead nowhere now
    loaded = load_step(get_diagnostic(scene.lead, scene.diagnostic.pk), step, user=scene.lead)
    answer = loaded.stored.model_copy(deep=True)
    if rows == "one less":
        answer.rows = answer.rows[:-1]
    elif rows == "one more":
        answer.rows.append(answer.rows[0].model_copy(update={"id": gone.rows[0].id}))
    answer.board_question = "Et demain ?"

    if rows == "the same, and a colleague meanwhile":
        scene.store(Vision(starting_point="Depuis"), user=scene.member("Bob Collègue"))

    saved = save_answer(
        loaded.diagnostic,
        answer,
        internal_note="",
        base_revision=loaded.revision,
        user=scene.lead,
        read=loaded,
    )

    assert saved.stored.document == load_diagnostic_document(scene.diagnostic)
