"""The facilitator's list and actions; they read a diagnostic on its check page."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from diagnostics.domain.vocabulary import State
from diagnostics.domain.workflow import REQUEST_CHANGES
from diagnostics.forms.reviews import ChangeRequestForm
from diagnostics.queries import count_by_state, diagnostics_for_review, get_diagnostic
from diagnostics.requests import SignedInRequest
from diagnostics.services import workflow
from diagnostics.services.errors import WrongState
from diagnostics.views.diagnostics import base_url, render_check_page

PAGE_SIZE = 50


@require_GET
def show_portfolio(request: SignedInRequest) -> HttpResponse:
    """List the diagnostics, those to review first; ``?etat=`` keeps one state."""
    if not request.user.is_facilitator:
        raise PermissionDenied
    asked = request.GET.get("etat", "")
    state = State(asked) if asked in set(State) else None
    counts = count_by_state(request.user)
    page = Paginator(diagnostics_for_review(request.user, state), PAGE_SIZE).get_page(
        request.GET.get("page")
    )
    context = {
        "page": page,
        "state": state,
        "counts": [(entry, counts[entry]) for entry in State if counts[entry]],
        "total": sum(counts.values()),
        "to_review": counts[State.SUBMITTED],
    }
    return render(request, "facilitation/portfolio.html", context)


@require_POST
def request_changes(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Ask the structure for changes, with a reason."""
    loaded = get_diagnostic(request.user, pk)
    if not loaded.access.may(REQUEST_CHANGES):
        raise PermissionDenied
    form = ChangeRequestForm(request.POST)
    if not form.is_valid():
        return render_check_page(request, loaded, change_request=form)
    return _review(
        request,
        pk,
        lambda: workflow.request_changes(
            loaded.diagnostic,
            reason=form.cleaned_data["reason"],
            user=request.user,
            base_url=base_url(request),
        ),
        "Votre demande est envoyée : la structure peut modifier ses réponses.",
        form,
    )


def _review(
    request: SignedInRequest,
    pk: UUID,
    action: Callable[[], object],
    done: str,
    form: ChangeRequestForm | None = None,
) -> HttpResponse:
    try:
        action()
    except WrongState as error:
        loaded = get_diagnostic(request.user, pk)
        return render_check_page(
            request,
            loaded,
            change_request=form,
            problem=str(error),
            # Its form may be gone: the page has no other place for it.
            typed=form.cleaned_data["reason"] if form else "",
            status=409,
        )
    messages.success(request, done)
    return redirect("diagnostic_check", pk=pk)
