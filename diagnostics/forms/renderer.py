"""Who writes the widgets of the steps' forms (docs/adr/0014)."""

from __future__ import annotations

from typing import Any

from django.forms.renderers import Jinja2

_DJANGO = "django/forms/widgets/"
# A step has some fifty of these and some two hundred options: Django's templates include another
# for each of them, ours do not. Every other widget is written by Django's.
_REPEATED = {
    f"{_DJANGO}select.html": "widgets/select.html",
    f"{_DJANGO}text.html": "widgets/input.html",
    f"{_DJANGO}hidden.html": "widgets/input.html",
    f"{_DJANGO}textarea.html": "widgets/textarea.html",
}


class StepRenderer(Jinja2):
    """Django's own renderer by Jinja2, with templates of ours for the widgets that rows repeat."""

    def __init__(self) -> None:
        self._found: dict[str, Any] = {}

    def get_template(self, template_name: str) -> Any:
        """Return the template of a widget."""
        found = self._found.get(template_name)
        if found is None:
            found = super().get_template(_REPEATED.get(template_name, template_name))
            self._found[template_name] = found
        return found


# One for all forms: it keeps its compiled templates. It is not FORM_RENDERER: the administration has
# widgets that have only Django's own kind of template.
RENDERER = StepRenderer()
