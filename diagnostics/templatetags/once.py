"""The token of a form that creates or deletes something: ``{% load once %}``."""

from __future__ import annotations

import secrets

from django import template
from django.utils.safestring import SafeString

from diagnostics.markup import markup

register = template.Library()


@register.simple_tag
def once_token(about: object = "", form: str = "") -> SafeString:
    """Write the hidden field that makes one action of a form that is sent twice.

    ``about``: what the action is about, in a form that can do several (the field is ``once-<about>``);
    ``form``: the id of the form that it belongs to, when it stands outside.
    """
    return markup(
        '<input type="hidden" name="once{}" value="{}"{}>',
        f"-{about}" if about else "",
        secrets.token_hex(16),
        markup(' form="{}"', form) if form else "",
    )
