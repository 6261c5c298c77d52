"""The questionnaire read whole from the database, for the blank kit."""

from __future__ import annotations

from dataclasses import replace

import pytest

from diagnostics.models.kit import Example, Question
from diagnostics.queries import load_kit_sheet
from diagnostics.report.kit import render_kit_html
from tests.factories import the_kit
from tests.unit.test_kit_sheet import kit_sheet

pytestmark = pytest.mark.django_db


def test_the_kit_is_read_whole_in_four_queries(django_assert_num_queries):
    kit = the_kit()

    with django_assert_num_queries(4):
        sheet = load_kit_sheet(kit)

    without_notes = replace(
        sheet,
        axes=tuple(
            replace(
                axis,
                steps=tuple(
                    replace(step, examples=tuple(replace(e, note="") for e in step.examples))
                    for step in axis.steps
                ),
            )
            for axis in sheet.axes
        ),
    )
    assert without_notes == kit_sheet()


def test_the_edited_texts_are_printed():
    kit = the_kit()
    Question.objects.filter(number=1, step__kit=kit).update(text="Quel territoire voulons-nous ?")
    Example.objects.filter(step__kit=kit, step__key="roles").first().delete()

    html = render_kit_html(load_kit_sheet(kit))

    assert "Quel territoire voulons-nous ?" in html
    assert "Être un acteur d’influence et de référence sur le sujet</li>" not in html
