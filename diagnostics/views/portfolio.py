"""The facilitators' list, and what they do with several structures at once."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from diagnostics.domain.portfolio import KEYS, Wanted
from diagnostics.forms.portfolio import AssignmentForm, CohortForm, chosen_structures
from diagnostics.queries import load_portfolio
from diagnostics.requests import SignedInRequest
from diagnostics.services import portfolio
from diagnostics.services.errors import ServiceError
from diagnostics.typography import count, enumeration

View = Callable[..., HttpResponse]
NONE_CHOSEN = "Cochez au moins une structure dans la liste."


def of_facilitators(view: View) -> View:
    """Refuse a page to whoever does not facilitate."""

    @wraps(view)
    def guarded(request: SignedInRequest, **named: Any) -> HttpResponse:
        if not request.user.is_facilitator:
            raise PermissionDenied
        return view(request, **named)

    return guarded


@require_safe
@of_facilitators
def show_portfolio(request: SignedInRequest) -> HttpResponse:
    """Show a page of the list that the address asks for; the bare address, as one saw it last."""
    is_asked = any(key in request.GET for key in KEYS)
    wanted = Wanted.of(request.GET) if is_asked else Wanted.written(request.user.portfolio_view)
    shown = load_portfolio(request.user, wanted)
    if is_asked and request.method == "GET":
        portfolio.keep_view(request.user, shown.wanted.kept)
    return render(request, "facilitation/portfolio.html", {"portfolio": shown})


# --- In bulk ------------------------------------------------------------------------------------------


@require_POST
@of_facilitators
def assign(request: SignedInRequest) -> HttpResponse:
    """Have the chosen structures followed by a facilitator, or by nobody."""
    form = AssignmentForm(request.POST)
    chosen = chosen_structures(request.POST)
    if problem := _problem(chosen, form):
        return back_to_list(request, problem=problem)
    done = portfolio.assign_structures(chosen, facilitator=form.person, user=request.user)
    person = form.person
    told = count(len(done.changed), "structure confiée", "structures confiées")
    messages.success(
        request, f"{told} à {person.display_name}." if person else f"{told} à personne."
    )
    if done.refused:
        names = enumeration([f"«\u00a0{structure.name}\u00a0»" for structure in done.refused])
        messages.warning(
            request,
            f"Restent comme avant, une structure n’est pas suivie par son équipe\u00a0: {names}.",
        )
    return back_to_list(request)


@require_POST
@of_facilitators
def add_to_cohort(request: SignedInRequest) -> HttpResponse:
    """Add the chosen structures to a cohort, known or new."""
    form = CohortForm(request.POST)
    chosen = chosen_structures(request.POST)
    if form.errors.get("name"):
        raise ServiceError(" ".join(map(str, form.errors["name"])))  # its page gives the name back
    if problem := _problem(chosen, form):
        return back_to_list(request, problem=problem)
    try:
        cohort, added = portfolio.add_to_cohort(
            chosen,
            cohort=form.cleaned_data["cohort"],
            name=form.cleaned_data["name"],
            user=request.user,
        )
    except ServiceError as error:
        return back_to_list(request, problem=str(error))
    told = count(added, "structure ajoutée", "structures ajoutées")
    messages.success(request, f"{told} à «\u00a0{cohort.name}\u00a0».")
    return back_to_list(request)


@require_POST
@of_facilitators
def remove_from_cohort(request: SignedInRequest) -> HttpResponse:
    """Take the chosen structures out of a cohort."""
    form = CohortForm(request.POST)
    chosen = chosen_structures(request.POST)
    problem = _problem(chosen, form)
    cohort = None if problem else form.cleaned_data["cohort"]
    if cohort is None:
        return back_to_list(request, problem=problem or "Choisissez la cohorte dont les retirer.")
    removed = portfolio.remove_from_cohort(chosen, cohort=cohort, user=request.user)
    told = count(removed, "structure retirée", "structures retirées")
    messages.success(request, f"{told} de «\u00a0{cohort.name}\u00a0».")
    return back_to_list(request)


def _problem(chosen: list[UUID], form: Any) -> str:
    """Say what is wrong with what was sent; empty when nothing is."""
    if not chosen:
        return NONE_CHOSEN
    return "" if form.is_valid() else " ".join(e for errors in form.errors.values() for e in errors)


def list_address(request: SignedInRequest) -> str:
    """Return the list from which something was sent."""
    return f"{reverse('portfolio')}?{Wanted.written(request.POST.get('back', '')).query}"


def back_to_list(request: SignedInRequest, *, problem: str = "") -> HttpResponse:
    """Come back to the list from which something was sent, and say what went wrong."""
    if problem:
        messages.error(request, problem)
    return redirect(list_address(request))
