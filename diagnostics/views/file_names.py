"""What the files that people download are called: letters of every system, and short enough for each."""

from __future__ import annotations

import re

from django.utils.text import slugify

# Windows, and folders that are kept in step with a server, take 255 bytes with the ending; what a browser
# adds of a second download (« (1) ») needs some of them.
MAX_BYTES = 200
_JOINED = str.maketrans({"œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE", "ß": "ss"})


def file_name(words: str, *after: str, ending: str, otherwise: str = "diagnostic") -> str:
    """Return the name of a file: the words that fit, cut after one of them, then all of what comes
    ``after``, and the ending (« .pdf »); at most :data:`MAX_BYTES`, in ASCII.

    ``otherwise`` stands for words of which nothing can be written so (a name in another script).
    """
    # slugify drops a dash or an apostrophe: « 2026–2029 » would read 20262029.
    name = slugify(re.sub(r"[^\w\s]", " ", words.translate(_JOINED))).strip("-_") or otherwise
    last = "".join(f"-{word}" for word in after if word) + ending
    room = MAX_BYTES - len(last.encode())
    if len(name) > room:
        whole, dash, _rest = name[: room + 1].rpartition("-")
        name = whole if dash else name[:room]
    return f"{name}{last}"
