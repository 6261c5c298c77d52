"""The « fil rouge » page: what it shows to whom, and tying what is not tied."""

from __future__ import annotations

from html import unescape

import pytest
from django.urls import reverse

from diagnostics.domain.answers import Activities, Activity, Objective, Objectives
from diagnostics.domain.document import load_document
from diagnostics.domain.thread import read_thread
from diagnostics.domain.vocabulary import MembershipRole, State, StepKey
from diagnostics.models import AnswerRevision, Diagnostic
from diagnostics.queries import load_diagnostic_document
from tests.factories import MembershipFactory, UserFactory
from tests.pages import html_of, page_of
from tests.scene import Scene, demo_document
from tests.shapes import empty_document

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene() -> Scene:
    return Scene()


def thread_page(scene: Scene, client=None, **query: str):
    return (client or scene.browser).get(reverse("thread", args=[scene.diagnostic.pk]), query)


def link(scene: Scene, gap: str, *, client=None, revision: int | None = None, **chosen):
    """Post what the form of a gap posts, from the revision now in force unless one is given."""
    kinds = {
        "role-objective": StepKey.OBJECTIVES,
        "objective-role": StepKey.OBJECTIVES,
        "objective-activity": StepKey.ACTIVITIES,
        "activity-objective": StepKey.ACTIVITIES,
        "activity-scale": StepKey.TERRITORIAL_SCALES,
        "alliance-service": StepKey.ALLIANCES,
    }
    if revision is None:
        revision = scene.revision(kinds.get(gap.partition(":")[0], StepKey.VISION))
    data = {"gap": gap, "base_revision": str(revision), **chosen}
    return (client or scene.browser).post(reverse("thread_link", args=[scene.diagnostic.pk]), data)


def gaps(scene: Scene) -> list[str]:
    document = load_diagnostic_document(Diagnostic.objects.get(pk=scene.diagnostic.pk))
    return [str(gap) for gap in read_thread(document).gaps]


def text_of(response) -> str:
    return unescape(html_of(response))


# --- Showing ----------------------------------------------------------------------------------


def test_the_page_shows_the_drawing_its_table_and_what_is_missing(scene):
    scene.store_demo("sorelle")

    response = thread_page(scene)

    assert response.status_code == 200
    page = text_of(response)
    # That of the screen, and a lower one for paper.
    assert page.count('class="r-thread-drawing"') == 2
    assert "O3 Avoir initié 100 partenariats nouveaux" in page  # a link, in the table
    assert "Bassin de vie (par sa mission)" in page
    assert "Alliances qui ne servent ni activité ni levier" in page
    assert "A12 Valoriser les actions locales hors territoire : aucun objectif" in page
    posts = [form for form in page_of(response).forms if form.action.endswith("/relier/")]
    assert len(posts) == 14 == len(gaps(scene))
    assert {form.data["gap"][0] for form in posts} == set(gaps(scene))


def test_an_empty_diagnostic_says_where_the_thread_will_come_from(scene):
    page = text_of(thread_page(scene))
    assert "Le fil se dessine avec vos réponses" in page
    assert "r-thread-drawing" not in page


def test_everything_tied_is_said(scene):
    scene.store_demo("arvelle")
    page = text_of(thread_page(scene))
    assert "Tout est relié" in page
    assert "/relier/" not in page


@pytest.mark.parametrize("role", [MembershipRole.READER, None])
def test_those_who_read_see_what_is_missing_without_a_form(scene, role):
    scene.store_demo("brumelle")
    person = UserFactory(facilitator=role is None)
    if role is not None:
        MembershipFactory(structure=scene.structure, user=person, role=role.value)

    response = thread_page(scene, scene.client_of(person))

    assert "Activités sans échelon" in text_of(response)
    assert "Café partenaires trimestriel" in text_of(response)
    assert not [form for form in page_of(response).forms if "/relier/" in form.action]
    assert "relier=" not in text_of(response)


