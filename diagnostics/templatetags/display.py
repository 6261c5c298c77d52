"""What the pages that show answers need: ``{% load display %}``."""

from __future__ import annotations

from django import template
from django.utils.safestring import SafeString

from diagnostics.domain.answers import EconomicModel
from diagnostics.domain.board_words import board_words, label_of
from diagnostics.domain.completeness import StepStatus
from diagnostics.domain.deciding_body import DecidingBody, Structure, deciding_body
from diagnostics.domain.document import DiagnosticDocument
from diagnostics.domain.vocabulary import Mark, State
from diagnostics.models import Diagnostic
from diagnostics.report import diagrams
from diagnostics.report.decisions import Decision, decisions_of
from diagnostics.report.diagrams.thread import board_thread_svg, thread_svg, thread_svg_for_print

register = template.Library()


@register.simple_tag
def board_decisions(document: DiagnosticDocument) -> list[Decision]:
    """Give the decisions of the board: ``{% board_decisions document as decisions %}``."""
    return decisions_of(document)


@register.filter
def told(said: Mark | StepStatus | str, state: str) -> str:
    """Name a mark or a status: ``{{ step.status|told:diagnostic.state }}``; a mark may be stored text."""
    labelled = said if isinstance(said, Mark | StepStatus) else Mark(said)
    return label_of(labelled, is_decided=state == State.ADOPTED)


@register.filter
def decides(structure: Structure) -> DecidingBody:
    """Give who decides in a structure: ``{% with body=structure|decides %}{{ body.le }}``."""
    return deciding_body(structure)


@register.filter
def board_question_label(diagnostic: Diagnostic) -> str:
    """Say what a question to the board is, in the state it is in: ``{{ diagnostic|board_question_label }}``."""
    body = deciding_body(diagnostic.structure)
    return board_words(body, is_decided=diagnostic.state == State.ADOPTED).question


@register.simple_tag
def thread_drawing(document: DiagnosticDocument) -> SafeString:
    """Draw the thread of a document for the team."""
    return thread_svg(document)


@register.simple_tag
def board_thread_drawing(document: DiagnosticDocument) -> SafeString:
    """Draw the thread of a document for the board: what is tied."""
    return board_thread_svg(document)


@register.simple_tag
def thread_drawing_for_print(document: DiagnosticDocument) -> SafeString | str:
    """Draw the thread of a document lower, where the drawing of the screen is too high to be read on
    a landscape page; empty where it is not."""
    return thread_svg_for_print(document)


@register.simple_tag
def funding(answer: EconomicModel, document: DiagnosticDocument) -> SafeString:
    """Draw the financing shares of both years, for half a page."""
    card = document.diagnostic
    return diagrams.funding_svg(
        answer.now, answer.target, base_year=card.base_year, target_year=card.target_year
    )
