"""The report on screen and as PDF, its synthesis, the document itself, and the blank kit."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from diagnostics.editions import Edition, edition_of
from diagnostics.models import Diagnostic, Kit, Paper, Rendering
from diagnostics.printing import (
    Kind,
    NeedsTheWorker,
    Printable,
    ask_ahead,
    ask_worker,
    facts,
    kept,
    obtain,
    printable_kit,
    printable_report,
)
from diagnostics.queries import (
    document_with_findings,
    get_diagnostic,
    get_version,
    load_diagnostic_document,
    read_version,
)
from diagnostics.report.renderer import RenderingError, RenderingStopped
from diagnostics.report.turns import Busy
from diagnostics.report.word import CONTENT_TYPE
from diagnostics.requests import SignedInRequest
from diagnostics.services.journal import record_export
from diagnostics.views.file_names import file_name

PRIVATE = {"Cache-Control": "private, no-store"}
# How a paper ends and what it is.
PDF = (".pdf", "application/pdf")
FILES = {Kind.WORD: (".docx", CONTENT_TYPE)}
RETRY_AFTER = 10  # seconds; the page reloads itself then
# The same, of the page that tells how far the worker is: so much more for each that comes before.
PROGRESS_AFTER, LONGEST_PAUSE = 5, 30
LONGEST_WAIT = dt.timedelta(hours=1)

# The other threads of the process go on answering.
_places = threading.BoundedSemaphore(settings.PDF_PLACES)


@require_safe
def show_report(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Show the report on screen; ``?version=N`` for a submitted one."""
    loaded = get_diagnostic(request.user, pk)
    diagnostic = loaded.diagnostic
    edition = edition_asked(request, diagnostic)
    known = facts(printable_report(edition))
    if known is None and edition.is_own:
        ask_ahead(diagnostic)
    context = {
        "content": edition.content,
        "diagnostic": diagnostic,
        "access": loaded.access,
        "edition": edition,
        "pdf_facts": known,
    }
    return render(request, "report/page.html", context)


