"""Who follows a structure, structures that wait for their lead, and a facilitator's absence."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from diagnostics.domain.addresses import readable_address
from diagnostics.forms.facilitation import AbsenceForm, FacilitatorForm, LeadInvitationForm
from diagnostics.queries import LoadedStructure, get_structure
from diagnostics.queries.reviewing import (
    facilitators_for,
    other_facilitators,
    structures_without_lead,
)
from diagnostics.requests import SignedInRequest
from diagnostics.services import facilitation
from diagnostics.services.errors import NotAllowed, ServiceError, WrongState
from diagnostics.views.account import render_account
from diagnostics.views.diagnostics import base_url

PAGE_SIZE = 50


@require_http_methods(["GET", "HEAD", "POST"])
def choose_facilitator(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Choose who follows a structure (a facilitator who is not of its team)."""
    loaded = _facilitated(request, pk)
    structure = loaded.structure
    form = FacilitatorForm(
        request.POST if request.method == "POST" else None,
        initial={"facilitator": structure.facilitator_id},
        people=facilitators_for(structure),
    )
    if request.method == "POST" and form.is_valid():
        to = form.cleaned_data["facilitator"]
        facilitation.change_facilitator(structure, to=to, user=request.user)
        messages.success(
            request,
            f"{to.display_name} suit maintenant cette structure."
            if to
            else "Personne en particulier ne suit plus cette structure.",
        )
        return redirect("structure_detail", pk)
    context = {"structure": structure, "form": form}
    status = 422 if form.errors else 200
    return render(request, "structures/facilitator.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def invite_lead(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Invite who will lead a structure that has no lead yet, in place of whoever was invited."""
    loaded = _facilitated(request, pk)
    if not loaded.access.can_invite_lead:
        raise WrongState("Cette structure a un·e référent·e, qui gère son équipe.")
    form = LeadInvitationForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        address = form.cleaned_data["lead_address"]
        try:
            facilitation.invite_lead(
                loaded.structure, address, user=request.user, base_url=base_url(request)
            )
        except NotAllowed:
            raise
        except ServiceError as error:
            form.add_error("lead_address", str(error))
        else:
            messages.success(request, f"L’invitation part à {readable_address(address)}.")
            return redirect("structure_team", pk)
    context = {"structure": loaded.structure, "form": form}
    status = 422 if form.errors else 200
    return render(request, "structures/lead.html", context, status=status)


@require_safe
def show_invitations(request: SignedInRequest) -> HttpResponse:
    """List the structures that wait for their lead, with the invitation that is not accepted."""
    if not request.user.is_facilitator:
        raise PermissionDenied
    waiting = Paginator(structures_without_lead(request.user), PAGE_SIZE)
    context = {"page": waiting.get_page(request.GET.get("page"))}
    return render(request, "facilitation/invitations.html", context)


@require_POST
def change_absence(request: SignedInRequest) -> HttpResponse:
    """Keep when a facilitator is away, and who reviews meanwhile."""
    if not request.user.is_facilitator:
        raise PermissionDenied("Les absences sont celles de la facilitation.")
    form = AbsenceForm(request.POST, people=other_facilitators(request.user))
    if not form.is_valid():
        return render_account(request, absence=form)
    facilitation.change_absence(
        request.user,
        first=form.cleaned_data["absent_from"],
        last=form.cleaned_data["absent_until"],
        stand_in=form.cleaned_data["stand_in"],
    )
    messages.success(request, "Votre absence est enregistrée.")
    return redirect("account")


def _facilitated(request: SignedInRequest, pk: UUID) -> LoadedStructure:
    """Return a structure that the person facilitates; PermissionDenied for others who see it."""
    loaded = get_structure(request.user, pk)
    if not loaded.access.is_facilitator:
        raise PermissionDenied(facilitation.NOT_A_FACILITATOR)
    return loaded
