"""Sign-in is required everywhere unless a view says otherwise; nothing typed is lost by it, nothing
shown to somebody who signed in is kept on the way."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseNotAllowed,
)
from django.shortcuts import resolve_url
from django.utils.deprecation import MiddlewareMixin

from diagnostics import expired_session, known_browsers
from diagnostics.accounts import network_of
from diagnostics.domain.browsers import browser_in_words
from diagnostics.policies import READING, SENDING, policy_of
from diagnostics.sessions import BROWSER, PERSON, SEEN, is_long_ago

NO_ROOM_FOR = 60  # seconds before a page tries again
logger = logging.getLogger(__name__)


class PolicyMiddleware(MiddlewareMixin):
    """Refuse an address of which nothing is declared, and a method that nobody may use there.

    Before the sign-in is asked for: PUT and the like are refused alike to everybody.
    """

    def process_view(
        self,
        request: HttpRequest,
        view_func: Callable[..., HttpResponseBase],
        view_args: tuple[Any, ...],
        view_kwargs: dict[str, Any],
    ) -> HttpResponseBase | None:
        """Refuse with 403 what nobody declared, with 405 what nobody sends."""
        policy = policy_of(request)
        if policy is None:
            # Its pattern alone: what the address was made with may be the secret part of a link.
            route = getattr(request.resolver_match, "route", "")
            logger.error("No policy is declared for /%s", route)
            raise PermissionDenied
        if request.method not in READING | SENDING:
            known = [policy.get and ["GET", "HEAD"], policy.post and ["POST"]]
            return HttpResponseNotAllowed([method for some in known if some for method in some])
        return None


class KeepTypedTextLoginMiddleware(LoginRequiredMiddleware):
    """Keep what was typed when the session had expired, then ask to sign in.

    Who is let in without is those whom both name: the policy of the address and its view.
    """

    def process_view(
        self,
        request: HttpRequest,
        view_func: Callable[..., HttpResponseBase],
        view_args: tuple[Any, ...],
        view_kwargs: dict[str, Any],
    ) -> HttpResponseBase | None:
        """Ask for a sign-in where the policy does, whatever the view says of itself."""
        policy = policy_of(request)
        who = policy and policy.of(request.method)
        if who and who.are_signed_in and not request.user.is_authenticated:
            return self.handle_no_permission(request, view_func)
        return super().process_view(request, view_func, view_args, view_kwargs)

    def handle_no_permission(  # type: ignore[override]  # Django's only ever redirects
        self, request: HttpRequest, view_func: Callable[..., HttpResponseBase]
    ) -> HttpResponseBase:
        """Keep a refused POST in the anonymous session, bounded, and come back to its page.

        A page that saves by itself and finds no room keeps its text and tries again later.
        """
        try:
            page = expired_session.keep(request, network=network_of(request))
        except PermissionDenied as full:
            if "autosave" not in request.POST:
                raise
            return HttpResponse(str(full), status=503, headers={"Retry-After": str(NO_ROOM_FOR)})
        if page:
            return redirect_to_login(page, resolve_url(settings.LOGIN_URL))
        return super().handle_no_permission(request, view_func)


class NeverStaleMiddleware:
    """No page is kept by a browser or on the way, but what says the same to every visitor: « Précédent »
    of the browser reads it again, and a computer that several people use shows it to nobody else.

    That of somebody who signed in, that of a link that was sent to somebody, the way to the sign-in
    that names an address: all are private. A response that says itself how long it may be kept (a printed
    version) is left alone.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Say it of each response that was made for somebody."""
        response = self.get_response(request)
        # Who was asked for while answering: asking now would read the database, which may be away.
        user = getattr(request, "_cached_user", None)
        is_known = bool(user and user.is_authenticated)
        policy = policy_of(request)
        if is_known or request.method not in READING or not (policy and policy.is_public):
            response.setdefault("Cache-Control", "private, no-store")
        if is_known and "no-store" in response["Cache-Control"]:
            expired_session.remember(request, response, user)
            known_browsers.remember(request, response, user)
        if is_known:
            _note_browser(request)
        return response


def _note_browser(request: HttpRequest) -> None:
    """Have the session say from which browser its person was seen, when that is new or long ago."""
    session = request.session
    browser = browser_in_words(request.headers.get("User-Agent", ""))
    if PERSON not in session:  # ended while answering
        return
    if session.get(BROWSER, "") != browser:
        session[BROWSER], session[SEEN] = browser, None
    elif is_long_ago(session.get(SEEN)):
        session.modified = True
