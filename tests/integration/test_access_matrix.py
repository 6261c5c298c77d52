"""Who gets what at every address, and no page offers what would be refused."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test import Client
from django.urls import Resolver404, URLPattern, URLResolver, get_resolver, resolve, reverse

from diagnostics.domain.vocabulary import State, StepKey
from diagnostics.policies import addresses
from tests.pages import page_of
from tests.reading import guard_of
from tests.routes import (
    DECLARED_PREFIXES,
    LOGIN,
    ROUTES,
    Route,
    first_point,
    open_invitation,
)
from tests.scene import IN_SPITE, REASON, ROLES, SECRETS, Scene, bring_to, make_scene

pytestmark = pytest.mark.django_db
PARTS = 4
POLICIES = {address.name: address.policy for address in addresses()}
REPORTS = ("report", "report_pdf", "report_synthesis_pdf", "report_docx", "document_json")


@pytest.fixture(autouse=True)
def _quick_pdf(quick_pdf):
    """Rendering is for the tests of reports."""


def urls(resolver: URLResolver, prefix: str = "") -> list[tuple[str, URLPattern]]:
    found = []
    for entry in resolver.url_patterns:
        path = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            found += urls(entry, path)
        else:
            found.append((path, entry))
    return found


def test_every_address_is_declared():
    ours = [
        (path, entry.name)
        for path, entry in urls(get_resolver())
        if not path.startswith(DECLARED_PREFIXES)
    ]
    names = [name for _path, name in ours]
    assert None not in names, "an address without a name"
    assert sorted(names) == sorted(route.name for route in ROUTES)


def tells_nothing(response) -> bool:
    return not any(words in response.content.decode() for words in SECRETS)


def without_secrets(data: dict) -> dict:
    """What somebody posts who does not know them: a refusal gives people their own text back."""
    for words in SECRETS:
        data = {
            name: [str(one).replace(words, "Tapé ici") for one in value]
            if isinstance(value, list)
            else str(value).replace(words, "Tapé ici")
            for name, value in data.items()
        }
    return data


# Whose account was closed while they were signed in: a contributor, who is nobody any more.
DEACTIVATED = "deactivated"
EVERYBODY = (*ROLES, DEACTIVATED)


class Stage:
    """The scene of each state, made once, and its people's browsers: what a route does is undone."""

    def __init__(self) -> None:
        self.scenes: dict[State, Scene] = {}
        self.sessions: dict[tuple[State, str], str] = {}

    def scene(self, state: State) -> Scene:
        if state not in self.scenes:
            self.scenes[state] = make_scene(state)
        return self.scenes[state]

    def client(self, state: State, role: str) -> Client:
        """A new browser, without what the former pages left in it but for who is signed in."""
        name = settings.SESSION_COOKIE_NAME
        if (state, role) not in self.sessions:
            cookie = self._client(state, role).cookies.get(name)
            self.sessions[state, role] = cookie.value if cookie else ""
        client = Client()
        if session := self.sessions[state, role]:
            client.cookies[name] = session
        return client

    def _client(self, state: State, role: str) -> Client:
        scene = self.scene(state)
        if role != DEACTIVATED:
            return scene.client(role)
        person = scene.member("Dora Deactivated")
        client = scene.client_of(person)
        person.is_active = False
        person.save(update_fields=["is_active"])
        return client


@dataclass(frozen=True)
class Answer:
    """What somebody gets: the status (``LOGIN`` for the way to the sign-in), the body, how long it may
    be kept."""

    status: object
    body: str
    kept: str


def answer_of(client: Client, address: str, method: str, data: dict) -> Answer:
    """What somebody gets; what was written is forgotten afterwards. Reading may write nothing."""
    with transaction.atomic():
        if method == "post":
            response = client.post(address, data)
        else:
            with connection.execute_wrapper(guard_of(address)):
                response = getattr(client, method)(address)
        transaction.set_rollback(True)
    kept = response.headers.get("Cache-Control", "")
    if response.status_code == 302 and response.url.startswith(reverse("account_login")):
        return Answer(LOGIN, "", kept)
    body = response.content.decode(errors="replace")
    assert method != "head" or not body
    return Answer(response.status_code, body, kept)


