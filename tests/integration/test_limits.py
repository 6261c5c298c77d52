"""How often one may try: for all processes together, whatever a browser writes, and never against the owner
of an account because of somebody else."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from allauth.account.models import EmailAddress
from django.core.cache import cache, caches
from django.db import connections
from django.http import HttpRequest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from diagnostics import limits
from diagnostics.accounts import AccountAdapter
from diagnostics.models import SharedValue
from diagnostics.services.shared_values import purge_shared_values
from diagnostics.shared_cache import SharedCache
from tests.factories import PASSWORD, UserFactory
from tests.mails import left
from tests.pages import html_of

pytestmark = pytest.mark.django_db

SIGN_IN = "/accounts/login/"
HERE, ELSEWHERE = "198.51.100.7", "203.0.113.9"
WORDS = AccountAdapter.error_messages
REFUSALS = [WORDS[name] for name in ("email_password_mismatch", "tries_here", "tries_elsewhere")]


@pytest.fixture
def owner():
    return UserFactory(email="ines@x.example", verified=True)


def try_to_sign_in(address, password="tout à fait faux", *, network=HERE, client=None, **headers):
    """Send the form; the sentence that refuses it, empty when the person is in."""
    browser = client or Client()
    typed = {"login": address, "password": password}
    answer = browser.post(SIGN_IN, typed, REMOTE_ADDR=network, headers=headers)
    assert answer.status_code in (200, 302)
    # Not the context, which the test client mixes up between threads.
    shown = html_of(answer)
    return next((words for words in REFUSALS if words in shown), "")


def known_browser(user):
    """A browser where the person signed in and out: it has no session any more."""
    browser = Client()
    assert try_to_sign_in(user.email, PASSWORD, client=browser, network="192.0.2.1") == ""
    browser.get(reverse("account"))
    browser.post(reverse("account_logout"))
    assert "_auth_user_id" not in browser.session
    return browser


def networks():
    return (f"10.0.{n // 250}.{n % 250 + 1}" for n in range(10_000))


# --- Signing in -----------------------------------------------------------------------------------


def test_five_wrong_passwords_and_no_more_from_one_network(owner):
    said = [try_to_sign_in(owner.email) for _ in range(6)]
    assert said == [WORDS["email_password_mismatch"]] * 5 + [WORDS["tries_here"]]
    assert try_to_sign_in(owner.email, PASSWORD) == WORDS["tries_here"]


def test_an_address_without_an_account_is_limited_as_one_with(owner):
    said = [try_to_sign_in("personne@x.example") for _ in range(6)]
    assert said == [try_to_sign_in(owner.email) for _ in range(6)]


def test_the_owner_signs_in_from_another_network(owner):
    for _ in range(6):
        try_to_sign_in(owner.email, network=ELSEWHERE)
    assert try_to_sign_in(owner.email, PASSWORD) == ""


def test_right_passwords_are_not_counted(owner):
    for _ in range(8):
        assert try_to_sign_in(owner.email, PASSWORD) == ""


def test_what_a_browser_says_of_its_address_changes_nothing(owner):
    said = [try_to_sign_in(owner.email, **{"X-Forwarded-For": f"10.1.1.{n}"}) for n in range(6)]
    assert said[-1] == WORDS["tries_here"]


def test_behind_a_proxy_only_its_own_word_counts(owner, settings):
    settings.TRUSTED_PROXIES = 1
    proxy = "127.0.0.1"
    said = [
        try_to_sign_in(
            owner.email, network=proxy, **{"X-Forwarded-For": f"10.1.1.{n}, {ELSEWHERE}"}
        )
        for n in range(6)
    ]
    assert said[-1] == WORDS["tries_here"]
    # Somebody else behind the same proxy is somebody else.
    told = {"X-Forwarded-For": HERE}
    assert try_to_sign_in(owner.email, PASSWORD, network=proxy, **told) == ""


@pytest.mark.parametrize(
    ("trusted", "forwarded", "direct", "address"),
    [
        (0, "10.0.0.1", HERE, HERE),
        (1, "", HERE, HERE),
        (1, "10.0.0.1, 10.0.0.2", HERE, "10.0.0.2"),
        (2, "10.0.0.0, 10.0.0.1, 10.0.0.2", HERE, "10.0.0.1"),
        (2, "10.0.0.2", HERE, HERE),
        (1, "10.0.0.2,", HERE, HERE),
        (1, "", "", "0.0.0.0"),  # a socket, and a proxy that says nothing
    ],
)
def test_whose_address_it_is(settings, trusted, forwarded, direct, address):
    settings.TRUSTED_PROXIES = trusted
    request = HttpRequest()
    request.META = {"REMOTE_ADDR": direct, "HTTP_X_FORWARDED_FOR": forwarded}
    assert limits.address_of(request) == address


def test_whoever_tries_from_everywhere_is_stopped_and_the_owner_is_not(owner, monkeypatch):
    browser = known_browser(owner)
    monkeypatch.setitem(limits.SIGN_IN, "account", "8/60m/key")
    said = [
        try_to_sign_in(owner.email, network=network)
        for network, _ in zip(networks(), range(9), strict=False)
    ]
    assert said == [WORDS["email_password_mismatch"]] * 8 + [WORDS["tries_elsewhere"]]
    # Not even with the right password, where nobody signed in before …
    assert try_to_sign_in(owner.email, PASSWORD) == WORDS["tries_elsewhere"]
    # … and at once in a browser that the account knows.
    assert try_to_sign_in(owner.email, PASSWORD, client=browser) == ""


def test_whoever_tries_many_accounts_is_stopped_and_their_colleagues_are_not(owner, monkeypatch):
    browser = known_browser(owner)
    monkeypatch.setitem(limits.SIGN_IN, "network", "8/10m/ip")
    said = [try_to_sign_in(f"personne-{n}@x.example") for n in range(9)]
    assert said[-1] == WORDS["tries_elsewhere"]
    assert try_to_sign_in(owner.email, PASSWORD) == WORDS["tries_elsewhere"]
    assert try_to_sign_in(owner.email, PASSWORD, client=browser) == ""


def test_a_known_browser_is_limited_as_well(owner):
    browser = known_browser(owner)
    said = [try_to_sign_in(owner.email, client=browser) for _ in range(11)]
    assert said == [WORDS["email_password_mismatch"]] * 10 + [WORDS["tries_here"]]
    assert try_to_sign_in(owner.email, PASSWORD, client=browser) == WORDS["tries_here"]


def test_a_browser_is_known_to_one_account_alone(owner):
    other = UserFactory(email="paul@x.example", verified=True)
    browser = known_browser(other)
    said = [try_to_sign_in(owner.email, client=browser) for _ in range(6)]
    assert said[-1] == WORDS["tries_here"]


def test_a_changed_password_and_a_changed_cookie_make_a_browser_unknown(owner):
    browser, forger = known_browser(owner), Client()
    forger.cookies["navigateur"] = browser.cookies["navigateur"].value.replace(":", ":x", 1)
    owner.set_password("une phrase tout autre")
    owner.save()
    for client in (browser, forger):
        said = [try_to_sign_in(owner.email, client=client, network=ELSEWHERE) for _ in range(6)]
        assert said[-1] == WORDS["tries_here"]


def test_the_administration_has_no_door_of_its_own(owner):
    for method in ("get", "post"):
        answer = getattr(Client(), method)(reverse("admin:login"), {"username": owner.email})
        assert answer.status_code == 302
        assert answer.url.startswith(SIGN_IN)


# --- The mail that lets one in ------------------------------------------------------------------------


def reset_of(address, *, client=None, network=HERE):
    browser = client or Client()
    answer = browser.post("/accounts/password/reset/", {"email": address}, REMOTE_ADDR=network)
    assert answer.url == reverse("account_reset_password_done")


def test_the_mail_of_a_reset_lets_the_owner_in_whatever_others_tried(owner, monkeypatch):
    monkeypatch.setitem(limits.SIGN_IN, "account", "3/60m/key")
    for network, _ in zip(networks(), range(4), strict=False):
        try_to_sign_in(owner.email, network=network)
        reset_of(owner.email, network=network)
    assert try_to_sign_in(owner.email, PASSWORD) == WORDS["tries_elsewhere"]
    browser = Client()
    reset_of(owner.email, client=browser)
    link = re.search(r"http://testserver(/\S+)", left()[-1].body)[1]
    page = browser.get(link, follow=True).redirect_chain[-1][0]
    new = "une phrase tout autre"
    browser.post(page, {"password1": new, "password2": new})
    assert browser.session["_auth_user_id"] == str(owner.pk)
    # From then on that browser is known.
    browser.get(reverse("account"))
    browser.post(reverse("account_logout"))
    assert try_to_sign_in(owner.email, new, client=browser) == ""


def test_few_mails_and_the_same_page(owner):
    for _ in range(5):
        reset_of(owner.email)
        reset_of("personne@x.example")
    assert [mail.to for mail in left()].count([owner.email]) == 3
    assert [mail.to for mail in left()].count(["personne@x.example"]) == 3
    reset_of(owner.email, client=known_browser(owner))
    assert len(left()) == 7


def test_the_mail_of_a_reset_proves_the_address():
    user = UserFactory(email="ines@x.example")
    EmailAddress.objects.create(user=user, email=user.email, primary=True)
    browser = Client()
    reset_of(user.email, client=browser)
    link = re.search(r"http://testserver(/\S+)", left()[-1].body)[1]
    page = browser.get(link, follow=True).redirect_chain[-1][0]
    new = "une phrase tout autre"
    browser.post(page, {"password1": new, "password2": new})
    assert EmailAddress.objects.get(user=user).verified
    assert browser.session["_auth_user_id"] == str(user.pk)


def test_sign_ups_are_limited_by_network(settings):
    settings.ACCOUNT_RATE_LIMITS = {"signup": "2/10m/ip"}
    data = {"name": "", "email": "", "password1": ""}
    answers = [Client().post("/accounts/signup/", data, REMOTE_ADDR=HERE) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert "Trop de demandes" in answers[-1].content.decode()
    assert Client().post("/accounts/signup/", data, REMOTE_ADDR=ELSEWHERE).status_code == 200


# --- What processes count together ----------------------------------------------------------------


def at_once(how_many, action):
    """Run an action in threads that have their own connections, all at the same moment."""
    barrier = Barrier(how_many)

    def run(number):
        barrier.wait()
        try:
            return action(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(how_many) as pool:
        return list(pool.map(run, range(how_many)))


@pytest.mark.django_db(transaction=True)
def test_of_many_tries_at_once_five_are_read():
    """Each has its own connection, as processes have."""
    user = UserFactory(email="ines@x.example", verified=True)
    said = at_once(8, lambda _: try_to_sign_in(user.email))
    assert said.count(WORDS["email_password_mismatch"]) == 5
    assert said.count(WORDS["tries_here"]) == 3


@pytest.mark.django_db(transaction=True)
def test_a_memory_of_each_one_s_own_would_read_them_all(settings):
    """The control: what stood before, a memory for each process."""
    settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": ""}
    }
    user = UserFactory(email="ines@x.example", verified=True)

    def in_a_process_of_its_own(_):
        caches["default"].clear()
        return try_to_sign_in(user.email)

    said = [in_a_process_of_its_own(number) for number in range(7)]
    assert said.count(WORDS["email_password_mismatch"]) == 7


@pytest.mark.django_db(transaction=True)
def test_one_of_several_adds():
    assert sorted(at_once(6, lambda number: cache.add("verrou", number, 30))) == [False] * 5 + [
        True
    ]


@pytest.mark.django_db(transaction=True)
def test_what_several_add_at_once_is_all_counted_until_the_same_moment():
    cache.add("gardé", 10, 3600)
    until = SharedValue.objects.get().until
    totals = at_once(8, lambda _: [cache.incr("gardé", 5) for _ in range(5)])
    assert sorted(sum(totals, [])) == [15 + 5 * number for number in range(40)]
    assert SharedValue.objects.get().until == until
    SharedValue.objects.update(until=timezone.now())
    with pytest.raises(ValueError, match="gardé"):
        cache.incr("gardé")


def test_a_value_is_kept_until_it_expires():
    assert isinstance(caches["default"], SharedCache)
    cache.set("essais", [1.5, 2], 60)
    assert cache.get("essais") == [1.5, 2]
    assert not cache.add("essais", True, 60)
    assert cache.touch("essais", 90)
    SharedValue.objects.update(until=timezone.now())
    assert cache.get("essais", "rien") == "rien"
    assert not cache.touch("essais", 90)
    assert cache.add("essais", True, 60)
    assert cache.delete("essais")
    assert not cache.delete("essais")


def test_neither_addresses_nor_networks_are_written(owner):
    try_to_sign_in(owner.email)
    written = str(list(SharedValue.objects.values_list("key", "value")))
    assert SharedValue.objects.count() == 3
    assert owner.email not in written
    assert HERE not in written


def test_what_has_expired_is_removed():
    cache.set("ancien", 1, 60)
    SharedValue.objects.update(until=timezone.now())
    cache.set("nouveau", 2, 60)
    assert purge_shared_values(timezone.now()) == 1
    assert cache.get("nouveau") == 2
