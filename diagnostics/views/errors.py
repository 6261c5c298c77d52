"""Error pages in the look of the application; none of them needs the database to answer.

The page of an internal error (500.html) stands alone: it is rendered without request or context.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import (
    RequestDataTooBig,
    TooManyFieldsSent,
    TooManyFilesSent,
)
from django.db import Error as DatabaseError
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseServerError,
    UnreadablePostError,
)
from django.http.multipartparser import MultiPartParserError
from django.shortcuts import render
from django.template.loader import render_to_string

from diagnostics.services.errors import NotAllowed, ServiceError

TOO_LARGE = (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)

# What is given back of a refused form: enough for a step filled to its caps, no more.
MAX_TEXTS = 400
MAX_CHARACTERS = 200_000
SHORTEST_TEXT = 3
NOT_TYPED = ("csrfmiddlewaretoken", "next", "email", "login")
WRITTEN_BY_THE_PAGE = re.compile(
    r"(_FORMS|-id|-result|_NUM_FORMS|current_step|(\A|-)seen|-revision)\Z"
    r"|\A(next|asked|confirm|role|structure|back|finding|step|gap|base_revision|once|list|add|take|offered"
    r"|place|sort|row|message_pk|deed|undo|version)\Z"
    r"|\Areview-(vision|ambition|missions|means)-"
)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say that the request cannot be read, or that it is too large."""
    if isinstance(exception, TOO_LARGE):
        return _page(request, "413.html", 413)
    return _page(request, "400.html", 400)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say that the person sees the object but lacks the right, and why when it is known."""
    return _page(request, "403.html", 403, reason=str(exception), texts=every_text(request))


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say that there is nothing here, for this person at least."""
    return _page(request, "404.html", 404, texts=every_text(request))


def method_not_allowed(request: HttpRequest) -> HttpResponse:
    """Say that an address is not asked this way, and give back what was sent to it."""
    return _page(request, "405.html", 405, texts=every_text(request))


def server_error(request: HttpRequest) -> HttpResponse:
    """Say that the site failed; when even the template fails, in plain text."""
    try:
        return HttpResponseServerError(render_to_string("500.html"))
    except Exception:  # whatever broke the page may break this one
        text = "Le site a rencontré une erreur. Réessayez dans quelques minutes."
        return HttpResponseServerError(text, content_type="text/plain; charset=utf-8")


class ServiceErrorMiddleware:
    """The one mapping of what services refuse, for all views, the guided steps included.

    Without the right: 403; anything else, most often that the object has moved on: 409 with the
    service's sentence. Both give back what was typed. A view catches a refusal only to show its
    own page again, with the text where it was typed.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Nothing to do around a view that answers."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer what a service refused; any other exception is Django's."""
        if isinstance(exception, NotAllowed):
            return permission_denied(request, exception)
        if isinstance(exception, ServiceError):
            texts = every_text(request)
            return _page(request, "409.html", 409, reason=str(exception), texts=texts)
        return None


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Say that the form had expired, and give back what was typed."""
    return _page(request, "403_csrf.html", 403, texts=typed_texts(request))


def every_text(request: HttpRequest) -> list[str]:
    """Return all that a person typed in the form of a page, figures included, bounded."""
    return typed_texts(request, shortest=1, with_figures=True)


def typed_texts(
    request: HttpRequest, *, shortest: int = SHORTEST_TEXT, with_figures: bool = False
) -> list[str]:
    """Return the texts that a person typed in the posted form, bounded; never a password."""
    try:
        posted = request.POST
    except (*TOO_LARGE, UnreadablePostError, MultiPartParserError):
        return []
    texts: list[str] = []
    left = MAX_CHARACTERS
    for name, values in posted.lists():
        if _is_not_typed(name, with_figures=with_figures):
            continue
        for value in values:
            text = value.replace("\x00", "").strip()
            if (
                len(text) < shortest
                or (text.isdecimal() and not with_figures)
                or len(texts) == MAX_TEXTS
            ):
                continue
            texts.append(text[:left])
            left -= len(texts[-1])
            if left <= 0:
                return texts
    return texts


def _is_not_typed(name: str, *, with_figures: bool) -> bool:
    """Tell whether a field holds what the page writes by itself, or a secret."""
    if name == "csrfmiddlewaretoken" or "password" in name.lower():
        return True
    if with_figures:
        return bool(WRITTEN_BY_THE_PAGE.search(name))
    return name in NOT_TYPED


def _page(request: HttpRequest, template: str, status: int, **context: Any) -> HttpResponse:
    """Render an error page, as for a visitor when the person cannot be read."""
    try:
        signed_in = request.user.is_authenticated  # reads the session and the person
    except (AttributeError, DatabaseError):
        signed_in = False
        request.user = AnonymousUser()
    return render(request, template, {"signed_in": signed_in, **context}, status=status)
