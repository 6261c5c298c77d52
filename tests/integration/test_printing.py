"""PDFs are printed once, kept, served at once, and never at the expense of the other pages."""

from __future__ import annotations

import datetime as dt
import re
import threading
import time
from typing import Any

import pytest
from django.db import connection, connections
from django.urls import reverse
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from diagnostics import editions, printing, tasks
from diagnostics.domain.vocabulary import State
from diagnostics.editions import edition_of
from diagnostics.models import Diagnostic, Paper, Rendering, Step
from diagnostics.printing import Kind, printable_report
from diagnostics.report import turns
from diagnostics.report.pdf import Printed
from diagnostics.report.renderer import Bounds, RendererFailed, RenderingStopped
from diagnostics.report.turns import Busy
from diagnostics.services.renderings import purge_renderings
from diagnostics.services.workflow import (
    adopt_diagnostic,
    reopen_diagnostic,
    request_changes,
    submit_diagnostic,
    validate_diagnostic,
)
from tests.pages import page_of
from tests.printing import address, raise_in_renderer, rewrite
from tests.scene import BASE_URL, IN_SPITE, REASON, adoption, make_scene, run_worker

pytestmark = pytest.mark.django_db


# --- Once --------------------------------------------------------------------------------------


def test_a_draft_is_printed_again_only_when_its_document_changes(quick_pdf):
    scene = make_scene()
    for role in ("lead", "reader", "facilitator"):
        assert scene.client(role).get(address(scene)).content == b"%PDF-1.7"
    assert len(quick_pdf) == 1
    rewrite(scene, "Un autre énoncé")
    scene.client("reader").get(address(scene))
    scene.client("lead").get(address(scene))
    assert len(quick_pdf) == 2
    assert "Un autre énoncé" in quick_pdf[1]
    assert Rendering.objects.count() == 1  # in place of the former one


def test_the_report_and_its_synthesis_are_two_documents(quick_pdf):
    scene = make_scene()
    client = scene.client("reader")
    names = [
        client.get(address(scene, name))["Content-Disposition"].partition("filename=")[2]
        for name in ("report_pdf", "report_synthesis_pdf")
    ]
    base = "confidence-de-la-structure-ambition-tres-reservee"
    assert names == [f'"{base}.pdf"', f'"{base}-synthese.pdf"']
    assert "Couverture" not in quick_pdf[1]
    assert len(quick_pdf) == Rendering.objects.count() == 2


def test_the_kit_is_printed_again_when_it_is_edited(quick_pdf):
    scene = make_scene()
    client = scene.client("stranger")
    for _ in range(2):
        response = client.get(reverse("kit_pdf"))
        assert response["Content-Disposition"] == 'attachment; filename="kit-rameau-2013.pdf"'
    assert len(quick_pdf) == 1
    Step.objects.filter(key="vision").update(title="Titre retouché")
    client.get(reverse("kit_pdf"))
    assert len(quick_pdf) == 2
    assert "Titre retouché" in quick_pdf[1]


@pytest.mark.parametrize("change", ["fingerprint", "kit"])
def test_new_code_or_an_edited_kit_prints_a_draft_again(quick_pdf, monkeypatch, change: str):
    scene = make_scene()
    client = scene.client("reader")
    client.get(address(scene))
    if change == "fingerprint":
        monkeypatch.setattr("diagnostics.printing.fingerprint", lambda: "another")
    else:
        Step.objects.filter(key="vision").update(title="Titre retouché")
    client.get(address(scene))
    assert len(quick_pdf) == 2