def test_a_closed_diagnostic_offers_no_form(scene):
    scene.store_demo("brumelle")
    Diagnostic.objects.filter(pk=scene.diagnostic.pk).update(
        state=State.SUBMITTED.value, submitted_at="2026-06-01T00:00Z"
    )
    assert "/relier/" not in text_of(thread_page(scene))


def test_beyond_so_many_boxes_a_form_comes_when_it_is_asked_for(scene):
    value = empty_document()
    value["answers"] = {
        "objectives": {"rows": [{"id": f"o{n}", "statement": f"But {n}"} for n in range(60)]},
        "activities": {"rows": [{"id": f"a{n}", "text": f"Action {n}"} for n in range(60)]},
        "alliances": {"rows": [{"id": f"l{n}", "actor": f"Acteur {n}"} for n in range(60)]},
    }
    scene.store_all(load_document(value))

    response = thread_page(scene)
    asked = thread_page(scene, relier="alliance-service:l59")

    assert len(response.content) < 400_000
    shown = [f for f in page_of(response).forms if f.action.endswith("/relier/")]
    assert 0 < len(shown) < 10
    assert "?relier=alliance-service:l59#" in html_of(response)
    forms = [f for f in page_of(asked).forms if f.action.endswith("/relier/")]
    assert "alliance-service:l59" in {form.data["gap"][0] for form in forms}
    assert thread_page(scene, relier="n’importe quoi").status_code == 200


# --- Tying ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("gap", "chosen", "step"),
    [
        ("role-objective:r1", {"links": ["o1"]}, StepKey.OBJECTIVES),
        ("objective-role:o1", {"links": ["r1"]}, StepKey.OBJECTIVES),
        ("objective-activity:o1", {"links": ["b2", "b3"]}, StepKey.ACTIVITIES),
        ("activity-objective:b3", {"links": ["o1"]}, StepKey.ACTIVITIES),
        ("activity-objective:b3", {"none": "on"}, StepKey.ACTIVITIES),
        ("activity-scale:b2", {"scale": "epci"}, StepKey.TERRITORIAL_SCALES),
        ("alliance-service:l2", {"links": ["b1"]}, StepKey.ALLIANCES),
    ],
)
def test_a_link_is_one_click_and_one_save(scene, gap, chosen, step):
    scene.store_demo("brumelle")
    scene.store(scene.answer(step).model_copy(update={"board_question": "Qui ?"}), note="À nous.")
    assert gap in gaps(scene)
    before = {s: scene.revision(s) for s in StepKey}

    response = link(scene, gap, **chosen)

    assert response.status_code == 302
    assert response.url == reverse("thread", args=[scene.diagnostic.pk])
    assert gap not in gaps(scene)
    after = {s: scene.revision(s) for s in StepKey}
    assert after == before | {step: before[step] + 1}
    row = scene.row(step)
    assert (row.internal_note, row.board_question) == ("À nous.", "Qui ?")
    assert "Enregistré" in text_of(thread_page(scene))


def test_a_place_can_be_given_before_the_step_was_ever_answered(scene):
    scene.store(Activities(rows=[Activity(id="a1", text="Rencontres")]))

    assert link(scene, "activity-scale:a1", scale="region").status_code == 302

    (row,) = scene.answer(StepKey.TERRITORIAL_SCALES).rows
    assert (row.activity, row.scale) == ("a1", "region")


def test_a_double_click_ties_once(scene):
    scene.store_demo("brumelle")
    for gap, chosen in [
        ("activity-scale:b2", {"scale": "epci"}),
        ("objective-role:o1", {"links": "r1"}),
    ]:
        revision = scene.revision(
            StepKey.TERRITORIAL_SCALES if "scale" in gap else StepKey.OBJECTIVES
        )
        codes = [link(scene, gap, revision=revision, **chosen).status_code for _ in range(2)]
        assert codes == [302, 302]
    rows = scene.answer(StepKey.TERRITORIAL_SCALES).rows
    assert [row.activity for row in rows] == ["b1", "b2"]


