"""The history of a step (revisions compared, one put back), and the journal of a diagnostic."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from diagnostics.domain.vocabulary import StepKey
from diagnostics.forms.kept_texts import came_in
from diagnostics.queries import (
    change_between,
    get_diagnostic,
    load_history,
    load_journal,
    load_step,
)
from diagnostics.requests import SignedInRequest
from diagnostics.services.answers import restore_answer, restore_row


@require_safe
def show_history(request: SignedInRequest, pk: UUID, step: StepKey) -> HttpResponse:
    """Show the revisions of a step, the newest first; ``de`` and ``a`` compare two of them."""
    loaded = load_step(get_diagnostic(request.user, pk), step, user=request.user)
    page = max(_number(request, "page"), 1)
    history = load_history(loaded, page=page)
    one, two = history.entry(_number(request, "de")), history.entry(_number(request, "a"))
    compared = change_between(loaded, one.noted, two.noted) if one and two else None
    context = {
        "loaded": loaded,
        "diagnostic": loaded.diagnostic,
        "access": loaded.access,
        "history": history,
        "page": page,
        "one": one,
        "two": two,
        "compared": compared,
    }
    return render(request, "diagnostics/history.html", context)


@require_safe
def show_journal(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Show the events of a diagnostic, in words, the newest first."""
    loaded = get_diagnostic(request.user, pk)
    journal = load_journal(loaded.diagnostic, page=request.GET.get("page", "1"))
    context = {"diagnostic": loaded.diagnostic, "journal": journal}
    return render(request, "diagnostics/journal.html", context)


@require_POST
def restore(request: SignedInRequest, pk: UUID, step: StepKey) -> HttpResponse:
    """Put a revision back, or one row of it (``row``): that becomes the newest revision, and what it
    replaces stays in the history."""
    loaded = load_step(get_diagnostic(request.user, pk), step, user=request.user)
    revision = _posted(request, "revision")
    if "row" in request.POST:
        back = restore_row(
            loaded.diagnostic, step, row=request.POST["row"], revision=revision, user=request.user
        )
        messages.success(
            request, "La ligne est remise." if back.changed else "Cette ligne est déjà là."
        )
        return redirect("step_history", pk=pk, step=step)
    base = _posted(request, "base_revision")
    saved = restore_answer(
        loaded.diagnostic, step, revision=revision, base_revision=base, user=request.user
    )
    if saved.merged is not None:
        messages.info(request, came_in(saved.merged, loaded.document))
    if saved.changed:
        messages.success(request, "La réponse est celle de cette révision.")
    else:
        messages.info(request, "La réponse est déjà celle-là.")
    return redirect("step_history", pk=pk, step=step)


def _number(request: HttpRequest, name: str) -> int:
    """Return a number of the address; anything else is 0."""
    value = request.GET.get(name, "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 7 else 0


def _posted(request: HttpRequest, name: str) -> int:
    value = request.POST.get(name, "")
    if not (value.isascii() and value.isdigit() and len(value) < 10):
        raise SuspiciousOperation(name)
    return int(value)
