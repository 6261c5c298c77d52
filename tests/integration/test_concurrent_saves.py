"""Several people save one step at once: what each added is kept, nobody's text is lost."""

from __future__ import annotations

import threading
import time
from html import unescape

import pytest
from django.db import connection, transaction

from diagnostics.domain.answers import Objectives, Roles, Vision, VisionStatement
from diagnostics.domain.vocabulary import StepKey
from diagnostics.models import (
    Answer,
    AnswerRevision,
    Diagnostic,
    KeptText,
    Membership,
    Structure,
)
from diagnostics.queries import get_diagnostic, load_step
from diagnostics.services.answers import lock_for_editing, save_answer
from diagnostics.services.errors import NotAllowed
from tests.factories import MembershipFactory
from tests.scene import Scene
from tests.threads import PATIENCE, at_once

pytestmark = pytest.mark.django_db(transaction=True)

PEOPLE = 20
FIRST = "vision-statements-0-text"


@pytest.fixture
def scene() -> Scene:
    scene = Scene()
    scene.store(Vision(statements=[VisionStatement(id="v1", text="Départ")]))
    return scene


def test_twenty_people_save_the_same_revision(scene):
    people = [MembershipFactory(structure=scene.structure).user for _ in range(PEOPLE)]
    clients = [scene.client_of(person) for person in people]
    data = scene.page(StepKey.VISION)

    responses = at_once(
        *[
            lambda n=n: scene.post(
                StepKey.VISION, data, client=clients[n], **{FIRST: f"Texte de la personne {n}"}
            )
            for n in range(PEOPLE)
        ]
    )

    assert [response.status_code for response in responses] == [302] * PEOPLE
    assert scene.revision(StepKey.VISION) == 2
    winner = people.index(scene.row(StepKey.VISION).updated_by)
    assert scene.answer(StepKey.VISION).statements[0].text == f"Texte de la personne {winner}"
    assert {person.pk: scene.kept(StepKey.VISION, person) for person in people} == {
        person.pk: {"statements/v1/text": [f"Texte de la personne {n}"]} if n != winner else {}
        for n, person in enumerate(people)
    }
    assert [r.value["statements"][0]["text"] for r in AnswerRevision.objects.all()] == ["Départ"]
    for n, client in enumerate(clients):
        page = unescape(client.get(scene.url(StepKey.VISION)).content.decode())
        assert f"Texte de la personne {n}" in page
        assert f"Texte de la personne {winner}" in page


def test_a_first_answer_given_by_many_is_one_answer_with_all_they_gave(scene):
    people = [MembershipFactory(structure=scene.structure).user for _ in range(8)]
    clients = [scene.client_of(person) for person in people]
    pages = [scene.page(StepKey.ROLES, user=person) for person in people]

    codes = [
        response.status_code
        for response in at_once(
            *[
                lambda n=n: scene.post(
                    StepKey.ROLES,
                    pages[n],
                    client=clients[n],
                    **{"roles-rows-0-detail": f"Rôle {n}"},
                )
                for n in range(8)
            ]
        )
    ]

    assert codes == [302] * 8
    assert Answer.objects.filter(step="roles").count() == 1
    assert sorted(row.detail for row in scene.answer(StepKey.ROLES).rows) == [
        f"Rôle {n}" for n in range(8)
    ]
    assert list(KeptText.objects.all()) == []


def test_different_steps_saved_at_once_are_all_stored(scene):
    steps = [StepKey.ROLES, StepKey.OBJECTIVES, StepKey.ACTIVITIES, StepKey.ALLIANCES]
    fields = ["rows-0-detail", "rows-0-statement", "rows-0-text", "rows-0-actor"]
    clients = [scene.client_of(MembershipFactory(structure=scene.structure).user) for _ in steps]
    pages = [scene.page(step) for step in steps]

    responses = at_once(
        *[
            lambda n=n: scene.post(
                steps[n], pages[n], client=clients[n], **{f"{steps[n]}-{fields[n]}": "Posé"}
            )
            for n in range(len(steps))
        ]
    )

    assert [response.status_code for response in responses] == [302] * 4
    assert [scene.revision(step) for step in steps] == [1] * 4
    assert list(KeptText.objects.all()) == []


def test_a_double_click_is_one_save(scene):
    data = scene.page(StepKey.VISION)
    data[FIRST] = "Cliqué deux fois"
    data["vision-statements-TOTAL_FORMS"] = "2"
    data["vision-statements-1-text"] = "Une ligne nouvelle"
    clients = [scene.client_of(scene.lead) for _ in range(2)]

    responses = at_once(
        *[lambda c=client: scene.post(StepKey.VISION, data, client=c) for client in clients]
    )

    assert [response.status_code for response in responses] == [302, 302]
    assert [row.text for row in scene.answer(StepKey.VISION).statements] == [
        "Cliqué deux fois",
        "Une ligne nouvelle",
    ]
    assert scene.revision(StepKey.VISION) == 2
    assert list(KeptText.objects.all()) == []


