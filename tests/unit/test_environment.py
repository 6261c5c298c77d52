"""Each variable is right or refused with a sentence that begins with its name."""

import pytest

from rameau_diag import environment
from rameau_diag.environment import RefusedVariable
from rameau_diag.standalone.checks import StartError, checked_number
from rameau_diag.standalone.local_secret import make_secret_key

READERS = {
    "DEBUG": lambda: environment.boolean("DEBUG", False),
    "ALLOWED_HOSTS": lambda: environment.hosts("ALLOWED_HOSTS", ["localhost"]),
    "CSRF_TRUSTED_ORIGINS": lambda: environment.origins("CSRF_TRUSTED_ORIGINS"),
    "DEFAULT_FROM_EMAIL": lambda: environment.sender("DEFAULT_FROM_EMAIL", "a@b.example"),
    "SITE_NAME": lambda: environment.line("SITE_NAME", "Diagnostic ambition"),
    "SITE_URL": lambda: environment.site_url("SITE_URL", hosts=["a.fr"], origins=[], https=True),
    "DATABASE_URL": lambda: environment.database("DATABASE_URL"),
    "DATABASE_POOL": lambda: environment.number("DATABASE_POOL", 12, 1, 200),
    "EMAIL_URL": lambda: environment.email("EMAIL_URL"),
    "CACHE_URL": lambda: environment.cache("CACHE_URL"),
    "LEGAL_EDITOR": lambda: environment.legal()["editor"],
    "LEGAL_CONTACT": lambda: environment.legal()["contact"],
}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DEBUG", "maybe"),
        ("ALLOWED_HOSTS", "https://exemple.fr"),
        ("ALLOWED_HOSTS", " , "),
        ("CSRF_TRUSTED_ORIGINS", "exemple.fr"),
        ("DEFAULT_FROM_EMAIL", "exemple"),
        ("SITE_NAME", "deux\nlignes"),
        ("SITE_NAME", "x" * 61),
        ("SITE_URL", "exemple.fr"),
        ("SITE_URL", "https://exemple.fr/?a=1"),
        ("DATABASE_URL", "base"),
        ("DATABASE_URL", "sqlite:///base"),
        ("DATABASE_URL", "postgres://"),
        ("DATABASE_URL", "postgres://nom:secret@hote:abc/base"),
        ("DATABASE_POOL", "douze"),
        ("DATABASE_POOL", "0"),
        ("DATABASE_POOL", "201"),
        ("EMAIL_URL", "foo"),
        ("EMAIL_URL", "https://exemple.fr"),
        ("EMAIL_URL", "smtp://hote:abc"),
        ("EMAIL_URL", "file://"),
        ("CACHE_URL", "foo"),
        ("CACHE_URL", "redis://hote:x/1"),
        ("LEGAL_EDITOR", "deux\nlignes"),
        ("LEGAL_EDITOR", "x" * 201),
        ("LEGAL_CONTACT", "01 23 45 67 89"),
        ("LEGAL_CONTACT", "donnees@exemple.fr, autre@exemple.fr"),
    ],
)
def test_a_bad_value_is_refused(monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    with pytest.raises(RefusedVariable) as refusal:
        READERS[name]()
    sentence = str(refusal.value)
    assert sentence.startswith(f"{name} est refusé : il faut ")
    assert "\n" not in sentence
    assert "secret" not in sentence


@pytest.mark.parametrize("name", READERS)
def test_an_empty_value_is_as_good_as_none(monkeypatch, name):
    monkeypatch.setenv(name, " ")
    empty = READERS[name]()
    monkeypatch.delenv(name)
    assert READERS[name]() == empty


def test_right_values(monkeypatch):
    monkeypatch.setenv("ALLOWED_HOSTS", "exemple.fr, www.exemple.fr")
    assert READERS["ALLOWED_HOSTS"]() == ["exemple.fr", "www.exemple.fr"]
    monkeypatch.setenv("EMAIL_URL", "submission://nom:mot@hote")
    assert (
        READERS["EMAIL_URL"]() | {"EMAIL_PORT": 587, "EMAIL_USE_TLS": True}
        == READERS["EMAIL_URL"]()
    )
    monkeypatch.setenv("EMAIL_URL", "file:///var/mails")
    assert READERS["EMAIL_URL"]()["EMAIL_FILE_PATH"] == "/var/mails"
    monkeypatch.setenv("DATABASE_URL", "postgresql://nom:mot@hote:5433/base")
    assert READERS["DATABASE_URL"]()["PORT"] == 5433


def test_a_configured_database_wants_a_configured_key(monkeypatch, tmp_path):
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("DATABASE_URL", "postgres://hote/base")
    monkeypatch.delenv("SECRET_KEY")
    with pytest.raises(RefusedVariable, match="SECRET_KEY manque"):
        environment.secret_key()


def test_without_configuration_the_key_is_made_once(monkeypatch, tmp_path):
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("SECRET_KEY")
    make_secret_key()
    key = environment.secret_key()
    assert len(key) > 50
    make_secret_key()
    assert environment.secret_key() == key


@pytest.mark.parametrize("value", ["abc", "0", "-1", "70000", "８０００", "8e3", "1 2"])
def test_a_number_out_of_bounds_is_refused(monkeypatch, value):
    monkeypatch.setenv("PORT", value)
    with pytest.raises(StartError, match=r"^PORT=.* : il faut un nombre entier de 1 à 65535\.$"):
        checked_number("PORT", 8000, 1, 65535)


@pytest.mark.parametrize(
    ("hosts", "origins", "https", "address"),
    [
        (["127.0.0.1", "localhost"], [], False, "http://127.0.0.1:8000"),
        ([".exemple.fr", "d.exemple.fr"], [], True, "https://d.exemple.fr"),
        (["*"], ["https://d.exemple.fr/"], True, "https://d.exemple.fr"),
        (["d.exemple.fr"], ["https://*.exemple.fr"], False, "http://d.exemple.fr"),
    ],
)
def test_the_address_of_the_site_follows_from_the_others(
    monkeypatch, hosts, origins, https, address
):
    monkeypatch.delenv("PORT", raising=False)
    named = {"hosts": hosts, "origins": origins, "https": https}
    assert environment.site_url("SITE_URL", **named) == address
    monkeypatch.setenv("SITE_URL", "https://ailleurs.exemple.fr/")
    assert environment.site_url("SITE_URL", **named) == "https://ailleurs.exemple.fr"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, False),
        ({"DATABASE_URL": "postgres://nom:mot@hote/base"}, True),
        ({"DATABASE_URL": "postgres://nom:mot@hote/base", "PRODUCTION": "false"}, False),
        ({"PRODUCTION": "true"}, True),
    ],
)
def test_a_site_with_its_database_is_a_site_that_people_rely_on(monkeypatch, given, expected):
    for name in ("DATABASE_URL", "PRODUCTION"):
        monkeypatch.setenv(name, given.get(name, ""))
    assert environment.production() is expected


def test_what_the_legal_pages_say_comes_from_eight_variables(monkeypatch):
    for name in environment.LEGAL:
        monkeypatch.setenv(name, "a@b.fr" if name == "LEGAL_CONTACT" else name.lower())
    told = environment.legal()
    assert told == {
        name.removeprefix("LEGAL_").lower(): "a@b.fr" if name == "LEGAL_CONTACT" else name.lower()
        for name in environment.LEGAL
    }
