"""The page of an invitation's link."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from diagnostics.accounts import INVITATION_KEY
from diagnostics.domain.addresses import normalise_address
from diagnostics.models import Invitation, User
from diagnostics.services import team
from diagnostics.services.errors import WrongState


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def accept(request: HttpRequest, token: str) -> HttpResponse:
    """Show who invites to what (GET), join the structure (POST)."""
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
    if situation == "anonymous":
        # The sign-up reads it: the link proves the address.
        request.session[INVITATION_KEY] = token
    context = {"invitation": invitation, "situation": situation, "token": token}
    status = {"unknown": 404, "expired": 410, "cancelled": 410}.get(situation, 200)
    return render(request, "invitations/accept.html", context, status=status)


def _situation(invitation: Invitation | None, user: User | None) -> str:
    """Tell in one word what the link can do now for the person who follows it."""
    if invitation is None:
        return "unknown"
    if invitation.accepted_at:
        return "yours" if user and invitation.accepted_by_id == user.pk else "taken"
    if invitation.cancelled_at:
        return "cancelled"
    if invitation.is_expired:
        return "expired"
    if user is None:
        return "anonymous"
    is_theirs = normalise_address(invitation.email) in team.addresses_of(user)
    return "joinable" if is_theirs else "other_address"
