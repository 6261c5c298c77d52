"""The « fil rouge » in a browser: tying in place, following a thread, placing an activity."""

import re

import pytest
from playwright.sync_api import Page, expect

from diagnostics.models import Diagnostic, Membership, User
from tests.browser.helpers import opened, row, save, step_path


@pytest.fixture
def brumelle(demo) -> tuple[Diagnostic, User]:
    """An open diagnostic where nothing is tied yet, and its lead."""
    diagnostic = Diagnostic.objects.get(structure=demo["Lien Brumelle"])
    return diagnostic, Membership.objects.get(structure=diagnostic.structure).user


def the_form(page: Page, gap: str):
    """The form of a missing link."""
    return page.locator(f'form:has(input[name="gap"][value="{gap}"])')


def tie_all_by_hand(page: Page) -> None:
    """Tie the first activity to the objective, place the second, settle the third."""
    card = page.get_by_role("region", name="Activités qui ne servent aucun objectif")
    card.locator("summary", has_text="A1").click()
    form = the_form(page, "activity-objective:b1")
    form.get_by_label("O1 · Faire connaître").check()
    form.get_by_role("button", name="Relier").click()
    expect(page.get_by_role("status")).to_contain_text("Enregistré")

    places = page.get_by_role("region", name="Activités sans échelon")
    places.locator("summary", has_text="A2").click()
    form = the_form(page, "activity-scale:b2")
    form.get_by_label("Échelon de cette activité").select_option(label="Bassin de vie")
    form.get_by_role("button", name="Placer").click()
    expect(page.get_by_role("status")).to_contain_text("Bassin de vie")

    card.locator("summary", has_text="A3").click()
    form = the_form(page, "activity-objective:b3")
    form.get_by_label("Aucun objectif, volontairement").check()
    form.get_by_role("button", name="Relier").click()
    expect(page.get_by_role("status")).to_contain_text("aucun objectif, volontairement")


# Without JavaScript, what the server answers: tests/integration/test_thread.py.
@pytest.mark.parametrize(
    "script",
    [True, pytest.param(False, marks=pytest.mark.thorough)],
    ids=["with JavaScript", "without"],
)
def test_rows_are_tied_in_place(open_browser, live_server, brumelle, script):
    diagnostic, lead = brumelle
    page = open_browser(lead, java_script_enabled=script)
    page.goto(f"/diagnostics/{diagnostic.pk}/")
    page.get_by_role("link", name="Fil rouge").first.click()

    tie_all_by_hand(page)

    rows = diagnostic.answers.get(step="activities").value["rows"]
    assert [(r["serves"], r.get("serves_none")) for r in rows] == [
        (["o1"], None),
        ([], None),
        ([], True),
    ]
    (_, placed) = diagnostic.answers.get(step="territorial_scales").value["rows"]
    assert (placed["activity"], placed["scale"]) == ("b2", "living_area")


def test_none_and_the_others_untick_each_other(open_browser, brumelle):
    diagnostic, lead = brumelle
    page = open_browser(lead)
    page.goto(f"/diagnostics/{diagnostic.pk}/fil-rouge/?relier=activity-objective:b1")
    form = the_form(page, "activity-objective:b1")
    link, none = form.get_by_label("O1 ·"), form.get_by_label("Aucun objectif, volontairement")
    link.check()
    none.check()
    expect(link).not_to_be_checked()
    link.check()
    expect(none).not_to_be_checked()

    page.goto(step_path(diagnostic, "activities"))
    first, second = opened(row(page, "Activité", 1)), opened(row(page, "Activité", 2))
    second.get_by_label("O1 ·").check()
    first.get_by_label("O1 ·").check()
    first.get_by_label("Aucun objectif, volontairement").check()
    expect(first.get_by_label("O1 ·")).not_to_be_checked()
    expect(second.get_by_label("O1 ·")).to_be_checked()
    save(page)
    rows = diagnostic.answers.get(step="activities").value["rows"]
    assert [(r["serves"], r.get("serves_none")) for r in rows][:2] == [([], True), (["o1"], None)]


def test_pointing_at_a_card_shows_its_thread(open_browser, demo):
    diagnostic = Diagnostic.objects.get(structure=demo["Passerelles en Sorelle"])
    lead = Membership.objects.get(structure=diagnostic.structure, role="lead").user
    page = open_browser(lead)
    page.set_viewport_size({"width": 1400, "height": 1300})
    page.goto(f"/diagnostics/{diagnostic.pk}/fil-rouge/")
    cards = page.locator(".thread-scroll [data-card]")

    cards.filter(has_text="O2").hover()

    expect(page.locator(".thread-scroll svg")).to_have_class(re.compile("is-traced"))
    tied = page.locator(".thread-scroll [data-card].is-tied")
    names = [re.sub(r"\s+", " ", text)[:4] for text in tied.all_text_contents()]
    assert {"Être", "O2Ét", "A3Cr", "A7Pr", "Bass", "Mede", "CPME", "CCI ", "Univ"} == set(names)
    page.mouse.move(5, 5)
    expect(page.locator(".is-traced")).to_have_count(0)
