"""Loading the kit: once, idempotently, and never over an edited text unless asked."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction

from diagnostics.models.kit import Example, Kit, Part, Question, Step
from diagnostics.services.kit import KitFileError, load_kit
from tests.threads import at_once

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_kit")]

KIT_FILE = settings.BASE_DIR / "fixtures" / "kit_2013.json"
MODELS = (Kit, Part, Step, Question, Example)


@pytest.fixture(scope="module")
def content() -> dict:
    return json.loads(KIT_FILE.read_text(encoding="utf-8"))


@pytest.fixture
def kit_file(content, tmp_path):
    """Write a changed copy of the kit's file: ``kit_file(lambda kit: …)``."""

    def write(change):
        copy = json.loads(json.dumps(content))
        change(copy)
        path = tmp_path / "kit.json"
        path.write_text(json.dumps(copy), encoding="utf-8")
        return path

    return write


def checked(write, *arguments):
    """Write, and have the constraints that wait for the commit checked now."""
    with transaction.atomic():
        write(*arguments)
        connection.check_constraints()


def stored() -> dict:
    """All rows; when a kit was last written is not a text of it."""
    return {
        model: [
            {name: value for name, value in row.items() if name != "changed_at"}
            for row in model.objects.order_by("pk").values()
        ]
        for model in MODELS
    }


def test_the_whole_kit_is_stored(content):
    kit = load_kit(KIT_FILE)

    assert kit.slug == "rameau-2013"
    assert kit.date_label == "mars\u00a02013"
    assert kit.introduction == content["introduction"]
    assert kit.plan == content["plan"]
    assert kit.corrections == content["corrections"]
    assert kit.reconstructions == content["reconstructions"]
    rows = [
        {
            "position": part.position,
            "key": part.key,
            "title": part.title,
            "short_title": part.short_title,
            "in_kit": part.in_kit,
            "steps": [
                {
                    "position": step.position,
                    "key": step.key,
                    "number": step.number,
                    "title": step.title,
                    "short_title": step.short_title,
                    "caption": step.caption,
                    "help": step.help,
                    "questions": list(step.questions.values("position", "number", "text")),
                    "examples": list(
                        step.examples.values(
                            "position", "group", "text", "text_2013", "note", "payload"
                        )
                    ),
                }
                for step in part.steps.all()
            ],
        }
        for part in kit.parts.all()
    ]
    assert rows == content["parts"]


def test_the_steps_of_a_kit_come_in_the_order_of_its_parts(content):
    kit = load_kit(KIT_FILE)

    assert [step.key for step in kit.steps.all()] == [
        step["key"] for part in content["parts"] for step in part["steps"]
    ]


def test_loading_twice_changes_nothing():
    first = load_kit(KIT_FILE)
    before = stored()

    assert load_kit(KIT_FILE) == first
    assert stored() == before


def test_loading_again_reads_and_writes_nothing_row_by_row(django_assert_max_num_queries):
    load_kit(KIT_FILE)

    with django_assert_max_num_queries(10):
        load_kit(KIT_FILE)


def test_an_edited_text_survives_a_second_load():
    kit = load_kit(KIT_FILE)
    Kit.objects.update(motto="Autre devise")
    Part.objects.filter(key="vision").update(short_title="Autre titre")
    Step.objects.filter(key="roles").update(help="Autre aide")
    Question.objects.filter(number=1).update(text="Autre question ?")
    Example.objects.filter(step__key="roles", position=2).update(text="Autre exemple")
    edited = stored()

    load_kit(KIT_FILE)

    assert stored() == edited
    kit.refresh_from_db()
    assert kit.motto == "Autre devise"


def test_overwrite_restores_the_texts_of_the_file():
    load_kit(KIT_FILE)
    before = stored()
    Kit.objects.update(motto="Autre devise", plan=[])
    Part.objects.filter(key="vision").update(short_title="Autre titre")
    Step.objects.filter(key="roles").update(help="Autre aide")
    Question.objects.filter(number=1).update(text="Autre question ?")
    Example.objects.filter(step__key="roles", position=2).update(text="Autre exemple", payload=[])
    assert stored() != before

    load_kit(KIT_FILE, overwrite=True)

    assert stored() == before


def test_overwrite_puts_steps_that_changed_places_back():
    load_kit(KIT_FILE)
    before = stored()
    Step.objects.filter(key="roles").update(position=9)
    Step.objects.filter(key="objectives").update(position=1)
    Step.objects.filter(key="roles").update(position=2)

    load_kit(KIT_FILE, overwrite=True)

    assert stored() == before


