"""The report on screen and as PDF, and the document itself."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.text import slugify
from django.views.decorators.http import require_GET

from diagnostics.domain.coherence import findings_json
from diagnostics.domain.document import DiagnosticDocument, load_document
from diagnostics.domain.vocabulary import State
from diagnostics.models import Diagnostic, Version
from diagnostics.queries import (
    get_diagnostic,
    get_version,
    load_diagnostic_document,
    thresholds_of,
)
from diagnostics.report.content import ReportContent, VersionStamp, build_report
from diagnostics.report.pdf import render_pdf, render_report_html


@require_GET
def show_report(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show the report on screen; ``?version=N`` for a submitted one."""
    diagnostic = get_diagnostic(request.user, pk).diagnostic
    content, stamp = _content(request, diagnostic)
    context = {"content": content, "diagnostic": diagnostic, "version": stamp}
    return render(request, "report/page.html", context)


@require_GET
def download_pdf(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Download the report as PDF; ``?version=N`` for a submitted one."""
    diagnostic = get_diagnostic(request.user, pk).diagnostic
    content, stamp = _content(request, diagnostic)
    pdf = render_pdf(render_report_html(content))
    name = slugify(f"{diagnostic.structure.name} {diagnostic.title}") or "diagnostic"
    if stamp is not None:
        name += f"-v{stamp.number}"
    return HttpResponse(
        pdf,
        content_type="application/pdf",
        headers={
            "Content-Disposition": f'attachment; filename="{name}.pdf"',
            "Cache-Control": "private, no-store",
        },
    )


@require_GET
def download_document(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Give the DiagnosticDocument as JSON, with its findings; ``?version=N`` for a submitted one."""
    diagnostic = get_diagnostic(request.user, pk).diagnostic
    document, _stamp = _document(request, diagnostic)
    return JsonResponse(
        document.as_json() | {"findings": findings_json(document, thresholds_of(diagnostic))},
        json_dumps_params={"ensure_ascii": False, "indent": 1},
        headers={"Cache-Control": "private, no-store"},
    )


def _document(
    request: HttpRequest, diagnostic: Diagnostic
) -> tuple[DiagnosticDocument, VersionStamp | None]:
    """Return the document asked for: a version's, or the diagnostic as it is now.

    While the answers are closed the diagnostic is its last version, and is stamped as such.
    """
    asked = request.GET.get("version")
    if asked is None:
        document = load_diagnostic_document(diagnostic)
        if diagnostic.is_editable:
            return document, None
        version = diagnostic.versions.first()
        return document, _stamp(version) if version else None
    if not (asked.isascii() and asked.isdigit() and len(asked) < 6):
        raise Http404
    version = get_version(diagnostic, int(asked))
    return load_document(version.content), _stamp(version)


def _stamp(version: Version) -> VersionStamp:
    return VersionStamp(
        number=version.number, submitted_at=version.submitted_at, sha256=version.sha256
    )


def _content(
    request: HttpRequest, diagnostic: Diagnostic
) -> tuple[ReportContent, VersionStamp | None]:
    document, stamp = _document(request, diagnostic)
    if stamp is not None and stamp.sha256 == _last_digest(diagnostic):
        # What happened to the last version since it was submitted: « Projet » until validated.
        document.diagnostic.state = State(diagnostic.state)
    thresholds = thresholds_of(diagnostic)
    return build_report(document, version=stamp, thresholds=thresholds), stamp


def _last_digest(diagnostic: Diagnostic) -> str | None:
    return diagnostic.versions.values_list("sha256", flat=True).first()