@pytest.mark.parametrize(
    ("gap", "chosen", "message"),
    [
        ("objective-role:o1", {}, "Cochez au moins une case."),
        ("objective-role:o1", {"links": ["r9"]}, "n’existe plus"),
        ("activity-scale:b2", {}, "Choisissez un échelon."),
        ("activity-scale:b2", {"scale": "galaxy"}, "Choisissez une valeur de la liste."),
        ("activity-objective:b1", {"links": ["o1"], "none": "on"}, "pas les deux"),
    ],
)
def test_a_choice_that_is_none_is_asked_again(scene, gap, chosen, message):
    scene.store_demo("brumelle")
    before = scene.stored_rows()

    response = link(scene, gap, **chosen)

    assert response.status_code == 200
    page = text_of(response)
    assert message in page
    assert "Le lien n’est pas enregistré" in page
    assert scene.stored_rows() == before
    if "o1" in chosen.get("links", []):
        assert 'value="o1" checked' in page


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"gap": "activity-scale:a1"},
        {"gap": "activity-scale:a1", "base_revision": "-1"},
        {"gap": "activity-scale:a1", "base_revision": "deux"},
        {"gap": "activity-scale:a1", "base_revision": "9" * 40},
        {"gap": "vision:v1", "base_revision": "1"},
        {"gap": "activity-scale:\x00", "base_revision": "1"},
        {"gap": "activity-scale", "base_revision": "1"},
    ],
)
def test_what_no_page_can_send_is_a_bad_request(scene, data):
    scene.store_demo("sorelle")
    before = scene.stored_rows()
    response = scene.browser.post(reverse("thread_link", args=[scene.diagnostic.pk]), data)
    assert response.status_code == 400
    assert scene.stored_rows() == before


def test_a_full_row_says_so(scene):
    roles = {"rows": [{"id": f"r{n}", "role": "other", "label": f"R{n}"} for n in range(21)]}
    value = empty_document()
    value["answers"] = {
        "roles": roles,
        "objectives": {
            "rows": [{"id": "o1", "statement": "But", "serves": [f"r{n}" for n in range(20)]}]
        },
    }
    scene.store_all(load_document(value))

    response = link(scene, "role-objective:r20", links=["o1"])

    assert response.status_code == 200
    assert "20 liens au plus" in text_of(response)
    assert len(scene.answer(StepKey.OBJECTIVES).rows[0].serves) == 20


# --- With others ------------------------------------------------------------------------------


def test_a_stale_link_stores_nothing_says_who_and_keeps_the_choice(scene):
    scene.store_demo("brumelle")
    colleague = MembershipFactory(structure=scene.structure, user__name="Bo Collègue").user
    seen = scene.revision(StepKey.ACTIVITIES)
    theirs = scene.answer(StepKey.ACTIVITIES)
    theirs.rows[1].text = "Café des partenaires"
    theirs.rows[0].serves_none = theirs.rows[1].serves_none = True
    scene.store(theirs, user=colleague)

    response = link(scene, "activity-objective:b2", revision=seen, links=["o1"])

    assert response.status_code == 409
    page = text_of(response)
    assert "Bo Collègue a enregistré « Activités à mettre en place »" in page
    assert scene.answer(StepKey.ACTIVITIES) == theirs
    form = next(
        f for f in page_of(response).forms if f.data.get("gap") == ["activity-objective:b2"]
    )
    assert form.data["links"] == ["o1"]
    assert form.data["base_revision"] == [str(seen + 1)]

    assert scene.browser.post(form.action, form.data).status_code == 302
    rows = scene.answer(StepKey.ACTIVITIES).rows
    assert (rows[1].serves, rows[1].text) == (["o1"], "Café des partenaires")
    assert rows[0].serves_none
    assert AnswerRevision.objects.filter(answer__step="activities", author=colleague).exists()


