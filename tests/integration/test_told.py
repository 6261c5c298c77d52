"""The pages that show answers show all that was typed in them."""

from __future__ import annotations

import pytest
from django.urls import reverse

from diagnostics.domain.vocabulary import Mark, StepKey
from tests.canaries import CANARY, Filler
from tests.situations import answer_document, html_of, make_cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def filler() -> Filler:
    return Filler()


@pytest.fixture
def cast(filler):
    cast = make_cast()
    cast.diagnostic.answers.all().delete()
    answer_document(cast.diagnostic, filler.document(), user=cast.lead)
    return cast


@pytest.mark.parametrize("role", ["lead", "facilitator"])
def test_the_check_page(cast, filler, role):
    page = html_of(cast.client(role).get(reverse("diagnostic_check", args=[cast.diagnostic.pk])))
    assert set(CANARY.findall(page)) == set(filler.texts)
    assert page.count(f'data-mark="{Mark.FOR_BOARD.value}"') == len(StepKey)


def test_the_steps_of_a_reader(cast, filler):
    client, shown = cast.client("reader"), set()
    for step in StepKey:
        address = reverse("diagnostic_step", args=[cast.diagnostic.pk, step])
        own = html_of(client.get(address)).partition('id="answer-title"')[2]
        shown |= set(CANARY.findall(own))
        assert own.count(f'data-mark="{Mark.FOR_BOARD.value}"') == 1
    assert shown == set(filler.texts)
