"""What the project changes in django-allauth."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allauth.account.adapter import DefaultAccountAdapter

if TYPE_CHECKING:
    from diagnostics.models import User


def display_name(user: User) -> str:
    """Return the name under which a person is shown to the others."""
    return user.display_name


class AccountAdapter(DefaultAccountAdapter):
    """Accounts by e-mail address, in French."""
