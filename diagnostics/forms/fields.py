"""Form fields of the questionnaire: French numbers, clean text, lean choices."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import ProhibitNullCharactersValidator

from diagnostics.domain.answers import DECIMALS, MAX_YEAR, MIN_YEAR

_SPACES = re.compile(r"[\s\u00a0\u202f]")
# Unicode's « Cc », less the line feed, the tabulation and the NUL.
_CONTROL = re.compile(r"[\x01-\x08\x0b-\x1f\x7f-\x9f]")
_ROW_ID = re.compile(r"[a-z][a-z0-9]{0,11}")


def french_number(value: Any) -> str:
    """Write a number as people type it: « 2,5 », « 1250 »."""
    return f"{Decimal(str(value)).normalize():f}".replace(".", ",")


def clean_control_characters(text: str) -> str:
    """Normalise line ends and remove control characters (a NUL is left, to be refused)."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _CONTROL.sub("", text)


class TextField(forms.CharField):
    """A text of bounded length; control characters are removed, a NUL is a field error."""

    def __init__(self, *, max_length: int, rows: int = 0, **kwargs: Any) -> None:
        self.multiline = rows > 0
        widget = forms.Textarea(attrs={"rows": rows}) if rows else forms.TextInput()
        kwargs.setdefault("required", False)
        kwargs.setdefault("widget", widget)
        kwargs.setdefault(
            "error_messages",
            {"max_length": "%(limit_value)d caractères au plus (%(show_value)d saisis)."},
        )
        super().__init__(max_length=max_length, **kwargs)
        self.validators = [
            ProhibitNullCharactersValidator(
                "Un caractère invisible interdit (NUL) a été saisi\u00a0: retirez-le."
            )
            if isinstance(validator, ProhibitNullCharactersValidator)
            else validator
            for validator in self.validators
        ]

    def to_python(self, value: Any) -> str:
        """Clean the text; a single-line field holds no line break."""
        text = clean_control_characters(str(value)) if value not in self.empty_values else ""
        if not self.multiline:
            text = re.sub(r"[\n\t]+", " ", text)
        return super().to_python(text) or ""


class NumberField(forms.DecimalField):
    """A number typed the French way (« 2,5 », « 1 250 »), at most two decimals."""

    def __init__(
        self, *, maximum: int, unit: str = "", example: str = "2,5", **kwargs: Any
    ) -> None:
        bounds = f"Indiquez un nombre entre 0 et {maximum:,}.".replace(",", "\u202f")
        kwargs.setdefault("required", False)
        kwargs.setdefault("decimal_places", DECIMALS)
        super().__init__(
            min_value=0,
            max_value=maximum,
            widget=forms.TextInput(
                attrs={
                    "inputmode": "decimal",
                    "autocomplete": "off",
                    "class": "form-control field-number",
                }
            ),
            error_messages={
                "invalid": f"Indiquez un nombre, par exemple {example}.",
                "min_value": bounds,
                "max_value": bounds,
                "max_decimal_places": "Deux décimales au plus.",
            },
            **kwargs,
        )
        self.unit = unit

    def to_python(self, value: Any) -> Any:
        """Read « 1 250,5 »; what is not a finite number is refused."""
        if isinstance(value, str):
            value = _SPACES.sub("", value).replace(",", ".")
            if len(value) > 40 or (value and not re.fullmatch(r"[+-]?[0-9]*\.?[0-9]*", value)):
                raise ValidationError(self.error_messages["invalid"], code="invalid")
        return super().to_python(value)

    def clean(self, value: Any) -> float | None:
        """Return the number as the answer shapes hold it."""
        number = super().clean(value)
        return None if number is None else float(number)

    def prepare_value(self, value: Any) -> Any:
        """Show a stored number the French way, and what was typed as it was typed."""
        if isinstance(value, (int, float, Decimal)) and not isinstance(value, bool):
            return french_number(value)
        return value


class CountField(NumberField):
    """A whole number."""

    def __init__(self, *, maximum: int, **kwargs: Any) -> None:
        super().__init__(maximum=maximum, decimal_places=0, example="12", **kwargs)
        self.error_messages["max_decimal_places"] = "Indiquez un nombre entier, par exemple 12."

    def clean(self, value: Any) -> int | None:
        """Return the whole number, or None."""
        number = super().clean(value)
        return None if number is None else int(number)


class YearField(forms.IntegerField):
    """A year of four digits, between two others."""

    def __init__(self, *, first: int = MIN_YEAR, last: int = MAX_YEAR, **kwargs: Any) -> None:
        message = f"Indiquez une année à quatre chiffres, entre {first} et {last}."
        kwargs.setdefault("required", False)
        super().__init__(
            min_value=first,
            max_value=last,
            widget=forms.TextInput(
                attrs={
                    "inputmode": "numeric",
                    "autocomplete": "off",
                    "class": "form-control field-year",
                    "maxlength": 9,
                }
            ),
            error_messages={"invalid": message, "min_value": message, "max_value": message},
            **kwargs,
        )

    def to_python(self, value: Any) -> int | None:
        """Read the year, spaces aside."""
        if isinstance(value, str):
            value = _SPACES.sub("", value)
        return super().to_python(value)


class CodeField(forms.TypedChoiceField):
    """One code of an enumeration, or nothing yet (None)."""

    def __init__(
        self, choices: list[tuple[Any, str]], *, empty_label: str = "Choisir…", **kwargs: Any
    ) -> None:
        kwargs.setdefault("required", False)
        kwargs.setdefault("coerce", str)
        super().__init__(
            choices=[("", empty_label), *choices] if empty_label else choices,
            empty_value=None,
            error_messages={"invalid_choice": "Choisissez une valeur de la liste."},
            **kwargs,
        )


class RowChoiceField(CodeField):
    """A choice among rows of another step, and maybe others; choices are set by the form.

    A row that was removed meanwhile is no mistake: the link is kept as it was typed and left out
    when read, so that a row that comes back finds it again (ADR 0002). ``before``: what the values
    that name a row start with.
    """

    def __init__(self, *, before: str = "", **kwargs: Any) -> None:
        self.before = before
        super().__init__([], **kwargs)

    def valid_value(self, value: Any) -> bool:
        """Tell whether it is a choice, or may have been one."""
        text = str(value)
        may = text.startswith(self.before) and is_row_id(text.removeprefix(self.before))
        return may or super().valid_value(value)


class LinksField(forms.MultipleChoiceField):
    """Links to rows of other steps, as check boxes; choices are set by the form.

    A row that was removed meanwhile is no mistake, see :class:`RowChoiceField`; ``must_exist``: here it
    is one.
    """

    def __init__(self, *, must_exist: bool = False, **kwargs: Any) -> None:
        self.must_exist = must_exist
        super().__init__(
            required=False,
            widget=forms.CheckboxSelectMultiple,
            error_messages={
                "invalid_choice": "L’un des éléments choisis n’existe plus\u00a0: choisissez de nouveau."
            },
            **kwargs,
        )

    def valid_value(self, value: Any) -> bool:
        """Tell whether it may be a row."""
        known = bool(super().valid_value(value))
        return known or (not self.must_exist and is_row_id(str(value)))


def is_row_id(text: str) -> bool:
    """Tell whether a text has the form of a row's id (answers.RowId)."""
    return bool(_ROW_ID.fullmatch(text))
