"""« Et si ? » is counted again as one types, and saved with the step."""

import pytest
from playwright.sync_api import expect

from diagnostics.models import Answer
from tests.browser.helpers import a_diagnostic, step_path, wait_until

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_lever_that_is_being_typed_is_struck_out(open_browser, kit):
    diagnostic = a_diagnostic()[0]
    page = open_browser(diagnostic.created_by)
    page.goto(step_path(diagnostic, "economic_model"))
    stop_first = page.locator("[name=economic_model-scenarios-0-stop_first]")
    expect(stop_first).to_be_hidden()
    page.locator("[name=economic_model-target-budget_min_keur]").fill("280")
    page.locator("[name=economic_model-levers-0-text]").fill("Région")
    page.locator("[name=economic_model-levers-0-amount_target_keur]").fill("40")

    page.get_by_label("Quel levier disparaît").select_option(label="L1 · Région")
    said = page.locator("#scenario-funder_leaves .scenario-headline")
    expect(said).to_have_text("Sans « Région » : il manque 40 K€ sur 280 (14 %).")
    page.locator("[name=economic_model-levers-0-amount_target_keur]").fill("70")
    expect(said).to_have_text("Sans « Région » : il manque 70 K€ sur 280 (25 %).")
    stop_first.fill("Les rencontres")

    wait_until(
        lambda: any(
            row["lever"] and row["stop_first"] == "Les rencontres"
            for answer in Answer.objects.filter(step="economic_model")
            for row in answer.value.get("scenarios", [])
        ),
        "not saved",
    )
