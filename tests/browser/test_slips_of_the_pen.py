"""A slip of the pen is asked at its field as it is typed, and mended by one click."""

import re

import pytest
from playwright.sync_api import Page, expect

from diagnostics.models import Acknowledgement, Answer, Diagnostic
from tests.browser.helpers import a_diagnostic, row, step_path, wait_until

pytestmark = pytest.mark.django_db(transaction=True)
LOW, HIGH, TEAM = (
    f"[name=economic_model-now-{name}]" for name in ("budget_min_keur", "budget_max_keur", "fte")
)
PUBLIC, PRIVATE, SELF = (
    f"[name=economic_model-target-{n}_pct]" for n in ("public", "private", "self")
)


@pytest.fixture
def diagnostic(kit) -> Diagnostic:
    return a_diagnostic()[0]


def stored(column: str) -> dict:
    answer = Answer.objects.filter(step="economic_model").first()
    return answer.value[column] if answer else {}


def type_in_euros(page: Page) -> None:
    for field, text in ((TEAM, "2"), (LOW, "92000"), (HIGH, "95 000")):
        page.locator(field).fill(text)


def test_it_is_asked_as_it_is_typed_and_one_click_mends_it(open_browser, diagnostic):
    page = open_browser(diagnostic.created_by)
    page.goto(step_path(diagnostic, "economic_model"))
    type_in_euros(page)
    slip = page.locator("[data-slip]")
    expect(slip).to_have_count(1)
    expect(slip).to_contain_text("soit 92\u00a0–\u00a095\u00a0millions d’euros")
    expect(page.locator("[data-live]")).to_contain_text("À vérifier")
    expect(page.locator(LOW)).to_have_accessible_description(
        re.compile("Le budget s’écrit en milliers d’euros")
    )
    expect(page.locator("[aria-invalid=true]")).to_have_count(0)
    expect(page.locator("#step-side").get_by_role("link", name="N (2026), Budget")).to_be_visible()
    assert stored("now")["budget_min_keur"] == 92000  # nothing is held back

    page.get_by_role("button", name="Mettre 92\u00a0–\u00a095\u00a0K€").press("Enter")
    expect(page.locator(LOW)).to_have_value("92")
    expect(page.locator(HIGH)).to_have_value("95")
    expect(page.locator(LOW)).to_be_focused()
    expect(slip).to_have_count(0)
    assert page.locator(LOW).get_attribute("aria-describedby") is None
    wait_until(lambda: stored("now")["budget_min_keur"] == 92, "not saved")
    expect(page.locator("#step-side")).not_to_contain_text("À vérifier")
    assert page.url.endswith(step_path(diagnostic, "economic_model"))


def test_what_is_typed_well_takes_the_question_away(open_browser, diagnostic):
    page = open_browser(diagnostic.created_by)
    page.goto(step_path(diagnostic, "economic_model"))
    for field, text in ((PUBLIC, "0,33"), (PRIVATE, "0,33"), (SELF, "0,34")):
        page.locator(field).fill(text)
    slip = page.locator("[data-slip]")
    expect(slip).to_contain_text("33, et non 0,33")
    page.locator(SELF).fill("34")
    expect(slip).to_have_count(0)


def test_a_question_follows_its_row_and_may_be_meant(open_browser, diagnostic):
    page = open_browser(diagnostic.created_by)
    page.goto(step_path(diagnostic, "objectives"))
    first = row(page, "Objectif", 1)
    first.get_by_label("Énoncé").fill("Délai de réponse")
    first.get_by_label("Nature").select_option("quantitative")
    first.get_by_label("Valeur actuelle").fill("40")
    first.get_by_label("Valeur cible").fill("20")
    first.get_by_label("Unité").fill("jours")
    expect(first.locator("[data-slip]")).to_contain_text("Est-ce une baisse voulue")
    first.get_by_label("Énoncé").press("Tab")
    first.locator("[data-slip]").get_by_role("button", name="C’est voulu").click()
    page.wait_for_url("**#id_objectives-rows-0-target_value")
    expect(page.locator("[data-slip]")).to_have_count(0)
    assert Acknowledgement.objects.get().rule == "S8"


# What the server answers: tests/integration/test_slips_at_fields.py.
@pytest.mark.thorough
def test_it_is_asked_and_mended_without_javascript(no_script, diagnostic):
    page = no_script(diagnostic.created_by)
    page.goto(step_path(diagnostic, "economic_model"))
    type_in_euros(page)
    page.get_by_role("button", name="Enregistrer", exact=True).click()
    expect(page.locator("[data-slip]")).to_contain_text("vouliez-vous")
    page.get_by_role("button", name="Mettre 92\u00a0–\u00a095\u00a0K€").click()
    expect(page.locator(LOW)).to_have_value("92")
    expect(page.locator("[data-slip]")).to_have_count(0)
    assert stored("now")["budget_max_keur"] == 95
