"""A step is told once: what goes through the descriptors, and what a new field or question needs.

The imaginary field and question below are added to copies of shapes. Every place that must know of
them is asked, and those that forget are listed by name: it is the list of what to touch.
"""

from __future__ import annotations

import re
from dataclasses import replace
from inspect import isclass
from pathlib import Path
from typing import Any, get_args

import pytest
from django.conf import settings
from pydantic import Field, create_model

from diagnostics.domain.answers import (
    ANSWER_SHAPES,
    STEPS,
    Answer,
    Objective,
    Objectives,
    Organisation,
    Row,
    Scenario,
    ScopeStep,
    Shape,
)
from diagnostics.domain.answers.fields import RowText
from diagnostics.domain.completeness import missing_in_step
from diagnostics.domain.document import load_document
from diagnostics.domain.kit_sheet import SheetQuestion
from diagnostics.domain.vocabulary import StepKey
from diagnostics.forms.base import StepForm
from diagnostics.forms.registry import STEP_FORMS
from diagnostics.report.blocks import blocks_of
from diagnostics.report.kit import render_kit_html
from tests import shapes as strategies
from tests.shapes import empty_document
from tests.unit.test_blocks import words_of
from tests.unit.test_kit_sheet import kit_sheet

# Rows; the six of the accompaniment and the three of « Et si ? » have no id.
LISTED = {*Row.__subclasses__(), ScopeStep, Scenario}
TEMPLATES = Path(settings.BASE_DIR) / "templates" / "steps"


# --- The descriptors -----------------------------------------------------------------------------


def test_every_step_has_its_descriptor():
    assert list(STEPS) == list(StepKey) == list(ANSWER_SHAPES) == list(STEP_FORMS)
    for key, step in STEPS.items():
        assert step.key is key
        assert step.shape.step is key


def test_every_set_of_rows_is_described():
    for step in STEPS.values():
        held = {path[0] for path, part in parts_of(step.shape) if path and part in LISTED}
        assert {row_set.field for row_set in step.row_sets} == held
        assert {row_set.row for row_set in step.row_sets} <= LISTED


def test_links_lead_to_described_rows():
    known = {row_set for step in STEPS.values() for row_set in step.row_sets}
    for step in STEPS.values():
        for row_set in step.row_sets:
            linked = {
                name for name in row_set.row.model_fields if name in ("serves", "alliance", "lever")
            }
            if "activity" in row_set.row.model_fields:
                linked.add("activity")
            assert set(row_set.links) == linked
            assert {target for targets in row_set.links.values() for target in targets} <= known


def test_the_first_field_is_one_of_the_form():
    for step in STEPS.values():
        form, first = STEP_FORMS[step.key], step.first_field.partition("-")[0]
        places = {*form.base_fields, *form.subform_classes, *form.formset_classes}
        assert first in places


# --- A row is called by one name -------------------------------------------------------------------


def test_a_row_without_a_name_has_the_number_of_its_place():
    """As the rules say it: « L’activité 3 »."""
    rows = [
        {"id": f"a{n}", "mission": mission, "priority": 1, "state": "existing", "text": text}
        for n, (mission, text) in enumerate(
            [("raise_awareness", "Forums"), ("analyse_share", "Bilans"), ("connect_networks", "")]
        )
    ]
    answers = {
        "activities": {"rows": rows},
        "territorial_scales": {
            "rows": [
                {"id": "s1", "activity": "a0", "scale": "epci"},
                {"id": "s2", "activity": "a1", "scale": "epci"},
            ]
        },
    }
    document = load_document(empty_document() | {"answers": answers})
    missing = [item.message for item in missing_in_step(document, StepKey.TERRITORIAL_SCALES)]
    assert missing == ["un échelon pour l’activité prioritaire activité\u00a03"]


@pytest.mark.parametrize(
    ("shares", "complete"),
    [((30.6, 34.2, 36.2), True), ((30.6, 34.2, 36.21), False), ((33, 33, 33), True)],
)
def test_a_float_makes_nothing_incomplete(shares, complete):
    """30.6 + 34.2 + 36.2 is 101.00000000000001: one point, as R19 reads it."""
    side = dict(zip(("public_pct", "private_pct", "self_pct"), shares, strict=True))
    side |= {"fte": 1, "budget_min_keur": 10}
    levers = [
        {"id": f"x{n}", "family": family, "text": "Levier", "state": "secured"}
        for n, family in enumerate(("public", "private", "self"))
    ]
    answers = {"economic_model": {"now": side, "target": side, "levers": levers}}
    document = load_document(empty_document() | {"answers": answers})
    assert (missing_in_step(document, StepKey.ECONOMIC_MODEL) == []) == complete


# --- What a new field, a new question needs ---------------------------------------------------------

# Of every row, of every answer; and which of its fixed rows a row is.
OWN = {"id", "board_question", "mark", "step", "shock"}


