"""Situations that several test files share: a diagnostic with the people around it, the pages'
links and forms as a browser would read them, and the queue's worker."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path

from django.conf import settings
from django.test import Client
from django.utils import timezone
from procrastinate.contrib.django import app

from diagnostics.domain.answers import Activities, Activity, Organisation, Role, Roles, Vision
from diagnostics.domain.document import DiagnosticDocument, load_document
from diagnostics.domain.vocabulary import MembershipRole, Mission, RoleKind, State
from diagnostics.models import Diagnostic, Membership, Structure, User
from diagnostics.services.answers import save_answer
from diagnostics.services.diagnostics import open_diagnostic
from diagnostics.services.structures import create_structure
from diagnostics.services.workflow import (
    request_changes,
    submit_diagnostic,
    validate_diagnostic,
)
from tests.factories import MembershipFactory, UserFactory, the_kit

BASE_URL = "http://testserver"
REASON = "Précisez l’objectif chiffré de la deuxième année."
# Words of the structure's own, to be searched in what others receive.
SECRETS = ("Confidence de la structure", "Ambition très réservée", "Énoncé que nul autre ne lit")
NAME, TITLE, STATEMENT = SECRETS
ROLES = ("anonymous", "stranger", "reader", "contributor", "lead", "facilitator", "staff")


@dataclass
class Cast:
    """A structure, its diagnostic and one person per role; ``stranger`` leads another structure."""

    structure: Structure
    diagnostic: Diagnostic
    lead: User
    contributor: User
    reader: User
    stranger: User
    facilitator: User
    staff: User

    def client(self, role: str) -> Client:
        """A browser in which the person of a role is signed in."""
        client = Client()
        if role != "anonymous":
            client.force_login(getattr(self, role), "django.contrib.auth.backends.ModelBackend")
        return client

    def membership(self, role: str) -> Membership:
        return Membership.objects.get(structure=self.structure, user=getattr(self, role))


def identity(name: str) -> dict[str, str]:
    return {"name": name, "territory": "Bassin de vie", "base_scale": "living_area"}


def make_cast(state: State = State.DRAFT) -> Cast:
    """A diagnostic in a state, with an answer in each axis."""
    the_kit()
    lead, stranger = UserFactory(name="Lise Lead"), UserFactory(name="Sam Stranger")
    structure = create_structure(user=lead, **identity(NAME))
    other = create_structure(user=stranger, **identity("Structure d’ailleurs"))
    open_diagnostic(other, title="Ailleurs", base_year=2026, horizon_years=3, user=stranger)
    contributor, reader = UserFactory(name="Carl Contributor"), UserFactory(name="Rita Reader")
    MembershipFactory(structure=structure, user=contributor)
    MembershipFactory(structure=structure, user=reader, role=MembershipRole.READER.value)
    diagnostic = open_diagnostic(structure, title=TITLE, base_year=2026, horizon_years=3, user=lead)
    cast = Cast(
        structure=structure,
        diagnostic=diagnostic,
        lead=lead,
        contributor=contributor,
        reader=reader,
        stranger=stranger,
        facilitator=UserFactory(facilitator=True, name="Fanny Facilitator"),
        staff=UserFactory(staff=True, name="Stan Staff"),
    )
    answer_each_axis(diagnostic, user=lead)
    bring_to(cast, state)
    return cast


def answer_each_axis(diagnostic: Diagnostic, *, user: User) -> None:
    """The least that can be submitted."""
    answers = [
        Vision.model_validate({"statements": [{"id": "v1", "text": STATEMENT}]}),
        Roles(rows=[Role(id="r1", role=next(iter(RoleKind)))]),
        Activities(rows=[Activity(id="a1", mission=next(iter(Mission)), text="Petit-déjeuner")]),
        Organisation(organisation="Une équipe de deux personnes"),
    ]
    for answer in answers:
        save_answer(diagnostic, answer, internal_note="", base_revision=0, user=user)


def answer_document(diagnostic: Diagnostic, document: DiagnosticDocument, *, user: User) -> None:
    """Answer as a document does."""
    for _step, answer in document.answers.given():
        save_answer(diagnostic, answer, internal_note="", base_revision=0, user=user)


def demo_document(name: str) -> DiagnosticDocument:
    path = Path(settings.BASE_DIR) / "fixtures" / "demo" / f"{name}.json"
    return load_document(json.loads(path.read_text(encoding="utf-8")))


def bring_to(cast: Cast, state: State) -> None:
    """Bring a draft to a state the way people do (adoption has no page of its own yet)."""
    diagnostic = cast.diagnostic
    if state is not State.DRAFT:
        submit_diagnostic(diagnostic, user=cast.lead, base_url=BASE_URL)
    if state is State.CHANGES_REQUESTED:
        request_changes(diagnostic, reason=REASON, user=cast.facilitator, base_url=BASE_URL)
    if state in {State.VALIDATED, State.ADOPTED}:
        validate_diagnostic(diagnostic, user=cast.facilitator, base_url=BASE_URL)
    if state is State.ADOPTED:
        Diagnostic.objects.filter(pk=diagnostic.pk).update(
            state=state.value, adopted_at=timezone.now()
        )
    diagnostic.refresh_from_db()


# --- What a browser reads in a page ----------------------------------------------------------------


@dataclass
class PageForm:
    """A form of a page: where it goes, and what its first button would send unchanged."""

    action: str
    method: str
    data: dict[str, list[str]]


class Page(HTMLParser):
    """The links, forms and visible text of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.forms: list[PageForm] = []
        self._words: list[str] = []
        self._form: PageForm | None = None
        self._textarea: str | None = None
        self._select: str | None = None
        self.feed(html)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self._words).split())

    @property
    def post_actions(self) -> set[str]:
        return {form.action for form in self.forms if form.method == "post"}

    def form_to(self, action: str) -> PageForm:
        return next(form for form in self.forms if form.action == action)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        name = values.get("name")
        if tag == "a" and values.get("href"):
            self.links.append(values["href"])
        elif tag == "form":
            self._form = PageForm(values.get("action") or "", values.get("method") or "get", {})
            self.forms.append(self._form)
        elif self._form is None or not name or "disabled" in values:
            return
        elif tag == "input":
            kind = values.get("type", "text")
            if kind in {"checkbox", "radio"} and "checked" not in values:
                return
            if kind not in {"submit", "button", "file"}:
                self._add(name, values.get("value") or ("on" if kind == "checkbox" else ""))
        elif tag == "textarea":
            self._textarea = name
            self._add(name, "")
        elif tag == "select":
            self._select = name
        if tag == "option" and self._select and "selected" in values:
            self._add(self._select, values.get("value") or "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "textarea":
            self._textarea = None
        elif tag == "select":
            self._select = None

    def handle_data(self, data: str) -> None:
        self._words.append(data)
        if self._form and self._textarea:
            values = self._form.data[self._textarea]
            values[-1] = (values[-1] + data).lstrip("\n")

    def _add(self, name: str, value: str) -> None:
        self._form.data.setdefault(name, []).append(value)


def html_of(response) -> str:
    """A page as a browser takes it: where its source breaks lines makes no difference."""
    return re.sub(r"[ \t\r\n]+", " ", response.content.decode())


def page_of(response) -> Page:
    return Page(response.content.decode())


def step_data(client: Client, address: str) -> dict[str, list[str]]:
    """What the form of a step sends when nothing is changed in it."""
    return page_of(client.get(address)).form_to(address).data


# --- The queue ---------------------------------------------------------------------------------------


def run_worker() -> None:
    """Do every job of the queue, those that jobs queue included (needs committed rows)."""
    with app.replace_connector(app.connector.get_worker_connector()) as worker:
        worker.run_worker(wait=False, install_signal_handlers=False, listen_notify=False)
