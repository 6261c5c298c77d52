"""« Enregistrer » without leaving the step, and the points to discuss that follow at once."""

import pytest
from playwright.sync_api import Page, expect

from diagnostics.models import Answer, Diagnostic
from tests.browser.helpers import a_diagnostic, opened, row, sign_in, step_path

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def diagnostic(kit) -> Diagnostic:
    return a_diagnostic()[0]


@pytest.fixture
def page(open_browser, diagnostic) -> Page:
    page = open_browser(diagnostic.created_by)
    page.goto(step_path(diagnostic, "alliances"))
    return page


def stay(page: Page) -> None:
    page.get_by_role("button", name="Enregistrer", exact=True).click()
    expect(page.locator("[data-save-state]")).to_contain_text("Enregistré à")


def stored() -> list[dict]:
    return Answer.objects.get(step="alliances").value["rows"]


def fill(page: Page, number: int, actor: str) -> None:
    line = row(page, "Acteur", number)
    line.get_by_label("Acteur", exact=True).fill(actor)
    line.get_by_label("Relation").select_option("to_approach")


def test_findings_on_pages_follow_and_rows_keep_their_ids(page):
    fill(page, 1, "CCI")
    stay(page)
    notes = page.get_by_role("region", name="Points à discuter")
    expect(notes).to_contain_text("«\u00a0CCI\u00a0»\u00a0: dans quel but vous en rapprocher")
    expect(page.locator("#saved-at")).to_contain_text("Enregistré à")
    first = stored()[0]["id"]

    opened(row(page, "Acteur", 1)).get_by_label("Dans quel but").fill("Préparer l’entreprise")
    page.get_by_role("button", name="Ajouter un acteur").click()
    fill(page, 2, "Medef")
    opened(row(page, "Acteur", 2)).get_by_role("button", name="Monter").click()
    stay(page)
    expect(notes).not_to_contain_text("«\u00a0CCI\u00a0»\u00a0: dans quel but")
    expect(notes).to_contain_text("«\u00a0Medef\u00a0»\u00a0: dans quel but")
    assert [line["actor"] for line in stored()] == ["Medef", "CCI"]
    assert stored()[1]["id"] == first

    other = stored()[0]["id"]
    opened(row(page, "Acteur", 1)).get_by_label("Dans quel but").fill("Rencontrer les adhérents")
    stay(page)
    assert [line["id"] for line in stored()] == [other, first]


def test_what_is_malformed_is_told_at_its_field(page):
    fill(page, 1, "CCI")
    horizon = row(page, "Acteur", 1).get_by_label("Horizon")
    horizon.fill("bientôt")
    page.get_by_role("button", name="Enregistrer", exact=True).click()
    expect(horizon).to_be_focused()
    expect(horizon).to_have_value("bientôt")
    expect(horizon).to_have_attribute("aria-invalid", "true")
    assert (stored()[0]["actor"], stored()[0]["horizon_year"]) == ("CCI", None)


def test_a_choice_is_made_beside_the_step(page):
    fill(page, 1, "CCI")
    stay(page)
    notes = page.get_by_role("region", name="Points à discuter")
    point = notes.locator(".point").first
    point.get_by_text("C’est un choix assumé").click()
    point.get_by_label("Pourquoi ce choix").fill("Premier contact en janvier")
    point.get_by_role("button", name="Enregistrer ce choix").click()
    expect(page.get_by_text("Choix assumé enregistré.")).to_be_visible()
    expect(notes.locator(".point")).to_have_count(1)


def test_a_point_is_answered_beside_what_is_being_typed(page):
    fill(page, 1, "CCI")
    stay(page)
    opened(row(page, "Acteur", 1)).get_by_label("Note").fill("Pas encore enregistré")
    notes = page.locator("#step-side")
    point = notes.locator(".point", has_text="dans quel but")
    point.locator("summary", has_text="choix assumé").click()
    point.get_by_role("button", name="Enregistrer ce choix").click()
    reason = point.get_by_label("Pourquoi ce choix")
    expect(reason).to_be_focused()
    expect(point).to_contain_text("Dites en une phrase pourquoi vous faites ce choix.")
    reason.fill("À voir au printemps")
    point.get_by_role("button", name="Enregistrer ce choix").click()
    expect(notes).to_contain_text("Choix assumé enregistré.")
    expect(notes).not_to_contain_text("dans quel but")
    expect(row(page, "Acteur", 1).get_by_label("Note")).to_have_value("Pas encore enregistré")


def test_a_point_that_is_gone_is_told_on_the_check_page(page):
    fill(page, 1, "CCI")
    stay(page)
    point = page.locator("#step-side .point", has_text="dans quel but")
    point.locator("summary", has_text="choix assumé").click()
    point.get_by_label("Pourquoi ce choix").fill("Trop tard")
    gone = "fields => fields.forEach(field => { field.value = '0'.repeat(12); })"
    point.locator("[name=finding]").evaluate_all(gone)
    point.get_by_role("button", name="Enregistrer ce choix").click()
    expect(page.get_by_role("alert")).to_contain_text("Trop tard")


def test_what_an_example_fills_is_saved_at_once(page, diagnostic):
    """The page that one goes to may be asked for before this one knows that it is left."""
    page.goto(step_path(diagnostic, "economic_model"))
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.get_by_role("button", name="Trois tiers").first.click()
    page.reload()
    expect(page.get_by_label("Public (%)").first).to_have_value("33")


def sign_out(page: Page) -> None:
    """As when the session has expired: the browser no longer has its cookie."""
    page.context.clear_cookies(name="sessionid")


def test_a_session_that_ended_is_told_and_the_text_waits_for_the_sign_in(page, diagnostic):
    sign_out(page)
    fill(page, 1, "CCI")
    banner = page.locator("[data-signed-out]")
    expect(banner).to_be_visible()
    # One message, in view wherever one types; nothing beside it says that it is not saved.
    expect(banner).to_be_in_viewport()
    expect(page.get_by_text("Non enregistré")).to_have_count(0)
    expect(banner.get_by_text("raison du choix")).to_be_hidden()
    banner.get_by_role("link", name="reconnectez-vous").click()
    sign_in(page, diagnostic.created_by.email)
    expect(row(page, "Acteur", 1).get_by_label("Acteur", exact=True)).to_have_value("CCI")


def test_the_reason_of_a_choice_stays_when_the_session_has_ended(page):
    fill(page, 1, "CCI")
    stay(page)
    point = page.locator("#step-side .point", has_text="dans quel but")
    point.locator("summary", has_text="choix assumé").click()
    reason = point.get_by_label("Pourquoi ce choix")
    reason.fill("À voir au printemps")
    sign_out(page)
    point.get_by_role("button", name="Enregistrer ce choix").click()
    expect(page.locator("[data-signed-out]").get_by_text("raison du choix")).to_be_visible()
    expect(reason).to_have_value("À voir au printemps")
