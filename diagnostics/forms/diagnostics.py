"""Opening a diagnostic and editing what frames it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, cast

from django import forms
from django.forms.formsets import BaseFormSet, formset_factory

from diagnostics.domain.answers import MAX_PEOPLE, ROW_TEXT
from diagnostics.domain.deciding_body import BOARD, DecidingBody, deciding_body
from diagnostics.domain.document import MAX_WORKSHOPS, Workshop
from diagnostics.forms.fields import CountField, TextField, YearField
from diagnostics.models import Diagnostic, Structure
from diagnostics.typography import quoted, typeset


class DayField(forms.DateField):
    """A day, with the browser's own picker; also read as JJ/MM/AAAA."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            required=False,
            widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            input_formats=["%Y-%m-%d", "%d/%m/%Y"],
            error_messages={"invalid": "Indiquez une date, par exemple 18/06/2026."},
            **kwargs,
        )

    def clean(self, value: Any) -> dt.date | None:
        """Return the day; years of four digits between 1900 and 2100."""
        day: dt.date | None = super().clean(value)
        if day is not None and not 1900 <= day.year <= 2100:
            raise forms.ValidationError(self.error_messages["invalid"])
        return day


def session_label(body: DecidingBody) -> str:
    """Return what the day of the session is called, by who decides."""
    return f"Date prévue {body.du}"


class YearsForm(forms.Form):
    """Year N and the horizon: what may be corrected as long as the diagnostic is a draft."""

    base_year = YearField(
        label="Année N",
        help_text="L’année de départ : les ressources « actuelles ».",
        required=True,
    )
    horizon_years = forms.TypedChoiceField(
        label="Horizon",
        choices=[(3, "3 ans"), (4, "4 ans"), (5, "5 ans")],
        coerce=int,
        initial=3,
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": "Choisissez 3, 4 ou 5 ans."},
    )

    @property
    def chosen(self) -> tuple[int, int]:
        """Year N and the horizon; the form must be valid."""
        return self.cleaned_data["base_year"], self.cleaned_data["horizon_years"]


def usual_title(base_year: int, horizon_years: int) -> str:
    """Return the title of a diagnostic that was given none."""
    return f"Ambition {base_year}–{base_year + horizon_years}"


BLANK = "vide"


class OpenDiagnosticForm(YearsForm):
    """From what it starts (when the structure has diagnostics), year N, horizon, title, the board's date.

    ``others``: the structure's diagnostics; ``asked``: the id of the one to start from, as an address
    says it. Who is asked nothing starts from a blank page.
    """

    start_from = forms.ChoiceField(
        label="Point de départ",
        required=False,
        widget=forms.RadioSelect,
        help_text="Repartir copie les réponses avec le repère «\u00a0À revoir\u00a0»\u00a0: ce que vous visiez devient "
        "l’année N, à corriger avec ce qui est. Le diagnostic d’avant reste tel qu’il est.",
        error_messages={
            "invalid_choice": "Ce diagnostic n’est plus là\u00a0: choisissez un autre point de départ."
        },
    )
    title = TextField(
        label="Titre",
        help_text="Laissez vide pour « Ambition N–N+3 ».",
        max_length=ROW_TEXT,
    )
    board_date = DayField(label=session_label(BOARD), help_text="Elle figure sur le rapport.")

    field_order = ("start_from", "base_year", "horizon_years", "title", "board_date")

    def __init__(
        self,
        data: Any = None,
        *,
        structure: Structure,
        others: Sequence[Diagnostic],
        asked: str = "",
        this_year: int,
    ) -> None:
        self._others = {str(other.pk): other for other in others}
        # What was submitted once was thought through; a draft is not there to be started from again.
        first = next((pk for pk, other in self._others.items() if other.submitted_at), BLANK)
        start = asked if asked in self._others or asked == BLANK else first
        previous = self._others.get(start)
        initial = {
            "start_from": start,
            "base_year": _next_year_n(previous, this_year) if previous else this_year,
            "horizon_years": previous.horizon_years if previous else 3,
        }
        super().__init__(data, initial=initial)
        self.fields["board_date"].label = session_label(deciding_body(structure))
        if not others:
            del self.fields["start_from"]
            return
        cast(forms.ChoiceField, self.fields["start_from"]).choices = [
            *((pk, _told(other)) for pk, other in self._others.items()),
            (BLANK, "Partir d’une page blanche"),
        ]

    def clean_start_from(self) -> Diagnostic | None:
        """Return the diagnostic to start from; None for a blank page."""
        return self._others.get(self.cleaned_data["start_from"])

    def clean(self) -> dict[str, Any]:
        """Give the title its usual form when none was typed; nothing starts from a later diagnostic."""
        cleaned = super().clean() or self.cleaned_data
        previous = cleaned.get("start_from")
        if previous and cleaned.get("base_year") and cleaned["base_year"] < previous.base_year:
            self.add_error(
                "base_year",
                f"Le diagnostic dont vous repartez commence en {previous.base_year}\u00a0: "
                "indiquez cette année ou une plus récente.",
            )
        year, horizon = cleaned.get("base_year"), cleaned.get("horizon_years")
        if not cleaned.get("title") and year and horizon:
            cleaned["title"] = usual_title(year, horizon)
        return cleaned


def _next_year_n(previous: Diagnostic, this_year: int) -> int:
    """Return the year N to propose after a diagnostic: this year, or, while it is still in its own year
    N, the year that it aims at."""
    return this_year if this_year > previous.base_year else previous.target_year


def _told(diagnostic: Diagnostic) -> str:
    years = f"{diagnostic.base_year}–{diagnostic.target_year}"
    state = diagnostic.state_label.lower()
    return f"Repartir de {quoted(typeset(diagnostic.title))} ({years}, {state})"


class FrameForm(forms.Form):
    """Title and the board's date of a diagnostic that is open."""

    title = TextField(label="Titre", max_length=ROW_TEXT, required=True)
    board_date = DayField(label=session_label(BOARD), help_text="Elle figure sur le rapport.")

    def __init__(self, *args: Any, structure: Structure, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["board_date"].label = session_label(deciding_body(structure))


class WorkshopForm(forms.Form):
    """A workshop that was held; participants are described by role, never named."""

    date = DayField(label="Date")
    participants = CountField(label="Participants", maximum=MAX_PEOPLE)
    composition = TextField(
        label="Qualité des participants",
        help_text="Par exemple « 5 administrateurs, 2 salariés » ; pas de nom.",
        max_length=ROW_TEXT,
    )


class WorkshopRows(BaseFormSet):
    """The workshops; a row left empty is dropped, three empty ones are always offered."""

    def workshops(self) -> list[Workshop]:
        """Return the workshops typed."""
        rows = [Workshop.model_validate(form.cleaned_data or {}) for form in self.forms]
        return [row for row in rows if row != Workshop()]


WorkshopFormSet = formset_factory(
    WorkshopForm,
    formset=WorkshopRows,
    extra=3,
    max_num=MAX_WORKSHOPS,
    absolute_max=MAX_WORKSHOPS,
    validate_max=True,
)
