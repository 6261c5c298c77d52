"""What a facilitator asks at a step, from the check page, and what she settles before validating."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from diagnostics.domain.conversation import ACCEPT, WITHDRAW, Audience, ThreadKind
from diagnostics.domain.vocabulary import StepKey
from diagnostics.domain.workflow import REQUEST_CHANGES
from diagnostics.forms.facilitation import StepRequestForm, ValidationForm
from diagnostics.queries import get_diagnostic
from diagnostics.queries.talk import get_thread
from diagnostics.requests import SignedInRequest
from diagnostics.services import conversation
from diagnostics.services.errors import NotAllowed, WrongState
from diagnostics.services.once import do_once
from diagnostics.views.diagnostics import base_url, render_check_page
from diagnostics.views.reviewing import ask_before_validating, check_page, reviewed

SETTLED = {deed.name: deed for deed in (ACCEPT, WITHDRAW)}


@require_POST
def ask(request: SignedInRequest, pk: UUID, step: StepKey) -> HttpResponse:
    """Ask something of the structure at a step, and come back to the step."""
    loaded = get_diagnostic(request.user, pk)
    if not loaded.access.may(REQUEST_CHANGES):
        raise PermissionDenied(REQUEST_CHANGES.no_right)
    form = StepRequestForm(request.POST)
    if not form.is_valid():
        return render_check_page(request, loaded, asked=(step, form), status=422)

    def open_request() -> str:
        thread = conversation.open_thread(
            loaded.diagnostic,
            audience=Audience.FACILITATION,
            kind=ThreadKind.REQUEST,
            text=form.cleaned_data["text"],
            user=request.user,
            base_url=base_url(request),
            step=step,
        )
        return check_page(pk, f"echange-{thread.pk}")

    # The request itself says that it was sent: a message at the top would take the eye away from it.
    address, _is_new = do_once(request.POST.get("once", ""), user=request.user, action=open_request)
    return redirect(address)


@require_POST
def settle(request: SignedInRequest, pk: UUID, thread_pk: int) -> HttpResponse:
    """Accept or withdraw a request from the page that asks before validating; come back to it, with the
    reason to validate that was typed there."""
    loaded = reviewed(request, pk)
    thread = get_thread(loaded.diagnostic, loaded.access, thread_pk)
    deed = SETTLED.get(request.POST.get("deed", ""))
    if deed is None:
        raise Http404

    def action() -> str:
        conversation.do_in_thread(
            loaded.diagnostic, thread.pk, deed=deed, user=request.user, base_url=base_url(request)
        )
        return reverse("diagnostic_validate", args=[pk])

    # Each request has a token of its own: the form of the page carries them all.
    once = request.POST.get(f"once-{thread.pk}", "")
    address = reverse("diagnostic_validate", args=[pk])
    try:
        address, is_new = do_once(once, user=request.user, action=action)
    except NotAllowed:
        raise
    except WrongState as error:
        messages.error(request, str(error))
    else:
        if is_new:
            messages.success(request, deed.done)
    if request.POST.get("in_spite", "").strip():
        form = ValidationForm(request.POST)
        return ask_before_validating(request, reviewed(request, pk), form)
    return redirect(address)
