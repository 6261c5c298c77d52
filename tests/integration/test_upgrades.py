"""From the tables of the first release, with rows in them, to those of today; and back to nothing.

On a server of its own, a minute of processor: « make upgrades » and « make thorough » run it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.models import F
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from diagnostics.domain.document import canonical_json
from diagnostics.models import (
    Answer,
    AnswerRevision,
    Diagnostic,
    Event,
    Invitation,
    KeptText,
    Part,
    User,
    Version,
)
from diagnostics.services.workflow import submit_diagnostic
from tests.clusters import another_cluster
from tests.pages import html_of
from tests.scene import BASE_URL, Scene

pytestmark = [pytest.mark.upgrades, pytest.mark.timeout(1800)]

FIRST = ("diagnostics", "0001_initial")
THEN = dt.datetime(2026, 11, 20, 10, tzinfo=dt.UTC)
# A document of the first release, with all its answers.
DOCUMENT = json.loads(
    (Path(__file__).resolve().parents[1] / "golden" / "first_release.json").read_bytes()
)
BYTES = canonical_json(DOCUMENT)
STATEMENT = DOCUMENT["answers"]["objectives"]["rows"][2]["statement"]
ASKED = "Chiffrez vos objectifs."
NOTE = "Entre nous"
MEANS = {"total": 3, "complete": 3, "started": 3}


@pytest.fixture
def elsewhere(tmp_path_factory: pytest.TempPathFactory, django_db_blocker: Any) -> Iterator[None]:
    """An empty database, whose content types are not those of the tests' own."""
    folder = tmp_path_factory.mktemp("upgrade")
    with django_db_blocker.unblock(), another_cluster(folder) as inside, inside():
        ContentType.objects.clear_cache()
        yield
    ContentType.objects.clear_cache()


def rows_of_the_first_release(apps: Any) -> None:
    """A structure, its team, a diagnostic that was submitted and of which changes were asked."""

    def make(model: str, **values: Any) -> Any:
        return apps.get_model("diagnostics", model).objects.create(**values)

    lead = make("User", email="lea@exämple.example", name="Léa", password="!")
    facilitator = make("User", email="fanny@exemple.example", password="!", is_facilitator=True)
    kit = make("Kit", slug="rameau-2013", title="Kit", published="2013-03", credit="Le RAMEAU")
    for position, key, step in ((4, "moyens", "economic_model"), (5, "conseil", "board_decisions")):
        titles = {"title": key.title(), "short_title": key.title()}
        part = make("Part", kit=kit, key=key, position=position, **titles)
        make("Step", kit=kit, part=part, key=step, position=1, **titles)
    with transaction.atomic():  # a structure has a lead
        structure = make("Structure", facilitator=facilitator, **DOCUMENT["structure"])
        make("Membership", structure=structure, user=lead, role="lead")
    diagnostic = make(
        "Diagnostic",
        structure=structure,
        kit=kit,
        created_by=lead,
        submitted_at=THEN,
        indicators={"steps_total": 10, "steps_complete": 3, "axes": {"moyens": MEANS}},
        **DOCUMENT["diagnostic"] | {"state": "changes_requested"},
    )
    for step, shape in DOCUMENT["answers"].items():
        value = dict(shape)
        beside = {"board_question": value.pop("board_question"), "mark": value.pop("mark") or ""}
        if step == "objectives":  # the rhythm was in the unit
            value["rows"] = [dict(row) for row in value["rows"]]
            value["rows"][2]["unit"] = "partenariats par an"
        answer = make(
            "Answer", diagnostic=diagnostic, step=step, value=value, updated_by=lead, **beside
        )
        past = {"revision": 1, "value": value, "written_at": THEN, "author": lead}
        make("AnswerRevision", answer=answer, **past)
    content = {"content": DOCUMENT, "sha256": hashlib.sha256(BYTES).hexdigest()}
    of = {"diagnostic": diagnostic}
    make("Version", **of, number=1, submitted_at=THEN, submitted_by=lead, **content)
    make("ChangeRequest", **of, reason=ASKED, requested_by=facilitator)
    typed = f"objectives-internal_note={NOTE.replace(' ', '+')}"
    make("Draft", **of, step="objectives", user=lead, form_data=typed)
    make("Event", **of, structure=structure, actor=lead, kind="submitted")
    make(
        "Invitation",
        structure=structure,
        email="rose@exemple.example",
        role="reader",
        token_digest="1" * 64,
        expires_at=timezone.now() + dt.timedelta(days=7),
        invited_by=lead,
    )


def upgrade() -> None:
    """Have the rows of the first release in its tables, then do as an upgrade does."""
    executor = MigrationExecutor(connection)
    executor.migrate([FIRST])
    rows_of_the_first_release(executor.loader.project_state([FIRST]).apps)
    call_command("migrate", verbosity=0)
    call_command("load_kit", verbosity=0)


