"""« Enregistrer » without leaving the step, and the points to discuss that follow at once."""

import pytest
from playwright.sync_api import Page, expect

from diagnostics.models import Answer, Diagnostic, Draft
from tests.browser.helpers import a_diagnostic, row, sign_in, step_path, wait_until

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
    expect(page.get_by_text("Enregistré.", exact=True)).to_be_attached()


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

    row(page, "Acteur", 1).get_by_label("Dans quel but").fill("Préparer l’entreprise")
    page.get_by_role("button", name="Ajouter un acteur").click()
    fill(page, 2, "Medef")
    row(page, "Acteur", 2).get_by_role("button", name="Monter").click()
    stay(page)
    expect(notes).not_to_contain_text("«\u00a0CCI\u00a0»\u00a0: dans quel but")
    expect(notes).to_contain_text("«\u00a0Medef\u00a0»\u00a0: dans quel but")
    assert [line["actor"] for line in stored()] == ["Medef", "CCI"]
    assert stored()[1]["id"] == first

    other = stored()[0]["id"]
    row(page, "Acteur", 1).get_by_label("Dans quel but").fill("Rencontrer les adhérents")
    stay(page)
    assert [line["id"] for line in stored()] == [other, first]


def test_what_is_malformed_is_shown_as_ever(page):
    fill(page, 1, "CCI")
    row(page, "Acteur", 1).get_by_label("Horizon").fill("bientôt")
    page.get_by_role("button", name="Enregistrer", exact=True).click()
    expect(page.locator(".error-summary")).to_be_focused()
    expect(row(page, "Acteur", 1).get_by_label("Horizon")).to_have_value("bientôt")
    assert not Answer.objects.exists()


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
    row(page, "Acteur", 1).get_by_label("Note").fill("Pas encore enregistré")
    notes = page.locator("#step-side")
    point = notes.locator(".point", has_text="dans quel but")
    point.locator("summary").click()
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
    point.locator("summary").click()
    point.get_by_label("Pourquoi ce choix").fill("Trop tard")
    point.locator("[name=finding]").evaluate("field => { field.value = '0'.repeat(12); }")
    point.get_by_role("button", name="Enregistrer ce choix").click()
    expect(page.get_by_role("alert")).to_contain_text("Trop tard")


def test_what_an_example_fills_is_kept_at_once(page, diagnostic):
    """The page that one goes to may be asked for before this one knows that it is left."""
    page.goto(step_path(diagnostic, "economic_model"))
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.get_by_role("button", name="Trois tiers").first.click()
    page.reload()
    expect(page.get_by_text("Nous avons gardé votre saisie")).to_be_visible()
    expect(page.get_by_label("Public (%)").first).to_have_value("33")


def test_what_is_typed_is_kept_without_leaving(page, diagnostic):
    """A browser that ends without a word loses nothing."""
    drafts = Draft.objects.filter(diagnostic=diagnostic, step="alliances")
    fill(page, 1, "CCI")
    wait_until(lambda: drafts.filter(form_data__contains="CCI").exists(), "no draft")
    row(page, "Acteur", 1).get_by_label("Note").fill("Encore")
    wait_until(lambda: drafts.filter(form_data__contains="Encore").exists(), "no second draft")
    stay(page)
    assert not drafts.exists()
    assert stored()[0]["note"] == "Encore"


def sign_out(page: Page) -> None:
    """As when the session has expired: the browser no longer has its cookie."""
    page.context.clear_cookies(name="sessionid")


def test_a_session_that_ended_is_told_and_the_text_waits_for_the_sign_in(page, diagnostic):
    sign_out(page)
    fill(page, 1, "CCI")
    banner = page.get_by_role("alert").filter(has_text="Votre session est terminée")
    expect(banner).to_be_visible()
    banner.get_by_role("link", name="reconnectez-vous").click()
    sign_in(page, diagnostic.created_by.email)
    expect(page.get_by_text("Nous avons gardé votre saisie")).to_be_visible()
    expect(row(page, "Acteur", 1).get_by_label("Acteur", exact=True)).to_have_value("CCI")


def test_the_reason_of_a_choice_stays_when_the_session_has_ended(page):
    fill(page, 1, "CCI")
    stay(page)
    point = page.locator("#step-side .point", has_text="dans quel but")
    point.locator("summary").click()
    reason = point.get_by_label("Pourquoi ce choix")
    reason.fill("À voir au printemps")
    sign_out(page)
    point.get_by_role("button", name="Enregistrer ce choix").click()
    expect(page.get_by_text("Votre session est terminée")).to_be_visible()
    expect(reason).to_have_value("À voir au printemps")


def test_a_draft_that_does_not_arrive_does_not_hold_up_a_save(page):
    """On a slow network a save waits for the draft on its way, not for ever."""
    held = []

    def hold(route) -> None:
        if "keep_draft" in (route.request.post_data or ""):
            held.append(route)
        else:
            route.continue_()

    page.route("**/etapes/alliances/", hold)
    fill(page, 1, "CCI")
    wait_until_held(page, held)
    page.get_by_role("button", name="Enregistrer et continuer").last.click()
    page.wait_for_url("**/etapes/organisation/")
    assert stored()[0]["actor"] == "CCI"


def wait_until_held(page: Page, held: list) -> None:
    for _ in range(100):
        if held:
            return
        page.wait_for_timeout(50)
    pytest.fail("no draft")


def test_without_a_network_nothing_is_sent_and_the_text_stays(page, open_browser):
    fill(page, 1, "CCI")
    page.context.set_offline(True)
    told = page.get_by_role("alert").filter(has_text="Le réseau ne répond pas")
    for name in ("Enregistrer", "Enregistrer et continuer"):
        page.get_by_role("button", name=name, exact=True).last.click()
        expect(told).to_be_visible()
        expect(row(page, "Acteur", 1).get_by_label("Acteur", exact=True)).to_have_value("CCI")
    page.context.set_offline(False)
    stay(page)
    expect(told).to_be_hidden()
    assert stored()[0]["actor"] == "CCI"
    # What the console says of the network, and htmx of what it could not send.
    said = [p for p in open_browser.problems if "DISCONNECTED" in p or "htmx:" in p]
    assert said == open_browser.problems
    open_browser.problems.clear()
