"""A diagnostic compared with a version or with another one: on screen, in the report, in Word."""

from __future__ import annotations

import copy
import json
from html import unescape

import pytest
from django.urls import reverse

from diagnostics.domain.answers import BoardDecisions, Objectives
from diagnostics.domain.document import read_document
from diagnostics.domain.vocabulary import EventKind, State, StepKey
from diagnostics.editions import edition_of
from diagnostics.models import Diagnostic, Event, LeftOutRow, VersionRecord
from diagnostics.services.diagnostics import open_diagnostic
from diagnostics.services.left_out import ReasonChanged, Written, mark_of, write_reasons
from diagnostics.services.next_diagnostic import open_next_diagnostic
from diagnostics.services.workflow import request_changes, submit_diagnostic
from tests.factories import DiagnosticFactory
from tests.pages import html_of, page_of
from tests.scene import BASE_URL, REASON, Scene, make_scene
from tests.word_files import word

pytestmark = pytest.mark.django_db

TOLD = "visé en 2029 : 120 · aujourd’hui : 96"
PLACE = ("objectives", "o2")
FIELD = "reason-objectives-o2"


def plain(text: str) -> str:
    return unescape(text).replace("\u00a0", " ").replace("\u202f", " ")


def objective(row_id: str, **fields) -> dict:
    return {"id": row_id, "kind": "quantitative", "unit": "associations", **fields}


def following() -> Scene:
    """A scene whose diagnostic follows another one: an objective has its figure of today, another one
    and a decision are gone."""
    scene = make_scene()
    aims = {"target_value": 120, "deadline_year": 2029}
    scene.store(
        Objectives.model_validate(
            {
                "rows": [
                    objective("o1", statement="Étendre le réseau", **aims),
                    objective("o2", statement="Ouvrir une antenne"),
                ]
            }
        ),
        BoardDecisions.model_validate(
            {"decisions": [{"id": "d1", "text": "Recruter"}, {"id": "d2", "text": "Étudier"}]}
        ),
    )
    submit_diagnostic(scene.diagnostic, user=scene.lead, base_url=BASE_URL)
    scene.former = Diagnostic.objects.get(pk=scene.diagnostic.pk)
    scene.diagnostic = open_next_diagnostic(
        scene.former, title="La suite", base_year=2029, horizon_years=3, user=scene.lead
    )
    reached = objective("o1", statement="Étendre le réseau", baseline_value=96, target_value=200)
    scene.store(
        Objectives.model_validate({"rows": [reached]}),
        BoardDecisions.model_validate({"decisions": [{"id": "d1", "text": "Recruter"}]}),
    )
    return scene


@pytest.fixture(scope="module")
def first_scene(rows_of_the_module) -> Scene:
    with rows_of_the_module.unblock():
        return following()


@pytest.fixture
def scene(first_scene) -> Scene:
    """What :func:`following` makes, once for all the tests; each changes its own copy."""
    return copy.deepcopy(first_scene)


def address(scene: Scene, diagnostic: Diagnostic | None = None) -> str:
    return reverse("diagnostic_compare", args=[(diagnostic or scene.diagnostic).pk])


def shown(scene: Scene, avec: object = None, *, role: str = "reader", status: int = 200) -> str:
    query = {} if avec is None else {"avec": str(avec)}
    response = scene.client(role).get(address(scene), query)
    assert response.status_code == status
    return plain(html_of(response))


# --- With what ---------------------------------------------------------------------------------------


def test_with_the_former_diagnostic(scene):
    page = shown(scene, scene.former.pk)
    assert TOLD in page
    for said in ("Ouvrir une antenne", "abandonné", "Étudier", "pas repris", "proposé de nouveau"):
        assert said in page, said
    assert "Être" in page  # a role that was kept


