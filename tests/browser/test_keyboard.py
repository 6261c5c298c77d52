"""By keyboard alone: saving, errors, the skip link, the rows."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.helpers import a_diagnostic, row, step_path


@pytest.fixture
def diagnostic(kit):
    return a_diagnostic()[0]


@pytest.fixture
def page(open_browser, diagnostic) -> Page:
    return open_browser(diagnostic.created_by)


def test_enter_goes_to_the_next_field_and_never_leaves(page, diagnostic):
    page.goto(step_path(diagnostic, "alliances"))
    here = page.url
    first = row(page, "Acteur", 1)
    first.get_by_label("Acteur", exact=True).fill("CRESS")
    page.keyboard.press("Enter")
    expect(first.get_by_label("Famille")).to_be_focused()
    # From a box too: a browser would send the form.
    page.goto(step_path(diagnostic, "activities"))
    page.get_by_role("checkbox", name="Sensibiliser").press("Enter")
    page.goto(step_path(diagnostic, "economic_model"))
    page.locator("#id_economic_model-now-fte").press("Enter")
    expect(page.locator("#id_economic_model-now-team_detail")).to_be_focused()
    assert page.url == here.replace("alliances", "economic_model")


def test_an_error_takes_the_focus_and_leads_to_its_field(page, diagnostic):
    page.goto(step_path(diagnostic, "economic_model"))
    field = page.locator("#id_economic_model-now-fte")
    field.fill("beaucoup")
    page.get_by_role("button", name="Enregistrer et continuer").press("Enter")
    summary = page.locator(".error-summary")
    expect(summary).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(field).to_be_focused()
    expect(field).to_have_attribute("aria-invalid", "true")
    described = field.get_attribute("aria-describedby").split()
    texts = [page.locator(f"[id='{name}']").inner_text() for name in described]
    assert any("Indiquez un nombre" in text for text in texts)


def test_the_skip_link_leads_to_the_content(page, diagnostic):
    page.goto(step_path(diagnostic, "vision"))
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Aller au contenu")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()


def test_row_buttons_keep_a_sensible_focus(page, diagnostic):
    page.goto(step_path(diagnostic, "vision"))

    def statement(number: int):
        return row(page, "Énoncé", number).get_by_label("Énoncé")

    statement(1).fill("un")
    for text, number in (("deux", 2), ("trois", 3)):
        page.get_by_role("button", name="Ajouter un énoncé").press("Enter")
        expect(statement(number)).to_be_focused()
        page.keyboard.type(text)
    expect(page.locator("[data-live]")).to_have_text("Ligne ajoutée : énoncé 3.")

    # The button that moved the row keeps the focus; at the end of its way, the row takes it.
    page.get_by_role("button", name="Monter : énoncé 3").press("Enter")
    expect(page.get_by_role("button", name="Monter : énoncé 2")).to_be_focused()
    page.keyboard.press("Enter")
    expect(row(page, "Énoncé", 1)).to_be_focused()
    expect(statement(1)).to_have_value("trois")
    expect(page.get_by_role("button", name="Monter : énoncé 1")).to_be_hidden()

    page.get_by_role("button", name="Retirer : énoncé 2").press("Enter")
    expect(row(page, "Énoncé", 2)).to_be_focused()
    expect(statement(2)).to_have_value("deux")
    page.get_by_role("button", name="Retirer : énoncé 2").press("Enter")
    page.get_by_role("button", name="Retirer : énoncé 1").press("Enter")
    expect(page.get_by_role("button", name="Ajouter un énoncé")).to_be_focused()
