"""What each answer says, as a list of blocks that every output renders in its own way.

One module for each step, named by its key; each has ``blocks(answer, document)``, a pure function,
and ``PAGE_RULE``, how the step goes over printed pages.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from diagnostics.domain.answers import Answer
from diagnostics.domain.document import DiagnosticDocument
from diagnostics.domain.vocabulary import StepKey
from diagnostics.report.blocks.types import Block, PageRule

_MODULES: dict[StepKey, Any] = {step: import_module(f"{__name__}.{step.value}") for step in StepKey}


def blocks_of(answer: Answer, document: DiagnosticDocument) -> list[Block]:
    """Return what an answer says, from first to last; what is empty is left out."""
    found: list[Block] = _MODULES[answer.step].blocks(answer, document)
    return found


def page_rule(step: StepKey) -> PageRule:
    """Return how a step goes over printed pages."""
    rule: PageRule = _MODULES[step].PAGE_RULE
    return rule
