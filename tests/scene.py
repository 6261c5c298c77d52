"""A scene that most tests play in: a diagnostic, its structure, the people around it."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from secrets import token_hex
from typing import Any

from django.conf import settings
from django.db import connections
from django.http import QueryDict
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from procrastinate.contrib.django import app

from diagnostics.domain.adoption import Adoption
from diagnostics.domain.answers import (
    ANSWER_SHAPES,
    Activities,
    Activity,
    Answer,
    Objectives,
    Organisation,
    Role,
    Roles,
    Vision,
)
from diagnostics.domain.document import DiagnosticDocument, load_document
from diagnostics.domain.vocabulary import MembershipRole, Mission, RoleKind, State, StepKey
from diagnostics.forms.kept_texts import show_step
from diagnostics.models import Answer as AnswerRow
from diagnostics.models import AnswerRevision, Diagnostic, KeptText, Membership, User
from diagnostics.queries import StepContext, get_diagnostic, load_step
from diagnostics.services.answers import save_answer
from diagnostics.services.coherence import refresh_indicators
from diagnostics.services.diagnostics import open_diagnostic
from diagnostics.services.structures import create_structure
from diagnostics.services.workflow import (
    adopt_diagnostic,
    request_changes,
    submit_diagnostic,
    validate_diagnostic,
)
from diagnostics.worker import PatientConnector
from tests.factories import MembershipFactory, UserFactory, the_kit
from tests.posting import URL_ENCODED, form_of, posted
from tests.sessions import session_of

BASE_URL = "http://testserver"
REASON = "Précisez l’objectif chiffré de la deuxième année."
# Why facilitators validate what is not whole.
IN_SPITE = "Le conseil se tient la semaine prochaine."
# Words of the structure's own, to be searched in what others receive.
SECRETS = ("Confidence de la structure", "Ambition très réservée", "Énoncé que nul autre ne lit")
NAME, TITLE, STATEMENT = SECRETS
ROLES = ("anonymous", "stranger", "reader", "contributor", "lead", "facilitator", "staff")


class Scene:
    """A structure with its lead, the lead's browser and an empty draft.

    Everybody else comes when asked for.
    """

    def __init__(self) -> None:
        the_kit()
        self.lead: User = UserFactory(name="Lise Lead")
        self.structure = create_structure(user=self.lead, **identity(NAME))
        self.diagnostic = open_diagnostic(
            self.structure, title=TITLE, base_year=2026, horizon_years=3, user=self.lead
        )
        self.browser = self.client_of(self.lead)

    # --- People ------------------------------------------------------------------------------

    @cached_property
    def contributor(self) -> User:
        return self.member("Carl Contributor")

    @cached_property
    def reader(self) -> User:
        return self.member("Rita Reader", MembershipRole.READER)

    @cached_property
    def stranger(self) -> User:
        """Return the lead of another structure, which has a diagnostic too."""
        user: User = UserFactory(name="Sam Stranger")
        other = create_structure(user=user, **identity("Structure d’ailleurs"))
        open_diagnostic(other, title="Ailleurs", base_year=2026, horizon_years=3, user=user)
        return user

    @cached_property
    def facilitator(self) -> User:
        return UserFactory(facilitator=True, name="Fanny Facilitator")

    @cached_property
    def staff(self) -> User:
        return UserFactory(staff=True, name="Stan Staff")

    def everybody(self) -> Scene:
        """Have a person for each role."""
        for role in ROLES[1:]:
            getattr(self, role)
        return self

    def member(self, name: str, role: MembershipRole = MembershipRole.CONTRIBUTOR) -> User:
        """Return one more person of the structure."""
        user = UserFactory(name=name)
        MembershipFactory(structure=self.structure, user=user, role=role.value)
        return user

    def membership(self, role: str) -> Membership:
        return Membership.objects.get(structure=self.structure, user=getattr(self, role))

    def client(self, role: str) -> Client:
        """Return a new browser in which the person of a role is signed in."""
        return Client() if role == "anonymous" else self.client_of(getattr(self, role))

    @staticmethod
    def client_of(user: User) -> Client:
        """Return a new browser in which a person is signed in."""
        client = Client()
        client.cookies[settings.SESSION_COOKIE_NAME] = session_of(user)
        return client

    @classmethod
    def ended(cls, user: User) -> Client:
        """Return a browser in which a person was signed in, and whose session has ended."""
        client = cls.client_of(user)
        assert client.get(reverse("about")).status_code == 200
        del client.cookies[settings.SESSION_COOKIE_NAME]
        return client

    # --- Answers -----------------------------------------------------------------------------

    def url(self, step: StepKey | str) -> str:
        """Return the address of a step."""
        return reverse("diagnostic_step", args=[self.diagnostic.pk, str(step)])

    def store(self, *answers: Answer, user: User | None = None, note: str = "") -> None:
        """Store answers as the lead, whatever was stored before."""
        for answer in answers:
            save_answer(
                self.diagnostic,
                answer,
                internal_note=note,
                base_revision=self.revision(answer.step),
                user=user or self.lead,
            )

    def store_demo(self, name: str = "sorelle") -> DiagnosticDocument:
        """Store every answer of a demo document."""
        document = demo_document(name)
        self.store_all(document)
        return document

    def store_all(self, document: DiagnosticDocument) -> None:
        """Store every answer of a document at once, at revision 1."""
        AnswerRow.objects.bulk_create(
            AnswerRow(
                diagnostic=self.diagnostic,
                step=step.value,
                value=answer.model_dump(mode="json", exclude={"board_question", "mark"}),
                board_question=answer.board_question,
                mark=answer.mark.value if answer.mark else "",
                updated_by=self.lead,
            )
            for step, answer in document.answers.given()
        )

    def row(self, step: StepKey) -> AnswerRow | None:
        """Return the stored row of a step."""
        return AnswerRow.objects.filter(diagnostic=self.diagnostic, step=step.value).first()

    def revision(self, step: StepKey) -> int:
        """Return the revision now in force."""
        row = self.row(step)
        return row.revision if row else 0

    def answer(self, step: StepKey) -> Answer:
        """Return the answer now in force; an empty one when there is none."""
        row = self.row(step)
        return ANSWER_SHAPES[step].model_validate(row.shape_value() if row else {})

    def kept(self, step: StepKey, user: User | None = None) -> dict[str, list[str]]:
        """Return what is kept of a person's texts at a step, by place."""
        kept = KeptText.objects.filter(
            diagnostic=self.diagnostic, step=step.value, user=user or self.lead
        ).first()
        return kept.by_place if kept else {}

    def page(self, step: StepKey, *, user: User | None = None) -> QueryDict:
        """Return what the page of a step would post unchanged."""
        user = user or self.lead
        loaded = load_step(get_diagnostic(user, self.diagnostic.pk), step, user=user)
        shown = show_step(loaded)
        data = self.complete(posted(shown.form), step, revision=loaded.revision)
        data.setlist("kept", [f"{mark} {place}" for place, mark in shown.known.items()])
        data.setlist("choose", list(shown.waiting))
        data["page"] = token_hex(6)
        return data

    def complete(self, data: QueryDict, step: StepKey, *, revision: int) -> QueryDict:
        """Add what the page posts besides the form's own fields."""
        data["base_revision"] = str(revision)
        data[f"diagnostic-{self.diagnostic.pk}-current_step"] = step.value
        return data

    def typed(self, answer: Answer) -> QueryDict:
        """Return what is posted by somebody who types a whole answer over the stored one."""
        loaded = load_step(
            get_diagnostic(self.lead, self.diagnostic.pk), answer.step, user=self.lead
        )
        context = StepContext(document=loaded.document, stored=answer)
        data = posted(form_of(context, answer.step))
        return self.complete(data, answer.step, revision=loaded.revision)

    def post(
        self, step: StepKey, data: QueryDict, *, client: Client | None = None, **extra: str
    ) -> Any:
        """Post a step as a browser does; ``extra`` is the button pressed, or a changed field."""
        body = data.copy()
        for name, value in extra.items():
            body[name] = value
        return (client or self.browser).post(
            self.url(step), data=body.urlencode(), content_type=URL_ENCODED
        )

    def stored_rows(self) -> dict[str, list[Any]]:
        """Return everything that a refused request must leave as it was."""
        return {
            "answers": list(AnswerRow.objects.order_by("pk").values()),
            "revisions": list(AnswerRevision.objects.order_by("pk").values()),
            "kept_texts": list(KeptText.objects.order_by("pk").values()),
            "diagnostics": list(Diagnostic.objects.order_by("pk").values()),
        }


