"""What the steps and the axes are called: the kit's numbers and titles, and its credit line.

The kit is their one source. A diagnostic reads those of its own kit (:mod:`diagnostics.queries`),
a submitted version those that stood then; what has no kit at hand (the JSON Schema) takes those of
the kit that comes with the application.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Protocol

from pydantic import BaseModel, ConfigDict

from diagnostics.domain.vocabulary import Axis, StepKey

DEFAULT_KIT = Path(__file__).resolve().parents[2] / "fixtures" / "kit_2013.json"
# The kit asks for three years or for five; a diagnostic has chosen.
_EITHER_HORIZON = re.compile(r"\b3\s?/\s?5(?=\sans\b)")


def at_horizon(text: str, years: int) -> str:
    """Return a text of the kit as a diagnostic reads it: « à 3/5 ans » is « à 3 ans » or « à 5 ans »."""
    return _EITHER_HORIZON.sub(str(years), text)


def as_read(text: str, *, base_year: int, years: int) -> str:
    """Return a help of the kit as a diagnostic reads it: with its horizon and its year N."""
    return at_horizon(text, years).replace("l’année N", f"l’année de départ, {base_year},")


class Name(BaseModel):
    """What a step or an axis is called.

    ``number`` is empty for an addition to the kit. ``title`` is in the kit's own words (the step's
    page, the blank kit); ``short_title`` serves wherever it is named among others: lists, headings
    of the report, errors.
    """

    model_config = ConfigDict(frozen=True)

    number: str
    title: str
    short_title: str

    def at(self, horizon_years: int) -> Name:
        """Return the name as a diagnostic reads it: « 3/5 ans » is « 3 ans », « 4 ans » or « 5 ans »."""
        titles = {
            field: at_horizon(text, horizon_years)
            for field, text in {"title": self.title, "short_title": self.short_title}.items()
        }
        return self.model_copy(update=titles)


class KitTexts(BaseModel):
    """The texts of a kit that a report prints; a version keeps them as JSON."""

    model_config = ConfigDict(frozen=True)

    credit: str
    axes: dict[Axis, Name]
    steps: dict[StepKey, Name]

    def axis(self, axis: Axis) -> Name:
        """Return the name of an axis; one that the kit lacks goes by its code."""
        return self.axes.get(axis) or Name(number="", title=axis, short_title=axis)

    def step(self, step: StepKey) -> Name:
        """Return the name of a step; one that the kit lacks goes by its code."""
        return self.steps.get(step) or Name(number="", title=step, short_title=step)

    def at(self, horizon_years: int) -> KitTexts:
        """Return the texts as a diagnostic with this horizon reads them."""
        return KitTexts(
            credit=self.credit,
            axes={axis: name.at(horizon_years) for axis, name in self.axes.items()},
            steps={step: name.at(horizon_years) for step, name in self.steps.items()},
        )


class KitPart(Protocol):
    """An axis as a kit describes it."""

    key: str
    position: int
    title: str
    short_title: str
    in_kit: bool


class KitStep(Protocol):
    """A step as a kit describes it."""

    key: str
    number: str
    title: str
    short_title: str
    part: Any  # KitPart; the models' own types say no more to a protocol


def read_texts(credit: str, steps: Iterable[KitStep]) -> KitTexts:
    """Return the texts of a kit; parts and steps that are none of the field's are left out."""
    axes, names = {}, {}
    known_axes, known_steps = set(Axis), set(StepKey)
    for step in steps:
        part: KitPart = step.part
        if part.key in known_axes:
            number = axis_number(part.position, in_kit=part.in_kit)
            axes[Axis(part.key)] = Name(
                number=number, title=part.title, short_title=part.short_title
            )
        if step.key in known_steps:
            names[StepKey(step.key)] = Name(
                number=step.number, title=step.title, short_title=step.short_title
            )
    return KitTexts(credit=credit, axes=axes, steps=names)


@cache
def default_texts() -> KitTexts:
    """Return the texts of the kit that comes with the application, for what has no kit at hand."""
    kit = json.loads(DEFAULT_KIT.read_text(encoding="utf-8"))
    steps = [
        SimpleNamespace(**step, part=SimpleNamespace(**part))
        for part in kit["parts"]
        for step in part["steps"]
    ]
    return read_texts(kit["credit"], steps)


def axis_number(position: int, *, in_kit: bool) -> str:
    """Return the number of an axis as people read it: its place, or nothing for an addition."""
    return str(position) if in_kit else ""
