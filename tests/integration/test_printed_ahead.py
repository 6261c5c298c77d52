"""A draft is printed before it is asked for, and a long report by the worker while somebody waits."""

from __future__ import annotations

import contextlib
import datetime as dt
import os

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from diagnostics import printing, tasks
from diagnostics.domain.vocabulary import State
from diagnostics.editions import edition_of
from diagnostics.models import Diagnostic, Paper, Rendering
from diagnostics.printing import Kind, Progress, printable_report
from diagnostics.report import turns
from diagnostics.report.pdf import Printed
from diagnostics.report.renderer import RendererFailed, RenderingStopped
from diagnostics.report.turns import is_crowded
from diagnostics.services.renderings import ask_for_quiet_drafts, note_pages
from tests.pages import page_of
from tests.printing import address, raise_in_renderer, rewrite
from tests.scene import Scene, make_scene, run_worker
from tests.threads import at_once

pytestmark = pytest.mark.django_db
TRANSACTION = pytest.mark.django_db(transaction=True)


def jobs(name: str) -> int:
    """How many jobs of a name wait."""
    return ProcrastinateJob.objects.filter(task_name=name, status="todo").count()


def read(scene: Scene, *names: str, role: str = "reader") -> None:
    client = scene.client(role)
    for name in names:
        assert client.get(address(scene, name)).status_code == 200


def read_again(scene: Scene) -> Diagnostic:
    return Diagnostic.objects.get(pk=scene.diagnostic.pk)


# --- Ahead -------------------------------------------------------------------------------------


@TRANSACTION
def test_who_reads_what_is_written_has_its_report_printed_meanwhile(quick_pdf):
    scene = make_scene()
    read(scene, "diagnostic_check", "diagnostic_check", "report")
    read(scene, "diagnostic_check", role="facilitator")
    assert jobs("print_ahead") == 1
    run_worker()
    assert len(quick_pdf) == 1
    read(scene, "report_pdf", "diagnostic_check", "report")
    assert (len(quick_pdf), jobs("print_ahead")) == (1, 0)

    rewrite(scene, "Un autre énoncé")
    assert jobs("print_ahead") == 0  # a save asks for nothing
    read(scene, "diagnostic_check")
    run_worker()
    assert "Un autre énoncé" in quick_pdf[1]
    read(scene, "report_pdf")
    assert len(quick_pdf) == 2
    assert Rendering.objects.get().subject == f"report/{scene.diagnostic.pk}/now"


@TRANSACTION
def test_what_a_request_printed_is_not_printed_again_ahead(quick_pdf):
    scene = make_scene()
    read(scene, "report_pdf", "diagnostic_check")
    run_worker()
    read(scene, "diagnostic_check")
    assert (len(quick_pdf), jobs("print_ahead")) == (1, 0)


@pytest.mark.parametrize("changed", ["kit", "release"])
def test_another_kit_or_release_is_printed_ahead_too(quick_pdf, monkeypatch, changed: str):
    scene = make_scene()
    printing.print_ahead(read_again(scene), tasks.PATIENT)
    read(scene, "diagnostic_check")
    assert jobs("print_ahead") == 0
    if changed == "kit":
        scene.diagnostic.kit.parts.first().save()
    else:
        monkeypatch.setattr("diagnostics.printing.fingerprint", lambda: "another")
    read(scene, "diagnostic_check")
    assert jobs("print_ahead") == 1


@pytest.mark.parametrize(
    ("days", "is_printed_again"),
    [
        # The board meets on the tenth: until that day is over it is to come.
        (("2031-05-09", "2031-05-10"), False),
        (("2031-05-10", "2031-05-11"), True),
        (("2031-05-11", "2031-05-12"), False),
        (("2031-05-31", "2031-06-01"), True),
    ],
)
def test_a_day_after_which_it_says_something_else(
    quick_pdf, monkeypatch, days: tuple[str, str], is_printed_again: bool
):
    scene = make_scene()
    Diagnostic.objects.update(board_date=dt.date(2031, 5, 10))

    def key_on(day: str) -> str:
        noon = dt.datetime.fromisoformat(f"{day}T12:00:00+02:00")
        monkeypatch.setattr("django.utils.timezone.now", lambda: noon)
        return printable_report(edition_of(read_again(scene))).key

    before = key_on(days[0])
    printing.print_ahead(read_again(scene), tasks.PATIENT)
    assert (key_on(days[1]) != before) == is_printed_again
    printing.ask_ahead(read_again(scene))
    assert jobs("print_ahead") == is_printed_again


