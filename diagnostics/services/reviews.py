"""What facilitators write while they review a submitted version: who reviews it, what they think of
it, the steps of which they have nothing to say, the version that they have read.

Each is one transaction on the locked diagnostic, with right and state asked again. The first thing that
somebody writes takes the review in charge; it stays open to the other facilitators.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db.transaction import atomic
from django.utils import timezone
from procrastinate.contrib.django import app

from diagnostics.domain.conversation import Audience, ThreadKind
from diagnostics.domain.review import Appreciation
from diagnostics.domain.vocabulary import EventKind, StepKey
from diagnostics.domain.workflow import REQUEST_CHANGES
from diagnostics.models import (
    Diagnostic,
    Event,
    ReadVersion,
    Review,
    StepReviewed,
    Thread,
    User,
    Version,
)
from diagnostics.services.errors import NotAllowed, WrongState
from diagnostics.services.facilitation import refuse_facilitator
from diagnostics.services.journal import record_event
from diagnostics.services.locking import lock_diagnostic
from diagnostics.services.taking import take_unless_taken
from diagnostics.services.threads import begin_thread


class ReviewChanged(WrongState):
    """Somebody else wrote in the review since the page was opened."""


@dataclass(frozen=True)
class Said:
    """What a review says: the opinion, the questions for the session, the appreciations."""

    opinion: str
    questions: Sequence[str]
    appreciations: Sequence[Appreciation]


def save_review(diagnostic: Diagnostic, said: Said, *, base_revision: int, user: User) -> Review:
    """Write what the review says; return it.

    ``base_revision``: the revision that the page showed. Raises ReviewChanged when it is not that of
    now, and something else is said; NotAllowed, WrongState.
    """
    with _reviewing(diagnostic, user=user) as (locked, review):
        questions = list(said.questions)
        appreciations = [entry.model_dump(mode="json") for entry in said.appreciations]
        same = (review.opinion, review.questions, review.appreciations)
        if same == (said.opinion, questions, appreciations):
            return review
        if review.revision != base_revision:
            raise ReviewChanged(
                "Quelqu’un d’autre a écrit dans cette relecture depuis que vous l’avez ouverte\u00a0: "
                "comparez les deux textes, puis enregistrez le vôtre."
            )
        review.opinion, review.questions = said.opinion, questions
        review.appreciations = appreciations
        review.revision += 1
        review.save(update_fields=["opinion", "questions", "appreciations", "revision"])
        take_unless_taken(locked, review, user=user)
    return review


def mark_step(diagnostic: Diagnostic, step: StepKey, *, user: User) -> None:
    """Say that there is nothing to say of a step; twice is once. Raises NotAllowed, WrongState."""
    with _reviewing(diagnostic, user=user) as (locked, review):
        StepReviewed.objects.get_or_create(
            review=review, step=step.value, defaults={"reviewed_by": user}
        )
        take_unless_taken(locked, review, user=user)


def unmark_step(diagnostic: Diagnostic, step: StepKey, *, user: User) -> None:
    """Take back that there is nothing to say of a step. Raises NotAllowed, WrongState."""
    with _reviewing(diagnostic, user=user) as (_locked, review):
        review.steps_reviewed.filter(step=step.value).delete()


def take_review(diagnostic: Diagnostic, *, user: User) -> Review:
    """Take a review in charge that nobody has; journalled. Twice is once.

    Raises NotAllowed, and WrongState when somebody else has it.
    """
    with _reviewing(diagnostic, user=user) as (locked, review):
        if review.taken_by is not None and review.taken_by != user:
            raise WrongState(
                f"{review.taken_by.display_name} a déjà pris cette relecture en charge."
            )
        take_unless_taken(locked, review, user=user)
    return review


def release_review(diagnostic: Diagnostic, *, user: User) -> None:
    """Give a review back: nobody has it in charge any more. Journalled. Raises NotAllowed, WrongState."""
    with _reviewing(diagnostic, user=user) as (locked, review):
        if review.taken_by is None:
            return
        _hand(locked, review, None, user=user)


def hand_over_review(diagnostic: Diagnostic, *, to: User, words: str, user: User) -> None:
    """Hand a review over to another facilitator, with a word that facilitators alone read.

    Journalled, and told to them and to the structure's lead by mail; to who has it already, the word
    alone is one more. Raises NotAllowed, WrongState, and ServiceError when ``to`` cannot review it: a
    member of the structure, or somebody who does not facilitate.
    """
    with _reviewing(diagnostic, user=user) as (locked, review):
        refuse_facilitator(to, locked.structure_id)
        if review.taken_by == to and not words.strip():
            return
        note = _note(locked, words.strip(), user=user) if words.strip() else None
        event = _hand(locked, review, to, user=user, note=note)
        told = app.configure_task("mail_handed_over")
        told.defer(event_id=event.pk, thread_id=note.pk if note else None)
        if event.detail["before"] != to.pk:
            app.configure_task("mail_facilitator").defer(event_id=event.pk)


def mark_read(diagnostic: Diagnostic, version: Version, *, user: User) -> None:
    """Keep that a facilitator has read a version: what changes is told since it.

    Reading is an act, opening the page is not: it can be opened a hundred times before one has read.
    Raises NotAllowed.
    """
    with atomic():
        locked, access = lock_diagnostic(diagnostic, user=user)
        if not access.is_facilitator:
            raise NotAllowed(REQUEST_CHANGES.no_right)
        keep_read(locked, version, user=user, at=timezone.now())


def keep_read(diagnostic: Diagnostic, version: Version, *, user: User, at: dt.datetime) -> None:
    """Keep that a person has read a version, never an older one than before; in the caller's
    transaction."""
    read, is_new = ReadVersion.objects.get_or_create(
        diagnostic=diagnostic, reader=user, defaults={"version": version, "read_at": at}
    )
    if not is_new and read.version.number < version.number:
        read.version, read.read_at = version, at
        read.save(update_fields=["version", "read_at"])


# --- What they share ------------------------------------------------------------------------------


@contextmanager
def _reviewing(diagnostic: Diagnostic, *, user: User) -> Iterator[tuple[Diagnostic, Review]]:
    """Open a transaction on a submitted diagnostic that ``user`` facilitates, with its review."""
    with atomic():
        locked, access = lock_diagnostic(diagnostic, user=user)
        if not access.may(REQUEST_CHANGES):
            raise NotAllowed(REQUEST_CHANGES.no_right)
        if obstacle := access.obstacle(REQUEST_CHANGES):
            raise WrongState(obstacle)
        yield locked, locked.reviews.select_related("taken_by").get(closed_at=None)


def _hand(
    diagnostic: Diagnostic,
    review: Review,
    to: User | None,
    *,
    user: User,
    note: Thread | None = None,
) -> Event:
    before = review.taken_by_id
    review.taken_by, review.taken_at = to, timezone.now() if to else None
    review.save(update_fields=["taken_by", "taken_at"])
    detail: dict[str, Any] = {"thread": note.pk} if note else {}
    return record_event(
        EventKind.REVIEW_HANDED_OVER,
        actor=user,
        structure=diagnostic.structure,
        diagnostic=diagnostic,
        before=before,
        after=to.pk if to else None,
        **detail,
    )


def _note(diagnostic: Diagnostic, words: str, *, user: User) -> Thread:
    return begin_thread(
        diagnostic,
        words,
        audience=Audience.FACILITATORS,
        kind=ThreadKind.COMMENT,
        user=user,
        at=timezone.now(),
    )
