"""The report as a Word document."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from diagnostics.printing import let_go_of_the_database
from diagnostics.queries import get_diagnostic
from diagnostics.report import turns
from diagnostics.report.content import ReportContent
from diagnostics.report.diagrams.thread import thread_svg
from diagnostics.report.word import CONTENT_TYPE, WidePicture, build_docx
from diagnostics.requests import SignedInRequest
from diagnostics.views.reports import a_place, edition_asked, file_name, say_wait


@require_safe
def download_docx(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Download the report as a Word document; ``?version=N`` for a submitted one.

    Its pictures take seconds of a core for a very full diagnostic: it takes its turn among the PDFs
    and holds no connection to the database meanwhile.
    """
    edition = edition_asked(request, get_diagnostic(request.user, pk).diagnostic)
    content, name = edition.content, file_name(edition)
    try:
        with a_place():
            let_go_of_the_database()
            with turns.a_turn(turns.PATIENCE):
                document = build_docx(
                    content, wide=[_thread(content)] if content.has_thread else []
                )
    except turns.Busy:
        return say_wait(request, report=reverse("report", args=[pk]), what="document Word")
    return HttpResponse(
        document,
        content_type=CONTENT_TYPE,
        headers={
            "Content-Disposition": f'attachment; filename="{name}.docx"',
            "Cache-Control": "private, no-store",
        },
    )


def _thread(content: ReportContent) -> WidePicture:
    return WidePicture(
        "Fil rouge\u00a0: ce qui sert la vision",
        thread_svg(content.document, for_print=True),
        "Les mêmes liens sont écrits dans les tableaux des chapitres.",
    )
