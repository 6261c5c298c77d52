"""A password can be shown while it is typed, on every page that asks for one."""

import pytest
from playwright.sync_api import expect

from tests.browser.inspection import BOTH, Inspector
from tests.factories import PASSWORD, UserFactory


@pytest.fixture
def own(open_browser):
    user = UserFactory(verified=True)
    return open_browser(user)


def toggles(page):
    return page.get_by_role("button", name="Afficher")


def test_it_is_shown_and_hidden_again_by_keyboard_alone(open_browser, live_server):
    page = open_browser()
    page.goto("/accounts/login/")
    field = page.get_by_label("Mot de passe")
    field.fill("à-voir")
    expect(field).to_have_attribute("type", "password")
    page.keyboard.press("Tab")
    toggle = page.get_by_role("button", name="Afficher « Mot de passe »")
    expect(toggle).to_be_focused()
    expect(toggle).to_have_attribute("aria-pressed", "false")
    page.keyboard.press("Space")
    expect(field).to_have_attribute("type", "text")
    expect(field).to_have_value("à-voir")
    expect(toggle).to_have_attribute("aria-pressed", "true")
    expect(toggle).to_be_focused()
    page.keyboard.press("Enter")
    expect(field).to_have_attribute("type", "password")
    expect(toggle).to_have_attribute("aria-pressed", "false")


def test_it_is_sent_as_a_password(open_browser, live_server):
    """A browser keeps what was typed in a field of text, and offers it to whoever comes next."""
    user = UserFactory(verified=True)
    page = open_browser()
    page.goto("/accounts/login/")
    page.evaluate(
        "document.forms[document.forms.length - 1].addEventListener('submit', () =>"
        " sessionStorage.setItem('sent', document.querySelector('[name=password]').type))"
    )
    page.get_by_label("Adresse e-mail").fill(user.email)
    page.get_by_label("Mot de passe").fill(PASSWORD)
    toggles(page).click()
    page.get_by_label("Mot de passe").press("Enter")
    expect(page).to_have_url("/")
    assert page.evaluate("sessionStorage.getItem('sent')") == "password"


@pytest.mark.parametrize(
    ("path", "label"),
    [("/accounts/login/", "Adresse e-mail"), ("/accounts/signup/", "Nom affiché")],
)
def test_one_types_at_once(open_browser, live_server, path, label):
    page = open_browser()
    page.goto(path)
    expect(page.get_by_label(label)).to_be_focused()


def test_every_password_has_its_button(own, open_browser):
    counts = {}
    page = own
    for path in ("/accounts/password/change/", "/accounts/reauthenticate/"):
        page.goto(path)
        counts[path] = (page.locator("input[type=password]").count(), toggles(page).count())
    page = open_browser()
    for path in ("/accounts/login/", "/accounts/signup/"):
        page.goto(path)
        counts[path] = (page.locator("input[type=password]").count(), toggles(page).count())
    assert counts == {
        "/accounts/password/change/": (3, 3),
        "/accounts/reauthenticate/": (1, 1),
        "/accounts/login/": (1, 1),
        "/accounts/signup/": (1, 1),
    }


def test_pages_with_a_shown_password_are_accessible(own):
    inspector = Inspector(own)
    own.goto("/accounts/password/change/")
    for toggle in toggles(own).all():
        toggle.click()
    own.get_by_label("Mot de passe actuel").fill("x" * 60)
    inspector.inspect("passwords shown", BOTH)
    assert inspector.problems == []


def test_without_javascript_the_fields_are_plain(browser, live_server):
    context = browser.new_context(java_script_enabled=False, base_url=live_server.url)
    page = context.new_page()
    page.goto("/accounts/login/")
    assert page.locator("input[type=password]").count() == 1
    assert toggles(page).count() == 0
    context.close()
