"""Pages that belong to no object: the start page, « À propos », the health check."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from django.contrib.auth.decorators import login_not_required
from django.db import Error as DatabaseError
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from procrastinate.contrib.django.models import ProcrastinateJob

from diagnostics.domain.permissions import TeamAccess
from diagnostics.domain.vocabulary import MembershipRole
from diagnostics.models import Diagnostic, Invitation, Kit, Membership, User
from diagnostics.services.team import invitation_token
from diagnostics.views.tiles import DiagnosticTile, diagnostic_tile

logger = logging.getLogger(__name__)


# --- Start ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class StructureTile:
    """A structure of the person, with its diagnostics."""

    membership: Membership
    diagnostics: list[DiagnosticTile]
    can_open: bool


@login_not_required
@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """Welcome a visitor, or show a person their structures and diagnostics."""
    if not request.user.is_authenticated:
        return render(request, "pages/welcome.html")
    memberships = (
        request.user.memberships.filter(structure__deleted_at=None)
        .select_related("structure__facilitator")
        .prefetch_related(Prefetch("structure__diagnostics", Diagnostic.objects.defer("workshops")))
        .order_by("structure__name", "pk")
    )
    context = {
        "tiles": [_structure_tile(membership) for membership in memberships],
        "invitations": _invitations_to(request.user),
    }
    return render(request, "pages/start.html", context)


def _structure_tile(membership: Membership) -> StructureTile:
    access = TeamAccess(role=MembershipRole(membership.role))
    return StructureTile(
        membership=membership,
        diagnostics=[
            diagnostic_tile(diagnostic, access)
            for diagnostic in membership.structure.diagnostics.all()
        ],
        can_open=access.can_manage,
    )


def _invitations_to(user: User) -> list[tuple[Invitation, str]]:
    """Return the open invitations to a person's address, with their links."""
    invitations = (
        Invitation.objects.pending()
        .filter(email__iexact=user.email)
        .exclude(structure__memberships__user=user)
        .select_related("structure", "invited_by")
        .order_by("created_at", "pk")
    )
    return [
        (invitation, reverse("invitation_accept", args=[invitation_token(invitation)]))
        for invitation in invitations
    ]


# --- About ------------------------------------------------------------------------------------------


@login_not_required
@require_safe
def about(request: HttpRequest) -> HttpResponse:
    """Tell where the questionnaire comes from and what was changed in it."""
    return render(request, "pages/about.html", {"kit": Kit.objects.order_by("-published").first()})


# --- Health -----------------------------------------------------------------------------------------


@login_not_required
@never_cache
@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """Answer 200 when the database and the queue's tables answer, 503 otherwise."""
    try:
        ProcrastinateJob.objects.exists()
    except DatabaseError:
        logger.exception("The database does not answer")
        return JsonResponse({"status": "unavailable"}, status=503)
    return JsonResponse({"status": "ok"})
