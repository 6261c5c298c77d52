"""What the mails of threads read of each diagnostic and each thread: once, however many messages are
told, and of all of them together when one says which."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import TypeVar
from uuid import UUID

from diagnostics.domain.vocabulary import EventKind, MembershipRole
from diagnostics.domain.workflow import TRANSITIONS
from diagnostics.models import Diagnostic, Event, Message, Thread, User
from diagnostics.queries.concerned import Facilitation, followers_of_all, teams_of

TRANSITIONS_TOLD = frozenset(transition.event.value for transition in TRANSITIONS)
_EVENTS = [*TRANSITIONS_TOLD, EventKind.REVIEW_HANDED_OVER.value]

Team = dict[int, tuple[User, MembershipRole]]
Kept = TypeVar("Kept")


@dataclass(frozen=True)
class Known:
    """What is read once: teams, who facilitates, what happened, and who wrote, in order."""

    facilitation: Facilitation
    _teams: dict[UUID, Team] = field(default_factory=dict)
    _in_charge: dict[UUID, list[User]] = field(default_factory=dict)
    _events: dict[UUID, list[Event]] = field(default_factory=dict)
    _messages: dict[int, list[tuple[int, int]]] = field(default_factory=dict)

    def read(self, messages: Iterable[Message]) -> None:
        """Read what is told of messages, in four queries however many they are."""
        threads = {message.thread_id: message.thread for message in messages}
        diagnostics = {one.diagnostic_id: one.diagnostic for one in threads.values()}
        self._read_diagnostics(diagnostics.values())
        self._messages.update({pk: [] for pk in threads})
        found = Message.objects.filter(thread__in=[*threads]).order_by("written_at", "pk")
        for thread, pk, author in found.values_list("thread_id", "pk", "author_id"):
            self._messages[thread].append((pk, author))

    def _read_diagnostics(self, diagnostics: Collection[Diagnostic]) -> None:
        teams = teams_of({one.structure_id for one in diagnostics})
        followers = followers_of_all(diagnostics)
        for one in diagnostics:
            team = teams[one.structure_id]
            self._teams[one.pk] = {person.pk: (person, role) for person, role in team}
            in_charge = self.facilitation.in_charge(one.structure_id, *followers[one.pk])
            self._in_charge[one.pk] = in_charge
            self._events[one.pk] = []
        found = Event.objects.filter(diagnostic__in=[*self._events], kind__in=_EVENTS)
        for event in found.order_by("created_at", "pk"):
            if event.diagnostic_id is not None:
                self._events[event.diagnostic_id].append(event)

    def team(self, diagnostic: Diagnostic) -> Team:
        """Return the team of a diagnostic, by person."""
        return self._of(diagnostic, self._teams)

    def in_charge(self, diagnostic: Diagnostic) -> list[User]:
        """Return who facilitates a diagnostic."""
        return self._of(diagnostic, self._in_charge)

    def events(self, diagnostic: Diagnostic) -> list[Event]:
        """Return the transitions of a diagnostic and the hand-overs of its reviews, in order."""
        return self._of(diagnostic, self._events)

    def _of(self, diagnostic: Diagnostic, kept: dict[UUID, Kept]) -> Kept:
        if diagnostic.pk not in kept:
            self._read_diagnostics([diagnostic])
        return kept[diagnostic.pk]

    def messages(self, thread: Thread) -> list[tuple[int, int]]:
        """Return the messages of a thread and their authors, in order."""
        if thread.pk not in self._messages:
            found = thread.messages.order_by("written_at", "pk").values_list("pk", "author_id")
            self._messages[thread.pk] = list(found)
        return self._messages[thread.pk]

    def is_first(self, message: Message) -> bool:
        """Tell whether a message begins its thread."""
        return self.messages(message.thread)[0][0] == message.pk
