"""The second factor before any other page: whoever must have one and has none sets it up first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cryptography.fernet import InvalidToken
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils.deprecation import MiddlewareMixin

from diagnostics.policies import policy_of
from diagnostics.services.errors import NotAllowed
from diagnostics.services.factors import UNREADABLE, is_last_of, lacks_factor
from diagnostics.views.errors import permission_denied

# What one needs to set it up: to prove who one is, to confirm one's address, to leave.
_REACHABLE = {"account_email", "account_logout", "account_reauthenticate", "health"}
# Everybody may open them, and whoever signed in works there.
_NOT_REACHABLE = {"start", "invitation_accept"}
FIRST = (
    "Votre rôle demande une double authentification\u00a0: choisissez une application de codes ou une clé "
    "d’accès pour continuer."
)
LAST = "Votre rôle demande une double authentification\u00a0: ajoutez un autre moyen avant de retirer celui-ci."


class SecondFactorMiddleware(MiddlewareMixin):
    """Leads whoever must have a second factor and has none to setting it up, and keeps their last one.

    Nothing is asked where nobody must have one (setting REQUIRE_MFA).
    """

    def process_view(
        self,
        request: HttpRequest,
        view: Callable[..., HttpResponseBase],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> HttpResponseBase | None:
        """Lead to the page of the second factor; give back what was typed meanwhile."""
        match = request.resolver_match
        name = (match.url_name if match else "") or ""
        if not settings.REQUIRE_MFA or name in _REACHABLE or not request.user.is_authenticated:
            return None
        if name.startswith("mfa_"):
            is_kept = name == "mfa_remove_webauthn" and is_last_of(request.user, kwargs["pk"])
            return _lead(request, LAST) if is_kept else None
        policy = policy_of(request)
        is_public = policy is not None and policy.get is not None and not policy.get.are_signed_in
        if (is_public and name not in _NOT_REACHABLE) or not lacks_factor(request.user):
            return None
        if request.method == "POST":
            return permission_denied(request, NotAllowed(FIRST))
        return _lead(request, FIRST)

    def process_exception(
        self, request: HttpRequest, exception: Exception
    ) -> HttpResponseBase | None:
        """Say what to do where the key that encrypted the codes is no longer given."""
        return _lead(request, UNREADABLE) if isinstance(exception, InvalidToken) else None


def _lead(request: HttpRequest, why: str) -> HttpResponseBase:
    messages.warning(request, why)
    return redirect("mfa_index")
