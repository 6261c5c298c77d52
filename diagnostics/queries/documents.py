"""From the rows of a diagnostic to its document, and what the rules find in it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from diagnostics.domain.adoption import Adoption
from diagnostics.domain.answers import STEPS
from diagnostics.domain.answers import Answer as AnswerShape
from diagnostics.domain.answers.descriptor import drop_dangling
from diagnostics.domain.coherence import (
    CoherenceFinding,
    Thresholds,
    find_coherence,
    findings_json,
    load_thresholds,
)
from diagnostics.domain.document import Acknowledgement as AcknowledgementShape
from diagnostics.domain.document import (
    Answers,
    DiagnosticCard,
    DiagnosticDocument,
    Judgement,
    LeftOut,
    StructureCard,
    Workshop,
    drop_dangling_links,
    load_answer,
)
from diagnostics.domain.review import Opinion
from diagnostics.domain.vocabulary import State, StepKey, Verdict
from diagnostics.models import (
    Acknowledgement,
    Answer,
    Diagnostic,
    Review,
    ReviewOutcome,
    Structure,
    User,
)
from rameau_diag.postgresql.written_once import written_once


def structure_card(structure: Structure) -> StructureCard:
    """Return the identity card of a structure as the document holds it."""
    return StructureCard.model_validate(
        {
            "name": structure.name,
            "legal_form": structure.legal_form,
            "founded_year": structure.founded_year,
            "territory": structure.territory,
            "population": structure.population,
            "region": structure.region,
            "base_scale": structure.base_scale or None,
        }
    )


def stored_answers(diagnostic: Diagnostic, *, with_authors: bool = False) -> list[Answer]:
    """Read the answers of a diagnostic (one query)."""
    answers = _answers(diagnostic.pk, with_authors=with_authors)
    for answer in answers:
        answer.diagnostic = diagnostic
    return answers


@written_once
def _answers(diagnostic: UUID, *, with_authors: bool) -> QuerySet[Answer]:
    answers = Answer.objects.filter(diagnostic=diagnostic)
    return answers.select_related("updated_by") if with_authors else answers


def stored_acknowledgements(diagnostic: Diagnostic) -> list[AcknowledgementShape | Judgement]:
    """Return what a structure answers to the points to discuss (one query)."""
    return [_said(entry) for entry in _acknowledgements(diagnostic.pk)]


@written_once
def _acknowledgements(diagnostic: UUID) -> QuerySet[Acknowledgement, Any]:
    said = Acknowledgement.objects.filter(diagnostic=diagnostic)
    return said.values("rule", "rows", "verdict", "reason", "fingerprint")


def said_in(rows: Iterable[Acknowledgement]) -> list[AcknowledgementShape | Judgement]:
    """Return the same of rows that are read already."""
    names = ("rule", "rows", "verdict", "reason", "fingerprint")
    return [_said({name: getattr(row, name) for name in names}) for row in rows]


def _said(entry: Mapping[str, Any]) -> AcknowledgementShape | Judgement:
    told = {**entry, "fingerprint": entry["fingerprint"] or None}
    if entry["verdict"] == Verdict.ASSUMED.value:
        del told["verdict"]
        return AcknowledgementShape.model_validate(told)
    return Judgement.model_validate(told | {"verdict": Verdict(entry["verdict"])})


def thresholds_of(diagnostic: Diagnostic) -> Thresholds:
    """Return from which figures the rules speak: those of the diagnostic's kit."""
    return load_thresholds(diagnostic.kit.thresholds)


def build_document(
    diagnostic: Diagnostic,
    answers: list[Answer],
    said: Sequence[AcknowledgementShape | Judgement],
    later: Later | None = None,
) -> DiagnosticDocument:
    """Assemble the document of a diagnostic from what is stored of it; no query is made.

    ``said``: what is answered to the points to discuss (:func:`stored_acknowledgements`); ``later``: what was said and decided of it besides (:func:`later_of`). Answers that hold nothing are absent, and links to rows that are gone are left out.
    """
    values: dict[str, Any] = {}
    for answer in answers:
        shape = load_answer(StepKey(answer.step), answer.shape_value())
        if not shape.is_empty:
            values[answer.step] = shape
    document = DiagnosticDocument(
        schema=1,
        kit=diagnostic.kit.slug,
        structure=structure_card(diagnostic.structure),
        diagnostic=DiagnosticCard(
            title=diagnostic.title,
            base_year=diagnostic.base_year,
            horizon_years=diagnostic.horizon_years,
            state=State(diagnostic.state),
            board_date=diagnostic.board_date,
            workshops=[Workshop.model_validate(entry) for entry in diagnostic.workshops],
        ),
        answers=Answers(**values),
        acknowledgements=[entry for entry in said if isinstance(entry, AcknowledgementShape)],
        judgements=[entry for entry in said if isinstance(entry, Judgement)],
        opinion=later.opinion if later else None,
        adoption=later.adoption if later else None,
        chapter_titles=diagnostic.chapter_titles,
        left_out=[entry for entry in later.left_out if not _is_there(entry, values)]
        if later
        else [],
    )
    # The shapes were just read for this document alone: no copy is needed.
    drop_dangling_links(document.answers)
    return document


