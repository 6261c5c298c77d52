"""A step saves itself while one types, and tells where it stands."""

import re
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from diagnostics.domain.answers import Objectives, Vision
from diagnostics.models import Answer, Diagnostic, KeptText
from diagnostics.services.answers import save_answer
from tests.browser.helpers import a_diagnostic, row, step_path, wait_until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def diagnostic(kit) -> Diagnostic:
    return a_diagnostic()[0]


@pytest.fixture
def page(open_browser, diagnostic) -> Page:
    page = open_browser(diagnostic.created_by)
    page.goto(step_path(diagnostic, "objectives"))
    return page


def state(page: Page):
    return page.locator("[data-save-state]")


def objective(page: Page, number: int, label: str):
    return row(page, "Objectif", number).get_by_label(label)


def stored(step: str = "objectives", field: str = "rows") -> list[dict]:
    answer = Answer.objects.filter(step=step).first()
    return answer.value[field] if answer else []


def test_what_is_typed_is_the_answer_a_moment_later(page):
    page.evaluate("Date.prototype.getHours = () => 77")  # where its reader is
    objective(page, 1, "Énoncé").fill("Trois conventions par an")
    expect(state(page)).to_contain_text("Enregistré à")
    assert [line["statement"] for line in stored()] == ["Trois conventions par an"]
    # The hour of the site, here as above, wherever the browser is.
    told = re.search(r"Enregistré à \d+\sh", state(page).inner_text()).group()
    expect(page.locator("#saved-at")).to_contain_text(told)
    first = stored()[0]["id"]

    page.get_by_role("button", name="Ajouter un objectif").click()
    objective(page, 2, "Énoncé").fill("Dix entreprises")
    expect(objective(page, 2, "Énoncé")).to_be_focused()
    wait_until(lambda: len(stored()) == 2, "no second objective")
    assert stored()[0]["id"] == first
    page.reload()
    expect(objective(page, 2, "Énoncé")).to_have_value("Dix entreprises")


def test_a_refused_field_keeps_only_itself_out(page, diagnostic):
    objective(page, 1, "Énoncé").fill("Trois conventions par an")
    objective(page, 1, "Échéance").fill("bientôt")
    expect(state(page)).to_contain_text("sauf 1 saisie à corriger")
    assert stored()[0]["statement"] == "Trois conventions par an"
    assert stored()[0]["deadline_year"] is None
    expect(page.get_by_text("Indiquez une année à quatre chiffres")).to_be_visible()

    page.goto(f"/diagnostics/{diagnostic.pk}/")
    expect(page.get_by_text("1 saisie à corriger ou à choisir")).to_be_visible()
    page.goto(step_path(diagnostic, "objectives"))
    expect(objective(page, 1, "Échéance")).to_have_value("bientôt")
    expect(page.locator(".error-summary")).to_contain_text("Objectif 1, Échéance")
    objective(page, 1, "Échéance").fill("2028")
    expect(state(page)).to_contain_text("Enregistré à")
    expect(state(page)).not_to_contain_text("sauf")
    expect(page.locator(".error-summary")).to_have_count(0)
    assert stored()[0]["deadline_year"] == 2028
    assert not KeptText.objects.exists()


def test_control_s_saves_at_once(page):
    page.clock.install()
    page.clock.pause_at(datetime.now() + timedelta(hours=1))  # no pause in typing ends
    objective(page, 1, "Énoncé").fill("Trois conventions par an")
    page.keyboard.press("Control+s")
    expect(state(page)).to_contain_text("Enregistré à")
    assert stored()


def test_the_rows_of_a_colleague_come_in_where_one_does_not_type(page, diagnostic, colleague):
    objective(page, 1, "Énoncé").fill("Le mien")
    expect(state(page)).to_contain_text("Enregistré à")
    mine = stored()[0]
    theirs = {"id": "o7k2qd", "statement": "Celui de Karim"}
    changed = mine | {"indicator": "conventions signées"}
    save_answer(
        diagnostic,
        Objectives.model_validate({"rows": [theirs, changed]}),
        internal_note="",
        base_revision=1,
        user=colleague,
    )
    objective(page, 1, "Énoncé").press_sequentially(" et davantage")
    expect(row(page, "Objectif", 2)).to_be_visible()
    typed = objective(page, 2, "Énoncé")
    expect(typed).to_be_focused()
    expect(typed).to_have_value("Le mien et davantage")
    expect(objective(page, 1, "Énoncé")).to_have_value("Celui de Karim")
    expect(objective(page, 2, "Indicateur")).to_have_value("conventions signées")
    expect(state(page)).to_contain_text("Karim Contributeur a ajouté 1 objectif")
    typed.press_sequentially(" encore")
    wait_until(lambda: stored()[1]["statement"] == "Le mien et davantage encore", "not saved")
    assert stored()[0]["statement"] == "Celui de Karim"


