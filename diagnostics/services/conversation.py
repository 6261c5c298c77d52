"""Saying something of a diagnostic, and asking something of a structure.

Each is one transaction under the diagnostic's lock, with the right and the state of the thread asked
again; requests have an event in the journal, and each message queues its mail. The diagnostic itself
is left as it is: what is said of it changes no answer.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils import timezone
from procrastinate.contrib.django import app

from diagnostics.domain.answers import is_printable
from diagnostics.domain.conversation import (
    ASK_AGAIN,
    MESSAGE_TEXT,
    MINUTES_TO_EDIT,
    Act,
    Audience,
    Deed,
    ThreadKind,
    ThreadState,
    audiences_of,
    can_edit,
    can_open,
    may,
    obstacle,
)
from diagnostics.domain.document import Answers, load_answer
from diagnostics.domain.permissions import Access
from diagnostics.domain.row_names import named_rows
from diagnostics.domain.vocabulary import EventKind, StepKey
from diagnostics.models import Diagnostic, Message, Thread, User
from diagnostics.queries.talk import standing_of
from diagnostics.services.errors import NotAllowed, ServiceError, WrongState
from diagnostics.services.journal import record_event
from diagnostics.services.locking import lock_diagnostic
from diagnostics.services.taking import take_unless_taken
from diagnostics.typography import shortened

ROW_NAME = 300  # characters that are kept of what a row is called
NO_WORDS = "Écrivez votre message."
_EVENTS = {
    Act.ADDRESSED: EventKind.REQUEST_ADDRESSED,
    Act.ACCEPTED: EventKind.REQUEST_ACCEPTED,
    Act.ASKED_AGAIN: EventKind.REQUEST_ASKED_AGAIN,
    Act.WITHDRAWN: EventKind.REQUEST_WITHDRAWN,
}


class RowGone(WrongState):
    """The row that somebody writes about was removed meanwhile."""


class TooLate(WrongState):
    """A message can no longer be corrected."""


def open_thread(
    diagnostic: Diagnostic,
    *,
    audience: Audience,
    kind: ThreadKind,
    text: str,
    user: User,
    base_url: str,
    step: StepKey | None = None,
    row: str = "",
) -> Thread:
    """Open a thread on a diagnostic, one of its steps, or a row of it (its key), in every state.

    Who reads it is told by mail; what is asked of a submitted diagnostic takes its review in charge.
    Raises NotAllowed, RowGone when the step has no such row any more,
    and ServiceError for a text that is empty, longer than 2,000 characters or unprintable.
    """
    text, now = _read(text), timezone.now()
    with transaction.atomic():
        locked, access = lock_diagnostic(diagnostic, user=user)
        if not can_open(access, audience, kind):
            raise NotAllowed("Votre rôle ne permet pas d’écrire à ces lecteurs.")
        is_request = kind is ThreadKind.REQUEST
        thread = Thread.objects.create(
            diagnostic=locked,
            step=step.value if step else "",
            row=row if step else "",
            row_name=_name_of_row(locked, step, row) if step and row else "",
            audience=audience.value,
            kind=kind.value,
            state=(ThreadState.PENDING if is_request else ThreadState.OPEN).value,
            opened_by=user,
            opened_at=now,
            changed_at=now,
        )
        _write(thread, text=text, act=None, user=user, now=now, base_url=base_url)
        if is_request:
            _record(EventKind.REQUEST_MADE, locked, thread, user=user)
            _begin_review(locked, user=user)
    return thread


def do_in_thread(
    diagnostic: Diagnostic, thread_id: int, *, deed: Deed, user: User, base_url: str, text: str = ""
) -> Message:
    """Do something in a thread (:data:`diagnostics.domain.conversation.DEEDS`), with or without words.

    The thread is in its new state; who reads it is told by mail. Raises NotAllowed, WrongState when
    somebody else moved the thread on, and ServiceError for a text that cannot be, or lacks.
    """
    text, now = _read(text, may_lack=not deed.needs_words), timezone.now()
    with transaction.atomic():
        locked, access = lock_diagnostic(diagnostic, user=user)
        thread = _thread_of(locked, access, thread_id)
        standing = standing_of(thread, user)
        if not may(access, deed, standing):
            raise NotAllowed(deed.no_right)
        if problem := obstacle(deed, standing):
            raise WrongState(problem)
        thread.changed_at = now
        if deed.target is not None:
            thread.state = deed.target.value
        thread.save(update_fields=["state", "changed_at"])
        if deed.act in _EVENTS:
            _record(_EVENTS[deed.act], locked, thread, user=user)
        if deed is ASK_AGAIN:
            _begin_review(locked, user=user)
        return _write(thread, text=text, act=deed.act, user=user, now=now, base_url=base_url)


def edit_message(diagnostic: Diagnostic, message_id: int, *, text: str, user: User) -> Message:
    """Correct one's own message within 15 minutes. Raises NotAllowed, TooLate, ServiceError."""
    text, now = _read(text), timezone.now()
    with transaction.atomic():
        locked, access = lock_diagnostic(diagnostic, user=user)
        message = (
            Message.objects.select_related("thread")
            .filter(pk=message_id, thread__diagnostic=locked, author=user)
            .first()
        )
        if message is None:
            raise NotAllowed("Chacun·e modifie ses propres messages.")
        _thread_of(locked, access, message.thread_id)
        audience = Audience(message.thread.audience)
        if not can_edit(access, audience, is_own=True, written_at=message.written_at, now=now):
            raise TooLate(
                f"Un message se modifie pendant {MINUTES_TO_EDIT}\u00a0minutes\u00a0: écrivez-en un autre."
            )
        if text != message.text:
            message.text, message.edited_at = text, now
            message.save(update_fields=["text", "edited_at"])
    return message