def test_what_is_missing_is_added_and_what_was_added_is_kept():
    load_kit(KIT_FILE)
    Example.objects.filter(step__key="roles", position=2).delete()
    Question.objects.filter(number=16).delete()
    Step.objects.filter(key="alliances").delete()
    roles = Step.objects.get(key="roles")
    own = Example.objects.create(step=roles, position=5, text="Un exemple de la maison")

    load_kit(KIT_FILE, overwrite=True)

    assert Example.objects.get(step=roles, position=2).payload == [
        {"formset": "rows", "values": {"role": "network"}}
    ]
    assert list(Question.objects.order_by("number").values_list("number", flat=True)) == list(
        range(1, 17)
    )
    assert Step.objects.get(key="alliances").examples.count() == 6
    own.refresh_from_db()
    assert own.text == "Un exemple de la maison"


def test_a_kit_may_bring_its_own_thresholds(kit_file):
    own = kit_file(lambda kit: kit.update(thresholds={"pace_info": 12.5, "max_roles": 4}))
    assert load_kit(KIT_FILE).thresholds == {}
    assert load_kit(own).thresholds == {}
    kit = load_kit(own, overwrite=True)
    assert kit.thresholds == {"pace_info": 12.5, "max_roles": 4}
    load_kit(KIT_FILE, overwrite=True)
    kit.refresh_from_db()
    assert kit.thresholds == {"pace_info": 12.5, "max_roles": 4}


@pytest.mark.parametrize(
    ("thresholds", "problem"),
    [
        ({"pace": 3}, "thresholds\u00a0: pace\u00a0: clé inconnue"),
        ({"pace_info": 31}, "« pace_info » dépasse « pace_attention »"),
        ([], "thresholds\u00a0: un objet est attendu"),
    ],
)
def test_bad_thresholds_refuse_the_whole_kit(kit_file, thresholds, problem):
    with pytest.raises(KitFileError, match=problem):
        load_kit(kit_file(lambda kit: kit.update(thresholds=thresholds)))
    assert not Kit.objects.exists()


