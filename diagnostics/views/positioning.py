"""The two circles of a positioning that is being typed."""

from __future__ import annotations

from uuid import UUID

from django.core.exceptions import SuspiciousOperation
from django.http import HttpResponse
from django.views.decorators.http import require_POST

from diagnostics.domain.vocabulary import StepKey
from diagnostics.forms.base import TamperedForm
from diagnostics.forms.positioning import PositioningForm
from diagnostics.queries import StepContext, get_diagnostic, load_diagnostic_document
from diagnostics.requests import SignedInRequest


@require_POST
def positioning_preview(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Draw the two circles from the rows being typed; stores nothing."""
    loaded = get_diagnostic(request.user, pk)
    document = load_diagnostic_document(loaded.diagnostic)
    form = PositioningForm(
        request.POST,
        context=StepContext(document=document),
        prefix=StepKey.POSITIONING.value,
    )
    try:
        form.check_structure()
    except TamperedForm as error:
        raise SuspiciousOperation(str(error)) from error
    return HttpResponse(form.preview())
