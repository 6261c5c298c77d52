"""What steps and axes are called: the kit's own words, once."""

from __future__ import annotations

import pytest

from diagnostics.domain.kit_texts import KitTexts, Name, default_texts
from diagnostics.domain.vocabulary import Axis, StepKey


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("Objectifs à 3/5 ans", "Objectifs à 5 ans"),
        ("Objectifs à 3 / 5 ans", "Objectifs à 5 ans"),
        ("Quels rôles à 3/5\u00a0ans\u00a0?", "Quels rôles à 5\u00a0ans\u00a0?"),
        ("13/5 ans", "13/5 ans"),
        ("3/5 mois", "3/5 mois"),
    ],
)
def test_either_horizon_is_the_one_chosen(text, read):
    assert Name(number="2.2", title=text, short_title=text).at(5).title == read


def test_the_kit_names_every_step_and_axis():
    texts = default_texts()
    assert set(texts.steps) == set(StepKey)
    assert set(texts.axes) == set(Axis)
    assert texts.step(StepKey.ACTIVITIES).short_title == "Activités à mettre en place"
    assert texts.axis(Axis.BOARD).number == ""
    assert [texts.axis(axis).number for axis in Axis][:4] == ["1", "2", "3", "4"]


def test_they_come_back_from_json():
    texts = default_texts().at(4)
    assert KitTexts.model_validate_json(texts.model_dump_json()) == texts
    assert "3/5" not in texts.model_dump_json()


def test_a_step_that_a_kit_lacks_goes_by_its_code():
    assert KitTexts(credit="", axes={}, steps={}).step(StepKey.ROLES).short_title == "roles"