@require_safe
def download_pdf(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Download the report as PDF; ``?version=N`` for a submitted one."""
    return download_paper(request, pk, Kind.REPORT)


@require_safe
def download_synthesis(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Download the one-page synthesis alone as PDF; ``?version=N`` for a submitted one."""
    return download_paper(request, pk, Kind.SYNTHESIS)


@require_safe
def download_kit(request: SignedInRequest) -> HttpResponse:
    """Download the blank questionnaire as PDF, for a workshop on paper."""
    kit = Kit.objects.order_by("-published").first()
    if kit is None:
        raise Http404
    return _download(request, printable_kit(kit), file_name(f"kit {kit.slug}", ending=PDF[0]))


@require_safe
def download_document(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Give the DiagnosticDocument as JSON, with its findings.

    ``?version=N``: a submitted one, in the very bytes whose SHA-256 the version carries.
    """
    diagnostic = get_diagnostic(request.user, pk).diagnostic
    number = _version_asked(request)
    if number is not None:
        kept = read_version(get_version(diagnostic, number))
        _record(request, diagnostic, "document", number)
        return HttpResponse(kept.json, content_type="application/json", headers=PRIVATE)
    document = load_diagnostic_document(diagnostic)
    _record(request, diagnostic, "document", None)
    return JsonResponse(
        document_with_findings(diagnostic, document),
        json_dumps_params={"ensure_ascii": False, "indent": 1},
        headers=PRIVATE,
    )


def _version_asked(request: SignedInRequest) -> int | None:
    asked = request.GET.get("version")
    if asked is None:
        return None
    if not (asked.isascii() and asked.isdigit() and len(asked) < 6):
        raise Http404
    return int(asked)


def edition_asked(request: SignedInRequest, diagnostic: Diagnostic) -> Edition:
    """Return what the report shows: ``?version=N``, or the diagnostic as it is; Http404."""
    edition = edition_of(diagnostic, _version_asked(request))
    if edition is None:
        raise Http404
    return edition


def name_of(edition: Edition, ending: str, part: str = "") -> str:
    """Return the name of a file made of an edition."""
    diagnostic = edition.diagnostic
    version = f"v{edition.version.number}" if edition.version else ""
    words = f"{diagnostic.structure.name} {diagnostic.title}"
    return file_name(words, part, version, ending=ending)


# --- PDF --------------------------------------------------------------------------------------


def download_paper(request: SignedInRequest, pk: UUID, kind: Kind) -> HttpResponse:
    """Give a paper of a diagnostic, of the version that is asked for."""
    diagnostic = get_diagnostic(request.user, pk).diagnostic
    edition = edition_asked(request, diagnostic)
    ending, _content_type = FILES.get(kind, PDF)
    name = name_of(edition, ending, "synthese" if kind is Kind.SYNTHESIS else "")
    address = reverse("report", args=[pk]) + edition.query
    printable = printable_report(edition, kind, asked_at=_asked_at(request))
    response = _download(request, printable, name, report=address)
    if response.status_code == 200:
        number = edition.version.number if edition.version else None
        _record(request, diagnostic, kind.value, number)
    return response


def _asked_at(request: SignedInRequest) -> dt.datetime | None:
    """Return since when who asks waits, as the page that waits says it (milliseconds); None for what is no
    such moment."""
    said = request.GET.get("demande", "")
    if not (said.isascii() and said.isdigit() and len(said) < 15):
        return None
    moment, now = dt.datetime.fromtimestamp(int(said) / 1000, dt.UTC), timezone.now()
    return moment if now - LONGEST_WAIT < moment <= now else None


def _record(
    request: SignedInRequest, diagnostic: Diagnostic, what: str, version: int | None
) -> None:
    """Journal a download; what only asks whether there is one (HEAD) takes nothing."""
    if request.method == "GET":
        of_version: dict[str, Any] = {} if version is None else {"version": version}
        record_export(what, actor=request.user, diagnostic=diagnostic, **of_version)


def _download(
    request: SignedInRequest, printable: Printable, name: str, *, report: str = ""
) -> HttpResponse:
    """Give a paper, or say that it is being printed, or that it cannot be.

    ``report`` is the address of the same on screen.
    """
    try:
        found = kept(printable) or _obtained(printable)
    except NeedsTheWorker:
        return _say_printing(request, printable, report=report)
    except Busy:
        if printable.diagnostic_id is None:  # the kit is one for all: soon it is kept
            return _say_wait(request)
        return _say_printing(request, printable, report=report)
    except RenderingError as error:
        stopped = isinstance(error, RenderingStopped)
        context = {"report": report, "stopped": stopped, "word": _word(request, printable)}
        return _explain(request, "report/pdf_failed.html", **context)
    return _file(request, found, name, FILES.get(printable.kind, PDF)[1])


def _say_printing(request: SignedInRequest, printable: Printable, *, report: str) -> HttpResponse:
    """Have the worker print it, and say how far it is on a page that asks again by itself: of a draft, with
    the moment since when somebody waits."""
    progress = ask_worker(printable)
    again = request.get_full_path()
    if printable.edition is None:
        since = printable.asked_at or printable.at
        again = f"{request.path}?demande={int(since.timestamp() * 1000)}"
    context = {
        "progress": progress,
        "what": "document Word" if printable.kind is Kind.WORD else "PDF",
        "report": report,
        "home": reverse("diagnostic_home", args=[printable.diagnostic_id]),
        "word": _word(request, printable),
        "again": again,
    }
    response = render(request, "report/pdf_printing.html", context, status=202)
    pause = min(PROGRESS_AFTER * (1 + progress.before), LONGEST_PAUSE)
    response["Refresh"] = f"{pause}; url={again}"
    response["Cache-Control"] = PRIVATE["Cache-Control"]
    return response


def _word(request: SignedInRequest, printable: Printable) -> str:
    """Return the address of the same in Word, for who has no PDF; none of a Word document or the kit."""
    if printable.diagnostic_id is None or printable.kind == Kind.WORD:
        return ""
    version = f"?version={asked}" if (asked := _version_asked(request)) else ""
    return reverse("report_docx", args=[printable.diagnostic_id]) + version


def _obtained(printable: Printable) -> Rendering | Paper:
    with a_place():
        return obtain(printable)


@contextmanager
def a_place() -> Iterator[None]:
    """Take one of the threads that may wait for a document to be made; raises Busy."""
    if not _places.acquire(blocking=False):
        raise Busy
    try:
        yield
    finally:
        _places.release()


def _say_wait(request: SignedInRequest) -> HttpResponse:
    """Say that the kit will be printed, on a page that asks again by itself."""
    response = render(request, "report/pdf_waiting.html", status=202)
    response["Refresh"] = str(RETRY_AFTER)
    response["Cache-Control"] = PRIVATE["Cache-Control"]
    return response


def _file(
    request: SignedInRequest, found: Rendering | Paper, name: str, content_type: str
) -> HttpResponse:
    etag = f'"{found.key[:32]}-{found.made_at.timestamp():.6f}"'
    disposition = f'attachment; filename="{name}"'
    headers = {"Content-Disposition": disposition, "ETag": etag, **PRIVATE}
    response = HttpResponse(found.file, content_type=content_type, headers=headers)
    return get_conditional_response(request, etag=etag, response=response) or response


def _explain(request: SignedInRequest, template: str, **context: object) -> HttpResponse:
    """Say why there is no PDF: 503, the report on screen is still there."""
    response = render(request, template, context, status=503)
    response["Cache-Control"] = PRIVATE["Cache-Control"]
    return response
