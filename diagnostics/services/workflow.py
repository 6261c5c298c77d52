"""Transitions of a diagnostic (the table: :mod:`diagnostics.domain.workflow`).

Each is one transaction, with right and state asked again under lock; it writes an Event and queues
the mails and the printing in the same transaction (jobs are deferred by name).
"""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass, field
from typing import Any

from django.db.transaction import atomic
from django.utils import timezone
from procrastinate.contrib.django import app

from diagnostics.domain.adoption import Adoption, problem_of, proposed
from diagnostics.domain.answers import LONG_TEXT
from diagnostics.domain.completeness import axes_without_answer
from diagnostics.domain.conversation import (
    MESSAGE_TEXT,
    Act,
    Audience,
    ThreadKind,
    ThreadState,
)
from diagnostics.domain.lacking import mark_of
from diagnostics.domain.permissions import Access
from diagnostics.domain.vocabulary import MembershipRole, State
from diagnostics.domain.workflow import (
    ADOPT,
    REOPEN,
    REQUEST_CHANGES,
    SUBMIT,
    VALIDATE,
    WITHDRAW,
    Transition,
)
from diagnostics.models import (
    BoardSession,
    Diagnostic,
    Message,
    Review,
    ReviewOutcome,
    Thread,
    User,
    Version,
)
from diagnostics.queries import load_diagnostic_document, texts_of
from diagnostics.queries.reviewing import read_lacking
from diagnostics.services.coherence import refresh_indicators
from diagnostics.services.errors import NotAllowed, ServiceError, WrongState
from diagnostics.services.journal import record_event
from diagnostics.services.locking import lock_diagnostic
from diagnostics.services.reviews import keep_read
from diagnostics.services.threads import begin_thread
from diagnostics.services.versions import keep_version
from diagnostics.typography import quoted


class AlreadySubmitted(WrongState):
    """The diagnostic is submitted already: a second click, or a colleague."""


class NotSubmittable(ServiceError):
    """An axis has no answer at all."""


class LackingChanged(ServiceError):
    """What a diagnostic lacks, or the opinion, is not what the person was shown."""


class ReasonMissing(ServiceError):
    """Something is lacking, and nothing says why to validate all the same."""


@dataclass(frozen=True)
class Effect:
    """What a transition did besides the state: the object it made, what the journal says of it, and
    what its mail takes besides the journal's event."""

    made: Any
    detail: dict[str, Any]
    mailed: dict[str, Any] = field(default_factory=dict)


def apply_transition(
    transition: Transition,
    diagnostic: Diagnostic,
    *,
    user: User,
    base_url: str,
    effect: Callable[[Diagnostic, Diagnostic], Effect],
) -> Any:
    """Make a transition in one transaction, and return what ``effect`` made.

    ``effect`` is called with the diagnostic locked, in its new state, not saved yet, and as it was
    before. ``base_url``
    starts the links of the mails. Raises NotAllowed, WrongState, and what ``effect`` raises; nothing
    is stored then.
    """
    with atomic():
        locked, access = lock_diagnostic(diagnostic, user=user)
        if not access.may(transition):
            raise NotAllowed(transition.no_right)
        if not access.can(transition):
            raise refused(transition, access)
        now, before = timezone.now(), copy(locked)
        target = transition.target or _submitted_from(locked)
        changes: dict[str, Any] = {"state": target.value, "state_since": now, "updated_at": now}
        if transition.at:
            changes[transition.at] = now
        changes |= dict.fromkeys(_moments_undone(target))
        for name, value in changes.items():
            setattr(locked, name, value)
        done = effect(locked, before)
        locked.save(update_fields=list(changes))
        refresh_indicators(locked)  # S13 asks for the board's next date only while one works
        event = record_event(
            transition.event,
            actor=user,
            structure=locked.structure,
            diagnostic=locked,
            **done.detail,
        )
        mail = app.configure_task(transition.mail)
        mail.defer(event_id=event.pk, base_url=base_url, **done.mailed)
        # The cover says where the diagnostic stands; mails go first.
        app.configure_task("print_last_version", priority=-1).defer(diagnostic_id=str(locked.pk))
    return done.made


def refused(transition: Transition, access: Access) -> WrongState:
    """Return what is raised when a transition cannot be made; submitting twice is no failure."""
    if transition is SUBMIT and access.state is SUBMIT.target:
        return AlreadySubmitted("Ce diagnostic est déjà soumis.")
    return WrongState(access.obstacle(transition))


def _moments_undone(target: State) -> list[str]:
    """Return the moments that a diagnostic in this state does not have; the journal keeps them."""
    undone = []
    if target is State.DRAFT:
        undone.append("submitted_at")
    if target not in {State.VALIDATED, State.ADOPTED}:
        undone.append("validated_at")
    if target is not State.ADOPTED:
        undone.append("adopted_at")
    return undone


