"""Step 3.3 as a table: by keyboard, saved as one ticks, on a phone, without JavaScript."""

import pytest
from playwright.sync_api import Locator, Page, expect

from diagnostics.domain.answers import Activities, TerritorialScales
from diagnostics.models import Answer
from diagnostics.services.answers import save_answer
from tests.browser.helpers import a_diagnostic, row, save, step_path, take_example, wait_until
from tests.browser.inspection import BOTH, Inspector

PHONE = {"width": 390, "height": 844}
MEET, SIGN = "A1 · Organiser des rencontres", "A2 · Signer des conventions"


@pytest.fixture
def diagnostic(kit):
    diagnostic, lead = a_diagnostic()
    rows = [
        {"id": "a1", "mission": "connect_networks", "text": "Organiser des rencontres"},
        {"id": "a2", "mission": "connect_networks", "text": "Signer des conventions"},
    ]
    activities = Activities.model_validate({"rows": rows})
    save_answer(diagnostic, activities, internal_note="", base_revision=0, user=lead)
    return diagnostic


def store(diagnostic, *rows: dict) -> None:
    answer = TerritorialScales.model_validate({"rows": list(rows)})
    lead = diagnostic.created_by
    save_answer(diagnostic, answer, internal_note="", base_revision=0, user=lead)


def stored() -> list[tuple[str, str, str]]:
    answer = Answer.objects.filter(step="territorial_scales").first()
    return [
        (row["activity"] or row["mission"] or row["label"], row["scale"], row["territory"])
        for row in (answer.value["rows"] if answer else [])
    ]


def box(page: Page, scale: str, title: str) -> Locator:
    return page.get_by_role("checkbox", name=f"{scale} {title}")


def opened(open_browser, diagnostic, **options) -> Page:
    page = open_browser(diagnostic.created_by, **options)
    page.goto(step_path(diagnostic, "territorial_scales"))
    return page


def test_through_the_table_by_keyboard(open_browser, diagnostic):
    page = opened(open_browser, diagnostic)
    box(page, "Région", "Mettre en relation").focus()
    page.keyboard.press("Space")
    expect(page.locator("tr", has_text=SIGN)).to_contain_text("par sa mission\u00a0: Région")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(box(page, "National", "Mettre en relation")).to_be_focused()
    page.keyboard.press("Tab")  # no échelon of its own: nothing to say more about
    expect(box(page, "Quartier, commune", MEET)).to_be_focused()
    page.keyboard.press("Space")
    expect(page.locator("tr", has_text=MEET)).not_to_contain_text("par sa mission")
    wait_until(lambda: len(stored()) == 2, "not saved as one ticks")
    page.keyboard.press("Shift+Tab")
    expect(page.get_by_role("link", name=f"Préciser : {MEET}")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.type("Le centre-bourg")
    expect(page.locator("tr", has_text=MEET)).to_contain_text("Le centre-bourg")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    expect(box(page, "Quartier, commune", MEET)).to_be_focused()
    wait_until(
        lambda: (
            stored()
            == [("connect_networks", "region", ""), ("a1", "municipality", "Le centre-bourg")]
        ),
        "the name is not saved",
    )
    page.reload()
    expect(box(page, "Quartier, commune", MEET)).to_be_checked()
    named = page.get_by_role("region", name="Quartier, commune — A1")
    expect(named.get_by_label("Nom du territoire")).to_have_value("Le centre-bourg")
    # What has no name stays out of the way.
    expect(page.locator(".scale-row:visible")).to_have_count(1)


@pytest.mark.thorough
def test_a_row_with_a_name_comes_back_with_it(open_browser, diagnostic):
    store(diagnostic, {"id": "s1", "activity": "a1", "scale": "region", "territory": "Grand Est"})
    page = opened(open_browser, diagnostic)
    for back in ("Annuler", "the box"):
        box(page, "Région", MEET).uncheck()
        wait_until(lambda: stored() == [], "not removed")
        if back == "Annuler":
            page.locator("tr", has_text=MEET).get_by_role("button", name="Annuler").click()
        else:
            box(page, "Région", MEET).check()
        expect(box(page, "Région", MEET)).to_be_checked()
        expect(page.get_by_role("button", name="Annuler")).to_have_count(0)
        wait_until(lambda: stored() == [("a1", "region", "Grand Est")], "not put back")


@pytest.mark.thorough
def test_an_example_and_another_action(open_browser, diagnostic):
    page = opened(open_browser, diagnostic)
    take_example(page, "Sensibilisation : Région")
    expect(box(page, "Région", "Sensibiliser")).to_be_checked()
    page.get_by_role("button", name="Ajouter une autre action").click()
    page.keyboard.type("Un salon")
    page.keyboard.press("Tab")
    page.locator(".scale-row:visible").get_by_label("Échelon").select_option(label="National")
    take_example(page, "Sensibilisation : Région")
    expect(box(page, "Région", "Sensibiliser")).not_to_be_checked()
    save(page)
    assert stored() == [("Un salon", "national", "")]


def test_what_a_colleague_ticks_is_ticked_here(open_browser, diagnostic, colleague):
    mine, theirs = open_browser(diagnostic.created_by), open_browser(colleague)
    for page in (mine, theirs):
        page.goto(step_path(diagnostic, "territorial_scales"))
    box(theirs, "Région", MEET).check()
    box(theirs, "Bassin de vie", SIGN).check()
    wait_until(lambda: len(stored()) == 2, "not saved")
    box(mine, "Région", MEET).check()
    expect(box(mine, "Bassin de vie", SIGN)).to_be_checked()
    box(mine, "National", SIGN).check()
    wait_until(lambda: len(stored()) == 3, "not merged")
    assert sorted(stored()) == [
        ("a1", "region", ""),
        ("a2", "living_area", ""),
        ("a2", "national", ""),
    ]


def test_looking_saves_nothing(open_browser, diagnostic):
    page = opened(open_browser, diagnostic)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.post_data or ""))
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        pass  # who else is there
    expect(page.locator("[data-save-state]")).to_be_empty()
    page.goto("/")
    assert [post for post in sent if post and "unchanged=1" not in post] == []