def test_the_older_one_comes_first_wherever_one_asks(scene):
    scene.diagnostic, later = scene.former, scene.diagnostic
    page = shown(scene, later.pk)
    assert TOLD in page
    # What was left out is explained where it was: on the page of the one that follows.
    assert page_of(scene.browser.get(address(scene), {"avec": later.pk})).post_actions.isdisjoint(
        {reverse("left_out_reasons", args=[scene.diagnostic.pk])}
    )


def test_with_a_version_or_the_last_one_or_the_choice():
    scene = make_scene(State.CHANGES_REQUESTED)
    assert "Rien n’a changé depuis cette version" in shown(scene)
    scene.store(Objectives.model_validate({"rows": [objective("o9", statement="Tout neuf")]}))
    for avec in (None, 1):
        page = shown(scene, avec)
        assert "Depuis la version 1" in page
        assert "Tout neuf" in page
        assert "ajouté" in page
    draft = make_scene()
    assert "Il n’y a encore rien à comparer" in shown(draft)
    others = following()
    page = shown(others)  # a draft, one other diagnostic: there is nothing to choose
    assert "dont celui-ci repart" in page
    assert TOLD in page
    DiagnosticFactory(structure=others.structure)
    page = shown(others)  # another one: the choice
    assert "dont celui-ci repart" in page
    assert TOLD not in page


def test_what_is_not_there_is_not_found():
    scene = make_scene(State.CHANGES_REQUESTED)
    strange = ["2", "0", "-1", "01", "1" * 30, "x", "\x00", "١", "é" * 400]
    statuses = {
        avec: scene.browser.get(address(scene), {"avec": avec}).status_code
        for avec in ["1", "", *strange]
    }
    assert statuses == {"1": 200, "": 200} | dict.fromkeys(strange, 404)


def test_only_diagnostics_of_the_structure(scene):
    elsewhere = scene.stranger.memberships.get().structure.diagnostics.get()
    for pk in (elsewhere.pk, scene.structure.pk, scene.diagnostic.pk):
        assert "Ailleurs" not in shown(scene, pk, role="facilitator", status=404)
    assert scene.client("stranger").get(address(scene)).status_code == 404
    assert str(elsewhere.pk) not in shown(scene, scene.former.pk, role="facilitator")


# --- Why what is gone is gone --------------------------------------------------------------------------


def reasons(scene: Scene, *, client=None, **fields: str):
    client = client or scene.browser
    page = page_of(client.get(address(scene), {"avec": scene.former.pk}))
    post = reverse("left_out_reasons", args=[scene.diagnostic.pk])
    return client.post(post, page.form_to(post).data | fields)


def test_the_team_says_why_and_the_document_and_the_report_tell_it(scene):
    page = page_of(scene.browser.get(address(scene), {"avec": scene.former.pk}))
    data = page.form_to(reverse("left_out_reasons", args=[scene.diagnostic.pk])).data
    assert {name for name in data if name.startswith("reason-") and not name.endswith("-id")} == {
        FIELD,
        "reason-board_decisions-d2",
    }

    response = reasons(scene, **{FIELD: " Trop cher. "}, client=scene.client("contributor"))

    assert response.url == f"{address(scene)}?avec={scene.former.pk}#raisons"
    row = LeftOutRow.objects.get()
    assert (row.step, row.row, row.reason, row.written_by) == (
        *PLACE,
        "Trop cher.",
        scene.contributor,
    )
    event = Event.objects.filter(kind=EventKind.REASONS_WRITTEN.value).get()
    assert event.detail == {"rows": ["o2"]}
    exported = scene.browser.get(reverse("document_json", args=[scene.diagnostic.pk])).content
    told = json.loads(exported)
    assert told["left_out"] == [{"step": "objectives", "row": "o2", "reason": "Trop cher."}]
    document = read_document(exported)
    assert document.as_json() == {name: told[name] for name in told if name != "findings"}
    for page in (
        shown(scene, scene.former.pk),
        plain(html_of(scene.browser.get(reverse("report", args=[scene.diagnostic.pk])))),
    ):
        assert "Pourquoi : Trop cher." in page

    assert reasons(scene, **{FIELD: ""}).status_code == 302
    assert not LeftOutRow.objects.exists()
    assert reasons(scene).status_code == 302  # nothing typed, nothing stored, nothing told
    assert Event.objects.filter(kind=EventKind.REASONS_WRITTEN.value).count() == 2


