"""Browsers in which somebody has signed in already: what others try elsewhere does not hold them up.

A cookie says so for the last person, as OWASP's « device cookies » do: signed, with a number of its own so
that tries are counted browser by browser, and bound to the password, which whoever changes it wants unknown
elsewhere. It opens nothing.
"""

from __future__ import annotations

from secrets import token_urlsafe
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from diagnostics.domain.addresses import normalise_address
from diagnostics.models import User

COOKIE = "navigateur"
KEPT_FOR = 60 * 60 * 24 * 365  # seconds


def remember(request: HttpRequest, response: HttpResponseBase, user: Any) -> None:
    """Have a browser known to the account of whoever is signed in."""
    pk, _, stamp = _read(request)
    if (pk, stamp) == (str(user.pk), _stamp(user)):
        return
    response.set_signed_cookie(
        COOKIE,
        f"{user.pk}:{token_urlsafe(12)}:{_stamp(user)}",
        salt=COOKIE,
        max_age=KEPT_FOR,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def known_to(request: HttpRequest, address: str) -> str:
    """Return the number of a browser that the account of an address knows; empty for any other."""
    pk, number, stamp = _read(request)
    user = User.objects.filter(pk=pk).first() if pk else None
    if user is None or stamp != _stamp(user):
        return ""
    typed = normalise_address(address)
    is_theirs = typed == user.email or (
        EmailAddress.objects.filter(user=user, email=typed, verified=True).exists()
    )
    return number if is_theirs else ""


def _read(request: HttpRequest) -> tuple[str, str, str]:
    kept = request.get_signed_cookie(COOKIE, default="", salt=COOKIE, max_age=KEPT_FOR) or ""
    parts = kept.split(":")
    return (parts[0], parts[1], parts[2]) if len(parts) == 3 else ("", "", "")


def _stamp(user: User) -> str:
    return user.get_session_auth_hash()[:16]
