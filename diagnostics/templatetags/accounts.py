"""What the pages of accounts show besides their form."""

from django import template
from django.template import Context

from diagnostics import accounts, expired_session
from diagnostics.domain import addresses
from diagnostics.models import Invitation

register = template.Library()


@register.simple_tag
def mail_folder() -> str:
    """Return where mails are written, or nothing when they are really sent."""
    return accounts.mail_folder()


@register.filter
def readable_address(address: str) -> str:
    """Return an address as people write it: its domain with accents rather than in ASCII."""
    return addresses.readable_address(address)


@register.simple_tag(takes_context=True)
def invitation_followed(context: Context) -> Invitation | None:
    """Return the open invitation whose link was followed before, if any."""
    return accounts.invitation_followed(context["request"])


@register.simple_tag(takes_context=True)
def sent_is_kept(context: Context) -> bool:
    """Tell whether this browser sent something when its session had ended, which waits for a sign-in."""
    return expired_session.holds_something(context["request"])
