"""The parts of a step's form that each row repeats: ``{% load questionnaire %}``.

Tags and not templates: a step of six rows shows some fifty fields, and a template included for each
of them takes longer than the rest of the page.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, cast

from django import forms, template
from django.forms import BoundField, CheckboxInput
from django.template import Context
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.text import Truncator

from diagnostics.forms.base import RowForm, RowFormSet
from diagnostics.forms.economic_model import EconomicModelForm
from diagnostics.forms.fields import offered
from diagnostics.forms.scale_grid import Line
from diagnostics.markup import markup, markup_for
from diagnostics.typography import enumeration

register = template.Library()

LINK_LABEL = 60  # characters of the label of a row that one can link to
HINT_LABEL = 30  # characters of a text in the hint of what the details of a row hold


@register.simple_tag(takes_context=True)
def choice_at(context: Context, bound_field: BoundField) -> str:
    """Write the two texts to choose between at a field, if somebody else's stands against one's own.

    Takes from the page: shown, loaded.
    """
    shown = context.get("shown")
    choice = shown.choice_at.get(bound_field.auto_id) if shown and shown.choices else None
    if not choice:
        return ""
    values = {"choice": choice, "loaded": context["loaded"]}
    return render_to_string("diagnostics/_choice.html", values)


@register.simple_tag(takes_context=True)
def field(context: Context, bound_field: BoundField, css: str = "") -> SafeString:
    """Write a field with its label, help, errors and what is to be chosen; ``css``: classes of the
    whole."""
    name = bound_field.auto_id
    helped = ""
    if bound_field.help_text:
        helped = markup(
            '<span class="form-text" id="{}_helptext">{}</span>', name, bound_field.help_text
        )
    slips, said_by = slips_at(context, bound_field)
    widget = bound_field.as_widget(attrs={"aria-describedby": said_by}) if slips else bound_field
    labelled = '<label class="form-label" for="{}">{}</label>{}'
    if isinstance(bound_field.field.widget, CheckboxInput):
        labelled = '<label class="choice-pill" for="{0}">{2}{1}</label>'
    return markup(
        '<div class="{}">{}{}{}{}{}</div>',
        css,
        markup(labelled, bound_field.id_for_label, bound_field.label, widget),
        helped,
        _errors(bound_field),
        slips,
        choice_at(context, bound_field),
    )


def slips_at(context: Context, bound_field: BoundField) -> tuple[SafeString | str, str]:
    """Return the slips that are asked at a field, and the ids of all that describes the field.

    Takes from the page: slips.
    """
    here = [slip for slip in context.get("slips") or () if slip.field_id == bound_field.auto_id]
    if not here:
        return "", ""
    html = markup_for(
        "{}", ((render_to_string("diagnostics/_slip.html", {"slip": slip}),) for slip in here)
    )
    helped = [f"{bound_field.auto_id}_helptext"] if bound_field.help_text else []
    return html, " ".join([*helped, *(slip.html_id for slip in here)])


@register.simple_tag(takes_context=True)
def segments(
    context: Context, bound_field: BoundField, css: str = "", short: str = ""
) -> SafeString:
    """Write a choice of few words as radio buttons side by side: one click. ``short``: what stands for
    the words where there is little room (« 1 2 3 »)."""
    value = "" if bound_field.value() is None else str(bound_field.value())
    choices = [(str(code), label) for code, label in cast(Any, bound_field.field).choices]
    signs = ["–", *(short.split() if short else ["" for _ in choices])]
    options = markup_for(
        '<label class="segment{}"><input type="radio" name="{}" value="{}"{}>{}'
        '<span class="segment-words">{}</span></label>',
        (
            (
                "" if code else " segment-none",
                bound_field.html_name,
                code,
                " checked" if code == value else "",
                markup('<span class="segment-sign">{}</span> ', sign) if sign else "",
                label,
            )
            for (code, label), sign in zip(choices, signs, strict=False)
        ),
    )
    return markup(
        '<fieldset class="segments {}" id="{}" tabindex="-1"><legend class="form-label">{}</legend>'
        '<div class="segment-list">{}</div>{}{}{}</fieldset>',
        css,
        bound_field.auto_id,
        bound_field.label,
        options,
        _errors(bound_field),
        slips_at(context, bound_field)[0],
        choice_at(context, bound_field),
    )


def _errors(bound_field: BoundField) -> str:
    """Write what is wrong with a field, and what is offered instead."""
    if not bound_field.errors:
        return ""
    messages = markup_for(
        '<p class="invalid-feedback d-block">{}{}</p>',
        ((e, _offer(bound_field, str(e))) for e in bound_field.errors),
    )
    return markup('<div id="{}_error">{}</div>', bound_field.auto_id, messages)


def _offer(bound_field: BoundField, message: str) -> str:
    """Write the button that puts what an error offers into the field, if this one offers something."""
    for error in bound_field.errors.as_data():
        words, text = offered(error)
        if text and message in error.messages:
            return markup(
                ' <button class="btn btn-outline btn-sm" type="submit" name="offer" value="{} {}">'
                "Écrire {}</button>",
                bound_field.html_name,
                text,
                words,
            )
    return ""


@register.simple_tag
def linked_from(formset: RowFormSet, row: RowForm) -> str:
    """Name the rows of other steps that link to a row: « A3 et A7 »; nothing for a new row."""
    return enumeration(formset.pointing_at.get(row.key, []))


@register.simple_tag
def lever_total(form: EconomicModelForm, family: str) -> str:
    """Say what the levers of a family, or all of them, bring in against the budget."""
    return form.lever_total(family)


@register.simple_tag
def row_hint(row: RowForm, formset: RowFormSet) -> dict[str, str]:
    """Return what a row says while its details are closed: ``line``, what its line holds besides what
    names it (a phone folds that too), ``more``, what its details hold, ``links``, what links to it."""
    links = enumeration(formset.pointing_at.get(row.key, []))
    more = [
        words for name in row.more_fields if name != row.placed_by and (words := _held(row[name]))
    ]
    # What names it stands beside, and its place above.
    elsewhere = {"id", row.placed_by, *formset.known_by[:1], "label", *row.more_fields}
    line = [words for bound in row if bound.name not in elsewhere and (words := _held(bound))]
    if links:
        more.append(f"lié depuis {_shortened(links, HINT_LABEL)}")
    return {"line": " · ".join(line), "more": " · ".join(more), "links": links}


def _shortened(text: str, at_most: int) -> str:
    """Cut a text after so many characters; most are short, and each row says the same labels."""
    return text if len(text) <= at_most else _cut(text, at_most)


@lru_cache(maxsize=1024)
def _cut(text: str, at_most: int) -> str:
    return Truncator(text).chars(at_most)


def _held(bound_field: BoundField) -> str:
    """Return what a field holds, in few words; nothing for what it holds from the start."""
    value, form_field = bound_field.value(), bound_field.field
    if not value or value == form_field.initial:
        return ""
    if isinstance(form_field, forms.BooleanField):
        return str(bound_field.label)
    if not isinstance(form_field, forms.ChoiceField):
        return _shortened(str(value), HINT_LABEL)
    chosen = {str(one) for one in (value if isinstance(value, list | tuple) else [value])}
    labels = [str(label) for code, label in cast(Any, form_field).choices if str(code) in chosen]
    codes = (label.split(" · ")[0] if " · " in label else label for label in labels)
    return " · ".join(_shortened(code, HINT_LABEL) for code in codes)


@register.simple_tag
def row_moves(
    row: RowForm, formset: RowFormSet, name: str, *, in_words: bool = False
) -> SafeString:
    """Write the two buttons that move a row of the formset ``name``; ``in_words``: they say what they do."""
    said = " {}" if in_words else '<span class="visually-hidden">{}</span>'
    button = (
        '<button class="btn btn-quiet btn-sm" type="submit" name="row_op" value="{}:{}:{}" formnovalidate'
        ' title="{}"><i class="bi bi-arrow-{}" aria-hidden="true"></i>{}<span class="visually-hidden">'
        "&nbsp;: {} <span data-row-number>{}</span></span></button>"
    )
    return markup_for(
        button,
        (
            (way, name, row.index, word, way, markup(said, word), formset.noun, row.number)
            for way, word in (("up", "Monter"), ("down", "Descendre"))
        ),
    )


@register.simple_tag(takes_context=True)
def row_opens(context: Context, row: RowForm) -> bool:
    """Tell whether the details of a row are open from the start: something in them is refused, asked, to
    be chosen, or was asked for (the choices of its links, without JavaScript)."""
    shown = context.get("shown")
    told = {slip.field_id for slip in context.get("slips") or ()}
    told |= shown.choice_at.keys() if shown else set()
    return context.get("expanded_row") == row.prefix or any(
        name in row.errors or row[name].auto_id in told for name in row.more_fields
    )


@register.simple_tag
def link_boxes(bound_field: BoundField, *, only_chosen: bool = False) -> SafeString:
    """Write a check box for each row that one can link to, or only for those that are chosen."""
    chosen = bound_field.value() or ()
    return markup_for(
        '<label class="choice-pill"><input type="checkbox" name="{}" value="{}"{}>{}</label>',
        (
            (
                bound_field.html_name,
                value,
                " checked" if value in chosen else "",
                _shortened(str(label), LINK_LABEL),
            )
            for value, label in cast(Any, bound_field.field).choices
            if value in chosen or not only_chosen
        ),
    )


@register.simple_tag
def scale_boxes(line: Line) -> SafeString:
    """Write the boxes of a line of the table of step 3.3, each with its échelon, which a phone shows."""
    return markup_for(
        '<td class="{}"><label><input type="checkbox" name="tick" value="{}"{}'
        ' aria-labelledby="c{} {}"><span>{}</span></label></td>',
        (
            (
                "is-inherited" if cell.inherited else "",
                cell.value,
                markup(' id="{}" checked', cell.field) if cell.field else "",
                number,
                line.head,
                cell.label,
            )
            for number, cell in enumerate(line.cells, 1)
        ),
    )
