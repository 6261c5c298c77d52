"""What a facilitator, and who submits, withdraws or reopens, types."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from diagnostics.forms.fields import TextField
from diagnostics.typography import count

REASON_LENGTH = 2_000


class ChangeRequestForm(forms.Form):
    """The reason of a request for changes: the structure reads it as it is.

    ``pending``: how many requests wait for the structure already, which ask enough without words.
    """

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

    def __init__(self, *args: Any, pending: int = 0, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = not pending


class ReopeningForm(forms.Form):
    """Why a diagnostic is opened again: the lead says it, a facilitator may."""

    reason = TextField(
        label="Pourquoi rouvrir ce diagnostic",
        help_text="L’équipe et la facilitation lisent ce texte.",
        max_length=REASON_LENGTH,
        rows=4,
        error_messages={"required": "Dites pourquoi vous rouvrez ce diagnostic."},
    )

    def __init__(self, *args: Any, must_say_why: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = must_say_why


class SubmissionForm(forms.Form):
    """The confirmation of a submission.

    ``kept``: how many texts of the person are in no answer, since they wait to be corrected or
    chosen; submitting without them is confirmed too. ``pending``: the requests that wait for an
    answer, by their numbers: the page names them, and one that came since is asked about first.
    """

    asked = forms.CharField(required=False, widget=forms.HiddenInput)
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

    def __init__(self, *args: Any, kept: int, pending: Sequence[int] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.pending = pending
        if pending:
            waiting = count(len(pending), "demande restant", "demandes restant")
            self.fields[
                "confirm"
            ].label = f"Nous avons relu nos réponses et nous les soumettons, {waiting} en attente."
        if not kept:
            del self.fields["without_kept"]

    @property
    def known(self) -> str:
        """The requests that the page names, as it sends them back."""
        return ",".join(map(str, self.pending))

    def clean_asked(self) -> str:
        """Ask again when a request came after the page was opened."""
        asked: str = self.cleaned_data["asked"]
        if "asked" in self.data and not {str(pk) for pk in self.pending} <= set(asked.split(",")):
            raise forms.ValidationError(
                "Une demande de la facilitation est arrivée entre-temps\u00a0: lisez-la ci-dessous, puis confirmez."
            )
        return asked