def _submitted_from(diagnostic: Diagnostic) -> State:
    """Return the state that a diagnostic was submitted from."""
    return State(_open_review(diagnostic).submitted_from)


def _open_review(diagnostic: Diagnostic) -> Review:
    """Return the review of what is submitted now."""
    return diagnostic.reviews.select_related("version").get(closed_at=None)


def _close_review(diagnostic: Diagnostic, outcome: ReviewOutcome, *, user: User) -> Review:
    review = _open_review(diagnostic)
    review.outcome = outcome.value
    review.closed_by, review.closed_at = user, diagnostic.updated_at
    review.save(update_fields=["outcome", "closed_by", "closed_at"])
    if outcome is not ReviewOutcome.WITHDRAWN:
        keep_read(diagnostic, review.version, user=user, at=diagnostic.updated_at)
    return review


def submit_diagnostic(diagnostic: Diagnostic, *, user: User, base_url: str) -> Version:
    """Submit a diagnostic: its document becomes an immutable Version with its SHA-256, and a review of
    it opens, which starts from what the last one said.

    Pending requests stay pending, but for those of the time when there was one text for the whole
    diagnostic. Facilitators are told by mail. Raises NotAllowed, AlreadySubmitted, WrongState, and
    NotSubmittable while an axis has no answer at all.
    """

    def effect(locked: Diagnostic, before: Diagnostic) -> Effect:
        document = load_diagnostic_document(locked)
        empty = axes_without_answer(document)
        if empty:
            texts = texts_of(locked)
            names = ", ".join(quoted(texts.axis(axis).short_title) for axis in empty)
            raise NotSubmittable(f"Il manque au moins une réponse dans\u00a0: {names}.")
        version = keep_version(locked, document, user=user, at=locked.updated_at)
        _open_next_review(locked, version, submitted_from=State(before.state))
        _address_general_requests(locked, user=user)
        return Effect(version, {"version": version.number, "sha256": version.sha256})

    made: Version = apply_transition(
        SUBMIT, diagnostic, user=user, base_url=base_url, effect=effect
    )
    return made


def _open_next_review(diagnostic: Diagnostic, version: Version, *, submitted_from: State) -> None:
    last = diagnostic.reviews.order_by("-version__number").first()
    Review.objects.create(
        diagnostic=diagnostic,
        version=version,
        submitted_from=submitted_from.value,
        opinion=last.opinion if last else "",
        appreciations=last.appreciations if last else [],
        questions=last.questions if last else [],
    )


def _address_general_requests(diagnostic: Diagnostic, *, user: User) -> None:
    """Mark as addressed what was asked in one text for the whole diagnostic."""
    now = diagnostic.updated_at
    for thread in diagnostic.threads.pending_requests().filter(ends_at_submission=True):
        Message.objects.create(thread=thread, author=user, act=Act.ADDRESSED.value, written_at=now)
        thread.state, thread.changed_at = ThreadState.ADDRESSED.value, now
        thread.save(update_fields=["state", "changed_at"])


def withdraw_submission(diagnostic: Diagnostic, *, user: User, base_url: str) -> None:
    """Take back what was submitted, while nobody has begun to review it; the version stays.

    The diagnostic is again in the state that it was submitted from. Raises NotAllowed, WrongState.
    """

    def effect(locked: Diagnostic, before: Diagnostic) -> Effect:
        review = _close_review(locked, ReviewOutcome.WITHDRAWN, user=user)
        return Effect(None, {"version": review.version.number})

    apply_transition(WITHDRAW, diagnostic, user=user, base_url=base_url, effect=effect)


def request_changes(
    diagnostic: Diagnostic, *, reason: str, user: User, base_url: str
) -> Thread | None:
    """Open the diagnostic to the structure again, and return the request on the whole of it.

    ``reason`` is that request; it may be empty when requests are pending on steps (None is returned
    then). The team is told by mail. Raises NotAllowed, WrongState, or ServiceError when nothing is
    asked.
    """
    reason = reason.strip()
    if len(reason) > MESSAGE_TEXT:
        raise ServiceError(f"{MESSAGE_TEXT} caractères au plus.")

    def effect(locked: Diagnostic, before: Diagnostic) -> Effect:
        pending = list(locked.threads.pending_requests().values_list("pk", flat=True))
        if not reason and not pending:
            raise ServiceError("Dites à la structure ce que vous lui demandez.")
        review = _close_review(locked, ReviewOutcome.CHANGES_REQUESTED, user=user)
        thread = _write(locked, reason, ThreadKind.REQUEST, user=user) if reason else None
        asked = [*pending, thread.pk] if thread else pending
        detail = {"version": review.version.number, "requests": len(asked)}
        return Effect(thread, detail)

    made: Thread | None = apply_transition(
        REQUEST_CHANGES, diagnostic, user=user, base_url=base_url, effect=effect
    )
    return made


