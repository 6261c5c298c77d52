"""Ending one's account."""

from __future__ import annotations

from typing import Any

from allauth.core import ratelimit
from django import forms
from django.http import HttpRequest, HttpResponse

from diagnostics.models import User


class EraseAccountForm(forms.Form):
    """The password, once more: what follows does not undo."""

    password = forms.CharField(
        label="Votre mot de passe",
        strip=False,
        max_length=4096,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={"required": "Tapez votre mot de passe pour effacer votre compte."},
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_password(self) -> str:
        """Refuse any other password than theirs."""
        password: str = self.cleaned_data["password"]
        if not self.user.check_password(password):
            raise forms.ValidationError("Ce n’est pas votre mot de passe.")
        return password


def too_many_tries(request: HttpRequest, user: User) -> HttpResponse | None:
    """Return the page that says so when somebody types one password after the other."""
    answer: HttpResponse | None = ratelimit.consume_or_429(
        request, action="reauthenticate", user=user
    )
    return answer
