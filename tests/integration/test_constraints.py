"""What the database itself refuses: one test per constraint, and the append-only tables."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.models import Model
from django.utils import timezone

from diagnostics.domain.vocabulary import SITE_EVENTS, UNATTENDED_EVENTS, EventKind, State, StepKey
from diagnostics.models import (
    Answer,
    AnswerRevision,
    BoardSession,
    Cohort,
    Diagnostic,
    Erasure,
    Event,
    KeptText,
    KitChange,
    LeftOutRow,
    Message,
    Paper,
    Presence,
    QueuedMail,
    ReadVersion,
    RecentAnswer,
    Remark,
    Rendering,
    Review,
    SentForm,
    StepReviewed,
    Thread,
    User,
    Version,
    VersionRecord,
)
from tests.factories import DiagnosticFactory, UserFactory

NOW = timezone.now()
DIGEST = "0123456789abcdef" * 4
MODELS = list(apps.get_app_config("diagnostics").get_models())


def test_every_constraint_has_a_test_that_names_it():
    names = {constraint.name for model in MODELS for constraint in model._meta.constraints}
    tests = Path(settings.BASE_DIR) / "tests" / "integration"
    sources = "".join(path.read_text(encoding="utf-8") for path in tests.glob("*.py"))
    assert {name for name in names if f'"{name}"' not in sources} == set()


@pytest.mark.django_db
def test_the_database_has_the_constraints_of_the_models():
    with connection.cursor() as cursor:
        for model in MODELS:
            found = connection.introspection.get_constraints(cursor, model._meta.db_table)
            assert {constraint.name for constraint in model._meta.constraints} <= set(found)


# --- What was printed ------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(
    "values",
    [
        {},
        {"pages": 3},
        {"pages": 3, "size": 3, "stopped": "time"},
        {"pages": 3, "stopped": "time"},
        {"size": 3, "stopped": "time"},
        {"stopped": "time", "pages": 3, "asked_at": NOW},
    ],
)
def test_what_was_printed_has_a_size_and_what_was_stopped_has_none(values: dict):
    Rendering.objects.create(subject="a", key=DIGEST, pages=3, size=3)
    Rendering.objects.create(subject="b", key=DIGEST, stopped="time")
    Rendering.objects.create(subject="d", key=DIGEST, asked_at=NOW, begun_at=NOW, pages=3)
    with (
        pytest.raises(IntegrityError, match="rendering_is_made_stopped_or_asked"),
        transaction.atomic(),
    ):
        Rendering.objects.create(subject="c", key=DIGEST, **values)


@pytest.mark.django_db
def test_what_is_begun_was_asked_for():
    with pytest.raises(IntegrityError, match="rendering_begun_was_asked"), transaction.atomic():
        Rendering.objects.create(subject="a", key=DIGEST, stopped="time", begun_at=timezone.now())


PAPER = {"kind": "report", "edition": "submitted", "key": DIGEST, "file": b"%PDF", "size": 4}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({}, "paper_once_per_edition"),
        ({"kind": "poem"}, "paper_kind_is_known"),
        ({"edition": "draft"}, "paper_edition_is_known"),
        ({"kind": "word", "size": 0}, "paper_is_not_empty"),
        ({"kind": "synthesis", "pages": 0}, "paper_is_not_empty"),
    ],
)
def test_a_paper_of_a_version(values: dict, constraint: str):
    paper = PAPER | {"version": World().version, "pages": 3}
    Paper.objects.create(**paper)
    Paper.objects.create(**paper | {"kind": "word", "edition": "adopted", "pages": 0})
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Paper.objects.create(**paper | values)


@pytest.mark.django_db
def test_a_paper_as_submitted_stays_and_none_is_altered():
    version = World().version
    for edition in ("submitted", "validated"):
        paper = Paper.objects.create(**PAPER | {"version": version, "edition": edition, "pages": 3})
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            Paper.objects.filter(pk=paper.pk).update(file=b"%PDF-2")
    Paper.objects.filter(edition="validated").delete()
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        Paper.objects.all().delete()
    assert list(Paper.objects.values_list("edition", "pages")) == [("submitted", 3)]


# --- What was erased --------------------------------------------------------------------------------


@pytest.mark.django_db
def test_an_erased_account_has_no_right():
    erased = User.objects.filter(pk=UserFactory().pk)
    erased.update(erased_at=NOW, is_active=False)
    for right in ("is_active", "is_facilitator", "is_staff", "is_superuser"):
        with (
            pytest.raises(IntegrityError, match="user_erased_has_no_right"),
            transaction.atomic(),
        ):
            erased.update(**{right: True})


@pytest.mark.django_db
def test_what_may_be_erased_is_known():
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        Erasure.objects.create(kind="poem")
    assert "erasure_kind_is_known" in str(refusal.value)


# --- What was deleted -------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("of", "name"),
    [
        (lambda made: made.structure, "structure_deleted_by_matches_deleted_at"),
        (lambda made: made, "diagnostic_deleted_by_matches_deleted_at"),
    ],
    ids=["structure", "diagnostic"],
)
def test_what_is_deleted_was_deleted_by_somebody(of, name):
    diagnostic = DiagnosticFactory()
    rows = type(of(diagnostic)).with_deleted.filter(pk=of(diagnostic).pk)
    whole = {"deleted_at": timezone.now(), "deleted_by": diagnostic.created_by}
    for left in whole:
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            rows.update(**{left: whole[left]})
    assert rows.update(**whole) == 1


@pytest.mark.django_db
def test_what_was_submitted_cannot_be_deleted():
    diagnostic = DiagnosticFactory()
    set_moments(diagnostic, State.SUBMITTED, MOMENTS[State.SUBMITTED])
    whole = {"deleted_at": timezone.now(), "deleted_by": diagnostic.created_by}
    with (
        pytest.raises(IntegrityError, match="diagnostic_deleted_was_a_draft"),
        transaction.atomic(),
    ):
        Diagnostic.objects.filter(pk=diagnostic.pk).update(**whole)


# --- Diagnostics -----------------------------------------------------------------------------------

NOW = timezone.now()
# (state, submitted_at, validated_at, adopted_at): True when it is set.
MOMENTS = {
    State.DRAFT: (False, False, False),
    State.SUBMITTED: (True, False, False),
    State.CHANGES_REQUESTED: (True, False, False),
    State.VALIDATED: (True, True, False),
    State.ADOPTED: (True, True, True),
}
NAMES = (
    "diagnostic_submitted_at_matches_state",
    "diagnostic_validated_at_matches_state",
    "diagnostic_adopted_at_matches_state",
)


def set_moments(diagnostic: Diagnostic, state: State, moments: tuple[bool, ...]) -> None:
    submitted, validated, adopted = (NOW if is_set else None for is_set in moments)
    Diagnostic.objects.filter(pk=diagnostic.pk).update(
        state=state.value, submitted_at=submitted, validated_at=validated, adopted_at=adopted
    )


@pytest.mark.django_db
def test_state_and_timestamps_cannot_disagree():
    """Each state has one right set of timestamps: every other one is refused, by its name."""
    diagnostic = DiagnosticFactory()
    for state, right in MOMENTS.items():
        set_moments(diagnostic, state, right)
        for index, name in enumerate(NAMES):
            wrong = tuple(value != (place == index) for place, value in enumerate(right))
            with pytest.raises(IntegrityError, match=name), transaction.atomic():
                set_moments(diagnostic, state, wrong)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "changes"),
    [
        (
            "diagnostic_state_is_known",
            {"state": "archived", "submitted_at": NOW},
        ),
        ("diagnostic_horizon_is_3_to_5", {"horizon_years": 6}),
        ("diagnostic_base_year_is_a_year", {"base_year": 1899}),
        ("diagnostic_base_year_is_a_year", {"base_year": 2101}),
    ],
)
def test_a_diagnostic_is_well_formed(name: str, changes: dict):
    diagnostic = DiagnosticFactory()
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        Diagnostic.objects.filter(pk=diagnostic.pk).update(**changes)


# --- Answers, kept texts, versions, requests -----------------------------------------------------------


def rewrite(row, /, **changes) -> None:
    """Change a row in the database, past what its model would check."""
    type(row).objects.filter(pk=row.pk).update(**changes)


class World:
    """A diagnostic with one row of each table that hangs from it."""

    def __init__(self) -> None:
        self.user = UserFactory(email="alix@exemple.example")
        self.diagnostic = DiagnosticFactory(created_by=self.user)
        of_it = {"diagnostic": self.diagnostic}
        self.answer = Answer.objects.create(**of_it, step="vision", updated_by=self.user)
        self.revision = AnswerRevision.objects.create(**self.revision_fields())
        self.kept = KeptText.objects.create(**of_it, step="vision", user=self.user)
        self.version = Version.objects.create(**self.version_fields())
        recorded = Version.objects.create(**self.version_fields() | {"number": 9})
        self.record = VersionRecord.objects.create(version=recorded, texts={})
        self.thread = Thread.objects.create(**self.thread_fields())
        self.message = Message.objects.create(thread=self.thread, author=self.user, text="Précisez")
        reviewed = Version.objects.create(**self.version_fields() | {"number": 8})
        self.review = Review.objects.create(**of_it, version=reviewed)
        self.session = BoardSession.objects.create(**self.session_fields())
        self.left_out = LeftOutRow.objects.create(**self.left_out_fields())
        self.cohort = Cohort.objects.create(name="Grand Est 2026")
        self.remark = Remark.objects.create(author=self.user, text="Bien dit")
        self.step_reviewed = {"review": self.review, "step": "vision", "reviewed_by": self.user}
        StepReviewed.objects.create(**self.step_reviewed)
        self.read = {**of_it, "reader": self.user, "version": reviewed}
        ReadVersion.objects.create(**self.read)
        self.mail = {
            "key": "submitted:1:1",
            "kind": "diagnostic_submitted",
            "address": "a@b.example",
        }
        QueuedMail.objects.create(**self.mail)
        self.kit_change = KitChange.objects.create(kit=self.diagnostic.kit, name="motto")
        self.event = Event.objects.create(
            **of_it,
            structure=self.diagnostic.structure,
            actor=self.user,
            kind=EventKind.SUBMITTED.value,
        )

    def thread_fields(self) -> dict:
        return {
            "diagnostic": self.diagnostic,
            "audience": "facilitation",
            "kind": "request",
            "state": "pending",
            "opened_by": self.user,
        }

    def session_fields(self) -> dict:
        of_it = {"diagnostic": self.diagnostic, "recorded_by": self.user}
        return {**of_it, "held_on": NOW.date(), "content": {}}

    def left_out_fields(self) -> dict:
        of_it = {"diagnostic": self.diagnostic, "written_by": self.user}
        return {**of_it, "step": "objectives", "row": "o1", "reason": "Atteint"}

    def revision_fields(self) -> dict:
        return {
            "answer": self.answer,
            "revision": 1,
            "value": {},
            "author": self.user,
            "written_at": NOW,
        }

    def version_fields(self) -> dict:
        return {
            "diagnostic": self.diagnostic,
            "number": 1,
            "content": {},
            "sha256": DIGEST,
            "submitted_by": self.user,
        }


def event_of_nothing(w, kind: EventKind, **named) -> Event:
    return Event.objects.create(**{"actor": w.user, "kind": kind.value, **named})


REFUSED = [
    (
        "event_of_a_structure_unless_of_the_site",
        lambda w: event_of_nothing(w, EventKind.MEMBER_JOINED),
    ),
    (
        "event_of_a_structure_unless_of_the_site",
        lambda w: event_of_nothing(w, EventKind.EXPORTED, diagnostic=w.diagnostic),
    ),
    (
        "event_by_somebody_unless_unattended",
        lambda w: event_of_nothing(w, EventKind.SIGNED_IN, actor=None),
    ),
    (
        "answer_once_per_step",
        lambda w: Answer.objects.create(diagnostic=w.diagnostic, step="vision", updated_by=w.user),
    ),
    (
        "answer_step_is_known",
        lambda w: Answer.objects.create(
            diagnostic=w.diagnostic, step="elsewhere", updated_by=w.user
        ),
    ),
    (
        "answer_revision_is_positive",
        lambda w: Answer.objects.filter(pk=w.answer.pk).update(revision=0),
    ),
    ("answer_revision_once", lambda w: AnswerRevision.objects.create(**w.revision_fields())),
    (
        "recent_answer_once",
        lambda w: RecentAnswer.objects.bulk_create(
            RecentAnswer(**w.revision_fields()) for _ in range(2)
        ),
    ),
    (
        "kept_text_once_per_person_and_step",
        lambda w: KeptText.objects.create(diagnostic=w.diagnostic, step="vision", user=w.user),
    ),
    (
        "sent_form_once_per_token",
        lambda w: SentForm.objects.bulk_create(SentForm(user=w.user, token="0") for _ in "ab"),
    ),
    (
        "presence_once_per_person_and_step",
        lambda w: Presence.objects.bulk_create(
            Presence(diagnostic=w.diagnostic, step="vision", user=w.user) for _ in "ab"
        ),
    ),
    (
        "presence_step_is_known",
        lambda w: Presence.objects.create(diagnostic=w.diagnostic, step="elsewhere", user=w.user),
    ),
    (
        "kept_text_step_is_known",
        lambda w: KeptText.objects.create(diagnostic=w.diagnostic, step="elsewhere", user=w.user),
    ),
    ("version_number_once", lambda w: Version.objects.create(**w.version_fields())),
    *[
        (
            "version_sha256_is_a_digest",
            lambda w, digest=digest: Version.objects.create(
                **w.version_fields() | {"number": 2, "sha256": digest}
            ),
        )
        for digest in ("", DIGEST.upper(), DIGEST[:63], DIGEST[:63] + "g", DIGEST[:63] + "\n")
    ],
    *[
        ("thread_state_matches_kind", lambda w, change=change: rewrite(w.thread, **change))
        for change in ({"state": "open"}, {"kind": "comment"})
    ],
    ("thread_request_is_for_the_structure", lambda w: rewrite(w.thread, audience="team")),
    ("thread_row_is_of_a_step", lambda w: rewrite(w.thread, row="o1")),
    ("message_says_or_does_something", lambda w: rewrite(w.message, text="")),
    (
        "review_one_open",
        lambda w: Review.objects.create(diagnostic=w.diagnostic, version=w.record.version),
    ),
    *[
        ("review_closed_at_matches_outcome", lambda w, change=change: rewrite(w.review, **change))
        for change in ({"outcome": "validated"}, {"closed_at": NOW})
    ],
    *[
        (
            "review_taken_at_matches_taken_by",
            lambda w, name=name: rewrite(w.review, **{name: NOW if name == "taken_at" else w.user}),
        )
        for name in ("taken_at", "taken_by")
    ],
    ("step_reviewed_once", lambda w: StepReviewed.objects.create(**w.step_reviewed)),
    ("read_version_once", lambda w: ReadVersion.objects.create(**w.read)),
    ("remark_has_a_text", lambda w: rewrite(w.remark, text="")),
    (
        "board_session_one_standing",
        lambda w: BoardSession.objects.create(**w.session_fields()),
    ),
    ("left_out_row_once", lambda w: LeftOutRow.objects.create(**w.left_out_fields())),
    ("left_out_row_has_a_reason", lambda w: rewrite(w.left_out, reason="")),
    ("cohort_has_a_name", lambda w: rewrite(w.cohort, name="")),
    ("cohort_name_key", lambda w: Cohort.objects.create(name=w.cohort.name)),
    ("queuedmail_key_key", lambda w: QueuedMail.objects.create(**w.mail)),
    *[
        ("user_absence_ends_after_it_begins", lambda w, change=change: rewrite(w.user, **change))
        for change in (
            {"absent_from": NOW.date(), "absent_until": NOW.date() - dt.timedelta(days=1)},
            {"absent_until": NOW.date()},
            {"absent_from": NOW.date()},
        )
    ],
    (
        "user_email_unique",
        lambda w: User.objects.bulk_create([User(email="ALIX@exemple.example")]),
    ),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "write"), REFUSED, ids=[name for name, _ in REFUSED])
def test_the_database_refuses(name: str, write):
    world = World()
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        write(world)


@pytest.mark.django_db
def test_what_the_constraints_leave_possible():
    world = World()
    for step in list(StepKey)[1:]:
        Answer.objects.create(diagnostic=world.diagnostic, step=step.value, updated_by=world.user)
    KeptText.objects.create(diagnostic=world.diagnostic, step="vision", user=UserFactory())
    AnswerRevision.objects.create(**world.revision_fields() | {"revision": 2})
    Version.objects.create(**world.version_fields() | {"number": 2})
    Thread.objects.create(**world.thread_fields())
    Message.objects.create(thread=world.thread, author=world.user, act="addressed")
    rewrite(world.review, outcome="validated", closed_at=NOW, closed_by=world.user)
    Review.objects.create(diagnostic=world.diagnostic, version=world.record.version)
    rewrite(world.session, revoked_at=NOW)
    BoardSession.objects.create(**world.session_fields())
    rewrite(world.user, absent_from=NOW.date(), absent_until=NOW.date())
    for kind in SITE_EVENTS:
        event_of_nothing(world, kind, person=UserFactory())
    for kind in UNATTENDED_EVENTS:
        event_of_nothing(world, kind, actor=None, structure=world.diagnostic.structure)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


# --- The past is not rewritten -------------------------------------------------------------------

APPEND_ONLY = {
    "version": {"number": 7},
    "record": {"texts": {"rewritten": True}},
    "revision": {"value": {"rewritten": True}},
    "event": {"kind": EventKind.VALIDATED.value},
    "kit_change": {"before": "Réécrit"},
}


@pytest.mark.django_db
@pytest.mark.parametrize("name", APPEND_ONLY)
def test_the_past_is_neither_altered_nor_removed(name: str):
    row = getattr(World(), name)
    rows = type(row)._base_manager.filter(pk=row.pk)
    before = rows.values().get()
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        rows.update(**APPEND_ONLY[name])
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        row.save()
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        rows.delete()
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        row.delete()
    with (
        pytest.raises(IntegrityError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"DELETE FROM {row._meta.db_table}")
    assert rows.values().get() == before


@pytest.mark.django_db
def test_what_has_a_past_cannot_be_removed_under_it():
    world = World()
    for row in (world.diagnostic, world.answer, world.diagnostic.structure, world.user):
        with pytest.raises(IntegrityError):
            remove_by_hand(row)


@transaction.atomic
def remove_by_hand(row: Model) -> None:
    with connection.cursor() as cursor:
        table, key = row._meta.db_table, row._meta.pk.column
        cursor.execute(f"DELETE FROM {table} WHERE {key} = %s", [row.pk])
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
