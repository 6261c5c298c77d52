"""A structure and its team."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from diagnostics.domain.vocabulary import MembershipRole
from diagnostics.forms.facilitation import LeadInvitationForm
from diagnostics.forms.structures import StructureForm
from diagnostics.forms.team import RoleForm
from diagnostics.models import Membership
from diagnostics.queries import (
    LoadedStructure,
    access_to,
    get_structure,
    load_structure_journal,
    load_years,
    what_is_asked_of,
)
from diagnostics.requests import SignedInRequest
from diagnostics.services import facilitation, structures, team
from diagnostics.services.errors import NotAllowed, ServiceError
from diagnostics.services.once import do_once, led_to
from diagnostics.views.tiles import diagnostic_tile


@require_safe
def show_journal(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Show its lead all that happened to a structure, downloads included, the newest first."""
    loaded = get_structure(request.user, pk)
    if not loaded.access.can_manage:
        raise PermissionDenied
    journal = load_structure_journal(loaded.structure, page=request.GET.get("page", "1"))
    context = {"structure": loaded.structure, "journal": journal}
    return render(request, "structures/journal.html", context)


# --- The identity card --------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def create_structure(request: SignedInRequest) -> HttpResponse:
    """Create a structure whose lead is the person who creates it; a facilitator invites its lead."""
    if request.user.is_facilitator:
        return _create_for_a_lead(request)
    form = StructureForm(request.POST or None)
    if request.method == "POST" and form.is_valid():

        def create() -> str:
            structure = structures.create_structure(user=request.user, **form.identity_card)
            return reverse("diagnostic_create", args=[structure.pk])

        address, is_new = do_once(request.POST.get("once", ""), user=request.user, action=create)
        if is_new:
            name = form.identity_card["name"]
            messages.success(
                request, f"«\u00a0{name}\u00a0» est créée\u00a0: vous en êtes référent·e."
            )
        return redirect(address)
    return render(request, "structures/create.html", {"form": form}, status=_status(form))


def _create_for_a_lead(request: SignedInRequest) -> HttpResponse:
    data = request.POST if request.method == "POST" else None
    form, lead = StructureForm(data), LeadInvitationForm(data)
    if data is not None and all([form.is_valid(), lead.is_valid()]):

        def create() -> str:
            structure = facilitation.create_structure_for(
                lead.cleaned_data["lead_address"],
                user=request.user,
                base_url=request.build_absolute_uri("/").rstrip("/"),
                **form.identity_card,
            )
            return reverse("structure_detail", args=[structure.pk])

        try:
            address, is_new = do_once(
                request.POST.get("once", ""), user=request.user, action=create
            )
        except facilitation.OwnAddress as error:
            lead.add_error("lead_address", str(error))
        else:
            if is_new:
                name = form.identity_card["name"]
                messages.success(
                    request, f"«\u00a0{name}\u00a0» est créée\u00a0: l’invitation est partie."
                )
            return redirect(address)
    context = {"form": form, "lead_form": lead}
    status = 422 if form.errors or lead.errors else 200
    return render(request, "structures/create.html", context, status=status)


