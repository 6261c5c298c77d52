"""The second factor: set up, asked for, required of those who see every structure, and kept safe."""

from __future__ import annotations

import datetime as dt
import re
import time
from io import StringIO

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import decrypt
from cryptography.fernet import InvalidToken
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from diagnostics.models import Event, FailedSignIns, SharedValue, User
from diagnostics.views.factors import FIRST, LAST
from tests.factories import PASSWORD, UserFactory
from tests.pages import page_of
from tests.scene import Scene, make_scene
from tests.second_factors import code_of

pytestmark = pytest.mark.django_db
INDEX = "/accounts/2fa/"
ACTIVATE, DEACTIVATE = f"{INDEX}totp/activate/", f"{INDEX}totp/deactivate/"
CODES = f"{INDEX}recovery-codes/"
SECOND = f"{INDEX}authenticate/"
LOGIN = "/accounts/login/"


def prove(client: Client) -> None:
    """Type the password again."""
    answer = client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    assert answer.status_code == 302


def set_up(client: Client) -> str:
    """Add an application as its page says, without JavaScript; return the key in letters."""
    page = page_of(client.get(ACTIVATE))
    secret = re.search(r"\b([A-Z2-7]{4} ){7}[A-Z2-7]{4}\b", page.text)[0].replace(" ", "")
    answer = client.post(ACTIVATE, {"code": code_of(secret)})
    assert answer.url == CODES
    return secret


def protected(**fields: object) -> tuple[User, str, list[str]]:
    """A person with an application and recovery codes."""
    user = UserFactory(verified=True, **fields)
    client = Scene.client_of(user)
    prove(client)
    secret = set_up(client)
    codes = re.findall(r"\b\d{8}\b", page_of(client.get(CODES)).text)
    assert len(codes) == 10
    return user, secret, codes


def first_step(user: User) -> Client:
    client = Client()
    answer = client.post(LOGIN, {"login": user.email, "password": PASSWORD})
    assert answer.url == SECOND
    return client


def is_in(client: Client) -> bool:
    return client.get(reverse("account")).status_code == 200


# --- Setting up, and signing in -----------------------------------------------------------------


def test_an_application_is_added_then_asked_for_at_the_next_sign_in():
    user, _secret, codes = protected()
    Authenticator.objects.get(user=user, type="totp")
    client = first_step(user)
    assert not is_in(client)
    # The code of another moment, no code, and words.
    for wrong in ("000000", "", "quatre cents"):
        assert client.post(SECOND, {"code": wrong}).status_code == 200
    assert not is_in(client)
    assert client.post(SECOND, {"code": codes[0]}).status_code == 302
    assert is_in(client)
    signed_in = Event.objects.get(kind="signed_in")
    assert signed_in.detail == {"ways": ["password", "recovery_codes"]}
    assert FailedSignIns.objects.get().count == 2


def test_a_code_of_the_application_opens_and_a_recovery_code_serves_once():
    user, secret, codes = protected()
    client = first_step(user)
    assert client.post(SECOND, {"code": code_of(secret)}).status_code == 302
    assert is_in(client)
    for answer, is_open in ((302, True), (200, False)):
        client = first_step(user)
        assert client.post(SECOND, {"code": codes[3]}).status_code == answer
        assert is_in(client) is is_open


def test_recovery_codes_are_seen_downloaded_and_made_anew():
    user, _secret, codes = protected()
    client = Scene.client_of(user)
    # Seen again, one proves who one is.
    assert client.get(CODES).status_code == 302
    prove(client)
    file = client.get(f"{CODES}download/")
    assert re.findall(r"\d{8}", file.content.decode()) == codes
    assert "attachment" in file["Content-Disposition"]
    assert "no-store" in file["Cache-Control"]
    assert client.post(f"{CODES}generate/").url == CODES
    assert not set(codes) & set(re.findall(r"\b\d{8}\b", page_of(client.get(CODES)).text))


def test_wrong_codes_are_limited_and_then_even_the_right_one_waits():
    user, secret, _codes = protected()
    client = first_step(user)
    for _ in range(5):
        client.post(SECOND, {"code": "000000"})
    answer = client.post(SECOND, {"code": code_of(secret)})
    assert answer.status_code == 200
    assert "Trop d’essais" in page_of(answer).text
    assert not is_in(client)