def test_the_pages_of_each_state_have_a_key_of_their_own():
    """What the diagnostic's own paper says of its state is part of the key; a version's stays."""
    scene = make_scene()
    keys, of_version = [], set()

    def note() -> None:
        scene.diagnostic.refresh_from_db()
        keys.append(printable_report(edition_of(scene.diagnostic)).key)
        if edition_of(scene.diagnostic, 1):
            of_version.add(printable_report(edition_of(scene.diagnostic, 1)).key)

    note()
    submit_diagnostic(scene.diagnostic, user=scene.lead, base_url=BASE_URL)
    note()
    assert of_version == {keys[-1]}  # nothing happened since
    request_changes(scene.diagnostic, reason=REASON, user=scene.facilitator, base_url=BASE_URL)
    note()
    submit_diagnostic(scene.diagnostic, user=scene.lead, base_url=BASE_URL)
    note()
    scene.diagnostic.threads.update(state="accepted")
    validation = {"user": scene.facilitator, "base_url": BASE_URL, "in_spite": IN_SPITE}
    validate_diagnostic(scene.diagnostic, **validation)
    note()
    arguments = {"user": scene.lead, "base_url": BASE_URL}
    adopt_diagnostic(scene.diagnostic, adoption=adoption(scene), **arguments)
    note()
    # Another session is another paper.
    reopen_diagnostic(scene.diagnostic, reason=REASON, **arguments)
    submit_diagnostic(scene.diagnostic, **arguments)
    validate_diagnostic(scene.diagnostic, **validation)
    other = adoption(scene).model_copy(update={"date": dt.date(2026, 9, 17)})
    adopt_diagnostic(scene.diagnostic, adoption=other, **arguments)
    note()
    assert len(set(keys)) == len(keys) == 7
    assert len(of_version) == 1


def test_a_version_is_printed_as_it_was_submitted_and_the_diagnostic_with_what_happened(quick_pdf):
    scene = make_scene(State.SUBMITTED)
    client = scene.client("reader")
    client.get(address(scene))
    client.get(address(scene), {"version": "1"})
    assert len(quick_pdf) == 1
    validate_diagnostic(
        scene.diagnostic, user=scene.facilitator, base_url=BASE_URL, in_spite=IN_SPITE
    )
    client.get(address(scene), {"version": "1"})
    assert len(quick_pdf) == 1
    client.get(address(scene))
    bodies = [html.partition("<body")[2].partition(">")[0] for html in quick_pdf]
    assert ["r-project" in body for body in bodies] == [True, False]
    papers = Paper.objects.order_by("pk").values_list("version__number", "kind", "edition")
    assert list(papers) == [(1, "report", "submitted"), (1, "report", "validated")]
    assert not Rendering.objects.exists()


# --- At once -----------------------------------------------------------------------------------


def test_a_kept_version_is_served_without_its_document(quick_pdf, monkeypatch):
    """Neither the answers nor the content of the version are read, nor any template."""
    scene = make_scene(State.SUBMITTED)
    client = scene.client("reader")
    first = client.get(address(scene))

    def never(*arguments: object, **more: object) -> None:
        raise AssertionError("a kept PDF needs no document")

    for name in ("read_version", "load_diagnostic_document", "build_report"):
        monkeypatch.setattr(editions, name, never)
    again = client.get(address(scene))
    assert (again.status_code, again.content) == (200, first.content)
    assert headers_of(again) == headers_of(first)
    assert len(quick_pdf) == 1


def headers_of(response) -> dict[str, str]:
    """What an answer says besides its own name."""
    return {name: value for name, value in response.headers.items() if name != "X-Request-ID"}


def test_who_has_it_already_gets_304(quick_pdf):
    scene = make_scene(State.SUBMITTED)
    client = scene.client("reader")
    tag = client.get(address(scene))["ETag"]
    assert re.fullmatch(r'"[0-9a-f]{32}-[0-9.]+"', tag)
    response = client.get(address(scene), headers={"If-None-Match": tag})
    assert (response.status_code, response.content) == (304, b"")
    assert (response["ETag"], response["Cache-Control"]) == (tag, "private, no-store")
    assert client.get(address(scene), headers={"If-None-Match": '"other"'}).status_code == 200
    validate_diagnostic(
        scene.diagnostic, user=scene.facilitator, base_url=BASE_URL, in_spite=IN_SPITE
    )
    assert client.get(address(scene), headers={"If-None-Match": tag}).status_code == 200