def who_asks_the_head(route: Route) -> str:
    """One of those who may read an address: they ask for its head, which answers as the whole does."""
    may = [role for role in ROLES[1:] if route.expected("get")[role] == 200]
    return may[sum(route.name.encode()) % len(may)] if may else "lead"


def check_route(route: Route, method: str, scene: Scene, clients: dict[str, Client]) -> None:
    address = route.address(scene)
    data = without_secrets(route.data(scene, address)) if method == "post" else {}
    expected = route.expected(method)
    expected[DEACTIVATED] = expected["anonymous"]
    head = who_asks_the_head(route) if method == "get" else ""
    answers = {
        role: answer_of(clients[role], address, "head" if role == head else method, data)
        for role in EVERYBODY
    }
    assert {role: answer.status for role, answer in answers.items()} == expected, route.name
    is_public = method == "get" and POLICIES[route.name].is_public
    for role, answer in answers.items():
        if method == "get" and route.shows and role != head:
            assert (route.shows in answer.body) == (answer.status == 200), (route.name, role)
        if answer.status in {404, 405, LOGIN}:
            assert not [words for words in SECRETS if words in answer.body], (route.name, role)
        if not (is_public and role in {"anonymous", DEACTIVATED}):
            assert "no-store" in answer.kept, (route.name, role, "is kept on the way")


def test_everybody_asks_for_heads_in_turn():
    assert {who_asks_the_head(route) for route in ROUTES} == set(ROLES[1:])


@pytest.mark.parametrize("part", range(PARTS))
def test_everybody_gets_what_the_table_says(part: int):
    """A part of the table at a time: its routes share a scene for each state."""
    stage, wrong = Stage(), []
    for route in ROUTES[part::PARTS]:
        for method in ("get", "post"):
            clients = {role: stage.client(route.state, role) for role in EVERYBODY}
            try:
                with transaction.atomic():
                    check_route(route, method, stage.scene(route.state), clients)
                    transaction.set_rollback(True)
            except AssertionError as error:
                wrong.append(f"{route.name} {method}: {error}")
    assert wrong == []


@pytest.mark.parametrize("state", list(State))
def test_in_every_state_others_learn_nothing(state: State):
    scene = make_scene(state)
    for role in ("stranger", "staff"):
        client = scene.client(role)
        for name, arguments in [
            *[(name, [scene.diagnostic.pk]) for name in ("diagnostic_home", "diagnostic_check")],
            *[(name, [scene.diagnostic.pk]) for name in REPORTS],
            ("thread", [scene.diagnostic.pk]),
            *[("diagnostic_step", [scene.diagnostic.pk, step]) for step in StepKey],
        ]:
            response = client.get(reverse(name, args=arguments))
            assert response.status_code == 404, (role, name)
            body = response.content.decode()
            assert not [words for words in (*SECRETS, REASON) if words in body], (role, name)
        start = client.get("/").content.decode()
        assert not [words for words in SECRETS if words in start]
        assert ("Structure d’ailleurs" in start) == (role == "stranger")


def test_a_version_of_another_diagnostic_is_not_served():
    scene = make_scene(State.SUBMITTED)
    theirs = scene.stranger.memberships.get().structure.diagnostics.get()
    response = scene.client("stranger").get(reverse("report", args=[theirs.pk]), {"version": "1"})
    assert response.status_code == 404


def test_a_facilitator_whose_role_was_withdrawn_gets_404_on_the_next_request():
    scene = make_scene(State.SUBMITTED)
    client = scene.client("facilitator")
    address = reverse("diagnostic_check", args=[scene.diagnostic.pk])
    assert client.get(address).status_code == 200
    scene.facilitator.is_facilitator = False
    scene.facilitator.save(update_fields=["is_facilitator"])
    assert client.get(address).status_code == 404
    assert client.get(reverse("portfolio")).status_code == 403


