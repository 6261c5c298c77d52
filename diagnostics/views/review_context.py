"""What the check page shows a facilitator besides the answers."""

from __future__ import annotations

from typing import Any

from diagnostics.domain.review import Appreciation
from diagnostics.domain.vocabulary import StepKey
from diagnostics.forms.facilitation import OpinionForm, StepRequestForm
from diagnostics.models import User
from diagnostics.queries import LoadedDiagnostic, texts_of
from diagnostics.queries.pages import CheckPage
from diagnostics.queries.reviewing import load_review


def review_context(
    loaded: LoadedDiagnostic,
    page: CheckPage,
    *,
    user: User,
    opinion: OpinionForm | None = None,
    overtaken: bool = False,
    asked: tuple[StepKey, StepRequestForm] | None = None,
) -> dict[str, Any]:
    """Return the facilitator's part of the check page; hardly anything for the others.

    ``opinion``: the form that was just refused; ``overtaken``: because somebody else wrote meanwhile;
    ``asked``: a request on a step that was just refused.
    """
    if not loaded.access.is_facilitator:
        return {"review": None}
    diagnostic = loaded.diagnostic
    review = load_review(diagnostic, page.document, last=page.last_version, user=user)
    if review.review is None:
        return {"review": review}
    form = opinion or OpinionForm.of(review.review)
    stored = []
    if overtaken and opinion is not None:
        form = opinion.on_top_of(review.review)
        stored = _appreciations(loaded, review.review.appreciations)
    return {
        "review": review,
        "opinion": form,
        "opinion_rows": form.by_axis(texts_of(diagnostic)),
        "overtaken": overtaken,
        "stored_appreciations": stored,
        "asked_step": asked[0] if asked else None,
        "asked_form": asked[1] if asked else None,
    }


def _appreciations(loaded: LoadedDiagnostic, stored: list[Any]) -> list[tuple[str, str]]:
    """Return what each appreciation says: its place, and its level."""
    texts = texts_of(loaded.diagnostic)
    told = [Appreciation.model_validate(entry) for entry in stored]
    return [
        (
            f"{texts.axis(entry.axis).short_title}, {entry.criterion.label.lower()}",
            entry.level.label,
        )
        for entry in told
    ]
