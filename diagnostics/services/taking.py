"""Taking a review in charge: the first thing that somebody writes in it does, wherever it is written."""

from __future__ import annotations

from django.utils import timezone

from diagnostics.domain.vocabulary import EventKind
from diagnostics.models import Diagnostic, Review, User
from diagnostics.services.journal import record_event


def take_unless_taken(diagnostic: Diagnostic, review: Review, *, user: User) -> None:
    """Take a review in charge that nobody has, in the caller's transaction; journalled."""
    if review.taken_by_id is not None:
        return
    review.taken_by, review.taken_at = user, timezone.now()
    review.save(update_fields=["taken_by", "taken_at"])
    record_event(
        EventKind.REVIEW_TAKEN, actor=user, structure=diagnostic.structure, diagnostic=diagnostic
    )
