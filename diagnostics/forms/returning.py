"""Coming to a step from the check page, and going back to the same place of it.

« Modifier » on the check page leads to a field of a step and says in the address from which place
it was pressed (``?retour=objectives-rows-2-statement``). The step's form carries it on, through
refusals, rows added and the steps around, until the step is saved. It is only ever read as a place
of the check page of the same diagnostic: no address comes in with it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import UUID

from django.urls import reverse

from diagnostics.domain.answers import Answer
from diagnostics.domain.vocabulary import StepKey

NAME = "retour"  # in the address, and in the form
# A step, one of its rows or fields; or the points to discuss.
_PLACE = re.compile(rf"points|(?:{'|'.join(StepKey)})(?:-[a-z0-9_]{{1,40}}){{0,3}}")
_ROW = re.compile(r"([a-z_]+)-(\d{1,3})-")


@dataclass(frozen=True)
class Way:
    """Where one goes from a step of a diagnostic; ``back_to``: the place of the check page that one
    came from, empty when one did not."""

    diagnostic: UUID
    back_to: str = ""

    @classmethod
    def read(cls, diagnostic: UUID, asked: str) -> Way:
        """Read the place that an address or a form names; anything else is no place."""
        return cls(diagnostic, asked if _PLACE.fullmatch(asked) else "")

    def to_step(self, step: str, *, anchor: str = "", **query: str) -> str:
        """Return the address of a step, from where one can still go back."""
        asked = query | ({NAME: self.back_to} if self.back_to else {})
        address = reverse("diagnostic_step", args=[self.diagnostic, step])
        address += f"?{urlencode(asked, safe='/:')}" if asked else ""
        return f"{address}#{anchor}" if anchor else address

    def to_check_page(self, saved: Answer | None = None) -> str:
        """Return the address of the place one came from; its step when its row is gone since
        (``saved``: the answer that was just saved)."""
        address, place = reverse("diagnostic_check", args=[self.diagnostic]), self.back_to
        if saved is not None and place.startswith(f"{saved.step}-"):
            row = _ROW.match(place.removeprefix(f"{saved.step}-"))
            if row and int(row[2]) >= len(getattr(saved, row[1], ())):
                place = saved.step.value
        return f"{address}#{place}" if place else address