@pytest.mark.parametrize("state", [State.SUBMITTED, State.VALIDATED])
def test_what_is_closed_is_not_printed_ahead(quick_pdf, state: State):
    scene = make_scene(state)
    read(scene, "diagnostic_check", "report")
    tasks.print_ahead(diagnostic_id=str(scene.diagnostic.pk))  # it was open when that was asked
    assert (jobs("print_ahead"), quick_pdf) == (0, [])


def test_what_nobody_has_changed_for_ten_minutes(quick_pdf):
    scene = make_scene()
    empty, closed = make_scene(), make_scene(State.SUBMITTED)
    empty.diagnostic.answers.all().delete()
    last = max(Diagnostic.objects.values_list("updated_at", flat=True))
    closed.diagnostic.refresh_from_db()
    assert ask_for_quiet_drafts(last + dt.timedelta(minutes=9)) == 0
    assert ask_for_quiet_drafts(last + dt.timedelta(hours=25)) == 0
    for _ in range(2):
        assert ask_for_quiet_drafts(last + dt.timedelta(minutes=11)) == 1
    job = ProcrastinateJob.objects.get(task_name="print_ahead")
    assert job.args == {"diagnostic_id": str(scene.diagnostic.pk)}
    printing.print_ahead(scene.diagnostic, tasks.PATIENT)
    assert ask_for_quiet_drafts(last + dt.timedelta(minutes=11)) == 0


def test_what_was_saved_while_it_was_printed_is_printed_again(monkeypatch):
    scene = make_scene()

    def render(html: str, bounds: object = None) -> Printed:
        rewrite(scene, "Écrit pendant l’impression")
        return Printed(b"%PDF-1.7", 1)

    monkeypatch.setattr("diagnostics.report.renderer.render", render)
    printing.print_ahead(read_again(scene), tasks.PATIENT)
    read(scene, "diagnostic_check")
    assert jobs("print_ahead") == 1


def test_nothing_is_printed_ahead_while_people_wait_for_the_machine(quick_pdf, monkeypatch):
    scene = make_scene()
    cores = os.cpu_count() or 1
    monkeypatch.setattr("os.getloadavg", lambda: (cores + 0.1, 0.0, 0.0))
    monkeypatch.setattr(turns, "is_crowded", is_crowded)
    tasks.print_ahead(diagnostic_id=str(scene.diagnostic.pk))
    assert quick_pdf == []
    read(scene, "diagnostic_check")
    assert jobs("print_ahead") == 1  # asked again
    monkeypatch.setattr("os.getloadavg", lambda: (cores - 0.1, 0.0, 0.0))
    tasks.print_ahead(diagnostic_id=str(scene.diagnostic.pk))
    assert len(quick_pdf) == 1


def test_what_cannot_be_printed_ahead_is_not_tried_at_every_reading(monkeypatch):
    scene = make_scene()
    asked = raise_in_renderer(monkeypatch, RenderingStopped("time"))
    tasks.print_ahead(diagnostic_id=str(scene.diagnostic.pk))
    read(scene, "diagnostic_check", "diagnostic_check")
    assert (len(asked), jobs("print_ahead")) == (1, 0)


def test_a_renderer_that_fails_ahead_is_not_tried_every_five_minutes_and_is_when_asked(monkeypatch):
    scene = make_scene()
    last = read_again(scene).updated_at
    asked = raise_in_renderer(monkeypatch, RendererFailed("x"))
    tasks.print_ahead(diagnostic_id=str(scene.diagnostic.pk))
    assert ask_for_quiet_drafts(last + dt.timedelta(minutes=11)) == 0
    read(scene, "diagnostic_check", "report")
    assert (len(asked), jobs("print_ahead")) == (1, 0)
    assert scene.client("reader").get(address(scene)).status_code == 503
    assert len(asked) == 2
    rewrite(scene, "Un autre énoncé")
    read(scene, "diagnostic_check")
    assert jobs("print_ahead") == 1


@TRANSACTION
def test_printing_ahead_holds_no_transaction(monkeypatch):
    scene = make_scene()
    seen = []

    def render(html: str, bounds: object = None) -> Printed:
        seen.append((connection.in_atomic_block, connection.connection))
        return Printed(b"%PDF-1.7", 1)

    monkeypatch.setattr("diagnostics.report.renderer.render", render)
    read(scene, "diagnostic_check")
    run_worker()
    assert seen == [(False, None)]


# --- Long ones ---------------------------------------------------------------------------------


@pytest.fixture
def all_are_long(monkeypatch) -> None:
    monkeypatch.setattr("diagnostics.printing.LONG", 10)