def test_readers_and_facilitators_write_none(scene):
    reasons(scene, **{FIELD: "Trop cher."})
    post = reverse("left_out_reasons", args=[scene.diagnostic.pk])
    for role, status in (("reader", 403), ("facilitator", 403), ("stranger", 404)):
        client = scene.client(role)
        page = client.get(address(scene), {"avec": scene.former.pk})
        assert post not in page_of(page).post_actions
        response = client.post(post, {FIELD: "Pris"})
        assert response.status_code == status
        assert "Pris" in unescape(response.content.decode())
    assert LeftOutRow.objects.get().reason == "Trop cher."


def test_a_closed_diagnostic_takes_none_and_gives_the_text_back(scene):
    submit_diagnostic(scene.diagnostic, user=scene.lead, base_url=BASE_URL)
    post = reverse("left_out_reasons", args=[scene.diagnostic.pk])
    assert (
        post
        not in page_of(scene.browser.get(address(scene), {"avec": scene.former.pk})).post_actions
    )
    response = scene.browser.post(post, {FIELD: "Trop tard tapé"})
    assert (response.status_code, "Trop tard tapé" in html_of(response)) == (409, True)
    assert not LeftOutRow.objects.exists()


def test_of_two_people_the_second_keeps_the_text_and_reads_the_first(scene):
    page = page_of(scene.browser.get(address(scene), {"avec": scene.former.pk}))
    post = reverse("left_out_reasons", args=[scene.diagnostic.pk])
    opened_before = page.form_to(post).data
    reasons(scene, **{FIELD: "Le premier"}, client=scene.client("contributor"))

    # What one did not touch takes nothing away.
    assert scene.browser.post(post, opened_before).status_code == 302
    assert LeftOutRow.objects.get().reason == "Le premier"

    response = scene.browser.post(post, opened_before | {FIELD: "Le second"})
    html = plain(html_of(response))
    assert response.status_code == 409
    assert "Enregistré entre-temps :</strong> Le premier" in html
    again = page_of(response).form_to(post).data
    assert again[FIELD] == ["Le second"]
    assert LeftOutRow.objects.get().reason == "Le premier"
    assert scene.browser.post(post, again).status_code == 302
    assert LeftOutRow.objects.get().reason == "Le second"


def test_bad_texts_are_refused_at_their_field(scene):
    for text, told in (("x" * 1001, "1 caractère de trop"), ("a\x00b", "caractère invisible")):
        response = reasons(scene, **{FIELD: text})
        assert response.status_code == 422
        assert told in plain(html_of(response))
    assert not LeftOutRow.objects.exists()


def test_a_row_that_is_back_has_nothing_to_explain(scene):
    reasons(scene, **{FIELD: "Trop cher."})
    page = page_of(scene.browser.get(address(scene), {"avec": scene.former.pk}))
    post = reverse("left_out_reasons", args=[scene.diagnostic.pk])
    data = page.form_to(post).data
    row = objective("o2", statement="Ouvrir une antenne")
    scene.store(Objectives.model_validate({"rows": [row]}))
    response = scene.browser.post(post, data | {FIELD: "Autre raison"})
    assert (response.status_code, "Autre raison" in html_of(response)) == (409, True)
    told = json.loads(
        scene.browser.get(reverse("document_json", args=[scene.diagnostic.pk])).content
    )
    assert "left_out" not in told  # it is kept, should the row go again
    assert LeftOutRow.objects.get().reason == "Trop cher."


