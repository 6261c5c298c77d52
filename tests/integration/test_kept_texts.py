"""Nothing typed is ever lost: texts that are kept, revisions, expired sessions, expired forms."""

from __future__ import annotations

import datetime as dt
import re
from html import unescape
from urllib.parse import urlencode

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from diagnostics.domain.answers import Objectives, Vision, VisionStatement
from diagnostics.domain.vocabulary import MembershipRole, StepKey
from diagnostics.models import Answer, AnswerRevision, KeptText
from tests.factories import PASSWORD, MembershipFactory, StructureFactory, UserFactory
from tests.pages import choice_shown, html_of
from tests.posting import STEPS, URL_ENCODED
from tests.scene import Scene

pytestmark = pytest.mark.django_db
VISION, OBJECTIVES = StepKey.VISION, StepKey.OBJECTIVES
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


# --- What is kept beside the answer ---------------------------------------------------------------

DEADLINE, PLACE = "objectives-rows-0-deadline_year", "rows/{}/deadline_year"


def autosave(scene, step, data, client=None, **changes):
    response = scene.post(step, data, client=client, autosave="1", **changes)
    assert response.status_code == 200, text_of(response)[:2000]
    return response.json()


def test_what_is_typed_is_the_answer(scene):
    data = scene.page(VISION)

    told = autosave(scene, VISION, data, page="k3f9x2", sent="1", **{FIRST: "En cours"})

    assert (told["revision"], told["kept"], told["refused"]) == (1, [], [])
    assert "news" not in told
    row = scene.answer(VISION).statements[0]
    assert (row.text, row.id) == ("En cours", data["vision-statements-0-id"])
    # Before it has the answer, the page sends a new text from the same revision.
    told = autosave(scene, VISION, data, page="k3f9x2", sent="2", **{FIRST: "En cours, puis"})
    again = autosave(scene, VISION, data, page="k3f9x2", sent="3", **{FIRST: "En cours, enfin"})
    assert (told["revision"], again["revision"], again["kept"]) == (2, 3, [])


def test_the_same_page_types_on_before_it_has_its_answer(scene, colleague):
    """Its own saves follow one another; one that is late changes nothing; somebody else's counts."""
    scene.store(vision("Un", "Deux"))
    page = {"page": "k3f9x2"}
    data = scene.page(VISION)
    autosave(scene, VISION, data, sent="1", **page, **{FIRST: "Un, puis"})
    theirs = scene.page(VISION, user=colleague)
    theirs["vision-statements-1-text"] = "Deux, de Bob"
    scene.post(VISION, theirs, client=scene.client_of(colleague))

    told = autosave(scene, VISION, data, sent="3", **page, **{FIRST: "Un, puis la fin"})
    late = autosave(scene, VISION, data, sent="2", **page, **{FIRST: "Un, puis la"})

    assert (told["kept"], late["kept"]) == ([], [])
    assert told["news"]["texts"] == {"statements/v2/text": ["Deux, de Bob"]}
    assert [row.text for row in scene.answer(VISION).statements] == [
        "Un, puis la fin",
        "Deux, de Bob",
    ]
    assert list(KeptText.objects.all()) == []


def test_an_unchanged_page_writes_nothing(scene):
    scene.store_demo()
    before = scene.stored_rows()

    for step in STEPS:
        told = autosave(scene, step, scene.page(step))
        assert told["revision"] == 1

    assert scene.stored_rows() == before


REFUSED = [
    (StepKey.OBJECTIVES, "rows-0-deadline_year", "bientôt"),
    (StepKey.OBJECTIVES, "rows-0-statement", "avec un\x00dedans"),
    (StepKey.ECONOMIC_MODEL, "now-fte", "beaucoup"),
    (StepKey.ECONOMIC_MODEL, "target-budget_max_keur", "0"),
    (StepKey.ACTIVITIES, "rows-0-serves_none", "on"),
    (StepKey.BOARD_DECISIONS, "calendar-0-month", "un jour"),
    (StepKey.ORGANISATION, "internal_note", "x" * 2001),
]


def test_a_refused_field_keeps_only_itself_out(scene):
    document = scene.store_demo()
    for refused in REFUSED:
        with transaction.atomic():  # each from the same answers
            refused_alone(scene, document, *refused)
            transaction.set_rollback(True)


