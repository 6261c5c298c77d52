"""Sign-in is required everywhere unless a view says otherwise; nothing typed is lost by it."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect

from diagnostics import expired_session


class KeepTypedTextLoginMiddleware(LoginRequiredMiddleware):
    """Keep what was typed at a step when the session had expired, then ask to sign in."""

    def handle_no_permission(
        self, request: HttpRequest, view_func: Callable[..., HttpResponseBase]
    ) -> HttpResponseRedirect:
        """Keep a refused POST of a step in the anonymous session, bounded."""
        expired_session.keep(request)
        return super().handle_no_permission(request, view_func)
