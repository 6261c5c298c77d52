"""What is said of a diagnostic: its threads on a page, and what is done in them from any page.

A form of a thread says which page it stands on (``place``); that page comes back. For a script only
what changed of it does.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from diagnostics.domain.conversation import (
    DEEDS,
    OPEN_STATES,
    ThreadState,
    may,
)
from diagnostics.domain.row_names import named_rows
from diagnostics.domain.vocabulary import StepKey
from diagnostics.forms.conversation import MessageForm, OpeningForm
from diagnostics.forms.returning import NAME as RETURN
from diagnostics.forms.returning import Way
from diagnostics.queries import (
    LoadedDiagnostic,
    get_diagnostic,
    kit_steps,
    load_diagnostic_document,
)
from diagnostics.queries.conversation import open_counts
from diagnostics.queries.talk import (
    Reading,
    get_thread,
    page_of_talk,
    page_of_thread,
    shown_thread,
    standing_of,
)
from diagnostics.requests import SignedInRequest
from diagnostics.services import conversation as services
from diagnostics.services.errors import WrongState
from diagnostics.services.once import do_once
from diagnostics.views.diagnostics import base_url, render_check_page
from diagnostics.wizard import show_step_again

STEP, CHECK, ALL = "etape", "relecture", "echanges"  # the pages that show threads
WHOLE = "ensemble"  # in the address: of no step
# What the page of all threads may be asked to keep, by its word in the address.
KEPT = {
    "ouverts": OPEN_STATES,
    "demandes": frozenset({ThreadState.PENDING}),
    "tous": frozenset(ThreadState),
}


@dataclass(frozen=True)
class Sent:
    """A message as it was sent: at which form it was typed (``key``), at which step (empty: of none),
    in which thread (None: one that it opens); ``problem``: what happened meanwhile."""

    key: str
    step: str
    form: MessageForm
    thread: int | None = None
    problem: str = ""

    @property
    def text(self) -> str:
        """What was typed, as it was typed."""
        return str(self.form.data.get("text", ""))


@require_safe
def show_conversation(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Show the threads that a person reads; ``?etat=`` and ``?etape=`` keep some of them."""
    return _render_all(request, get_diagnostic(request.user, pk))


@require_safe
def show_thread(request: SignedInRequest, pk: UUID, thread_pk: int) -> HttpResponse:
    """Lead to a thread, wherever it stands on the page of all of them: the address for mails."""
    loaded = get_diagnostic(request.user, pk)
    thread = get_thread(loaded.diagnostic, loaded.access, thread_pk)
    return redirect(_among_all(_reading(loaded, request), thread.pk))