@TRANSACTION
@pytest.mark.usefixtures("all_are_long")
@pytest.mark.parametrize(("state", "query"), [(State.DRAFT, ""), (State.SUBMITTED, "?version=1")])
def test_a_long_report_is_printed_by_the_worker(quick_pdf, state: State, query: str):
    scene = make_scene(state)
    ProcrastinateJob.objects.all().delete()  # the submission's own
    at = address(scene) + query
    for role in ("lead", "reader"):
        response = scene.client(role).get(at)
        assert (response.status_code, response["Refresh"].split(";")[0]) == (202, "5")
        assert response["Cache-Control"] == "private, no-store"
        page = page_of(response)
        assert "Le PDF se prépare" in page.text
        assert "Il attend son tour : c’est le prochain" in page.text
        again = response["Refresh"].removeprefix("5; url=")
        assert again.startswith(at)
        assert {
            address(scene, "report") + query,
            address(scene, "report_docx") + query,
            again,
        } <= set(page.links)
    assert (jobs("print_asked"), quick_pdf) == (1, [])
    run_worker()
    for role in ("lead", "reader"):
        assert scene.client(role).get(at).content == b"%PDF-1.7"
    assert len(quick_pdf) == 1
    kept = [
        *Rendering.objects.values_list("asked_at", "begun_at"),
        *Paper.objects.values("edition"),
    ]
    assert kept == ([(None, None)] if state == State.DRAFT else [{"edition": "submitted"}])


@TRANSACTION
@pytest.mark.usefixtures("all_are_long")
def test_two_who_ask_at_once_have_it_printed_once(quick_pdf):
    scene = make_scene()
    clients = [scene.client(role) for role in ("lead", "reader", "facilitator")]
    answers = at_once(*[lambda c=client: c.get(address(scene)).status_code for client in clients])
    assert answers == [202] * 3
    assert jobs("print_asked") == 1


@pytest.mark.usefixtures("all_are_long", "quick_pdf")
def test_what_was_finished_just_before_it_is_asked_for_again_stays():
    """Whoever looked just before it was kept goes on to ask the worker for it."""
    scene = make_scene()
    printable = printable_report(edition_of(scene.diagnostic))
    assert printing.kept(printable) is None
    printing.obtain(printable, tasks.PATIENT)
    progress = printing.ask_worker(printable)
    assert (progress.begun_at, jobs("print_asked")) == (None, 0)
    assert bytes(printing.kept(printable).file) == b"%PDF-1.7"


@TRANSACTION
@pytest.mark.usefixtures("all_are_long")
def test_what_is_written_while_one_waits_queues_no_second_job(quick_pdf):
    scene = make_scene()
    client = scene.client("reader")
    for text in ("Un énoncé", "Un autre énoncé", "Le dernier énoncé"):
        rewrite(scene, text)
        assert client.get(address(scene)).status_code == 202
    job = ProcrastinateJob.objects.get(task_name="print_asked")
    assert job.priority == -1
    rewrite(scene, "Écrit avant que le travail commence")  # and nobody has asked since
    run_worker()
    assert len(quick_pdf) == 1
    assert "Écrit avant que le travail commence" in quick_pdf[0]
    assert client.get(address(scene)).content == b"%PDF-1.7"


@pytest.mark.usefixtures("all_are_long")
@pytest.mark.parametrize("error", [None, RenderingStopped("time")])
def test_what_was_asked_for_meanwhile_stays_asked_for(monkeypatch, error: Exception | None):
    """Written and asked for while the former text was printed: the next job's, not done with."""
    scene = make_scene()
    client = scene.client("reader")
    client.get(address(scene))
    ProcrastinateJob.objects.all().delete()  # the worker has taken it

    def render(html: str, bounds: object = None) -> Printed:
        rewrite(scene, "Écrit pendant l’impression")
        assert client.get(address(scene)).status_code == 202
        if error:
            raise error
        return Printed(b"%PDF-1.7", 1)

    monkeypatch.setattr("diagnostics.report.renderer.render", render)
    with contextlib.suppress(RenderingStopped):
        printing.print_asked(edition_of(read_again(scene)), Kind.REPORT, tasks.PATIENT)
    row = Rendering.objects.get()
    asked = printable_report(edition_of(read_again(scene)))
    assert (row.key, row.stopped, row.size, row.begun_at) == (asked.key, "", 0, None)
    assert jobs("print_asked") == 1


