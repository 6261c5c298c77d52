"""Texts that could not be stored and are kept for the person who typed them. Nothing typed is lost."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils import timezone

from diagnostics.domain.merge import Conflict
from diagnostics.domain.vocabulary import StepKey
from diagnostics.models import Diagnostic, KeptText, User

Texts = Mapping[str, list[str]]


@dataclass(frozen=True)
class Aside:
    """What of a step's page is not stored with the rest, by place (``forms/places.py``).

    ``out``: texts that are refused, or not chosen yet; ``known``: places that the page showed as kept,
    so that what it does not show any more is settled; ``texts_of``: what was typed where somebody
    else's text stands; ``page``: which page of the person's it is.
    """

    out: Texts
    known: Collection[str]
    texts_of: Callable[[Conflict], Texts]
    page: str = ""


def typed_values(data: QueryDict, step: StepKey) -> list[str]:
    """Return the texts that were typed in the fields of a step, to be read and copied."""
    prefix = f"{step.value}-"
    return [
        value
        for name, values in data.lists()
        if name.startswith(prefix) and not name.endswith(("_FORMS", "-id"))
        for value in values
        if value.strip()
    ]


def keep_texts(
    diagnostic: Diagnostic,
    step: StepKey,
    *,
    user: User,
    texts: Texts,
    known: Collection[str] = (),
    page: str = "",
) -> dict[str, list[str]]:
    """Keep texts of a person at a step; return all that is kept of them there.

    What another page of theirs kept stays, unless this one showed it (``known``): aside, when this
    one keeps something else at the same place.
    """
    found = KeptText.objects.filter(diagnostic=diagnostic, step=step.value, user=user).first()
    before, pages = (found.by_place, found.pages) if found else ({}, {})
    kept = {place: values for place, values in before.items() if place not in known}
    for place, values in texts.items():
        older = kept.get(place, values)
        if older != values and pages.get(place, "") != page and any(map(str.strip, older)):
            kept[KeptText.ASIDE + place] = older
        kept[place] = values or [""]
    if kept == before:
        return kept
    of_page = {place: page if place in texts else pages.get(place, "") for place in kept}
    if not kept:
        KeptText.objects.filter(diagnostic=diagnostic, step=step.value, user=user).delete()
        return kept
    KeptText.objects.update_or_create(
        diagnostic=diagnostic,
        step=step.value,
        user=user,
        defaults={
            "texts": urlencode(kept, doseq=True),
            "pages": of_page,
            "kept_at": timezone.now(),
        },
    )
    return kept