def test_the_same_field_is_chosen(page, diagnostic, colleague):
    page.goto(step_path(diagnostic, "vision"))
    statement = row(page, "Énoncé", 1).get_by_label("Énoncé")
    statement.fill("Départ")
    expect(state(page)).to_contain_text("Enregistré à")
    theirs = Vision.model_validate(
        {"statements": [stored("vision", "statements")[0] | {"text": "Celui de Karim"}]}
    )
    save_answer(diagnostic, theirs, internal_note="", base_revision=1, user=colleague)
    statement.fill("Le mien")
    choices = row(page, "Énoncé", 1).get_by_role("group", name="À choisir")
    expect(choices).to_contain_text("Celui de Karim")
    expect(statement).to_have_value("Le mien")
    assert stored("vision", "statements")[0]["text"] == "Celui de Karim"
    statement.press_sequentially(", plus long")
    wait_until(lambda: "plus" in KeptText.objects.get().texts, "not kept")

    page.reload()
    expect(choices).to_contain_text("Le mien, plus long")
    choices.get_by_role("button", name="Garder les deux").click()
    expect(statement).to_have_value("Celui de Karim\nLe mien, plus long")
    expect(choices).to_have_count(0)
    assert stored("vision", "statements")[0]["text"] == "Celui de Karim\nLe mien, plus long"
    assert not KeptText.objects.exists()


def test_a_removed_row_comes_back(page):
    for number, text in ((1, "Un"), (2, "Deux")):
        if number == 2:
            page.get_by_role("button", name="Ajouter un objectif").click()
        objective(page, number, "Énoncé").fill(text)
    wait_until(lambda: len(stored()) == 2, "not saved")
    ids = [line["id"] for line in stored()]
    row(page, "Objectif", 1).get_by_role("button", name="Retirer").click()
    wait_until(lambda: len(stored()) == 1, "not removed")
    page.get_by_role("button", name="Annuler").click()
    wait_until(lambda: len(stored()) == 2, "not back")
    assert [line["id"] for line in stored()] == ids


def test_without_a_network_the_text_waits_and_is_sent(page, open_browser):
    page.context.set_offline(True)
    objective(page, 1, "Énoncé").fill("Tapé dans le train")
    expect(state(page)).to_contain_text("Non enregistré")
    page.context.set_offline(False)
    expect(state(page)).to_contain_text("Enregistré à")
    assert stored()[0]["statement"] == "Tapé dans le train"
    assert page.evaluate("Object.keys(localStorage)") == []
    open_browser.problems.clear()


def test_what_was_not_sent_on_leaving_is_sent_by_the_next_page(page, diagnostic, open_browser):
    objective(page, 1, "Énoncé").fill("Tapé dans le train")
    page.route("**/etapes/objectives/", lambda route: route.abort())
    wait_until(lambda: page.evaluate("Object.keys(localStorage).length"), "nothing kept")
    assert stored() == []
    page.unroute("**/etapes/objectives/")
    page.evaluate("window.stop()")
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(f"/diagnostics/{diagnostic.pk}/")
    wait_until(stored, "not sent")
    assert stored()[0]["statement"] == "Tapé dans le train"
    wait_until(lambda: page.evaluate("Object.keys(localStorage)") == [], "still kept")
    open_browser.problems.clear()


def test_nobody_finds_the_text_of_somebody_else_in_the_browser(page, diagnostic):
    page.evaluate(
        "localStorage.setItem('saisie:999999:/diagnostics/x/', 'a=b'); localStorage.setItem('autre', '1')"
    )
    page.goto("/")
    wait_until(lambda: page.evaluate("Object.keys(localStorage)") == ["autre"], "still there")
    page.evaluate("localStorage.setItem(`saisie:${document.body.dataset.person}:/x/`, 'a=b')")
    page.get_by_role("button", name="Déconnexion").click()
    expect(page.get_by_role("button", name="Déconnexion")).to_have_count(0)
    assert page.evaluate("Object.keys(localStorage)") == ["autre"]
