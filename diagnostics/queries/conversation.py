"""How much of what is said of a diagnostic waits for somebody, and what is asked of the structure.

Whatever is counted here is of the audiences of the person who reads (:func:`audiences_of`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, Subquery
from django.urls import reverse

from diagnostics.domain.conversation import Act, ThreadKind, ThreadState, audiences_of
from diagnostics.domain.permissions import Access
from diagnostics.domain.vocabulary import StepKey
from diagnostics.models import Diagnostic, Message, Thread
from diagnostics.models.conversation import ThreadQuerySet
from diagnostics.queries.kit import texts_of
from diagnostics.typography import count, enumeration, shortened

FIRST_WORDS = 120  # characters


@dataclass(frozen=True)
class Waiting:
    """How many threads of a person's audiences wait for somebody: comments that are open, requests
    that the structure has not addressed, requests that facilitators have not accepted."""

    comments: int = 0
    pending: int = 0
    addressed: int = 0

    @property
    def total(self) -> int:
        """How many in all."""
        return self.comments + self.pending + self.addressed

    @property
    def requests(self) -> int:
        """How many requests."""
        return self.pending + self.addressed

    @property
    def words(self) -> str:
        """Say it: « 1 demande en attente et 2 échanges ouverts »; nothing when nothing waits."""
        said = [
            count(self.pending, "demande en attente", "demandes en attente"),
            count(self.addressed, "demande traitée", "demandes traitées"),
            count(self.comments, "échange ouvert", "échanges ouverts"),
        ]
        numbers = (self.pending, self.addressed, self.comments)
        return enumeration([text for text, number in zip(said, numbers, strict=True) if number])

    def __add__(self, other: Waiting) -> Waiting:
        """Add two counts."""
        return Waiting(
            self.comments + other.comments,
            self.pending + other.pending,
            self.addressed + other.addressed,
        )


@dataclass(frozen=True)
class OpenCounts:
    """What waits in a diagnostic, by step (the key is empty for the whole diagnostic)."""

    by_step: Mapping[str, Waiting] = field(default_factory=dict)

    def of(self, step: str) -> Waiting:
        """Return what waits at a step."""
        return self.by_step.get(step, Waiting())

    @property
    def whole(self) -> Waiting:
        """What waits and is of no step."""
        return self.of("")

    @property
    def total(self) -> Waiting:
        """What waits in all."""
        return sum(self.by_step.values(), Waiting())


def open_counts(diagnostic: Diagnostic, access: Access) -> OpenCounts:
    """Count what waits in a diagnostic for the audiences of a person (one query)."""
    rows = (
        readable(diagnostic, access)
        .open()
        .order_by()
        .values_list("step", "kind", "state")
        .annotate(number=Count("pk"))
    )
    return counted(rows)


def counted(rows: Iterable[tuple[str, str, str, int]]) -> OpenCounts:
    """Add up threads told by (step, kind, state, how many)."""
    by_step: dict[str, Waiting] = {}
    for step, kind, state, number in rows:
        if kind == ThreadKind.COMMENT.value:
            waiting = Waiting(comments=number)
        elif state == ThreadState.PENDING.value:
            waiting = Waiting(pending=number)
        else:
            waiting = Waiting(addressed=number)
        by_step[step] = by_step.get(step, Waiting()) + waiting
    return OpenCounts(by_step)


# --- Requests that wait for the structure --------------------------------------------------------------


@dataclass(frozen=True)
class PendingRequest:
    """Something that facilitators ask and the structure has not addressed.

    ``number``: its place among those of the diagnostic, from 1; ``step``: None when it is on the whole
    diagnostic, which ``place`` says in words; ``text``: what was asked, or asked again, last.
    """

    number: int
    diagnostic_id: UUID
    thread_id: int
    step: StepKey | None
    row_name: str
    place: str
    text: str
    asked_by: str
    asked_at: dt.datetime

    @property
    def first_words(self) -> str:
        """What is asked, in one line."""
        return shortened(self.text, FIRST_WORDS)

    @property
    def address(self) -> str:
        """Where it is read and answered, whatever becomes of it."""
        return reverse("conversation_thread", args=[self.diagnostic_id, self.thread_id])


def pending_requests(diagnostic: Diagnostic) -> list[PendingRequest]:
    """Return what the structure is asked and has not addressed, in the order of the steps, those on the
    whole diagnostic first (one query). Whoever sees a diagnostic reads them."""
    asked = Message.objects.filter(
        thread__diagnostic=diagnostic,
        thread__kind=ThreadKind.REQUEST.value,
        thread__state=ThreadState.PENDING.value,
    )
    by_thread = {
        message.thread_id: message
        for message in asked.filter(is_asking())
        .select_related("thread", "author")
        .order_by("written_at", "pk")
    }
    order = {step.value: rank for rank, step in enumerate(StepKey, 1)}
    found = sorted(
        by_thread.values(), key=lambda m: (order.get(m.thread.step, 0), m.thread.opened_at, m.pk)
    )
    return [
        PendingRequest(
            number=number,
            diagnostic_id=diagnostic.pk,
            thread_id=message.thread_id,
            step=StepKey(message.thread.step) if message.thread.step else None,
            row_name=message.thread.row_name,
            place=_place(message.thread, diagnostic),
            text=message.text,
            asked_by=message.author.display_name,
            asked_at=message.written_at,
        )
        for number, message in enumerate(found, 1)
    ]


def _place(thread: Thread, diagnostic: Diagnostic) -> str:
    """Say where a thread stands: « 2.2 Objectifs — Étendre le réseau »."""
    if not thread.step:
        return "L’ensemble du diagnostic"
    name = texts_of(diagnostic).step(StepKey(thread.step))
    place = f"{name.number} {name.short_title}".strip()
    return f"{place} — {thread.row_name}" if thread.row_name else place


def is_opening() -> Q:
    """Keep the first message of each thread."""
    earlier = Message.objects.filter(thread=OuterRef("thread"), pk__lt=OuterRef("pk")).order_by()
    return Q(~Exists(earlier))


def is_asking() -> Q:
    """Keep what each thread began with, and what was asked again: the last of them is what is asked."""
    return Q(is_opening() | Q(act=Act.ASKED_AGAIN.value), ~Q(text=""))


def asked_now() -> dict[str, Any]:
    """Return what threads are annotated with: ``reason``, what each asks now."""
    said = Message.objects.filter(is_asking(), thread=OuterRef("pk"))
    return {"reason": Subquery(said.order_by("-written_at", "-pk").values("text")[:1])}


def readable(diagnostic: Diagnostic, access: Access) -> ThreadQuerySet:
    """Return the threads of a diagnostic that a person reads."""
    codes = [audience.value for audience in audiences_of(access)]
    return Thread.objects.filter(diagnostic=diagnostic, audience__in=codes)
