"""The threads of a diagnostic as a page shows them to a person, with what they can do in each.

Whatever is read here is of their audiences (:func:`diagnostics.queries.conversation.readable`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from itertools import groupby
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.http import Http404
from django.utils import timezone

from diagnostics.domain.conversation import (
    OPEN_STATES,
    Act,
    Audience,
    Deed,
    Standing,
    ThreadKind,
    ThreadState,
    audiences_of,
    can_edit,
    deeds_of,
)
from diagnostics.domain.document import Answers
from diagnostics.domain.permissions import Access
from diagnostics.domain.row_names import NamedRow, named_rows
from diagnostics.domain.vocabulary import StepKey
from diagnostics.models import Diagnostic, Message, Thread, User
from diagnostics.models.conversation import ThreadQuerySet
from diagnostics.queries.conversation import (
    FIRST_WORDS,
    OpenCounts,
    Waiting,
    counted,
    is_asking,
    readable,
)
from diagnostics.typography import shortened
from rameau_diag.postgresql.written_once import written_once

THREADS_A_PAGE = 50
_RANK = {step: rank for rank, step in enumerate(["", *StepKey])}
_OPEN = sorted(state.value for state in OPEN_STATES)


@dataclass(frozen=True)
class ShownMessage:
    """A message as a person reads it; ``act``: what it does besides, in words."""

    pk: int
    author: str
    act: str
    text: str
    written_at: dt.datetime
    edited_at: dt.datetime | None
    can_edit: bool
    asks_again: bool = False


@dataclass(frozen=True)
class ShownThread:
    """A thread as a person reads it, with what they can do in it.

    ``row``: the row that it is about, as it is called now; None when there is none, or when it is gone
    (``row_name`` is then what it was called).
    """

    pk: int
    step: str
    audience: Audience
    kind: ThreadKind
    state: ThreadState
    row_key: str
    row_name: str
    row: NamedRow | None
    messages: list[ShownMessage]
    deeds: tuple[Deed, ...]

    @property
    def is_request(self) -> bool:
        """Tell whether facilitators ask something."""
        return self.kind is ThreadKind.REQUEST

    @property
    def is_open(self) -> bool:
        """Tell whether it still waits for somebody."""
        return self.state in OPEN_STATES

    @property
    def is_of_gone_row(self) -> bool:
        """Tell whether the row that it is about was removed."""
        return bool(self.row_key) and self.row is None

    @property
    def first_words(self) -> str:
        """What it asks now, or what it began with, in one line."""
        texts = [message.text for message in self.messages[:1]]
        texts += [message.text for message in self.messages if message.asks_again]
        return shortened(texts[-1], FIRST_WORDS) if texts else ""

    @property
    def needs_words(self) -> bool:
        """Tell whether everything that can be done in it needs words."""
        return all(deed.needs_words for deed in self.deeds)


@dataclass(frozen=True)
class Talk:
    """Threads of a person's audiences, and how many wait in the whole diagnostic."""

    threads: list[ShownThread]
    counts: OpenCounts = field(default_factory=OpenCounts)
    rows: list[NamedRow] = field(default_factory=list)  # of the step, that one may write about
    asked_besides: list[ShownThread] = field(default_factory=list)
    """Requests on the whole diagnostic that wait for the structure, where threads are a step's."""

    @property
    def open(self) -> list[ShownThread]:
        """Those that wait for somebody."""
        return [thread for thread in self.threads if thread.is_open]

    @property
    def closed(self) -> list[ShownThread]:
        """The others."""
        return [thread for thread in self.threads if not thread.is_open]

    @property
    def pending(self) -> list[ShownThread]:
        """The requests that wait for the structure: on the whole diagnostic, then step by step."""
        found = [thread for thread in self.threads if thread.state is ThreadState.PENDING]
        return sorted(found, key=lambda thread: _RANK[thread.step])

    @property
    def waiting(self) -> Waiting:
        """How many of these threads wait for somebody."""
        return _counts_of(self.threads).total

    def of_step(self, step: StepKey, answers: Answers) -> Talk:
        """Return the threads of one step, and the rows of its answer."""
        threads = [thread for thread in self.threads if thread.step == step]
        return Talk(threads, self.counts, named_rows(answers, step))

    @property
    def open_by_row(self) -> dict[str, list[ShownThread]]:
        """The open threads of rows, by the key of the row."""
        found: dict[str, list[ShownThread]] = {}
        for thread in self.open:
            if thread.row_key:
                found.setdefault(thread.row_key, []).append(thread)
        return found


@dataclass(frozen=True)
class Reading:
    """Who reads threads, of what."""

    diagnostic: Diagnostic
    access: Access
    user: User
    answers: Answers  # as they are now: they name the rows
    now: dt.datetime = field(default_factory=timezone.now)


def talk_of_step(reading: Reading, step: StepKey) -> Talk:
    """Read the threads of a step, and count what is open in the diagnostic (one query)."""
    threads = _shown(
        _messages_of_step(reading.diagnostic.pk, step.value, audiences=_audiences(reading)), reading
    )
    return Talk(
        [thread for thread in threads if thread.step == step.value],
        _counts_of(threads),
        named_rows(reading.answers, step),
        [t for t in threads if not t.step and t.state is ThreadState.PENDING],
    )


