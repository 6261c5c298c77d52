"""The kit's editor in Chromium: by keyboard, under the content policy, previewed before it is saved."""

from __future__ import annotations

from django.urls import reverse
from playwright.sync_api import Page, expect

from diagnostics.models import Example
from tests.browser.helpers import watch
from tests.browser.inspection import AXE
from tests.factories import UserFactory

# Django's own style sheets import others, which axe would copy into the page: the policy refuses it.
_RUN = """async () => {
  const {violations} = await axe.run(document, {resultTypes: ["violations"], preload: false});
  return violations.map(v => `${v.id}: ${v.nodes.slice(0, 3).map(n => n.target).join(" ; ")}`);
}"""


def problems_of(page: Page) -> list[str]:
    page.evaluate(AXE)
    return page.evaluate(_RUN)


def test_an_example_is_edited_by_keyboard_and_seen_before_it_is_saved(
    open_browser, kit, live_server
):
    page = open_browser(UserFactory(staff=True, name="Stan Staff"))
    example = Example.objects.get(step__key="roles", position=2)

    def address(row, what="change"):
        return reverse(f"admin:diagnostics_{row._meta.model_name}_{what}", args=[row.pk])

    page.goto(address(example))
    page.get_by_role("group", name="Rôle 1").get_by_label("Précision").focus()
    page.keyboard.type("Auprès des communes")
    page.keyboard.press("Tab")
    expect(page.get_by_role("group", name="Rôle 1").get_by_label("Retirer")).to_be_focused()
    page.get_by_role("button", name="Aperçu de ce qui est tapé").focus()
    with page.expect_popup() as opened:
        page.keyboard.press("Enter")
    preview = opened.value
    watch(preview, open_browser.problems, live_server.url)
    expect(preview.get_by_role("status").first).to_contain_text("rien n’est enregistré")
    expect(preview.get_by_text("Précision : Auprès des communes")).to_be_visible()
    assert problems_of(preview) == []
    assert Example.objects.get(pk=example.pk).payload == example.payload

    # What was typed is still in the first tab: Enter in a field saves it.
    page.get_by_label("Groupe").press("Enter")
    expect(page.get_by_text("a été modifié")).to_be_visible()
    (entry,) = Example.objects.get(pk=example.pk).payload
    assert entry["values"] == {"role": "network", "detail": "Auprès des communes"}

    for path in (address(example), address(example.step), address(kit), address(kit, "history")):
        page.goto(path)
        assert problems_of(page) == [], path
    expect(page.get_by_text("Stan Staff")).to_be_visible()
