"""What a facilitator, and who submits, type on the check page."""

from __future__ import annotations

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
            "max_length": "%(limit_value)d caractères au plus (%(show_value)d saisis).",
        },
    )


class SubmissionForm(forms.Form):
    """The confirmation of a submission."""

    confirm = forms.BooleanField(
        label="Nous avons relu nos réponses et nous les soumettons à la facilitation.",
        error_messages={"required": "Cochez la case pour confirmer la soumission."},
        widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
    )