def _write(diagnostic: Diagnostic, reason: str, kind: ThreadKind, *, user: User) -> Thread:
    """Keep why a transition was made where the structure and its facilitators read it."""
    return begin_thread(
        diagnostic,
        reason,
        audience=Audience.FACILITATION,
        kind=kind,
        user=user,
        at=diagnostic.updated_at,
    )


def validate_diagnostic(
    diagnostic: Diagnostic,
    *,
    user: User,
    base_url: str,
    in_spite: str = "",
    seen: str | None = None,
) -> None:
    """Validate a submitted diagnostic, with the opinion that its review holds.

    What is lacking is read again under the lock. ``in_spite``: why it is validated all the same, which
    the report prints; ``seen``: the mark of what the person was shown (None: nothing was shown). The
    team is told by mail, and the person has read the version. Raises NotAllowed, WrongState (also while
    a request is pending), LackingChanged when what is lacking, or the opinion, is not what was seen, and
    ReasonMissing.
    """
    in_spite = in_spite.strip()
    if len(in_spite) > LONG_TEXT:
        raise ServiceError(f"{LONG_TEXT} caractères au plus.")

    def effect(locked: Diagnostic, before: Diagnostic) -> Effect:
        lacking = read_lacking(before)
        if seen is not None and seen != mark_of(lacking, _open_review(before).revision):
            raise LackingChanged(
                "Ce qui manque, ou l’avis, a changé depuis que vous avez ouvert cette page\u00a0: "
                "relisez-les avant de valider."
            )
        if lacking and not in_spite:
            raise ReasonMissing("Dites pourquoi vous validez malgré ce qui manque.")
        review = _close_review(locked, ReviewOutcome.VALIDATED, user=user)
        review.lacking, review.in_spite = list(lacking), in_spite if lacking else ""
        review.save(update_fields=["lacking", "in_spite"])
        return Effect(None, {"version": review.version.number})

    apply_transition(VALIDATE, diagnostic, user=user, base_url=base_url, effect=effect)


def reopen_diagnostic(diagnostic: Diagnostic, *, reason: str, user: User, base_url: str) -> None:
    """Open a validated or adopted diagnostic again; its versions stay, the board's session is revoked.

    A lead says why (``reason``); a facilitator may. The moments of validation and adoption go to the
    journal. Raises NotAllowed, WrongState, ServiceError.
    """
    reason = reason.strip()
    if len(reason) > MESSAGE_TEXT:
        raise ServiceError(f"{MESSAGE_TEXT} caractères au plus.")

    def effect(locked: Diagnostic, before: Diagnostic) -> Effect:
        if locked.role_of_user == MembershipRole.LEAD.value and not reason:
            raise ServiceError("Dites pourquoi vous rouvrez le diagnostic.")
        locked.board_sessions.filter(revoked_at=None).update(revoked_at=locked.updated_at)
        thread = _write(locked, reason, ThreadKind.COMMENT, user=user) if reason else None
        detail: dict[str, Any] = _moments(before) | ({"thread": thread.pk} if thread else {})
        return Effect(thread, detail, {"thread_id": thread and thread.pk})

    apply_transition(REOPEN, diagnostic, user=user, base_url=base_url, effect=effect)


def _moments(diagnostic: Diagnostic) -> dict[str, str]:
    """Return when a diagnostic was validated and adopted, for the journal."""
    moments = {name: getattr(diagnostic, name) for name in ("validated_at", "adopted_at")}
    return {name: at.isoformat() for name, at in moments.items() if at is not None}


def adopt_diagnostic(
    diagnostic: Diagnostic, *, adoption: Adoption, user: User, base_url: str
) -> BoardSession:
    """Record what the board decided of a validated diagnostic. The team and the facilitator are told by
    mail. Raises NotAllowed, WrongState, and ServiceError for a session to come, or one that does not
    tell what became of each proposed decision."""

    def effect(locked: Diagnostic, before: Diagnostic) -> Effect:
        answer = load_diagnostic_document(locked).answers.board_decisions
        decisions = proposed(answer.decisions if answer else [])
        if problem := problem_of(adoption, decisions, today=timezone.localdate(locked.updated_at)):
            raise ServiceError(problem)
        session = BoardSession.objects.create(
            diagnostic=locked,
            held_on=adoption.date,
            content=adoption.model_dump(mode="json"),
            recorded_by=user,
            recorded_at=locked.updated_at,
        )
        detail = {"date": adoption.date.isoformat(), "results": adoption.counts}
        return Effect(session, detail)

    made: BoardSession = apply_transition(
        ADOPT, diagnostic, user=user, base_url=base_url, effect=effect
    )
    return made
