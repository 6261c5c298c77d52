"""Where one is signed in: told in words, ended from elsewhere, and by a change of password."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.contrib.sessions.backends import db
from django.contrib.sessions.base_session import AbstractBaseSession
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from diagnostics.domain.vocabulary import EventKind
from diagnostics.models import Event, OpenSession, User
from diagnostics.services.open_sessions import end_sessions, purge_open_sessions
from diagnostics.sessions import SEEN, SessionStore
from tests.factories import PASSWORD, UserFactory
from tests.mails import left
from tests.pages import html_of

pytestmark = pytest.mark.django_db

ACCOUNT, SIGN_IN = "/compte/", "/accounts/login/"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Version/17.5 Safari/604.1"
NEW = "une phrase tout autre"


@pytest.fixture
def owner():
    return UserFactory(email="ines@x.example", verified=True)


def signed_in(user, agent=FIREFOX, password=PASSWORD):
    browser = Client(headers={"User-Agent": agent})
    browser.post(SIGN_IN, {"login": user.email, "password": password})
    assert is_in(browser)
    return browser


def is_in(browser):
    return browser.get(ACCOUNT).status_code == 200


def rows(user):
    return list(OpenSession.objects.filter(user=user).order_by("pk"))


def test_each_session_is_told_in_words(owner):
    desk, phone = signed_in(owner), signed_in(owner, IPHONE)
    signed_in(UserFactory(email="paul@x.example", verified=True), "Opera OPR/1 Windows")
    html = html_of(desk.get(ACCOUNT))
    told = html[html.index('id="sessions"') : html.index("Vos données")]
    assert re.findall(r"<h3>(.*?)</h3>", told) == ["Safari sur iPhone", "Firefox sur Linux"]
    assert told.count("C’est ici.") == 1
    assert re.search(r"Connexion le \d+(er)?\s\w+\s\d{4} à \d+\sh\s\d\d", told)
    assert told.index("C’est ici.") > told.index("Firefox sur Linux")
    assert "C’est ici." in html_of(phone.get(ACCOUNT))


@pytest.mark.parametrize("path", [ACCOUNT, "/mes-donnees/", "/accounts/2fa/", "/accounts/email/"])
def test_the_header_says_that_one_is_in_one_s_account(owner, path):
    html = signed_in(owner).get(path).content.decode()
    header = html[html.index('class="nav-account"') : html.index('class="nav-name"')]
    assert 'aria-current="page"' in header


def test_a_session_is_closed_from_another_browser(owner):
    desk, phone = signed_in(owner), signed_in(owner, IPHONE)
    row = next(row for row in rows(owner) if row.browser == "Safari sur iPhone")
    answer = desk.post(reverse("account_session_end", args=[row.pk]), follow=True)
    assert "La session est fermée." in html_of(answer)
    assert "Safari sur iPhone" not in html_of(answer)
    assert not is_in(phone)
    assert is_in(desk)
    assert ended() == [(owner.pk, owner.pk)]


def test_nobody_closes_that_of_somebody_else(owner):
    desk = signed_in(owner)
    stranger = signed_in(UserFactory(email="paul@x.example", verified=True))
    (row,) = rows(owner)
    assert stranger.post(reverse("account_session_end", args=[row.pk])).status_code == 404
    stranger.post(reverse("account_sessions_end"))
    assert is_in(desk)


def test_all_the_others_are_closed(owner):
    desk, phone, third = signed_in(owner), signed_in(owner, IPHONE), signed_in(owner)
    desk.post(reverse("account_sessions_end"))
    assert [is_in(browser) for browser in (desk, phone, third)] == [True, False, False]
    assert len(rows(owner)) == 1
    desk.post(reverse("account_sessions_end"))  # nothing is left to end
    assert ended() == [(owner.pk, owner.pk)]


def test_a_session_of_before_has_a_row_once_it_is_seen(owner):
    """Such as it was written by an older release."""
    browser = signed_in(owner)
    session = browser.session
    del session[SEEN]
    db.SessionStore.save(session)
    OpenSession.objects.all().delete()
    assert is_in(browser)
    assert [row.browser for row in rows(owner)] == ["Firefox sur Linux"]


def test_when_one_was_seen_is_written_every_ten_minutes(owner):
    browser = signed_in(owner)
    long_ago = timezone.now() - dt.timedelta(hours=3)
    OpenSession.objects.update(started_at=long_ago, last_seen_at=long_ago)
    is_in(browser)
    assert rows(owner)[0].last_seen_at == long_ago
    session = browser.session
    session[SEEN] = int(long_ago.timestamp())
    db.SessionStore.save(session)
    is_in(browser)
    (row,) = rows(owner)
    assert (row.started_at, row.last_seen_at > long_ago) == (long_ago, True)


def ended():
    told = Event.objects.filter(kind=EventKind.SESSIONS_ENDED.value)
    return list(told.values_list("actor", "person"))


# --- What ends sessions -------------------------------------------------------------------------------


def test_a_changed_password_ends_the_others_and_keeps_this_one(owner):
    desk, phone = signed_in(owner), signed_in(owner, IPHONE)
    typed = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    desk.post(reverse("account_change_password"), typed)
    assert [is_in(desk), is_in(phone)] == [True, False]
    assert ended() == []  # the journal says that the password was changed
    (row,) = rows(owner)
    assert (row.browser, row.session_key) == ("Firefox sur Linux", desk.session.session_key)


def test_a_reset_ends_them_all(owner):
    desk, elsewhere = signed_in(owner), Client(headers={"User-Agent": IPHONE})
    elsewhere.post(reverse("account_reset_password"), {"email": owner.email})
    link = re.search(r"http://testserver(/\S+)", left()[0].body)[1]
    page = elsewhere.get(link, follow=True).redirect_chain[-1][0]
    elsewhere.post(page, {"password1": NEW, "password2": NEW})
    assert [is_in(desk), is_in(elsewhere)] == [False, True]
    assert [row.browser for row in rows(owner)] == ["Safari sur iPhone"]


def test_who_is_deactivated_is_out_at_the_next_request_and_stays_out(owner, admin_client):
    browser = signed_in(owner)
    User.objects.filter(pk=owner.pk).update(is_active=False)
    assert not is_in(browser)
    again = signed_in_again(owner)
    admin_client.post(
        reverse("admin:diagnostics_user_change", args=[owner.pk]), {"name": owner.name}
    )
    User.objects.filter(pk=owner.pk).update(is_active=True)
    assert not is_in(again)
    assert [person for _actor, person in ended()] == [owner.pk]


def signed_in_again(user):
    User.objects.filter(pk=user.pk).update(is_active=True)
    return signed_in(user)


def test_signing_out_ends_the_session_for_whoever_kept_its_cookie(owner):
    browser = signed_in(owner)
    thief = Client()
    thief.cookies["sessionid"] = browser.cookies["sessionid"].value
    assert is_in(thief)
    browser.post(reverse("account_logout"))
    assert not is_in(thief)
    assert not Session.objects.exists()


def test_a_session_that_is_over_is_nobody_s(owner):
    desk, phone = signed_in(owner), signed_in(owner, IPHONE)
    key = desk.cookies["sessionid"].value
    over = timezone.now() - dt.timedelta(seconds=1)
    Session.objects.filter(session_key=key).update(expire_date=over)
    assert [is_in(browser) for browser in (desk, phone)] == [False, True]
    assert SessionStore(key).load() == {}
    assert SessionStore("a" * 32).load() == {}


def test_signing_in_changes_the_key(owner):
    """A key that somebody else put into the browser before opens nothing."""
    victim, thief = Client(), Client()
    session = victim.session
    session["posé"] = "avant"
    session.save()
    planted = session.session_key
    victim.cookies["sessionid"] = thief.cookies["sessionid"] = planted
    victim.post(SIGN_IN, {"login": owner.email, "password": PASSWORD})
    assert is_in(victim)
    assert victim.session.session_key != planted
    assert not is_in(thief)


def test_all_of_a_person_s_sessions_end_and_nobody_else_s(owner, monkeypatch):
    browser, other = signed_in(owner), UserFactory(email="paul@x.example", verified=True)
    others = signed_in(other)
    with monkeypatch.context() as without:
        without.delattr(
            AbstractBaseSession, "get_decoded"
        )  # those of the whole site are not read for it
        assert end_sessions(owner) == 1
    assert [is_in(browser), is_in(others)] == [False, True]
    assert (len(rows(owner)), len(rows(other))) == (0, 1)


def test_rows_of_ended_sessions_are_forgotten(owner):
    signed_in(owner)
    kept = signed_in(owner, IPHONE)
    Session.objects.exclude(pk=kept.session.session_key).delete()
    assert purge_open_sessions() == 1
    assert [row.browser for row in rows(owner)] == ["Safari sur iPhone"]
