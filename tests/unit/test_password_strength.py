"""Passwords that people choose and others guess: what is refused, and that nothing else is."""

import pytest
from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.password_validation import get_password_validators, validate_password
from django.core.exceptions import ValidationError

from diagnostics.models import User

TOO_SHORT = ["p", "kxqvbtmzolpwr"]
GUESSED = [
    *("12345678901234", "00000000000000", "aaaaaaaaaaaaaa", "12121212121212", "20242025202620"),
    *(
        "azertyuiopqsdf",
        "AZERTYUIOPQSDFGHJKLM",
        "qwertyuiopasdf",
        "abcdefghijklmn",
        "mlkjhgfdsqpoiu",
    ),
    *("motdepassemotdepasse", "passwordpassword", "password123456", "motdepasse1234"),
    *("Motdepasse2026!", "P@ssw0rd!P@ssw0rd!", "azertyazerty123", "soleil soleil soleil"),
    *(
        "Marseille2024!!",
        "DiagnosticAmbition",
        "lerameaulerameau",
        "Fondation-2026",
        "abcabcabcabcabc",
    ),
]
WELCOME = [
    # No digit, no capital, no sign is asked for.
    *("kxqvbtmzolpwra", "une courte phrase", "le chat dort sur le toit", "correct-horse-battery"),
    *("83920475610384", "ordinateurtable", "Øystein og fjellrev", "пароль из четырёх слов"),
    "il pleut " * 3 + "beaucoup ici",
]


def refusals(password, **about):
    try:
        validate_password(password, User(**about))
    except ValidationError as error:
        return [refusal.code for refusal in error.error_list]
    return []


@pytest.mark.parametrize("password", TOO_SHORT)
def test_fourteen_characters_at_least(password):
    assert "password_too_short" in refusals(password)


@pytest.mark.parametrize("password", GUESSED)
def test_what_is_guessed_at_once_is_refused(password):
    assert refusals(password) == ["password_guessable"]


@pytest.mark.parametrize("password", WELCOME)
def test_a_phrase_is_welcome_whatever_it_is_made_of(password):
    assert refusals(password) == []


def test_neither_one_s_name_nor_one_s_address():
    about = {"name": "Maximilienne Ormelle", "email": "grandvoisinage@x.example"}
    assert refusals("maximilienneormelle", **about) == ["password_too_similar"]
    assert refusals("grandvoisinage-x", **about) == ["password_too_similar"]
    assert refusals("tout autre chose ici", **about) == []


def test_a_long_one_is_kept_to_its_last_letter():
    long = "une phrase qui ne finit pas " * 40
    assert refusals(long + "vraiment") == []
    kept = make_password(long + "a")
    assert check_password(long + "a", kept)
    assert not check_password(long + "b", kept)


def test_what_is_wanted_is_said_in_french(settings):
    validators = get_password_validators(settings.AUTH_PASSWORD_VALIDATORS)
    texts = [validator.get_help_text() for validator in validators]
    assert "14 caractères au moins\u00a0: une courte phrase convient." in texts
    assert not any("numeric" in text or "chiffres" in text for text in texts)
