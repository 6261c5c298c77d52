"""The report as a Word document."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.text import slugify
from django.views.decorators.http import require_safe

from diagnostics.queries import get_diagnostic
from diagnostics.report.word import CONTENT_TYPE, build_docx
from diagnostics.views.reports import _content


@require_safe
def download_docx(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Download the report as a Word document; ``?version=N`` for a submitted one."""
    diagnostic = get_diagnostic(request.user, pk).diagnostic
    content, stamp = _content(request, diagnostic)
    name = slugify(f"{diagnostic.structure.name} {diagnostic.title}") or "diagnostic"
    if stamp is not None:
        name += f"-v{stamp.number}"
    return HttpResponse(
        build_docx(content),
        content_type=CONTENT_TYPE,
        headers={
            "Content-Disposition": f'attachment; filename="{name}.docx"',
            "Cache-Control": "private, no-store",
        },
    )
