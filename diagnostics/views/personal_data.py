"""« Mes données »: what the site holds of a person, to take along; and the end of their account."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from diagnostics import known_browsers
from diagnostics.domain import retention
from diagnostics.expired_session import PERSON_COOKIE
from diagnostics.forms.erasing import EraseAccountForm, too_many_tries
from diagnostics.notifications import tell_erased
from diagnostics.queries.personal_data import HELD, personal_data_of, what_holds_back
from diagnostics.requests import SignedInRequest
from diagnostics.services.departures import erase_account
from diagnostics.services.errors import WrongState
from diagnostics.services.journal import record_export


@require_safe
def show_my_data(request: SignedInRequest) -> HttpResponse:
    """Say what is held of the person, with the file of it and the way to the end of the account."""
    titles = [held.title for held in HELD.values() if held.exported]
    return render(request, "account/my_data.html", {"titles": titles, "kept": retention})


@require_safe
def download_my_data(request: SignedInRequest) -> HttpResponse:
    """Give all that is held of the person, as JSON; journalled."""
    data = personal_data_of(request.user)
    if request.method == "GET":
        record_export("personal", actor=request.user)
    name = f"mes-donnees-{timezone.localdate():%Y-%m-%d}.json"
    return JsonResponse(
        data,
        json_dumps_params={"ensure_ascii": False, "indent": 1},
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "private, no-store",
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
def erase_my_account(request: SignedInRequest) -> HttpResponse:
    """Say what goes and what stays, ask for the password, erase the account and sign out."""
    held_back = what_holds_back(request.user)
    form = EraseAccountForm(request.POST or None, user=request.user)
    if request.method == "POST":
        if refused := too_many_tries(request, request.user):
            return refused
        if held_back:
            raise WrongState(
                "Il vous reste quelque chose à transmettre avant d’effacer votre compte."
            )
        if form.is_valid():
            return _erase(request)
    context = {"form": form, "held_back": held_back, "kept": retention, "legal": settings.LEGAL}
    return render(request, "account/erase.html", context, status=422 if form.errors else 200)


def _erase(request: SignedInRequest) -> HttpResponse:
    erase_account(request.user, actor=request.user, tell=tell_erased)
    logout(request)
    messages.success(request, "Votre compte est effacé. Un dernier mail vous le confirme.")
    response = redirect("start")
    for cookie in (PERSON_COOKIE, known_browsers.COOKIE):
        response.delete_cookie(cookie, samesite="Lax")
    return response
