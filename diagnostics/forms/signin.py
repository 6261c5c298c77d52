"""allauth's forms in the words of the application (setting ACCOUNT_FORMS)."""

from __future__ import annotations

from typing import Any

from allauth.account import forms as allauth_forms
from allauth.account.models import EmailAddress
from django import forms
from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.http import HttpRequest

from diagnostics import limits
from diagnostics.domain.addresses import normalise_address
from diagnostics.models import User

CHOOSING_HELP = (
    "Quatorze caractères au moins : une courte phrase convient. "
    "Ni votre nom, ni un mot de passe courant, ni deux fois le même mot."
)
BAD_ADDRESS = "Indiquez une adresse e-mail complète, par exemple prenom@exemple.fr."
LABELS = {
    "login": "Adresse e-mail",
    "email": "Adresse e-mail",
    "password": "Mot de passe",
    "oldpassword": "Mot de passe actuel",
    "password2": "Le même mot de passe, une seconde fois",
    "remember": "Rester connecté·e sur cet appareil",
}


class AddressField(forms.EmailField):
    """An e-mail address, read in its one spelling; without it allauth knows the case, not the domain."""

    def to_python(self, value: Any) -> str:
        """Return the spelling under which addresses are kept."""
        return normalise_address(super().to_python(value) or "")


class InOurWords:
    """Gives the fields their French labels, and no placeholder beside the label."""

    fields: dict[str, Any]
    is_bound: bool
    # The form is all that its page is for: one types at once.
    takes_focus = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in list(self.fields.items()):
            field.label = LABELS.get(name, field.label)
            field.widget.attrs.pop("placeholder", None)
            if isinstance(field, forms.EmailField):
                self.fields[name] = _our_address(field)
        if self.takes_focus and not self.is_bound:
            next(iter(self.fields.values())).widget.attrs["autofocus"] = True
        if "password1" in self.fields:
            self.fields["password1"].help_text = CHOOSING_HELP


def _our_address(field: forms.EmailField) -> AddressField:
    return AddressField(
        label=field.label,
        required=field.required,
        max_length=field.max_length,
        initial=field.initial,
        widget=field.widget,
        error_messages={"invalid": BAD_ADDRESS},
    )


class LoginForm(InOurWords, allauth_forms.LoginForm):
    """Signing in."""

    takes_focus = True


class SignupForm(InOurWords, allauth_forms.SignupForm):
    """Signing up."""

    takes_focus = True

    def clean(self) -> dict[str, Any]:
        """Compare the password with the name as well: allauth knows of the address alone."""
        cleaned: dict[str, Any] = super().clean()
        password = cleaned.get("password1")
        if password and "password1" not in self.errors:
            try:
                validate_password(password, User(name=cleaned.get("name", "")))
            except forms.ValidationError as error:
                self.add_error("password1", error)
        return cleaned

    def try_save(self, request: HttpRequest) -> Any:
        """Make the account; hash the password as well when there is one: its time would tell that."""
        if self.account_already_exists:
            make_password(self.cleaned_data["password1"])
        return super().try_save(request)


class AddEmailForm(InOurWords, allauth_forms.AddEmailForm):
    """Adding an address to one's account."""


class ChangePasswordForm(InOurWords, allauth_forms.ChangePasswordForm):
    """Changing one's password."""


class SetPasswordForm(InOurWords, allauth_forms.SetPasswordForm):
    """Choosing a first password."""


class ResetPasswordForm(InOurWords, allauth_forms.ResetPasswordForm):
    """Asking for the link that resets a password."""

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        """Send it, a few times: whoever has it already has one that holds, and the page is the same."""
        address: str = self.cleaned_data["email"]
        if limits.count_reset(request, address).reached:
            return address
        return str(super().save(request, **kwargs))


class ResetPasswordKeyForm(InOurWords, allauth_forms.ResetPasswordKeyForm):
    """Choosing a password from that link."""

    def save(self) -> None:
        """Keep it; the link came by mail, and so proves the one address of an account."""
        super().save()
        addresses = EmailAddress.objects.filter(user=self.user)
        if len(addresses) == 1 and addresses[0].email == self.user.email:
            addresses.update(verified=True)


class ReauthenticateForm(InOurWords, allauth_forms.ReauthenticateForm):
    """Typing one's password again before a sensitive change."""
