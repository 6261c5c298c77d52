"""How often one may try: counted for all processes together (``shared_cache``), nobody locked out by others.

Wrong passwords are counted for an account and a network together; more widely for a network, whatever the
accounts, and for an account, whatever the networks. A browser that the account knows is counted by itself:
whatever others do, even in the same office, its owner signs in. Anywhere else, the mail of a reset lets
them in. What is counted is the address as it was typed: whether it has an account changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

from allauth.core.internal import ratelimit
from django.conf import settings
from django.http import HttpRequest

from diagnostics.domain.addresses import normalise_address
from diagnostics.known_browsers import known_to

# How many in how long, in allauth's words: « key » is an account, in the first with its network.
SIGN_IN = {
    "here": "5/10m/key",
    "network": "50/10m/ip",
    "account": "30/60m/key",
}
SIGN_IN_KNOWN = {"known": "10/10m/key"}
RESET = {
    "here": "3/10m/key",
    "network": "30/10m/ip",
    "account": "10/60m/key",
}
RESET_KNOWN = {"known": "5/10m/key"}
UNKNOWN_NETWORK = "0.0.0.0"  # noqa: S104  (no server listens there: a socket without an address)


@dataclass(frozen=True)
class Tries:
    """A try that was counted, or the limit that refused it."""

    counted: tuple[ratelimit.RateLimitUsage, ...] = ()
    reached: str = ""

    def take_back(self) -> None:
        """Have it not counted: the password was the right one."""
        for usage in self.counted:
            usage.rollback()


def count_sign_in(request: HttpRequest, address: str) -> Tries:
    """Count a try of a password before it is read: of several at once, none passes the limit."""
    return _count(request, address, "sign_in", SIGN_IN, SIGN_IN_KNOWN)


def count_reset(request: HttpRequest, address: str) -> Tries:
    """Count a mail that lets somebody choose another password."""
    return _count(request, address, "reset", RESET, RESET_KNOWN)


def _count(
    request: HttpRequest, address: str, what: str, rates: dict[str, str], known: dict[str, str]
) -> Tries:
    typed = normalise_address(address)
    number = known_to(request, typed)
    keys = {"here": f"{ratelimit.get_ip(request)} {typed}", "account": typed, "known": number}
    counted: list[ratelimit.RateLimitUsage] = []
    for name, rate in (known if number else rates).items():
        usage = ratelimit.consume(
            request, app=what, action=name, config={name: rate}, key=keys.get(name)
        )
        if usage is None:
            Tries(tuple(counted)).take_back()
            return Tries(reached=name)
        counted.append(usage)
    return Tries(tuple(counted))


def address_of(request: HttpRequest) -> str:
    """Return the network address of whoever asks, as the last trusted proxy says it.

    What a browser writes into X-Forwarded-For comes before, and counts for nothing.
    """
    direct: str = request.META.get("REMOTE_ADDR") or UNKNOWN_NETWORK
    trusted = settings.TRUSTED_PROXIES
    told = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",")]
    return told[-trusted] or direct if 0 < trusted <= len(told) else direct
