"""Sign-in is required everywhere unless a view says otherwise; nothing typed is lost by it, nothing
shown to somebody who signed in is kept on the way."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import resolve_url

from diagnostics import expired_session


class KeepTypedTextLoginMiddleware(LoginRequiredMiddleware):
    """Keep what was typed when the session had expired, then ask to sign in."""

    def handle_no_permission(
        self, request: HttpRequest, view_func: Callable[..., HttpResponseBase]
    ) -> HttpResponseRedirect:
        """Keep a refused POST in the anonymous session, bounded, and come back to its page."""
        page = expired_session.keep(request)
        if page:
            return redirect_to_login(page, resolve_url(settings.LOGIN_URL))
        return super().handle_no_permission(request, view_func)


class NeverStaleMiddleware:
    """No page of somebody who signed in is kept by a browser or on the way: « Précédent » of the
    browser reads it again, and a computer that several people use shows it to nobody else.

    A response that says itself how long it may be kept (a printed version) is left alone.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Say it of each response that was made for somebody."""
        response = self.get_response(request)
        # Who was asked for while answering: asking now would read the database, which may be away.
        user = getattr(request, "_cached_user", None)
        if user and user.is_authenticated:
            response.setdefault("Cache-Control", "private, no-store")
            if "no-store" in response["Cache-Control"]:
                expired_session.remember(request, response, user)
        return response
