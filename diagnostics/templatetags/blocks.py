"""What answers say, block by block: ``{% load blocks %}``.

Blocks are written by templates of Jinja2 (``diagnostics/jinja2/blocks/``): a page has hundreds of cells, for
which Django's own take ten times as long.
"""

from __future__ import annotations

from django import template
from django.template import engines
from django.utils.safestring import SafeString

from diagnostics.domain.answers import Answer
from diagnostics.domain.document import DiagnosticDocument
from diagnostics.report.blocks import blocks_of
from diagnostics.report.blocks.types import Block

register = template.Library()


@register.simple_tag
def show_block(
    block: Block, *, with_drawings: bool = False, edit: str = "", step: str = ""
) -> SafeString:
    """Write a block; ``edit``: the address of the step where each row leads to, empty when nobody edits
    from here."""
    context = {"block": block, "with_drawings": with_drawings, "edit": edit, "step": step}
    written = engines["jinja2"].get_template(block.template).render(context)
    return SafeString(written)  # safe: Jinja2 escapes what is not markup


@register.simple_tag
def show_answer(
    answer: Answer, document: DiagnosticDocument, *, with_drawings: bool = False, edit: str = ""
) -> SafeString:
    """Write what an answer says; see ``show_block``."""
    written = [
        show_block(block, with_drawings=with_drawings, edit=edit, step=answer.step)
        for block in blocks_of(answer, document)
    ]
    return SafeString("".join(written))  # safe: each block is
