"""What migrations make of data that were there before them."""

import datetime as dt
from importlib import import_module

import pytest
from allauth.account.models import EmailAddress
from django.apps import apps
from django.db import connection
from django.db.migrations.exceptions import IrreversibleError
from django.db.migrations.loader import MigrationLoader
from django.http import QueryDict

from diagnostics.domain.coherence import load_thresholds
from diagnostics.domain.vocabulary import State
from diagnostics.models import Answer, Diagnostic, Paper, Part, User
from tests import factories
from tests.scene import make_scene

pytestmark = pytest.mark.django_db


def test_axis_codes_follow_in_kits_and_figures():
    diagnostic = factories.DiagnosticFactory()
    kept = {"steps_total": 10, "axes": {"moyens": {"total": 3}, "vision": {"total": 1}}}
    Diagnostic.objects.update(indicators=kept)
    never_saved = factories.DiagnosticFactory(indicators={})
    Part.objects.filter(key="means").update(key="moyens")
    renaming = import_module("diagnostics.migrations.0007_axis_codes").renaming

    def run(before: str, after: str) -> dict:
        with connection.cursor() as cursor:
            for sql in renaming(before, after):
                cursor.execute(sql)
        diagnostic.refresh_from_db()
        never_saved.refresh_from_db()
        assert never_saved.indicators == {}
        return diagnostic.indicators

    assert run("moyens", "means") == {
        "steps_total": 10,
        "axes": {"means": {"total": 3}, "vision": {"total": 1}},
    }
    assert Part.objects.filter(key="means").exists()
    assert not Part.objects.filter(key="moyens").exists()
    assert run("means", "moyens") == kept
    assert Part.objects.filter(key="moyens").exists()


def test_a_kit_of_its_own_pace_keeps_it():
    """Only what R11 spoke of from the kit's own figure needs the other one written down."""
    in_order = import_module("diagnostics.migrations.0020_rules_of_other_families").in_order
    assert in_order({"pace_attention": 20}) == {"pace_attention": 20, "pace_info": 10}
    assert in_order({"pace_attention": 8}) == {"pace_attention": 8, "pace_info": 8}
    for kept in ({"pace_info": 12, "pace_attention": 15}, {"max_roles": 2}):
        assert in_order(kept) == kept
        load_thresholds(kept)
    load_thresholds(in_order({"pace_attention": 8}))


def test_drafts_become_texts_kept_by_place():
    """What a person had typed and not saved stands in its fields, in the rows that are stored and in
    new ones."""
    by_place = import_module("diagnostics.migrations.0012_kept_texts").by_place
    data = QueryDict(
        "objectives-mark=&objectives-internal_note=Entre+nous&objectives-rows-TOTAL_FORMS=2"
        "&objectives-rows-INITIAL_FORMS=0&objectives-rows-0-id=o1"
        "&objectives-rows-0-statement=Avec+un%00dedans&objectives-rows-0-serves=r1"
        "&objectives-rows-0-serves=r2&objectives-rows-1-id=&objectives-rows-1-statement=Neuf"
        "&economic_model-now-fte=ailleurs"
    )

    assert by_place("objectives", data) == [
        ("internal_note", "Entre nous"),
        ("rows/o1/statement", "Avec un\x00dedans"),
        ("rows/o1/serves", "r1"),
        ("rows/o1/serves", "r2"),
        ("rows/n1/statement", "Neuf"),
    ]
    of_groups = QueryDict("economic_model-now-fte=beaucoup&economic_model-needs_now=")
    assert by_place("economic_model", of_groups) == [("now/fte", "beaucoup")]


