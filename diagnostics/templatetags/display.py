"""What the display templates of the steps need: ``{% load display %}``."""

from __future__ import annotations

from django import template
from django.utils.safestring import SafeString

from diagnostics.domain.answers import Answer, EconomicModel, Positioning
from diagnostics.domain.document import DiagnosticDocument
from diagnostics.report import diagrams, reading
from diagnostics.report.thread_svg import thread_svg

register = template.Library()


@register.simple_tag
def read_answer(answer: Answer, document: DiagnosticDocument) -> object:
    """Give the view of an answer: ``{% read_answer answer document as view %}``."""
    return reading.read_answer(answer, document)


@register.simple_tag
def circles(answer: Positioning, document: DiagnosticDocument) -> SafeString:
    """Draw the two circles of influence."""
    return diagrams.circles_svg(answer.rows, centre=document.structure.name)


@register.simple_tag
def thread_drawing(document: DiagnosticDocument, *, for_print: bool = False) -> SafeString:
    """Draw the thread of a document."""
    return thread_svg(document, for_print=for_print)


@register.simple_tag
def funding(
    answer: EconomicModel, document: DiagnosticDocument, *, compact: bool = False
) -> SafeString:
    """Draw the financing shares of both years."""
    card = document.diagnostic
    return diagrams.funding_svg(
        answer.now,
        answer.target,
        base_year=card.base_year,
        target_year=card.target_year,
        compact=compact,
    )
