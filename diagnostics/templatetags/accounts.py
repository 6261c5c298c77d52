"""What the pages of accounts show besides their form."""

from django import template

from diagnostics import accounts

register = template.Library()


@register.simple_tag
def mail_folder() -> str:
    """Return where mails are written, or nothing when they are really sent."""
    return accounts.mail_folder()