def refused_alone(scene, document, step, name, typed):
    data = scene.page(step)
    data[f"{step}-{name}"] = typed
    data[f"{step}-board_question"] = "Une question de plus ?"

    told = autosave(scene, step, data)

    expected = document.answers.get(step).model_copy(
        update={"board_question": "Une question de plus ?"}
    )
    assert scene.answer(step) == expected
    (place,) = told["kept"]
    assert scene.kept(step) == {place: [typed]}
    assert [entry["field"] for entry in told["refused"]] == [f"{step}-{name}"]
    # Coming back, it stands in its field, with the reason; the lead reads how many wait.
    page = text_of(scene.browser.get(scene.url(step)))
    assert "1 saisie à corriger" in page
    assert typed.replace("\x00", "") in page.replace("\x00", "")
    home = text_of(scene.browser.get(reverse("diagnostic_home", args=[scene.diagnostic.pk])))
    assert "1 saisie à corriger ou à choisir" in " ".join(home.split())
    # Corrected, it is stored and nothing is kept.
    again = scene.page(step)
    assert again.get(f"{step}-{name}") in {typed, "True"}  # a box is ticked
    stored = scene.typed(document.answers.get(step))
    again.setlist(f"{step}-{name}", stored.getlist(f"{step}-{name}"))
    assert autosave(scene, step, again)["kept"] == []
    assert scene.kept(step) == {}


def test_a_new_row_of_which_everything_is_refused_is_kept(scene):
    scene.store_demo()
    data = scene.page(StepKey.OBJECTIVES)
    count = int(data["objectives-rows-TOTAL_FORMS"])
    data["objectives-rows-TOTAL_FORMS"] = str(count + 1)
    data[f"objectives-rows-{count}-id"] = "onew"
    data[f"objectives-rows-{count}-deadline_year"] = "bientôt"

    scene.post(StepKey.OBJECTIVES, data)

    assert len(scene.answer(StepKey.OBJECTIVES).rows) == count
    assert scene.kept(StepKey.OBJECTIVES) == {"rows/onew/deadline_year": ["bientôt"]}
    again = scene.page(StepKey.OBJECTIVES)
    assert again[f"objectives-rows-{count}-id"] == "onew"
    assert again[f"objectives-rows-{count}-deadline_year"] == "bientôt"


def test_a_page_that_does_not_show_a_kept_text_leaves_it(scene):
    """An older tab: it knows nothing of what the newer one could not store."""
    scene.store_demo()
    older = scene.page(StepKey.ECONOMIC_MODEL)
    autosave(scene, StepKey.ECONOMIC_MODEL, older, **{"economic_model-now-fte": "beaucoup"})

    older["economic_model-needs_now"] = "Un texte de l’ancien onglet"
    autosave(scene, StepKey.ECONOMIC_MODEL, older)

    assert scene.kept(StepKey.ECONOMIC_MODEL) == {"now/fte": ["beaucoup"]}
    assert scene.answer(StepKey.ECONOMIC_MODEL).needs_now == "Un texte de l’ancien onglet"


def test_two_tabs_of_one_person_are_told_as_such(scene):
    scene.store(vision("Départ"))
    older = scene.page(VISION)
    save(scene, "Du nouvel onglet")

    told = autosave(scene, VISION, older, **{FIRST: "De l’ancien"})

    assert scene.answer(VISION).statements[0].text == "Du nouvel onglet"
    assert scene.kept(VISION) == {"statements/v1/text": ["De l’ancien"]}
    assert "vous, dans un autre onglet" in told["said"]


