"""The form that was sent when the session had ended: ``{% load sent_form %}``."""

from __future__ import annotations

from typing import Any

from django import template

from diagnostics.expired_session import SentForm, take_form

register = template.Library()


@register.simple_tag(takes_context=True)
def form_sent_without_session(context: dict[str, Any]) -> SentForm | None:
    """Return what a person sent before they signed in again, once."""
    request = context.get("request")
    if request is None or request.method != "GET":
        return None
    user = getattr(request, "user", None)
    return take_form(request) if user and user.is_authenticated else None
