"""A field of the administration whose value is typed in several: a small form, or rows of one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from django import forms
from django.core.exceptions import ValidationError
from django.template.loader import render_to_string
from django.utils.safestring import SafeString


class Parts(Protocol):
    """The fields that a value is typed in, as they are shown or as they were posted."""

    is_bound: bool

    def is_valid(self) -> bool:
        """Tell whether what was posted is a value; each field says what is wrong with it."""

    def value(self) -> Any:
        """Return the value that was posted; it must be valid."""


class PartsWidget(forms.Widget):
    """Write a value in its parts, with a template of the administration.

    ``make``: makes the parts out of the name of the field, a stored value, and what was posted (one of
    the two).
    """

    use_fieldset = True

    def __init__(self, template: str, make: Callable[..., Parts]) -> None:
        super().__init__()
        self.template, self.make = template, make

    def id_for_label(self, id_: str) -> str:
        """No single field is the one that the label is of."""
        return ""

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> Parts:
        """Return the parts as they were posted."""
        return self.make(name, data=data)

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        """Tell whether nothing of it was posted."""
        return not any(key.startswith(f"{name}-") for key in data)

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None
    ) -> SafeString:
        """Write the parts, with what is wrong at each."""
        parts = value if hasattr(value, "is_bound") else self.make(name, value=value)
        if parts.is_bound:
            parts.is_valid()
        return render_to_string(self.template, {"parts": parts, "name": name, "attrs": attrs})


class PartsField(forms.Field):
    """A value that is typed in its parts."""

    widget: PartsWidget

    def __init__(self, template: str, make: Callable[..., Parts], **kwargs: Any) -> None:
        super().__init__(required=False, widget=PartsWidget(template, make), **kwargs)

    def clean(self, value: Any) -> Any:
        """Return the value; what is wrong is told at the part that it is wrong with."""
        if not value.is_valid():
            raise ValidationError("Une saisie est à corriger ci-dessous.", code="parts")
        return value.value()

    def same(self, one: Any, other: Any) -> bool:
        """Tell whether two values say the same."""
        return bool(one == other)

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Tell whether another value was typed than the stored one, or none that can be read."""
        return not data.is_valid() or not self.same(initial, data.value())
