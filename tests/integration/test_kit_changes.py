"""Who changed which text of the kit: noted in the same transaction, before and after."""

from __future__ import annotations

import json

import pytest
from django.conf import settings
from django.db import transaction

from diagnostics.models import Example, Kit, KitChange, Part, Question, Step
from diagnostics.services.errors import NotAllowed
from diagnostics.services.kit import load_kit
from diagnostics.services.kit_edits import delete_kit_row, save_kit_row
from tests.factories import UserFactory, the_kit

pytestmark = pytest.mark.django_db

KIT_FILE = settings.BASE_DIR / "fixtures" / "kit_2013.json"
NETWORK = [{"formset": "rows", "values": {"role": "network"}}]


@pytest.fixture
def staff():
    return UserFactory(staff=True, name="Stan Staff")


def noted() -> list[tuple]:
    return [
        (c.path, c.place, c.name, c.field, c.before, c.after, c.changed_by)
        for c in KitChange.objects.order_by("pk")
    ]


def test_every_row_tells_where_it_stands(staff):
    kit = the_kit()
    step = kit.steps.get(key="roles")
    part, question, example = step.part, step.questions.first(), step.examples.first()
    texts = [
        (kit, "motto", "", "Le kit", "Devise"),
        (part, "short_title", "parts/ambition", "Axe «\u00a0Un titre revu\u00a0»", "Titre court"),
        (step, "help", "steps/roles", "Étape 2.1 (Rôles souhaités)", "Aide"),
        (
            question,
            "text",
            f"steps/roles/questions/{question.pk}",
            f"Étape 2.1 (Rôles souhaités), question\u00a0{question.number}",
            "Texte",
        ),
        (
            example,
            "note",
            f"steps/roles/examples/{example.pk}",
            "Étape 2.1 (Rôles souhaités), exemple\u00a01",
            "Note",
        ),
    ]
    expected = []
    for row, name, path, place, field in texts:
        before = getattr(row, name)
        setattr(row, name, "Un titre revu")
        save_kit_row(row, user=staff)
        expected.append((path, place, name, field, before, "Un titre revu", staff))
    assert noted() == expected
    assert [model.objects.get(pk=row.pk) for model, row in ((Kit, kit), (Part, part))] == [
        kit,
        part,
    ]
    assert set(kit.changes.all()) == set(KitChange.objects.all())


def test_what_did_not_change_is_not_noted(staff):
    kit = the_kit()
    for row in [kit, *Part.objects.all(), *Step.objects.all(), *Question.objects.all()]:
        save_kit_row(row, user=staff)
    assert noted() == []


def test_an_example_that_comes_and_goes_is_noted(staff):
    step = the_kit().steps.get(key="roles")
    example = Example(step=step, position=9, text="Un neuvième", payload=NETWORK)
    save_kit_row(example, user=staff)
    path = f"steps/roles/examples/{example.pk}"
    assert [(c[0], c[2], c[4], c[5]) for c in noted()] == [
        (path, "position", None, 9),
        (path, "text", None, "Un neuvième"),
        (path, "payload", None, NETWORK),
    ]
    delete_kit_row(example, user=staff)
    assert not Example.objects.filter(step=step, position=9).exists()
    assert [(c[0], c[2], c[4], c[5]) for c in noted()[3:]] == [
        (path, "position", 9, None),
        (path, "text", "Un neuvième", None),
        (path, "payload", NETWORK, None),
    ]


def test_only_the_staff_edits(staff):
    step = the_kit().steps.get(key="roles")
    step.help = "Autre aide"
    for user in (UserFactory(), UserFactory(facilitator=True)):
        with pytest.raises(NotAllowed):
            save_kit_row(step, user=user)
    staff.is_staff = False
    staff.save()
    with pytest.raises(NotAllowed):
        save_kit_row(step, user=staff)
    with pytest.raises(NotAllowed):
        delete_kit_row(step.examples.first(), user=staff)
    assert noted() == []
    assert step.examples.count() == 4
    assert Step.objects.get(pk=step.pk).help != "Autre aide"


def test_a_change_that_is_undone_is_not_noted(staff):
    step = the_kit().steps.get(key="roles")
    with transaction.atomic():
        step.help = "Autre aide"
        assert len(save_kit_row(step, user=staff)) == 1
        transaction.set_rollback(True)
    assert noted() == []


def test_a_text_that_the_file_replaces_is_noted_without_a_person(tmp_path):
    the_kit()
    step = Step.objects.get(key="roles")
    written, step.help = step.help, "Autre aide"
    step.save()
    load_kit(KIT_FILE)
    assert noted() == []
    load_kit(KIT_FILE, overwrite=True)
    assert [(c[0], c[2], c[4], c[5], c[6]) for c in noted()] == [
        ("steps/roles", "help", "Autre aide", written, None)
    ]
    content = json.loads(KIT_FILE.read_text(encoding="utf-8")) | {"motto": "Une autre"}
    (tmp_path / "kit.json").write_text(json.dumps(content), encoding="utf-8")
    load_kit(tmp_path / "kit.json", overwrite=True)
    assert [(c[0], c[2], c[5]) for c in noted()[1:]] == [("", "motto", "Une autre")]
