"""Production refuses what would be a danger there, and loads nothing of what only ``make run`` needs."""

import os
import subprocess
import sys

import pytest
from django.core.management import call_command
from django.core.management.base import SystemCheckError

from rameau_diag import environment, production
from rameau_diag.folders import REPOSITORY
from tests.production import PRODUCTION

SHOW = "; print([name for name in sys.modules if name.startswith('rameau_diag.standalone')])"
SITE = "import sys, rameau_diag.wsgi, rameau_diag.urls, rameau_diag.web_server"
COMMAND = "import sys, manage; sys.argv = ['manage.py', *{}]; manage.main()"
CHECK = COMMAND.format(["check", "--deploy", "--fail-level", "WARNING"])
SILENT_ABOUT = "System check identified no issues (1 silenced)."


def run(program: str, data: str, **variables: str) -> subprocess.CompletedProcess:
    bare = {"PATH": os.environ["PATH"], "DATA_DIR": data}
    command = [sys.executable, "-c", program]
    return subprocess.run(
        command, cwd=REPOSITORY, env=bare | variables, capture_output=True, text=True, check=False
    )


def test_production_is_clean_and_never_loads_what_make_run_needs(tmp_path):
    """Neither a command nor the site: one process is each in turn. Nor has Django a warning to give."""
    done = run(f"{CHECK}{SHOW}; {SITE}{SHOW}", str(tmp_path), **PRODUCTION)
    assert done.stdout.splitlines() == [SILENT_ABOUT, "[]", "[]"], done.stderr
    # Without a database of its own it does, or the line above would prove nothing.
    loaded = run(SITE + SHOW, str(tmp_path)).stdout
    assert "rameau_diag.standalone.embedded_postgres" in loaded


def test_the_check_sees_what_production_does_without(settings):
    """The settings of the tests are those of ``make run``: they have no HTTPS."""
    with pytest.raises(SystemCheckError) as found:
        call_command("check", deploy=True, fail_level="WARNING")
    assert "security.W004" in str(found.value)  # HSTS
    assert "security.W012" in str(found.value)  # the session's cookie


def test_a_dangerous_start_is_told_in_sentences_alone(tmp_path):
    dangerous = PRODUCTION | {"DEBUG": "true", "SECRET_KEY": "court"}
    done = run(COMMAND.format(["check"]), str(tmp_path), **dangerous)
    assert done.returncode == 1
    assert [line.split()[0] for line in done.stderr.splitlines()] == ["DEBUG", "SECRET_KEY"]


def dangers(monkeypatch: pytest.MonkeyPatch, **changed: str) -> list[str]:
    """The variables that production refuses when some differ from a right environment."""
    for name, value in ((PRODUCTION | {"SITE_URL": ""}) | changed).items():
        monkeypatch.setenv(name, value)
    hosts, https = environment.hosts("ALLOWED_HOSTS", []), environment.boolean("HTTPS", False)
    read = {
        "DEBUG": environment.boolean("DEBUG", False),
        "SECRET_KEY": environment.secret_key(),
        "SECRET_KEY_FALLBACKS": environment.former_keys("SECRET_KEY_FALLBACKS"),
        "ALLOWED_HOSTS": hosts,
        "HTTPS": https,
        "SITE_URL": environment.site_url(
            "SITE_URL", hosts=hosts or ["a.fr"], origins=[], https=https
        ),
        "EMAIL_BACKEND": environment.email("EMAIL_URL").get("EMAIL_BACKEND", "filebased"),
        "CACHES": {"default": environment.cache("CACHE_URL")},
    }
    found = list(production.find_dangers(read))
    assert all(sentence.endswith(".") and "\n" not in sentence for sentence in found)
    return [sentence.split()[0] for sentence in found]


GOOD_KEY = PRODUCTION["SECRET_KEY"]


@pytest.mark.parametrize(
    ("changed", "refused"),
    [
        ({}, []),
        ({"DEBUG": "true"}, ["DEBUG"]),
        ({"DATABASE_URL": ""}, ["DATABASE_URL"]),
        ({"SECRET_KEY": GOOD_KEY[:49]}, ["SECRET_KEY"]),
        ({"SECRET_KEY": "k" * 60}, ["SECRET_KEY"]),
        ({"SECRET_KEY": "0123456789abcdef" * 4}, ["SECRET_KEY"]),
        ({"SECRET_KEY": f"django-insecure-{GOOD_KEY}"}, ["SECRET_KEY"]),
        ({"SECRET_KEY": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"}, []),
        ({"SECRET_KEY_FALLBACKS": f"{GOOD_KEY[::-1]}, court"}, ["SECRET_KEY_FALLBACKS"]),
        ({"SECRET_KEY_FALLBACKS": GOOD_KEY[::-1]}, []),
        ({"HTTPS": ""}, ["HTTPS"]),
        ({"HTTPS": "false"}, []),  # said openly
        ({"ALLOWED_HOSTS": ""}, ["ALLOWED_HOSTS"]),
        ({"ALLOWED_HOSTS": "d.exemple.fr,*"}, ["ALLOWED_HOSTS"]),
        ({"SITE_URL": "http://diagnostic.exemple.fr"}, ["SITE_URL"]),
        ({"EMAIL_URL": ""}, ["EMAIL_URL"]),
        ({"EMAIL_URL": "console:"}, ["EMAIL_URL"]),
        ({"EMAIL_URL": "file:///var/mails"}, ["EMAIL_URL"]),
        ({"DEFAULT_FROM_EMAIL": ""}, ["DEFAULT_FROM_EMAIL"]),
        ({"CACHE_URL": "locmem://"}, ["CACHE_URL"]),
        ({"CACHE_URL": "file:///srv/essais"}, []),
        ({"LEGAL_HOST": " "}, ["LEGAL_HOST"]),
        (dict.fromkeys(environment.LEGAL, ""), ["LEGAL_EDITOR"]),  # one sentence, as below
    ],
)
def test_what_is_dangerous_is_refused(monkeypatch, changed, refused):
    assert dangers(monkeypatch, **changed) == refused


def test_what_a_former_key_signed_is_accepted_and_nothing_else(settings):
    """Nobody is signed out while a key is changed."""
    from django.core import signing

    signed = signing.dumps("ce qui dure")
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = GOOD_KEY
    assert signing.loads(signed) == "ce qui dure"
    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(signing.BadSignature):
        signing.loads(signed)


def test_all_that_the_legal_pages_lack_is_named_at_once(monkeypatch):
    for name, value in PRODUCTION.items():
        monkeypatch.setenv(name, value)
    lacking = {"LEGAL_SEAT", "LEGAL_DIRECTOR", "LEGAL_HOST_PHONE"}
    for name in lacking:
        monkeypatch.delenv(name)
    (sentence,) = production._of_the_law()
    assert {name for name in environment.LEGAL if f"{name} (" in sentence} == lacking