def _thread_of(diagnostic: Diagnostic, access: Access, pk: int) -> Thread:
    """Return a thread that the person reads; raises NotAllowed when they do not, or not any more."""
    codes = [audience.value for audience in audiences_of(access)]
    thread = diagnostic.threads.filter(pk=pk, audience__in=codes).first()
    if thread is None:
        raise NotAllowed("Vous ne lisez pas, ou plus, cet échange.")
    return thread


def _read(text: str, *, may_lack: bool = False) -> str:
    text = text.strip()
    if not text and not may_lack:
        raise ServiceError(NO_WORDS)
    if len(text) > MESSAGE_TEXT:
        raise ServiceError(f"{MESSAGE_TEXT} caractères au plus.")
    if not is_printable(text):
        raise ServiceError("Ce texte contient un caractère de contrôle\u00a0: retirez-le.")
    return text


def _name_of_row(diagnostic: Diagnostic, step: StepKey, row: str) -> str:
    """Return what a row is called now; raises RowGone."""
    stored = diagnostic.answers.filter(step=step.value).first()
    values: dict[str, Any] = {}
    if stored is not None:
        values[step.value] = load_answer(step, stored.shape_value())
    for named in named_rows(Answers(**values), step):
        if named.key == row:
            return shortened(named.name or named.heading, ROW_NAME)
    raise RowGone("Cette ligne a été retirée entre-temps\u00a0: choisissez de nouveau.")


def _write(
    thread: Thread, *, text: str, act: Act | None, user: User, now: dt.datetime, base_url: str
) -> Message:
    message = Message.objects.create(
        thread=thread, author=user, text=text, act=act.value if act else "", written_at=now
    )
    app.configure_task("mail_message").defer(message_id=message.pk, base_url=base_url)
    return message


def _begin_review(diagnostic: Diagnostic, *, user: User) -> None:
    """Take the review of a submitted diagnostic in charge, unless somebody has."""
    review = diagnostic.reviews.filter(closed_at=None).first()
    if review is not None:
        take_unless_taken(diagnostic, review, user=user)


def _record(kind: EventKind, diagnostic: Diagnostic, thread: Thread, *, user: User) -> None:
    """Tell the journal of a request; what it says stays in its thread."""
    record_event(
        kind,
        actor=user,
        structure=diagnostic.structure,
        diagnostic=diagnostic,
        thread=thread.pk,
        step=thread.step,
    )
