"""« Et si ? » of an economic model that is being typed."""

from __future__ import annotations

from uuid import UUID

from django.core.exceptions import SuspiciousOperation
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from diagnostics.domain.vocabulary import StepKey
from diagnostics.forms.base import TamperedForm
from diagnostics.forms.economic_model import EconomicModelForm
from diagnostics.queries import StepContext, get_diagnostic, load_diagnostic_document
from diagnostics.requests import SignedInRequest


@require_POST
def scenarios_preview(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Say what the shocks do to the model being typed; stores nothing."""
    loaded = get_diagnostic(request.user, pk)
    document = load_diagnostic_document(loaded.diagnostic)
    form = EconomicModelForm(
        request.POST,
        context=StepContext(document=document, stored=document.answers.economic_model),
        prefix=StepKey.ECONOMIC_MODEL.value,
    )
    try:
        form.check_structure()
        return render(request, "steps/economic_model/scenarios_told.html", {"form": form})
    except TamperedForm as error:
        raise SuspiciousOperation(str(error)) from error
