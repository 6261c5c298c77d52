"""What the law has the site say: who publishes it, what it keeps of people, how accessible it is."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from diagnostics.domain import retention


@login_not_required
@require_safe
def show_legal_notice(request: HttpRequest) -> HttpResponse:
    """Say who publishes the site and who keeps it (settings ``LEGAL_…``)."""
    return render(request, "legal/notice.html", _context())


@login_not_required
@require_safe
def show_personal_data(request: HttpRequest) -> HttpResponse:
    """Say what is kept of people, why, how long, and who receives it."""
    return render(request, "legal/personal_data.html", _context())


@login_not_required
@require_safe
def show_accessibility(request: HttpRequest) -> HttpResponse:
    """Say how accessible the site is, what was looked at and what was not."""
    return render(request, "legal/accessibility.html", _context())


def _context() -> dict[str, Any]:
    return {
        "legal": settings.LEGAL,
        "site_name": settings.SITE_NAME,
        "is_production": settings.PRODUCTION,
        "kept": retention,
    }
