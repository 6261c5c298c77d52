"""What a small screen changes: wide drawings say that they scroll, tables become cards."""

import pytest
from playwright.sync_api import expect

from diagnostics.domain.answers import Objective, Objectives, TerritorialScales
from diagnostics.domain.vocabulary import MembershipRole, ObjectiveKind
from diagnostics.models import Diagnostic, Membership, User
from diagnostics.services.answers import save_answer
from tests.browser.helpers import a_diagnostic, step_path, wait_until

PHONE = {"width": 390, "height": 800}
TABLET = {"width": 760, "height": 1000}
DESK = {"width": 1400, "height": 900}
BEYOND = "e => e.scrollWidth - e.clientWidth"
# A list whose box has room for fewer lines than its chosen words take.
CUT = """e => {
  const style = getComputedStyle(e);
  const pen = document.createElement("canvas").getContext("2d");
  pen.font = style.font;
  const room = e.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
  const height = e.clientHeight - parseFloat(style.paddingTop) - parseFloat(style.paddingBottom);
  const lines = Math.ceil(pen.measureText(e.selectedOptions[0].text).width / room);
  return lines * parseFloat(style.lineHeight) > height + 1;
}"""
LINES = """e => {
  const range = document.createRange();
  range.selectNodeContents(e);
  return new Set([...range.getClientRects()].map((box) => Math.round(box.bottom / 8))).size;
}"""


@pytest.mark.parametrize(("page_name", "screen"), [("fil-rouge", TABLET), ("rapport", PHONE)])
def test_a_drawing_wider_than_the_screen_says_so(open_browser, demo, page_name, screen):
    diagnostic = Diagnostic.objects.get(structure=demo["Passerelles en Sorelle"])
    lead = Membership.objects.get(structure=diagnostic.structure, role=MembershipRole.LEAD).user
    page = open_browser(lead, viewport=screen)
    page.goto(f"/diagnostics/{diagnostic.pk}/{page_name}/")
    drawing = page.get_by_role("group", name="Dessin du fil rouge")
    hint = page.locator(":has(> [aria-label='Dessin du fil rouge']) > .scroll-hint")
    expect(hint).to_be_visible()
    assert drawing.evaluate(BEYOND) > 0
    drawing.focus()
    page.keyboard.press("ArrowRight")
    wait_until(lambda: drawing.evaluate("e => e.scrollLeft") > 0, "the arrow key scrolls")

    page.set_viewport_size(DESK)
    expect(hint).to_be_hidden()
    assert drawing.evaluate(BEYOND) == 0


def test_on_a_phone_the_thread_goes_from_top_to_bottom(open_browser, demo):
    diagnostic = Diagnostic.objects.get(structure=demo["Passerelles en Sorelle"])
    lead = Membership.objects.get(structure=diagnostic.structure, role=MembershipRole.LEAD).user
    page = open_browser(lead, viewport=PHONE)
    page.goto(f"/diagnostics/{diagnostic.pk}/fil-rouge/")

    expect(page.get_by_role("group", name="Dessin du fil rouge")).to_be_hidden()
    role = page.locator('.thread-branch[data-kind="role"]', has_text="Être un éclaireur")
    objective = role.locator('.thread-branch[data-kind="objective"]', has_text="O5")
    activity = objective.locator('.thread-branch[data-kind="activity"]', has_text="A8")
    expect(activity).to_contain_text("Échelon")
    boxes = [part.bounding_box() for part in (role, objective, activity)]
    assert [box["y"] for box in boxes] == sorted(box["y"] for box in boxes)
    assert all(box["x"] + box["width"] <= PHONE["width"] for box in boxes)
    page.set_viewport_size(DESK)
    expect(page.get_by_role("group", name="Dessin du fil rouge")).to_be_visible()
    expect(role).to_be_hidden()


def test_on_a_phone_the_rail_says_which_step_of_how_many(open_browser, kit):
    diagnostic, lead = a_diagnostic()
    page = open_browser(lead, viewport=PHONE)
    page.goto(step_path(diagnostic, "activities"))
    expect(page.locator(".rail-fold > summary")).to_contain_text("Étape 5 sur 11")


def test_the_state_is_beside_the_name_on_a_phone(open_browser, demo):
    page = open_browser(User.objects.get(email="facilitation@rameau.example"), viewport=PHONE)
    page.goto("/portefeuille/")
    for text in ("À relire", "8 étapes", "Facilitation Le RAMEAU"):
        place = page.locator("main table").get_by_text(text).first
        box = place.bounding_box()
        assert box
        assert 0 <= box["x"] <= PHONE["width"] - box["width"], text
    expect(page.locator("tbody tr").first).to_contain_text("Passerelles en Sorelle")


@pytest.mark.parametrize("viewport", [PHONE, DESK])
def test_what_is_chosen_in_a_list_is_never_cut(open_browser, kit, viewport):
    diagnostic, lead = a_diagnostic()
    answer = TerritorialScales.model_validate(
        {"rows": [{"id": "s1", "label": "Un salon", "scale": "epci_urban"}]}
    )
    save_answer(diagnostic, answer, internal_note="", base_revision=0, user=lead)
    page = open_browser(lead, viewport=viewport)
    page.goto(step_path(diagnostic, "territorial_scales"))
    scale = page.get_by_label("Échelon", exact=True).first
    expect(scale).to_have_value("epci_urban")
    assert not scale.evaluate(CUT)


def test_a_figure_of_the_synthesis_stays_on_its_line(open_browser, kit):
    diagnostic, lead = a_diagnostic()
    rows = [
        Objective(
            id="o1",
            statement="Collecter des dons auprès des entreprises du bassin de vie",
            kind=ObjectiveKind.QUANTITATIVE,
            baseline_value=1200.5,
            target_value=125000.75,
            unit="K€",
            deadline_year=2029,
        )
    ]
    save_answer(diagnostic, Objectives(rows=rows), internal_note="", base_revision=0, user=lead)
    page = open_browser(lead)
    for viewport in (PHONE, DESK):
        page.set_viewport_size(viewport)
        page.goto(f"/diagnostics/{diagnostic.pk}/rapport/")
        for cell in page.locator("#synthese td.r-figure").all():
            assert cell.evaluate(LINES) == 1, cell.inner_text()
