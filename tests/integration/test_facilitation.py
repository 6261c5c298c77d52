"""What a facilitator may do with a diagnostic: the list is in test_portfolio.py."""

from __future__ import annotations

import pytest
from django.urls import reverse

from tests.pages import page_of
from tests.scene import make_scene

pytestmark = pytest.mark.django_db


def test_a_facilitator_reads_but_does_not_write():
    scene = make_scene()
    client = scene.client("facilitator")
    address = reverse("diagnostic_step", args=[scene.diagnostic.pk, "vision"])
    page = page_of(client.get(address))
    assert address not in page.post_actions
    assert "Vous lisez ce diagnostic pour la facilitation" in page.text
    before = list(scene.diagnostic.answers.values())
    assert client.post(address, {"base_revision": "1"}).status_code == 403
    assert list(scene.diagnostic.answers.values()) == before
    assert not scene.diagnostic.kept_texts.exists()
