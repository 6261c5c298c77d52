"""A session that ends before a form is sent: each kind of form comes back, with what was typed in it.

Three kinds in each run: one that asks in a fold, one that ties rows, one of a facilitator.
"""

import pytest
from playwright.sync_api import Page, expect

from diagnostics.domain.vocabulary import State
from diagnostics.models import Acknowledgement, Diagnostic, Invitation, User
from diagnostics.services.workflow import request_changes
from tests.browser.helpers import sign_in
from tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db(transaction=True)
TEXT = "Tapé avant la fin de la session"


@pytest.fixture
def diagnostic(demo) -> Diagnostic:
    return demo["Lien Brumelle"].diagnostics.get()


@pytest.fixture
def lead(diagnostic) -> User:
    return who_can_sign_in(diagnostic.structure.memberships.get(role="lead").user)


@pytest.fixture
def page(open_browser, lead) -> Page:
    return open_browser(lead)


def who_can_sign_in(user: User) -> User:
    user.set_password(PASSWORD)
    user.save()
    return user


def press_too_late(page: Page, person: User, button) -> None:
    """Lose the session, press the button, sign in and send what comes back."""
    here = page.url.split("#")[0]
    page.context.clear_cookies(name="sessionid")
    button.click()
    sign_in(page, person.email)
    page.wait_for_url(lambda url: url.split("#")[0] == here)
    kept = page.get_by_role("region", name="Votre session s’était terminée")
    with page.expect_navigation():
        kept.get_by_role("button", name="Envoyer maintenant").click()
    expect(kept).to_have_count(0)


def button(page: Page, name: str):
    return page.get_by_role("button", name=name)


# What the server keeps and gives back of this form: tests/integration/test_expired_session.py.
@pytest.mark.thorough
def test_an_identity_card(page, lead, diagnostic):
    page.goto(f"/structures/{diagnostic.structure.pk}/modifier/")
    page.get_by_label("Nom de la structure").fill(TEXT)
    press_too_late(page, lead, button(page, "Enregistrer"))
    diagnostic.structure.refresh_from_db()
    assert diagnostic.structure.name == TEXT


# What the server keeps and gives back of this form: tests/integration/test_expired_session.py.
@pytest.mark.thorough
def test_the_frame_with_a_workshop(page, lead, diagnostic):
    page.goto(f"/diagnostics/{diagnostic.pk}/modifier/")
    page.get_by_label("Qualité des participants").last.fill(TEXT)
    press_too_late(page, lead, button(page, "Enregistrer"))
    diagnostic.refresh_from_db()
    assert TEXT in [workshop["composition"] for workshop in diagnostic.workshops]


# What the server keeps and gives back of this form: tests/integration/test_expired_session.py.
@pytest.mark.thorough
def test_an_invitation(page, lead, diagnostic):
    page.goto(f"/structures/{diagnostic.structure.pk}/equipe/")
    page.get_by_label("Adresses e-mail").fill("nouvelle@brumelle.example")
    press_too_late(page, lead, button(page, "Envoyer les invitations"))
    assert Invitation.objects.filter(email="nouvelle@brumelle.example").count() == 1


def test_a_choice_on_purpose_on_the_check_page(page, lead, diagnostic):
    page.goto(f"/diagnostics/{diagnostic.pk}/relecture/")
    point = page.locator(".point").first
    point.get_by_text("C’est un choix assumé").click()
    point.get_by_label("Pourquoi ce choix").fill(TEXT)
    press_too_late(page, lead, point.get_by_role("button", name="Enregistrer ce choix"))
    assert Acknowledgement.objects.get(reason=TEXT)


def test_a_link(page, lead, diagnostic):
    page.goto(f"/diagnostics/{diagnostic.pk}/fil-rouge/")
    form = page.locator(".link-form").filter(has=page.locator("[name=links]")).first
    before = {answer.step: answer.revision for answer in diagnostic.answers.all()}
    form.locator("xpath=ancestor::details").locator("summary").click()
    form.locator("[name=links]:not(:checked)").first.click()
    press_too_late(page, lead, form.get_by_role("button"))
    after = {answer.step: answer.revision for answer in diagnostic.answers.all()}
    assert sum(after.values()) == sum(before.values()) + 1


# What the server keeps and gives back of this form: tests/integration/test_expired_session.py.
@pytest.mark.thorough
def test_a_submission(open_browser, demo):
    diagnostic = demo["Passerelles en Sorelle"].diagnostics.get()
    facilitator = UserFactory(facilitator=True)
    request_changes(diagnostic, user=facilitator, reason="À revoir", base_url="http://testserver")
    lead = who_can_sign_in(diagnostic.structure.memberships.get(role="lead").user)
    page = open_browser(lead)
    page.goto(f"/diagnostics/{diagnostic.pk}/soumettre/")
    page.get_by_label("Nous avons relu nos réponses").check()
    press_too_late(page, lead, button(page, "Soumettre le diagnostic"))
    diagnostic.refresh_from_db()
    assert diagnostic.state == State.SUBMITTED


def test_a_request_for_changes(open_browser, demo):
    facilitator = UserFactory(facilitator=True, verified=True)
    diagnostic = demo["Passerelles en Sorelle"].diagnostics.get()
    page = open_browser(facilitator)
    page.goto(f"/diagnostics/{diagnostic.pk}/relecture/")
    page.get_by_label("Ce que vous demandez à la structure").fill(TEXT)
    press_too_late(page, facilitator, button(page, "Demander des modifications"))
    assert diagnostic.threads.get(state="pending").messages.get().text == TEXT
