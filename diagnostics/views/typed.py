"""What a person typed in a form that could not be stored: read from the request alone, to be given back."""

from __future__ import annotations

import re

from django.core.exceptions import (
    RequestDataTooBig,
    TooManyFieldsSent,
    TooManyFilesSent,
)
from django.http import HttpRequest, UnreadablePostError
from django.http.multipartparser import MultiPartParserError

TOO_LARGE = (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)

# What is given back of a refused form: enough for a step filled to its caps, no more.
MAX_TEXTS = 400
MAX_CHARACTERS = 200_000
SHORTEST_TEXT = 3
NOT_TYPED = ("csrfmiddlewaretoken", "next", "email", "login")
WRITTEN_BY_THE_PAGE = re.compile(
    r"(_FORMS|-id|-result|_NUM_FORMS|current_step|(\A|-)seen|-revision)\Z"
    r"|\A(next|asked|confirm|role|structure|back|finding|step|gap|base_revision|once|list|add|take|offered"
    r"|place|sort|row|message_pk|deed|undo|version|page|sent|was|had|counted)\Z"
    r"|\Aterritorial_scales-rows-\d+-subject\Z"
    r"|\Areview-(vision|ambition|missions|means)-"
)


def every_text(request: HttpRequest) -> list[str]:
    """Return all that a person typed in the form of a page, figures included, bounded."""
    return typed_texts(request, shortest=1, with_figures=True)


def typed_texts(
    request: HttpRequest, *, shortest: int = SHORTEST_TEXT, with_figures: bool = False
) -> list[str]:
    """Return the texts that a person typed in the posted form, bounded; never a password."""
    try:
        posted = request.POST
    except (*TOO_LARGE, UnreadablePostError, MultiPartParserError):
        return []
    texts: list[str] = []
    left = MAX_CHARACTERS
    for name, values in posted.lists():
        if _is_not_typed(name, with_figures=with_figures):
            continue
        for value in values:
            text = value.replace("\x00", "").strip()
            if (
                len(text) < shortest
                or (text.isdecimal() and not with_figures)
                or len(texts) == MAX_TEXTS
            ):
                continue
            texts.append(text[:left])
            left -= len(texts[-1])
            if left <= 0:
                return texts
    return texts


def _is_not_typed(name: str, *, with_figures: bool) -> bool:
    """Tell whether a field holds what the page writes by itself, or a secret."""
    if name == "csrfmiddlewaretoken" or "password" in name.lower():
        return True
    if with_figures:
        return bool(WRITTEN_BY_THE_PAGE.search(name))
    return name in NOT_TYPED


def fields_to_send_again(request: HttpRequest) -> list[tuple[str, str]]:
    """Return the fields of the posted form, for a button that sends it again as it was; none when it holds
    a password or files, which no page gives back, or is too large."""
    try:
        posted = request.POST
    except (*TOO_LARGE, UnreadablePostError, MultiPartParserError):
        return []
    fields = [
        (name, value)
        for name, values in posted.lists()
        for value in values
        if name != "csrfmiddlewaretoken"
    ]
    has_secret = any("password" in name.lower() for name in posted)
    if has_secret or request.FILES or sum(len(value) for _, value in fields) > MAX_CHARACTERS:
        return []
    return fields