def test_what_a_colleague_stored_meanwhile_is_kept_beside_ones_own_link(scene):
    scene.store_demo("brumelle")
    scene.store(
        Objectives(rows=[Objective(id="o1", statement="Un"), Objective(id="o2", statement="Deux")])
    )
    seen = scene.revision(StepKey.ACTIVITIES)
    theirs = scene.answer(StepKey.ACTIVITIES)
    theirs.rows[0].serves = ["o2"]
    theirs.rows[1].text = "Café des partenaires"
    colleague = MembershipFactory(structure=scene.structure, user__name="Bo Collègue").user
    scene.store(theirs, user=colleague)

    response = link(scene, "activity-objective:b1", revision=seen, links=["o1"])

    assert response.status_code == 302
    rows = scene.answer(StepKey.ACTIVITIES).rows
    assert sorted(rows[0].serves) == ["o1", "o2"]
    assert rows[1].text == "Café des partenaires"
    page = text_of(scene.browser.get(response["Location"]))
    assert "Pendant votre saisie, Bo Collègue a modifié 2\u00a0activités." in page


def test_a_row_removed_meanwhile_is_said(scene):
    scene.store_demo("brumelle")
    seen = scene.revision(StepKey.ACTIVITIES)
    scene.store(Activities(rows=[Activity(id="b2", text="Café")]))

    response = link(scene, "activity-objective:b1", revision=seen, links=["o1"])

    assert response.status_code == 409
    page = text_of(response)
    assert "Cette ligne a été retirée entre-temps." in page
    assert "O1 · Faire connaître la démarche" in page


def test_a_diagnostic_closed_meanwhile_is_said(scene):
    scene.store_demo("brumelle")
    Diagnostic.objects.filter(pk=scene.diagnostic.pk).update(
        state=State.SUBMITTED.value, submitted_at="2026-06-01T00:00Z"
    )
    before = scene.stored_rows()

    response = link(scene, "activity-scale:b2", scale="epci")

    assert response.status_code == 409
    page = text_of(response)
    assert "Ce diagnostic est «\u00a0Soumis\u00a0»." in page
    assert "Vous aviez choisi : EPCI — communauté de communes." in page
    assert scene.stored_rows() == before


def test_a_text_kept_at_the_step_is_not_lost(scene):
    scene.store_demo("brumelle")
    typed = scene.page(StepKey.ACTIVITIES)
    typed["activities-rows-0-start_year"] = "bientôt"
    scene.post(StepKey.ACTIVITIES, typed)
    kept = scene.kept(StepKey.ACTIVITIES)
    assert list(kept.values()) == [["bientôt"]]

    assert link(scene, "activity-objective:b2", links=["o1"]).status_code == 302

    assert scene.kept(StepKey.ACTIVITIES) == kept


# --- In the steps themselves ------------------------------------------------------------------


def test_none_on_purpose_is_ticked_in_the_step_and_shown(scene):
    scene.store_demo("sorelle")
    data = scene.page(StepKey.ACTIVITIES)
    assert data["activities-rows-11-serves_none"] == "True"

    both = data.copy()
    both.setlist("activities-rows-11-serves", ["o1"])
    told = scene.post(StepKey.ACTIVITIES, both, autosave="1").json()
    assert told["refused"] == [
        {
            "field": "activities-rows-11-serves_none",
            "reasons": [
                "Cochez des objectifs, ou «\u00a0Aucun, volontairement\u00a0», pas les deux."
            ],
        }
    ]
    scene.diagnostic.kept_texts.all().delete()
    data["base_revision"] = str(told["revision"])
    data["activities-rows-10-serves_none"] = "on"
    data.pop("activities-rows-10-serves")
    assert scene.post(StepKey.ACTIVITIES, data).status_code == 302
    rows = scene.answer(StepKey.ACTIVITIES).rows
    assert [row.serves_none for row in rows] == [False] * 10 + [True, True]
    check = text_of(scene.browser.get(reverse("diagnostic_check", args=[scene.diagnostic.pk])))
    assert check.count("Aucun objectif, volontairement") == 2


def test_choices_carry_the_codes_of_the_report(scene):
    document = demo_document("sorelle")
    scene.store_all(document)
    activities = text_of(scene.browser.get(scene.url(StepKey.ACTIVITIES)))
    assert "O4 · Avoir organisé 15 événements de sensibilisation" in activities
    alliances = text_of(scene.browser.get(scene.url(StepKey.ALLIANCES)))
    assert "A9 · Évaluer le partenariat" in alliances
    assert "Levier L1 · " in alliances
