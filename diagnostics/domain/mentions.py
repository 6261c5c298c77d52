"""Whether a text names somebody or something: as whole words, since a name may be « e », or « Paris »."""

from __future__ import annotations

import re
from collections.abc import Iterable

# What may stand before or after an address and make it another one.
_LONGER_BEFORE, _LONGER_AFTER = r"(?<![\w.%+-])", r"(?!\.?[\w-])"


def naming(name: str) -> re.Pattern[str]:
    """Return what finds a name in a text, in any case, on one line or two; a blank one is nowhere."""
    words = r"\s+".join(map(re.escape, name.split()))
    return re.compile(rf"(?<!\w){words}(?!\w)" if words else r"(?!)", re.IGNORECASE)


def addressing(addresses: Iterable[str]) -> re.Pattern[str]:
    """Return what finds any of some addresses in a text: « a@x.fr » is not in « la@x.fr »."""
    either = "|".join(re.escape(address) for address in addresses if address)
    whole = f"{_LONGER_BEFORE}(?:{either}){_LONGER_AFTER}"
    return re.compile(whole if either else r"(?!)", re.IGNORECASE)


def rarest_word(name: str) -> str:
    """Return the longest word of a name: what to ask a table for before reading what it gives."""
    return max(name.split(), key=len, default="")
