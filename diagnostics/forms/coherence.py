"""Answering a point to discuss: « utile », « pas pour nous », « choix assumé »."""

from __future__ import annotations

from typing import Any

from django import forms

from diagnostics.domain.answers import LONG_TEXT
from diagnostics.domain.vocabulary import StepKey, Verdict
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

    # What the page calls the reason, and how its id begins.
    field, field_label = "", ""

    @property
    def names_a_finding(self) -> bool:
        """Tell whether what only the page writes is as it writes it."""
        return not {"finding", "step"} & set(self.errors)

    @property
    def finding_key(self) -> str:
        """The fingerprint that was posted: where the page shows what was refused."""
        return str(self.data.get("finding", ""))

    @property
    def field_id(self) -> str:
        """The id of the field of the reason that was posted."""
        return f"{self.field}-{self.finding_key}"


class JudgementForm(FindingForm):
    """What a structure says of a question, and why if it likes; ``was`` and ``had``: the answer and the
    reason that the page showed."""

    field, field_label = "why", "Pourquoi\u202f?"

    verdict = forms.TypedChoiceField(
        choices=[(v.value, v.label) for v in (Verdict.USEFUL, Verdict.NOT_FOR_US)],
        coerce=Verdict,
        empty_value=None,
        required=False,
    )
    was = forms.ChoiceField(choices=Verdict.choices(), required=False)
    had = TextField(max_length=LONG_TEXT, rows=2)
    reason = TextField(max_length=LONG_TEXT, rows=2)

    def clean(self) -> dict[str, Any]:
        """Ask for an answer where a reason came alone."""
        if "verdict" not in self.errors and not self.cleaned_data["verdict"]:
            self.add_error(
                "reason", "Choisissez «\u00a0Utile\u00a0» ou «\u00a0Pas pour nous\u00a0»."
            )
        return self.cleaned_data

    @property
    def names_a_finding(self) -> bool:
        """Tell whether what only the page writes is as it writes it."""
        return super().names_a_finding and not {"verdict", "was"} & set(self.errors)

    @property
    def takes_back(self) -> bool:
        """Tell whether the answer is taken back: the one that the page showed as given, pressed again."""
        told = self.cleaned_data
        return (told["verdict"], told["reason"]) == (told["was"], told["had"])


class AcknowledgementForm(FindingForm):
    """Why a structure makes this choice."""

    field, field_label = "reason", "Pourquoi ce choix\u202f?"

    reason = TextField(
        max_length=LONG_TEXT,
        rows=3,
        required=True,
        error_messages={
            "required": "Dites en une phrase pourquoi vous faites ce choix.",
        },
    )