def test_a_member_of_two_structures_keeps_the_roles_apart():
    scene = make_scene()
    scene.structure.memberships.create(user=scene.stranger, role="reader")
    client = scene.client("stranger")
    theirs = scene.stranger.memberships.exclude(structure=scene.structure).get().structure
    assert client.get(reverse("structure_edit", args=[scene.structure.pk])).status_code == 403
    assert client.get(reverse("structure_edit", args=[theirs.pk])).status_code == 200
    # The same membership number under another structure's address leads nowhere.
    address = reverse("member_role", args=[theirs.pk, scene.membership("contributor").pk])
    assert client.get(address).status_code == 404


@pytest.mark.parametrize(
    ("role", "status"), [("lead", 302), ("facilitator", 302), ("stranger", 302), ("staff", 200)]
)
def test_only_staff_enters_the_administration(role: str, status: int):
    scene = make_scene()
    response = scene.client(role).get("/administration/diagnostics/structure/")
    assert response.status_code == status
    assert tells_nothing(response) == (role != "staff")


def test_the_administration_shows_no_answer():
    scene = make_scene(State.SUBMITTED)
    client = scene.client("staff")
    seen = {"/administration/"}
    todo = list(seen)
    while todo:
        response = client.get(todo.pop())
        assert response.status_code in {200, 302}
        body = response.content.decode()
        assert SECRETS[2] not in body
        for link in page_of(response).links:
            if link.startswith("/administration/") and "?" not in link and link not in seen:
                if "/step/" in link or "/question/" in link or "/example/" in link:
                    continue  # the kit's texts
                if "logout" not in link and "jsi18n" not in link:
                    seen.add(link)
                    todo.append(link)
    assert len(seen) > 5


# --- Pages offer what is accepted, and nothing else ------------------------------------------------

TRANSITIONS = {
    "diagnostic_submit": {"confirm": "on"},
    "diagnostic_request_changes": {"reason": REASON},
    "diagnostic_validate": {"in_spite": IN_SPITE},
    "diagnostic_withdraw": {},
    "diagnostic_reopen": {"reason": REASON},
    "diagnostic_adopt": {"date": "2026-09-17"},
}
REVIEW = {
    "review_save": {"review-revision": "0", "review-opinion": REASON},
    "review_take": {},
    "review_hand_over": {},
}


@pytest.mark.parametrize("state", list(State))
def test_a_button_shows_if_and_only_if_its_post_would_be_accepted(state: State):
    scene = make_scene(state)
    for role in ("reader", "contributor", "lead", "facilitator"):
        check_buttons(scene, role, state)


def check_buttons(scene: Scene, role: str, state: State) -> None:
    client = scene.client(role)
    pk = scene.diagnostic.pk
    offered, accepted = set(), set()
    for page in ("diagnostic_home", "diagnostic_check"):
        shown = page_of(client.get(reverse(page, args=[pk])))
        offered |= {action.partition("#")[0] for action in shown.post_actions | set(shown.links)}
    for name, data in (TRANSITIONS | REVIEW).items():
        address = reverse(name, args=[pk])
        with transaction.atomic():
            to = {"to": str(scene.facilitator.pk)} if name == "review_hand_over" else {}
            response = client.post(address, data | to)
            scene.diagnostic.refresh_from_db()
            if response.status_code == 302 and (name in REVIEW or scene.diagnostic.state != state):
                accepted.add(address)
            transaction.set_rollback(True)
    asked = {reverse(name, args=[pk]) for name in (*TRANSITIONS, *REVIEW, "finding_acknowledge")}
    address = reverse("finding_acknowledge", args=[pk])
    with transaction.atomic():
        answer = first_point(scene) | {"reason": REASON}
        if client.post(address, answer).status_code == 302:
            accepted.add(address)
        transaction.set_rollback(True)
    assert offered & asked == accepted, role

    step = reverse("diagnostic_step", args=[pk, "vision"])
    edit = reverse("diagnostic_edit", args=[pk])
    home = page_of(client.get(reverse("diagnostic_home", args=[pk])))
    check = client.get(reverse("diagnostic_check", args=[pk])).content.decode()
    has_form = step in page_of(client.get(step)).post_actions
    assert has_form == (f"{step}?retour=" in check), role
    assert (edit in home.links) == (client.get(edit).status_code == 200), role


