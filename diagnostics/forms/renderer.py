"""Who writes the widgets of the steps' forms (docs/adr/0014)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.forms.renderers import Jinja2
from django.utils.safestring import SafeString
from markupsafe import escape

Told = Mapping[str, Any]


def _attributes(attrs: Told) -> str:
    """Write attributes, whose names are ours: True stands alone, False is left out."""
    return "".join(
        f" {name}" if value is True else f' {name}="{escape(value)}"'
        for name, value in attrs.items()
        if value is not False
    )


def _input(widget: Told) -> str:
    value = "" if widget["value"] is None else f' value="{escape(widget["value"])}"'
    name = escape(widget["name"])
    return f'<input type="{widget["type"]}" name="{name}"{value}{_attributes(widget["attrs"])}>'


def _textarea(widget: Told) -> str:
    # A browser leaves the first line break out.
    opening = f'<textarea name="{escape(widget["name"])}"{_attributes(widget["attrs"])}>\n'
    return f"{opening}{escape(widget['value'] or '')}</textarea>"


def _select(widget: Told) -> str:
    groups = "".join(_group(name, options) for name, options, _ in widget["optgroups"])
    attributes = _attributes(widget["attrs"])
    return f'<select name="{escape(widget["name"])}"{attributes}>{groups}</select>'


def _group(name: str | None, options: list[Told]) -> str:
    written = "".join(
        f'<option value="{escape(option["value"])}"{_attributes(option["attrs"])}>{escape(option["label"])}</option>'
        for option in options
    )
    return f'<optgroup label="{escape(name)}">{written}</optgroup>' if name else written


_DJANGO = "django/forms/widgets/"
# A step has some fifty of these and some two hundred options: a template takes four times as long for each.
# Every other widget is written by Django's.
_REPEATED: dict[str, Callable[[Told], str]] = {
    f"{_DJANGO}select.html": _select,
    f"{_DJANGO}text.html": _input,
    f"{_DJANGO}hidden.html": _input,
    f"{_DJANGO}checkbox.html": _input,
    f"{_DJANGO}textarea.html": _textarea,
}


class StepRenderer(Jinja2):
    """Django's own renderer by Jinja2; the widgets that rows repeat are written by functions."""

    def __init__(self) -> None:
        self._found: dict[str, Any] = {}

    def render(self, template_name: str, context: dict[str, Any], request: Any = None) -> str:
        """Write a widget, or another part of a form."""
        write = _REPEATED.get(template_name)
        if write is None:
            return super().render(template_name, context, request)
        return SafeString(write(context["widget"]))  # safe: all that is not ours is escaped above

    def get_template(self, template_name: str) -> Any:
        """Return the template of a part of a form."""
        found = self._found.get(template_name)
        if found is None:
            found = self._found[template_name] = super().get_template(template_name)
        return found


# One for all forms: it keeps its compiled templates. It is not FORM_RENDERER: the administration has
# widgets that have only Django's own kind of template.
RENDERER = StepRenderer()