@require_POST
def open_thread(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Open a thread on the diagnostic, a step or a row; the button says for whom."""
    loaded = get_diagnostic(request.user, pk)
    step = _posted_step(request)
    rows = named_rows(_reading(loaded, request).answers, step) if step else []
    form = OpeningForm(request.POST, access=loaded.access, rows=rows)
    sent = Sent(f"ouvrir-{step or WHOLE}", step or "", form)
    if not form.is_valid():
        return _show_refused(request, loaded, sent)
    sort = form.cleaned_data["sort"]

    def create() -> int:
        return services.open_thread(
            loaded.diagnostic,
            audience=sort.audience,
            kind=sort.kind,
            text=form.cleaned_data["text"],
            step=step,
            row=form.cleaned_data["row"],
            user=request.user,
            base_url=base_url(request),
        ).pk

    return _do(request, loaded, sent, create, sort.done)


@require_POST
def act(request: SignedInRequest, pk: UUID, thread_pk: int, deed: str) -> HttpResponse:
    """Reply, address, accept, ask again, withdraw, resolve, open again: with or without words."""
    loaded = get_diagnostic(request.user, pk)
    thread = get_thread(loaded.diagnostic, loaded.access, thread_pk)
    asked = DEEDS.get(deed)
    if asked is None:
        raise Http404
    if not may(loaded.access, asked, standing_of(thread, request.user)):
        raise PermissionDenied(asked.no_right)
    form = MessageForm(request.POST, needs_words=asked.needs_words)
    sent = Sent(f"echange-{thread.pk}", thread.step, form, thread.pk)
    if not form.is_valid():
        return _show_refused(request, loaded, sent)

    def do() -> int:
        return services.do_in_thread(
            loaded.diagnostic,
            thread.pk,
            deed=asked,
            text=form.cleaned_data["text"],
            user=request.user,
            base_url=base_url(request),
        ).thread_id

    return _do(request, loaded, sent, do, asked.done)


@require_POST
def edit_message(request: SignedInRequest, pk: UUID, thread_pk: int) -> HttpResponse:
    """Correct one's own message (``message_pk``), for 15 minutes."""
    loaded = get_diagnostic(request.user, pk)
    thread = get_thread(loaded.diagnostic, loaded.access, thread_pk)
    message = request.POST.get("message_pk", "")
    if not (message.isascii() and message.isdecimal() and len(message) < 19):
        raise SuspiciousOperation("message_pk")
    if not thread.messages.filter(pk=int(message), author=request.user).exists():
        raise PermissionDenied("Chacun·e modifie ses propres messages.")
    form = MessageForm(request.POST)
    sent = Sent(f"message-{message}", thread.step, form, thread.pk)
    if not form.is_valid():
        return _show_refused(request, loaded, sent)

    def edit() -> int:
        text = form.cleaned_data["text"]
        return services.edit_message(
            loaded.diagnostic, int(message), text=text, user=request.user
        ).thread_id

    return _do(request, loaded, sent, edit, "Votre message est modifié.")


def _posted_step(request: SignedInRequest) -> StepKey | None:
    """Return the step that a form writes about, None for the whole diagnostic."""
    step = request.POST.get("step", "")
    if step and step not in set(StepKey):
        raise SuspiciousOperation("step")
    return StepKey(step) if step else None


def _reading(loaded: LoadedDiagnostic, request: SignedInRequest) -> Reading:
    answers = load_diagnostic_document(loaded.diagnostic).answers
    return Reading(loaded.diagnostic, loaded.access, request.user, answers)


def _do(
    request: SignedInRequest,
    loaded: LoadedDiagnostic,
    sent: Sent,
    action: Callable[[], int],
    done: str,
) -> HttpResponse:
    """Do what was sent, once, and show the page it came from; ``action`` returns the thread."""
    once = request.POST.get("once", "")
    try:
        made, is_new = do_once(once, user=request.user, action=lambda: str(action()))
    except WrongState as error:
        return _show_refused(request, loaded, replace(sent, problem=str(error)))
    if request.htmx:
        return _render_changed(request, loaded, sent, int(made), done)
    if is_new:
        messages.success(request, done)
    return redirect(_came_from(request, loaded, sent, int(made)))


def _came_from(
    request: SignedInRequest, loaded: LoadedDiagnostic, sent: Sent, thread_pk: int
) -> str:
    """Return the address of the page that a form stands on, at the thread."""
    pk, place = loaded.diagnostic.pk, request.POST.get("place", "")
    if place == STEP and sent.step:
        way = Way.read(pk, request.POST.get(RETURN, ""))
        return way.to_step(sent.step, anchor=f"echange-{thread_pk}")
    thread = get_thread(loaded.diagnostic, loaded.access, thread_pk)
    if place == CHECK and (thread.is_open or sent.step):
        # The page shows open threads alone.
        anchor = f"echange-{thread_pk}" if thread.is_open else sent.step
        return f"{reverse('diagnostic_check', args=[pk])}#{anchor}"
    return _among_all(_reading(loaded, request), thread_pk)


def _among_all(reading: Reading, thread_pk: int) -> str:
    """Return the address of a thread on the page of all of them."""
    page = page_of_thread(reading, thread_pk)
    asked = {"etat": "tous"} | ({"page": page} if page > 1 else {})
    address = reverse("conversation", args=[reading.diagnostic.pk])
    return f"{address}?{urlencode(asked)}#echange-{thread_pk}"


# --- What is shown -------------------------------------------------------------------------------------


def _show_refused(request: SignedInRequest, loaded: LoadedDiagnostic, sent: Sent) -> HttpResponse:
    """Give back what was typed where it was typed, with why it was not sent (409 when somebody else
    changed something meanwhile)."""
    status = 409 if sent.problem else 200
    if request.htmx:
        return _render_changed(request, loaded, sent, sent.thread, status=status)
    place = request.POST.get("place", "")
    if place == STEP and sent.step and not sent.problem:
        return show_step_again(request, loaded.diagnostic.pk, StepKey(sent.step), refused_talk=sent)
    if place == CHECK and not sent.problem:
        return render_check_page(request, loaded, refused_talk=sent)
    return _render_all(request, loaded, sent=sent, status=status)


def _render_changed(
    request: SignedInRequest,
    loaded: LoadedDiagnostic,
    sent: Sent,
    thread_pk: int | None,
    told: str = "",
    *,
    status: int = 200,
) -> HttpResponse:
    """Answer a script with the part of the page that changed: a thread, and the form that opens
    another when it did. A header tells the counts (static/js/conversation.js)."""
    reading = _reading(loaded, request)
    step = sent.step
    context = {
        "diagnostic": loaded.diagnostic,
        "access": loaded.access,
        "place": request.POST.get("place", ""),
        "step": step,
        "rows": named_rows(reading.answers, StepKey(step)) if step else [],
        "thread": shown_thread(reading, thread_pk) if thread_pk else None,
        "with_form": sent.thread is None,
        "told": told,
        "refused_talk": None if told else sent,
    }
    response = render(request, "conversation/_changed.html", context, status=status)
    counts = open_counts(loaded.diagnostic, loaded.access)
    words = {step or WHOLE: counts.of(step).words, "total": counts.total.words}
    response["HX-Trigger"] = json.dumps({"talk:counted": words})
    return response


def _render_all(
    request: SignedInRequest,
    loaded: LoadedDiagnostic,
    *,
    sent: Sent | None = None,
    status: int = 200,
) -> HttpResponse:
    reading = _reading(loaded, request)
    kept = request.GET.get("etat", "ouverts")
    step, page = request.GET.get("etape"), request.GET.get("page", "1")
    if sent is not None and sent.thread:
        kept, page = "tous", str(page_of_thread(reading, sent.thread))
    talk, shown = page_of_talk(
        reading,
        states=KEPT.get(kept, OPEN_STATES),
        step={WHOLE: ""}.get(step or "", step) if step in {WHOLE, *StepKey} else None,
        page=page,
    )
    context = {
        "diagnostic": loaded.diagnostic,
        "access": loaded.access,
        "talk": talk,
        "page": shown,
        "kept": kept if kept in KEPT else "ouverts",
        "step": step if step in {WHOLE, *StepKey} else "",
        "steps": kit_steps(loaded.diagnostic),
        "counts": open_counts(loaded.diagnostic, loaded.access),
        "place": ALL,
        "refused_talk": sent,
    }
    return render(request, "conversation/all.html", context, status=status)
