"""Accounts: signing up, in and out, in French and without telling who has an account."""

import re
from pathlib import Path

import pytest
from allauth.account.models import EmailAddress
from django.urls import reverse

from diagnostics.accounts import AccountAdapter
from diagnostics.models import User
from tests.factories import PASSWORD, UserFactory
from tests.mails import left

pytestmark = pytest.mark.django_db

SIGN_UP = {
    "name": "Inès d’Ormelle",
    "email": "Ines@X.example",
    "password1": PASSWORD,
}


def link_in(mail):
    return re.search(r"http://testserver(/\S+)", mail.body)[1]


# --- Signing up -------------------------------------------------------------------------------


def test_sign_up_confirm_and_land(client):
    response = client.post(reverse("account_signup"), SIGN_UP)
    assert response.url == reverse("account_email_verification_sent")
    user = User.objects.get()
    assert (user.name, user.email) == ("Inès d’Ormelle", "ines@x.example")
    (mail,) = left()
    assert mail.subject == "Confirmez votre adresse pour terminer votre inscription"
    link = link_in(mail)
    # Reading the page confirms nothing: mail scanners follow links.
    page = client.get(link).content.decode()
    assert "ines@x.example" in page
    assert not EmailAddress.objects.get().verified
    response = client.post(link, follow=True)
    assert EmailAddress.objects.get().verified
    assert response.redirect_chain[-1][0] == reverse("structure_create")


def test_no_page_before_the_address_is_confirmed(client):
    client.post(reverse("account_signup"), SIGN_UP)
    client.post(reverse("account_login"), {"login": "ines@x.example", "password": PASSWORD})
    response = client.get(reverse("structure_create"))
    assert response.url.startswith(reverse("account_login"))


def test_existing_address_is_not_told(client):
    UserFactory(email="ines@x.example", verified=True)
    taken = client.post(reverse("account_signup"), SIGN_UP)
    client.logout()
    free = client.post(reverse("account_signup"), SIGN_UP | {"email": "libre@x.example"})
    assert (taken.status_code, taken.url) == (free.status_code, free.url)
    assert [mail.subject for mail in left()] == [
        "Vous avez déjà un compte",
        "Confirmez votre adresse pour terminer votre inscription",
    ]
    assert User.objects.filter(email="ines@x.example").count() == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "x" * 121),
        ("name", "a\x00b"),
        ("email", "pas-une-adresse"),
        ("email", "a\x00@x.example"),
        ("password1", "court"),
        ("password1", "treize-lettre"),
        ("password1", "12345678901234"),
        ("password1", "inès d’ormelle ici"),
    ],
)
def test_sign_up_refuses_at_the_field(client, field, value):
    data = SIGN_UP | {field: value}
    response = client.post(reverse("account_signup"), data)
    assert response.status_code == 200
    assert list(response.context["form"].errors) == [field]
    assert 'class="error-summary"' in response.content.decode()
    assert not User.objects.exists()


def test_sent_page_says_where_mails_are_written_only_then(client, settings):
    address = reverse("account_email_verification_sent")
    assert settings.MAIL_FOLDER
    assert "n’envoie pas" not in client.get(address).content.decode()
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    for page in [address, reverse("account_reset_password_done")]:
        assert str(Path(settings.MAIL_FOLDER)) in client.get(page).content.decode()


# --- Signing in and out -------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["ines@x.example", " INES@x.example "])
def test_sign_in_whatever_the_case(client, typed):
    UserFactory(email="ines@x.example", verified=True)
    response = client.post(reverse("account_login"), {"login": typed, "password": PASSWORD})
    assert response.url == reverse("start")


def test_a_short_password_of_before_still_opens_the_account(client):
    user = UserFactory(email="ines@x.example", verified=True)
    user.set_password("court")
    user.save()
    client.post(reverse("account_login"), {"login": "ines@x.example", "password": "court"})
    assert client.session["_auth_user_id"] == str(user.pk)


def test_wrong_password_and_unknown_address_look_alike(client):
    UserFactory(email="ines@x.example", verified=True)
    pages = [
        client.post(reverse("account_login"), {"login": login, "password": "faux-mot-de-passe"})
        for login in ["ines@x.example", "inconnue@x.example"]
    ]
    errors = [page.context["form"].non_field_errors() for page in pages]
    assert errors[0] == errors[1] == [AccountAdapter.error_messages["email_password_mismatch"]]


def test_sign_in_does_not_lead_elsewhere(client):
    UserFactory(email="ines@x.example", verified=True)
    response = client.post(
        reverse("account_login") + "?next=https://ailleurs.example/",
        {"login": "ines@x.example", "password": PASSWORD},
    )
    assert response.url == reverse("start")


def test_log_out_is_a_post(client):
    client.force_login(UserFactory())
    page = client.get(reverse("account_logout"))
    assert "Se déconnecter" in page.content.decode()
    assert "_auth_user_id" in client.session
    client.post(reverse("account_logout"))
    assert "_auth_user_id" not in client.session


