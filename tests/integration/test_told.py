"""The pages that show answers show all that was typed in them."""

from __future__ import annotations

import pytest
from django.urls import reverse

from diagnostics.domain.vocabulary import Mark, StepKey
from tests.canaries import CANARY, Filler
from tests.pages import html_of
from tests.scene import answer_document, make_scene

pytestmark = pytest.mark.django_db


@pytest.fixture
def filler() -> Filler:
    return Filler()


@pytest.fixture
def scene(filler):
    scene = make_scene()
    scene.diagnostic.answers.all().delete()
    answer_document(scene.diagnostic, filler.document(), user=scene.lead)
    return scene


@pytest.mark.parametrize("role", ["lead", "facilitator"])
def test_the_check_page(scene, filler, role):
    page = html_of(scene.client(role).get(reverse("diagnostic_check", args=[scene.diagnostic.pk])))
    assert set(CANARY.findall(page)) == set(filler.texts)
    # At the step, and in the list of what is marked.
    assert page.count(f'data-mark="{Mark.FOR_BOARD.value}"') == 2 * len(StepKey)


def test_the_steps_of_a_reader(scene, filler):
    client, shown = scene.client("reader"), set()
    for step in StepKey:
        address = reverse("diagnostic_step", args=[scene.diagnostic.pk, step])
        own = html_of(client.get(address)).partition('id="answer-title"')[2]
        shown |= set(CANARY.findall(own))
        assert own.count(f'data-mark="{Mark.FOR_BOARD.value}"') == 1
    assert shown == set(filler.texts)