def open_talk(reading: Reading, *, openings_only: bool = False) -> Talk:
    """Read the threads of a diagnostic that wait for somebody (one query); ``openings_only``: of each
    what it began with, and what was asked again."""
    messages = _open_messages(
        reading.diagnostic.pk, audiences=_audiences(reading), openings_only=openings_only
    )
    threads = _shown(messages, reading)
    return Talk(threads, _counts_of(threads))


def _counts_of(threads: Iterable[ShownThread]) -> OpenCounts:
    return counted(
        (thread.step, thread.kind.value, thread.state.value, 1)
        for thread in threads
        if thread.is_open
    )


def page_of_talk(
    reading: Reading, *, states: Collection[ThreadState], step: str | None, page: str
) -> tuple[Talk, Page[int]]:
    """Read a page of the threads of a diagnostic in some states; ``step``: of one step alone, or
    (empty) of the whole diagnostic, None for all (three queries)."""
    threads = _in_order(reading).filter(state__in=sorted(state.value for state in states))
    if step is not None:
        threads = threads.filter(step=step)
    shown = Paginator(threads.values_list("pk", flat=True), THREADS_A_PAGE).get_page(page)
    wanted = list(shown)
    found = {t.pk: t for t in _shown(_messages(reading).filter(thread__in=wanted), reading)}
    return Talk([found[pk] for pk in wanted if pk in found]), shown


def page_of_thread(reading: Reading, pk: int) -> int:
    """Return on which page of all the threads of a diagnostic one of them stands, from 1."""
    order = list(_in_order(reading).values_list("pk", flat=True))
    return order.index(pk) // THREADS_A_PAGE + 1


def _in_order(reading: Reading) -> ThreadQuerySet:
    """Return the threads that a person reads: of the whole diagnostic first, then step by step."""
    rank = Case(
        *(When(step=step, then=Value(number)) for step, number in _RANK.items()),
        output_field=IntegerField(),
    )
    return readable(reading.diagnostic, reading.access).order_by(rank, "opened_at", "pk")


def shown_thread(reading: Reading, pk: int) -> ShownThread:
    """Read one thread with its messages (one query); Http404 for those who may not read it."""
    threads = _shown(_messages(reading).filter(thread=pk), reading)
    if not threads:
        raise Http404
    return threads[0]


def get_thread(diagnostic: Diagnostic, access: Access, pk: int) -> Thread:
    """Load a thread of a diagnostic; Http404 for those who may not read it."""
    thread = readable(diagnostic, access).filter(pk=pk).first()
    if thread is None:
        raise Http404
    return thread


def standing_of(thread: Thread, user: User) -> Standing:
    """Tell what the rights of a person in a thread depend on."""
    return Standing(
        audience=Audience(thread.audience),
        kind=ThreadKind(thread.kind),
        state=ThreadState(thread.state),
        is_own=thread.opened_by_id == user.pk,
    )


def _audiences(reading: Reading) -> tuple[str, ...]:
    return tuple(audience.value for audience in audiences_of(reading.access))


def _messages(reading: Reading) -> QuerySet[Message]:
    return _messages_of(reading.diagnostic.pk, _audiences(reading))


@written_once
def _messages_of_step(
    diagnostic: UUID, step: str, *, audiences: tuple[str, ...]
) -> QuerySet[Message]:
    is_asked = Q(thread__state__in=_OPEN) & is_asking()
    return _messages_of(diagnostic, audiences).filter(Q(thread__step=step) | is_asked)


@written_once
def _open_messages(
    diagnostic: UUID, *, audiences: tuple[str, ...], openings_only: bool
) -> QuerySet[Message]:
    messages = _messages_of(diagnostic, audiences).filter(thread__state__in=_OPEN)
    return messages.filter(is_asking()) if openings_only else messages


def _messages_of(diagnostic: UUID, audiences: Collection[str]) -> QuerySet[Message]:
    return (
        Message.objects.filter(thread__diagnostic=diagnostic, thread__audience__in=audiences)
        .select_related("thread", "author")
        .defer("author__password", "author__last_login")
        .order_by("thread__opened_at", "thread_id", "written_at", "pk")
    )


def _shown(messages: Iterable[Message], reading: Reading) -> list[ShownThread]:
    """Return the threads that some messages, in order, make."""
    return [
        _shown_thread(list(found), reading)
        for _pk, found in groupby(messages, key=lambda message: message.thread_id)
    ]


def _shown_thread(messages: list[Message], reading: Reading) -> ShownThread:
    thread, user, access = messages[0].thread, reading.user, reading.access
    standing = standing_of(thread, user)
    rows = named_rows(reading.answers, StepKey(thread.step)) if thread.row else []
    return ShownThread(
        pk=thread.pk,
        step=thread.step,
        audience=standing.audience,
        kind=standing.kind,
        state=standing.state,
        row_key=thread.row,
        row_name=thread.row_name,
        row=next((row for row in rows if row.key == thread.row), None),
        messages=[
            ShownMessage(
                pk=message.pk,
                author=message.author.display_name,
                act=Act(message.act).label if message.act else "",
                text=message.text,
                written_at=message.written_at,
                edited_at=message.edited_at,
                can_edit=bool(message.text)
                and can_edit(
                    access,
                    standing.audience,
                    is_own=message.author_id == user.pk,
                    written_at=message.written_at,
                    now=reading.now,
                ),
                asks_again=message.act == Act.ASKED_AGAIN,
            )
            for message in messages
        ],
        deeds=deeds_of(access, standing),
    )
