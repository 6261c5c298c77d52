"""« À faire »: what waits for a person, on each diagnostic that concerns them.

The start page shows it, the mails' buttons lead to it, the reminders say it again: one function
(:func:`diagnostics.domain.workflow.next_action`) decides for all of them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.urls import reverse
from django.utils import timezone

from diagnostics.domain.permissions import Access
from diagnostics.domain.vocabulary import State, StepKey
from diagnostics.domain.workflow import NextAction, next_action
from diagnostics.models import Diagnostic, Review, User
from diagnostics.queries.access import access_to, what_is_asked_of
from diagnostics.queries.concerned import Facilitation, load_facilitation
from diagnostics.typography import number

# What one does; the others are what one may read.
TO_DO = frozenset(
    {
        NextAction.ANSWER_THE_REQUEST,
        NextAction.REVIEW,
        NextAction.SUBMIT,
        NextAction.READ_AGAIN,
        NextAction.FILL_IN,
        NextAction.ADOPT,
    }
)
# The most pressing first.
_ORDER = list(NextAction)
# What one reads, and the name of the address where it is done.
_WORDS = {
    NextAction.REVIEW: ("Relire, valider ou demander des modifications", "diagnostic_check"),
    NextAction.ANSWER_THE_REQUEST: ("Répondre aux modifications demandées", "diagnostic_home"),
    NextAction.SUBMIT: ("Relire et soumettre", "diagnostic_check"),
    NextAction.READ_AGAIN: ("Relire l’ensemble", "diagnostic_check"),
    NextAction.FILL_IN: ("Continuer le questionnaire", "diagnostic_home"),
    NextAction.FOLLOW: ("Suivre la relecture par la facilitation", "diagnostic_home"),
    NextAction.ADOPT: ("Enregistrer la décision du conseil", "diagnostic_adopt"),
    NextAction.READ_THE_REPORT: ("Lire le rapport", "report"),
    NextAction.READ: ("Lire le diagnostic", "diagnostic_home"),
}
# At most this many reviews that wait are looked at; the portfolio has them all.
MAX_REVIEWS = 200


@dataclass(frozen=True)
class NextStep:
    """What somebody does next on a diagnostic: in words, and where (a path)."""

    action: NextAction
    words: str
    address: str


@dataclass(frozen=True)
class ToDo:
    """Something that waits for a person, since a moment."""

    diagnostic: Diagnostic
    step: NextStep
    since: dt.datetime


def next_step(diagnostic: Diagnostic, access: Access) -> NextStep:
    """Return what a person does next on a diagnostic (no query)."""
    action = next_action(access, is_complete=is_complete(diagnostic))
    words, url_name = _WORDS[action]
    if action is NextAction.ANSWER_THE_REQUEST and access.pending_requests:
        words = answer_words(access.pending_requests)
    return NextStep(action, words, reverse(url_name, args=[diagnostic.pk]))


def answer_words(pending: int) -> str:
    """Say that this many requests wait for an answer."""
    if pending == 1:
        return "Répondre à la demande"
    return f"Répondre aux {number(pending)} demandes"


def is_complete(diagnostic: Diagnostic) -> bool:
    """Tell whether no step awaits the team, from the indicators kept."""
    kept = diagnostic.indicators
    done = kept.get("steps_complete", 0) + kept.get("steps_for_board", 0)
    return bool(done >= kept.get("steps_total", len(StepKey)))


def load_to_do(user: User, facilitation: Facilitation | None = None) -> list[ToDo]:
    """Read what waits for a person, the most pressing first, then what waits longest.

    One query for a structure's member, three more for a facilitator; ``facilitation`` when it was
    read already saves two of them.
    """
    found = list(_of_their_team(user))
    if user.is_facilitator:
        today = timezone.localdate()
        found += _to_review(user, facilitation or load_facilitation(today))
    return sorted(found, key=lambda one: (_ORDER.index(one.step.action), one.since))


def _of_their_team(user: User) -> Iterator[ToDo]:
    own = _open_ones(user).filter(structure__memberships__user=user)
    for diagnostic in own.exclude(state=State.ADOPTED.value):
        step = next_step(diagnostic, access_to(diagnostic, user))
        if step.action in TO_DO:
            yield ToDo(diagnostic, step, _since(diagnostic))


def _to_review(user: User, facilitation: Facilitation) -> Iterator[ToDo]:
    for diagnostic, _reviewer in reviews_of(user, facilitation):
        step = next_step(diagnostic, access_to(diagnostic, user))
        if step.action in TO_DO:
            yield ToDo(diagnostic, step, _since(diagnostic))


def reviews_of(user: User, facilitation: Facilitation) -> Iterator[tuple[Diagnostic, int | None]]:
    """Read the reviews that wait for a facilitator, as those who are told of them are chosen: the
    longest waiting first, each with who took it."""
    taken = Review.objects.filter(diagnostic=OuterRef("pk"), closed_at=None).values("taken_by")
    waiting = (
        _open_ones(user)
        .filter(state=State.SUBMITTED.value)
        .annotate(reviewer=Subquery(taken))
        .filter(_may_concern(user, facilitation))
        .order_by("state_since", "pk")
    )
    for diagnostic in waiting[:MAX_REVIEWS]:
        followers = (diagnostic.reviewer, diagnostic.structure.facilitator_id)
        if user in facilitation.in_charge(diagnostic.structure_id, *followers):
            yield diagnostic, diagnostic.reviewer


def _may_concern(user: User, facilitation: Facilitation) -> Q:
    """Return a condition that leaves out most of what is followed by others."""
    away = {pk for pk, person in facilitation.people.items() if facilitation.is_away(person)}
    people = [*facilitation.people]
    theirs = Q(reviewer__in={user.pk} | away) | Q(structure__facilitator__in={user.pk} | away)
    nobody_s = (Q(reviewer__isnull=True) | ~Q(reviewer__in=people)) & (
        Q(structure__facilitator__isnull=True) | ~Q(structure__facilitator__in=people)
    )
    return theirs | nobody_s | Q(structure__in=[*facilitation.members])


def _open_ones(user: User) -> QuerySet[Diagnostic]:
    return (
        Diagnostic.objects.filter(structure__deleted_at=None)
        .annotate(**what_is_asked_of(user.pk))
        .select_related("structure", "structure__facilitator")
        .defer("workshops")
        .order_by("pk")
    )


def _since(diagnostic: Diagnostic) -> dt.datetime:
    """Return since when it waits: an open diagnostic since it was last touched, another since it is
    in its state."""
    return diagnostic.updated_at if diagnostic.is_editable else diagnostic.state_since
