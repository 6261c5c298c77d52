"""The thresholds of the rules: one number each, empty where the kit has none of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from pydantic import ValidationError as ShapeError

from diagnostics.domain.coherence.thresholds import DEFAULT_THRESHOLDS, Thresholds
from diagnostics.domain.malformed import problems_of
from diagnostics.domain.reading import Unit
from diagnostics.forms.fields import CountField, NumberField
from diagnostics.forms.kit.parts import PartsField
from diagnostics.typography import NBSP, capitalised, number, quoted, typeset

MAXIMUM = 1_000_000


def label_of(name: str) -> str:
    """Return what a threshold is, in words: « R02 : nombre de rôles au-delà duquel hiérarchiser »."""
    return typeset(Thresholds.model_fields[name].description or name)


def field_of(name: str) -> NumberField:
    """Return the field of a threshold; empty, the default one is in force."""
    default = getattr(DEFAULT_THRESHOLDS, name)
    is_count = Thresholds.model_fields[name].annotation is int
    return (CountField if is_count else NumberField)(
        label=label_of(name),
        maximum=MAXIMUM,
        unit=Unit.VALUE,
        help_text=f"Par défaut{NBSP}: {number(default)}",
    )


def add_problems(form: forms.Form, error: ShapeError) -> None:
    """Tell in a form what the rules cannot take, each at its field where the form has it."""
    for problem in problems_of(error):
        reason = typeset(problem.reason)
        for name in Thresholds.model_fields:
            reason = reason.replace(quoted(name), quoted(label_of(name)))
        form.add_error(
            problem.path if problem.path in form.fields else None, f"{capitalised(reason)}."
        )


def plain_figures(values: Mapping[str, float | None]) -> dict[str, float]:
    """Return the figures that were written, those without decimals as whole numbers."""
    return {
        name: int(value) if float(value).is_integer() else value
        for name, value in values.items()
        if value is not None
    }


class ThresholdsForm(forms.Form):
    """A number for each threshold."""

    def __init__(self, name: str, *, value: Any = None, data: Any = None) -> None:
        own = value if isinstance(value, dict) else {}
        super().__init__(data, prefix=name, initial=own, use_required_attribute=False)
        for threshold in Thresholds.model_fields:
            self.fields[threshold] = field_of(threshold)

    def clean(self) -> dict[str, Any]:
        """Have the rules themselves say what they cannot take."""
        typed = {name: value for name, value in self.cleaned_data.items() if value is not None}
        try:
            Thresholds.model_validate(typed)
        except ShapeError as error:
            add_problems(self, error)
        return self.cleaned_data

    def value(self) -> dict[str, float]:
        """Return the thresholds that the kit has of its own."""
        return plain_figures(self.cleaned_data)


class ThresholdsField(PartsField):
    """The thresholds that a kit has of its own."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__("admin/kit/thresholds.html", ThresholdsForm, **kwargs)
