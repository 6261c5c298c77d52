"""The facilitator's list and actions; they read a diagnostic on its check page."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from diagnostics.domain.vocabulary import State
from diagnostics.queries import count_by_state, diagnostics_for_review
from diagnostics.requests import SignedInRequest

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
