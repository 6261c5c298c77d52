"""What the pages of the second factor give to their script."""

from __future__ import annotations

import json
from typing import Any

from cryptography.fernet import InvalidToken
from django import template

register = template.Library()


@register.filter
def in_fours(key: str) -> str:
    """Write a key by fours, as people copy it; applications take it so."""
    return " ".join(key[at : at + 4] for at in range(0, len(key), 4))


@register.filter
def codes_left(recovery_codes: Any) -> int:
    """Count the recovery codes that were not used; none where they can no longer be read."""
    try:
        return len(recovery_codes.get_unused_codes()) if recovery_codes else 0
    except InvalidToken:
        return 0


@register.filter
def as_json(value: Any) -> str:
    """Write a value as JSON, for a ``data-`` attribute: the template escapes it."""
    return json.dumps(value, default=_as_mapping)


def _as_mapping(value: Any) -> dict[str, Any]:
    """Return one of fido2's mappings as JSON writes it."""
    return dict(value)
