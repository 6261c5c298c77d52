"""The report as a Word document."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from diagnostics.queries import get_diagnostic
from diagnostics.report.content import ReportContent
from diagnostics.report.diagrams.thread import thread_svg
from diagnostics.report.word import CONTENT_TYPE, WidePicture, build_docx
from diagnostics.views.reports import edition_asked, file_name


@require_safe
def download_docx(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Download the report as a Word document; ``?version=N`` for a submitted one."""
    edition = edition_asked(request, get_diagnostic(request.user, pk).diagnostic)
    content = edition.content
    return HttpResponse(
        build_docx(content, wide=[_thread(content)] if content.has_thread else []),
        content_type=CONTENT_TYPE,
        headers={
            "Content-Disposition": f'attachment; filename="{file_name(edition)}.docx"',
            "Cache-Control": "private, no-store",
        },
    )


def _thread(content: ReportContent) -> WidePicture:
    return WidePicture(
        "Fil rouge\u00a0: ce qui sert la vision",
        thread_svg(content.document, for_print=True),
        "Les mêmes liens sont écrits dans les tableaux des chapitres.",
    )
