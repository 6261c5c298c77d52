"""What the facilitator's page needs: ``{% load review %}``."""

from __future__ import annotations

from django import template

from diagnostics.domain.kit_texts import default_texts
from diagnostics.domain.vocabulary import StepKey
from diagnostics.queries.reviewing import ReviewPage, StepSaid

register = template.Library()


@register.filter
def said_of(review: ReviewPage, step: StepKey) -> StepSaid:
    """Give what stands beside a step: ``{% with said=review|said_of:step.key %}``."""
    return review.of_step(step)


@register.filter
def default_step_name(step: str) -> str:
    """Name a step outside of any diagnostic, as the kit that comes with the application does."""
    name = default_texts().step(StepKey(step))
    return f"{name.number} {name.short_title}".strip()
