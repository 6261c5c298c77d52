"""What a facilitator, and who submits, type on the check page."""

from __future__ import annotations

from typing import Any

from django import forms

from diagnostics.forms.fields import TextField

REASON_LENGTH = 2_000


class ChangeRequestForm(forms.Form):
    """The reason of a request for changes: the structure reads it as it is."""

    reason = TextField(
        label="Ce que vous demandez à la structure",
        help_text="La structure lit ce texte en tête de son diagnostic.",
        max_length=REASON_LENGTH,
        rows=4,
        required=True,
        error_messages={
            "required": "Dites à la structure ce que vous lui demandez.",
        },
    )


class SubmissionForm(forms.Form):
    """The confirmation of a submission.

    ``kept``: how many texts of the person are in no answer, since they wait to be corrected or
    chosen; submitting without them is confirmed too.
    """

    confirm = forms.BooleanField(
        label="Nous avons relu nos réponses et nous les soumettons à la facilitation.",
        error_messages={"required": "Cochez la case pour confirmer la soumission."},
        widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
    )
    without_kept = forms.BooleanField(
        label="Soumettre sans mes saisies à corriger ou à choisir.",
        error_messages={
            "required": "Corrigez ou choisissez ces saisies, ou cochez la case pour soumettre sans elles."
        },
        widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
    )

    def __init__(self, *args: Any, kept: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not kept:
            del self.fields["without_kept"]
