"""Texts that could not be stored and are kept for the person who typed them. Nothing typed is lost."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from urllib.parse import urlencode
from zlib import crc32

from django.http import QueryDict
from django.utils import timezone

from diagnostics.domain.merge import Conflict
from diagnostics.domain.vocabulary import StepKey
from diagnostics.models import Diagnostic, KeptText, User

Texts = Mapping[str, list[str]]
NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class Aside:
    """What of a step's page is not stored with the rest, by place (``forms/places.py``).

    ``out``: texts that are refused, or not chosen yet; ``known``: the marks (:func:`mark_of`) of the
    kept texts that the page showed, so that those which it does not show any more are settled;
    ``texts_of``: what was typed where somebody else's text stands; ``page``: which page it is.
    """

    out: Texts
    known: Mapping[str, str]
    texts_of: Callable[[Conflict], Texts]
    page: str = ""


def mark_of(texts: Iterable[str]) -> str:
    """Return what tells whether a page knows the text that is kept at a place."""
    return f"{crc32(chr(0).join(texts).encode(errors='surrogatepass')):08x}"


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
    known: Mapping[str, str] = NOTHING,
    page: str = "",
) -> dict[str, list[str]]:
    """Keep texts of a person at a step, in the caller's transaction; return all that is kept of them
    there.

    What another page of theirs kept stays, unless this one showed that very text (``known``): aside,
    when this one keeps something else at the same place, and in its place when nothing was typed
    there on this one.
    """
    found = (
        KeptText.objects.select_for_update()
        .filter(diagnostic=diagnostic, step=step.value, user=user)
        .first()
    )
    before, pages = (found.by_place, found.pages) if found else ({}, {})
    marks = {place: mark_of(values) for place, values in before.items()}
    kept = {p: values for p, values in before.items() if known.get(p) != marks[p]}
    for place, typed in texts.items():
        values = typed or [""]
        older = kept.get(place, values)
        if older != values and known.get(place) == mark_of(values):
            continue  # not typed on this page: what another one typed since stays
        if older != values and pages.get(place, "") != page and any(map(str.strip, older)):
            _set_aside(kept, place, older)
        kept[place] = values
        for aside in [p for p in kept if KeptText.of(p) == place != p and kept[p] == values]:
            del kept[aside]
    if kept == before:
        return kept
    if not kept:
        KeptText.objects.filter(diagnostic=diagnostic, step=step.value, user=user).delete()
        return kept
    of_page = {p: page if kept[p] != before.get(p) else pages.get(p, "") for p in kept}
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


def set_row_aside(diagnostic: Diagnostic, step: StepKey, *, user: User, row: str) -> None:
    """Take what is kept of a row (« rows/o1 ») out of its fields, for it goes, in the caller's
    transaction: it is offered beside the form."""
    found = (
        KeptText.objects.select_for_update()
        .filter(diagnostic=diagnostic, step=step.value, user=user)
        .first()
    )
    of_row = [p for p in found.by_place if p.startswith(f"{row}/")] if found else []
    if found is None or not (of_row or row in found.by_place):
        return
    kept = found.by_place
    kept.pop(row, None)
    for place in of_row:
        _set_aside(kept, place, kept.pop(place))
    found.texts = urlencode(kept, doseq=True)
    found.save(update_fields=["texts"])


def forget_rows(
    diagnostic: Diagnostic, step: StepKey, *, user: User, rows: Collection[str]
) -> None:
    """Forget what is kept for a person of some rows (their ids), in the caller's transaction: they take
    the whole of it back."""
    found = (
        KeptText.objects.select_for_update()
        .filter(diagnostic=diagnostic, step=step.value, user=user)
        .first()
    )
    if found is None:
        return
    kept = {p: texts for p, texts in found.by_place.items() if not {*p.split("/")[1:2]} & {*rows}}
    if not kept:
        found.delete()
    elif kept != found.by_place:
        found.texts = urlencode(kept, doseq=True)
        found.save(update_fields=["texts"])


def _set_aside(kept: dict[str, list[str]], place: str, texts: list[str]) -> None:
    """Put a text beside others of its place: « ~rows/o1/unit », then « ~~rows/o1/unit »."""
    aside = KeptText.ASIDE + place
    while aside in kept and kept[aside] != texts:
        aside = KeptText.ASIDE + aside
    kept[aside] = texts
