"""Error pages in the look of the application; none of them needs the database to answer.

The page of an internal error (500.html) stands alone: it is rendered without request or context.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db import Error as DatabaseError
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseServerError,
)
from django.shortcuts import render
from django.template.loader import render_to_string

from diagnostics.services.errors import NotAllowed, ServiceError
from diagnostics.views.away import answer_away
from diagnostics.views.typed import TOO_LARGE, every_text, typed_texts


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


def server_error(request: HttpRequest) -> HttpResponseBase:
    """Say that the site failed, or that its database is away; when even the template fails, in plain text.

    What a middleware raises, the reading of the session for one, comes here and nowhere else.
    """
    try:
        away = answer_away(request, sys.exc_info()[1])
        return away or HttpResponseServerError(render_to_string("500.html"))
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

    def process_exception(
        self, request: HttpRequest, exception: Exception
    ) -> HttpResponseBase | None:
        """Answer what a service refused, and for a database that is away; anything else is Django's."""
        if isinstance(exception, NotAllowed):
            return permission_denied(request, exception)
        if isinstance(exception, ServiceError):
            texts = every_text(request)
            return _page(request, "409.html", 409, reason=str(exception), texts=texts)
        return answer_away(request, exception)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Say that the form had expired, and give back what was typed."""
    return _page(request, "403_csrf.html", 403, texts=typed_texts(request))


def _page(request: HttpRequest, template: str, status: int, **context: Any) -> HttpResponse:
    """Render an error page, as for a visitor when the person cannot be read."""
    try:
        signed_in = request.user.is_authenticated  # reads the session and the person
    except (AttributeError, DatabaseError):
        signed_in = False
        request.user = AnonymousUser()
    return render(request, template, {"signed_in": signed_in, **context}, status=status)
