"""When a PDF cannot be printed, or not yet: the page says so, and the others go on answering."""

from __future__ import annotations

import threading
from contextlib import contextmanager

import pytest
from django.urls import reverse
from django.utils import timezone

from diagnostics import printing
from diagnostics.models import Rendering
from diagnostics.printing import edition_of, printable_report
from diagnostics.report import turns
from diagnostics.report.renderer import Bounds, RendererFailed, RenderingStopped, render
from tests.pages import page_of
from tests.printing import address, raise_in_renderer, rewrite
from tests.scene import make_scene

pytestmark = pytest.mark.django_db


def test_what_is_stopped_says_so_and_is_not_tried_at_every_click(monkeypatch, caplog):
    """For want of memory: the worker has no more. Of time it has (``test_printed_ahead.py``)."""
    scene = make_scene()
    client = scene.client("reader")
    asked = raise_in_renderer(monkeypatch, RenderingStopped("memory"))
    for _ in range(3):
        response = client.get(address(scene))
        assert response.status_code == 503
        assert "Retry-After" not in response
        page = page_of(response)
        assert "Ce document est trop long pour le PDF" in page.text
        assert "Raccourcir les réponses les plus longues aide aussi" in page.text
        assert address(scene, "report") in page.links
    assert len(asked) == 1
    assert client.get(address(scene, "report")).status_code == 200
    Rendering.objects.update(made_at=timezone.now() - printing.STOPPED_FOR)
    client.get(address(scene))
    assert len(asked) == 2
    rewrite(scene, "Plus court")
    client.get(address(scene))
    assert len(asked) == 3


def test_a_real_document_is_stopped_at_its_bounds(monkeypatch):
    """Not a moment's work within a thousandth of a second, or less memory than it has already."""
    scene = make_scene()
    client = scene.client("reader")
    for bounds, status in ((Bounds(seconds=0.001), 202), (Bounds(memory=1_000_000), 503)):
        monkeypatch.setattr(
            "diagnostics.report.renderer.render",
            lambda html, _asked, bounds=bounds: render(html, bounds),
        )
        Rendering.objects.all().delete()
        assert client.get(address(scene)).status_code == status


def test_a_renderer_that_fails_says_so_and_is_tried_again(monkeypatch):
    scene = make_scene()
    client = scene.client("reader")
    asked = raise_in_renderer(monkeypatch, RendererFailed("a secret of the log"))
    for _ in range(2):
        response = client.get(address(scene))
        assert response.status_code == 503
        assert "Le PDF n’a pas pu être fabriqué" in page_of(response).text
        assert "secret" not in response.content.decode()
    assert len(asked) == 2
    assert client.get(reverse("kit_pdf")).status_code == 503
    assert not Rendering.objects.exists()


def test_too_many_who_wait_are_told_to_come_back(quick_pdf, monkeypatch):
    scene = make_scene()
    client = scene.client("reader")
    monkeypatch.setattr("diagnostics.views.reports._places", threading.BoundedSemaphore(1))
    with printing_elsewhere():
        response = client.get(address(scene))
    assert response.status_code == 503
    assert response["Retry-After"] == response["Refresh"] == "10"
    assert response["Cache-Control"] == "private, no-store"
    assert "Le PDF se prépare" in page_of(response).text
    assert address(scene) in page_of(response).links
    assert client.get(address(scene)).status_code == 200
    with printing_elsewhere():  # a kept one needs no place
        assert client.get(address(scene)).status_code == 200
    assert len(quick_pdf) == 1


@contextmanager
def printing_elsewhere():
    from diagnostics.views import reports

    with reports._places:
        yield


def test_whoever_has_waited_long_enough_is_told_to_come_back(quick_pdf, monkeypatch):
    scene = make_scene()
    monkeypatch.setattr("diagnostics.report.turns.PATIENCE", 0)
    key = printable_report(edition_of(scene.diagnostic)).key
    with turns.alone_for(key, 0):
        assert scene.client("reader").get(address(scene)).status_code == 503
    assert scene.client("reader").get(address(scene)).status_code == 200


def test_half_of_the_threads_never_wait_for_a_pdf(settings):
    from rameau_diag import web_server

    assert web_server.threads >= 2 * settings.PDF_PLACES