def test_deactivated_account_stays_out(client):
    UserFactory(email="ines@x.example", verified=True, is_active=False)
    client.post(reverse("account_login"), {"login": "ines@x.example", "password": PASSWORD})
    assert "_auth_user_id" not in client.session


# --- Password and addresses ---------------------------------------------------------------------


def test_reset_the_password(client):
    user = UserFactory(email="ines@x.example", verified=True)
    client.post(reverse("account_reset_password"), {"email": "ines@x.example"})
    link = link_in(left()[0])
    response = client.get(link, follow=True)
    new = "une-autre-phrase-longue"
    client.post(response.redirect_chain[-1][0], {"password1": new, "password2": new})
    user.refresh_from_db()
    assert user.check_password(new)
    assert "n’est plus valable" in client.get(link, follow=True).content.decode()


def test_reset_for_an_unknown_address_tells_only_that_address(client):
    response = client.post(reverse("account_reset_password"), {"email": "inconnue@x.example"})
    assert response.url == reverse("account_reset_password_done")
    assert [mail.subject for mail in left()] == ["Aucun compte à cette adresse"]


def test_change_the_password(client):
    user = UserFactory(verified=True)
    client.force_login(user)
    new = "une-autre-phrase-longue"
    client.post(
        reverse("account_change_password"),
        {"oldpassword": PASSWORD, "password1": new, "password2": new},
    )
    user.refresh_from_db()
    assert user.check_password(new)
    assert "_auth_user_id" in client.session


def test_add_an_address(client):
    user = UserFactory(verified=True)
    client.force_login(user)
    client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    client.post(reverse("account_email"), {"action_add": "", "email": "seconde@x.example"})
    page = client.get(reverse("account_email")).content.decode()
    assert "seconde@x.example" in page
    assert "À confirmer" in page


@pytest.mark.parametrize(
    "name",
    [
        "account_login",
        "account_signup",
        "account_reset_password",
        "account_reset_password_done",
        "account_email_verification_sent",
        "account_inactive",
        "account_reset_password_from_key_done",
    ],
)
def test_public_pages_are_in_french_and_ours(client, name):
    page = client.get(reverse(name)).content.decode()
    assert '<html lang="fr">' in page
    assert "Aller au contenu" in page
    assert not re.search(r"\b(Sign|Password|Email|Your)\b", re.sub(r"<[^>]+>", "", page))
    assert not re.search(r"<script(?![^>]*\bsrc=)|\son\w+=|\sstyle=", page)


# --- One address, however its domain is written -----------------------------------------------------

SPELLINGS = ["ref@exämple.example", " Ref@EXÄMPLE.example ", "ref@xn--exmple-cua.example"]


@pytest.mark.parametrize("typed", SPELLINGS)
def test_a_domain_with_accents_has_one_spelling_in_a_new_account(client, typed):
    client.post(reverse("account_signup"), SIGN_UP | {"email": typed})
    assert User.objects.get().email == "ref@xn--exmple-cua.example"
    assert EmailAddress.objects.get().email == "ref@xn--exmple-cua.example"
    client.post(link_in(left()[0]))
    assert client.session["_auth_user_id"] == str(User.objects.get().pk)


@pytest.mark.parametrize("typed", SPELLINGS)
def test_a_domain_with_accents_is_one_account(client, typed):
    user = UserFactory(email="ref@xn--exmple-cua.example", verified=True)
    client.post(reverse("account_signup"), SIGN_UP | {"email": typed})
    assert User.objects.count() == 1
    client.post(reverse("account_reset_password"), {"email": typed})
    assert [(mail.to, mail.subject) for mail in left()] == [
        ([user.email], "Vous avez déjà un compte"),
        ([user.email], "Choisir un nouveau mot de passe"),
    ]
    client.post(reverse("account_login"), {"login": typed, "password": PASSWORD})
    assert client.session["_auth_user_id"] == str(user.pk)


def test_another_domain_is_another_address(client):
    """« ß » is a letter of its own in a domain: whoever owns strasse.example owns nothing of it."""
    UserFactory(email="ref@strasse.example", verified=True)
    client.post(reverse("account_login"), {"login": "ref@straße.example", "password": PASSWORD})
    assert "_auth_user_id" not in client.session


def test_an_address_is_not_added_twice_under_two_spellings(client):
    user = UserFactory(email="ref@xn--exmple-cua.example", verified=True)
    client.force_login(user)
    client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    client.post(reverse("account_email"), {"action_add": "", "email": "ref@exämple.example"})
    assert EmailAddress.objects.filter(user=user).count() == 1


def test_the_administration_keeps_the_same_spelling(admin_client):
    admin_client.post(
        reverse("admin:diagnostics_user_add"),
        {"email": SPELLINGS[1].strip(), "name": "R", "password1": PASSWORD, "password2": PASSWORD},
    )
    assert User.objects.filter(email="ref@xn--exmple-cua.example").count() == 1
    assert User.objects.get_by_natural_key(SPELLINGS[0]).name == "R"
