"""What was typed at a step while the session had expired: kept until the person signs in again.

It stays in the anonymous session (whose content survives the sign-in) and is saved, after the check of
the person's rights, as their page would have saved it.
"""

from __future__ import annotations

import re
from contextlib import suppress
from typing import Any

from django.core.exceptions import TooManyFieldsSent
from django.http import Http404, HttpRequest, QueryDict

from diagnostics.domain.vocabulary import StepKey
from diagnostics.forms.base import TamperedForm
from diagnostics.forms.saving import keep_unsaved, posted_form, save_posted
from diagnostics.queries import get_diagnostic, load_step
from diagnostics.services.errors import ServiceError

SESSION_KEY = "pending_step"
# Larger texts are not kept in an anonymous session: anybody could fill the database.
MAX_KEPT = 300_000
KEPT_FOR = 60 * 60 * 12  # seconds


def keep(request: HttpRequest) -> None:
    """Keep a POST of a step in the session of a person who is not signed in."""
    match = request.resolver_match
    if request.method != "POST" or match is None or match.url_name != "diagnostic_step":
        return
    kept = request.POST.copy()
    kept.pop("csrfmiddlewaretoken", None)
    if len(text := kept.urlencode()) > MAX_KEPT:
        return
    request.session[SESSION_KEY] = {
        "diagnostic": str(match.kwargs["pk"]),
        "step": match.kwargs["step"].value,
        "posted": text,
    }
    request.session.set_expiry(KEPT_FOR)


def adopt(request: HttpRequest, user: Any) -> bool:
    """Save the kept text for the person who has just signed in; tell whether anything was kept.

    Nothing happens when they hold no right on that diagnostic. What cannot be saved is kept for them.
    """
    kept = request.session.pop(SESSION_KEY, None)
    if kept is None:
        return False
    request.session.set_expiry(None)
    try:
        diagnostic = get_diagnostic(user, kept["diagnostic"])
    except Http404:
        return False
    if not diagnostic.access.has_editing_role:
        return False
    loaded = load_step(diagnostic, StepKey(kept["step"]), user=user)
    with suppress(TamperedForm, TooManyFieldsSent):
        posted = QueryDict(kept["posted"], mutable=True)
        if not re.fullmatch(r"[0-9]{1,9}", posted.get("base_revision", "")):
            posted["base_revision"] = "0"  # whatever is stored is then to be chosen from
        form = posted_form(loaded, posted)
        try:
            save_posted(form, posted, loaded)
        except ServiceError:
            keep_unsaved(form, loaded)
    return True