def form_fields(form: type[StepForm], path: tuple[str, ...]) -> set[str]:
    """The names of the fields of a form, or of one of its parts or sets of rows."""
    if not path:
        return {*form.base_fields, *form.subform_classes, *form.formset_classes}
    if path[0] in form.subform_classes:
        return set(form.subform_classes[path[0]].base_fields)
    return set(form.formset_classes[path[0]].form.base_fields)


# A field of the form that stands for several of the shape.
STANDS_FOR = {
    "subject": {"activity", "mission"},
    "target_value": {"target_max_value", "target_at_least"},
    "amount_target_keur": {"amount_target_max_keur"},
}
# Links, which documents() makes of the rows that it made.
NOT_DRAWN = {"activity", "mission", "alliance"} | {
    # drawn from the low end
    "target_max_value",
    "target_at_least",
    "amount_target_max_keur",
}


def parts_of(shape: type[Shape]) -> list[tuple[tuple[str, ...], type[Shape]]]:
    """A shape with those that its fields hold: rows, columns."""
    found: list[tuple[tuple[str, ...], type[Shape]]] = [((), shape)]
    for name, field in shape.model_fields.items():
        held = get_args(field.annotation) or (field.annotation,)
        found += [((name,), part) for part in held if isclass(part) and issubclass(part, Shape)]
    return found


def forgotten(shape: type[Shape], step: StepKey) -> list[str]:
    """Every place that must know a field of a step's shape and does not: its form, the templates
    that show the form, and the strategies that make documents for the tests."""
    form, folder, found = STEP_FORMS[step], TEMPLATES / step.value, []
    files = [file for file in folder.glob("*.html") if file.stem not in {"room", "preview"}]
    shown = "".join(file.read_text(encoding="utf-8") for file in files)
    for path, part in parts_of(shape):
        for name in set(part.model_fields) - OWN:
            where = ".".join((step.value, *path, name))
            names = {name} | {field for field, of in STANDS_FOR.items() if name in of}
            if not names & form_fields(form, path):
                found.append(f"{where}: diagnostics/forms/{step.value}.py")
            if not any(re.search(rf"\b{word}\b", shown) for word in names):
                found.append(f"{where}: templates/steps/{step.value}/")
            if part in strategies.FIELDS and name not in {*strategies.FIELDS[part], *NOT_DRAWN}:
                found.append(f"{where}: tests/shapes.py")
    return sorted(found)


@pytest.mark.parametrize("step", list(StepKey))
def test_forms_and_templates_know_every_field(step: StepKey):
    assert forgotten(ANSWER_SHAPES[step], step) == []


def imagined(shape: type[Shape]) -> Any:
    """A copy of a shape with one more field."""
    field = (RowText, Field("", description="un champ imaginaire"))
    return create_model(shape.__name__, __base__=shape, imaginary=field)


def test_an_imaginary_field_of_an_answer_is_forgotten_by_name():
    assert forgotten(imagined(Organisation), StepKey.ORGANISATION) == [
        "organisation.imaginary: diagnostics/forms/organisation.py",
        "organisation.imaginary: templates/steps/organisation/",
    ]


def test_an_imaginary_field_of_a_row_is_forgotten_by_name(monkeypatch):
    row = imagined(Objective)
    monkeypatch.setitem(strategies.FIELDS, row, strategies.FIELDS[Objective])
    shape = create_model("Objectives", __base__=Objectives, rows=(list[row], Field([])))
    assert forgotten(shape, StepKey.OBJECTIVES) == [
        "objectives.rows.imaginary: diagnostics/forms/objectives.py",
        "objectives.rows.imaginary: templates/steps/objectives/",
        "objectives.rows.imaginary: tests/shapes.py",
    ]


def untold_texts(answer: Answer) -> list[str]:
    """The fields of an answer whose text none of its blocks says."""
    words = words_of(blocks_of(answer, load_document(empty_document())))
    return [name for name, value in answer if value == f"Canari {name}" and value not in words]


def test_an_imaginary_field_is_told_by_no_block():
    """Of the fields that are there, tests/unit/test_blocks.py says the same from the schema."""
    texts = ("organisation", "governance", "rationale")
    wider = imagined(Organisation)
    answer = wider(**{name: f"Canari {name}" for name in (*texts, "imaginary")})
    assert untold_texts(answer) == ["imaginary"]
    assert untold_texts(Organisation(**{name: f"Canari {name}" for name in texts})) == []


def test_an_imaginary_question_is_asked_on_the_blank_kit():
    """The kit's own: it is data, and nothing in the code knows it."""
    sheet = kit_sheet()
    axis = sheet.axes[0]
    step = replace(axis.steps[0], questions=(SheetQuestion(99, "Que voulons-nous imaginer ?"),))
    html = render_kit_html(replace(sheet, axes=(replace(axis, steps=(step,)),)))
    assert "Que voulons-nous imaginer ?" in html
