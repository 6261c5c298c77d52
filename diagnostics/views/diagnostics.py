"""A diagnostic: opening it, its home, its check page and its submission."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from diagnostics.domain.vocabulary import MembershipRole
from diagnostics.domain.workflow import next_action
from diagnostics.forms.coherence import FindingForm
from diagnostics.forms.diagnostics import (
    FrameForm,
    OpenDiagnosticForm,
    WorkshopFormSet,
    WorkshopRows,
    YearsForm,
    usual_title,
)
from diagnostics.forms.reviews import ChangeRequestForm, SubmissionForm
from diagnostics.printing import ask_ahead
from diagnostics.queries import (
    LoadedDiagnostic,
    get_diagnostic,
    get_structure,
    kit_steps,
    load_check_page,
    load_home,
)
from diagnostics.requests import SignedInRequest
from diagnostics.services import diagnostics as services
from diagnostics.services.errors import WrongState
from diagnostics.services.next_diagnostic import open_next_diagnostic
from diagnostics.services.once import do_once, led_to
from diagnostics.typography import quoted
from diagnostics.views.review_context import review_context
from diagnostics.views.tiles import diagnostic_tile


@require_http_methods(["GET", "HEAD", "POST"])
def open_diagnostic(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Open a diagnostic for a structure (its lead only), from another one (``depuis``) or blank."""
    loaded = get_structure(request.user, pk)
    if not loaded.access.can_manage:
        raise PermissionDenied
    form = OpenDiagnosticForm(
        request.POST or None,
        structure=loaded.structure,
        others=list(loaded.structure.diagnostics.all()),
        asked=request.GET.get("depuis", ""),
        this_year=timezone.localdate().year,
    )
    existing = None
    if form.is_valid():
        previous = form.cleaned_data.pop("start_from", None)
        beside_another = "beside_another" in request.POST

        def create() -> str:
            asked = {**form.cleaned_data, "user": request.user, "beside_another": beside_another}
            if previous is not None:
                following = open_next_diagnostic(previous, **asked)
                return reverse("diagnostic_home", args=[following.pk])
            diagnostic = services.open_diagnostic(loaded.structure, **asked)
            return reverse("diagnostic_step", args=[diagnostic.pk, kit_steps(diagnostic)[0].key])

        try:
            once = request.POST.get("once", "")
            address, is_new = do_once(once, user=request.user, action=create)
            if previous is not None and is_new:
                told = f"Les réponses de {quoted(previous.title)} sont reprises, à revoir."
                messages.success(request, told)
            return redirect(address)
        except services.PeriodTaken as taken:
            existing = taken.existing
    context = {"form": form, "structure": loaded.structure, "existing": existing}
    return render(request, "diagnostics/open.html", context)


