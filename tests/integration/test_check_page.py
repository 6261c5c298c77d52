"""The check page: from an answer to the field where it is filled in and back, the team's notes and
marks."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from diagnostics.domain.answers import Vision, VisionStatement
from diagnostics.domain.vocabulary import Mark, StepKey
from tests.pages import html_of, page_of
from tests.scene import Scene, demo_document, make_scene, objectives

pytestmark = pytest.mark.django_db
IDS = re.compile(r'\bid="?([\w-]+)')
PLACE = "objectives-rows-1-statement"


@pytest.fixture
def scene() -> Scene:
    return Scene()


def check_page(scene: Scene, *, place: str = "") -> str:
    address = reverse("diagnostic_check", args=[scene.diagnostic.pk])
    return f"{address}#{place}" if place else address


def come_back(scene: Scene, step: StepKey, place: str = "", *, anchor: str = "") -> str:
    """The address of a step from where one goes back to a place of the check page."""
    return f"{scene.url(step)}?retour={place}" + (f"#{anchor}" if anchor else "")


# --- From the check page to a field --------------------------------------------------------------


def test_each_row_leads_to_its_first_field(scene):
    document = demo_document("sorelle")
    scene.store_all(document)
    page = html_of(scene.browser.get(check_page(scene)))
    links = re.findall(r'class="r-edit-link" href="([^?"]+)\?retour=([\w-]+)#([\w-]+)"', page)

    rows = sum(
        len(list(answer.all_rows()))
        for step, answer in document.answers.given()
        # An action stands once, whatever its échelons; the calendar stands once.
        if step not in {StepKey.TERRITORIAL_SCALES, StepKey.BOARD_DECISIONS}
    )
    assert len(links) > rows
    shown = {}
    for address, place, field in links:
        if address not in shown:
            shown[address] = set(IDS.findall(html_of(scene.browser.get(address))))
        assert field in shown[address]
        assert page.count(f'id="{place}"') == 1
    assert {address for address, _place, _field in links} == {scene.url(s) for s in StepKey}


def test_who_cannot_edit_finds_no_way_to_a_field():
    scene = make_scene()
    for role in ("reader", "facilitator"):
        page = html_of(scene.client(role).get(check_page(scene)))
        assert "Petit-déjeuner" in page
        assert "Modifier" not in page
        assert "?retour=" not in page


# --- And back -----------------------------------------------------------------------------------


def test_a_save_leads_back_to_the_place(scene):
    scene.store(objectives("Étendre", "Évaluer"))
    page = html_of(scene.browser.get(come_back(scene, StepKey.OBJECTIVES, PLACE)))

    assert f'<input type="hidden" name="retour" value="{PLACE}">' in page
    assert page.count("Enregistrer et revenir à la relecture") == 2
    assert "Enregistrer et continuer" not in page
    response = scene.post(StepKey.OBJECTIVES, scene.page(StepKey.OBJECTIVES), retour=PLACE)
    assert response.url == check_page(scene, place=PLACE)


def test_without_a_place_a_save_goes_on(scene):
    scene.store(objectives("Étendre"))
    page = html_of(scene.browser.get(scene.url(StepKey.OBJECTIVES)))

    assert 'name="retour"' not in page
    assert page.count("Enregistrer et continuer") == 2
    response = scene.post(StepKey.OBJECTIVES, scene.page(StepKey.OBJECTIVES))
    assert response.url == scene.url(StepKey.POSITIONING)


def test_a_refusal_in_between_keeps_the_way_back(scene):
    scene.store(objectives("Étendre", "Évaluer"))
    data = scene.page(StepKey.OBJECTIVES)
    wrong = {"objectives-rows-1-target_value": "beaucoup", "retour": PLACE}

    refused = scene.post(StepKey.OBJECTIVES, data, **wrong)

    assert refused.url == come_back(scene, StepKey.OBJECTIVES, PLACE)
    assert f'value="{PLACE}"' in html_of(scene.browser.get(refused.url))
    again = scene.page(StepKey.OBJECTIVES)
    right = {"objectives-rows-1-target_value": "12", "retour": PLACE}
    response = scene.post(StepKey.OBJECTIVES, again, **right)
    assert response.url == check_page(scene, place=PLACE)


def test_rows_added_and_the_step_before_keep_the_way_back(scene):
    scene.store(objectives("Étendre", "Évaluer"))
    data = scene.page(StepKey.OBJECTIVES)

    before = scene.post(StepKey.OBJECTIVES, data, retour=PLACE, wizard_goto_step="roles")
    assert before.url == come_back(scene, StepKey.ROLES, PLACE)
    added = scene.post(StepKey.OBJECTIVES, data, retour=PLACE, row_op="add:rows")
    assert re.fullmatch(
        rf"{scene.url(StepKey.OBJECTIVES)}\?ajout=rows&retour={PLACE}#[\w-]+", added.url
    )
    stayed = scene.post(StepKey.OBJECTIVES, data, retour=PLACE, stay="1")
    assert stayed.url == come_back(scene, StepKey.OBJECTIVES, PLACE)
    response = scene.post(StepKey.ROLES, scene.page(StepKey.ROLES), retour=PLACE)
    assert response.url == check_page(scene, place=PLACE)


def test_a_row_that_is_gone_leads_back_to_its_step(scene):
    scene.store(objectives("Étendre", "Évaluer"))
    data = scene.page(StepKey.OBJECTIVES)

    removed = scene.post(StepKey.OBJECTIVES, data, retour=PLACE, row_op="remove:rows:1")
    assert removed.url.endswith(f"&retour={PLACE}#retrait")
    response = scene.post(StepKey.OBJECTIVES, scene.page(StepKey.OBJECTIVES), retour=PLACE)
    assert response.url == check_page(scene, place="objectives")


def test_a_choice_explained_in_between_keeps_the_way_back(scene):
    scene.store_demo()
    page = page_of(scene.browser.get(come_back(scene, StepKey.TERRITORIAL_SCALES, PLACE)))
    form = page.form_to(reverse("finding_acknowledge", args=[scene.diagnostic.pk]))

    assert form.data["retour"] == [PLACE]
    response = scene.browser.post(form.action, form.data | {"reason": "Choisi"})
    assert response.url == come_back(scene, StepKey.TERRITORIAL_SCALES, PLACE)
    refused = scene.browser.post(form.action, form.data | {"reason": ""})
    assert "Pourquoi ce choix" in html_of(refused)
    assert page_of(refused).form_to(scene.url(StepKey.TERRITORIAL_SCALES)).data["retour"] == [PLACE]


@pytest.mark.parametrize(
    "asked",
    [
        "https://ailleurs.example/",
        "//ailleurs.example",
        "relecture",
        "objectives-rows-1-statement\nx",
        'objectives"><script>',
        "objectives-" + "a" * 300,
    ],
)
def test_nothing_else_is_a_place_to_go_back_to(scene, asked):
    scene.store(objectives("Étendre"))

    page = scene.browser.get(scene.url(StepKey.OBJECTIVES), {"retour": asked})
    assert 'name="retour"' not in html_of(page)
    response = scene.post(StepKey.OBJECTIVES, scene.page(StepKey.OBJECTIVES), retour=asked)
    assert response.url == scene.url(StepKey.POSITIONING)


# --- What the team says of its answers -----------------------------------------------------------


def test_the_note_is_shown_to_the_team_alone():
    scene = make_scene()
    statement = VisionStatement(id="v1", text="Public")
    scene.store(Vision(statements=[statement]), note="Demander à Jeanne")

    for role in ("lead", "contributor", "reader"):
        assert "Demander à Jeanne" in html_of(scene.client(role).get(check_page(scene)))
    page = html_of(scene.client("facilitator").get(check_page(scene)))
    assert "Public" in page
    assert "Demander à Jeanne" not in page


def test_what_is_missing_and_what_is_marked_is_reached_from_the_top(scene):
    answer = objectives("Étendre", mark=Mark.DISPUTED, board_question="Qui paie ?")
    scene.store(answer)
    response = scene.browser.get(check_page(scene))
    page, html = page_of(response), html_of(response)

    bar = html.partition('class="check-bar"')[2].partition("</nav>")[0]
    for place in ("manque", "reperes", "points", "soumettre"):
        assert f'href="#{place}"' in bar
        assert f'id="{place}"' in html
    listed = html.partition('class="marked-steps"')[2].partition("</ul>")[0]
    assert "En débat" in listed
    assert "Qui paie ?" in listed
    assert come_back(scene, StepKey.OBJECTIVES, "objectives") in page.links
    lacking = html.partition('class="lacking"')[2].partition("</dl>")[0]
    assert lacking.count("<dt") == len(StepKey)
    assert f"{come_back(scene, StepKey.VISION, 'vision')}#id_vision-statements" in lacking