def test_each_change_is_proved_with_the_password_and_journalled(
    django_capture_on_commit_callbacks,
):
    user = UserFactory(verified=True)
    client = Scene.client_of(user)
    for address in (ACTIVATE, f"{INDEX}webauthn/add/"):
        answer = client.get(address)
        assert answer.url.startswith("/accounts/reauthenticate/")
    prove(client)
    with django_capture_on_commit_callbacks(execute=True):
        set_up(client)
    with django_capture_on_commit_callbacks(execute=True):
        client.post(f"{CODES}generate/")
    client.post(DEACTIVATE)
    told = Event.objects.filter(person=user).order_by("pk").values_list("kind", "detail")
    assert list(told) == [
        ("factor_added", {"factor": "totp"}),
        ("recovery_codes_made", {}),
        ("factor_removed", {"factor": "totp"}),
    ]
    # Nothing is left of it: recovery codes go with what they replace.
    assert not Authenticator.objects.exists()


def test_another_address_asks_for_the_password_again():
    user = UserFactory(verified=True)
    client = Scene.client_of(user)
    typed = {"email": "autre@exemple.example", "action_add": ""}
    assert client.post("/accounts/email/", typed).url.startswith("/accounts/reauthenticate/")
    assert not user.emailaddress_set.filter(email="autre@exemple.example").exists()
    prove(client)
    client.post("/accounts/email/", typed)
    assert user.emailaddress_set.filter(email="autre@exemple.example").exists()


# What no browser answers: other JSON, what lacks, what is not what it says.
NO_ANSWERS = [
    *("", "null", "1", "[]", '"x"', "{", "{}", '{"id": "x"}', '{"id": 1, "rawId": 1}'),
    '{"id": "eA", "rawId": "eA", "type": "public-key", "response": {}}',
    '{"id": "eA", "rawId": "eA", "type": "public-key", "response": []}',
    '{"id": "eA", "rawId": "eA", "type": "public-key", "response": {"clientDataJSON": "e30",'
    ' "authenticatorData": "AA", "signature": "AA", "attestationObject": "AA"}}',
    '{"id": "é\\u0000", "rawId": "==", "type": "x", "response": {"clientDataJSON": "!"}}',
]


def test_what_no_browser_answers_is_refused_and_opens_nothing():
    user, _secret, _codes = protected()
    adding = Scene.client_of(user)
    prove(adding)
    client = first_step(user)
    for posted in NO_ANSWERS:
        cache.clear()  # of tries: the limit would refuse before anything is read
        client.get(SECOND)
        assert client.post(SECOND, {"credential": posted}).status_code == 200, posted
        adding.get(f"{INDEX}webauthn/add/")
        added = adding.post(f"{INDEX}webauthn/add/", {"credential": posted, "name": "Clé"})
        assert added.status_code == 200, posted
    assert not is_in(client)
    assert set(Authenticator.objects.values_list("type", flat=True)) == {"totp", "recovery_codes"}


# --- Required of those who see every structure ----------------------------------------------------


@pytest.fixture
def required(settings):
    settings.REQUIRE_MFA = True


@pytest.mark.parametrize("kind", [{"facilitator": True}, {"staff": True}])
def test_who_must_have_one_is_led_to_it_before_any_other_page(required, kind):
    scene = make_scene()
    user = UserFactory(verified=True, **kind)
    client = Scene.client_of(user)
    pages = [
        *("/", "/compte/", "/portefeuille/", "/administration/", "/kit.pdf"),
        *(f"/diagnostics/{scene.diagnostic.pk}/", "/accounts/password/change/"),
    ]
    assert [client.get(page, follow=False).get("Location") for page in pages] == [INDEX] * 7
    assert " ".join(FIRST.split()) in page_of(client.get("/", follow=True)).text
    # Nothing is written, and what was typed is given back.
    answer = client.post("/remarques/", {"text": "Une remarque bien longue"})
    assert answer.status_code == 403
    assert "Une remarque bien longue" in page_of(answer).text
    # One can prove who one is, confirm an address, leave, and read what everybody may.
    for page in ("/accounts/email/", "/accounts/reauthenticate/", "/a-propos/", "/health/"):
        assert client.get(page).status_code == 200, page
    prove(client)
    set_up(client)
    assert client.get("/").status_code == 200
    assert client.post("/accounts/logout/").status_code == 302
    assert not is_in(client)


def test_nobody_else_needs_one_and_nobody_where_it_is_not_required(required, settings):
    scene = make_scene()
    assert scene.client("lead").get(reverse("account")).status_code == 200
    settings.REQUIRE_MFA = False
    assert scene.client("facilitator").get(reverse("portfolio")).status_code == 200
    assert scene.client("staff").get("/administration/").status_code == 200


