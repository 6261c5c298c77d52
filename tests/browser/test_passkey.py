"""A passkey in a real browser, with an authenticator that Chromium plays: added, then used to sign in."""

from __future__ import annotations

import pytest
from allauth.mfa.models import Authenticator
from playwright.sync_api import Page, expect

from tests.browser.helpers import sign_in, watch, with_session
from tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_passkey_is_added_and_opens_the_next_sign_in(live_server, page: Page):
    cdp = page.context.new_cdp_session(page)
    cdp.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasUserVerification": True}
    options |= {"isUserVerified": True, "automaticPresenceSimulation": True}
    cdp.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    user = UserFactory(verified=True)
    # A passkey belongs to a name, never to a number.
    site = live_server.url.replace("127.0.0.1", "localhost")
    problems: list[str] = []
    watch(page, problems, site)
    with_session(page.context, site, user)

    page.goto(f"{site}/accounts/2fa/webauthn/add/")
    page.get_by_label("Mot de passe").fill(PASSWORD)
    page.get_by_role("button", name="Confirmer").click()
    page.get_by_label("Nom de cette clé").fill("Téléphone d’Alix")
    page.get_by_role("button", name="Ajouter la clé").click()
    expect(page.get_by_role("heading", name="Codes de secours")).to_be_visible()
    key = Authenticator.objects.get(user=user, type="webauthn")
    assert str(key) == "Téléphone d’Alix"

    page.context.clear_cookies()
    page.goto(f"{site}/accounts/login/")
    sign_in(page, user.email)
    page.get_by_role("button", name="Utiliser une clé d’accès").click()
    expect(page).to_have_url(f"{site}/")
    key.refresh_from_db()
    assert key.last_used_at is not None
    assert problems == []