@pytest.mark.parametrize(
    ("settle", "year", "left"),
    [("mine", 2029, {}), ("drop", None, {"rows/o1/deadline_year": ["bientôt"]})],
)
def test_a_refused_text_of_another_tab_is_not_replaced_in_silence(scene, settle, year, left):
    scene.store(Objectives.model_validate({"rows": [{"id": "o1", "statement": "Un"}]}))
    name, place = "objectives-rows-0-deadline_year", "rows/o1/deadline_year"
    older, newer = scene.page(OBJECTIVES), scene.page(OBJECTIVES)
    assert older["page"] != newer["page"]
    for typed in ("2029 ?", "2029 ??", "2029 !"):  # one tab types on: its own text is replaced
        older[name] = typed
        autosave(scene, OBJECTIVES, older)
    assert scene.kept(OBJECTIVES) == {place: ["2029 !"]}

    newer[name] = "bientôt"
    told = autosave(scene, OBJECTIVES, newer)

    assert scene.kept(OBJECTIVES) == {place: ["bientôt"], f"~{place}": ["2029 !"]}
    page = text_of(scene.browser.get(scene.url(OBJECTIVES)))
    for text in (unescape(told["around"]), page):
        assert "2029 !" in choice_shown(text, f"~{place}")
        assert "dans un autre onglet" in text
    assert scene.page(OBJECTIVES)[name] == "bientôt"
    shown = scene.page(OBJECTIVES)
    autosave(scene, OBJECTIVES, shown)  # it waits for the person
    assert set(scene.kept(OBJECTIVES)) == {place, f"~{place}"}
    if settle == "mine":
        shown[name] = "remplacé par l’autre"

    scene.post(OBJECTIVES, shown, settle=f"{settle} ~{place}")

    kept = scene.kept(OBJECTIVES)
    if settle == "mine":
        assert kept == {place: ["2029 !"]}, "still refused, in its field now"
        shown = scene.page(OBJECTIVES)
        shown[name] = "2029"
        autosave(scene, OBJECTIVES, shown)
        kept = scene.kept(OBJECTIVES)
    assert kept == left
    assert scene.answer(OBJECTIVES).rows[0].deadline_year == year


def test_previous_saves_what_was_typed(scene):
    data = scene.page(StepKey.ROLES)
    data["roles-rows-0-detail"] = "Une précision"

    response = scene.post(StepKey.ROLES, data, wizard_goto_step="vision")

    assert response["Location"] == scene.url(VISION)
    assert scene.answer(StepKey.ROLES).rows[0].detail == "Une précision"


def test_a_step_that_is_none_leads_nowhere_else(scene):
    data = scene.typed(vision("Un"))

    response = scene.post(VISION, data, wizard_goto_step="//evil.example/")

    assert response["Location"] == scene.url(StepKey.ROLES)
    assert scene.answer(VISION).statements[0].text == "Un"


def test_a_kept_text_is_its_author_s_alone(scene, colleague):
    data = scene.page(StepKey.OBJECTIVES)
    autosave(scene, StepKey.OBJECTIVES, data, **{DEADLINE: "Mon échéance à moi"})

    url = scene.url(StepKey.OBJECTIVES)
    assert "Mon échéance à moi" in text_of(scene.browser.get(url))
    for other in (colleague, UserFactory(facilitator=True)):
        assert "Mon échéance à moi" not in text_of(scene.client_of(other).get(url))
    assert autosave(
        scene, StepKey.OBJECTIVES, scene.page(StepKey.OBJECTIVES, user=colleague),
        client=scene.client_of(colleague),
    )["kept"] == []  # fmt: skip
    assert scene.kept(StepKey.OBJECTIVES) != {}


def test_the_check_page_names_what_waits_and_the_submission_asks(scene, colleague):
    scene.store_demo()
    check = reverse("diagnostic_check", args=[scene.diagnostic.pk])
    submit = reverse("diagnostic_submit", args=[scene.diagnostic.pk])
    others, own = StepKey.OBJECTIVES, StepKey.ECONOMIC_MODEL
    autosave(
        scene, others, scene.page(others, user=colleague),
        client=scene.client_of(colleague), **{DEADLINE: "bientôt"},
    )  # fmt: skip
    autosave(scene, own, scene.page(own), **{"economic_model-now-fte": "beaucoup"})

    page = " ".join(text_of(scene.browser.get(check)).split())
    assert "1 saisie à corriger ou à choisir" in page
    assert "Étape 4.1, Modèle économique cible" in page
    assert "Bob Collègue : 1 saisie à corriger ou à choisir, étape 2.2" in page
    assert "bientôt" not in page
    theirs = " ".join(text_of(scene.client_of(colleague).get(check)).split())
    assert "Étape 2.2, Objectifs" in theirs
    assert "4.1, Modèle économique cible</a>" not in theirs
    assert "Des saisies de votre équipe" not in theirs

    refused = text_of(scene.browser.post(submit, {"confirm": "on"}))
    assert "cochez la case pour soumettre sans elles" in refused
    assert not scene.diagnostic.versions.exists()
    scene.browser.post(submit, {"confirm": "on", "without_kept": "on"})
    assert scene.diagnostic.versions.count() == 1