def test_stored_addresses_get_their_one_spelling_unless_it_is_taken():
    """An account, its rows of allauth's, and four that cannot be moved: they stay and are told."""

    def account(email: str, *others: str, verified: bool = True) -> User:
        user = factories.UserFactory(email=email)
        for place, address in enumerate([email, *others]):
            EmailAddress.objects.create(
                user=user, email=address, verified=verified, primary=place == 0
            )
        return user

    plain = account("jeanne@exemple.example")
    alone = account("ref@exämple.example", "Autre@exemple.example")
    unproved = account("paul@exemple.example", "zoé@exämple.example", verified=False)
    taken = account("lea@exämple.example")
    account("lea@xn--exmple-cua.example")
    twice = account("max@exämple.example", "max@xn--exmple-cua.example")
    migration = import_module("diagnostics.migrations.0017_one_spelling_per_address")

    left = migration.normalise_stored(User, EmailAddress)

    assert left == [(taken.pk, "lea@exämple.example"), (twice.pk, "max@exämple.example")]

    def kept(user: User) -> tuple[str, list[str]]:
        user.refresh_from_db()
        rows = EmailAddress.objects.filter(user=user).order_by("pk")
        return user.email, list(rows.values_list("email", flat=True))

    assert kept(plain) == ("jeanne@exemple.example", ["jeanne@exemple.example"])
    assert kept(alone) == (
        "ref@xn--exmple-cua.example",
        ["ref@xn--exmple-cua.example", "autre@exemple.example"],
    )
    assert kept(unproved)[1] == ["paul@exemple.example", "zoé@xn--exmple-cua.example"]
    assert kept(taken) == ("lea@exämple.example", ["lea@exämple.example"])
    assert kept(twice)[0] == "max@exämple.example"
    assert migration.normalise_stored(User, EmailAddress) == left


def test_an_account_that_was_left_is_told_in_the_log(caplog):
    factories.UserFactory(email="lea@exämple.example")
    factories.UserFactory(email="lea@xn--exmple-cua.example")
    migration = import_module("diagnostics.migrations.0017_one_spelling_per_address")

    migration.forwards(apps, None)

    assert [record.args[0] for record in caplog.records] == ["lea@exämple.example"]


def test_stored_answers_take_the_keys_of_schema_2():
    """Keys are added, « par an » becomes a key of its own; what has them already stays."""
    in_schema_2 = import_module("diagnostics.migrations.0018_schema_2").in_schema_2
    rows = [{"id": "o1", "unit": "partenariats/an"}, {"id": "o2", "unit": "plan"}]
    levers = [{"id": "x1", "amount_target_keur": 4}, {"id": "x2", "amount_target_max_keur": 6}]

    objectives = in_schema_2("objectives", {"rows": rows, "kept": 1})
    model = in_schema_2("economic_model", {"levers": levers, "needs_now": "du temps"})

    new = {"target_max_value": None, "target_at_least": False}
    assert objectives == {
        "kept": 1,
        "rows": [
            {"id": "o1", "unit": "partenariats", "per_year": True, **new},
            {"id": "o2", "unit": "plan", "per_year": False, **new},
        ],
    }
    assert in_schema_2("objectives", objectives) == objectives
    assert model == {
        "needs_now": "du temps",
        "levers": [
            {"id": "x1", "amount_target_keur": 4, "amount_target_max_keur": None},
            {"id": "x2", "amount_target_max_keur": 6},
        ],
    }


def test_current_answers_of_two_steps_are_migrated():
    migration = import_module("diagnostics.migrations.0018_schema_2")
    diagnostic = factories.DiagnosticFactory()
    old = {"rows": [{"id": "o1", "unit": "partenariats par an"}]}
    now = {"diagnostic": diagnostic, "updated_by": diagnostic.created_by}
    answer = Answer.objects.create(step="objectives", value=old, **now)
    other = Answer.objects.create(step="roles", value={"rows": []}, **now)

    migration.migrate_answers(apps, None)
    answer.refresh_from_db()
    other.refresh_from_db()

    assert answer.value["rows"][0]["per_year"] is True
    assert other.value == {"rows": []}