# --- What is often played -------------------------------------------------------------------------


def identity(name: str) -> dict[str, str]:
    return {"name": name, "territory": "Bassin de vie", "base_scale": "living_area"}


def objectives(*statements: str, **fields: object) -> Objectives:
    """Return objectives that say this, with the ids o1, o2…"""
    rows = [{"id": f"o{n}", "statement": text} for n, text in enumerate(statements, 1)]
    return Objectives.model_validate({"rows": rows, **fields})


def make_scene(state: State = State.DRAFT) -> Scene:
    """A diagnostic in a state, with an answer in each axis and a person for each role."""
    scene = Scene().everybody()
    answer_each_axis(scene.diagnostic, user=scene.lead)
    bring_to(scene, state)
    return scene


def answer_each_axis(diagnostic: Diagnostic, *, user: User) -> None:
    """The least that can be submitted."""
    answers = [
        Vision.model_validate({"statements": [{"id": "v1", "text": STATEMENT}]}),
        Roles(rows=[Role(id="r1", role=next(iter(RoleKind)))]),
        Activities(rows=[Activity(id="a1", mission=next(iter(Mission)), text="Petit-déjeuner")]),
        Organisation(organisation="Une équipe de deux personnes"),
    ]
    # As saving them one by one leaves them, for a tenth of the time of a test.
    AnswerRow.objects.bulk_create(
        AnswerRow(
            diagnostic=diagnostic,
            step=answer.step.value,
            value=answer.model_dump(mode="json", exclude={"board_question", "mark"}),
            updated_by=user,
        )
        for answer in answers
    )
    refresh_indicators(diagnostic)


