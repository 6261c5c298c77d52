"""4.3 « Organisation, gouvernance, outil juridique »."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import AfterValidator, Field

from diagnostics.domain.answers.base import Answer
from diagnostics.domain.answers.descriptor import Found, StepDescriptor
from diagnostics.domain.answers.fields import (
    LongText,
    RationaleText,
    no_duplicates,
)
from diagnostics.domain.vocabulary import (
    GovernanceForm,
    LegalTool,
    LegalToolState,
    StepKey,
)

if TYPE_CHECKING:
    from diagnostics.domain.document import DiagnosticDocument


class Organisation(Answer):
    """Q14–Q16: organisation, governance, legal tool."""

    step: ClassVar[StepKey] = StepKey.ORGANISATION
    organisation: LongText = Field("", description="organisation envisagée")
    governance: LongText = Field("", description="gouvernance adaptée")
    governance_forms: Annotated[list[GovernanceForm], AfterValidator(no_duplicates)] = Field(
        default_factory=list, description="formes de gouvernance, qui se combinent"
    )
    legal_tool: LegalTool | None = Field(None, description="outil juridique, le cas échéant")
    legal_tool_state: LegalToolState | None = Field(None, description="où en est l’outil")
    rationale: RationaleText = Field("", description="motif du choix de l’outil")


def _missing(answer: Organisation, document: DiagnosticDocument) -> Found:
    if not answer.organisation:
        yield "organisation", "l’organisation envisagée"
    if not answer.governance:
        yield "governance", "la gouvernance adaptée"


STEP = StepDescriptor(Organisation, _missing, first_field="organisation")
