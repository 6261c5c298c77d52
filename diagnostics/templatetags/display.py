"""What the display templates of the steps need: ``{% load display %}``."""

from __future__ import annotations

from django import template
from django.utils.safestring import SafeString

from diagnostics.domain.answers import Answer, EconomicModel, Milestone
from diagnostics.domain.document import DiagnosticDocument
from diagnostics.report import calendar, diagrams, reading
from diagnostics.report.diagrams.thread import thread_svg

register = template.Library()


@register.simple_tag
def read_answer(answer: Answer, document: DiagnosticDocument) -> object:
    """Give the view of an answer: ``{% read_answer answer document as view %}``."""
    return reading.read_answer(answer, document)


@register.simple_tag
def read_calendar(rows: list[Milestone], document: DiagnosticDocument) -> calendar.CalendarView:
    """Give the months of the calendar: ``{% read_calendar rows document as calendar %}``."""
    return calendar.read_calendar(rows, document)


@register.simple_tag
def thread_drawing(document: DiagnosticDocument, *, for_print: bool = False) -> SafeString:
    """Draw the thread of a document."""
    return thread_svg(document, for_print=for_print)


@register.simple_tag
def draw(answer: Answer, document: DiagnosticDocument) -> list[SafeString]:
    """Give the drawings of an answer: ``{% draw answer document as drawings %}``."""
    return diagrams.draw_answer(answer, document)


@register.simple_tag
def funding(answer: EconomicModel, document: DiagnosticDocument) -> SafeString:
    """Draw the financing shares of both years, for half a page."""
    card = document.diagnostic
    return diagrams.funding_svg(
        answer.now, answer.target, base_year=card.base_year, target_year=card.target_year
    )