def answer_document(diagnostic: Diagnostic, document: DiagnosticDocument, *, user: User) -> None:
    """Answer as a document does."""
    for _step, answer in document.answers.given():
        save_answer(diagnostic, answer, internal_note="", base_revision=0, user=user)


def demo_document(name: str = "sorelle") -> DiagnosticDocument:
    path = Path(settings.BASE_DIR) / "fixtures" / "demo" / f"{name}.json"
    return load_document(json.loads(path.read_text(encoding="utf-8")))


def bring_to(scene: Scene, state: State) -> None:
    """Bring a draft to a state the way people do."""
    diagnostic = scene.diagnostic
    if state is not State.DRAFT:
        submit_diagnostic(diagnostic, user=scene.lead, base_url=BASE_URL)
    if state is State.CHANGES_REQUESTED:
        request_changes(diagnostic, reason=REASON, user=scene.facilitator, base_url=BASE_URL)
    if state in {State.VALIDATED, State.ADOPTED}:
        validate_diagnostic(
            diagnostic, user=scene.facilitator, base_url=BASE_URL, in_spite=IN_SPITE
        )
    if state is State.ADOPTED:
        adopt_diagnostic(diagnostic, adoption=adoption(scene), user=scene.lead, base_url=BASE_URL)
    diagnostic.refresh_from_db()


def adoption(scene: Scene, **changes: Any) -> Adoption:
    """Return a session of today at which the board adopted each proposed decision; ``changes``: what
    became of others, by their row's id."""
    answer = scene.answer(StepKey.BOARD_DECISIONS)
    outcomes = [
        {"decision": row.id, "result": "adopted"} | changes.get(row.id, {})
        for row in answer.decisions
        if row.text
    ]
    return Adoption.model_validate({"date": timezone.localdate(), "outcomes": outcomes})


# --- The queue ---------------------------------------------------------------------------------------


def run_worker() -> None:
    """Do every job of the queue, those that jobs queue included (needs committed rows).

    In a thread of its own: Playwright, once used, keeps an event loop in the tests' one.
    """

    def work() -> None:
        with app.replace_connector(PatientConnector()) as worker:
            worker.run_worker(wait=False, install_signal_handlers=False, listen_notify=False)

    with ThreadPoolExecutor(1) as thread:
        thread.submit(work).result()
        thread.submit(connections.close_all).result()
