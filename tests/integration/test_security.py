"""What a browser is told to refuse, read on real answers of the site as production serves it."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.test import Client
from django.urls import reverse

from tests.factories import PASSWORD, UserFactory
from tests.scene import make_scene

pytestmark = pytest.mark.django_db

BEHIND_TLS = {"X-Forwarded-Proto": "https"}
READ = ("SECURE_", "SESSION_COOKIE_", "CSRF_COOKIE_", "CONTENT_SECURITY", "X_FRAME", "MIDDLEWARE")
HEADERS = {
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "manifest-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "object-src": "'none'",
    "frame-ancestors": "'none'",
}
HSTS = "max-age=31536000; includeSubDomains"


def serve_with(settings: LazySettings, monkeypatch: pytest.MonkeyPatch, https: str) -> None:
    """Have Django answer with the settings that the file makes of ``HTTPS``."""
    monkeypatch.setenv("HTTPS", https)
    made = runpy.run_path(str(Path(settings.BASE_DIR) / "rameau_diag" / "settings.py"))
    for name in filter(lambda name: name.startswith(READ), made):
        setattr(settings, name, made[name])


@pytest.fixture
def production(settings, monkeypatch):
    serve_with(settings, monkeypatch, "true")


@pytest.mark.usefixtures("production")
def test_every_answer_tells_the_browser_what_to_refuse():
    scene = make_scene()
    pages = [reverse(name, args=[scene.diagnostic.pk]) for name in ("diagnostic_home", "report")]
    pages += [reverse("document_json", args=[scene.diagnostic.pk]), reverse("health")]
    pages += [reverse("account_login"), "/rien/"]
    client = scene.client("lead")
    for page in pages:
        check_headers(client.get(page, headers=BEHIND_TLS), page)


@pytest.mark.usefixtures("production")
def test_so_do_errors_and_static_files(settings, monkeypatch):
    probe = Path(settings.STATIC_ROOT) / "probe.css"
    probe.write_text("p { color: inherit }")
    client = Client(raise_request_exception=False)
    monkeypatch.setattr("diagnostics.views.pages.sample_content", None)
    asked = {"/static/probe.css": 200, "/exemple/": 500, "/rien/": 404, reverse("start"): 200}
    for page, status in asked.items():
        answer = client.get(page, headers=BEHIND_TLS)
        assert answer.status_code == status, page
        check_headers(answer, page)
        answer.close()
    refused = client.post(reverse("about"), headers=BEHIND_TLS)
    assert refused.status_code == 405
    check_headers(refused, "a method refused")
    probe.unlink()


def check_headers(answer, page: str) -> None:
    given = {name: answer.headers.get(name) for name in HEADERS}
    assert given == HEADERS, page
    assert answer.headers.get("Strict-Transport-Security") == HSTS, page
    policy = answer.headers["Content-Security-Policy"].split(";")
    directives = dict(part.strip().split(" ", 1) for part in policy if part.strip())
    assert directives == POLICY, page


def cookies_of_a_sign_in(**headers: str) -> dict[str, dict[str, object]]:
    """What the cookies of somebody who signs in allow, by the name of the cookie."""
    user = UserFactory(verified=True)
    client = Client()
    page = client.get(reverse("account_login"), headers=headers)
    typed = {"login": user.email, "password": PASSWORD}
    answer = client.post(reverse("account_login"), typed, headers=headers)
    assert answer.status_code == 302
    return {
        name: {flag: morsel[flag] for flag in ("httponly", "secure", "samesite")}
        for name, morsel in (page.cookies | answer.cookies).items()
    }


@pytest.mark.usefixtures("production")
def test_cookies_stay_out_of_reach():
    cookies = cookies_of_a_sign_in(**BEHIND_TLS)
    assert cookies["__Host-sessionid"] == {"httponly": True, "secure": True, "samesite": "Lax"}
    assert cookies["__Host-csrftoken"]["secure"] is True
    assert cookies["__Host-csrftoken"]["samesite"] == "Lax"
    assert "sessionid" not in cookies


@pytest.mark.usefixtures("production")
def test_only_the_proxy_s_word_makes_an_address_secure():
    client = Client()
    secure = client.get("/rien/", headers=BEHIND_TLS)
    assert secure.wsgi_request.is_secure()
    assert "Strict-Transport-Security" not in client.get("/rien/").headers


def test_without_https_nothing_asks_for_it(settings, monkeypatch):
    """« make run » serves http: a secure cookie would never come back."""
    serve_with(settings, monkeypatch, "false")
    answer = Client().get("/rien/", headers=BEHIND_TLS)
    assert not answer.wsgi_request.is_secure()
    assert "Strict-Transport-Security" not in answer.headers
    cookies = cookies_of_a_sign_in(**BEHIND_TLS)
    assert cookies["sessionid"] == {"httponly": True, "secure": "", "samesite": "Lax"}
    assert cookies["csrftoken"]["secure"] == ""


@pytest.mark.django_db
def test_pages_of_somebody_who_signed_in_are_kept_nowhere(client):
    scene = make_scene()
    address = reverse("diagnostic_check", args=[scene.diagnostic.pk])
    for answer in (scene.browser.get(address), scene.browser.get("/"), scene.browser.get("/no/")):
        assert answer["Cache-Control"] == "private, no-store"
    assert "no-store" not in client.get(reverse("about")).headers.get("Cache-Control", "")
