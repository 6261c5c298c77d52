"""The team's page and its invitations: sent, sent again, cancelled; the page of an invitation's link."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from diagnostics.accounts import INVITATION_KEY
from diagnostics.domain.addresses import PastedAddress, normalise_address, readable_address
from diagnostics.forms.team import InvitationsForm
from diagnostics.models import Invitation, User
from diagnostics.queries import LoadedStructure, get_structure
from diagnostics.requests import SignedInRequest
from diagnostics.services import team
from diagnostics.services.errors import WrongState
from diagnostics.services.once import do_once
from diagnostics.views.structures import managed, try_and_tell

# What became of the addresses that were just sent, until the team's page has told it.
TOLD_KEY = "invited"

# --- The team's page --------------------------------------------------------------------------------


@never_cache
@require_safe
def show_team(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Show who is in the team and who is invited; once, what became of the addresses just sent."""
    loaded = get_structure(request.user, pk)
    told = request.session.get(TOLD_KEY, {})
    lines = []
    if told.get("structure") == str(pk) and loaded.access.can_manage:
        lines = request.session.pop(TOLD_KEY)["lines"]
    initial = {"role": told["role"], "addresses": _refused(lines)} if lines else None
    return _team_page(request, loaded, InvitationsForm(initial=initial), lines)


