"""Valid posts of every form, and the same with one field changed: what a hostile page would send.

A post in which all is garbage dies at the first check and proves nothing of what is behind it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random
from typing import Any
from urllib.parse import urlencode

from django.db import transaction
from django.test import Client
from django.urls import reverse

from diagnostics.domain.vocabulary import State, StepKey
from diagnostics.views.typed import WRITTEN_BY_THE_PAGE
from tests.factories import PASSWORD
from tests.pages import page_of
from tests.posting import STEPS, URL_ENCODED
from tests.routes import ROUTES, Route
from tests.scene import Scene

# Who posts a form: the first of these that is let through.
POSTERS = ("lead", "facilitator", "contributor", "reader", "stranger", "anonymous")
LET_THROUGH = {200, 302}
# What an address answers that has looked no further than the shape of the request.
FIRST_CHECK = {400, 403, 404, 405, 413}
STRANGE = (
    "",
    " ",
    "\x00",
    "a\x00b",
    "\x07\x1b[31m",
    "\u202eאבג\u202c عربي",
    "👩‍👩‍👧‍👦" * 40,
    "e\u0301" * 50,
    "\ufffd\ufffe\uffff",
    "\U0001f600" * 300,
    "x" * 20_000,
    "ligne\r\nligne\n\rligne\u2028ligne",
    "-1",
    "-0",
    "0",
    "1e999",
    "1E+400000",
    "NaN",
    "Infinity",
    "9" * 5_000,
    "0," + "9" * 50,
    "1 250,5",
    "15 à 20",
    "150.000",
    "٢٠٢٧",
    "13/2027",
    "30 février 2027",
    "0000-00-00",
    "9999999999-12-31",
    "None",
    "null",
    "true",
    "on",
    "[]",
    "{}",
    '{"id": "\\ud800"}',
    "' OR 1=1 --",
    "{{ 7*7 }}{% debug %}",
    "<script>alert(1)</script>",
    "=HYPERLINK(1)",
    "%00%ff%ed%a0%80",
    "../../etc/passwd",
    "//ailleurs.example/",
    "javascript:alert(1)",
    "a@b@c",
    "é@exämple.example",
    "activity:",
    "mission:conseil",
    "o1",
    "zz9",
    "00000000-0000-0000-0000-000000000000",
    "A perfectly plain sentence.",
    "Une phrase, tout simplement.",
)


Data = dict[str, list[str]]


@dataclass(frozen=True)
class ValidPost:
    """A form that somebody may send, as their page would.

    ``made`` answers its address and what is sent; it may write what the form is about. ``stays``: what
    the form does is kept, and met by the posts that follow.
    """

    name: str
    client: Client
    made: Callable[[], tuple[str, Data]]
    stays: bool = False

    def send(
        self, change: Callable[[Data], Data] = lambda data: data, *, follow: bool = True
    ) -> list[int]:
        """Post it, changed, and read the page that it leads to; return the statuses."""
        with transaction.atomic():
            address, data = self.made()
            body = urlencode(change(data), doseq=True)  # as forms without files are sent
            answer = self.client.post(address, body, content_type=URL_ENCODED)
            statuses = [answer.status_code]
            if follow and answer.status_code == 302 and not answer.url.startswith("http"):
                statuses.append(self.client.get(answer.url).status_code)
            transaction.set_rollback(max(statuses) >= 500 or not self.stays)
        return statuses


class Change:
    """One field of a post changed: another text, a text more, a text within, or none."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.told: tuple[str, list[str]] = ("", [])

    def __call__(self, valid: Data) -> Data:
        """Return the changed post, and remember what was changed."""
        random, data = self.random, {name: list(values) for name, values in valid.items()}
        names = sorted(data) or ["text"]
        typed = [name for name in names if not WRITTEN_BY_THE_PAGE.search(name)]
        # A page's own fields are refused at once, and are few kinds: most posts go further.
        name = random.choice(typed if typed and random.random() < 0.85 else names)
        kind = random.random()
        if kind < 0.05:
            data.pop(name, None)
        elif kind < 0.15:
            data[name] = [*data.get(name, []), random.choice(STRANGE)]
        elif kind < 0.3:
            old = (data.get(name) or [""])[0]
            at = random.randint(0, len(old))
            data[name] = [old[:at] + random.choice(STRANGE)[:2_000] + old[at:]]
        else:
            data[name] = [random.choice(STRANGE)]
        self.told = (name, data.get(name, []))
        return data


def browser_of(scene: Scene, role: str) -> Client:
    """A browser that answers an error of the site as people would see it."""
    client = scene.client(role)
    client.raise_request_exception = False
    return client


def posts_of_steps(scene: Scene, steps: list[StepKey] = STEPS) -> list[ValidPost]:
    """Each step as its page would have posted it at first: what is saved since is merged."""
    client = browser_of(scene, "lead")

    def made(step: StepKey) -> Callable[[], tuple[str, Data]]:
        address, data = scene.url(step), dict(scene.page(step).lists())
        return lambda: (address, data)

    return [ValidPost(step.value, client, made(step), stays=True) for step in steps]


def posts_of_routes(scene: Scene, state: State) -> Iterator[ValidPost]:
    """Every other form of the application that somebody may send in this state."""
    for route in ROUTES:
        expected = route.expected("post")
        role = next((role for role in POSTERS if expected[role] in LET_THROUGH), None)
        if route.state is state and route.name != "diagnostic_step" and role is not None:
            yield ValidPost(route.name, browser_of(scene, role), _made_by(route, scene))


def _made_by(route: Route, scene: Scene) -> Callable[[], tuple[str, Data]]:
    def made() -> tuple[str, Data]:
        address = route.address(scene)
        given = route.data(scene, address).items()
        return address, {
            name: [str(one) for one in (value if isinstance(value, list) else [value])]
            for name, value in given
        }

    return made


def posts_of_accounts(scene: Scene) -> Iterator[ValidPost]:
    """The forms of an account."""
    visitor, member = browser_of(scene, "anonymous"), browser_of(scene, "reader")
    new = {"email": "nouvelle@exemple.example", "name": "Nina", "password1": PASSWORD}
    forms: list[tuple[str, Client, dict[str, str]]] = [
        ("account_login", visitor, {"login": scene.reader.email, "password": PASSWORD}),
        ("account_signup", visitor, new),
        ("account_reset_password", visitor, {"email": scene.reader.email}),
        ("account_email", member, {"email": "autre@exemple.example", "action_add": "1"}),
    ]
    for name, client, fields in forms:
        sent = reverse(name), {field: [value] for field, value in fields.items()}
        yield ValidPost(name, client, lambda sent=sent: sent)


def posts_of_the_administration(scene: Scene) -> Iterator[ValidPost]:
    """The change forms of the administration, as they are shown."""
    client, kit = browser_of(scene, "staff"), scene.diagnostic.kit
    objects: dict[str, Any] = {
        "user": scene.reader.pk,
        "structure": scene.structure.pk,
        "part": kit.parts.first().pk,
        "step": kit.parts.first().steps.first().pk,
    }

    def made(address: str) -> Callable[[], tuple[str, Data]]:
        forms = page_of(client.get(address)).forms
        form = max(forms, key=lambda form: len(form.data))
        form.data.pop("csrfmiddlewaretoken", None)
        return lambda: (address, form.data)

    for model, pk in objects.items():
        address = reverse(f"admin:diagnostics_{model}_change", args=[pk])
        yield ValidPost(f"admin {model}", client, made(address))
