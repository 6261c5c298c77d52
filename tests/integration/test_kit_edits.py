"""A process keeps the texts of a kit, and shows an edited one at once."""

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.urls import reverse

from diagnostics.domain.vocabulary import StepKey
from diagnostics.models import Example, Kit, Part, Question, Step
from tests.pages import html_of, step_data
from tests.scene import Scene, make_scene

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene() -> Scene:
    return make_scene()


def page(scene: Scene) -> str:
    address = reverse("diagnostic_step", args=[scene.diagnostic.pk, StepKey.OBJECTIVES])
    return html_of(scene.client("lead").get(address))


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
def test_an_edited_text_shows_at_once(scene, model, where, change):
    assert "Texte retouché" not in page(scene)
    assert model.objects.filter(**where).update(**change)
    assert "Texte retouché" in page(scene)


def test_a_removed_example_goes_at_once(scene):
    example = Example.objects.filter(step__key="objectives").first()
    assert f'value="{example.pk}" data-payload' in page(scene)
    example.delete()
    assert f'value="{example.pk}" data-payload' not in page(scene)


def test_the_database_says_when_a_kit_changed(scene):
    def moment():
        return Kit.objects.get(pk=scene.diagnostic.kit_id).changed_at

    before = moment()
    assert moment() == before
    with connection.cursor() as cursor:
        cursor.execute("UPDATE diagnostics_kit SET motto = 'Autre devise'")
    assert moment() > before


@pytest.mark.parametrize(
    "payload",
    [[{"formset": "rows", "values": {"role": "chef"}}], [{"role": "chef"}], {"role": "chef"}],
    ids=["unknown code", "no entry", "no list"],
)
def test_a_prefill_of_another_shape_has_no_button_and_breaks_no_page(scene, payload):
    """Stored before prefills were checked: its button added an empty row, or the page failed."""
    Example.objects.filter(step__key="roles", position=1).update(payload=payload)
    example = Example.objects.get(step__key="roles", position=1)
    before = scene.diagnostic.answers.get(step="roles").value["rows"]
    found = html_of(scene.client("lead").get(scene.url(StepKey.ROLES)))
    assert example.text in found
    assert f'id="exemple-{example.pk}"' not in found
    client, address = scene.client("lead"), scene.url(StepKey.ROLES)
    pressed = client.post(address, step_data(client, address) | {"example": example.pk})
    assert pressed.status_code == 302
    assert scene.diagnostic.answers.get(step="roles").value["rows"] == before


def test_a_prefill_of_another_shape_is_refused_where_it_is_written():
    example = Example.objects.filter(step__key="roles").first()
    example.payload = [{"formset": "rows", "values": {"role": "chef"}}]
    with pytest.raises(ValidationError) as refused:
        example.full_clean()
    assert list(refused.value.message_dict) == ["payload"]
    assert "values.role\u00a0: valeur inconnue" in refused.value.message_dict["payload"][0]
