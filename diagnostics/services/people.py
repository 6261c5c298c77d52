"""What people change of their own account; addresses and passwords are allauth's."""

from __future__ import annotations

from diagnostics.models import CommentMails, User


def change_name(user: User, *, name: str) -> None:
    """Give a person another displayed name.

    It is read from the account wherever they are named (team, journal, presence, history, mails to
    come): those pages follow at once. What a version recorded stays as it was submitted.
    """
    user.name = name
    user.save(update_fields=["name"])


def choose_mails(user: User, *, comments: CommentMails, reminders: bool) -> None:
    """Change which of the mails that one need not receive a person receives."""
    user.comment_mails, user.reminder_mails = comments.value, reminders
    user.save(update_fields=["comment_mails", "reminder_mails"])


def leave_comments(user_id: int) -> None:
    """Send a person no message of a thread any more; done twice, it changes nothing more."""
    User.objects.filter(pk=user_id).update(comment_mails=CommentMails.NEVER.value)


def leave_reminders(user_id: int) -> None:
    """Send a person no reminder any more; done twice, it changes nothing more."""
    User.objects.filter(pk=user_id).update(reminder_mails=False)