def _is_there(entry: LeftOut, answers: Mapping[str, AnswerShape]) -> bool:
    """Tell whether a row that was left out is in the diagnostic again: there is no reason to tell."""
    answer = answers.get(entry.step)
    return answer is not None and entry.row in answer.row_ids()


@dataclass(frozen=True)
class Later:
    """What a document says besides the answers: the opinion of the facilitation, what the board
    decided, why rows of the previous diagnostic are not in this one."""

    opinion: Opinion | None = None
    adoption: Adoption | None = None
    left_out: list[LeftOut] = field(default_factory=list)


def later_of(diagnostic: Diagnostic) -> Later:
    """Read what a diagnostic says besides its answers: no query for a first draft, one for the opinion
    of a validated one, one for the session of an adopted one, one when it follows another."""
    state = State(diagnostic.state)
    return Later(
        opinion=_opinion(diagnostic) if state in {State.VALIDATED, State.ADOPTED} else None,
        adoption=_adoption(diagnostic) if state is State.ADOPTED else None,
        left_out=[
            LeftOut.model_validate(entry)
            for entry in diagnostic.left_out.values("step", "row", "reason")
        ]
        if diagnostic.previous_id
        else [],
    )


def _opinion(diagnostic: Diagnostic) -> Opinion | None:
    """Return the opinion with which a diagnostic was validated; None when nothing was said."""
    review = (
        diagnostic.reviews.filter(outcome=ReviewOutcome.VALIDATED.value)
        .select_related("closed_by")
        .order_by("-version__number")
        .first()
    )
    said = review and (
        review.opinion or review.in_spite or review.appreciations or review.questions
    )
    if review is None or not said or review.closed_by is None or review.closed_at is None:
        return None
    day = timezone.localdate(review.closed_at)
    return opinion_of(
        review, author=review.closed_by, day=day, lacking=review.lacking, in_spite=review.in_spite
    )


def opinion_of(
    review: Review, *, author: User, day: dt.date, lacking: Sequence[str], in_spite: str = ""
) -> Opinion:
    """Return the opinion that a review holds, as somebody signs it on a day (no query)."""
    return Opinion.model_validate(
        {
            "text": review.opinion,
            "author": author.display_name,
            "date": day,
            "lacking": list(lacking),
            "in_spite": in_spite,
            "appreciations": review.appreciations,
            "questions": review.questions,
        }
    )


def _adoption(diagnostic: Diagnostic) -> Adoption | None:
    """Return what the board decided; None of a diagnostic adopted before that was recorded."""
    session = diagnostic.board_sessions.filter(revoked_at=None).first()
    return Adoption.model_validate(session.content) if session else None


def with_answer(document: DiagnosticDocument, answer: Answer) -> DiagnosticDocument:
    """Return a document with what an answer holds now; none of its rows came or went, so that the
    links of the other steps stay as they are."""
    step = StepKey(answer.step)
    shape = load_answer(step, answer.shape_value())
    answers = document.answers.model_copy(update={step.value: None if shape.is_empty else shape})
    drop_dangling(STEPS[step].row_sets, answers)
    return document.model_copy(update={"answers": answers})


def load_diagnostic_document(diagnostic: Diagnostic) -> DiagnosticDocument:
    """Read what is stored of a diagnostic (two queries, and :func:`later_of`) and assemble its document."""
    return build_document(
        diagnostic,
        stored_answers(diagnostic),
        stored_acknowledgements(diagnostic),
        later_of(diagnostic),
    )


def findings_of(
    diagnostic: Diagnostic, document: DiagnosticDocument, *, with_trials: bool = False
) -> list[CoherenceFinding]:
    """Return the points to discuss of a document, by the thresholds of the diagnostic's kit; what its
    rules on trial find, only for facilitators (``with_trials``)."""
    return find_coherence(
        document,
        thresholds_of(diagnostic),
        today=timezone.localdate(),
        trials=diagnostic.kit.trials,
        with_trials=with_trials,
    )


def document_with_findings(diagnostic: Diagnostic, document: DiagnosticDocument) -> dict[str, Any]:
    """Return the JSON of a document of the diagnostic with, under ``findings``, its points."""
    return document.as_json() | {
        "findings": findings_json(
            document,
            thresholds_of(diagnostic),
            today=timezone.localdate(),
            trials=diagnostic.kit.trials,
        )
    }