@require_safe
def show_home(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Show the task list of the axes and what to do next."""
    loaded = get_diagnostic(request.user, pk)
    home = load_home(loaded, user=request.user)
    context = {
        "diagnostic": loaded.diagnostic,
        "access": loaded.access,
        "home": home,
        "next_action": next_action(loaded.access, is_complete=home.next_step is None),
    }
    return render(request, "diagnostics/home.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def edit_diagnostic(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Edit the title, the board's date and the workshops (the lead, while it is open), and the
    years while it is a draft."""
    loaded = get_diagnostic(request.user, pk)
    diagnostic = loaded.diagnostic
    if loaded.access.role is not MembershipRole.LEAD:
        raise PermissionDenied
    if not loaded.access.can_manage:
        if request.method != "POST":
            raise PermissionDenied
        raise WrongState(f"Ce diagnostic est {quoted(diagnostic.state_label)}.")
    data = request.POST if request.method == "POST" else None
    now = {name: getattr(diagnostic, name) for name in ("title", "board_date")}
    now |= {name: getattr(diagnostic, name) for name in ("base_year", "horizon_years")}
    form = FrameForm(data, structure=diagnostic.structure, initial=now)
    # A page that was opened when they could not be corrected does not send them.
    sent = data if data is not None and "base_year" in data else None
    years = YearsForm(sent, initial=now) if loaded.access.can_correct_years else None
    workshops = WorkshopFormSet(data, initial=diagnostic.workshops, prefix="workshops")
    if data is not None:
        total = data.get("workshops-TOTAL_FORMS", "")
        if not (total.isascii() and total.isdigit() and int(total[:4]) <= workshops.absolute_max):
            raise SuspiciousOperation("workshops-TOTAL_FORMS")
        years_stand = years is None or sent is None or years.is_valid()
        if all([form.is_valid(), workshops.is_valid(), years_stand]):
            chosen = years.chosen if years and sent and years.has_changed() else None
            if chosen and form.cleaned_data["title"] == usual_title(*diagnostic.years):
                form.cleaned_data["title"] = usual_title(*chosen)
            services.update_frame(
                diagnostic,
                **form.cleaned_data,
                workshops=cast(WorkshopRows, workshops).workshops(),
                user=request.user,
                years=chosen,
            )
            messages.success(request, "Le cadre du diagnostic est enregistré.")
            return redirect("diagnostic_home", pk=pk)
    context = {"form": form, "years": years, "workshops": workshops, "diagnostic": diagnostic}
    return render(request, "diagnostics/edit.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def delete_diagnostic(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Ask for confirmation, then delete a diagnostic that was never submitted (its lead)."""
    once = request.POST.get("once", "")
    try:
        loaded = get_diagnostic(request.user, pk)
    except Http404:
        if address := led_to(once, user=request.user):
            return redirect(address)  # the first press has just deleted it
        raise
    diagnostic, role = loaded.diagnostic, loaded.access.role
    if role is not MembershipRole.LEAD:
        raise PermissionDenied("Seul·e le ou la référent·e supprime un diagnostic.")
    if request.method == "POST":

        def delete() -> str:
            services.delete_diagnostic(diagnostic, user=request.user)
            return reverse("structure_detail", args=[diagnostic.structure_id])

        address, is_new = do_once(once, user=request.user, action=delete)
        if is_new:
            messages.success(request, f"{quoted(diagnostic.title)} est supprimé.")
        return redirect(address)
    context = {
        "diagnostic": diagnostic,
        "access": loaded.access,
        "tile": diagnostic_tile(diagnostic, loaded.access),
    }
    return render(request, "diagnostics/delete.html", context)


@require_safe
def show_check_page(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Show every answer, what is missing, and what the person can do: submit, or review.

    Who reads it will want the report: it is printed meanwhile.
    """
    loaded = get_diagnostic(request.user, pk)
    ask_ahead(loaded.diagnostic)
    return render_check_page(request, loaded)


def render_check_page(
    request: SignedInRequest,
    loaded: LoadedDiagnostic,
    *,
    answering: FindingForm | None = None,
    problem: str = "",
    typed: str = "",
    refused_talk: object = None,
    status: int = 200,
    **reviewing: Any,
) -> HttpResponse:
    """Render the check page, with what was just refused (``problem``, or the form ``answering``).

    ``typed``: the text that came with it, when the page has no place for it any more; ``reviewing``:
    what of the facilitator's part was refused (:func:`review_context`);
    ``refused_talk``: a message in one of the threads that was not sent.
    """
    page = load_check_page(loaded, user=request.user)
    context = {
        "diagnostic": loaded.diagnostic,
        "access": loaded.access,
        "page": page,
        "submission": SubmissionForm(kept=page.own_kept_count),
        "change_request_form": ChangeRequestForm(pending=loaded.access.pending_requests),
        "answering": answering,
        "problem": problem,
        "typed": typed,
        "refused_talk": refused_talk,
    } | review_context(loaded, page, user=request.user, **reviewing)
    return render(request, "diagnostics/check.html", context, status=status)


def base_url(request: SignedInRequest) -> str:
    """Return the start of the site's addresses, without the last slash, for links in mails."""
    return request.build_absolute_uri("/").rstrip("/")
