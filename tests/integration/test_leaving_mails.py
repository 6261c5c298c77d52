"""Leaving what one need not receive: in one click, without signing in; and choosing it in one's account."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from allauth.account import adapter
from django.conf import settings as django_settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from diagnostics.models import CommentMails, User
from diagnostics.notifications.accounts import ACCOUNT_LETTERS, account_letter
from diagnostics.notifications.leaving import Optional, leave_address, leave_token
from tests.factories import UserFactory
from tests.mails import left
from tests.pages import html_of, page_of

pytestmark = pytest.mark.django_db

ACCOUNT = "/compte/"
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


def preferences(user: User) -> tuple[str, bool]:
    user.refresh_from_db()
    return user.comment_mails, user.reminder_mails


@pytest.fixture
def mail_program() -> Client:
    """A mail program: no page before, no cookie, no token."""
    return Client(enforce_csrf_checks=True)


def test_one_click_leaves_one_kind(mail_program):
    user, other = UserFactory(), UserFactory()
    address = leave_address(user, Optional.COMMENTS, base_url="")
    for _ in range(2):
        assert mail_program.post(address, ONE_CLICK).status_code == 200
        assert preferences(user) == ("never", True)
    mail_program.post(leave_address(user, Optional.REMINDERS, base_url=""), ONE_CLICK)
    assert preferences(user) == ("never", False)
    assert preferences(other) == ("at_once", True)


def test_reading_the_page_changes_nothing_and_its_button_does(mail_program):
    user = UserFactory()
    address = leave_address(user, Optional.REMINDERS, base_url="")
    for method in (mail_program.get, mail_program.head):
        assert method(address).status_code == 200
    assert preferences(user) == ("at_once", True)
    (form,) = [form for form in page_of(mail_program.get(address)).forms if form.method == "post"]
    done = mail_program.post(address, form.data)
    assert "Vous ne recevrez plus par mail les rappels" in html_of(done)
    assert preferences(user) == ("at_once", False)


@pytest.mark.parametrize("change", [lambda t: t + "A", lambda t: "x", lambda t: t[1:]])
def test_a_link_that_was_not_made_here_does_nothing(mail_program, change):
    user = UserFactory()
    address = reverse("mails_leave", args=[change(leave_token(user, Optional.COMMENTS))])
    assert mail_program.get(address).status_code == 404
    assert mail_program.post(address, ONE_CLICK).status_code == 404
    assert preferences(user) == ("at_once", True)


def test_the_link_of_somebody_who_is_gone_is_no_fault(mail_program):
    user = UserFactory()
    address = leave_address(user, Optional.COMMENTS, base_url="")
    user.delete()
    assert mail_program.post(address, ONE_CLICK).status_code == 200


# --- The account --------------------------------------------------------------------------------------------


def test_one_chooses_in_ones_account(client):
    user = UserFactory()
    client.force_login(user)
    page = page_of(client.get(ACCOUNT))
    (form,) = [form for form in page.forms if "comments" in form.data]
    assert form.data["comments"] == ["at_once"]
    response = client.post(reverse("account_mails"), {"comments": "daily"})
    assert response.url == ACCOUNT
    assert preferences(user) == (CommentMails.DAILY, False)
    client.post(reverse("account_mails"), {"comments": "never", "reminders": "on"})
    assert preferences(user) == (CommentMails.NEVER, True)


@pytest.mark.parametrize("data", [{}, {"comments": "sometimes"}, {"comments": "a\x00b"}])
def test_a_choice_that_is_none_is_told_and_changes_nothing(client, data):
    user = UserFactory()
    client.force_login(user)
    response = client.post(reverse("account_mails"), data)
    assert response.status_code == 422
    assert 'class="error-summary"' in html_of(response)
    assert preferences(user) == ("at_once", True)


# --- The mails of accounts -----------------------------------------------------------------------------------

CONTEXT = {
    "activate_url": "http://testserver/confirmer/",
    "password_reset_url": "http://testserver/changer/",
    "signup_url": "http://testserver/creer/",
    "email": "<b>@x.example",
    "from_email": "a@x.example",
    "to_email": "b@x.example",
    "deleted_email": "c@x.example",
    "ip": "127.0.0.1",
    "user_agent": "<script>",
}
# Ways of signing in that are not offered.
NOT_SENT = {"login_code", "password_reset_code"}


def test_every_mail_of_an_account_is_ours():
    folder = Path(adapter.__file__.replace("account/adapter.py", "templates"))
    theirs = {
        path.name.removesuffix("_message.txt")
        for part in ("account", "mfa")
        for path in (folder / part / "email").glob("*_message.txt")
    }
    assert theirs - {"base"} - NOT_SENT == set(ACCOUNT_LETTERS)
    assert not getattr(django_settings, "ACCOUNT_LOGIN_BY_CODE_ENABLED", False)


@pytest.mark.parametrize("name", ACCOUNT_LETTERS)
def test_mails_of_accounts_have_the_same_page(name):
    letter = account_letter(name, CONTEXT | {"timestamp": timezone.now()})
    html = letter.as_html()
    assert '<html lang="fr">' in html
    assert '<p class="brand">Diagnostic ambition</p>' in html
    assert "<script>" not in html
    assert "<b>@" not in html
    links = set(re.findall(r'href="([^"]+)"', html))
    assert all(link in letter.as_text() for link in links)
    assert "testserver" not in re.sub(r'href="[^"]*"', "", html)


def test_they_leave_in_both_forms(client, settings):
    settings.SITE_NAME = "Diagnostic des alliances"
    client.post(reverse("account_reset_password"), {"email": "inconnue@x.example"})
    (message,) = left()
    html = message.alternatives[0].content
    assert "Diagnostic des alliances" in html
    assert message.body.endswith("\n\nDiagnostic des alliances\n")
    assert "/accounts/signup/" in message.body
