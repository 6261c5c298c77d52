"""Making a diagnostic from a document that another program, or an export, wrote."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from diagnostics.domain.document import Answers, DiagnosticDocument
from diagnostics.domain.vocabulary import EventKind
from diagnostics.models import Acknowledgement, Answer, Diagnostic, Structure, User
from diagnostics.services.coherence import refresh_indicators
from diagnostics.services.diagnostics import open_diagnostic
from diagnostics.services.errors import ServiceError
from diagnostics.services.journal import record_event


def import_diagnostic(
    structure: Structure, document: DiagnosticDocument, *, user: User
) -> Diagnostic:
    """Open a draft diagnostic of a structure with the answers and choices of a document.

    The document's state and identity card are left aside, and what was said and decided of it (the
    opinion, the board's decisions): the diagnostic is a draft of this structure, as its own card says. One transaction, journalled; ``user`` signs every answer and is
    the structure's lead. Raises NotAllowed, and ServiceError when the kit is not loaded or lacks a
    step that is answered.
    """
    card = document.diagnostic
    with transaction.atomic():
        diagnostic = open_diagnostic(
            structure,
            title=card.title,
            base_year=card.base_year,
            horizon_years=card.horizon_years,
            board_date=card.board_date,
            kit_slug=document.kit,
            user=user,
        )
        diagnostic.workshops = [workshop.model_dump(mode="json") for workshop in card.workshops]
        diagnostic.chapter_titles = dict(document.chapter_titles)
        diagnostic.save(update_fields=["workshops", "chapter_titles"])
        answers = rows_to_store(diagnostic, document.answers, user)
        Answer.objects.bulk_create(answers)
        Acknowledgement.objects.bulk_create(
            Acknowledgement(
                diagnostic=diagnostic,
                rule=choice.rule,
                rows=choice.rows,
                fingerprint=choice.fingerprint or "",
                verdict=choice.verdict.value,
                reason=choice.reason,
                made_by=user,
            )
            for choice in document.said
        )
        refresh_indicators(diagnostic)
        record_event(
            EventKind.ANSWERS_IMPORTED,
            actor=user,
            structure=structure,
            diagnostic=diagnostic,
            steps=[answer.step for answer in answers],
            acknowledgements=len(document.acknowledgements),
        )
    return diagnostic


def rows_to_store(diagnostic: Diagnostic, answers: Answers, user: User) -> list[Answer]:
    """Return what a new diagnostic stores of some answers, signed by a person; answers and rows that
    hold nothing are none. Raises ServiceError when its kit lacks a step that is answered."""
    known = set(diagnostic.kit.steps.values_list("key", flat=True))
    now = timezone.now()
    rows = []
    for step, given in answers.given():
        answer = given.without_blank_rows()
        if answer.is_empty:
            continue
        if step.value not in known:
            raise ServiceError(
                f"Le kit « {diagnostic.kit.slug} » n’a pas d’étape « {step.value} »."
            )
        rows.append(
            Answer(
                diagnostic=diagnostic,
                step=step.value,
                value=answer.model_dump(mode="json", exclude={"board_question", "mark"}),
                board_question=answer.board_question,
                mark=answer.mark.value if answer.mark else "",
                updated_by=user,
                updated_at=now,
            )
        )
    return rows
