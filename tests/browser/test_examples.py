"""The examples of the kit: beside the form or above it, used and taken back."""

import pytest
from playwright.sync_api import Page, expect

from diagnostics.models import Answer, Diagnostic
from tests.browser.helpers import a_diagnostic, row, step_path, wait_until

DESK = {"width": 1400, "height": 900}
PHONE = {"width": 390, "height": 844}
CUB3 = "Créer des cub3 locaux"


@pytest.fixture
def diagnostic(kit) -> Diagnostic:
    return a_diagnostic()[0]


@pytest.fixture
def page(open_browser, diagnostic) -> Page:
    return open_browser(diagnostic.created_by, viewport=DESK)


def chip(page: Page, start: str):
    return page.locator("#exemples").get_by_role("button", name=start)


def texts() -> list[str]:
    answer = Answer.objects.filter(step="activities").first()
    return [line["text"] for line in answer.value["rows"]] if answer else []


def test_they_stand_beside_the_form_or_folded_above_it(page, diagnostic):
    page.goto(step_path(diagnostic, "vision"))
    sheet, examples = page.locator(".sheet"), page.locator("#exemples")
    box, beside = sheet.bounding_box(), examples.bounding_box()
    assert beside["x"] >= box["x"] + box["width"]
    expect(chip(page, "Une dynamique territoriale")).to_be_visible()

    page.set_viewport_size(PHONE)
    expect(chip(page, "Une dynamique territoriale")).to_be_hidden()
    field = row(page, "Énoncé", 1).get_by_role("textbox")
    assert examples.bounding_box()["y"] < field.bounding_box()["y"]
    examples.locator("summary").press("Enter")
    chip(page, "Une dynamique territoriale").click()
    expect(field).to_have_value("Une dynamique territoriale collective est instaurée")


def test_a_used_example_says_so_and_a_second_click_takes_it_back(page, diagnostic):
    page.goto(step_path(diagnostic, "activities"))
    example = chip(page, CUB3)
    page.evaluate("scrollTo(0, 60)")

    example.press("Enter")

    expect(example).to_have_accessible_name(f"{CUB3} (repris)")
    expect(example.locator(".plus")).to_have_text("✓")
    expect(example).to_be_focused()
    assert page.evaluate("scrollY") == 60, "the page jumped"
    wait_until(lambda: texts() == [CUB3], "not saved")
    page.reload()
    expect(example).to_have_accessible_name(f"{CUB3} (repris)")

    example.press("Enter")
    expect(example).to_have_accessible_name(CUB3)
    wait_until(lambda: texts() == [], "not taken back")


def test_what_was_adapted_is_not_taken_back(page, diagnostic):
    page.goto(step_path(diagnostic, "activities"))
    chip(page, CUB3).click()
    row(page, "Activité", 1).get_by_label("Année de démarrage").evaluate(
        "e => { e.value = '2027'; e.dispatchEvent(new Event('input', {bubbles: true})) }"
    )
    chip(page, CUB3).click()
    expect(page.locator("[data-live]")).to_contain_text("retirez-la elle-même")
    expect(row(page, "Activité", 1).get_by_role("textbox").first).to_have_value(CUB3)
    row(page, "Activité", 1).get_by_role("textbox").first.fill("Autre chose")
    expect(chip(page, CUB3)).to_have_accessible_name(CUB3)


def test_additions_to_the_kit_are_propositions(page, diagnostic):
    page.goto(step_path(diagnostic, "board_decisions"))
    expect(page.locator("#exemples").get_by_role("heading")).to_have_text("Propositions")
    expect(chip(page, "Adopter les objectifs à 3 ans")).to_be_visible()


def test_without_javascript_they_are_used_and_taken_back(no_script, diagnostic):
    page = no_script(diagnostic.created_by)
    page.goto(step_path(diagnostic, "activities"))
    chip(page, CUB3).click()
    expect(chip(page, CUB3)).to_have_accessible_name(f"{CUB3} (repris)")
    assert texts() == [CUB3]
    assert page.url.endswith(f"#{chip(page, CUB3).get_attribute('id')}")
    chip(page, CUB3).click()
    expect(chip(page, CUB3)).to_have_accessible_name(CUB3)
    assert texts() == []
