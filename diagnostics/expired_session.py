"""What was sent while the session had expired: kept until the person signs in again.

It stays in the anonymous session (whose content survives the sign-in), for the person who was signed in
last in that browser, which a cookie says: somebody else who signs in there gets nothing of it. A step is
saved then, after the
check of the person's rights, as their page would have saved it. Any other form is shown on the page that
it was sent from, with what was typed in it, to be sent now: its own view checks the rights.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import TooManyFieldsSent
from django.http import Http404, HttpRequest, HttpResponseBase, QueryDict
from django.urls import Resolver404, resolve, reverse

from diagnostics.domain.vocabulary import StepKey
from diagnostics.forms.base import TamperedForm
from diagnostics.forms.saving import keep_unsaved, posted_form, save_posted
from diagnostics.queries import get_diagnostic, load_step
from diagnostics.services.errors import ServiceError

# Fields that a page fills in by itself.
_WRITTEN = re.compile(
    r"(_FORMS|-id|-result|(\A|-)seen|-revision)\Z"
    r"|\A(next|asked|once|confirm|structure|back|finding|step|gap|base_revision|list|add|take|offered"
    r"|place|sort|row|message_pk|deed|undo|version|verdict|was|had|counted|trial|save|count)\Z"
    r"|\Areview-(vision|ambition|missions|means)-"
)
SESSION_KEY = "pending_step"
# Larger texts are not kept in an anonymous session: anybody could fill the database.
MAX_KEPT = 300_000
KEPT_FOR = 60 * 60 * 12  # seconds


FORM_KEY = "pending_form"
PERSON_COOKIE = "personne"
PERSON_KEPT_FOR = 60 * 60 * 24 * 30  # seconds


def remember(request: HttpRequest, response: HttpResponseBase, user: Any) -> None:
    """Have the browser say who was signed in, once the session has ended: a signed number."""
    if _person(request) != str(user.pk):
        response.set_signed_cookie(
            PERSON_COOKIE,
            str(user.pk),
            salt=PERSON_COOKIE,
            max_age=PERSON_KEPT_FOR,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )


def _person(request: HttpRequest) -> str:
    """Return who was signed in last in the browser; nothing when nobody was, or when it was changed."""
    kept = request.get_signed_cookie(
        PERSON_COOKIE, default=None, salt=PERSON_COOKIE, max_age=PERSON_KEPT_FOR
    )
    return kept or ""


@dataclass(frozen=True)
class SentForm:
    """A form that was sent without a session: its address and fields, and what a person typed in it."""

    address: str
    fields: list[tuple[str, str]]
    texts: list[str]


def keep(request: HttpRequest) -> str:
    """Keep a POST in the session of a person who is not signed in; return the page to come back to,
    or nothing when that is where the request went.

    Passwords are never kept.
    """
    match = request.resolver_match
    if request.method != "POST" or match is None or (match.url_name or "").startswith("account_"):
        return ""
    posted = request.POST.copy()
    posted.pop("csrfmiddlewaretoken", None)
    text, person = posted.urlencode(), _person(request)
    is_step = match.url_name == "diagnostic_step"
    if len(text) <= MAX_KEPT and not any("password" in name.lower() for name in posted):
        if is_step:
            place = {"diagnostic": str(match.kwargs["pk"]), "step": match.kwargs["step"].value}
            request.session[SESSION_KEY] = place | {"posted": text, "person": person}
        else:
            request.session[FORM_KEY] = {
                "address": request.path,
                "posted": text,
                "person": person,
            }
        request.session.set_expiry(KEPT_FOR)
    return "" if is_step else _page_of(request)


def _page_of(request: HttpRequest) -> str:
    """Return the page that a form was sent from; the start page when it is not one of ours."""
    referer = urlsplit(request.headers.get("Referer", ""))
    if referer.netloc == request.get_host():
        with suppress(Resolver404):
            resolve(referer.path)
            return f"{referer.path}?{referer.query}" if referer.query else referer.path
    return reverse("start")


def take_form(request: HttpRequest) -> SentForm | None:
    """Return the form that was kept, once: the page that shows it offers to send it."""
    kept = request.session.pop(FORM_KEY, None)
    if kept is None:
        return None
    request.session.set_expiry(None)
    if kept.get("person") != str(request.user.pk):
        return None
    posted = QueryDict(kept["posted"])
    fields = [(name, value) for name, values in posted.lists() for value in values]
    texts = [value for name, value in fields if value.strip() and not _WRITTEN.search(name)]
    return SentForm(kept["address"], fields, texts)


def adopt(request: HttpRequest, user: Any) -> bool:
    """Save the kept text for the person who has just signed in; tell whether anything was kept.

    Nothing happens when they hold no right on that diagnostic. What cannot be saved is kept for them.
    """
    kept = request.session.pop(SESSION_KEY, None)
    if kept is None:
        return False
    request.session.set_expiry(None)
    if kept.get("person") != str(user.pk):
        return False
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
