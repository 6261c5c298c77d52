"""Django's form renderer, with the four widgets that fill the questionnaire's rows written in Python.

A step of six rows has some fifty widgets. Django renders each through a template that includes a
template per attribute list and per option, which takes longer than all the rest of the page. What is
written here is what those templates write; every other widget goes through its template as usual.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.forms.renderers import DjangoTemplates
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

Widget = dict[str, Any]


def _attributes(attrs: dict[str, Any]) -> str:
    parts = []
    for name, value in attrs.items():
        if value is True:
            parts.append(f" {conditional_escape(name)}")
        elif value is not False:
            parts.append(f' {conditional_escape(name)}="{conditional_escape(str(value))}"')
    return "".join(parts)


def _input(widget: Widget) -> str:
    value = widget["value"]
    written = "" if value is None else f' value="{conditional_escape(str(value))}"'
    start = f'<input type="{conditional_escape(widget["type"])}" name="{conditional_escape(widget["name"])}"'
    return f"{start}{written}{_attributes(widget['attrs'])}>"


def _textarea(widget: Widget) -> str:
    start = f'<textarea name="{conditional_escape(widget["name"])}"{_attributes(widget["attrs"])}>'
    # The line break that HTML drops, so that one typed first is kept.
    return f"{start}\n{conditional_escape(widget['value'] or '')}</textarea>"


def _select(widget: Widget) -> str:
    parts = [f'<select name="{conditional_escape(widget["name"])}"{_attributes(widget["attrs"])}>']
    for group, options, _index in widget["optgroups"]:
        if group:
            parts.append(f'<optgroup label="{conditional_escape(group)}">')
        for option in options:
            value = conditional_escape(str(option["value"]))
            label = conditional_escape(option["label"])
            parts.append(f'<option value="{value}"{_attributes(option["attrs"])}>{label}</option>')
        if group:
            parts.append("</optgroup>")
    parts.append("</select>")
    return "".join(parts)


_WRITTEN_HERE: dict[str, Callable[[Widget], str]] = {
    "django/forms/widgets/text.html": _input,
    "django/forms/widgets/hidden.html": _input,
    "django/forms/widgets/textarea.html": _textarea,
    "django/forms/widgets/select.html": _select,
}


class LeanRenderer(DjangoTemplates):
    """Django's own renderer, but for the widgets above."""

    def render(
        self, template_name: str, context: dict[str, Any], request: Any = None
    ) -> SafeString:
        """Render a widget, a form or a set of forms."""
        write = _WRITTEN_HERE.get(template_name)
        if write is None:
            rendered: SafeString = super().render(template_name, context, request)
            return rendered
        return mark_safe(write(context["widget"]))  # noqa: S308  # safe: each part was escaped above
