"""What the logs tell: whose each line is, and nothing of what people wrote."""

import io
import json
import logging
import uuid

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.test import Client
from django.urls import path as django_path
from procrastinate.contrib.django import app

from diagnostics.domain.vocabulary import StepKey
from diagnostics.models import Answer
from diagnostics.policies import LINK_HOLDERS, path
from rameau_diag.logs import JsonFormatter, LineFormatter, WhoseFilter, logging_settings
from tests import factories
from tests.scene import run_worker

CANARY = "Canari qui ne chante que dans une réponse"
ADDRESS = "canari@exemple.example"
TOKEN = "jetonsecretdinvitation"
SECRET = (CANARY, ADDRESS, TOKEN)


@login_not_required
def fail(request, token):
    """Break in the ways that repeat what was posted: a constraint, a conversion, a missing key."""
    logging.getLogger("diagnostics.tests").warning(
        "%s asks at %s", ADDRESS, request.get_full_path()
    )
    kind = request.POST["kind"]
    if kind == "address":
        person = factories.UserFactory()
        for _ in range(2):
            EmailAddress.objects.create(user=person, email=ADDRESS)
    if kind == "row":
        wrong = {"diagnostic": factories.DiagnosticFactory(), "step": StepKey.VISION, "value": None}
        Answer.objects.create(**wrong, updated_by=factories.UserFactory(email=ADDRESS))
    if kind == "number":
        int(CANARY)
    if kind == "key":
        {}[CANARY]
    return HttpResponse()


urlpatterns = [
    path("invitations/<str:token>/", fail, None, LINK_HOLDERS, name="failing"),
    django_path("forgotten/<str:token>/", fail),
]


class Written:
    """What a handler of our settings writes, once in each form."""

    def __init__(self, *formatters: logging.Formatter) -> None:
        self.handlers = []
        for formatter in formatters:
            handler = logging.StreamHandler(io.StringIO())
            handler.setFormatter(formatter)
            handler.addFilter(WhoseFilter())
            self.handlers.append(handler)

    @property
    def texts(self) -> list[str]:
        return [handler.stream.getvalue() for handler in self.handlers]

    @property
    def lines(self) -> list[dict]:
        return [json.loads(line) for line in self.texts[0].splitlines()]


@pytest.fixture
def written(monkeypatch):
    """The logs as JSON, for people, and (the control) as Python writes them by itself."""
    kept = Written(JsonFormatter(), LineFormatter(), logging.Formatter())
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", list(kept.handlers))  # pytest adds its own
    for name, of in logging_settings(production=True)["loggers"].items():
        monkeypatch.setattr(logging.getLogger(name), "level", logging.getLevelName(of["level"]))
        monkeypatch.setattr(logging.getLogger(name), "_cache", {})
    return kept


@pytest.fixture
def site(settings):
    settings.ROOT_URLCONF = __name__
    return Client(raise_request_exception=False)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("address", "psycopg.errors.UniqueViolation 23505 account_emailaddress"),
        ("row", "psycopg.errors.NotNullViolation 23502 diagnostics_answer value"),
        ("number", "ValueError"),
        ("key", "KeyError"),
    ],
)
def test_an_error_is_told_without_what_people_wrote(site, written, kind, told):
    posted = {"kind": kind, "text": CANARY}
    response = site.post(f"/invitations/{TOKEN}/?q={CANARY}", posted)

    assert response.status_code == 500
    as_json, for_people, bare = written.texts
    for text in (as_json, for_people):
        assert [secret for secret in SECRET if secret in text] == []
    assert any(secret in bare for secret in (CANARY, ADDRESS)), "the control repeats it"
    assert TOKEN in bare
    error = next(line for line in written.lines if line["level"] == "error")
    assert error["message"] == "Internal Server Error: /invitations/<str:token>/"
    assert any(line.removeprefix("after ").startswith(told) for line in error["error"]), error
    assert any(line.endswith(" fail") for line in error["error"])
    assert told in for_people


@pytest.mark.django_db
def test_an_address_of_which_nothing_is_declared_is_told_as_its_pattern(site, written):
    site.post(f"/forgotten/{TOKEN}/?q={CANARY}", {"kind": "none"})

    as_json, for_people, bare = written.texts
    for text in (as_json, for_people):
        assert [secret for secret in SECRET if secret in text] == []
    assert TOKEN in bare
    told = [line["message"] for line in written.lines if line["logger"].endswith("middleware")]
    assert told == ["No policy is declared for /forgotten/<str:token>/"]


@pytest.mark.django_db
def test_each_line_of_a_request_carries_the_name_that_its_answer_has(site, written):
    response = site.post(f"/invitations/{TOKEN}/", {"kind": "number"})
    name = response["X-Request-ID"]
    assert uuid.UUID(name).version == 4
    assert [(line["logger"], line["request"]) for line in written.lines] == [
        ("diagnostics.tests", name),
        ("django.request", name),
        ("rameau_diag.requests", name),
    ]
    told = written.lines[2]
    assert told["message"] == "POST /invitations/<str:token>/ 500"
    assert (told["method"], told["status"]) == ("POST", 500)
    again = site.post(f"/invitations/{TOKEN}/", {"kind": "none"})["X-Request-ID"]
    assert again != name
    logging.getLogger("diagnostics.tests").warning("between two requests")
    assert "request" not in written.lines[-1]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("0f8fad5b-d9cb-469f-a165-70867728950e", True),
        ("9f86d081884c7d65", True),
        ("court", False),
        ("x" * 65, False),
        ("<script>alert(1)</script>", False),
        ("deux mots ensemble", False),
        ("retour-à-la-ligne", False),
        ("retourligne\n", False),
    ],
)
def test_the_name_that_a_proxy_gave_is_taken_when_it_is_well_formed(client, given, kept):
    """Of any answer: this one is a page that nobody has."""
    response = client.get("/nulle-part/", headers={"X-Request-ID": given})
    assert (response["X-Request-ID"] == given) is kept


@pytest.mark.django_db(transaction=True)
def test_the_lines_of_a_job_say_which_and_not_with_what(written, settings):
    """A job that was queued whole, by an older release, and cannot be done."""
    settings.EMAIL_BACKEND = "no.such.backend"
    with_all = {"to": ADDRESS, "subject": TOKEN, "text": CANARY, "html": ""}
    number = app.configure_task("send_mail").defer(**with_all)
    run_worker()

    as_json, for_people, bare = written.texts
    for text in (as_json, for_people):
        assert [secret for secret in SECRET if secret in text] == []
    assert all(secret in bare for secret in SECRET)
    named = f"send_mail[{number}]"
    assert [line["jobs"] for line in written.lines if "jobs" in line] == [[named]]
    ended = next(line for line in written.lines if "ended with status" in line["message"])
    assert (ended["job"], named in ended["message"]) == (named, True)
    assert any("no" in line and "Module" in line for line in ended["error"])