def test_the_service_asks_again_under_the_lock(scene):
    place = (StepKey.OBJECTIVES, "o2")
    write_reasons(scene.diagnostic, {place: Written("Un", "")}, user=scene.lead)
    with pytest.raises(ReasonChanged):
        write_reasons(scene.diagnostic, {place: Written("Deux", "")}, user=scene.lead)
    assert write_reasons(scene.diagnostic, {place: Written("Un", "")}, user=scene.lead) == 0
    assert (
        write_reasons(scene.diagnostic, {place: Written("Deux", mark_of("Un"))}, user=scene.lead)
        == 1
    )


# --- On paper ------------------------------------------------------------------------------------------


def report(scene: Scene, **query) -> str:
    page = scene.client("reader").get(reverse("report", args=[scene.diagnostic.pk]), query)
    return plain(html_of(page))


def test_the_report_has_a_page_of_it(scene):
    page = report(scene)
    assert 'id="depuis"' in page
    assert "depuis le dernier diagnostic" in page
    assert TOLD in page
    content = edition_of(scene.diagnostic).content
    words = plain(word(content).text)
    assert "depuis le dernier diagnostic" in words
    assert TOLD in words
    scene.diagnostic = scene.former
    assert "depuis le dernier diagnostic" not in report(scene)


def test_a_version_keeps_what_it_compared_with(scene):
    submit_diagnostic(scene.diagnostic, user=scene.lead, base_url=BASE_URL)
    before = edition_of(scene.diagnostic, 1).content.since
    record = VersionRecord.objects.get(version__diagnostic=scene.diagnostic)
    assert record.previous["diagnostic"]["title"] == scene.former.title
    digest = edition_of(scene.diagnostic, 1).digest
    # The former diagnostic changes: the version does not, the report of today does.
    reviewer = {"user": scene.facilitator, "base_url": BASE_URL}
    request_changes(scene.former, reason=REASON, **reviewer)
    request_changes(scene.diagnostic, reason=REASON, **reviewer)
    now = edition_of(scene.diagnostic).digest
    aims = objective("o1", statement="Étendre le réseau", target_value=999, deadline_year=2029)
    following_one, scene.diagnostic = scene.diagnostic, scene.former
    scene.store(Objectives.model_validate({"rows": [aims]}))
    scene.diagnostic = following_one
    assert edition_of(scene.diagnostic, 1).content.since == before
    assert TOLD in report(scene, version="1")
    assert edition_of(scene.diagnostic, 1).digest == digest
    assert "visé en 2029 : 999" in report(scene)
    assert edition_of(scene.diagnostic).digest != now


def test_older_records_have_no_such_page():
    scene = make_scene(State.SUBMITTED)
    assert VersionRecord.objects.get(version__diagnostic=scene.diagnostic).previous is None
    assert "depuis le dernier diagnostic" not in report(scene, version="1")


# --- Over the years ------------------------------------------------------------------------------------


def test_the_structure_has_its_line_of_diagnostics_and_versions(scene):
    open_diagnostic(
        scene.structure, title="À côté", base_year=2030, horizon_years=5, user=scene.lead
    )
    page = scene.client("reader").get(reverse("structure_detail", args=[scene.structure.pk]))
    years = page.context["years"]
    assert [
        (
            entry.diagnostic.title,
            [v.number for v in entry.versions],
            entry.before and entry.before.title,
        )
        for entry in years
    ] == [
        (scene.former.title, [1], None),
        ("La suite", [], scene.former.title),
        ("À côté", [], "La suite"),
    ]
    links = page_of(page).links
    assert f"{address(scene)}?avec={scene.former.pk}" in links
    assert f"{address(scene, scene.former)}?avec=1" in links
    assert [tile.diagnostic.title for tile in page.context["tiles"]] == [
        "À côté",
        "La suite",
        scene.former.title,
    ]
