"""Pages that belong to no object: the start page, « À propos », the health check."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from django.contrib.auth.decorators import login_not_required
from django.db import Error as DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from procrastinate.contrib.django.models import ProcrastinateJob

from diagnostics.models import Invitation, Kit, User
from diagnostics.queries import OwnDiagnostic, load_start
from diagnostics.queries.todo import load_to_do
from diagnostics.report.sample import sample_content, sample_drawing, sample_pages
from diagnostics.services.team import invitation_token, invitations_to
from diagnostics.views.tiles import DiagnosticTile, diagnostic_tile
from rameau_diag.postgresql.waiting import within

logger = logging.getLogger(__name__)

HEALTH_WITHIN = 1.5  # seconds for the database to answer


# --- Start ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class StartTile:
    """A diagnostic of the person, with what they can do next; ``resumes``: where they left off."""

    own: OwnDiagnostic
    tile: DiagnosticTile
    resumes: bool


@login_not_required
@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """Welcome a visitor, or show a person their structures and diagnostics."""
    if not request.user.is_authenticated:
        return render(request, "pages/welcome.html", {"drawing": sample_drawing()})
    found = load_start(
        request.user, asked=request.GET.get("q", ""), page=request.GET.get("page", "1")
    )
    context = {
        "start": found,
        "tiles": [_start_tile(own) for own in found.diagnostics],
        "to_do": [] if found.asked else load_to_do(request.user),
        "invitations": _invitations_to(request.user),
    }
    return render(request, "pages/start.html", context)


def _start_tile(own: OwnDiagnostic) -> StartTile:
    """Make the line of a diagnostic: who may fill it in takes it up where they left it."""
    tile = diagnostic_tile(own.diagnostic, own.access)
    return StartTile(own, tile, tile.is_to_fill_in and own.own_step is not None)


def _invitations_to(user: User) -> list[tuple[Invitation, str]]:
    """Return the open invitations to a person, with their links."""
    return [
        (invitation, reverse("invitation_accept", args=[invitation_token(invitation)]))
        for invitation in invitations_to(user)
    ]


# --- The sample report ------------------------------------------------------------------------------


@login_not_required
@require_safe
def show_sample(request: HttpRequest) -> HttpResponse:
    """Show the report of a fictitious structure, to leaf through; it comes from no diagnostic."""
    context = {"content": sample_content(), "pages": sample_pages()}
    return render(request, "pages/sample.html", context)


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
    """Answer 200 when the database and the queue's tables answer, 503 otherwise, within two seconds."""
    try:
        with within(HEALTH_WITHIN):
            ProcrastinateJob.objects.exists()
    except DatabaseError:
        logger.exception("The database does not answer")
        return JsonResponse({"status": "unavailable"}, status=503)
    return JsonResponse({"status": "ok"})
