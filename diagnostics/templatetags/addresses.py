"""``{% url %}`` of every template (a built-in: settings.TEMPLATES): Django's, which works each address out once.

A page of a diagnostic has fifty addresses, which differ by its identifier alone; Django searches all patterns for
each of them, a tenth of the home's time.
"""

from __future__ import annotations

from functools import lru_cache
from uuid import UUID

from django import template
from django.conf import settings
from django.template import Context
from django.template.base import Parser, Token
from django.template.defaulttags import URLNode
from django.template.defaulttags import url as django_url
from django.urls import get_script_prefix, get_urlconf, reverse
from django.utils.html import escape
from django.utils.safestring import SafeString

register = template.Library()

# In the place of identifiers, each with its number added: no address has them otherwise.
_MARK = 1 << 127


class AddressNode(URLNode):
    """Writes the address of a view that is named with its arguments in their order."""

    def render(self, context: Context) -> SafeString:
        """Write it, escaped. Raises NoReverseMatch."""
        view = self.view_name.resolve(context)
        return address_of(view, *(arg.resolve(context) for arg in self.args))


@register.tag
def url(parser: Parser, token: Token) -> URLNode:
    """Write an address as Django does; those with names (``pk=…``, ``as``, ``admin:index``) are Django's own."""
    node: URLNode = django_url(parser, token)
    is_ours = not (node.kwargs or node.asvar or ":" in node.view_name.token)
    return AddressNode(node.view_name, node.args, {}, None) if is_ours else node


def address_of(view: str, *args: object) -> SafeString:
    """Return the address of a view, escaped for HTML. Raises NoReverseMatch."""
    site = (get_urlconf() or settings.ROOT_URLCONF, get_script_prefix())
    shape = _shape(site, view, *(UUID if type(arg) is UUID else arg for arg in args))
    ids = [arg for arg in args if type(arg) is UUID]
    return SafeString(shape.format(*ids))  # safe: escaped, and identifiers need not be


@lru_cache(maxsize=1024, typed=True)
def _shape(site: tuple[str, str], view: str, *args: object) -> str:
    """Return an address with ``{}`` in the place of each identifier (UUID); ``site``: what an address
    depends on besides."""
    marks = [UUID(int=_MARK + place) for place in range(len(args))]
    given = [mark if arg is UUID else arg for mark, arg in zip(marks, args, strict=True)]
    shape = escape(reverse(view, site[0], given)).replace("{", "{{").replace("}", "}}")
    for mark in marks:
        shape = shape.replace(str(mark), "{}")
    return shape