def test_requests_of_one_text_become_threads_with_their_history():
    """One that was addressed by submitting again, one that still waits."""
    name = "0022_change_requests_become_threads"
    then = MigrationLoader(connection).project_state(("diagnostics", name)).apps
    asked = then.get_model("diagnostics", "ChangeRequest")
    with connection.schema_editor() as editor:
        editor.create_model(asked)
    scene = make_scene(State.SUBMITTED)
    scene.diagnostic.threads.all().delete()
    diagnostic = {"diagnostic_id": scene.diagnostic.pk, "requested_by_id": scene.facilitator.pk}
    again = scene.diagnostic.submitted_at
    before = again - dt.timedelta(days=2)
    asked.objects.create(**diagnostic, reason="Chiffrez", requested_at=before, addressed_at=again)
    asked.objects.create(**diagnostic, reason="Encore", requested_at=again)

    class Apps:
        def get_model(self, app: str, model: str):
            return asked if model == "ChangeRequest" else apps.get_model(app, model)

    import_module(f"diagnostics.migrations.{name}").move_change_requests(Apps(), None)

    facilitator, lead = scene.facilitator, scene.lead
    threads = list(scene.diagnostic.threads.order_by("opened_at"))
    assert [
        (thread.state, [(m.act, m.text, m.author, m.written_at) for m in thread.messages.all()])
        for thread in threads
    ] == [
        ("addressed", [("", "Chiffrez", facilitator, before), ("addressed", "", lead, again)]),
        ("pending", [("", "Encore", facilitator, again)]),
    ]
    assert {(thread.step, thread.audience, thread.ends_at_submission) for thread in threads} == {
        ("", "facilitation", True)
    }


def test_what_was_submitted_has_its_review():
    scenes = {state: make_scene(state) for state in (State.SUBMITTED, State.VALIDATED)}
    for scene in scenes.values():
        scene.diagnostic.reviews.all().delete()
    name = "diagnostics.migrations.0022_change_requests_become_threads"

    import_module(name).open_reviews(apps, None)

    told = {
        state: [
            (review.version.number, review.submitted_from, review.outcome, review.closed_by)
            for review in scene.diagnostic.reviews.all()
        ]
        for state, scene in scenes.items()
    }
    assert told == {
        State.SUBMITTED: [(1, "draft", "", None)],
        State.VALIDATED: [(1, "draft", "validated", scenes[State.VALIDATED].facilitator)],
    }


def test_papers_as_submitted_are_not_lost_by_going_back():
    refuse = import_module("diagnostics.migrations.0030_papers").refuse_to_lose
    version = make_scene(State.VALIDATED).diagnostic.versions.get()

    def keep(edition: str) -> None:
        paper = {"kind": "word", "edition": edition, "key": "0" * 64, "file": b"PK", "size": 2}
        Paper.objects.create(version=version, **paper)

    keep("validated")
    refuse(apps, None)
    keep("submitted")
    with pytest.raises(IrreversibleError, match="^1 papers of submitted versions would be lost"):
        refuse(apps, None)


def test_papers_that_are_what_was_submitted_move():
    """Not those printed once something else had happened, nor what was stopped, nor a draft's."""
    name = "0030_papers"
    before = MigrationLoader(connection).project_state(("diagnostics", "0029_questions")).apps
    printed = before.get_model("diagnostics", "Rendering")
    keep = import_module(f"diagnostics.migrations.{name}").keep
    scene = make_scene(State.VALIDATED)
    version = scene.diagnostic.versions.get()
    soon = version.submitted_at + dt.timedelta(microseconds=1)
    late = soon + dt.timedelta(days=1)

    def rendering(subject: str, at: dt.datetime, **values: object):
        made = {"subject": subject, "key": "0" * 64, "version": 1, "size": 4, "pages": 3}
        made |= {"pdf": subject.encode(), "rendered_at": at, "diagnostic_id": scene.diagnostic.pk}
        return printed(**made | values)

    for row in (
        rendering("report/x/1", soon),
        rendering("synthesis/x/1", late),
        rendering("synthesis/x/1", version.submitted_at - dt.timedelta(days=1)),
        rendering("synthesis/x/own", soon),
        rendering("synthesis/x/1", soon, stopped="time", size=0, pages=0),
        rendering("synthesis/x/2", soon, version=2),
        rendering("kit/x/1", soon),
    ):
        keep(row, apps)

    paper = Paper.objects.get()
    assert (paper.version, paper.kind, paper.edition) == (version, "report", "submitted")
    assert (bytes(paper.file), paper.pages, paper.made_at) == (b"report/x/1", 3, soon)
