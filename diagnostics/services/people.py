"""What people change of their own account; addresses and passwords are allauth's."""

from __future__ import annotations

from diagnostics.models import User


def change_name(user: User, *, name: str) -> None:
    """Give a person another displayed name.

    It is read from the account wherever they are named (team, journal, presence, history, mails to
    come): those pages follow at once. What a version recorded stays as it was submitted.
    """
    user.name = name
    user.save(update_fields=["name"])
