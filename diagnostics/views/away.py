"""What is answered while the database is away, too busy or out of room: 503 within three seconds, with
what was typed. Nothing here asks the database or the session for anything."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass

import psycopg
from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.template.context_processors import csrf
from django.template.loader import render_to_string
from django.utils.cache import add_never_cache_headers

from diagnostics.views.typed import every_text, fields_to_send_again

logger = logging.getLogger(__name__)

AGAIN_AFTER = 4  # seconds; the database is known to be back within one
# https://www.postgresql.org/docs/current/errcodes-appendix.html
TOO_BUSY = {"40001", "40P01", "55P03", "57014"}  # serialization, deadlock, lock, statement time out
NO_ROOM = {"53100", "53200"}  # disk, memory
READ_ONLY = "25006"  # a copy that has not taken over yet


@dataclass(frozen=True)
class Away:
    """Why the database did not do what it was asked."""

    is_busy: bool = False
    has_no_room: bool = False


def why_away(exception: BaseException | None) -> Away | None:
    """Tell whether an exception says that the database is away, and how; None when it is a fault of ours.

    A statement that is wrong, or that the constraints refuse, is another matter.
    """
    chain = list(_with_causes(exception))
    states = {getattr(error, "sqlstate", None) for error in chain}
    known = (OperationalError, InterfaceError, psycopg.OperationalError, psycopg.InterfaceError)
    if not any(isinstance(error, known) for error in chain) and READ_ONLY not in states:
        return None
    return Away(is_busy=bool(states & TOO_BUSY), has_no_room=bool(states & NO_ROOM))


def _with_causes(exception: BaseException | None) -> Iterator[BaseException]:
    # What the queue raises comes from the database's own error, and our rows' templates wrap some.
    while exception is not None:
        yield exception
        exception = exception.__cause__


def answer_away(request: HttpRequest, exception: BaseException | None) -> HttpResponseBase | None:
    """Answer for a database that is away, 503; None when that is not what the exception says."""
    away = why_away(exception)
    if away is None:
        return None
    # A slow statement is to be looked for; the others have nothing to do with where they were seen.
    logger.error("503: %s", _first_line(exception), exc_info=exception if away.is_busy else None)
    if "autosave" in request.POST:
        response: HttpResponse = JsonResponse({"status": "unavailable"}, status=503)
    else:
        response = _page(request, away)
    response["Retry-After"] = str(AGAIN_AFTER)
    add_never_cache_headers(response)
    return response


def _page(request: HttpRequest, away: Away) -> HttpResponse:
    context = {"away": away, "address": request.get_full_path(), "site": settings.SITE_NAME}
    if request.method == "POST":
        context |= {"texts": every_text(request), "fields": fields_to_send_again(request)}
        context |= csrf(request)  # from the cookie: nothing is read for it
    response = HttpResponse(render_to_string("503.html", context), status=503)
    if request.method == "GET":
        response["Refresh"] = str(AGAIN_AFTER)  # it is there again by itself
    return response


def _first_line(exception: BaseException | None) -> str:
    return f"{type(exception).__name__}: {exception}".partition("\n")[0]
