"""What a form of accounts changes and the mail that tells it are kept both, or neither."""

from typing import Any

from allauth.account import views
from django.db import transaction

# Those that change an account, then have a mail sent, each by itself.
FORMS: tuple[Any, ...] = (
    views.SignupView,
    views.PasswordResetView,
    views.PasswordResetFromKeyView,
    views.PasswordChangeView,
    views.PasswordSetView,
    views.EmailView,
)


def keep_together() -> None:
    """Have django-allauth's views do what a valid form asks for in one transaction.

    Not the whole request: tries are counted in the database too, and those of one network would wait for
    one another while a password is hashed.
    """
    for view in FORMS:
        view.form_valid = transaction.atomic(view.form_valid)
