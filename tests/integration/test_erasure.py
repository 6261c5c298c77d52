"""A structure is erased for good by a command: nothing of it is left anywhere, and no other way leads there."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.admin.models import CHANGE, LogEntry
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from diagnostics.domain.vocabulary import EventKind, MembershipRole, State
from diagnostics.models import (
    Diagnostic,
    Erasure,
    Event,
    KitChange,
    PortfolioLine,
    QueuedMail,
    SentForm,
    Structure,
    User,
)
from diagnostics.services.erasure import (
    EMPTIED,
    ERASING,
    OF_A_DIAGNOSTIC,
    OF_A_STRUCTURE,
    erase_draft,
    what_goes,
)
from diagnostics.services.errors import WrongState
from tests.everywhere import tables_with
from tests.factories import UserFactory
from tests.inviting import invite_member
from tests.scene import BASE_URL, NAME, STATEMENT, TITLE, Scene, make_scene
from tests.talking import WORDS, say

WORDS_OF_ITS_OWN = (NAME, TITLE, STATEMENT, *WORDS.values(), "nina@exemple.example")


def a_whole_structure() -> Scene:
    """A structure that left something wherever one can."""
    scene = make_scene(State.ADOPTED)
    for audience in WORDS:
        say(scene, audience)
    invite_member(
        scene.structure,
        email="nina@exemple.example",
        role=MembershipRole.READER,
        user=scene.lead,
        base_url=BASE_URL,
    )
    scene.diagnostic.renderings.create(subject=f"report/{scene.diagnostic.pk}/now", key="k", size=1)
    letter = {"kind": "letter", "person": scene.lead, "address": "a@b.example", "html": ""}
    QueuedMail.objects.create(
        key="letter:1", subject=f"{NAME} et vous", text="", sent_at=timezone.now(), **letter
    )
    # The mail of a day, which told of another structure as well; and one that waits.
    others = Diagnostic.objects.exclude(pk=scene.diagnostic.pk).values_list("pk", flat=True)
    about = [{"diagnostic": str(pk)} for pk in (scene.diagnostic.pk, others[0])]
    of_the_day = {"subject": "Votre jour", "text": STATEMENT, "about": about, **letter}
    QueuedMail.objects.create(key="day:1", sent_at=timezone.now(), **of_the_day)
    QueuedMail.objects.create(key="day:2", **of_the_day)
    LogEntry.objects.log_actions(scene.staff.pk, [scene.structure], CHANGE, single_object=True)
    SentForm.objects.create(
        token="t", user=scene.lead, leads_to=f"/diagnostics/{scene.diagnostic.pk}/"
    )
    User.objects.filter(pk=scene.facilitator.pk).update(
        portfolio_view="q=confidence+de+la+structure&vue=toutes"
    )
    job = app.configure_task("mail_lead_letter").defer(
        key="k",
        person_id=scene.lead.pk,
        sender_id=scene.facilitator.pk,
        subject=NAME,
        text="",
        base_url=BASE_URL,
    )
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'succeeded' WHERE id = %s", [job])
    return scene


def places_of(scene: Scene) -> dict[str, set[str]]:
    ids = (str(scene.structure.pk), str(scene.diagnostic.pk))
    found = {words: set(tables_with(words)) for words in (*WORDS_OF_ITS_OWN, *ids)}
    return {words: tables for words, tables in found.items() if tables}


def rows_of_others(scene: Scene) -> dict[str, int]:
    other = Structure.objects.exclude(pk=scene.structure.pk).get()
    found = {"people": User.objects.count(), **what_goes(other)}
    found.pop(EMPTIED, None)  # the mail of a day is of both, then of one
    return found


@pytest.mark.django_db
def test_nothing_of_an_erased_structure_is_left_and_all_of_the_others():
    scene = a_whole_structure()
    assert len(places_of(scene)) == len(WORDS_OF_ITS_OWN) + 2  # or nothing below is proved
    assert {
        "diagnostics_version",
        "diagnostics_answer",
        "diagnostics_message",
        "diagnostics_portfolioline",
        "diagnostics_queuedmail",
        "diagnostics_sentform",
        "django_admin_log",
        "procrastinate_jobs",
    } <= set().union(*places_of(scene).values())
    others = rows_of_others(scene)
    told = what_goes(scene.structure)
    answers = io.StringIO()

    call_command(
        "erase_structure",
        str(scene.structure.pk),
        confirm=NAME,
        by=scene.staff.email.upper(),
        stdout=answers,
    )

    with connection.cursor() as cursor:  # what is checked when a transaction ends
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert places_of(scene) == {}
    assert rows_of_others(scene) == others
    assert not User.objects.exclude(portfolio_view="").exists()
    erasure = Erasure.objects.get()
    assert (erasure.kind, erasure.done_by, erasure.done_on) == (
        "structure",
        scene.staff,
        timezone.localdate(),
    )
    assert erasure.counts == told
    assert told[EMPTIED] == 2
    other = Diagnostic.objects.get()
    kept = QueuedMail.objects.order_by("key").values_list("key", "text", "about")
    assert list(kept) == [("day:1", "", [{"diagnostic": str(other.pk)}]), ("letter:1", "", [])]
    assert Event.objects.get(kind=EventKind.STRUCTURE_ERASED.value).actor == scene.staff


@pytest.mark.django_db
def test_without_its_exact_name_and_somebody_of_the_staff_nothing_is_erased():
    scene = make_scene()
    pk, before = str(scene.structure.pk), what_goes(scene.structure)
    told = io.StringIO()
    call_command("erase_structure", pk, stdout=told)
    said = told.getvalue()
    assert NAME in said
    assert "Rien n’est effacé" in said
    for name, number in before.items():
        assert f"{number:>6}  {name}" in said
    for refused in (
        {"confirm": "Autre", "by": scene.staff.email},
        {"confirm": NAME},
        {"confirm": NAME, "by": scene.facilitator.email},
    ):
        with pytest.raises(CommandError, match="rien n’est effacé"):
            call_command("erase_structure", pk, stdout=told, **refused)
    with pytest.raises(CommandError, match="Aucune structure"):
        call_command("erase_structure", str(scene.diagnostic.pk), stdout=told)
    assert what_goes(scene.structure) == before
    assert not Erasure.objects.exists()


@pytest.mark.django_db
def test_what_is_of_others_stays_when_a_structure_has_a_name_that_is_in_everything():
    scene = make_scene()
    Structure.objects.filter(pk=scene.structure.pk).update(name="Paris")
    letter = {"kind": "letter", "person": scene.lead, "address": "a@b.example", "html": ""}
    stranger = {**letter, "person": UserFactory()}
    sent = {"sent_at": timezone.now(), "text": "t"}
    QueuedMail.objects.create(key="1", subject="Le comité parisien", **sent, **letter)
    QueuedMail.objects.create(key="2", subject="À Paris demain", **sent, **stranger)
    QueuedMail.objects.create(key="3", subject="Paris attend", text="t", **letter)
    QueuedMail.objects.create(key="4", subject="Paris, parti", **sent, **letter)
    for words in ("Paris attend", "Parisot"):
        letter_to = {"key": words, "person_id": scene.lead.pk, "sender_id": scene.facilitator.pk}
        app.configure_task("mail_lead_letter").defer(
            subject=words, text="", base_url=BASE_URL, **letter_to
        )
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE procrastinate_jobs SET status = 'failed' WHERE args->>'key' = 'Parisot'"
        )
    told = io.StringIO()
    arguments = {"confirm": "Paris", "by": scene.staff.email, "stdout": told}
    call_command("erase_structure", str(scene.structure.pk), **arguments)
    assert f"     1  {EMPTIED}" in told.getvalue()
    kept = QueuedMail.objects.filter(key__in="1234").order_by("key")
    assert list(kept.values_list("subject", flat=True)) == [
        *("Le comité parisien", "À Paris demain", "Paris attend", "")
    ]
    jobs = ProcrastinateJob.objects.filter(task_name="mail_lead_letter").order_by("pk")
    assert [job.args["subject"] for job in jobs] == ["Paris attend", "Parisot"]


# --- The way there is one ------------------------------------------------------------------------


def test_every_table_of_a_structure_is_erased_with_it():
    """A table that points to what is erased goes as well, or says here why not."""
    listed = {model for model, _path in (*OF_A_DIAGNOSTIC, *OF_A_STRUCTURE)}
    followed_by_triggers = {PortfolioLine}
    pointing = {
        model
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if field.is_relation and field.concrete and field.related_model in listed
    }
    assert pointing - listed - followed_by_triggers == set()
    # Each before those that it points to, but for the diagnostic that another follows.
    order = [model for model, _path in (*OF_A_DIAGNOSTIC, *OF_A_STRUCTURE)]
    for model in listed:
        for field in model._meta.get_fields():
            if field.concrete and field.is_relation and field.related_model in listed - {model}:
                assert order.index(model) < order.index(field.related_model), (model, field)


def test_the_setting_that_lets_history_go_is_named_in_one_service_alone():
    root = Path(settings.BASE_DIR)
    named = {
        path.relative_to(root).as_posix()
        for folder in ("diagnostics", "rameau_diag", "scripts", "tests", "templates", "fixtures")
        for path in (root / folder).rglob("*")
        if path.is_file() and path.suffix in {".py", ".sql", ".sh", ".html", ".json", ".toml"}
        if "diagnostics.eras" + "ing" in path.read_text(encoding="utf-8")
    }
    assert named == {"diagnostics/services/erasure.py", "diagnostics/migrations/0034_erasure.py"}
    importing = {
        path.relative_to(root).as_posix()
        for folder in ("diagnostics", "rameau_diag", "scripts")
        for path in (root / folder).rglob("*.py")
        if "ERASING" in path.read_text(encoding="utf-8")
    }
    assert importing == {"diagnostics/services/erasure.py"}


ERASABLE = {"version", "versionrecord", "answerrevision", "event", "paper"}


@pytest.mark.django_db
def test_history_goes_by_no_other_way():
    """Raw SQL is refused; under the setting a row may be removed, and still not altered."""
    scene = make_scene(State.SUBMITTED)
    version = scene.diagnostic.versions.get()
    version.papers.create(kind="report", edition="submitted", key="k", file=b"%", size=1, pages=1)
    kit = scene.diagnostic.kit
    KitChange.objects.create(kit=kit, place="p", name="n", field="f", changed_by=scene.staff)
    Erasure.objects.create(kind="draft")
    row = scene.diagnostic.answers.first()
    row.revisions.create(revision=0, value={}, author=scene.lead, written_at=timezone.now())
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid "
            "WHERE proname = 'diagnostics_refuse_change'"
        )
        tables = {name for (name,) in cursor.fetchall()}
        erasable = {f"diagnostics_{name}" for name in ERASABLE}
        assert tables == erasable | {"diagnostics_kitchange", "diagnostics_erasure"}
        for table in sorted(tables):
            for statement in (f"DELETE FROM {table}", f"UPDATE {table} SET {_key(table)} = NULL"):
                with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
                    cursor.execute(statement)
        cursor.execute("SELECT set_config(%s, 'on', true)", [ERASING])
        for table in sorted(tables):
            with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
                cursor.execute(f"UPDATE {table} SET {_key(table)} = NULL")
        for table in sorted(tables - erasable):
            with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
                cursor.execute(f"DELETE FROM {table}")
        cursor.execute("DELETE FROM diagnostics_paper")
        assert cursor.rowcount == 1


def _key(table: str) -> str:
    return "version_id" if table.endswith("versionrecord") else "id"


@pytest.mark.django_db
def test_the_way_is_shut_again_once_something_was_erased():
    scene = make_scene()
    events = Event.objects.filter(structure=scene.structure)
    erase_draft(scene.diagnostic)
    assert not Diagnostic.with_deleted.filter(pk=scene.diagnostic.pk).exists()
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        events.delete()
    assert events.filter(kind=EventKind.DIAGNOSTIC_DELETED.value, actor=None).count() == 1


@pytest.mark.django_db
def test_what_was_submitted_is_no_abandoned_draft():
    scene = make_scene(State.CHANGES_REQUESTED)
    before = what_goes(scene.structure)
    with pytest.raises(WrongState):
        erase_draft(scene.diagnostic)
    assert what_goes(scene.structure) == before
