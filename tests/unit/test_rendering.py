"""The steps' forms are what Django's own templates write, by its other renderer."""

from html.parser import HTMLParser

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates
from django.template import Context, Template

from diagnostics.domain.vocabulary import StepKey
from diagnostics.forms.registry import STEP_FORMS
from diagnostics.forms.renderer import RENDERER
from diagnostics.queries import StepContext
from tests.scene import demo_document

HOSTILE = "\"><script>alert(1)</script>&'"


def read(html: str) -> list[object]:
    """What a browser reads: tags, attributes in their order and texts. The two escape quotes in
    other ways, and break the line at other places between tags."""
    seen: list[object] = []
    parser = HTMLParser(convert_charrefs=True)
    parser.handle_starttag = lambda tag, attrs: seen.append((tag, attrs))
    parser.handle_endtag = lambda tag: seen.append(tag)
    parser.handle_data = lambda text: seen.append(text if "textarea" in html else text.strip())
    parser.feed(html)
    parser.close()
    return [part for part in seen if part != ""]


class EveryWidget(forms.Form):
    text = forms.CharField(widget=forms.TextInput(attrs={"class": "a", "data-x": HOSTILE}))
    hidden = forms.CharField(widget=forms.HiddenInput)
    long_text = forms.CharField(widget=forms.Textarea(attrs={"rows": 3, "disabled": True}))
    choice = forms.ChoiceField(
        choices=[("", "Choisir…"), ("a", HOSTILE), (HOSTILE, "b"), ("Groupe <1>", [("c", "C")])]
    )
    number = forms.DecimalField(widget=forms.TextInput(attrs={"readonly": False}))
    year = forms.IntegerField()
    agreed = forms.BooleanField(required=False)
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
            "agreed": "on",
            "ticked": ["a"],
        },
        {"choice": "c", "text": "{{ 7|add:7 }}"},
    ],
    ids=["unbound", "empty", "blank", "hostile", "plain"],
)
def test_same_as_django(data):
    ours, theirs = (
        [str(field) for field in EveryWidget(data, renderer=renderer)]
        for renderer in (RENDERER, DjangoTemplates())
    )
    assert [read(html) for html in ours] == [read(html) for html in theirs]
    assert not any("<script" in html for html in ours)


@pytest.mark.parametrize("step", list(StepKey))
def test_every_part_of_a_step_has_the_fast_renderer(step: StepKey):
    form = STEP_FORMS[step](context=StepContext(document=demo_document("sorelle")), prefix=step)
    formsets = list(form.formsets.values())
    rows = [row for formset in formsets for row in (*formset.forms, formset.empty_form)]
    parts = [form, *form.subforms.values(), *formsets, *rows]
    assert [part for part in parts if part.renderer is not RENDERER] == []


def test_a_field_with_its_help_and_errors():
    template = Template('{% load questionnaire %}{% field form.year css="field-small" %}')
    form = EveryWidget({"year": "demain"}, renderer=RENDERER)
    form.fields["year"].help_text = "À quatre chiffres <ici>"
    html = template.render(Context({"form": form}))
    assert html.startswith('<div class="field-small"><label class="form-label" for="id_year">')
    assert 'id="id_year_helptext">À quatre chiffres &lt;ici&gt;</span>' in html
    assert 'aria-describedby="id_year_helptext id_year_error"' in html
    assert '<div id="id_year_error"><p class="invalid-feedback d-block">' in html
