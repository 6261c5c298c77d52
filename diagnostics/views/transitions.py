"""The pages of the transitions: GET asks (what it does, what is missing, what follows), POST does.

For both: 404 for strangers, 403 without the right, 409 with the reason in another state.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from diagnostics.domain.vocabulary import MembershipRole
from diagnostics.domain.workflow import (
    ADOPT,
    REOPEN,
    REQUEST_CHANGES,
    SUBMIT,
    WITHDRAW,
    Transition,
)
from diagnostics.forms.adoption import AdoptionForms
from diagnostics.forms.reviews import ChangeRequestForm, ReopeningForm, SubmissionForm
from diagnostics.queries import (
    LoadedDiagnostic,
    get_diagnostic,
    load_check_page,
    load_to_adopt,
    pending_requests,
)
from diagnostics.requests import SignedInRequest
from diagnostics.services import workflow
from diagnostics.services.errors import WrongState
from diagnostics.services.once import do_once, led_to
from diagnostics.views.diagnostics import base_url
from diagnostics.views.typed import every_text

Page = Callable[[SignedInRequest, UUID], HttpResponse]
Asked = Callable[[SignedInRequest, LoadedDiagnostic], HttpResponse]


def transition_page(transition: Transition) -> Callable[[Asked], Page]:
    """Make a page of a transition: the view is called only while the person can make it.

    A second press of the same form leads where the first one led.
    """

    def decorate(view: Asked) -> Page:
        @require_http_methods(["GET", "HEAD", "POST"])
        @wraps(view)
        def page(request: SignedInRequest, pk: UUID) -> HttpResponse:
            loaded = get_diagnostic(request.user, pk)
            if not loaded.access.may(transition):
                raise PermissionDenied(transition.no_right)
            if address := led_to(request.POST.get("once", ""), user=request.user):
                return redirect(address)
            if obstacle := loaded.access.obstacle(transition):
                return refuse(request, loaded, obstacle)
            try:
                return view(request, loaded)
            except WrongState as error:  # somebody was quicker
                return refuse(request, get_diagnostic(request.user, pk), str(error))

        return page

    return decorate


def refuse(request: SignedInRequest, loaded: LoadedDiagnostic, reason: str) -> HttpResponse:
    """Say why a transition cannot be made now, and give back what was typed."""
    context = {
        "diagnostic": loaded.diagnostic,
        "reason": reason,
        "texts": every_text(request),
        "was_sent": request.method == "POST",
    }
    return render(request, "diagnostics/transitions/refused.html", context, status=409)


def make(request: SignedInRequest, action: Callable[[], str], *, leads_to: str) -> HttpResponse:
    """Make a transition once for each form, and go where one sees it; ``action`` returns what is
    said of it."""
    said: list[str] = []

    def act() -> str:
        said.append(action())
        return leads_to

    address, _is_new = do_once(request.POST.get("once", ""), user=request.user, action=act)
    for sentence in said:
        messages.success(request, sentence)
    return redirect(address)


@transition_page(SUBMIT)
def submit(request: SignedInRequest, loaded: LoadedDiagnostic) -> HttpResponse:
    """Submit the diagnostic once it is confirmed, what is missing and still asked being named."""
    diagnostic = loaded.diagnostic
    page = load_check_page(loaded, user=request.user)
    asked = pending_requests(diagnostic) if loaded.access.pending_requests else []
    form = SubmissionForm(
        request.POST if request.method == "POST" else None,
        kept=page.own_kept_count,
        pending=[entry.thread_id for entry in asked],
    )
    home = reverse("diagnostic_home", args=[diagnostic.pk])

    def action() -> str:
        version = workflow.submit_diagnostic(
            diagnostic, user=request.user, base_url=base_url(request)
        )
        return f"Diagnostic soumis (version {version.number}). La facilitation est prévenue."

    problem, status = "", 200
    if form.is_valid():
        try:
            return make(request, action, leads_to=home)
        except workflow.AlreadySubmitted as error:  # by a colleague, or a page without its mark
            messages.info(request, str(error))
            return redirect(home)
        except workflow.NotSubmittable as error:
            problem, status = str(error), 409
    context = {"page": page, "asked": asked, "submission": form, "problem": problem}
    return _ask(request, "submit", loaded, context, status=status)


@transition_page(WITHDRAW)
def withdraw(request: SignedInRequest, loaded: LoadedDiagnostic) -> HttpResponse:
    """Take back what was submitted, before its review begins."""
    diagnostic = loaded.diagnostic
    if request.method != "POST":
        return _ask(request, "withdraw", loaded, {})

    def action() -> str:
        workflow.withdraw_submission(diagnostic, user=request.user, base_url=base_url(request))
        return "La soumission est retirée\u00a0: vous pouvez de nouveau modifier vos réponses."

    return make(request, action, leads_to=reverse("diagnostic_home", args=[diagnostic.pk]))


@transition_page(REQUEST_CHANGES)
def request_changes(request: SignedInRequest, loaded: LoadedDiagnostic) -> HttpResponse:
    """Ask the structure for changes: in words, unless requests are pending on steps."""
    diagnostic = loaded.diagnostic
    asked = pending_requests(diagnostic) if loaded.access.pending_requests else []
    form = ChangeRequestForm(request.POST if request.method == "POST" else None, pending=len(asked))

    def action() -> str:
        workflow.request_changes(
            diagnostic,
            reason=form.cleaned_data["reason"],
            user=request.user,
            base_url=base_url(request),
        )
        return "Votre demande est envoyée\u00a0: la structure peut modifier ses réponses."

    if form.is_valid():
        check = reverse("diagnostic_check", args=[diagnostic.pk])
        return make(request, action, leads_to=check)
    return _ask(request, "request_changes", loaded, {"form": form, "asked": asked})


@transition_page(REOPEN)
def reopen(request: SignedInRequest, loaded: LoadedDiagnostic) -> HttpResponse:
    """Open a validated or adopted diagnostic again."""
    diagnostic = loaded.diagnostic
    form = ReopeningForm(
        request.POST if request.method == "POST" else None,
        must_say_why=loaded.access.role is MembershipRole.LEAD,
    )

    def action() -> str:
        workflow.reopen_diagnostic(
            diagnostic,
            reason=form.cleaned_data["reason"],
            user=request.user,
            base_url=base_url(request),
        )
        return "Le diagnostic est rouvert\u00a0: l’équipe peut modifier ses réponses."

    if form.is_valid():
        home = reverse("diagnostic_home", args=[diagnostic.pk])
        return make(request, action, leads_to=home)
    return _ask(request, "reopen", loaded, {"form": form})


@transition_page(ADOPT)
def adopt(request: SignedInRequest, loaded: LoadedDiagnostic) -> HttpResponse:
    """Record what the board decided."""
    diagnostic = loaded.diagnostic
    found = load_to_adopt(diagnostic)
    posted = AdoptionForms(
        request.POST if request.method == "POST" else None,
        decisions=found.decisions,
        today=timezone.localdate(),
        last=found.last,
        board_date=diagnostic.board_date,
    )

    def action() -> str:
        workflow.adopt_diagnostic(
            diagnostic,
            adoption=posted.adoption(),
            user=request.user,
            base_url=base_url(request),
        )
        return "La décision est enregistrée\u00a0: le diagnostic est adopté."

    if posted.is_valid():
        home = reverse("diagnostic_home", args=[diagnostic.pk])
        return make(request, action, leads_to=home)
    return _ask(request, "adopt", loaded, {"forms": posted, "last": found.last})


def _ask(
    request: SignedInRequest,
    name: str,
    loaded: LoadedDiagnostic,
    context: dict[str, object],
    *,
    status: int = 200,
) -> HttpResponse:
    common = {"diagnostic": loaded.diagnostic, "access": loaded.access}
    return render(request, f"diagnostics/transitions/{name}.html", common | context, status=status)
