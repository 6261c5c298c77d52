"""The titles of the chapters, which the lead writes instead of those made by rule."""

from __future__ import annotations

import json

import pytest
from django.urls import reverse

from diagnostics.domain.document import MAX_CHAPTER_TITLE, load_document, read_document
from diagnostics.domain.vocabulary import ChapterKey, State
from diagnostics.models import Diagnostic
from diagnostics.queries import load_diagnostic_document
from diagnostics.report.content import build_report
from diagnostics.services.errors import NotAllowed, ServiceError, WrongState
from diagnostics.services.imports import import_diagnostic
from diagnostics.services.titles import WrittenTitle, write_titles
from diagnostics.services.workflow import submit_diagnostic
from tests.pages import html_of, page_of
from tests.scene import BASE_URL, Scene, make_scene
from tests.word_files import word

pytestmark = pytest.mark.django_db

OURS = "Trois métiers, un seul bureau"
FIELD = "title-actions"


@pytest.fixture
def scene() -> Scene:
    scene = Scene()
    scene.store_demo("sorelle")
    return scene


def address(scene: Scene, name: str = "report_titles") -> str:
    return reverse(name, args=[scene.diagnostic.pk])


def opened(scene: Scene) -> dict[str, str]:
    """What the page of the titles sends as it stands."""
    return page_of(scene.browser.get(address(scene))).form_to(address(scene)).data


def stored(scene: Scene) -> dict[str, str]:
    return Diagnostic.objects.get(pk=scene.diagnostic.pk).chapter_titles


def test_a_title_replaces_the_rule_s_in_every_output_until_it_is_emptied(scene):
    assert address(scene) in page_of(scene.browser.get(address(scene, "report"))).links
    page = html_of(scene.browser.get(address(scene)))
    assert "Par règle\u00a0: Douze activités, cinq d’abord" in page

    response = scene.browser.post(address(scene), opened(scene) | {FIELD: f"  {OURS} "})

    assert response.url == address(scene, "report")
    assert stored(scene) == {"actions": OURS}
    report = html_of(scene.browser.get(response.url))
    assert OURS in report
    assert "Douze activités, cinq d’abord" not in report
    assert "De 150 à 280\u00a0K€, dont 129 à trouver" in report  # the others are the rules'
    exported = scene.browser.get(address(scene, "document_json")).content
    assert json.loads(exported)["chapter_titles"] == {"actions": OURS}
    document = read_document(exported)
    assert (1, OURS) in word(build_report(document, version=None)).headings()
    copy = import_diagnostic(scene.structure, document, user=scene.lead)
    assert copy.chapter_titles == {"actions": OURS}

    scene.browser.post(address(scene), opened(scene) | {FIELD: " "})

    assert stored(scene) == {}
    assert "chapter_titles" not in load_diagnostic_document(scene.diagnostic).as_json()
    assert "Douze activités, cinq d’abord" in html_of(scene.browser.get(response.url))


def test_a_version_keeps_the_titles_of_its_day():
    scene = make_scene()
    write_titles(scene.diagnostic, {ChapterKey.AMBITION: WrittenTitle(OURS, "")}, user=scene.lead)
    version = submit_diagnostic(scene.diagnostic, user=scene.lead, base_url=BASE_URL)
    assert version.content["chapter_titles"] == {"ambition": OURS}
    report = scene.browser.get(address(scene, "report"))
    assert OURS in html_of(report)
    # What is submitted keeps its titles: the page is offered no more.
    assert address(scene) not in page_of(report).links
    late = scene.browser.post(address(scene), {FIELD: "Titre tapé trop tard"})
    assert (late.status_code, "Titre tapé trop tard" in html_of(late)) == (409, True)
    assert stored(scene) == {"ambition": OURS}


def test_of_two_people_the_second_keeps_the_text_and_reads_the_first(scene):
    before = opened(scene)
    assert scene.browser.post(address(scene), before | {FIELD: OURS}).status_code == 302

    # What one did not touch takes nothing away, and another chapter is no conflict.
    other = before | {"title-allies": "Nos appuis"}
    assert scene.browser.post(address(scene), other).status_code == 302
    assert stored(scene) == {"actions": OURS, "allies": "Nos appuis"}
    # Twice the same press: nothing is told as lost.
    assert scene.browser.post(address(scene), other).status_code == 302

    response = scene.browser.post(address(scene), before | {FIELD: "Le second"})

    assert response.status_code == 409
    told = page_of(response).text.replace("\u00a0", " ")
    assert f"Enregistré entre-temps : {OURS}" in told
    assert stored(scene)["actions"] == OURS
    again = page_of(response).form_to(address(scene)).data
    assert again[FIELD] == ["Le second"]
    assert scene.browser.post(address(scene), again).status_code == 302
    assert stored(scene)["actions"] == "Le second"


def test_a_title_that_is_too_long_is_given_back(scene):
    long = "Très " * 20
    response = scene.browser.post(address(scene), opened(scene) | {FIELD: long})
    assert response.status_code == 422
    assert page_of(response).form_to(address(scene)).data[FIELD] == [long]
    assert stored(scene) == {}
    written = {ChapterKey.COST: WrittenTitle("x" * (MAX_CHAPTER_TITLE + 1), "")}
    with pytest.raises(ServiceError):
        write_titles(scene.diagnostic, written, user=scene.lead)
    with pytest.raises(ServiceError):
        write_titles(
            scene.diagnostic, {ChapterKey.COST: WrittenTitle("a\x07", "")}, user=scene.lead
        )


def test_right_and_state_are_asked_again_under_the_lock(scene):
    written = {ChapterKey.COST: WrittenTitle(OURS, "")}
    for person in (scene.contributor, scene.reader, scene.facilitator, scene.stranger):
        with pytest.raises(NotAllowed):
            write_titles(scene.diagnostic, written, user=person)
    Diagnostic.objects.filter(pk=scene.diagnostic.pk).update(
        state=State.SUBMITTED.value, submitted_at=scene.diagnostic.created_at
    )
    with pytest.raises(WrongState):
        write_titles(scene.diagnostic, written, user=scene.lead)
    assert stored(scene) == {}


def test_documents_of_every_schema_are_read():
    scene = make_scene()
    value = load_diagnostic_document(scene.diagnostic).as_json()
    for schema in range(1, 6):
        assert load_document(value | {"schema": schema}).chapter_titles == {}
    told = value | {"chapter_titles": {"cost": OURS}}
    assert load_document(told).as_json()["chapter_titles"] == {"cost": OURS}
    for wrong in ({"prix": OURS}, {"cost": ""}, {"cost": "x" * 91}, {"cost": "a\x07b"}):
        with pytest.raises(ValueError, match="chapter_titles"):
            load_document(value | {"chapter_titles": wrong})
