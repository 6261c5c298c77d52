"""Whether an address has an account is told by nothing: page, status, cookies, mails, and the work done."""

from __future__ import annotations

import re

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import MD5PasswordHasher
from django.test import Client
from django.urls import reverse

from tests.factories import PASSWORD, UserFactory
from tests.mails import left
from tests.pages import html_of

pytestmark = pytest.mark.django_db

KNOWN, UNCONFIRMED, UNKNOWN = "ines@x.example", "paul@x.example", "zoe@x.example"
FORMS = {
    "account_signup": lambda email: {"name": "Ada", "email": email, "password1": PASSWORD + "s"},
    "account_reset_password": lambda email: {"email": email},
    "account_login": lambda email: {"login": email, "password": PASSWORD + "s"},
}


@pytest.fixture
def hashed(monkeypatch):
    """What was hashed: that is what takes a quarter of a second."""
    passwords: list[str] = []
    encode = MD5PasswordHasher.encode

    def noted(self, password, salt):
        passwords.append(password)
        return encode(self, password, salt)

    monkeypatch.setattr(MD5PasswordHasher, "encode", noted)
    return passwords


@pytest.fixture(autouse=True)
def people():
    UserFactory(email=KNOWN, verified=True)
    user = UserFactory(email=UNCONFIRMED)
    user.set_password(PASSWORD)
    user.save()
    EmailAddress.objects.create(user=user, email=user.email, primary=True)


def without_token(page):
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page)


def seen_from_outside(name, email, hashed, password=None):
    """What whoever sends a form can see and measure of its answer, the page that follows included."""
    browser, mails, hashes = Client(), len(left()), len(hashed)
    data = FORMS[name](email)
    answer = browser.post(reverse(name), data | ({"password": password} if password else {}))
    work = len(hashed) - hashes
    page = html_of(browser.get(answer.url) if answer.status_code == 302 else answer)
    page = without_token(page)
    return {
        "status": (answer.status_code, answer.headers.get("Location")),
        "cookies": {name: bool(cookie.value) for name, cookie in answer.cookies.items()},
        # What the browser would be shown of its session by the page that one comes from.
        "form": without_token(html_of(browser.get(reverse(name)))),
        "page": page.replace(email, "ADDRESS"),
        "mails": len(left()) - mails,
        "hashes": work,
    }


@pytest.mark.parametrize("name", FORMS)
def test_a_known_address_looks_as_an_unknown_one(name, hashed):
    known, unconfirmed, unknown = (
        seen_from_outside(name, email, hashed) for email in (KNOWN, UNCONFIRMED, UNKNOWN)
    )
    assert known == unknown
    assert unconfirmed == unknown
    assert known["mails"] == (0 if name == "account_login" else 1)
    assert known["hashes"] == (0 if name == "account_reset_password" else 1)


def test_whoever_signs_up_for_somebody_learns_nothing_by_signing_in(hashed):
    """An account that was just made is not confirmed: its password opens nothing and is told wrong."""
    told = []
    for email in (KNOWN, UNKNOWN):
        seen_from_outside("account_signup", email, hashed)
        told.append(seen_from_outside("account_login", email, hashed, password=PASSWORD + "s"))
    assert told[0] == told[1]
    assert told[0]["status"] == (200, None)


def test_a_right_password_is_hashed_once(hashed):
    answer = Client().post(reverse("account_login"), {"login": KNOWN, "password": PASSWORD})
    assert answer.status_code == 302
    assert hashed == [PASSWORD]