# What the server answers: tests/integration/test_scale_table.py, test_wizard_rows.py for what comes back.
@pytest.mark.thorough
def test_without_javascript(no_script, diagnostic):
    page = no_script(diagnostic.created_by)
    page.goto(step_path(diagnostic, "territorial_scales"))
    box(page, "Région", MEET).check()
    box(page, "National", "Sensibiliser").check()
    page.get_by_role("button", name="Enregistrer", exact=True).click()
    expect(box(page, "Région", MEET)).to_be_checked()
    named = page.get_by_role("region", name="Région — A1")
    named.get_by_label("Nom du territoire").fill("Grand Est")
    page.get_by_role("button", name="Ajouter une autre action").click()
    row(page, "Autre action", 3).get_by_label("Nom de l’action").fill("Un salon")
    box(page, "National", "Sensibiliser").uncheck()
    page.get_by_role("button", name="Enregistrer", exact=True).click()
    assert stored() == [("a1", "region", "Grand Est"), ("Un salon", None, "")]
    box(page, "Région", MEET).uncheck()
    page.get_by_role("button", name="Enregistrer et continuer").last.click()
    expect(page.locator("#retrait")).to_contain_text("Retrait")
    expect(box(page, "Région", MEET)).not_to_be_checked()
    page.locator("#retrait").get_by_role("button", name="Annuler").click()
    expect(box(page, "Région", MEET)).to_be_checked()
    assert ("a1", "region", "Grand Est") in stored()


def test_the_table_has_no_fault_and_folds_on_a_phone(open_browser, diagnostic):
    store(
        diagnostic,
        {"id": "s1", "mission": "connect_networks", "scale": "region", "note": "Avec eux"},
        {"id": "s2", "activity": "a1", "scale": "epci", "territory": "Pays de Brumelle"},
        {"id": "s3", "label": "Un salon", "scale": "national"},
        {"id": "s4", "activity": "a2"},
    )
    inspector = Inspector(open_browser(diagnostic.created_by))
    inspector.visit(step_path(diagnostic, "territorial_scales"), widths=BOTH)
    assert inspector.problems == []
    page = inspector.page
    page.set_viewport_size(PHONE)
    line = page.locator("tr", has_text=MEET)
    expect(line.locator("label:visible")).to_have_text(["Communauté de communes"])
    line.get_by_role("button", name="Choisir").click()
    expect(line.locator("label:visible")).to_have_count(12)
    line.get_by_text("Bassin de vie").click()
    line.get_by_role("button", name="Refermer").click()
    expect(line.locator("label:visible")).to_have_count(2)


@pytest.mark.thorough
def test_a_link_leads_to_a_row_that_is_out_of_the_way(open_browser, diagnostic):
    store(
        diagnostic,
        {"id": "s1", "activity": "a1", "scale": "epci"},
        {"id": "s2", "activity": "a2", "scale": "region"},
    )
    page = opened(open_browser, diagnostic)
    expect(page.locator(".scale-row:visible")).to_have_count(0)
    page.evaluate("location.hash = 'territorial_scales-rows-1'")
    expect(page.get_by_role("region", name="Région — A2")).to_be_focused()
    page.goto("/")
    page.goto(f"{step_path(diagnostic, 'territorial_scales')}#territorial_scales-rows-0")
    expect(page.get_by_role("region", name="Communauté de communes — A1")).to_be_focused()
    page.goto(f"{step_path(diagnostic, 'territorial_scales')}?#id_territorial_scales-rows-1-scale")
    expect(box(page, "Région", SIGN)).to_be_focused()