@require_http_methods(["GET", "HEAD", "POST"])
def invite_members(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Invite the addresses of a list, and tell what becomes of each."""
    loaded = managed(request, pk)
    if request.method != "POST":
        return redirect("structure_team", pk)
    form = InvitationsForm(request.POST)
    if not form.is_valid():
        return _team_page(request, loaded, form)
    pieces: list[PastedAddress] = form.cleaned_data["addresses"]
    good = [piece.address for piece in pieces if not piece.problem]
    if not good:
        form.add_error("addresses", "Aucune adresse n’a pu être lue.")
        return _team_page(request, loaded, form, [_line(piece, None) for piece in pieces])
    told: list[team.Invited] = []

    def invite() -> str:
        told.extend(
            team.invite_members(
                loaded.structure,
                good,
                role=form.cleaned_data["role"],
                user=request.user,
                base_url=_base_url(request),
            )
        )
        return reverse("structure_team", args=[pk])

    address, is_new = do_once(request.POST.get("once", ""), user=request.user, action=invite)
    if is_new:
        of = {one.address: one for one in told}
        request.session[TOLD_KEY] = {
            "structure": str(pk),
            "role": form.cleaned_data["role"].value,
            "lines": [_line(piece, of.get(piece.address)) for piece in pieces],
        }
    return redirect(address)


def _line(piece: PastedAddress, invited: team.Invited | None) -> dict[str, Any]:
    """Return what the page says of an address of the list, as the session keeps it."""
    if invited is None:
        return {"typed": piece.typed, "outcome": "refused", "why": piece.problem}
    if invited.outcome is team.Outcome.TOO_MANY:
        return {"typed": piece.typed, "outcome": "refused", "why": team.TOO_MANY_TODAY}
    return {
        "typed": readable_address(invited.address),
        "outcome": invited.outcome.value,
        "invitation": invited.invitation and invited.invitation.pk,
    }


def _refused(lines: list[dict[str, Any]]) -> str:
    """Return what was typed and could not be used, for the field to keep."""
    return "\n".join(line["typed"] for line in lines if line["outcome"] == "refused")


@require_POST
def resend_invitation(request: SignedInRequest, pk: UUID, invitation_pk: int) -> HttpResponse:
    """Send an invitation's mail once more."""
    invitation = get_object_or_404(_inviting(request, pk).structure.invitations, pk=invitation_pk)
    try_and_tell(
        request,
        lambda: team.resend_invitation(invitation, user=request.user, base_url=_base_url(request)),
        f"L’invitation repart à {readable_address(invitation.email)}.",
    )
    return redirect("structure_team", pk)


@require_POST
def cancel_invitation(request: SignedInRequest, pk: UUID, invitation_pk: int) -> HttpResponse:
    """Cancel an invitation; its link stops working."""
    invitation = get_object_or_404(_inviting(request, pk).structure.invitations, pk=invitation_pk)
    try_and_tell(
        request,
        lambda: team.cancel_invitation(invitation, user=request.user),
        "L’invitation est annulée\u00a0: son lien n’ouvre plus rien.",
    )
    return redirect("structure_team", pk)


def _team_page(
    request: SignedInRequest,
    loaded: LoadedStructure,
    form: InvitationsForm,
    lines: list[dict[str, Any]] | None = None,
) -> HttpResponse:
    invitations = []
    if loaded.access.can_manage or loaded.access.can_invite_lead:
        open_ones = loaded.structure.invitations.filter(accepted_at=None, cancelled_at=None)
        invitations = list(open_ones.select_related("invited_by"))
    lines = lines or []
    context = {
        "structure": loaded.structure,
        "access": loaded.access,
        "memberships": loaded.structure.memberships.select_related("user"),
        "invitations": invitations,
        "form": form,
        "lines": lines,
        "sent_count": sum(line["outcome"] == "invited" for line in lines),
        "refused_count": sum(line["outcome"] == "refused" for line in lines),
    }
    status = 422 if form.errors else 200
    return render(request, "structures/team.html", context, status=status)


def _inviting(request: SignedInRequest, pk: UUID) -> LoadedStructure:
    """Return a structure whose invitations the person manages: its lead, or, while it has none,
    whoever facilitates it."""
    loaded = get_structure(request.user, pk)
    return loaded if loaded.access.can_invite_lead else managed(request, pk)


def _base_url(request: SignedInRequest) -> str:
    return request.build_absolute_uri("/").rstrip("/")


# --- The link ---------------------------------------------------------------------------------------

# Links that will not open anything any more.
GONE = {"expired", "cancelled", "replaced", "left", "closed"}


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def accept(request: HttpRequest, token: str) -> HttpResponse:
    """Show who invites to what (GET), join the structure (POST); lead a member to it."""
    invitation = team.find_invitation(token)
    user = request.user if request.user.is_authenticated else None
    situation = _situation(invitation, user)
    if request.method == "POST" and situation == "joinable" and user:
        try:
            membership = team.accept_invitation(token, user=user)
        except WrongState as error:
            messages.error(request, str(error))
            return redirect("invitation_accept", token)
        request.session.pop(INVITATION_KEY, None)
        messages.success(
            request,
            f"Vous faites maintenant partie de l’équipe de «\u00a0{membership.structure}\u00a0».",
        )
        return redirect("structure_detail", membership.structure_id)
    if situation == "member" and invitation:
        return redirect("structure_detail", invitation.structure_id)
    if situation == "anonymous":
        # The sign-up reads it: the link proves the address.
        request.session[INVITATION_KEY] = token
    context = {"invitation": invitation, "situation": situation, "token": token}
    status = 404 if situation == "unknown" else 410 if situation in GONE else 200
    return render(request, "invitations/accept.html", context, status=status)


def _situation(invitation: Invitation | None, user: User | None) -> str:
    """Tell in one word what the link can do now for the person who follows it."""
    if invitation is None:
        return "unknown"
    structure = invitation.structure
    if structure.deleted_at:
        return "closed"
    if user and structure.memberships.filter(user=user).exists():
        return "member"
    if invitation.accepted_at:
        return "left" if user and invitation.accepted_by_id == user.pk else "taken"
    if invitation.cancelled_at:
        return "replaced" if team.is_replaced(invitation) else "cancelled"
    if invitation.is_expired:
        return "expired"
    if user is None:
        return "anonymous"
    is_theirs = normalise_address(invitation.email) in team.addresses_of(user)
    return "joinable" if is_theirs else "other_address"
