"""The report as a Word document."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from diagnostics.printing import Kind
from diagnostics.requests import SignedInRequest
from diagnostics.views.reports import download_paper


@require_safe
def download_docx(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Download the report as a Word document; ``?version=N`` for a submitted one.

    Its pictures take seconds of a core for a very full diagnostic: it takes its turn among the PDFs,
    and is kept as they are.
    """
    return download_paper(request, pk, Kind.WORD)
