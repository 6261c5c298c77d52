"""What a browser posts from a step's page."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict

from diagnostics.domain.document import DiagnosticDocument
from diagnostics.domain.vocabulary import StepKey
from diagnostics.forms.base import StepForm
from diagnostics.forms.registry import STEP_FORMS
from diagnostics.queries import StepContext

URL_ENCODED = "application/x-www-form-urlencoded"
STEPS = list(StepKey)


def posted(form: StepForm) -> QueryDict:
    """Return what a browser posts of a form as it is shown, line ends included."""
    data = QueryDict(mutable=True)

    def put(fields: Any) -> None:
        for field in fields:
            value = field.value()
            if isinstance(field.field, forms.MultipleChoiceField):
                if value:
                    data.setlist(field.html_name, [str(item) for item in value])
            else:
                text = "" if value is None else str(value)
                data[field.html_name] = text.replace("\n", "\r\n")

    put(form)
    for subform in form.subforms.values():
        put(subform)
    for formset in form.formsets.values():
        data[f"{formset.prefix}-TOTAL_FORMS"] = str(len(formset.forms))
        data[f"{formset.prefix}-INITIAL_FORMS"] = str(formset.initial_form_count())
        for row in formset.forms:
            put(field for field in row if not (formset.fixed and field.name == "id"))
    return data


def form_of(context: StepContext, step: StepKey, data: QueryDict | None = None) -> StepForm:
    """Return the form of a step as the wizard makes it."""
    return STEP_FORMS[step](data, context=context, prefix=step.value)


def context_of(document: DiagnosticDocument, step: StepKey) -> StepContext:
    """Return what the form of a step knows of a document whose answers are all stored."""
    stored = document.answers.get(step)
    return StepContext(
        document=document,
        stored=stored,
    )
