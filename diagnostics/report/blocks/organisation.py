"""4.3 « Organisation, gouvernance, outil juridique »."""

from __future__ import annotations

from diagnostics.domain.answers import Organisation
from diagnostics.domain.document import DiagnosticDocument
from diagnostics.domain.vocabulary import LEGAL_CAUTION, LegalTool
from diagnostics.report.blocks.types import Block, Note
from diagnostics.typography import typeset


def blocks(answer: Organisation, document: DiagnosticDocument) -> list[Block]:
    """Return a note on each of the three."""
    found: list[Block] = []
    if answer.organisation:
        found.append(
            Note("Organisation envisagée", typeset(answer.organisation), place="organisation")
        )
    if answer.governance or answer.governance_forms:
        forms = tuple(form.label for form in answer.governance_forms)
        found.append(
            Note("Gouvernance adaptée", typeset(answer.governance), forms, place="governance")
        )
    tool, tool_state = answer.legal_tool, answer.legal_tool_state
    if tool or answer.rationale:
        found.append(
            Note(
                "Outil juridique",
                typeset(answer.rationale),
                choice=tool.label if tool else "",
                state=tool_state.label if tool and tool_state else "",
                caution="" if tool is LegalTool.NONE else LEGAL_CAUTION,
                place="legal_tool",
            )
        )
    return found