def test_head_says_what_get_says(quick_pdf):
    scene = make_scene()
    client = scene.client("reader")
    for name in ("report_pdf", "report_synthesis_pdf"):
        got, head = client.get(address(scene, name)), client.head(address(scene, name))
        assert (head.status_code, head.content) == (200, b"")
        assert headers_of(head) == headers_of(got)
        assert head["Content-Length"] == "8"


def test_the_facts_are_told_once_they_are_known(monkeypatch):
    scene = make_scene()
    client = scene.client("reader")

    def button() -> str:
        page = page_of(client.get(address(scene, "report"))).text
        return re.search(r"Télécharger le PDF( \([^)]*\))?", page).group()

    assert button() == "Télécharger le PDF"
    printed = Printed(b"x" * 412_300, 12)
    monkeypatch.setattr("diagnostics.report.renderer.render", lambda html, bounds: printed)
    client.get(address(scene))
    assert button() == "Télécharger le PDF (412 Ko, 12 pages)"
    rewrite(scene, "Un autre énoncé")
    assert button() == "Télécharger le PDF"
    printing.ask_worker(printable_report(edition_of(scene.diagnostic)))
    assert button() == "Télécharger le PDF"


@pytest.mark.parametrize(
    ("size", "pages", "text"),
    [
        (120, 1, "1\u00a0Ko, 1\u00a0page"),
        (999_400, 2, "999\u00a0Ko, 2\u00a0pages"),
        (999_600, 2, "1\u00a0Mo, 2\u00a0pages"),
        (2_345_000, 273, "2,3\u00a0Mo, 273\u00a0pages"),
    ],
)
def test_facts_in_french(size: int, pages: int, text: str):
    assert str(printing.PdfFacts(size, pages)) == text


# --- By the worker -----------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_submission_is_printed_once_by_the_worker(quick_pdf):
    scene = make_scene(State.SUBMITTED)
    run_worker()
    assert len(quick_pdf) == 2
    papers = Paper.objects.values_list("version__number", "kind", "edition")
    assert set(papers) == {(1, kind.value, "submitted") for kind in Kind}
    client = scene.client("reader")
    for name in ("report_pdf", "report_synthesis_pdf"):
        assert client.get(address(scene, name)).status_code == 200
    assert "Ko, 1\u00a0page" in client.get(address(scene, "report")).content.decode()
    assert len(quick_pdf) == 2


@pytest.mark.django_db(transaction=True)
def test_every_transition_has_the_version_ready(quick_pdf):
    scene = make_scene(State.SUBMITTED)
    run_worker()
    request_changes(scene.diagnostic, reason=REASON, user=scene.facilitator, base_url=BASE_URL)
    rewrite(scene, "Un autre énoncé")
    run_worker()
    assert len(quick_pdf) == 2
    assert not [html for html in quick_pdf if "Un autre énoncé" in html]
    submit_diagnostic(scene.diagnostic, user=scene.lead, base_url=BASE_URL)
    scene.diagnostic.threads.update(state="accepted")
    validate_diagnostic(
        scene.diagnostic, user=scene.facilitator, base_url=BASE_URL, in_spite=IN_SPITE
    )
    run_worker()  # two jobs for the same state: the second one has nothing to do
    assert len(quick_pdf) == 6
    scene.client("reader").get(address(scene))
    assert len(quick_pdf) == 6
    assert not ProcrastinateJob.objects.exclude(status="succeeded").exists()


def test_a_refused_submission_prints_nothing():
    scene = make_scene()
    scene.diagnostic.answers.all().delete()
    with pytest.raises(Exception, match="Il manque"):
        submit_diagnostic(scene.diagnostic, user=scene.lead, base_url=BASE_URL)
    assert not ProcrastinateJob.objects.filter(task_name="print_last_version").exists()


