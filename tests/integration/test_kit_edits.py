"""A process keeps the texts of a kit, and shows an edited one at once."""

import pytest
from django.db import connection
from django.urls import reverse

from diagnostics.domain.vocabulary import StepKey
from diagnostics.models import Example, Kit, Part, Question, Step
from tests.situations import Cast, html_of, make_cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def page(cast: Cast) -> str:
    address = reverse("diagnostic_step", args=[cast.diagnostic.pk, StepKey.OBJECTIVES])
    return html_of(cast.client("lead").get(address))


@pytest.mark.parametrize(
    ("model", "where", "change"),
    [
        (Part, {"key": "ambition"}, {"short_title": "Texte retouché"}),
        (Step, {"key": "objectives"}, {"help": "Texte retouché"}),
        (Question, {"step__key": "objectives"}, {"text": "Texte retouché"}),
        (Example, {"step__key": "objectives"}, {"text": "Texte retouché"}),
    ],
    ids=["part", "step", "question", "example"],
)
def test_an_edited_text_shows_at_once(cast, model, where, change):
    assert "Texte retouché" not in page(cast)
    assert model.objects.filter(**where).update(**change)
    assert "Texte retouché" in page(cast)


def test_a_removed_example_goes_at_once(cast):
    example = Example.objects.filter(step__key="objectives").first()
    assert f'value="{example.pk}" data-payload' in page(cast)
    example.delete()
    assert f'value="{example.pk}" data-payload' not in page(cast)


def test_the_database_says_when_a_kit_changed(cast):
    def moment():
        return Kit.objects.get(pk=cast.diagnostic.kit_id).changed_at

    before = moment()
    assert moment() == before
    with connection.cursor() as cursor:
        cursor.execute("UPDATE diagnostics_kit SET motto = 'Autre devise'")
    assert moment() > before
