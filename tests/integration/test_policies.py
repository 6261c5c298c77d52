"""What every address declares of who may use it, and what the middleware makes of that."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import path as django_path
from django.urls import resolve

from diagnostics.management.commands.access_table import FILE, table
from diagnostics.middleware import PolicyMiddleware
from diagnostics.policies import (
    EVERYBODY,
    SIGNED_IN,
    Policy,
    Who,
    addresses,
    declare,
    path,
    policy_of,
)
from diagnostics.views.leading_back import PAGES
from rameau_diag import urls as site
from tests.routes import LOGIN, ROUTES
from tests.scene import ROLES, Scene

NEVER_ANSWERED = ("PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND")


def test_every_address_declares_who_may_use_it():
    found = list(addresses())
    assert [address.route for address in found if address.policy is None] == []
    assert len(found) > 140  # the walk goes into what is included


@pytest.mark.parametrize(
    "address",
    [
        "/compte/",
        "/accounts/confirm-email/abc/",
        "/accounts/password/reset/key/1-abc/",
        "/administration/diagnostics/",
        "/administration/diagnostics/user/1/password/",
    ],
)
def test_a_match_is_known_by_its_route(address: str):
    request = RequestFactory().get(address)
    request.resolver_match = resolve(address)
    assert policy_of(request) is not None


def test_the_page_of_the_documentation_is_what_is_declared():
    """« manage.py access_table » writes it."""
    assert (Path(settings.BASE_DIR) / FILE).read_text(encoding="utf-8") == table()


# --- The table of the matrix, and the policies -----------------------------------------------------


def disagreements(name: str, method: str, who: Who | None, statuses: dict) -> list[tuple]:
    """What the table of the matrix answers that the policy does not declare."""
    wrong = [
        (name, method, role, status)
        for role, status in statuses.items()
        if status not in _declared(name, method, who, role)
    ]
    some = who is None or any(statuses[role] in ANSWERED for role in who.roles)
    return wrong if some else [*wrong, (name, method, "nobody may")]


ANSWERED = {200, 302, 409, 422}
REFUSED = {403, 404}


def _declared(name: str, method: str, who: Who | None, role: str) -> set[object]:
    if who is None:
        back = {302} if method == "get" and name in PAGES else {405}
        return back | {LOGIN} if role == "anonymous" else back
    if role not in who.roles:
        return {LOGIN} if role == "anonymous" else REFUSED
    return ANSWERED | REFUSED if who.only_some else ANSWERED


def test_what_everybody_gets_is_what_is_declared():
    declared = {address.name: address.policy for address in addresses()}
    found = [
        wrong
        for route in ROUTES
        for method in ("get", "post")
        for wrong in disagreements(
            route.name, method, declared[route.name].of(method.upper()), route.expected(method)
        )
    ]
    assert found == []


def test_the_comparison_notices_each_difference():
    everybody = dict.fromkeys(ROLES, 200)
    team = everybody | {"anonymous": LOGIN, "stranger": 404, "staff": 404}
    viewers = Who("", frozenset({"reader", "contributor", "lead", "facilitator"}))
    assert disagreements("x", "get", viewers, team) == []
    assert disagreements("x", "get", viewers, team | {"reader": 403}) == [
        ("x", "get", "reader", 403)
    ]
    assert len(disagreements("x", "get", viewers, everybody)) == 3
    assert len(disagreements("x", "post", None, team)) == 6
    nobody = dict.fromkeys(ROLES, 403) | {"anonymous": LOGIN}
    some = Who("", viewers.roles, only_some=True)
    assert disagreements("x", "get", some, nobody) == [("x", "get", "nobody may")]


# --- What the middleware refuses ---------------------------------------------------------------------


@login_not_required
def answers(request):
    return HttpResponse("Bonjour")


urlpatterns = [
    path("dit/", answers, EVERYBODY, name="said"),
    path("connu/", answers, SIGNED_IN, SIGNED_IN, name="asked"),
    django_path("oublie/", answers, name="forgotten"),
    declare(
        django_path("autres/", ([django_path("un/", answers, name="one")], None, None)),
        {"two": Policy(EVERYBODY, None)},
    ),
    *site.urlpatterns,
]


@pytest.mark.django_db
@pytest.mark.urls(__name__)
def test_an_address_that_declares_nothing_is_refused_to_everybody():
    scene = Scene()
    for client in (Client(), scene.browser, scene.client("staff")):
        assert client.get("/dit/").content == b"Bonjour"
        assert [client.get(at).status_code for at in ("/oublie/", "/autres/un/")] == [403, 403]
    assert scene.browser.get("/connu/").content == b"Bonjour"
    # The view would let anybody in; what is declared of its address does not.
    assert Client().get("/connu/")["Location"] == "/accounts/login/?next=/connu/"


def test_nothing_but_reading_and_sending_is_answered():
    middleware = PolicyMiddleware(lambda request: HttpResponse())
    every = list(addresses())
    for method in NEVER_ANSWERED:
        request = RequestFactory().generic(method, "/")
        for address in every:
            request.resolver_match = SimpleNamespace(route=address.route)
            assert policy_of(request) is address.policy
            answer = middleware.process_view(request, answers, (), {})
            assert answer.status_code == 405, (method, address)
            assert ("POST" in answer["Allow"]) == (address.policy.post is not None)


@pytest.mark.django_db
@pytest.mark.parametrize("method", NEVER_ANSWERED)
def test_it_is_refused_alike_to_everybody(method: str):
    scene = Scene()
    for at in (f"/diagnostics/{scene.diagnostic.pk}/", "/administration/", "/accounts/login/"):
        answers = [
            scene.client(role).generic(method, at) for role in ("anonymous", "lead", "staff")
        ]
        assert [answer.status_code for answer in answers] == [405] * 3
        assert len({answer["Allow"] for answer in answers}) == 1
