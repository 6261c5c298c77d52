"""« Repartir de ce diagnostic »: asked first, copied whole, in one transaction, and told on the pages."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.urls import reverse

from diagnostics.domain.starting_again import start_again
from diagnostics.domain.vocabulary import EventKind, State, StepKey
from diagnostics.models import Acknowledgement, Answer, Diagnostic, Event
from diagnostics.queries import load_diagnostic_document
from diagnostics.services.diagnostics import delete_diagnostic
from diagnostics.services.errors import NotAllowed, ServiceError
from diagnostics.services.next_diagnostic import open_next_diagnostic
from tests.pages import html_of, page_of
from tests.scene import Scene, demo_document, make_scene
from tests.threads import at_once

YEARS = {"base_year": "2029", "horizon_years": "3"}


def opening(scene: Scene) -> str:
    return reverse("diagnostic_create", args=[scene.structure.pk])


def adopted(name: str = "sorelle") -> Scene:
    """A scene whose diagnostic holds a demo document and was submitted once."""
    scene = make_scene(State.VALIDATED)
    scene.diagnostic.answers.all().delete()
    scene.store_all(demo_document(name))
    return scene


def start(scene: Scene, **asked) -> Diagnostic:
    """Open the next diagnostic of a scene, and have the scene play in it."""
    former = scene.diagnostic
    years = {"title": "Ambition 2029–2032", "base_year": 2029, "horizon_years": 3}
    scene.diagnostic = open_next_diagnostic(former, **years | asked, user=scene.lead)
    return former


# --- What it starts from -----------------------------------------------------------------------------


@pytest.mark.django_db
def test_every_answer_is_copied_and_the_former_diagnostic_stays():
    scene = adopted()
    scene.diagnostic.answers.filter(step="vision").update(internal_note="Entre nous")
    before = scene.stored_rows()["answers"]

    former = start(scene)

    assert scene.diagnostic.previous == former
    assert (scene.diagnostic.state, scene.diagnostic.workshops) == ("draft", [])
    expected = start_again(load_diagnostic_document(former), base_year=2029)
    document = load_diagnostic_document(Diagnostic.objects.get(pk=scene.diagnostic.pk))
    assert document.answers == expected
    assert [row.mark for row in scene.diagnostic.answers.all()] == ["to_review"] * 11
    assert set(scene.diagnostic.answers.values_list("internal_note", flat=True)) == {""}
    assert not Acknowledgement.objects.filter(diagnostic=scene.diagnostic).exists()
    assert scene.diagnostic.indicators["steps_complete"] == 0  # each is to be read again
    rows = list(Answer.objects.filter(diagnostic=former).order_by("pk").values())
    assert [row for row in before if row["diagnostic_id"] == former.pk] == rows
    event = Event.objects.filter(diagnostic=scene.diagnostic).get()
    assert (event.kind, event.detail) == (
        EventKind.DIAGNOSTIC_OPENED.value,
        {"previous": str(former.pk), "from": former.title},
    )
    journal = scene.browser.get(reverse("journal", args=[scene.diagnostic.pk]))
    assert f"a ouvert le diagnostic en repartant de « {former.title} »" in unescape(
        html_of(journal)
    ).replace("\u00a0", " ")


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["sorelle", "brumelle", "arvelle"])
def test_every_copied_answer_saves_unchanged(name: str):
    """The page of each step, sent as it is, changes nothing: what was copied is what forms read."""
    scene = adopted(name)
    start(scene)
    rows = {row.step: row.value for row in scene.diagnostic.answers.all()}
    for step in rows:
        key = StepKey(step)
        assert scene.post(key, scene.page(key)).status_code == 302
        assert (scene.row(key).value, scene.row(key).revision) == (rows[step], 1), step
        assert scene.kept(key) == {}, step


@pytest.mark.django_db
def test_a_step_tells_that_it_was_taken_over_until_it_is_read_again():
    scene = adopted()
    former = start(scene)

    def page(step: StepKey) -> str:
        return unescape(html_of(scene.browser.get(scene.url(step))))

    told = page(StepKey.ECONOMIC_MODEL)
    assert "Repris du diagnostic précédent" in told
    assert "corrigez-la avec ce qui est" in told
    compare = reverse("diagnostic_compare", args=[scene.diagnostic.pk])
    assert f"{compare}?avec={former.pk}" in told
    scene.post(
        StepKey.ECONOMIC_MODEL, scene.page(StepKey.ECONOMIC_MODEL), **{"economic_model-mark": ""}
    )
    assert "Repris du diagnostic précédent" not in page(StepKey.ECONOMIC_MODEL)
    assert "Repris du diagnostic précédent" in page(StepKey.VISION)


@pytest.mark.django_db
def test_a_mark_of_a_first_diagnostic_says_nothing_of_another_one():
    scene = make_scene()
    Answer.objects.filter(diagnostic=scene.diagnostic).update(mark="to_review")
    page = unescape(html_of(scene.browser.get(scene.url(StepKey.VISION))))
    assert "Repris du diagnostic précédent" not in page


# --- Asked first -------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_first_diagnostic_is_asked_nothing_and_a_second_one_first():
    scene = adopted()
    page = scene.browser.get(opening(scene))
    html = unescape(html_of(page))
    assert list(page.context["form"].fields)[0] == "start_from"
    assert f"Repartir de « {scene.diagnostic.title} » (2026–2029, validé)" in html.replace(
        "\u00a0", " "
    )
    assert "Partir d’une page blanche" in html
    data = page_of(page).form_to("").data
    assert data["start_from"] == [str(scene.diagnostic.pk)]  # it was submitted once
    empty = Scene()
    delete_diagnostic(empty.diagnostic, user=empty.lead)
    page = empty.browser.get(opening(empty))
    assert "start_from" not in page.context["form"].fields


@pytest.mark.django_db
def test_a_draft_is_not_proposed_but_can_be_asked_for():
    scene = make_scene()
    page = page_of(scene.browser.get(opening(scene)))
    assert page.form_to("").data["start_from"] == ["vide"]
    asked = scene.browser.get(opening(scene), {"depuis": str(scene.diagnostic.pk)})
    assert page_of(asked).form_to("").data["start_from"] == [str(scene.diagnostic.pk)]
    for text in ("?", "vide", "\x00", "x" * 300, str(scene.structure.pk)):
        page = scene.browser.get(opening(scene), {"depuis": text})
        assert (page.status_code, page_of(page).form_to("").data["start_from"]) == (200, ["vide"])


@pytest.mark.django_db
@pytest.mark.parametrize(("start_from", "steps"), [("former", 11), ("vide", 0), ("", 0)])
def test_one_chooses(start_from: str, steps: int):
    scene = adopted()
    pk = str(scene.diagnostic.pk)
    data = YEARS | {"start_from": pk if start_from == "former" else start_from}
    response = scene.browser.post(opening(scene), data)
    following = Diagnostic.objects.exclude(pk=pk).get(structure=scene.structure)
    names = (
        ("diagnostic_home", [following.pk])
        if steps
        else ("diagnostic_step", [following.pk, "vision"])
    )
    assert response.url == reverse(names[0], args=names[1])
    assert following.answers.count() == steps
    assert following.previous_id == (scene.diagnostic.pk if steps else None)
    assert following.title == "Ambition 2029–2032"


@pytest.mark.django_db
def test_what_cannot_be_started_from_is_refused_with_what_was_typed():
    scene = adopted()
    others = scene.stranger.memberships.get().structure.diagnostics.get()
    for start_from, base_year, told in (
        (str(others.pk), "2029", "choisissez un autre point de départ"),
        ("n’importe quoi", "2029", "choisissez un autre point de départ"),
        (str(scene.diagnostic.pk), "2025", "commence en 2026"),
    ):
        data = {"start_from": start_from, "base_year": base_year, "horizon_years": "3"}
        response = scene.browser.post(opening(scene), data | {"title": "Tapé"})
        html = unescape(html_of(response))
        assert (response.status_code, told in html, "Tapé" in html) == (200, True, True)
    assert Diagnostic.objects.filter(structure=scene.structure).count() == 1
    with pytest.raises(ServiceError, match="2026 au plus tôt"):
        start(scene, base_year=2025)


@pytest.mark.django_db
def test_the_same_years_are_asked_about_first():
    scene = adopted()
    data = {"start_from": str(scene.diagnostic.pk), "base_year": "2026", "horizon_years": "3"}
    response = scene.browser.post(opening(scene), data)
    assert "Un diagnostic existe déjà pour 2026–2029" in unescape(html_of(response))
    form = page_of(response).form_to("").data
    assert form["start_from"] == [str(scene.diagnostic.pk)]
    response = scene.browser.post(opening(scene), data | {"beside_another": "1"})
    assert response.status_code == 302
    assert Diagnostic.objects.filter(previous=scene.diagnostic, base_year=2026).count() == 1


# --- Rights, and two at once --------------------------------------------------------------------------


@pytest.mark.django_db
def test_only_the_lead_starts_again():
    scene = adopted()
    for role, status in (
        ("reader", 403),
        ("contributor", 403),
        ("facilitator", 403),
        ("stranger", 404),
    ):
        client = scene.client(role)
        data = YEARS | {"start_from": str(scene.diagnostic.pk)}
        assert client.get(opening(scene)).status_code == status
        assert client.post(opening(scene), data).status_code == status
    with pytest.raises(NotAllowed):
        open_next_diagnostic(
            scene.diagnostic, title="T", base_year=2029, horizon_years=3, user=scene.contributor
        )
    assert Diagnostic.objects.filter(structure=scene.structure).count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["lead", "contributor", "reader", "facilitator"])
@pytest.mark.parametrize("state", [State.DRAFT, State.VALIDATED])
def test_the_home_page_leads_there_for_those_who_may(role: str, state: State):
    scene = make_scene(state)
    home = page_of(scene.client(role).get(reverse("diagnostic_home", args=[scene.diagnostic.pk])))
    leads = f"{opening(scene)}?depuis={scene.diagnostic.pk}" in home.links
    assert leads is (role == "lead" and state is State.VALIDATED)


@pytest.mark.django_db
def test_what_was_deleted_meanwhile_is_not_started_from():
    scene = make_scene()
    former = Diagnostic.objects.get(pk=scene.diagnostic.pk)
    delete_diagnostic(scene.diagnostic, user=scene.lead)
    with pytest.raises(NotAllowed, match="supprimé"):
        open_next_diagnostic(former, title="T", base_year=2029, horizon_years=3, user=scene.lead)
    assert not Diagnostic.objects.filter(structure=scene.structure).exists()


@pytest.mark.django_db
def test_what_fails_leaves_nothing(monkeypatch):
    scene = adopted()
    before = scene.stored_rows()

    def fails(*_args):
        raise ServiceError("Le kit a changé.")

    monkeypatch.setattr("diagnostics.services.next_diagnostic.rows_to_store", fails)
    with pytest.raises(ServiceError):
        start(scene)
    assert scene.stored_rows() == before
    assert Event.objects.filter(kind=EventKind.DIAGNOSTIC_OPENED.value).count() == 2  # theirs, ours


@pytest.mark.django_db(transaction=True)
def test_two_presses_open_one():
    scene = adopted()
    clients = [scene.client_of(scene.lead) for _ in range(2)]
    token = re.search(r'name="once" value="(\w+)"', html_of(clients[0].get(opening(scene))))[1]
    data = YEARS | {"start_from": str(scene.diagnostic.pk), "once": token}
    answers = at_once(*[lambda c=c: c.post(opening(scene), data) for c in clients])
    assert [answer.status_code for answer in answers] == [302, 302]
    assert Diagnostic.objects.filter(previous=scene.diagnostic).count() == 1
    assert Answer.objects.filter(diagnostic__previous=scene.diagnostic).count() == 11
