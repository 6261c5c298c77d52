"""What the steps and the axes are called: ``{% load kit %}``."""

from __future__ import annotations

from django import template

from diagnostics.domain.coherence import CoherenceFinding, QuotedAnswer, quote_answers
from diagnostics.domain.document import DiagnosticDocument
from diagnostics.domain.vocabulary import Axis, StepKey
from diagnostics.models import Diagnostic
from diagnostics.queries import texts_of

register = template.Library()


@register.filter
def step_name(step: StepKey, diagnostic: Diagnostic) -> str:
    """Name a step as the kit of a diagnostic does: ``{{ link.step|step_name:diagnostic }}``."""
    return texts_of(diagnostic).step(step).short_title


@register.filter
def axis_name(axis: Axis, diagnostic: Diagnostic) -> str:
    """Name an axis as the kit of a diagnostic does: ``{{ axis|axis_name:diagnostic }}``."""
    return texts_of(diagnostic).axis(axis).short_title


@register.filter
def answers_in(
    finding: CoherenceFinding, document: DiagnosticDocument | None
) -> tuple[QuotedAnswer, ...]:
    """Quote the answers that a finding of a document speaks of; none without the document."""
    return quote_answers(finding, document) if document else ()