@pytest.mark.usefixtures("all_are_long")
def test_the_page_tells_how_far_the_worker_is(monkeypatch):
    scene = make_scene()
    client = scene.client("reader")
    printable = printable_report(edition_of(scene.diagnostic))
    told: list[str] = []

    def render(html: str, bounds: printing.renderer.Bounds) -> Printed:
        told.append(page_of(client.get(address(scene))).text)
        monkeypatch.setattr("diagnostics.printing.TOLD_EVERY", 0)
        bounds.on_page(3)
        told.append(page_of(client.get(address(scene))).text)
        return Printed(b"%PDF-1.7", 1)

    monkeypatch.setattr("diagnostics.report.renderer.render", render)
    assert client.get(address(scene)).status_code == 202
    printing.print_asked(edition_of(scene.diagnostic), Kind.REPORT, tasks.PATIENT)
    assert "La mise en pages commence" in told[0]
    assert "3 pages mises en forme" in told[1]
    assert client.get(address(scene)).status_code == 200
    note_pages(printable.subject, printable.key, 9)  # told late: what is kept stays
    assert Rendering.objects.get().pages == 1


@pytest.mark.parametrize(
    ("pages", "expected", "share"), [(0, 1, 0), (5, 20, 25), (20, 20, 95), (40, 20, 95)]
)
def test_the_share_never_says_done(pages: int, expected: int, share: int):
    assert Progress(None, 0, pages, expected, is_long=True).share == share


def test_what_takes_too_long_in_a_request_goes_to_the_worker(monkeypatch):
    scene = make_scene()
    client = scene.client("reader")
    stopped = raise_in_renderer(monkeypatch, RenderingStopped("time"))
    for _ in range(2):
        assert client.get(address(scene)).status_code == 202
    assert len(stopped) == 1  # the page asks again every five seconds
    job = {"diagnostic_id": str(scene.diagnostic.pk), "version": None, "kind": "report"}
    assert ProcrastinateJob.objects.get(task_name="print_asked").args == job
    with pytest.raises(RenderingStopped):
        printing.print_asked(edition_of(scene.diagnostic), Kind.REPORT, tasks.PATIENT)
    count = len(stopped)
    page = client.get(address(scene))
    assert (page.status_code, "Refresh" in page) == (503, False)
    assert "essayé de nouveau si vous le redemandez dans dix minutes" in page_of(page).text
    assert address(scene, "report_docx") in page_of(page).links
    Rendering.objects.update(made_at=timezone.now() - printing.STOPPED_FOR)
    assert client.get(address(scene)).status_code == 202
    assert len(stopped) == count + 1


@pytest.mark.parametrize("name", ["report_pdf", "report_synthesis_pdf"])
def test_the_length_is_told_of_what_is_long(monkeypatch, name: str):
    scene = make_scene()
    client = scene.client("reader")
    raise_in_renderer(monkeypatch, RenderingStopped("time"))
    monkeypatch.setattr("diagnostics.printing.LONG", 10**6)
    monkeypatch.setattr("diagnostics.printing.CHARACTERS_A_PAGE", 10**6)
    what = "celui-ci demande plus de temps que d’ordinaire : le site le prépare à part, à son tour."
    assert what in page_of(client.get(address(scene, name))).text
    monkeypatch.setattr("diagnostics.printing.LONG", 10)
    long = "Ce rapport est long, environ 1 page : le site le met en pages"
    told = page_of(client.get(address(scene, name))).text
    assert (long in told, what in told) == (name == "report_pdf", name != "report_pdf")


@TRANSACTION
@pytest.mark.usefixtures("all_are_long")
def test_a_renderer_that_fails_for_good_is_told(monkeypatch):
    scene = make_scene()
    client = scene.client("reader")
    client.get(address(scene))
    raise_in_renderer(monkeypatch, RendererFailed("a secret of the log"))
    for _ in range(tasks.PRINT_ATTEMPTS):
        assert client.get(address(scene)).status_code == 202
        ProcrastinateJob.objects.filter(task_name="print_asked").update(scheduled_at=None)
        run_worker()
    page = client.get(address(scene))
    assert page.status_code == 503
    assert "Le PDF n’a pas pu être fabriqué" in page_of(page).text
    assert "secret" not in page.content.decode()


@pytest.mark.usefixtures("all_are_long")
def test_others_ask_the_worker_for_nothing(quick_pdf):
    scene = make_scene()
    for role in ("stranger", "staff", "anonymous"):
        assert scene.client(role).get(address(scene)).status_code in {302, 404}
    assert scene.client("lead").get(address(scene), {"version": "9"}).status_code == 404
    assert Scene.ended(scene.lead).get(address(scene)).status_code == 302
    assert (jobs("print_asked"), Rendering.objects.count()) == (0, 0)
    synthesis = scene.client("lead").get(
        reverse("report_synthesis_pdf", args=[scene.diagnostic.pk])
    )
    assert synthesis.status_code == 200  # a page is never long