@pytest.mark.parametrize("name", ["kept", "choose"])
def test_places_that_no_page_shows_change_nothing(scene, name):
    scene.store(vision("Stockée"))
    data = scene.page(VISION)
    data.setlist(name, ["statements/v1/text", "nowhere", "\x00", "a/b/c/d" * 999, ""])

    autosave(scene, VISION, data, **{FIRST: "Neuve"})

    assert scene.answer(VISION).statements[0].text == "Neuve"
    assert scene.kept(VISION) == {}


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

    response = scene.post(VISION, mine)

    assert response["Location"] == scene.url(VISION)
    assert scene.answer(VISION).statements[0].text == "Le texte de Bob"
    for _time in (1, 2):  # it survives a reload, and a save of the page that shows it
        page = text_of(scene.browser.get(scene.url(VISION)))
        choice = choice_shown(page, "statements/v1/text")
        for words in ("Bob Collègue", "Le texte de Bob", "Mon texte"):
            assert words in choice
        assert ">Énoncé 1</a>" in page
        assert re.search(r"Enregistré\s[^<]*, sauf ce qui est à corriger ou à choisir<", page)
        assert autosave(scene, VISION, scene.page(VISION))["kept"] == ["statements/v1/text"]
    assert scene.page(VISION)[FIRST] == "Mon texte"


@pytest.mark.parametrize(
    ("verb", "text"),
    [
        ("mine", "Mon texte"),
        ("theirs", "Le texte de Bob"),
        ("both", "Le texte de Bob\nMon texte"),
    ],
)
def test_one_text_is_chosen_or_both(scene, colleague, verb, text):
    scene.store(vision("Départ"))
    mine = scene.page(VISION)
    save(scene, "Le texte de Bob", client=scene.client_of(colleague), user=colleague)
    scene.post(VISION, mine, **{FIRST: "Mon texte"})

    response = scene.post(VISION, scene.page(VISION), settle=f"{verb} statements/v1/text")

    assert response["Location"] == scene.url(VISION)
    assert scene.answer(VISION).statements[0].text == text
    assert scene.kept(VISION) == {}
    assert "À choisir" not in text_of(scene.browser.get(scene.url(VISION)))
    if verb != "theirs":
        assert replaced(scene)[-1] == (2, "Le texte de Bob", colleague)


def test_a_late_save_of_the_very_same_text_is_a_success(scene, colleague):
    scene.store(vision("Départ"))
    mine = scene.page(VISION)
    mine[FIRST] = "D’accord"
    save(scene, "D’accord", client=scene.client_of(colleague), user=colleague)
    before = scene.stored_rows()

    assert scene.post(VISION, mine)["Location"] == scene.url(StepKey.ROLES)
    assert scene.stored_rows() == before


def test_a_late_row_button_keeps_both(scene, colleague):
    scene.store(vision("Départ"))
    mine = scene.page(VISION)
    mine[FIRST] = "Mon texte"
    save(scene, "Le texte de Bob", client=scene.client_of(colleague), user=colleague)

    scene.post(VISION, mine, row_op="add:statements")

    page = text_of(scene.browser.get(scene.url(VISION)))
    for words in ("À choisir", "Le texte de Bob", "Mon texte"):
        assert words in page


# --- Expired session, expired form ----------------------------------------------------------


def sign_in(client: Client, user) -> None:
    response = client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    assert response.status_code == 302, text_of(response)[:3000]
    assert client.session["_auth_user_id"] == str(user.pk)


def posted_without_session(scene, person, **changes) -> tuple[Client, object]:
    data = scene.typed(vision("Tapé pendant la coupure"))
    for name, value in changes.items():
        data[name] = value
    client = scene.ended(person)
    return client, scene.post(VISION, data, client=client)


