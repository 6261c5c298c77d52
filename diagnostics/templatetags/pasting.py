"""What a page tells of the list that was just pasted: ``{% load pasting %}``."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django import template
from django.template import Context

from diagnostics.forms.columns import pasted_sets
from diagnostics.queries import LoadedStep
from diagnostics.typography import count, enumeration, of_rows

register = template.Library()


@dataclass(frozen=True)
class JustPasted:
    """A list that was just stored: the revision that it made, and what it did, in words."""

    revision: int
    said: str


@register.simple_tag(takes_context=True)
def just_pasted(context: Context) -> JustPasted | None:
    """Return what was just pasted, as the address says it (« ?colle=12.10.0 »)."""
    asked = context["request"].GET.get("colle", "")
    found = re.fullmatch(r"(\d{1,9})\.(\d{1,2})\.(\d{1,2})", asked, re.ASCII)
    if not found:
        return None
    revision, added, changed = map(int, found.groups())
    said = [
        f"{count(number, 'ligne', 'lignes')} {word}{'s' if number > 1 else ''}"
        for number, word in ((added, "ajoutée"), (changed, "modifiée"))
        if number
    ]
    return JustPasted(revision, enumeration(said) or "Rien n’a changé")


@register.simple_tag
def lists_to_paste(loaded: LoadedStep) -> list[tuple[str, str]]:
    """Return the lists of a step that can be pasted: their names, and « d’activités », « de leviers »."""
    return [(name, of_rows(rows.row_set.noun)) for name, rows in pasted_sets(loaded.step).items()]
