"""The application of codes that a person has on their phone."""

from __future__ import annotations

from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)


def code_of(key: str) -> str:
    """Return the code that an application shows now for a key."""
    _late, now, _early = yield_hotp_counters_from_time()
    return format_hotp_value(hotp_value(key, now))