def _kind(path: str) -> tuple[str, ...]:
    """An address and the names of what it asks: « ?retour=a » and « ?retour=b » are of one kind, and so
    are the pages of two rules."""
    address, _, query = path.partition("?")
    address = re.sub(r"/questions/\w+/", "/questions/R/", address)
    return address, *sorted(part.partition("=")[0] for part in query.split("&"))


def _view(kind: tuple[str, ...]) -> tuple[str, ...]:
    """What pages of one view have in common, whichever step, thread or person they are of."""
    try:
        return resolve(kind[0]).view_name, *kind[1:]
    except Resolver404:
        return kind


WHOLE, A_FEW = 1_000, 2  # pages followed, and forms sent, of one view


@pytest.mark.parametrize(
    ("role", "state", "of_a_view"),
    [
        pytest.param("contributor", State.DRAFT, WHOLE, marks=pytest.mark.thorough),
        pytest.param("lead", State.CHANGES_REQUESTED, WHOLE, marks=pytest.mark.thorough),
        ("lead", State.CHANGES_REQUESTED, A_FEW),
        pytest.param("lead", State.VALIDATED, WHOLE, marks=pytest.mark.thorough),
        pytest.param("reader", State.SUBMITTED, WHOLE, marks=pytest.mark.thorough),
        pytest.param("facilitator", State.SUBMITTED, WHOLE, marks=pytest.mark.thorough),
        ("facilitator", State.SUBMITTED, A_FEW),
    ],
)
def test_no_page_links_to_a_refusal(role: str, state: State, of_a_view: int):
    """Follow every link from the start page; none may lead to an error, no form to nowhere.

    Of the pages of one view, as of thirteen steps, two are followed; « make thorough » follows all.
    """
    scene = make_scene()
    open_invitation(scene)
    bring_to(scene, state)
    client = scene.client(role)
    seen, todo, refused = {"/"}, [("/", "")], []
    asked: set[object] = set()  # a page asked another question of the same kind answers alike
    of_view: Counter[tuple[str, ...]] = Counter()

    def is_new(kind: tuple[str, ...], *fields: str) -> bool:
        """Tell whether pages of this kind were not asked, nor enough of its view; note it."""
        if (kind, fields) in asked:
            return False
        asked.add((kind, fields))
        of_view[*_view(kind), *fields] += 1
        return of_view[*_view(kind), *fields] <= of_a_view

    while todo:
        address, origin = todo.pop()
        response = client.get(address)
        if response.status_code >= 400:
            refused.append((address, origin, response.status_code))
            continue
        if response.status_code == 302 or "html" not in response["Content-Type"]:
            continue
        page = page_of(response)
        for link in page.links:
            path = link.partition("#")[0]
            if path.startswith("?"):
                path = address.partition("?")[0] + path
            if path.startswith("/") and path not in seen and "logout" not in path:
                seen.add(path)
                if is_new(_kind(path)):
                    todo.append((path, address))
        for form in page.forms:
            action = form.action or address
            if form.method == "post" and not action.startswith("/accounts/"):
                fields = sorted(form.data.keys() - {"csrfmiddlewaretoken", "once"})
                if not is_new(_kind(action), "post", *fields):
                    continue
                with transaction.atomic():
                    status = client.post(action, form.data).status_code
                    transaction.set_rollback(True)
                if status not in {200, 302, 422}:
                    refused.append((action, address, status))
    assert refused == []
    assert reverse("diagnostic_home", args=[scene.diagnostic.pk]) in seen
