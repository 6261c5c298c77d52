"""Transitions of a diagnostic (the table: :mod:`diagnostics.domain.workflow`).

Each is one transaction, with right and state asked again under lock; it writes an Event and queues
the mails and the printing in the same transaction (jobs are deferred by name).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.transaction import atomic
from django.utils import timezone
from procrastinate.contrib.django import app

from diagnostics.domain.answers import LONG_TEXT
from diagnostics.domain.completeness import axes_without_answer
from diagnostics.domain.vocabulary import State
from diagnostics.domain.workflow import REQUEST_CHANGES, SUBMIT, VALIDATE, Transition
from diagnostics.models import ChangeRequest, Diagnostic, User, Version
from diagnostics.queries import load_diagnostic_document, texts_of
from diagnostics.services.coherence import refresh_indicators
from diagnostics.services.errors import NotAllowed, ServiceError, WrongState
from diagnostics.services.journal import record_event
from diagnostics.services.locking import lock_diagnostic
from diagnostics.services.versions import keep_version


class AlreadySubmitted(WrongState):
    """The diagnostic is submitted already: a second click, or a colleague."""


class NotSubmittable(ServiceError):
    """An axis has no answer at all."""


@dataclass(frozen=True)
class Effect:
    """What a transition did besides the state: the object it made, what the journal says of it, and
    how the mail names it."""

    made: Any
    detail: dict[str, Any]
    mailed: dict[str, Any]


def apply_transition(
    transition: Transition,
    diagnostic: Diagnostic,
    *,
    user: User,
    base_url: str,
    effect: Callable[[Diagnostic], Effect],
) -> Any:
    """Make a transition in one transaction, and return what ``effect`` made.

    ``effect`` is called with the diagnostic locked, in its new state, not saved yet. ``base_url``
    starts the links of the mails. Raises NotAllowed, WrongState, and what ``effect`` raises; nothing
    is stored then.
    """
    with atomic():
        locked, access = lock_diagnostic(diagnostic, user=user)
        if not access.may(transition):
            raise NotAllowed(transition.no_right)
        if not access.can(transition):
            raise too_late(transition, access.state)
        now = timezone.now()
        changes: dict[str, Any] = {"state": transition.target.value, "updated_at": now}
        if transition.at:
            changes[transition.at] = now
        for name, value in changes.items():
            setattr(locked, name, value)
        done = effect(locked)
        locked.save(update_fields=list(changes))
        refresh_indicators(locked)  # S13 asks for the board's next date only while one works
        record_event(
            transition.event,
            actor=user,
            structure=locked.structure,
            diagnostic=locked,
            **done.detail,
        )
        app.configure_task(transition.mail).defer(**done.mailed, base_url=base_url)
        # The cover says where the diagnostic stands; mails go first.
        app.configure_task("print_last_version", priority=-1).defer(diagnostic_id=str(locked.pk))
    return done.made


def too_late(transition: Transition, state: State) -> WrongState:
    """Return what is raised when a diagnostic has moved on; submitting twice is no failure."""
    if transition is SUBMIT and state is SUBMIT.target:
        return AlreadySubmitted("Ce diagnostic est déjà soumis.")
    return WrongState(transition.too_late.format(state=state.label))


def submit_diagnostic(diagnostic: Diagnostic, *, user: User, base_url: str) -> Version:
    """Submit a diagnostic: its document becomes an immutable Version with its SHA-256.

    Requests for changes are marked as addressed; facilitators are told by mail. Raises NotAllowed,
    AlreadySubmitted, WrongState, and NotSubmittable while an axis has no answer at all.
    """

    def effect(locked: Diagnostic) -> Effect:
        document = load_diagnostic_document(locked)
        empty = axes_without_answer(document)
        if empty:
            texts = texts_of(locked)
            names = ", ".join(f"« {texts.axis(axis).short_title} »" for axis in empty)
            raise NotSubmittable(f"Il manque au moins une réponse dans : {names}.")
        version = keep_version(locked, document, user=user, at=locked.updated_at)
        locked.change_requests.filter(addressed_at=None).update(addressed_at=locked.updated_at)
        return Effect(
            version,
            {"version": version.number, "sha256": version.sha256},
            {"diagnostic_id": str(locked.pk)},
        )

    made: Version = apply_transition(
        SUBMIT, diagnostic, user=user, base_url=base_url, effect=effect
    )
    return made


def request_changes(
    diagnostic: Diagnostic, *, reason: str, user: User, base_url: str
) -> ChangeRequest:
    """Ask the structure for changes, with the reason it reads; editing opens again.

    The team is told by mail. Raises NotAllowed, WrongState, or ServiceError without a reason.
    """
    reason = reason.strip()
    if not reason:
        raise ServiceError("Dites à la structure ce que vous lui demandez.")
    if len(reason) > 2 * LONG_TEXT:
        raise ServiceError(f"{2 * LONG_TEXT} caractères au plus.")

    def effect(locked: Diagnostic) -> Effect:
        request = ChangeRequest.objects.create(diagnostic=locked, reason=reason, requested_by=user)
        return Effect(request, {"request": request.pk}, {"change_request_id": request.pk})

    made: ChangeRequest = apply_transition(
        REQUEST_CHANGES, diagnostic, user=user, base_url=base_url, effect=effect
    )
    return made


def validate_diagnostic(diagnostic: Diagnostic, *, user: User, base_url: str) -> None:
    """Validate a submitted diagnostic; the team is told by mail. Raises NotAllowed, WrongState."""

    def effect(locked: Diagnostic) -> Effect:
        return Effect(None, {}, {"diagnostic_id": str(locked.pk)})

    apply_transition(VALIDATE, diagnostic, user=user, base_url=base_url, effect=effect)
