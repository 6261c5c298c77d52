"""Step 3.2 as a table: by keyboard, saved as one clicks, on a phone, without JavaScript."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from diagnostics.domain.answers import AccompanimentScope, Alliance, Alliances
from diagnostics.models import Answer
from diagnostics.services.answers import save_answer
from tests.browser.helpers import a_diagnostic, save, step_path, wait_until
from tests.browser.inspection import BOTH, Inspector

PHONE = {"width": 390, "height": 844}


@pytest.fixture
def diagnostic(kit):
    diagnostic, lead = a_diagnostic()
    allies = Alliances(rows=[Alliance(id="l1", actor="CRESS")])
    save_answer(diagnostic, allies, internal_note="", base_revision=0, user=lead)
    return diagnostic


def line(page: Page, title: str) -> Locator:
    """Return the line of a step of the accompaniment."""
    return page.locator(".chain-table tr[data-row]").filter(has_text=title)


def handlings() -> list[str]:
    answer = Answer.objects.filter(step="accompaniment_scope").first()
    return [row["handling"] for row in answer.value["rows"]] if answer else []


def allies() -> list[str]:
    return [row["actor"] for row in Answer.objects.get(step="alliances").value["rows"]]


def formalise() -> dict:
    return Answer.objects.get(step="accompaniment_scope").value["rows"][3]


def test_the_whole_table_by_keyboard(open_browser, diagnostic):
    page = open_browser(diagnostic.created_by)
    page.goto(step_path(diagnostic, "accompaniment_scope"))
    line(page, "Préparer l’association").get_by_role("radio", name="À décider").focus()

    for _ in range(2):
        page.keyboard.press("ArrowRight")  # from the last to the first, then the second
    first = line(page, "Préparer l’association")
    expect(first.get_by_role("radio", name="Avec un partenaire")).to_be_checked()
    page.keyboard.press("Tab")
    expect(first.get_by_label("Partenaire pris dans vos alliances")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")  # an ally is chosen: no other name is asked
    expect(first.locator("summary")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("Chaque année")
    page.keyboard.press("Tab")
    second = line(page, "Préparer l’entreprise")
    expect(second.get_by_role("radio", name="À décider")).to_be_focused()
    page.keyboard.press("ArrowRight")

    wait_until(lambda: handlings()[:2] == ["with_partner", "self"], "the table is not saved")
    first_row = Answer.objects.get(step="accompaniment_scope").value["rows"][0]
    assert (first_row["alliance"], first_row["note"]) == ("l1", "Chaque année")


# Without JavaScript, what the server answers: tests/integration/test_partners.py.
@pytest.mark.parametrize("script", [True, pytest.param(False, marks=pytest.mark.thorough)])
def test_a_partner_becomes_an_ally_without_leaving_the_step(open_browser, diagnostic, script):
    page = open_browser(diagnostic.created_by, java_script_enabled=script)
    page.goto(step_path(diagnostic, "accompaniment_scope"))
    fourth = line(page, "Construire et formaliser")
    create = fourth.get_by_role("button", name="Créer cet allié")
    expect(create).to_be_hidden()
    fourth.get_by_label("Avec un partenaire").check()
    expect(create).to_be_hidden()
    fourth.get_by_label("Partenaire", exact=True).fill("Maison des notaires")
    create.click()

    expect(page).to_have_url(
        re.compile(r"accompaniment_scope/\?allie=formalise&fait=nouveau#allie")
    )
    told = line(page, "Construire et formaliser").get_by_role("status")
    expect(told).to_contain_text("Ajouté à vos alliances")
    expect(told).to_be_in_viewport()
    chosen = fourth.get_by_label("Partenaire pris dans vos alliances")
    expect(chosen.locator("option:checked")).to_have_text("Maison des notaires")
    expect(create).to_be_hidden()
    assert allies() == ["CRESS", "Maison des notaires"]
    save(page)
    assert formalise()["alliance"] == Answer.objects.get(step="alliances").value["rows"][1]["id"]


def test_an_ally_that_is_there_is_not_offered_again(open_browser, diagnostic):
    page = open_browser(diagnostic.created_by)
    page.goto(step_path(diagnostic, "accompaniment_scope"))
    fourth = line(page, "Construire et formaliser")
    fourth.get_by_label("Avec un partenaire").check()
    create = fourth.get_by_role("button", name="Créer cet allié")
    fourth.get_by_label("Partenaire", exact=True).fill("cress")
    expect(create).to_be_hidden()
    fourth.get_by_label("Partenaire", exact=True).fill("cresson")
    expect(create).to_be_visible()


def test_an_ally_made_by_a_colleague_is_not_untied_by_the_page(open_browser, diagnostic, colleague):
    mine, theirs = open_browser(diagnostic.created_by), open_browser(colleague)
    for page in (mine, theirs):
        page.goto(step_path(diagnostic, "accompaniment_scope"))
    fourth = line(theirs, "Construire et formaliser")
    fourth.get_by_label("Avec un partenaire").check()
    fourth.get_by_label("Partenaire", exact=True).fill("Notaires")
    fourth.get_by_role("button", name="Créer cet allié").click()
    expect(theirs).to_have_url(re.compile("fait=nouveau"))
    made = formalise()["alliance"]

    line(mine, "Suivre").get_by_label("La structure le fait").check()
    here = line(mine, "Construire et formaliser")
    expect(here.get_by_role("radio", name="Avec un partenaire")).to_be_checked()
    expect(here.get_by_label("Partenaire pris dans vos alliances")).to_have_value(made)
    line(mine, "Évaluer").get_by_label("La structure le fait").check()
    wait_until(lambda: handlings()[4:] == ["self", "self"], "not saved")

    assert (formalise()["handling"], formalise()["alliance"]) == ("with_partner", made)


def test_the_table_has_no_fault_with_partners(open_browser, diagnostic):
    answer = AccompanimentScope.model_validate(
        {
            "rows": [
                {"step": "prepare_nonprofit", "handling": "with_partner", "alliance": "l1"},
                {"step": "match", "handling": "with_partner", "partner": "Notaires", "note": "n"},
                {"step": "evaluate", "handling": "none"},
            ]
        }
    )
    lead = diagnostic.created_by
    save_answer(diagnostic, answer, internal_note="", base_revision=0, user=lead)
    inspector = Inspector(open_browser(lead))
    inspector.visit(step_path(diagnostic, "accompaniment_scope"), widths=BOTH)
    assert inspector.problems == []
    page = inspector.page
    page.set_viewport_size(PHONE)
    first = line(page, "Préparer l’association")
    expect(first.get_by_text("La structure le fait", exact=True)).to_be_visible()
    expect(first.get_by_label("Partenaire", exact=True)).to_be_hidden()
    expect(line(page, "Mettre en relation").get_by_label("Note")).to_be_visible()
