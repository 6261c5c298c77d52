"""Transitions of a diagnostic: each is one transaction, with the state re-checked under lock.

Each writes an Event and queues the mails and the printing in the same transaction (jobs are
deferred by name).
"""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from procrastinate.contrib.django import app

from diagnostics.domain.answers import LONG_TEXT
from diagnostics.domain.completeness import axes_without_answer
from diagnostics.domain.vocabulary import EventKind, State
from diagnostics.models import ChangeRequest, Diagnostic, User, Version
from diagnostics.queries import access_to, load_diagnostic_document, texts_of
from diagnostics.services.errors import NotAllowed, ServiceError, WrongState
from diagnostics.services.journal import record_event
from diagnostics.services.versions import keep_version


class AlreadySubmitted(WrongState):
    """The diagnostic is submitted already: a second click, or a colleague."""


class NotSubmittable(ServiceError):
    """An axis has no answer at all."""


def _lock(diagnostic: Diagnostic) -> Diagnostic:
    return (
        Diagnostic.objects.select_for_update(of=("self",))
        .select_related("structure", "kit")
        .get(pk=diagnostic.pk)
    )


def submit_diagnostic(diagnostic: Diagnostic, *, user: User, base_url: str) -> Version:
    """Submit a diagnostic: its document becomes an immutable Version with its SHA-256.

    Requests for changes are marked as addressed; facilitators are told by mail (``base_url``
    starts the links). Raises NotAllowed, AlreadySubmitted, WrongState, and NotSubmittable while an
    axis has no answer at all.
    """
    with transaction.atomic():
        locked = _lock(diagnostic)
        access = access_to(locked, user)
        if not access.may_submit:
            raise NotAllowed("Seul·e le ou la référent·e soumet le diagnostic.")
        if State(locked.state) is State.SUBMITTED:
            raise AlreadySubmitted("Ce diagnostic est déjà soumis.")
        if not access.can_submit:
            raise WrongState(f"Ce diagnostic est « {locked.state_label} » : il ne se soumet plus.")
        now = timezone.now()
        locked.state = State.SUBMITTED.value
        locked.submitted_at = now
        locked.updated_at = now
        document = load_diagnostic_document(locked)
        empty = axes_without_answer(document)
        if empty:
            texts = texts_of(locked)
            names = ", ".join(f"« {texts.axis(axis).short_title} »" for axis in empty)
            raise NotSubmittable(f"Il manque au moins une réponse dans : {names}.")
        locked.save(update_fields=["state", "submitted_at", "updated_at"])
        version = keep_version(locked, document, user=user, at=now)
        locked.change_requests.filter(addressed_at=None).update(addressed_at=now)
        record_event(
            EventKind.SUBMITTED,
            actor=user,
            structure=locked.structure,
            diagnostic=locked,
            version=version.number,
            sha256=version.sha256,
        )
        app.configure_task("mail_submitted").defer(diagnostic_id=str(locked.pk), base_url=base_url)
        _print_last_version(locked)
    return version


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
    with transaction.atomic():
        locked = _lock_for_review(diagnostic, user=user)
        locked.state = State.CHANGES_REQUESTED.value
        locked.updated_at = timezone.now()
        locked.save(update_fields=["state", "updated_at"])
        request = ChangeRequest.objects.create(diagnostic=locked, reason=reason, requested_by=user)
        record_event(
            EventKind.CHANGES_REQUESTED,
            actor=user,
            structure=locked.structure,
            diagnostic=locked,
            request=request.pk,
        )
        app.configure_task("mail_changes_requested").defer(
            change_request_id=request.pk, base_url=base_url
        )
        _print_last_version(locked)
    return request


def validate_diagnostic(diagnostic: Diagnostic, *, user: User, base_url: str) -> None:
    """Validate a submitted diagnostic; the team is told by mail. Raises NotAllowed, WrongState."""
    with transaction.atomic():
        locked = _lock_for_review(diagnostic, user=user)
        now = timezone.now()
        locked.state = State.VALIDATED.value
        locked.validated_at = now
        locked.updated_at = now
        locked.save(update_fields=["state", "validated_at", "updated_at"])
        record_event(EventKind.VALIDATED, actor=user, structure=locked.structure, diagnostic=locked)
        app.configure_task("mail_validated").defer(diagnostic_id=str(locked.pk), base_url=base_url)
        _print_last_version(locked)


def _print_last_version(diagnostic: Diagnostic) -> None:
    """Have the PDF of the last version ready: its cover says where the diagnostic stands.

    Mails go first.
    """
    app.configure_task("print_last_version", priority=-1).defer(diagnostic_id=str(diagnostic.pk))


def _lock_for_review(diagnostic: Diagnostic, *, user: User) -> Diagnostic:
    locked = _lock(diagnostic)
    access = access_to(locked, user)
    if not access.may_review:
        raise NotAllowed("Seule la facilitation relit et valide un diagnostic.")
    if not access.can_review:
        raise WrongState(
            f"Ce diagnostic est « {locked.state_label} » : il n’attend pas de relecture."
        )
    return locked
