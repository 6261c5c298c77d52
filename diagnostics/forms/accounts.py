"""Forms about accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms

if TYPE_CHECKING:
    from django.http import HttpRequest

    from diagnostics.models import User


class SignupDetailsForm(forms.Form):
    """What the sign-up asks besides the e-mail and the password."""

    name = forms.CharField(
        label="Nom affiché",
        max_length=120,
        help_text="Les autres membres de votre équipe vous verront sous ce nom.",
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )

    field_order = ["name", "email", "password1", "password2"]

    def signup(self, request: HttpRequest, user: User) -> None:
        """Keep the name with the account (called by allauth once the account exists)."""
        user.name = self.cleaned_data["name"]
        user.save(update_fields=["name"])
