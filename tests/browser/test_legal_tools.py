"""Step 4.3: the legal tool that one chooses is explained under it."""

import pytest
from playwright.sync_api import expect

from diagnostics.domain.vocabulary import LEGAL_CAUTION, LegalTool
from tests.browser.helpers import a_diagnostic, step_path


@pytest.mark.parametrize("script", [True, False])
def test_the_chosen_tool_is_explained(open_browser, kit, script):
    diagnostic, lead = a_diagnostic()
    page = open_browser(lead, java_script_enabled=script)
    page.goto(step_path(diagnostic, "organisation"))
    tool = page.get_by_label("Outil juridique")
    told = page.locator("#legal-tool p:visible")
    expect(tool).to_have_attribute("aria-describedby", "legal-tool")
    expect(told).to_have_count(0)

    for choice in LegalTool:
        tool.select_option(choice.value)
        expect(told).to_have_count(1)
        expect(told).to_contain_text(f"{choice.label}\u00a0:")
        caution = expect(told)
        (caution.not_to_contain_text if choice == "none" else caution.to_contain_text)(
            LEGAL_CAUTION
        )

    page.get_by_text("Comparer les outils juridiques").click()
    expect(page.locator(".legal-tools dt")).to_have_count(len(LegalTool))
