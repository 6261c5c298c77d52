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

from diagnostics.domain.permissions import Access
from diagnostics.domain.vocabulary import MembershipRole, State
from diagnostics.models import Diagnostic, Invitation, Kit, Membership, User
from diagnostics.services.team import invitation_token

logger = logging.getLogger(__name__)


# --- Start ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class DiagnosticTile:
    """A diagnostic as the start page shows it."""

    diagnostic: Diagnostic
    steps_done: int
    steps_total: int
    next_action: str
    address: str


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
        request.user.memberships.select_related("structure__facilitator")
        .prefetch_related(Prefetch("structure__diagnostics", Diagnostic.objects.defer("workshops")))
        .order_by("structure__name", "pk")
    )
    context = {
        "tiles": [_structure_tile(membership) for membership in memberships],
        "invitations": _invitations_to(request.user),
    }
    return render(request, "pages/start.html", context)


def _structure_tile(membership: Membership) -> StructureTile:
    role = MembershipRole(membership.role)
    return StructureTile(
        membership=membership,
        diagnostics=[
            _diagnostic_tile(diagnostic, role)
            for diagnostic in membership.structure.diagnostics.all()
        ],
        can_open=role is MembershipRole.LEAD,
    )


def _diagnostic_tile(diagnostic: Diagnostic, role: MembershipRole) -> DiagnosticTile:
    done = diagnostic.indicators.get("steps_complete", 0)
    total = diagnostic.indicators.get("steps_total", 10)
    access = Access(role=role, state=State(diagnostic.state))
    action, url_name = _next_action(access, is_complete=done >= total)
    return DiagnosticTile(diagnostic, done, total, action, reverse(url_name, args=[diagnostic.pk]))


def _next_action(access: Access, *, is_complete: bool) -> tuple[str, str]:
    """Return what the person can do next on a diagnostic, and the name of its address."""
    if access.state is State.CHANGES_REQUESTED and access.can_edit:
        return "Répondre aux modifications demandées", "diagnostic_home"
    if is_complete and access.can_submit:
        return "Relire et soumettre", "diagnostic_check"
    if access.can_edit:
        return "Continuer le questionnaire", "diagnostic_home"
    if access.state is State.SUBMITTED:
        return "Suivre la relecture par la facilitation", "diagnostic_home"
    if access.state in {State.VALIDATED, State.ADOPTED}:
        return "Lire le rapport", "report"
    return "Lire le diagnostic", "diagnostic_home"


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
