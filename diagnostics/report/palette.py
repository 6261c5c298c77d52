"""The colours of the design tokens, for what cannot read custom properties: drawings and Word."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from django.conf import settings

_TOKEN = re.compile(r"^\s*--([\w-]+):\s*(#[0-9a-f]{6});$", re.MULTILINE)


@cache
def _tokens() -> dict[str, str]:
    file = Path(settings.BASE_DIR) / "static" / "css" / "tokens.css"
    return dict(_TOKEN.findall(file.read_text(encoding="utf-8")))


def colour(token: str) -> str:
    """Return the value of a token, as « #1b2a28 »; KeyError when there is none of that name."""
    return _tokens()[token]