def test_the_race_is_real(scene):
    """A control: read then write, without the lock, lets everybody win."""
    barrier = threading.Barrier(4, timeout=PATIENCE)

    def save_without_lock(text):
        row = Answer.objects.get(step="vision")
        barrier.wait()
        if row.revision == 1:
            Answer.objects.filter(pk=row.pk).update(revision=2, board_question=text)
            return "302"
        return "409"

    assert at_once(*[lambda t=t: save_without_lock(t) for t in "abcd"]) == ["302"] * 4
    assert connection.vendor == "postgresql"


def test_who_is_removed_while_a_save_waits_may_not_save(scene):
    """The right is asked again after the wait for the lock, not as it was before."""
    person = MembershipFactory(structure=scene.structure, role="contributor").user
    loaded = load_step(get_diagnostic(person, scene.diagnostic.pk), StepKey.VISION, user=person)
    answer = Vision(statements=[VisionStatement(id="v1", text="Après mon départ")])
    locked = threading.Event()

    def save() -> object:
        assert locked.wait(PATIENCE)
        return save_answer(
            loaded.diagnostic,
            answer,
            internal_note="",
            base_revision=loaded.revision,
            user=person,
            read=loaded,
        )

    def remove() -> None:
        with transaction.atomic():
            Diagnostic.objects.select_for_update().get(pk=scene.diagnostic.pk)
            locked.set()
            wait_for_a_lock()
            Membership.objects.filter(user=person).delete()

    results = at_once(remove, save)

    assert [type(result) for result in results] == [type(None), NotAllowed]
    assert scene.answer(StepKey.VISION).statements[0].text == "Départ"


def wait_for_a_lock() -> None:
    """Wait until another connection waits for a lock that this one holds."""
    deadline = time.monotonic() + PATIENCE
    with connection.cursor() as cursor:
        found = 0
        while not found:
            assert time.monotonic() < deadline
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                " AND wait_event_type = 'Lock'"
            )
            (found,) = cursor.fetchone()


def test_a_save_counts_with_the_structure_as_it_is_now(scene):
    """Who edits the structure meanwhile does not touch the answers."""
    loaded = load_step(
        get_diagnostic(scene.lead, scene.diagnostic.pk), StepKey.VISION, user=scene.lead
    )
    Structure.objects.filter(pk=scene.structure.pk).update(name="Un nouveau nom")
    assert lock_now(loaded.diagnostic, scene.lead).structure.name == "Un nouveau nom"


def lock_now(diagnostic, user):
    with transaction.atomic():
        return lock_for_editing(diagnostic, user=user)


def test_a_step_that_was_read_once_serves_two_saves(scene):
    loaded = load_step(
        get_diagnostic(scene.lead, scene.diagnostic.pk), StepKey.ROLES, user=scene.lead
    )
    for revision, note in enumerate(("Un", "Deux")):
        saved = save_answer(
            loaded.diagnostic,
            Roles(),
            internal_note=note,
            base_revision=revision,
            user=scene.lead,
            read=loaded,
        )
        assert saved.revision == revision + 1


@pytest.mark.thorough
def test_eight_people_write_on_and_on_in_one_step(scene):
    """Each in a row of their own: every text that was acknowledged is there at the end."""
    count, rounds = 8, 6
    people = [MembershipFactory(structure=scene.structure).user for _ in range(count)]
    clients = [scene.client_of(person) for person in people]
    rows = [{"id": f"o{n}", "statement": "Départ"} for n in range(count)]
    scene.store(Objectives.model_validate({"rows": rows}))

    def write(n: int) -> list[int]:
        codes = []
        for turn in range(rounds):
            data = scene.page(StepKey.OBJECTIVES, user=people[n])
            field = f"objectives-rows-{n}-statement"
            response = scene.post(
                StepKey.OBJECTIVES, data, client=clients[n], **{field: f"{n}, tour {turn}"}
            )
            codes.append(response.status_code)
        return codes

    codes = at_once(*[lambda n=n: write(n) for n in range(count)])

    assert codes == [[302] * rounds] * count
    assert [row.statement for row in scene.answer(StepKey.OBJECTIVES).rows] == [
        f"{n}, tour {rounds - 1}" for n in range(count)
    ]
    assert scene.revision(StepKey.OBJECTIVES) == 1 + count * rounds
    assert list(KeptText.objects.all()) == []
