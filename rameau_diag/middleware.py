"""Each request has a name, which its answer and all its lines in the logs carry."""

import logging
import re
import time
import uuid
from collections.abc import Callable

from django.conf import settings
from django.core.signals import request_finished
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.crypto import constant_time_compare

from rameau_diag import metrics
from rameau_diag.logs import request_id, route_of

WELL_FORMED = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,63}\Z")

logger = logging.getLogger("rameau_diag.requests")


class RequestIdMiddleware:
    """Takes the name that the proxy gave (``X-Request-ID``), or makes one; tells the request in the log."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Name the request, its answer, and what is logged until the answer is sent."""
        given = request.headers.get("X-Request-ID", "")
        name = given if WELL_FORMED.match(given) else uuid.uuid4().hex
        request.request_id = name  # type: ignore[attr-defined]
        request_id.set(name)
        started = time.monotonic()
        response = figures_for(request) or self.get_response(request)
        response["X-Request-ID"] = name
        if request.path.startswith(settings.STATIC_URL):
            return response
        seconds = time.monotonic() - started
        measured = {
            "method": request.method,
            "route": route_of(request),
            "status": response.status_code,
            "ms": round(seconds * 1000),
        }
        if settings.METRICS_TOKEN:
            known = route_of(request) if request.resolver_match else "unknown"
            metrics.observe(request.method, known, response.status_code, seconds)
        logger.info("%(method)s %(route)s %(status)s", measured, extra={"measured": measured})
        return response


def figures_for(request: HttpRequest) -> HttpResponse | None:
    """Answer a program that shows the token of the metrics; to anybody else there is nothing at their address."""
    token = settings.METRICS_TOKEN
    if not token or (request.method, request.path) != ("GET", "/metrics/"):
        return None
    if not constant_time_compare(request.headers.get("Authorization", ""), f"Bearer {token}"):
        return None
    text = metrics.as_text()
    return HttpResponse(text, content_type="text/plain; version=0.0.4; charset=utf-8")


def _forget(**kwargs: object) -> None:
    request_id.set("")


request_finished.connect(_forget, dispatch_uid="rameau_diag.request_id")