def test_the_last_one_stays_while_it_is_required(required):
    user, _secret, _codes = protected(facilitator=True)
    client = Scene.client_of(user)
    prove(client)
    answer = client.post(DEACTIVATE)
    assert "Votre rôle demande une double authentification" in page_of(answer).text
    assert set(Authenticator.objects.values_list("type", flat=True)) == {"totp", "recovery_codes"}
    # With a key beside it, either may go, and the other then stays.
    key = Authenticator.objects.create(
        user=user, type="webauthn", data={"name": "Clé", "credential": {}}
    )
    client.post(DEACTIVATE)
    assert set(Authenticator.objects.values_list("type", flat=True)) == {
        "webauthn",
        "recovery_codes",
    }
    removed = client.post(f"{INDEX}webauthn/keys/{key.pk}/remove/", follow=False)
    assert removed.url == INDEX
    assert str(list(removed.wsgi_request._messages)[-1]) == LAST
    assert Authenticator.objects.filter(pk=key.pk).exists()


def test_staff_take_the_factors_away_from_who_lost_them(required):
    user, _secret, _codes = protected(facilitator=True)
    staff, _secret, _codes = protected(staff=True)
    client = Scene.client_of(staff)
    chosen = {"action": "remove_factors", "_selected_action": [str(user.pk)]}
    client.post(reverse("admin:diagnostics_user_changelist"), chosen)
    assert not Authenticator.objects.filter(user=user).exists()
    event = Event.objects.get(kind="factor_removed")
    assert (event.actor, event.person, event.detail) == (staff, user, {"factor": "totp"})


# --- Kept safe --------------------------------------------------------------------------------------


def test_secrets_are_stored_encrypted_and_survive_a_new_secret_key(settings):
    user, secret, codes = protected()
    stored = [str(data) for data in Authenticator.objects.values_list("data", flat=True)]
    assert [secret in text for text in stored] == [False, False]
    assert not any(code in text for code in codes for text in stored)
    kept = Authenticator.objects.get(type="totp").data["secret"]
    assert decrypt(kept) == secret

    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "une-autre-clé-secrète-" + "1" * 40
    assert decrypt(kept) == secret
    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(InvalidToken):
        decrypt(kept)
    # Without its key a code is refused, whatever it is, and the page says what to do.
    client = first_step(user)
    answer = client.post(SECOND, {"code": code_of(secret)})
    assert answer.status_code == 200
    assert "demandez à l’administration" in page_of(answer).text


def another_key(settings) -> None:
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "une-autre-clé-secrète-" + "1" * 40


def test_what_a_former_key_encrypted_is_encrypted_again(settings):
    user, secret, codes = protected()
    another_key(settings)
    call_command("reencrypt_factors", stdout=StringIO())
    settings.SECRET_KEY_FALLBACKS = []
    assert decrypt(Authenticator.objects.get(type="totp").data["secret"]) == secret
    client = first_step(user)
    assert client.post(SECOND, {"code": codes[0]}).status_code == 302
    another_key(settings)
    settings.SECRET_KEY_FALLBACKS = []
    settings.SECRET_KEY += "2"
    with pytest.raises(CommandError, match="2"):
        call_command("reencrypt_factors", stdout=StringIO())


def test_pages_say_it_when_no_key_reads_the_codes_and_a_terminal_frees(settings):
    user, _secret, _codes = protected()
    another_key(settings)
    settings.SECRET_KEY_FALLBACKS = []
    again = Scene.client_of(user)
    prove(again)
    assert again.get(INDEX).status_code == 200
    for page in (CODES, f"{CODES}generate/", f"{CODES}download/"):
        answer = again.get(page, follow=True)
        assert answer.redirect_chain == [(INDEX, 302)]
        assert "demandez à l’administration" in page_of(answer).text
    call_command("remove_factors", user.email.upper(), stdout=StringIO())
    assert not Authenticator.objects.filter(user=user).exists()
    event = Event.objects.get(kind="factor_removed")
    assert (event.actor, event.person) == (None, user)


def test_a_code_of_the_application_serves_once_as_long_as_it_holds(monkeypatch):
    user, secret, _codes = protected()
    now = time.time() // 30 * 30 + 1
    monkeypatch.setattr(time, "time", lambda: now)
    code = code_of(secret)
    assert first_step(user).post(SECOND, {"code": code}).status_code == 302
    SharedValue.objects.filter(until__lte=timezone.now() + dt.timedelta(seconds=30)).delete()
    assert first_step(user).post(SECOND, {"code": code}).status_code == 200
