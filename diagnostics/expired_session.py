"""What was typed at a step while the session had expired: kept until the person signs in again.

It stays in the anonymous session (whose content survives the sign-in) and becomes the person's
draft after the check of their rights.
"""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest

from diagnostics.domain.vocabulary import StepKey
from diagnostics.queries import get_diagnostic
from diagnostics.services.drafts import save_draft, typed_text

SESSION_KEY = "pending_step"
# Larger texts are not kept in an anonymous session: anybody could fill the database.
MAX_KEPT = 300_000
KEPT_FOR = 60 * 60 * 12  # seconds


def keep(request: HttpRequest) -> None:
    """Keep a POST of a step in the session of a person who is not signed in."""
    match = request.resolver_match
    if request.method != "POST" or match is None or match.url_name != "diagnostic_step":
        return
    form_data = typed_text(request.POST)
    if len(form_data) > MAX_KEPT:
        return
    request.session[SESSION_KEY] = {
        "diagnostic": str(match.kwargs["pk"]),
        "step": match.kwargs["step"].value,
        "form_data": form_data,
        "base_revision": request.POST.get("base_revision", "")[:10],
    }
    request.session.set_expiry(KEPT_FOR)


def adopt(request: HttpRequest, user: Any) -> bool:
    """Make the kept text the draft of the person who has just signed in; tell whether it was.

    Nothing happens when they hold no right on that diagnostic.
    """
    kept = request.session.pop(SESSION_KEY, None)
    if kept is None:
        return False
    request.session.set_expiry(None)
    try:
        loaded = get_diagnostic(user, kept["diagnostic"])
    except Http404:
        return False
    if not loaded.access.has_editing_role:
        return False
    revision = kept["base_revision"]
    save_draft(
        loaded.diagnostic,
        StepKey(kept["step"]),
        form_data=kept["form_data"],
        base_revision=int(revision) if revision.isascii() and revision.isdigit() else 0,
        user=user,
    )
    return True
