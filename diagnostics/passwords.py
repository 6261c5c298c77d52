"""The passwords that people choose (setting AUTH_PASSWORD_VALIDATORS): long enough, and not guessed at once.

No rule of composition (OWASP ASVS 5.0, 6.2.5), no maximum, nothing cut.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from django.contrib.auth.password_validation import CommonPasswordValidator, MinimumLengthValidator
from django.core.exceptions import ValidationError

from diagnostics.domain.passwords import MIN_BITS, MIN_LENGTH, bits_to_guess


@cache
def _common() -> set[str]:
    """Return the 20,000 passwords that Django knows as common: passwords, words and names."""
    return CommonPasswordValidator().passwords


class LengthValidator(MinimumLengthValidator):
    """Refuses a short password, and says how a long one is easy to keep in mind."""

    def __init__(self, min_length: int = MIN_LENGTH) -> None:
        super().__init__(min_length)

    def get_error_message(self) -> str:
        """Say how long, and how."""
        return (
            f"Ce mot de passe est trop court\u00a0: il faut au moins {self.min_length} caractères. "
            "Une courte phrase convient."
        )

    def get_help_text(self) -> str:
        """Say it before it is refused."""
        return f"{self.min_length} caractères au moins\u00a0: une courte phrase convient."


class GuessValidator:
    """Refuses what is guessed among the first: common passwords, keys in a row, a word twice."""

    def validate(self, password: str, user: Any = None) -> None:
        """Refuse a password that is worth too few bits."""
        if bits_to_guess(password, _common()) < MIN_BITS:
            raise ValidationError(
                "Ce mot de passe est trop facile à deviner\u00a0: ajoutez-lui un ou deux mots qui n’ont "
                "rien à voir, sans répéter le même.",
                code="password_guessable",
            )

    def get_help_text(self) -> str:
        """Say it before it is refused."""
        return (
            "Ni un mot de passe courant, ni des touches qui se suivent, ni deux fois le même mot."
        )
