"""When a PDF cannot be printed, or not yet: the page says so, and the others go on answering."""

from __future__ import annotations

import threading
from contextlib import contextmanager

import pytest
from django.db import OperationalError
from django.urls import reverse
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from diagnostics import printing
from diagnostics.editions import edition_of
from diagnostics.models import Diagnostic, Rendering
from diagnostics.printing import Kind, printable_report
from diagnostics.report import turns
from diagnostics.report.renderer import Bounds, RendererFailed, RenderingStopped, render
from diagnostics.services.renderings import ask_worker
from diagnostics.tasks import PATIENT
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


@pytest.mark.parametrize(
    ("name", "what"),
    [("report_pdf", "PDF"), ("report_synthesis_pdf", "PDF"), ("report_docx", "document Word")],
)
def test_what_finds_no_place_is_the_workers_and_the_page_says_where_it_stands(
    quick_pdf, monkeypatch, name: str, what: str
):
    scene, other, third = make_scene(), make_scene(), make_scene()
    client = scene.client("reader")
    monkeypatch.setattr("diagnostics.views.reports._places", threading.BoundedSemaphore(1))
    with printing_elsewhere():
        for earlier in (other, third):
            assert earlier.client("reader").get(address(earlier)).status_code == 202
        response = client.get(address(scene, name))
    assert response.status_code == 202
    assert response["Refresh"].startswith(f"15; url={address(scene, name)}?demande=")
    assert response["Cache-Control"] == "private, no-store"
    page = page_of(response)
    assert f"Le {what} se prépare" in page.text
    assert "Il attend son tour : 2 documents passent avant lui" in page.text
    again = response["Refresh"].removeprefix("15; url=")
    assert {again, address(scene, "report")} <= set(page.links)
    for earlier, left in ((other, "1 document passe avant lui"), (third, "c’est le prochain")):
        printing.print_asked(edition_of(earlier.diagnostic), Kind.REPORT, PATIENT)
        assert left in page_of(client.get(address(scene, name))).text
    asked = ProcrastinateJob.objects.filter(task_name="print_asked").order_by("id")
    kind = {"report_pdf": "report", "report_synthesis_pdf": "synthesis", "report_docx": "word"}[
        name
    ]
    assert [job.args["kind"] for job in asked] == ["report", "report", kind]
    printing.print_asked(edition_of(scene.diagnostic), Kind(kind), PATIENT)
    with printing_elsewhere():  # a kept one needs no place
        assert client.get(address(scene, name)).status_code == 200


def test_on_a_busy_machine_the_worker_prints(quick_pdf, monkeypatch):
    """A request would give up after its 30 s, and begin again: once is enough, in its turn."""
    scene = make_scene()
    client = scene.client("reader")
    monkeypatch.setattr("diagnostics.report.turns.is_crowded", lambda: True)
    assert client.get(address(scene)).status_code == 202
    assert quick_pdf == []
    assert client.get(reverse("kit_pdf")).status_code == 200
    printing.print_asked(edition_of(scene.diagnostic), Kind.REPORT, PATIENT)
    assert client.get(address(scene)).status_code == 200
    assert len(quick_pdf) == 2


def test_who_waits_has_what_was_written_when_they_asked_while_others_go_on_writing(
    quick_pdf, monkeypatch
):
    scene = make_scene()
    client = scene.client("reader")
    monkeypatch.setattr("diagnostics.report.turns.is_crowded", lambda: True)

    def again(waiting) -> str:
        return waiting["Refresh"].partition("; url=")[2]

    def worker_prints() -> None:
        printing.print_asked(
            edition_of(Diagnostic.objects.get(pk=scene.diagnostic.pk)), Kind.REPORT, PATIENT
        )

    first = client.get(address(scene))
    rewrite(scene, "Pendant l’attente")
    assert again(client.get(again(first))) == again(first)  # still since then
    assert ProcrastinateJob.objects.filter(task_name="print_asked").count() == 1
    worker_prints()
    rewrite(scene, "Après l’impression")
    assert client.get(again(first)).content == b"%PDF-1.7"
    assert "Pendant l’attente" in quick_pdf[-1]

    later = client.get(address(scene))  # not what was written before
    assert later.status_code == 202
    assert client.get(again(later)).status_code == 202
    worker_prints()
    assert client.get(again(later)).status_code == 200
    assert "Après l’impression" in quick_pdf[-1]


@pytest.mark.parametrize("said", ["x", "²", "99999999999999", "-5", "0", "1" * 40])
def test_who_says_to_wait_since_another_day_has_what_is_written_now(quick_pdf, said: str):
    scene = make_scene()
    client = scene.client("reader")
    assert client.get(address(scene)).status_code == 200
    rewrite(scene, "Écrit depuis")
    assert client.get(f"{address(scene)}?demande={said}").status_code == 200
    assert "Écrit depuis" in quick_pdf[-1]


def test_the_kit_that_finds_no_place_is_asked_for_again_by_its_page(quick_pdf, monkeypatch):
    client = make_scene().client("reader")
    monkeypatch.setattr("diagnostics.views.reports._places", threading.BoundedSemaphore(1))
    with printing_elsewhere():
        response = client.get(reverse("kit_pdf"))
    assert (response.status_code, response["Refresh"]) == (202, "10")
    assert response["Cache-Control"] == "private, no-store"
    assert "Le PDF se prépare" in page_of(response).text
    assert reverse("kit_pdf") in page_of(response).links
    assert client.get(reverse("kit_pdf")).status_code == 200


@contextmanager
def printing_elsewhere():
    from diagnostics.views import reports

    with reports._places:
        yield


def test_whoever_has_waited_long_enough_gives_it_to_the_worker(quick_pdf, monkeypatch):
    scene = make_scene()
    monkeypatch.setattr("diagnostics.report.turns.PATIENCE", 0)
    key = printable_report(edition_of(scene.diagnostic)).key
    with turns.alone_for(key, 0):
        assert scene.client("reader").get(address(scene)).status_code == 202
    assert quick_pdf == []
    assert ProcrastinateJob.objects.filter(task_name="print_asked").count() == 1


def test_those_that_are_waited_for_leave_the_worker_places_for_mails():
    """Two lanes, each one after the other; who asks again is queued no second time."""
    scene = make_scene()
    for number in range(8):
        for _ in range(2):
            asked = Rendering(subject=f"report/{number}", key="k", diagnostic=scene.diagnostic)
            ask_worker(asked, version=number, kind="report")
    lanes = ProcrastinateJob.objects.filter(task_name="print_asked").values_list("lock", flat=True)
    assert (len(lanes), set(lanes)) == (8, {"print_asked/0", "print_asked/1"})


def test_half_of_the_threads_never_wait_for_a_pdf(settings):
    from rameau_diag import web_server

    assert web_server.threads >= 2 * settings.PDF_PLACES


def test_what_cannot_be_kept_is_given_all_the_same(quick_pdf, monkeypatch):
    """The disk of the database is full: the paper is there, and is printed again the next time."""
    scene = make_scene()

    def refuse(*_arguments: object, **_more: object) -> None:
        raise OperationalError("No space left on device")

    monkeypatch.setattr("diagnostics.printing.keep_rendering", refuse)
    for _ in range(2):
        response = scene.client("reader").get(address(scene))
        assert (response.status_code, response.content) == (200, b"%PDF-1.7")
    assert len(quick_pdf) == 2
    assert not Rendering.objects.exists()
