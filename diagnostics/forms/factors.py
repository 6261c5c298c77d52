"""allauth's forms of the second factor in the words of the application (setting MFA_FORMS)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from allauth.core.internal.cryptokit import normalize_user_code
from allauth.mfa import app_settings
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import forms as base_forms
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes import forms as recovery_forms
from allauth.mfa.totp import forms as totp_forms
from allauth.mfa.webauthn import forms as webauthn_forms
from cryptography.fernet import InvalidToken
from django import forms
from django.core.cache import cache

from diagnostics.forms.fields import TextField
from diagnostics.models import User
from diagnostics.services.factors import UNREADABLE
from diagnostics.services.journal import count_failed_sign_in

CODE = "Code à six chiffres"
CODE_OR_RECOVERY = "Code de l’application, ou code de secours"
NO_CODE = "Tapez le code."
NAME = "Nom de cette clé"


class OfCodes:
    """Gives the field of a code its French label; a phone shows digits, and types the code by itself."""

    fields: dict[str, Any]
    label = CODE_OR_RECOVERY
    user: User
    authenticator: Authenticator

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["code"]
        field.label = self.label
        field.error_messages["required"] = NO_CODE
        field.max_length = field.widget.attrs["maxlength"] = 20
        field.widget.attrs.pop("placeholder", None)
        field.widget.attrs |= {"inputmode": "numeric", "autocomplete": "one-time-code"}


class AsksForACode(OfCodes):
    """Checks a code against what is stored."""

    def clean_code(self) -> str:
        """Check the code; a refused one is counted with the refused sign-ins."""
        try:
            code: str = super().clean_code()  # type: ignore[misc]  # of the form that it is mixed into
            if not self._is_new(code):
                raise get_adapter().validation_error("incorrect_code")
            return code
        except InvalidToken:
            raise forms.ValidationError(UNREADABLE) from None
        except forms.ValidationError:
            count_failed_sign_in()
            raise

    def _is_new(self, code: str) -> bool:
        """Tell whether a code of the application is accepted for the first time: the library forgets it
        after one period, and takes it for as many as the tolerance says."""
        if self.authenticator.type != Authenticator.Type.TOTP:
            return True
        lasts = app_settings.TOTP_PERIOD * (2 * app_settings.TOTP_TOLERANCE + 1)
        accepted = f"code-accepted-{self.user.pk}-{normalize_user_code(code)}"
        return cache.add(accepted, True, lasts)


class AuthenticateForm(AsksForACode, base_forms.AuthenticateForm):
    """The second step of signing in."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.is_bound:
            self.fields["code"].widget.attrs["autofocus"] = True


class ReauthenticateForm(AsksForACode, base_forms.ReauthenticateForm):
    """Typing a code again before a sensitive change."""


class ActivateTOTPForm(OfCodes, totp_forms.ActivateTOTPForm):
    """The first code of an application, which shows that it knows the key."""

    label = CODE


class DeactivateTOTPForm(totp_forms.DeactivateTOTPForm):
    """Taking the application away."""


class GenerateRecoveryCodesForm(recovery_forms.GenerateRecoveryCodesForm):
    """Making recovery codes anew."""


class OfAName:
    """Gives the field of a passkey's name its French label, bounds and cleaning."""

    fields: dict[str, Any]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"] = TextField(
            label=NAME,
            max_length=60,
            required=self.fields["name"].required,
            help_text="Par exemple «\u00a0Téléphone\u00a0» ou «\u00a0Clé du bureau\u00a0».",
        )


@contextmanager
def _readable() -> Iterator[None]:
    """Refuse as a wrong code what no browser answers, which the library meets with what Python raises."""
    try:
        yield
    except (AttributeError, IndexError, KeyError, TypeError, ValueError):
        raise get_adapter().validation_error("incorrect_key") from None


class AddWebAuthnForm(OfAName, webauthn_forms.AddWebAuthnForm):
    """A new passkey: the browser writes its answer in a hidden field."""

    def clean(self) -> dict[str, Any]:
        """Check the browser's answer."""
        with _readable():
            cleaned: dict[str, Any] = super().clean()
        return cleaned


class AuthenticateWebAuthnForm(webauthn_forms.AuthenticateWebAuthnForm):
    """The second step of signing in, by a passkey."""

    def clean_credential(self) -> Authenticator:
        """Check the browser's answer; a refused one is counted with the refused sign-ins."""
        try:
            with _readable():
                return super().clean_credential()
        except forms.ValidationError:
            count_failed_sign_in()
            raise


class ReauthenticateWebAuthnForm(AuthenticateWebAuthnForm):
    """Showing a passkey again before a sensitive change."""

    reauthenticated = True


class EditWebAuthnForm(OfAName, webauthn_forms.EditWebAuthnForm):
    """Another name for a passkey."""