def test_two_kits_do_not_mix(kit_file):
    first = load_kit(KIT_FILE)
    before = stored()

    def rename(kit):
        kit["slug"] = "rameau-2030"

    second = load_kit(kit_file(rename))

    assert second != first
    assert {step.kit for step in second.steps.all()} == {second}
    assert {part.kit for part in second.parts.all()} == {second}
    for model, rows in before.items():
        assert [row for row in stored()[model] if row in rows] == rows
        assert model.objects.count() == 2 * len(rows)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda kit: kit.pop("motto"), "motto\u00a0: manque"),
        (lambda kit: kit.update(colour="green"), "colour\u00a0: clé inconnue"),
        (
            lambda kit: kit.update(date="mars 2013"),
            "date\u00a0: ce texte n’a pas la forme attendue",
        ),
        (
            lambda kit: kit["parts"][1]["steps"][2].pop("help"),
            "parts[1].steps[2].help\u00a0: manque",
        ),
        (
            lambda kit: kit["parts"][1].update(position="deux"),
            "parts[1].position\u00a0: un nombre entier est attendu",
        ),
        (
            lambda kit: kit["parts"][1].update(steps=[]),
            "parts[1].steps\u00a0: 1\u00a0ligne au moins",
        ),
        (lambda kit: kit["parts"][1].update(key="vision"), "clé d’axe en double\u00a0: vision"),
        (
            lambda kit: kit["parts"][1]["steps"][0].update(key="vision", examples=[]),
            "clé d’étape en double\u00a0: vision",
        ),
        (
            lambda kit: kit["parts"][1]["steps"][0]["questions"][0].update(number=1),
            "numéro de question en double\u00a0: 1",
        ),
        (
            lambda kit: kit["parts"][0]["steps"][0]["examples"][1].update(position=1),
            "position d’exemple de « vision » en double\u00a0: 1",
        ),
        (
            lambda kit: kit["parts"][0]["steps"][0]["examples"][0].update(text="x" * 301),
            "parts[0].steps[0].examples[0].text\u00a0: 300\u00a0caractères au plus",
        ),
        (
            lambda kit: kit["parts"][0]["steps"][0]["examples"][0].update(note="NUL \x00"),
            "parts[0].steps[0].examples[0].note\u00a0: caractère de contrôle refusé",
        ),
        (
            lambda kit: kit["parts"][0]["steps"][0]["examples"][0].update(payload={}),
            "parts[0].steps[0].examples[0].payload\u00a0: une liste est attendue",
        ),
        (
            lambda kit: kit["parts"][1]["steps"][0]["examples"][2].update(
                payload=[{"formset": "rows", "values": {"role": "chef"}}]
            ),
            "parts[1].steps[0]\u00a0: examples[2].payload[0].values.role\u00a0: valeur inconnue",
        ),
        (
            lambda kit: kit["parts"][1]["steps"][0]["examples"][0].update(payload=[{"role": "x"}]),
            "parts[1].steps[0]\u00a0: examples[0].payload[0].formset\u00a0: manque",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_malformed_file_is_refused_and_nothing_is_stored(kit_file, change, problem):
    with pytest.raises(KitFileError) as refused:
        load_kit(kit_file(change))

    assert [p for p in refused.value.problems if p.startswith(problem)], refused.value.problems
    assert stored() == {model: [] for model in MODELS}


@pytest.mark.parametrize(
    "data", [b"", b"{", b'["un", "deux"]', b"\xff"], ids=["empty", "cut", "list", "not UTF-8"]
)
def test_a_file_that_is_no_kit_at_all_is_refused(tmp_path, data):
    path = tmp_path / "kit.json"
    path.write_bytes(data)

    with pytest.raises(KitFileError, match="n’est pas un kit lisible"):
        load_kit(path)

    assert stored() == {model: [] for model in MODELS}


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(KitFileError, match="Lecture impossible\u00a0: ce fichier n’existe pas"):
        load_kit(tmp_path / "kit.json")


def test_an_error_half_way_stores_nothing(kit_file):
    """A new part of the file wants the place of a part that was moved there."""
    load_kit(KIT_FILE)
    Part.objects.filter(key="vision").update(position=9)
    before = stored()

    def add_part(kit):
        kit["parts"][0]["key"] = "regard"
        kit["parts"][0]["position"] = 9
        kit["parts"][0]["steps"][0]["key"] = "regard"
        for number, question in enumerate(kit["parts"][0]["steps"][0]["questions"], 90):
            question["number"] = number

    path = kit_file(add_part)
    with pytest.raises(IntegrityError, match="part_kit_position_unique"):
        checked(load_kit, path)

    assert stored() == before


@pytest.mark.django_db(transaction=True)
def test_two_loads_at_once_make_one_kit():
    first, second = at_once(*[lambda: load_kit(KIT_FILE)] * 2)

    assert first == second
    assert [model.objects.count() for model in MODELS] == [1, 5, 11, 16, 57]


# --- The command -----------------------------------------------------------------------------


def test_the_command_loads_the_kit_of_the_repository():
    out = StringIO()

    call_command("load_kit", stdout=out)

    assert out.getvalue() == ("Kit rameau-2013 : 5 axes, 11 étapes, 16 questions, 57 exemples.\n")


def test_the_command_overwrites_only_when_asked():
    call_command("load_kit", stdout=StringIO())
    Step.objects.filter(key="roles").update(help="Autre aide")

    call_command("load_kit", stdout=StringIO())
    assert Step.objects.get(key="roles").help == "Autre aide"

    call_command("load_kit", overwrite=True, stdout=StringIO())
    assert Step.objects.get(key="roles").help != "Autre aide"


def test_the_command_says_what_is_wrong(kit_file):
    path = kit_file(lambda kit: kit.pop("motto"))

    with pytest.raises(CommandError, match="motto\u00a0: manque"):
        call_command("load_kit", path)


# --- What the database refuses ---------------------------------------------------------------


def copy_of(row, **changes):
    values = {f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields}
    values.pop("id")
    return type(row)(**values | changes)


@pytest.mark.parametrize(
    ("name", "twin"),
    [
        ("kit_slug_unique", lambda kit: copy_of(kit)),
        ("part_kit_key_unique", lambda kit: copy_of(kit.parts.first(), position=99)),
        ("part_kit_position_unique", lambda kit: copy_of(kit.parts.first(), key="autre")),
        (
            "step_kit_key_unique",
            lambda kit: copy_of(kit.steps.get(key="roles"), part=kit.parts.first(), position=99),
        ),
        (
            "step_part_position_unique",
            lambda kit: copy_of(kit.steps.get(key="roles"), key="autre"),
        ),
        ("question_step_position_unique", lambda kit: copy_of(Question.objects.first())),
        ("example_step_position_unique", lambda kit: copy_of(Example.objects.first())),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_twins_are_refused(name, twin):
    row = twin(load_kit(KIT_FILE))

    with pytest.raises(IntegrityError, match=name):
        checked(row.save)


def test_a_step_is_in_the_kit_of_its_part(kit_file):
    kit = load_kit(KIT_FILE)
    step = Step(part=kit.parts.get(key="board"), position=2, key="autre", title="Autre")
    step.save()

    assert step.kit == kit
