"""The kit's editor: plain fields, nothing lost between two people, a preview, who changed what."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from diagnostics.domain.vocabulary import StepKey
from diagnostics.models import Example, Kit, KitChange, Part, Step
from diagnostics.queries import read_version
from tests.factories import PASSWORD, UserFactory, the_kit
from tests.pages import html_of, page_of
from tests.scene import Scene, State, make_scene

pytestmark = pytest.mark.django_db


class Editor:
    """A person of the staff, with a browser."""

    def __init__(self, name: str) -> None:
        self.user = UserFactory(staff=True, name=name, verified=True)
        self.client = Client()
        self.client.force_login(self.user)

    def open(self, row: Any) -> dict[str, list[str]]:
        """Return what the page of a row sends when nothing is changed in it."""
        response = self.client.get(address(row))
        assert response.status_code == 200
        return next(form for form in page_of(response).forms if "seen" in form.data).data

    def send(self, row: Any, data: dict[str, Any], *, refused: bool = False) -> Any:
        response = self.client.post(address(row), data)
        if refused:
            assert response.status_code == 200
        else:
            assert response.status_code == 302, errors_of(response)
        return response


def address(row: Any, page: str = "change") -> str:
    return reverse(f"admin:diagnostics_{row._meta.model_name}_{page}", args=[row.pk])


def errors_of(response: Any) -> list[str]:
    return [str(error) for errors in response.context["errors"] for error in errors]


def noted() -> list[tuple[str, str, Any, Any]]:
    return [(c.path, c.name, c.before, c.after) for c in KitChange.objects.order_by("pk")]


def stored(row: Any) -> Any:
    return type(row).objects.get(pk=row.pk)


@pytest.fixture
def editor() -> Editor:
    return Editor("Stan Staff")


@pytest.fixture
def example() -> Example:
    """The second role of the kit."""
    the_kit()
    return Example.objects.get(step__key="roles", position=2)


# --- Plain fields -----------------------------------------------------------------------------------


def test_saving_every_page_of_the_kit_unchanged_changes_nothing(editor):
    kit = the_kit()
    models = (Kit, Part, Step, Example)
    kept = ("changed_at",)

    def everything() -> list[dict[str, Any]]:
        rows = [row for model in models for row in model.objects.order_by("pk").values()]
        return [{k: v for k, v in row.items() if k not in kept} for row in rows]

    before = everything()
    # The page of a step has all its examples' texts; what they fill in has two of each step.
    examples = [row for step in Step.objects.all() for row in step.examples.all()[:2]]
    assert len(examples) > 15
    for row in [kit, *Part.objects.all(), *Step.objects.all(), *examples]:
        editor.send(row, editor.open(row))
    assert everything() == before
    assert noted() == []


def test_the_texts_of_the_kit_are_edited_in_plain_fields(editor):
    kit = the_kit()
    data = editor.open(kit)
    assert not [
        name
        for name, texts in data.items()
        for text in texts
        if text[:1] in ("[", "{") and not name.endswith("seen")
    ]
    lines = data["introduction"][0].split("\n")
    assert [line[:2] for line in lines] == ["Le", "Le", "Ce", "- ", "- "]
    data |= {
        "introduction": ["Un seul paragraphe\r\n– avec un dessous\r\n\r\nUn second"],
        "plan": ["Premier titre\r\nSecond titre"],
        # The first correction goes, the second comes last, a new one is written.
        "corrections-0-DELETE": ["on"],
        "corrections-1-ORDER": ["99"],
        "corrections-1-reason": ["Une autre raison"],
        f"corrections-{len(kit.corrections)}-text_2013": ["Ancien"],
        f"corrections-{len(kit.corrections)}-text": ["Nouveau"],
        f"corrections-{len(kit.corrections)}-reason": ["Parce que"],
        "thresholds-pace_info": ["12,5"],
    }
    editor.send(kit, data)
    after = stored(kit)
    assert after.introduction == [
        {"text": "Un seul paragraphe", "children": [{"text": "avec un dessous", "children": []}]},
        {"text": "Un second", "children": []},
    ]
    assert after.plan == ["Premier titre", "Second titre"]
    assert after.corrections == [
        *kit.corrections[2:],
        kit.corrections[1] | {"reason": "Une autre raison"},
        {"text_2013": "Ancien", "text": "Nouveau", "reason": "Parce que"},
    ]
    assert after.reconstructions == kit.reconstructions
    assert after.thresholds == {"pace_info": 12.5}
    assert [(name, was, now) for _path, name, was, now in noted()] == [
        (name, getattr(kit, name), getattr(after, name))
        for name in ("introduction", "plan", "corrections", "thresholds")
    ]
    # What reads them still does.
    assert "avec un dessous" in html_of(Client().get(reverse("about")))


# What is refused at one sending, each with what is told of it.
REFUSED = [
    {
        "introduction": ("Un\n-- trop loin", "Ligne\u00a02\u00a0: ce qui commence par --"),
        "plan": ("\n".join(map(str, range(61))), "60 lignes au plus\u00a0: il y en a 61"),
        "title": ("", "obligatoire"),
        "motto": ("x" * 301, "1\u00a0caractère de trop"),
        "corrections-0-text": ("", "Écrivez ce texte, ou retirez la ligne."),
    },
    {
        "introduction": ("- sans paragraphe", "Ligne\u00a01\u00a0: ce qui commence par - suit"),
        "motto": ("NUL \x00", "NUL"),
    },
    {"introduction": ("x" * 2001, "Ligne\u00a01\u00a0: 1\u00a0caractère de trop")},
    {"reconstructions-0-text": ("x" * 2001, "1\u00a0caractère de trop")},
]


def test_a_refused_text_is_told_at_its_field_and_given_back(editor):
    kit = the_kit()
    opened = editor.open(kit)
    for wrong in REFUSED:
        typed = {name: [text] for name, (text, _error) in wrong.items()}
        response = editor.send(
            kit, opened | typed | {"credit": ["Une autre mention"]}, refused=True
        )
        page = html_of(response)
        assert [error for _text, error in wrong.values() if error not in page] == []
        again = next(form for form in page_of(response).forms if "seen" in form.data).data
        assert again["credit"] == ["Une autre mention"]
        for name, texts in typed.items():
            assert again[name] == texts or "\x00" in texts[0], name
        assert stored(kit).credit == kit.credit
        assert noted() == []


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ({"pace_info": "12,5"}, {"pace_info": 12.5}),
        ({"max_roles": " 4 ", "pace_info": "12"}, {"max_roles": 4, "pace_info": 12}),
        ({"max_roles": ""}, {}),
    ],
)
def test_each_threshold_is_a_number_of_its_own(editor, typed, kept):
    kit = the_kit()
    Kit.objects.update(thresholds={"max_roles": 5} if "" in typed.values() else {})
    data = editor.open(kit) | {f"thresholds-{name}": [text] for name, text in typed.items()}
    editor.send(kit, data)
    assert stored(kit).thresholds == kept


def test_a_number_that_the_rules_cannot_take_is_told(editor):
    kit = the_kit()
    opened = editor.open(kit)
    for typed, error in (
        ({"max_roles": "trois mille"}, "nombre"),
        ({"max_roles": "2,5"}, "nombre"),
        ({"max_roles": "61"}, "60 au plus est attendu."),
        ({"budget_growth": "90"}, "Plus de 100 est attendu."),
        ({"pace_info": "40"}, "à noter au-delà\u00a0» dépasse «\u00a0R11\u00a0:"),
    ):
        data = opened | {f"thresholds-{name}": [text] for name, text in typed.items()}
        response = editor.send(kit, data, refused=True)
        assert error in html_of(response), typed
        assert stored(kit).thresholds == {}


# --- What an example fills in -----------------------------------------------------------------------


def test_what_an_example_fills_in_is_typed_in_the_fields_of_its_step(editor, example):
    data = editor.open(example)
    assert data["payload-rows-0-role"] == ["network"]
    data |= {
        "payload-rows-0-role": ["other"],
        "payload-rows-0-label": ["Guichet"],
        "payload-rows-1-role": ["influence_reference"],
        "payload-rows-1-detail": ["Auprès des élus"],
    }
    editor.send(example, data)
    assert stored(example).payload == [
        {"formset": "rows", "values": {"role": "other", "label": "Guichet"}},
        {
            "formset": "rows",
            "values": {"role": "influence_reference", "detail": "Auprès des élus"},
        },
    ]
    data = editor.open(stored(example)) | {"payload-rows-0-DELETE": ["on"]}
    editor.send(example, data)
    assert [entry["values"]["role"] for entry in stored(example).payload] == ["influence_reference"]


def test_a_range_and_a_column_are_typed_as_in_the_step(editor):
    the_kit()
    objective = Example.objects.filter(step__key="objectives").first()
    data = editor.open(objective)
    data |= {"payload-rows-0-target_value": ["15 à 20"], "payload-rows-0-per_year": ["on"]}
    editor.send(objective, data)
    values = stored(objective).payload[0]["values"]
    assert (values["target_value"], values["target_max_value"]) == (15, 20)
    assert values["per_year"] is True
    model = Example.objects.filter(step__key="economic_model").first()
    data = editor.open(model)
    assert data["payload-target-team_detail"] == ["3 ETP + 1 animateur"]
    editor.send(model, data | {"payload-target-fte": ["4,5"]})
    assert stored(model).payload[0]["values"]["target-fte"] == 4.5


@pytest.mark.parametrize(
    ("step", "typed", "error"),
    [
        ("roles", {"rows-0-role": "chef"}, "Choisissez une valeur de la liste."),
        ("activities", {"rows-1-mission": "raise_awareness"}, "Cette ligne resterait vide"),
        ("economic_model", {"now-fte": "beaucoup"}, "nombre"),
        ("objectives", {"rows-0-target_value": "20 à 10"}, "20 à 10"),
    ],
)
def test_what_the_step_would_not_keep_is_refused_at_its_field(editor, step, typed, error):
    the_kit()
    example = Example.objects.filter(step__key=step).first()
    data = editor.open(example) | {f"payload-{name}": [text] for name, text in typed.items()}
    response = editor.send(example, data, refused=True)
    assert error in html_of(response)
    assert stored(example).payload == example.payload
    assert noted() == []


def test_a_prefill_of_another_shape_is_told_and_replaced(editor, example):
    Example.objects.filter(pk=example.pk).update(payload=[{"role": "chef"}])
    page = html_of(editor.client.get(address(example)))
    assert "L’exemple n’a pas de bouton." in page
    editor.send(example, editor.open(example) | {"payload-rows-0-role": ["network"]})
    assert stored(example).payload == [{"formset": "rows", "values": {"role": "network"}}]


def test_a_step_whose_rows_are_always_there_has_nothing_to_fill_in(editor):
    step = the_kit().steps.get(key="accompaniment_scope")
    example = Example.objects.create(step=step, position=1, text="Une proposition")
    page = html_of(editor.client.get(address(example)))
    assert "un exemple n’y remplit rien" in page
    editor.send(example, editor.open(example) | {"text": ["Une autre"]})
    assert (stored(example).text, stored(example).payload) == ("Une autre", [])


def test_an_example_is_added_and_removed_on_the_page_of_its_step(editor):
    step = the_kit().steps.get(key="roles")
    data = editor.open(step) | {
        "examples-TOTAL_FORMS": ["5"],
        "examples-4-id": [""],
        "examples-4-step": [str(step.pk)],
        "examples-4-position": ["9"],
        "examples-4-text": ["Un rôle de plus"],
    }
    editor.send(step, data)
    added = Example.objects.get(step=step, position=9)
    assert noted() == [
        (added.path, "position", None, 9),
        (added.path, "text", None, "Un rôle de plus"),
    ]
    data = editor.open(step) | {"examples-4-DELETE": ["on"]}
    editor.send(step, data)
    assert not Example.objects.filter(pk=added.pk).exists()
    assert noted()[2:] == [
        (added.path, "position", 9, None),
        (added.path, "text", "Un rôle de plus", None),
    ]


def test_two_examples_have_not_one_place(editor, example):
    told = "Un autre exemple de l’étape a cette place\u00a0: la place 5 est libre."
    data = editor.open(example) | {"position": ["3"]}
    assert told in errors_of(editor.send(example, data, refused=True))
    data = editor.open(example.step) | {"examples-1-position": ["3"]}
    assert told in errors_of(editor.send(example.step, data, refused=True))
    assert noted() == []
    editor.send(example, editor.open(example) | {"position": ["5"]})
    assert stored(example).position == 5


# --- Two people -------------------------------------------------------------------------------------


def test_of_one_text_that_two_people_write_the_second_is_told_and_kept(editor):
    step = the_kit().steps.get(key="roles")
    other = Editor("Odile Autre")
    mine, theirs = editor.open(step), other.open(step)
    other.send(step, theirs | {"help": ["L’aide d’Odile"], "caption": ["La légende d’Odile"]})
    mine |= {"help": ["Mon aide"], "title": ["Mon titre"]}
    response = editor.send(step, mine, refused=True)
    page = html_of(response)
    assert "Ce texte a changé pendant que vous l’écriviez (Odile Autre, le" in page
    assert "Il dit maintenant\u00a0: «\u00a0L’aide d’Odile\u00a0»" in page
    assert stored(step).help == "L’aide d’Odile"
    # What was typed is in the form, and sent again it replaces the other; what was left alone stays.
    again = next(form for form in page_of(response).forms if "seen" in form.data).data
    assert (again["help"], again["title"]) == (["Mon aide"], ["Mon titre"])
    editor.send(step, again)
    after = stored(step)
    assert (after.help, after.title, after.caption) == (
        "Mon aide",
        "Mon titre",
        "La légende d’Odile",
    )
    assert [(c.name, c.changed_by.name) for c in KitChange.objects.order_by("pk")] == [
        ("caption", "Odile Autre"),
        ("help", "Odile Autre"),
        ("title", "Stan Staff"),
        ("help", "Stan Staff"),
    ]


def test_texts_that_two_people_write_apart_are_both_kept(editor, example):
    other = Editor("Odile Autre")
    mine, theirs = editor.open(example), other.open(example)
    other.send(example, theirs | {"payload-rows-0-detail": ["Selon Odile"]})
    editor.send(example, mine | {"note": ["Ma note"]})
    after = stored(example)
    assert after.note == "Ma note"
    assert after.payload == [
        {"formset": "rows", "values": {"role": "network", "detail": "Selon Odile"}}
    ]


def test_what_an_example_fills_in_is_no_exception(editor, example):
    other = Editor("Odile Autre")
    mine, theirs = editor.open(example), other.open(example)
    other.send(example, theirs | {"payload-rows-0-detail": ["Selon Odile"]})
    response = editor.send(example, mine | {"payload-rows-0-detail": ["Selon moi"]}, refused=True)
    page = html_of(response)
    assert "Précision\u00a0: Selon Odile" in page
    again = next(form for form in page_of(response).forms if "seen" in form.data).data
    assert again["payload-rows-0-detail"] == ["Selon moi"]
    editor.send(example, again)
    assert stored(example).payload[0]["values"]["detail"] == "Selon moi"


def test_who_edits_what_another_removed_gets_the_text_back(editor, example):
    mine = editor.open(example)
    step_page = editor.open(example.step)
    example.delete()
    response = editor.client.post(address(example), mine | {"note": ["Une note à garder"]})
    assert response.status_code == 409
    assert "Une note à garder" in html_of(response)
    step_page["examples-1-note"] = ["Une note à garder"]
    response = editor.client.post(address(example.step), step_page)
    assert response.status_code == 200
    assert "Une note à garder" in html_of(response)
    assert "Cette ligne a été supprimée entre-temps" in html_of(response)


# --- Preview ----------------------------------------------------------------------------------------


def test_the_preview_shows_what_is_typed_and_saves_nothing(editor, example):
    data = editor.open(example) | {
        "text": ["Un rôle en aperçu"],
        "payload-rows-0-detail": ["Précision en aperçu"],
    }
    shown = html_of(editor.client.post(address(example, "preview"), data))
    assert "rien n’est enregistré" in shown
    assert "Un rôle en aperçu" in shown
    assert "Précision&nbsp;: Précision en aperçu" in shown
    assert example.step.help.split(".")[0] in shown
    assert stored(example).text == example.text
    assert noted() == []
    plain = html_of(editor.client.get(address(example, "preview")))
    assert "Un rôle en aperçu" not in plain
    assert example.text in plain


def test_each_page_previews_where_its_text_is_read(editor):
    kit = the_kit()
    step = kit.steps.get(key="roles")
    typed = {
        kit: {"introduction": ["Un texte en aperçu"]},
        step.part: {"short_title": ["Un texte en aperçu"]},
        step: {"questions-0-text": ["Un texte en aperçu"]},
    }
    for row, data in typed.items():
        shown = editor.client.post(address(row, "preview"), editor.open(row) | data)
        assert "Un texte en aperçu" in html_of(shown), row
        assert "Un texte en aperçu" not in html_of(editor.client.get(address(row, "preview")))
    refused = editor.open(step) | {"title": [""]}
    assert "Des saisies sont à corriger" in html_of(
        editor.client.post(address(step, "preview"), refused)
    )


@pytest.mark.parametrize("kind", [{}, {"facilitator": True}])
def test_others_see_no_preview(example, kind):
    client = Client()
    client.force_login(UserFactory(**kind))
    response = client.get(address(example, "preview"), follow=True)
    assert response.status_code == 403
    assert Client().get(address(example, "preview")).status_code == 302


def test_every_step_is_previewed_with_what_its_examples_add(editor):
    for step in the_kit().steps.all():
        shown = html_of(editor.client.get(address(step, "preview")))
        assert shown.count("sans bouton") == 0
        assert ("Ce que chaque exemple ajoute" in shown) == step.examples.exists()


# --- History ----------------------------------------------------------------------------------------


def test_the_history_of_a_row_is_its_own_and_of_what_it_holds(editor, example):
    step, kit = example.step, example.kit
    editor.send(example, editor.open(example) | {"note": ["Une note d’histoire"]})
    question = step.questions.first()
    editor.send(step, editor.open(step) | {"questions-0-text": ["Une question d’histoire"]})
    elsewhere = kit.steps.get(key="vision")
    editor.send(elsewhere, editor.open(elsewhere) | {"help": ["Une aide d’ailleurs"]})

    def history(row: Any) -> str:
        return html_of(editor.client.get(address(row, "history")))

    texts = ["Une note d’histoire", "Une question d’histoire", "Une aide d’ailleurs"]
    told = {
        row: [text in history(row) for text in texts] for row in (kit, step, example, elsewhere)
    }
    assert told == {
        kit: [True, True, True],
        step: [True, True, False],
        example: [True, False, False],
        elsewhere: [False, False, True],
    }
    page = history(step)
    assert "Stan Staff" in page
    assert f"exemple\u00a0{example.position}" in page
    assert f"question\u00a0{question.number}" in page
    assert "gardent les textes avec lesquels elles ont été soumises" in page
    # The page itself ends with the last ones, and the list of all is read only.
    assert "Une note d’histoire" in html_of(editor.client.get(address(example)))
    change = KitChange.objects.get(name="note")
    seen = editor.client.get(address(change))
    assert "Une note d’histoire" in html_of(seen)
    assert editor.client.post(address(change), {"after": "x"}).status_code == 403


# --- What a page costs ---------------------------------------------------------------------------------

# Session, person, the row with its surroundings; a page of texts has its last changes, whoever made them.
BUDGETS = {
    ("kit", "change"): 4,
    ("part", "change"): 5,
    ("step", "change"): 8,
    ("example", "change"): 4,
    ("step", "history"): 8,
    ("step", "preview"): 6,
    ("example", "preview"): 5,
}


@pytest.mark.parametrize("much", [False, True], ids=["little", "much"])
def test_a_page_costs_the_same_whatever_was_changed(editor, example, much):
    rows = {"kit": example.kit, "part": example.step.part, "step": example.step, "example": example}
    for number in range(30 if much else 1):
        author = UserFactory()
        for row in rows.values():
            KitChange.objects.create(
                kit=example.kit, path=row.path, name="title", after=str(number), changed_by=author
            )
        if much:
            Example.objects.create(
                step=example.step, position=50 + number, text="x", payload=example.payload
            )
    ContentType.objects.get_for_models(Kit, Part, Step, Example)  # a process reads them once
    counted = {}
    for name, page in BUDGETS:
        with CaptureQueriesContext(connection) as queries:
            assert editor.client.get(address(rows[name], page)).status_code == 200
        counted[name, page] = len(queries)
    assert counted == BUDGETS


# --- Versions ---------------------------------------------------------------------------------------


def test_a_submitted_version_keeps_the_texts_it_was_submitted_with(editor):
    scene: Scene = make_scene(State.SUBMITTED)
    version = scene.diagnostic.versions.get()
    step = scene.diagnostic.kit.steps.get(key="roles")
    before = read_version(version).texts.step(StepKey.ROLES)
    editor.send(step, editor.open(step) | {"short_title": ["Rôles rebaptisés"]})
    assert read_version(version).texts.step(StepKey.ROLES) == before
    page = html_of(editor.client.get(address(step)))
    assert "gardent les textes avec lesquels elles ont été soumises" in page


# --- A session that ended ---------------------------------------------------------------------------


def test_what_was_typed_when_the_session_had_ended_is_offered_again(editor, example):
    data = editor.open(example) | {"note": ["Une note à ne pas perdre"]}
    page = address(example)
    del editor.client.cookies[settings.SESSION_COOKIE_NAME]
    answer = editor.client.post(page, data, headers={"referer": f"http://testserver{page}"})
    assert answer["Location"] == f"{reverse('account_login')}?next={page}"
    editor.client.post(
        answer["Location"],
        {"login": editor.user.email, "password": PASSWORD, "next": page},
    )
    shown = editor.client.get(page)
    assert "Voici ce que vous aviez tapé" in html_of(shown)
    sent = page_of(shown).form_to(page).data
    assert data["seen"][0] not in html_of(shown).split("<form")[0]
    editor.send(example, sent)
    assert stored(example).note == "Une note à ne pas perdre"
