"""The widgets written in Python are what Django's own templates write."""

import re

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates
from django.template import Context, Template

from diagnostics.forms.rendering import LeanRenderer

HOSTILE = "\"><script>alert(1)</script>&'"


class EveryWidget(forms.Form):
    text = forms.CharField(widget=forms.TextInput(attrs={"class": "a", "data-x": HOSTILE}))
    hidden = forms.CharField(widget=forms.HiddenInput)
    long_text = forms.CharField(widget=forms.Textarea(attrs={"rows": 3, "disabled": True}))
    choice = forms.ChoiceField(
        choices=[("", "Choisir…"), ("a", HOSTILE), (HOSTILE, "b"), ("Groupe <1>", [("c", "C")])]
    )
    number = forms.DecimalField(widget=forms.TextInput(attrs={"readonly": False}))
    year = forms.IntegerField()
    ticked = forms.MultipleChoiceField(
        choices=[("a", "A"), ("b", "B")], widget=forms.CheckboxSelectMultiple
    )


@pytest.mark.parametrize(
    "data",
    [
        None,
        {},
        {"text": "", "choice": "", "long_text": ""},
        {
            "text": HOSTILE,
            "hidden": HOSTILE,
            "long_text": f"\n{HOSTILE}\n",
            "choice": HOSTILE,
            "number": "2,5",
            "year": "2026",
            "ticked": ["a"],
        },
        {"choice": "c", "text": "{{ 7|add:7 }}"},
    ],
    ids=["unbound", "empty", "blank", "hostile", "plain"],
)
def test_same_as_django(data):
    # Between tags Django's templates break the line.
    ours, theirs = (
        [
            re.sub(r"(?<=>)\n\s*(?=<(?!/textarea))", "", str(field))
            for field in EveryWidget(data, renderer=renderer())
        ]
        for renderer in (LeanRenderer, DjangoTemplates)
    )
    assert ours == theirs
    assert not any("<script" in html for html in ours)


def test_a_field_with_its_help_and_errors():
    template = Template('{% load questionnaire %}{% field form.year css="field-small" %}')
    form = EveryWidget({"year": "demain"}, renderer=LeanRenderer())
    form.fields["year"].help_text = "À quatre chiffres <ici>"
    html = template.render(Context({"form": form}))
    assert html.startswith('<div class="field-small"><label class="form-label" for="id_year">')
    assert 'id="id_year_helptext">À quatre chiffres &lt;ici&gt;</span>' in html
    assert 'aria-describedby="id_year_helptext id_year_error"' in html
    assert '<div id="id_year_error"><p class="invalid-feedback d-block">' in html