def test_rows_of_the_first_release_are_those_of_today(elsewhere):
    upgrade()
    what_moved_is_where_it_belongs()
    history_is_as_it_was()
    pages_show_it()
    work_goes_on()


def what_moved_is_where_it_belongs() -> None:
    assert User.objects.filter(email="lea@xn--exmple-cua.example").count() == 1
    assert list(Part.objects.order_by("position").values_list("key", flat=True)) == [
        *("vision", "ambition", "missions", "means", "board"),
    ]
    diagnostic = Diagnostic.objects.get()
    assert diagnostic.indicators["axes"] == {"means": MEANS}
    objective = Answer.objects.get(step="objectives").value["rows"][2]
    assert (objective["unit"], objective["per_year"]) == ("partenariats", True)
    assert [kept.texts for kept in KeptText.objects.all()] == ["internal_note=Entre+nous"]
    thread = diagnostic.threads.get()
    assert (thread.state, thread.kind) == ("pending", "request")
    assert [message.text for message in thread.messages.all()] == [ASKED]
    assert diagnostic.state_since == thread.opened_at
    assert diagnostic.reviews.get().outcome == "changes_requested"
    assert Invitation.objects.get().sent_at == Invitation.objects.get().created_at


def history_is_as_it_was() -> None:
    version = Version.objects.get()
    assert (version.content, version.submitted_at) == (DOCUMENT, THEN)
    assert bytes(version.record.document) == BYTES
    assert hashlib.sha256(BYTES).hexdigest() == version.sha256
    assert version.record.findings
    assert AnswerRevision.objects.count() == len(DOCUMENT["answers"])
    assert [event.kind for event in Event.objects.all()] == ["submitted"]
    for model in (Version, AnswerRevision, Event):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            model.objects.update(id=F("id"))


def pages_show_it() -> None:
    """To the lead and, of the portfolio and the request, to who follows the structure."""
    diagnostic = Diagnostic.objects.get()

    def page(client: Client, name: str, *more: str, **query: str) -> str:
        at = reverse(name, args=[diagnostic.pk, *more])
        return unescape(html_of(client.get(at, query)))

    lead = Scene.client_of(User.objects.get(is_facilitator=False))
    objectives = page(lead, "diagnostic_step", "objectives")
    assert (STATEMENT in objectives, NOTE in objectives) == (True, True)
    assert STATEMENT in page(lead, "step_history", "objectives")
    assert ASKED in page(lead, "conversation")
    for name in ("diagnostic_home", "diagnostic_check", "journal", "thread"):
        assert diagnostic.title in page(lead, name)
    for query in ({}, {"version": "1"}):
        assert STATEMENT in page(lead, "report", **query)
    served = lead.get(reverse("document_json", args=[diagnostic.pk]), {"version": "1"})
    assert served.content == BYTES
    facilitator = Scene.client_of(User.objects.get(is_facilitator=True))
    assert DOCUMENT["structure"]["name"] in unescape(html_of(facilitator.get(reverse("portfolio"))))


def work_goes_on() -> None:
    """The lead submits again: a second version, of today, beside the first."""
    diagnostic, lead = Diagnostic.objects.get(), User.objects.get(is_facilitator=False)
    version = submit_diagnostic(diagnostic, user=lead, base_url=BASE_URL)
    assert (version.number, Version.objects.count()) == (2, 2)
    assert version.content["schema"] > DOCUMENT["schema"]


def test_empty_tables_go_back_to_nothing_and_come_again(elsewhere):
    call_command("migrate", verbosity=0)
    before = described()
    assert len(before) > 200
    call_command("migrate", "diagnostics", "zero", verbosity=0)
    left = {table for table, *_ in described() if table.startswith("diagnostics_")}
    assert (left, own_functions()) == (set(), [])
    call_command("migrate", verbosity=0)
    assert described() == before


def described() -> set[tuple[str, ...]]:
    """What a database has: columns, constraints, indexes and triggers, each with its table."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name, data_type, is_nullable, column_default "
            "FROM information_schema.columns WHERE table_schema = 'public' "
            "UNION ALL SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid), '', '' "
            "FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND conrelid > 0 "
            "UNION ALL SELECT tablename, indexname, indexdef, '', '' "
            "FROM pg_indexes WHERE schemaname = 'public' "
            "UNION ALL SELECT tgrelid::regclass::text, tgname, pg_get_triggerdef(oid), '', '' "
            "FROM pg_trigger WHERE NOT tgisinternal "
            "UNION ALL SELECT '', proname, prosrc, '', '' "
            "FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
        )
        return set(cursor.fetchall())


def own_functions() -> list[str]:
    """The functions that are left, but for those of the queue."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace "
            "AND proname !~ '^procrastinate'"
        )
        return [name for (name,) in cursor.fetchall()]