def test_the_job_gives_up_on_what_is_too_much_and_tries_again_later_when_busy(monkeypatch):
    scene = make_scene(State.SUBMITTED)
    raise_in_renderer(monkeypatch, RenderingStopped("time"))
    tasks.print_last_version(diagnostic_id=str(scene.diagnostic.pk))
    stopped = Rendering.objects.order_by("subject").values_list("subject", "stopped")
    of = f"{scene.diagnostic.pk}/1/submitted"
    assert list(stopped) == [(f"report/{of}", "time"), (f"synthesis/{of}", "time")]
    Rendering.objects.all().delete()
    for error in (Busy(), RendererFailed("x")):
        raise_in_renderer(monkeypatch, error)
        with pytest.raises(type(error)):
            tasks.print_last_version(diagnostic_id=str(scene.diagnostic.pk))
        assert type(error) in tasks.PRINT_RETRY.retry_exceptions
    assert not Rendering.objects.exists()


# --- Old ones go -------------------------------------------------------------------------------


def test_drafts_go_after_a_week_and_versions_stay(quick_pdf):
    scene = make_scene()
    client = scene.client("reader")
    client.get(address(scene))
    submit_diagnostic(scene.diagnostic, user=scene.lead, base_url=BASE_URL)
    client.get(address(scene))
    client.get(reverse("kit_pdf"))
    now = timezone.now()
    assert purge_renderings(now + dt.timedelta(days=6)) == 0
    assert purge_renderings(now + dt.timedelta(days=8)) == 1
    tasks.purge_old_renderings(timestamp=0)
    assert Rendering.objects.get().subject.startswith("kit/")
    assert Paper.objects.get().version.number == 1


def test_the_worker_has_more_time_than_a_request(monkeypatch):
    scene = make_scene(State.SUBMITTED)
    asked: list[object] = []

    def render(html: str, bounds: object = None) -> Printed:
        asked.append(bounds)
        return Printed(b"%PDF-1.7", 1)

    monkeypatch.setattr("diagnostics.report.renderer.render", render)
    tasks.print_last_version(diagnostic_id=str(scene.diagnostic.pk))
    assert asked == [tasks.PATIENT] * 2
    assert tasks.PATIENT.seconds > Bounds().seconds

    other = make_scene(State.SUBMITTED)
    other.client("lead").get(address(other))
    assert asked[2:] == [None]


def test_the_worker_tries_what_a_request_had_no_time_for(monkeypatch):
    scene = make_scene(State.SUBMITTED)
    stopped = raise_in_renderer(monkeypatch, RenderingStopped("time"))
    assert scene.client("lead").get(address(scene)).status_code == 202
    monkeypatch.setattr(
        "diagnostics.report.renderer.render", lambda html, bounds: Printed(b"%PDF-1.7", 1)
    )
    assert scene.client("lead").get(address(scene)).status_code == 202  # not at every click
    assert len(stopped) == 1

    tasks.print_last_version(diagnostic_id=str(scene.diagnostic.pk))

    assert scene.client("lead").get(address(scene)).content == b"%PDF-1.7"


# --- At the same time --------------------------------------------------------------------------


class SlowRenderer:
    """Renders when it is told to; says how many wait for it."""

    def __init__(self, monkeypatch) -> None:
        self.go = threading.Event()
        self.html: list[str] = []
        self.asked: list[str] = []  # the keys of those who came, printing or waiting
        alone_for = turns.alone_for

        def come(key: str, patience: float) -> Any:
            self.asked.append(key)
            return alone_for(key, patience)

        monkeypatch.setattr("diagnostics.report.turns.alone_for", come)
        monkeypatch.setattr("diagnostics.report.renderer.render", self.render)

    def render(self, html: str, bounds: object = None) -> Printed:
        self.html.append(html)
        assert self.go.wait(20)
        return Printed(b"%PDF-1.7", 1)


