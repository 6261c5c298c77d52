"""What the pages of the transitions show besides the diagnostic itself."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import OuterRef, Subquery

from diagnostics.domain.adoption import Adoption, proposed
from diagnostics.domain.answers import BoardDecision
from diagnostics.domain.vocabulary import StepKey
from diagnostics.models import Diagnostic, Message
from diagnostics.queries.documents import load_diagnostic_document
from diagnostics.queries.kit import texts_of


@dataclass(frozen=True)
class PendingRequest:
    """A request that waits for the structure: where it stands (``step`` None: the whole diagnostic),
    as ``place`` says it, and what it last asked in words."""

    pk: int
    step: StepKey | None
    place: str
    text: str


def pending_requests(diagnostic: Diagnostic) -> list[PendingRequest]:
    """Return the requests that the structure has not addressed, in the order of the steps (one query)."""
    texts = texts_of(diagnostic)
    said = Message.objects.filter(thread=OuterRef("pk")).exclude(text="")
    threads = diagnostic.threads.pending_requests().annotate(
        said=Subquery(said.order_by("-written_at", "-pk").values("text")[:1])
    )
    found = []
    for thread in threads:
        step = StepKey(thread.step) if thread.step else None
        name = texts.step(step) if step else None
        place = f"{name.number} {name.short_title}".strip() if name else "Le diagnostic entier"
        if thread.row_name:
            place += f" — {thread.row_name}"
        found.append(PendingRequest(thread.pk, step, place, thread.said or ""))
    steps = [None, *StepKey]
    return sorted(found, key=lambda request: (steps.index(request.step), request.pk))


@dataclass(frozen=True)
class ToAdopt:
    """What a board has to decide of, and what was recorded of a session that was revoked since."""

    decisions: list[BoardDecision]
    last: Adoption | None


def load_to_adopt(diagnostic: Diagnostic) -> ToAdopt:
    """Read the proposed decisions and the last session that was revoked, if any."""
    answer = load_diagnostic_document(diagnostic).answers.board_decisions
    session = diagnostic.board_sessions.first()
    return ToAdopt(
        proposed(answer.decisions if answer else []),
        Adoption.model_validate(session.content) if session else None,
    )
