"""What is said of a diagnostic, on its pages: ``{% load conversation %}``."""

from __future__ import annotations

from typing import Any

from django import template
from django.template import Context
from django.urls import reverse
from django.utils.safestring import SafeString

from diagnostics.domain.conversation import ThreadState
from diagnostics.domain.permissions import Access
from diagnostics.domain.vocabulary import State, StepKey
from diagnostics.forms.base import RowForm
from diagnostics.forms.conversation import Sort
from diagnostics.forms.conversation import sorts_of as sorts_for
from diagnostics.markup import markup
from diagnostics.models import Diagnostic
from diagnostics.queries import texts_of
from diagnostics.queries.talk import ShownMessage, ShownThread
from diagnostics.typography import count

register = template.Library()

_ICONS = {
    ThreadState.OPEN: "bi-chat-left",
    ThreadState.RESOLVED: "bi-check2",
    ThreadState.PENDING: "bi-hourglass-split",
    ThreadState.ADDRESSED: "bi-reply",
    ThreadState.ACCEPTED: "bi-check2-circle",
    ThreadState.WITHDRAWN: "bi-x-circle",
}


@register.filter
def step_title(step: str, diagnostic: Diagnostic) -> str:
    """Name a step with its number: « 2.1 Rôles »."""
    name = texts_of(diagnostic).step(StepKey(step))
    return f"{name.number} {name.short_title}".strip()


@register.filter
def thread_icon(thread: ShownThread) -> str:
    """Return the icon that stands beside the state of a thread."""
    return _ICONS[thread.state]


@register.filter
def answer_label(thread: ShownThread) -> str:
    """Return what the text of a thread is called."""
    if thread.is_open or thread.needs_words:
        return "Votre réponse"
    return "Pourquoi (facultatif)"


@register.simple_tag
def thread_key(thread: ShownThread) -> str:
    """Return what a thread is called in the address of a page, and in its forms."""
    return f"echange-{thread.pk}"


@register.simple_tag(takes_context=True)
def thread_address(context: Context, thread: ShownThread) -> str:
    """Return where an open thread is read: in the page where it shows it, else on its step.

    Takes from the page: diagnostic, here (the step of the page), on_page (it shows every open thread).
    """
    pk, anchor = context["diagnostic"].pk, f"#echange-{thread.pk}"
    if context.get("on_page") or (thread.step and thread.step == context.get("here")):
        return anchor
    if thread.step:
        return reverse("diagnostic_step", args=[pk, thread.step]) + anchor
    return reverse("conversation_thread", args=[pk, thread.pk])


@register.simple_tag
def message_key(message: ShownMessage) -> str:
    """Return what the form that corrects a message is called."""
    return f"message-{message.pk}"


@register.simple_tag
def opening_key(step: str) -> str:
    """Return what the form that opens a thread is called."""
    return f"ouvrir-{step or 'ensemble'}"


@register.simple_tag(takes_context=True)
def refused_here(context: Context, key: str) -> Any:
    """Return the message that was just refused, if it is that of a form; asked once for each form, since
    a page has dozens of rows and most often nothing is refused. Takes from the page: refused_talk."""
    refused = context.get("refused_talk")
    return refused if refused and refused.key == key else None


@register.simple_tag
def sorts_of(access: Access) -> list[Sort]:
    """Return the sorts of threads that a person may open."""
    return sorts_for(access)


@register.simple_tag(takes_context=True)
def row_talk(context: Context, row: RowForm) -> SafeString | str:
    """Lead from a row of a step's form to what is said of it. Takes from the page: loaded."""
    loaded, key = context.get("loaded"), row.key
    if not key or loaded is None:
        return ""
    link: SafeString | str = ""
    if threads := loaded.talk.open_by_row.get(key):
        words = count(len(threads), "échange ouvert", "échanges ouverts")
        link = markup('<a href="#echange-{}">{}</a>', threads[0].pk, words)
    return markup('<span class="row-talk" data-talk-row="{}">{}</span>', key, link)


@register.simple_tag
def asks_apart(access: Access, diagnostic: Diagnostic, step: str, place: str) -> bool:
    """Tell whether the page has another form to ask something at a step: the check page of a
    facilitator who reviews, with her remarks beside it."""
    is_reviewed = diagnostic.state == State.SUBMITTED.value
    return bool(step) and place == "relecture" and access.is_facilitator and is_reviewed