def in_threads(actions: list) -> tuple[list[threading.Thread], list[object]]:
    results: list[object] = [None] * len(actions)

    def run(number: int) -> None:
        try:
            results[number] = actions[number]()
        except Exception as error:
            results[number] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=[n]) for n in range(len(actions))]
    for thread in threads:
        thread.start()
    return threads, results


def wait_until(condition) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.mark.django_db(transaction=True)
def test_a_second_request_waits_for_the_first_one_s_pdf(monkeypatch):
    scene = make_scene(State.SUBMITTED)
    slow = SlowRenderer(monkeypatch)
    clients = [scene.client(role) for role in ("lead", "reader", "facilitator")]

    def worker() -> bytes:
        tasks.print_last_version(diagnostic_id=str(scene.diagnostic.pk))
        return b""

    threads, results = in_threads(
        [*(lambda c=client: c.get(address(scene)).content for client in clients), worker]
    )
    wait_until(lambda: slow.html and len(slow.asked) == 4)
    slow.go.set()
    for thread in threads:
        thread.join(20)
    assert results == [b"%PDF-1.7"] * 3 + [b""]
    assert len(slow.html) == 2  # the report, and the worker's synthesis
    assert len(set(slow.html)) == 2


@pytest.fixture
def pool_of_two(transactional_db):
    """A pool of two connections. The usual one is back before anything else needs the database:
    twenty threads of another test would wait for two connections without end."""
    options = connection.settings_dict["OPTIONS"]
    usual = options["pool"]

    def use(pool: dict) -> None:
        connection.close()
        connection.close_pool()
        options["pool"] = pool

    use({"min_size": 1, "max_size": 2, "timeout": 5})
    yield
    use(usual)


@pytest.mark.usefixtures("pool_of_two")
def test_who_prints_or_waits_holds_neither_transaction_nor_connection(monkeypatch):
    """With a pool of two connections, eight who print or wait leave it to the others."""
    scene = make_scene(State.SUBMITTED)
    edition = edition_of(scene.diagnostic)
    monkeypatch.setattr("diagnostics.report.turns.cores", lambda: 3)
    slow = SlowRenderer(monkeypatch)
    try:
        kinds = [Kind.REPORT, Kind.SYNTHESIS] * 4
        threads, results = in_threads(
            [lambda kind=kind: printing.obtain(printable_report(edition, kind)) for kind in kinds]
        )
        wait_until(lambda: len(slow.html) == 2 and len(slow.asked) == 8)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT state FROM pg_stat_activity WHERE datname = current_database()"
                " AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
            )
            states = {row[0] for row in cursor.fetchall()}
        assert states <= {"idle"}
        others, found = in_threads([Diagnostic.objects.count] * 4)
        for thread in others:
            thread.join(10)
        assert found == [Diagnostic.objects.count()] * 4
    finally:
        slow.go.set()
        for thread in threads:
            thread.join(20)
    assert {type(result) for result in results} == {Paper}
    assert len(slow.html) == 2


# --- A real one --------------------------------------------------------------------------------


def test_the_real_pdf_of_a_version_and_of_the_kit():
    scene = make_scene(State.SUBMITTED)
    client = scene.client("reader")
    for name, arguments in (("report_pdf", [scene.diagnostic.pk]), ("kit_pdf", [])):
        response = client.get(reverse(name, args=arguments))
        assert response.status_code == 200
        assert response.content.startswith(b"%PDF-1.7")
    sizes = [kept.values_list("size", "pages").get() for kept in (Paper.objects, Rendering.objects)]
    assert all(size > 5_000 and pages >= 2 for size, pages in sizes)


def test_no_pdf_is_asked_of_the_renderer_inside_a_database_transaction(monkeypatch):
    scene = make_scene()
    depth, seen = len(connection.savepoint_ids), []

    def render(html: str, bounds: object = None) -> Printed:
        seen.append(len(connection.savepoint_ids) - depth)
        return Printed(b"%PDF-1.7", 1)

    monkeypatch.setattr("diagnostics.report.renderer.render", render)
    scene.client("lead").get(address(scene))
    assert seen == [0]
