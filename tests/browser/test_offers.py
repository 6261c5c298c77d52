"""Numbers that are offered in the unit of their field, texts that are counted and never cut."""

import re

import pytest
from playwright.sync_api import Page, expect

from diagnostics.models import Answer, Diagnostic, KeptText
from tests.browser.helpers import a_diagnostic, opened, row, step_path, wait_until

pytestmark = pytest.mark.django_db(transaction=True)
BUDGET = "[name=economic_model-now-budget_min_keur]"
TEAM = "[name=economic_model-now-fte]"


@pytest.fixture
def diagnostic(kit) -> Diagnostic:
    return a_diagnostic()[0]


def now() -> dict:
    answer = Answer.objects.filter(step="economic_model").first()
    return answer.value["now"] if answer else {}


def test_an_offer_is_taken_by_a_click_or_by_enter(open_browser, diagnostic):
    page = open_browser(diagnostic.created_by)
    page.goto(step_path(diagnostic, "economic_model"))
    page.locator(BUDGET).fill("1,2 M€")
    page.locator(TEAM).fill("mi-temps")
    offer = page.get_by_role("button", name="Écrire 1 200 K€")
    expect(offer).to_be_visible()
    assert now().get("budget_min_keur") is None
    offer.click()
    expect(page.locator(BUDGET)).to_have_value("1200")
    expect(page.locator(BUDGET)).to_be_focused()
    expect(page.get_by_role("button", name="Écrire 0,5 ETP")).to_be_visible()
    page.locator(TEAM).press("Enter")
    expect(page.locator(TEAM)).to_have_value("0,5")
    wait_until(lambda: now().get("fte") == 0.5, "not saved")
    assert now()["budget_min_keur"] == 1200
    expect(page.locator("[aria-invalid=true]")).to_have_count(0)
    assert page.url.endswith(step_path(diagnostic, "economic_model"))
    assert not KeptText.objects.exists()


def test_an_offer_follows_its_row(open_browser, diagnostic):
    page = open_browser(diagnostic.created_by)
    page.goto(step_path(diagnostic, "objectives"))
    row(page, "Objectif", 1).get_by_label("Valeur cible").fill("une vingtaine")
    expect(page.get_by_role("button", name="Écrire 20")).to_be_visible()
    page.get_by_role("button", name="Ajouter un objectif").click()
    opened(row(page, "Objectif", 1)).get_by_role("button", name="Descendre").click()
    moved = row(page, "Objectif", 2)
    moved.get_by_role("button", name="Écrire 20").click()
    expect(moved.get_by_label("Valeur cible")).to_have_value("20")
    expect(row(page, "Objectif", 1).get_by_label("Valeur cible")).to_have_value("")


def test_an_offer_is_taken_without_javascript(no_script, diagnostic):
    page = no_script(diagnostic.created_by)
    page.goto(step_path(diagnostic, "economic_model"))
    page.locator(BUDGET).fill("125 000 €")
    page.get_by_role("button", name="Enregistrer", exact=True).click()
    page.get_by_role("button", name="Écrire 125 K€").click()
    expect(page.locator(BUDGET)).to_have_value("125")
    assert now()["budget_min_keur"] == 125
    assert not KeptText.objects.exists()


def test_a_text_that_is_too_long_is_counted_and_kept(open_browser, diagnostic):
    page: Page = open_browser(diagnostic.created_by)
    page.goto(step_path(diagnostic, "vision"))
    field = row(page, "Énoncé", 1).get_by_role("textbox", name="Énoncé")
    field.fill("x" * 270)
    count = page.locator("[data-count]")
    expect(count).to_have_text("encore 10 caractères sur 280")
    field.fill("x" * 348)
    too_long = "68 caractères de trop : 280 au plus."
    expect(count).to_have_text(too_long)
    expect(page.locator("[data-save-state]")).to_contain_text("sauf 1 saisie à corriger")
    # Said once for the eye; the field is still described by what the save refused.
    expect(page.locator("[data-refused]")).to_have_class(re.compile("visually-hidden"))
    expect(field).to_have_accessible_description(re.compile("68.caractères de trop"))
    expect(field).to_have_value("x" * 348)
    field.fill("x" * 280)
    expect(count).to_have_text("encore 0 caractère sur 280")
