"""Form fields of the questionnaire: French numbers, clean text, lean choices."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, ProhibitNullCharactersValidator

from diagnostics.domain.answers import DECIMALS, MAX_YEAR, MIN_YEAR
from diagnostics.domain.reading import (
    ReadTarget,
    Unit,
    read_number,
    read_target,
    read_text,
    read_year,
    target_text,
)
from diagnostics.typography import number

_ROW_ID = re.compile(r"[a-z][a-z0-9]{0,11}")


def french_number(value: Any) -> str:
    """Write a number as people type it: « 2,5 », « 1250 »."""
    return f"{Decimal(str(value)).normalize():f}".replace(".", ",")


def as_float(value: Decimal | None) -> float | None:
    """Return a number as the answer shapes hold it."""
    return None if value is None else float(value)


# A number that is read in another unit, or about: what it would be is offered, not taken.
OFFER = "offer"


class LengthValidator(MaxLengthValidator):
    """Say by how much a text is too long: nothing of it is ever cut."""

    def __call__(self, value: str) -> None:
        """Refuse a text that is too long."""
        over = len(value) - int(self.limit_value)
        if over > 0:
            words = "caractère" if over == 1 else "caractères"
            raise ValidationError(
                f"{over}\u00a0{words} de trop\u00a0: {self.limit_value} au plus.", code="max_length"
            )


def offered(error: ValidationError) -> tuple[str, str]:
    """Return what an error offers: the words, and the text to write; nothing for another error."""
    params = error.params if error.code == OFFER else None
    return (params["words"], params["text"]) if params else ("", "")


def _figures_spaced(text: str) -> str:
    """Write the figures of a text with their thousands apart: « 1 200 à 1 500 »."""
    return re.sub(r"(?<![\d,])\d+", lambda found: number(int(found[0])), text)


def _offer(text: str, words: str) -> ValidationError:
    return ValidationError(
        "Vouliez-vous %(words)s\u202f?",
        code=OFFER,
        params={"words": words, "text": text},
    )


def with_room(limit: int, help_text: str = "") -> str:
    """Return the help of a text that people write at length: how long it may be, before it is too long."""
    return f"{help_text} {number(limit)}\u00a0caractères au plus.".strip()


class TextField(forms.CharField):
    """A text of bounded length, read as word processors paste it; a NUL is a field error."""

    def __init__(self, *, max_length: int, rows: int = 0, **kwargs: Any) -> None:
        self.multiline = rows > 0
        widget = forms.Textarea(attrs={"rows": rows}) if rows else forms.TextInput()
        kwargs.setdefault("required", False)
        kwargs.setdefault("widget", widget)
        super().__init__(max_length=max_length, **kwargs)
        self.validators = [
            ProhibitNullCharactersValidator(
                "Un caractère invisible interdit (NUL) a été saisi\u00a0: retirez-le."
            ),
            LengthValidator(max_length),
        ]

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """Tell the page how long the text may be (static/js/limits.js counts), without cutting it."""
        return {"data-limit": self.max_length}

    def to_python(self, value: Any) -> str:
        """Read the text; a single-line field holds no line break."""
        text = "" if value in self.empty_values else str(value)
        return super().to_python(read_text(text, is_line=not self.multiline)) or ""


class NumberField(forms.DecimalField):
    """A number as people write it (« 2,5 », « 1 250 K€ »), at most two decimals; « 1,2 M€ » or
    « mi-temps » is offered in the unit of the field."""

    def __init__(
        self,
        *,
        maximum: int,
        minimum: int = 0,
        unit: Unit = Unit.VALUE,
        example: str = "12",
        **kwargs: Any,
    ) -> None:
        ends = f"{minimum:,} et {maximum:,}".replace(",", "\u202f").replace("-", "−")
        bounds = f"Indiquez un nombre entre {ends}."
        kwargs.setdefault("required", False)
        kwargs.setdefault("decimal_places", DECIMALS)
        super().__init__(
            min_value=minimum,
            max_value=maximum,
            widget=forms.TextInput(
                attrs={
                    "inputmode": "decimal",
                    "autocomplete": "off",
                    "class": "form-control field-number",
                }
            ),
            error_messages={"min_value": bounds, "max_value": bounds},
            **kwargs,
        )
        self.unit, self.example = unit, Decimal(example.replace(",", "."))

    def to_python(self, value: Any) -> Any:
        """Read the number; what it would be in the unit asked is offered."""
        if not isinstance(value, str):
            return super().to_python(value)
        found = read_number(
            value, self.unit, decimals=self.decimal_places or 0, example=self.example
        )
        if found.offer is not None:
            if not cast(int, self.min_value) <= found.offer <= cast(int, self.max_value):
                raise ValidationError(self.error_messages["max_value"], code="max_value")
            raise _offer(
                french_number(found.offer), f"{number(float(found.offer))}{self.unit.label}"
            )
        if found.problem:
            raise ValidationError(found.problem, code="invalid")
        return found.value

    def clean(self, value: Any) -> float | None:
        """Return the number as the answer shapes hold it."""
        return as_float(super().clean(value))

    def prepare_value(self, value: Any) -> Any:
        """Show a stored number the French way, and what was typed as it was typed."""
        if isinstance(value, (int, float, Decimal)) and not isinstance(value, bool):
            return french_number(value)
        return value


class CountField(NumberField):
    """A whole number."""

    def __init__(self, *, maximum: int, unit: Unit = Unit.PEOPLE, **kwargs: Any) -> None:
        super().__init__(maximum=maximum, unit=unit, decimal_places=0, **kwargs)

    def clean(self, value: Any) -> int | None:
        """Return the whole number, or None."""
        number = super().clean(value)
        return None if number is None else int(number)


class TargetField(NumberField):
    """A target as people write it: « 100 », « 15 à 20 », and « au moins 70 » where ``at_least`` is given.

    Its value is a ReadTarget: both ends, and what was told beside them; None when nothing is written.
    """

    def __init__(self, *, at_least: bool = False, **kwargs: Any) -> None:
        self.may_be_minimum = at_least
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> Any:
        """Read the target; what it would be in the unit asked is offered."""
        found = read_target(
            "" if value is None else str(value),
            self.unit,
            decimals=self.decimal_places or 0,
            example=self.example,
        )
        if found.problem:
            raise ValidationError(found.problem, code="invalid")
        if found.offer:
            raise _offer(found.offer, f"{_figures_spaced(found.offer)}{self.unit.label}")
        if found.at_least and not self.may_be_minimum and found.low is not None:
            raise _offer(target_text(found.low), f"{target_text(found.low)}{self.unit.label}")
        return found

    def clean(self, value: Any) -> ReadTarget | None:  # type: ignore[override]  # two numbers, not one
        """Return the target, its ends within the bounds of the field."""
        found: ReadTarget = self.to_python(value)
        ends = [end for end in (found.low, found.high) if end is not None]
        for end in ends:
            self.run_validators(end)
        return found if ends else None


class YearField(forms.IntegerField):
    """A year of four digits, between two others, as people tell it: « 2029 », « fin 2029 »."""

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
                }
            ),
            error_messages={"invalid": message, "min_value": message, "max_value": message},
            **kwargs,
        )

    def to_python(self, value: Any) -> int | None:
        """Read the year, alone or with words: « fin 2029 »; two figures are offered as four."""
        if isinstance(value, str) and value.strip():
            year = read_year(value)
            if year is None and re.fullmatch(r"\d\d", value.strip()):
                raise _offer(f"20{value.strip()}", f"20{value.strip()}")
            value = year if year is not None else "?"
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
