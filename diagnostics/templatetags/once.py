"""The token of a form that creates or deletes something: ``{% load once %}``."""

from __future__ import annotations

import secrets

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag
def once_token() -> SafeString:
    """Write the hidden field that makes one action of a form that is sent twice."""
    return format_html('<input type="hidden" name="once" value="{}">', secrets.token_hex(16))
