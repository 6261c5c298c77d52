"""What each answer says, as a list of blocks that every output renders in its own way.

One module for each step, named by its key; each has ``blocks(answer, document)``, a pure function.
The board's paper tells each subject once: a module whose answer is said more shortly there has
``body(answer, document)`` too, and what is ``in_annex`` stands after the body.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from importlib import import_module
from typing import Any

from diagnostics.domain.answers import Answer
from diagnostics.domain.document import DiagnosticDocument
from diagnostics.domain.vocabulary import StepKey
from diagnostics.report.blocks.types import Block, Drawing, Table

_MODULES: dict[StepKey, Any] = {step: import_module(f"{__name__}.{step.value}") for step in StepKey}


def blocks_of(answer: Answer, document: DiagnosticDocument) -> list[Block]:
    """Return what an answer says, from first to last; what is empty is left out."""
    found: list[Block] = _MODULES[answer.step].blocks(answer, document)
    return found


def paper_of(answer: Answer, document: DiagnosticDocument) -> tuple[list[Block], list[Block]]:
    """Return what an answer says in the body of the board's paper, and what it says in the annex.

    A table whose drawing has nothing to draw stands in the body in its place. Drawings are drawn
    here, once.
    """
    module = _MODULES[answer.step]
    found = blocks_of(answer, document)
    annex = [block for block in found if _is_annexed(block)]
    if hasattr(module, "body"):
        body: list[Block] = module.body(answer, document)
    else:
        body = [block for block in found if not _is_annexed(block)]
    told = [block for block in map(_drawn, body) if block is not None]
    if body and not told:
        return annex, []
    return told, [block for block in map(_drawn, annex) if block is not None]


def _is_annexed(block: Block) -> bool:
    return isinstance(block, Drawing | Table) and block.in_annex


def _drawn(block: Block) -> Block | None:
    """Return a block whose drawing is drawn once; None when there is nothing to draw."""
    if not isinstance(block, Drawing):
        return block
    block = replace(block, draw=cache(block.draw))
    return block if block.draw() else None