def test_what_was_typed_after_the_session_expired_is_saved(scene):
    person = MembershipFactory(structure=scene.structure, user=UserFactory(verified=True)).user
    client, response = posted_without_session(scene, person)

    assert response["Location"] == f"{reverse('account_login')}?next={scene.url(VISION)}"
    assert list(Answer.objects.all()) == []
    said = "Votre session est terminée."
    assert said in text_of(client.get(response["Location"]))
    another = scene.ended(person)  # a browser of theirs from which nothing was sent
    assert said not in text_of(another.get(response["Location"]))
    sign_in(client, person)

    assert scene.answer(VISION).statements[0].text == "Tapé pendant la coupure"
    assert scene.row(VISION).updated_by == person
    page = text_of(client.get(scene.url(VISION)))
    assert "Tapé pendant la coupure" in page
    assert "Ce que vous tapiez quand la session s’est terminée est gardé." in page
    assert "pending_step" not in client.session


def test_what_was_typed_after_the_session_expired_overwrites_nobody(scene, colleague):
    person = MembershipFactory(structure=scene.structure, user=UserFactory(verified=True)).user
    scene.store(vision("Départ"))
    mine = scene.page(VISION)
    client = scene.ended(person)
    scene.post(VISION, mine, client=client, **{FIRST: "Le mien"})
    save(scene, "Le texte de Bob", client=scene.client_of(colleague), user=colleague)

    sign_in(client, person)

    assert scene.answer(VISION).statements[0].text == "Le texte de Bob"
    assert scene.kept(VISION, person) == {"statements/v1/text": ["Le mien"]}


@pytest.mark.parametrize("last", ["a colleague", "nobody", "forged"])
def test_somebody_else_who_signs_in_gets_nothing_of_it(scene, colleague, last):
    """A computer that several people use: what one typed is neither shown to the next nor theirs."""
    person = MembershipFactory(structure=scene.structure, user=UserFactory(verified=True)).user
    client = scene.ended(colleague) if last == "a colleague" else Client()
    if last == "forged":
        client.cookies["personne"] = f"{person.pk}:{'x' * 43}"
    scene.post(VISION, scene.typed(vision("Le texte d’un autre")), client=client)

    sign_in(client, person)

    assert (list(Answer.objects.all()), list(KeptText.objects.all())) == ([], [])
    assert "Le texte d’un autre" not in text_of(client.get(scene.url(VISION)))
    assert "pending_step" not in client.session


@pytest.mark.parametrize("who", ["stranger", "reader", "facilitator"])
def test_who_has_no_right_saves_nothing(scene, who):
    person = UserFactory(verified=True, facilitator=who == "facilitator")
    if who == "reader":
        MembershipFactory(structure=scene.structure, user=person, role=MembershipRole.READER.value)
    elif who == "stranger":
        StructureFactory(lead=person)
    client, _response = posted_without_session(scene, person)

    sign_in(client, person)

    assert (list(Answer.objects.all()), list(KeptText.objects.all())) == ([], [])
    assert "pending_step" not in client.session


@pytest.mark.parametrize("revision", ["", "abc", "9" * 5000, "-1", "٣"])
def test_a_strange_revision_neither_breaks_the_sign_in_nor_loses_the_text(scene, revision):
    person = MembershipFactory(structure=scene.structure, user=UserFactory(verified=True)).user
    client, _response = posted_without_session(scene, person, base_revision=revision)

    sign_in(client, person)

    assert scene.answer(VISION).statements[0].text == "Tapé pendant la coupure"
    assert client.get(scene.url(VISION)).status_code == 200


def test_a_text_kept_at_a_place_that_is_no_more_shows_a_page(scene):
    """What a release before this one kept may name fields that a form no longer has."""
    texts = {
        "board_question": "Gardée malgré tout",
        "gone": "x",
        "rows/o1": "x",
        "rows/a1/gone": "x",
        "now/gone": "x",
        "a/b/c/d/e": "x",
        "": "x",
    }
    for step in STEPS:
        KeptText.objects.create(
            diagnostic=scene.diagnostic, step=step.value, user=scene.lead, texts=urlencode(texts)
        )

        page = text_of(scene.browser.get(scene.url(step)))

        assert "Gardée malgré tout" in page, step
        assert "À choisir" in page, step


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