@require_safe
def show_structure(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Show the identity card, the diagnostics and the team in brief."""
    loaded = get_structure(request.user, pk)
    asked = what_is_asked_of(request.user.pk)
    years = load_years(loaded.structure.diagnostics.annotate(**asked))
    context = {
        "structure": loaded.structure,
        "access": loaded.access,
        "tiles": [
            diagnostic_tile(entry.diagnostic, access_to(entry.diagnostic, request.user))
            for entry in reversed(years)
        ],
        "years": years,
        "memberships": loaded.structure.memberships.select_related("user"),
    }
    return render(request, "structures/detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def edit_structure(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Change the identity card."""
    loaded = _prepared(request, pk)
    form = StructureForm.of(loaded.structure, request.POST or None)
    if request.method == "POST" and form.is_valid():
        structures.update_structure(loaded.structure, user=request.user, **form.identity_card)
        messages.success(request, "La fiche de la structure est enregistrée.")
        return redirect("structure_detail", pk)
    context = {
        "structure": loaded.structure,
        "form": form,
        "can_delete": not loaded.structure.diagnostics.exists(),
    }
    return render(request, "structures/edit.html", context, status=_status(form))


@require_http_methods(["GET", "HEAD", "POST"])
def delete_structure(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Ask for confirmation, then delete a structure that has no diagnostic (its lead, or
    while it has none whoever facilitates it)."""
    once = request.POST.get("once", "")
    try:
        loaded = _prepared(request, pk)
    except Http404:
        if address := led_to(once, user=request.user):
            return redirect(address)  # the first press has just deleted it
        raise
    if request.method == "POST":

        def delete() -> str:
            structures.delete_structure(loaded.structure, user=request.user)
            return reverse("start")

        address, is_new = do_once(once, user=request.user, action=delete)
        if is_new:
            name = loaded.structure.name
            messages.success(request, f"«\u00a0{name}\u00a0» est supprimée.")
        return redirect(address)
    context = {
        "structure": loaded.structure,
        "diagnostics": list(loaded.structure.diagnostics.all()),
        "others": loaded.structure.memberships.exclude(user=request.user).count(),
    }
    return render(request, "structures/delete.html", context)


# --- The team -------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def change_role(request: SignedInRequest, pk: UUID, membership_pk: int) -> HttpResponse:
    """Give a member another role, or hand the lead over to them."""
    loaded = managed(request, pk)
    membership = _membership(loaded, membership_pk)
    name = membership.user.display_name
    if request.method == "POST" and request.POST.get("role") == MembershipRole.LEAD.value:
        try_and_tell(
            request,
            lambda: team.hand_over_lead(membership, user=request.user),
            f"{name} est désormais référent·e de la structure\u00a0; vous êtes contributeur·rice.",
        )
        return redirect("structure_team", pk)
    form = RoleForm(request.POST or None, initial={"role": membership.role})
    if request.method == "POST" and form.is_valid():
        role = form.cleaned_data["role"]
        try_and_tell(
            request,
            lambda: team.change_role(membership, role=role, user=request.user),
            f"{name} a maintenant le rôle «\u00a0{role.label}\u00a0».",
        )
        return redirect("structure_team", pk)
    context = {"structure": loaded.structure, "membership": membership, "form": form}
    return render(request, "structures/role.html", context, status=_status(form))


@require_http_methods(["GET", "HEAD", "POST"])
def remove_member(request: SignedInRequest, pk: UUID, membership_pk: int) -> HttpResponse:
    """Ask for confirmation, then take a member out of the team; members may leave by themselves."""
    loaded = get_structure(request.user, pk)
    if request.method == "POST" and not loaded.structure.memberships.filter(pk=membership_pk):
        # Pressed twice, or somebody else was faster: what was asked for is so.
        messages.info(request, "Cette personne ne fait plus partie de l’équipe.")
        return redirect("structure_team", pk)
    membership = _membership(loaded, membership_pk)
    leaves = membership.user_id == request.user.pk
    if not leaves and not loaded.access.can_manage:
        raise PermissionDenied
    if request.method == "POST":
        done = (
            "Vous avez quitté l’équipe."
            if leaves
            else f"{membership.user.display_name} ne fait plus partie de l’équipe."
        )
        removed = try_and_tell(
            request, lambda: team.remove_member(membership, user=request.user), done
        )
        if removed and leaves:
            return redirect("start")
        return redirect("structure_team", pk)
    context = {"structure": loaded.structure, "membership": membership, "leaves": leaves}
    return render(request, "structures/remove.html", context)


# --- What they share --------------------------------------------------------------------------------


def managed(request: SignedInRequest, pk: UUID) -> LoadedStructure:
    """Return a structure that the person leads; PermissionDenied for others who see it."""
    loaded = get_structure(request.user, pk)
    if not loaded.access.can_manage:
        raise PermissionDenied("Seul·e le ou la référent·e de la structure peut faire cela.")
    return loaded


def _prepared(request: SignedInRequest, pk: UUID) -> LoadedStructure:
    """Return a structure whose card the person writes: its lead, or, while it has none, whoever
    facilitates it; PermissionDenied for others who see it."""
    loaded = get_structure(request.user, pk)
    if not loaded.access.can_edit_card:
        raise PermissionDenied("Seul·e le ou la référent·e de la structure peut faire cela.")
    return loaded


def _membership(loaded: LoadedStructure, pk: int) -> Membership:
    return get_object_or_404(loaded.structure.memberships.select_related("user"), pk=pk)


def try_and_tell(request: SignedInRequest, action: Any, done: str) -> bool:
    """Do something to the team and say how it went; without the right any more: 403."""
    try:
        action()
    except NotAllowed:
        raise
    except ServiceError as error:
        messages.error(request, str(error))
        return False
    messages.success(request, done)
    return True


def _status(form: Any) -> int:
    """A form that is shown again with errors is not a success."""
    return 422 if form.errors else 200
