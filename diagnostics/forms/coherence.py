"""Answering a point to discuss: « choix assumé »."""

from __future__ import annotations

from django import forms

from diagnostics.domain.answers import LONG_TEXT
from diagnostics.domain.vocabulary import StepKey
from diagnostics.forms.fields import TextField


class FindingForm(forms.Form):
    """The finding that is meant, by its fingerprint, and the step to come back to (or none)."""

    finding = forms.RegexField(r"\A[0-9a-f]{12}\Z")
    step = forms.TypedChoiceField(
        choices=[(step.value, step.value) for step in StepKey],
        coerce=StepKey,
        empty_value=None,
        required=False,
    )

    @property
    def names_a_finding(self) -> bool:
        """Tell whether what only the page writes is as it writes it."""
        return not {"finding", "step"} & set(self.errors)

    @property
    def finding_key(self) -> str:
        """The fingerprint that was posted: where the page shows what was refused."""
        return str(self.data.get("finding", ""))


class AcknowledgementForm(FindingForm):
    """Why a structure makes this choice."""

    reason = TextField(
        max_length=LONG_TEXT,
        rows=3,
        required=True,
        error_messages={
            "required": "Dites en une phrase pourquoi vous faites ce choix.",
        },
    )
