"""2.1 « Rôles souhaités »: those of the kit, or others, by priority."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from diagnostics.domain.answers.base import Answer, Row
from diagnostics.domain.answers.descriptor import Found, RowSet, StepDescriptor
from diagnostics.domain.answers.fields import (
    MAX_ROWS,
    RowLine,
    RowText,
)
from diagnostics.domain.vocabulary import (
    RoleKind,
    StepKey,
)

if TYPE_CHECKING:
    from diagnostics.domain.document import DiagnosticDocument


class Role(Row):
    """A role wished for; the order of the rows is the order of priority."""

    id_prefix: ClassVar[str] = "r"
    role: RoleKind | None = Field(None, description="l’un des quatre rôles du kit, ou « autre »")
    label: RowLine = Field("", description="nom du rôle quand il est « autre »")
    detail: RowText = Field("", description="précision")

    @property
    def title(self) -> str:
        """The role as people read it."""
        if self.role is None or self.role is RoleKind.OTHER:
            return self.label or (self.role.label if self.role else "Rôle à préciser")
        return self.role.label


class Roles(Answer):
    """Q2 « Quels rôles souhaités par la structure ? »."""

    step: ClassVar[StepKey] = StepKey.ROLES
    rows: list[Role] = Field(
        default_factory=list, max_length=MAX_ROWS, description="rôles, dans l’ordre de priorité"
    )


def _missing(answer: Roles, document: DiagnosticDocument) -> Found:
    if not any(row.role for row in answer.rows):
        yield "rows", "au moins un rôle"
    for index, row in enumerate(answer.rows):
        if row.role is None:
            yield f"rows-{index}-role", f"le rôle de la ligne\u00a0{index + 1}"
        elif row.role == "other" and not row.label:
            yield (
                f"rows-{index}-label",
                f"le nom du rôle «\u00a0autre\u00a0», ligne\u00a0{index + 1}",
            )


ROLES = RowSet[Role](Roles, "rows", "rôle", lambda row: row.title)
STEP = StepDescriptor(Roles, _missing, row_sets=(ROLES,), paper_rows=2)
