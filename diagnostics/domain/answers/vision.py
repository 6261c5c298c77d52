"""Axis 1, vision of the territory: the situation wished for."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from diagnostics.domain.answers.base import Answer, Row
from diagnostics.domain.answers.fields import MAX_STATEMENTS, StartingPointText, StatementText
from diagnostics.domain.vocabulary import StepKey


class VisionStatement(Row):
    """One sentence of the situation wished for on the territory."""

    id_prefix: ClassVar[str] = "v"
    text: StatementText = Field("", description="énoncé, au présent, sur le territoire")


class Vision(Answer):
    """Q1 « Quelle situation souhaitée pour les partenariats sur le territoire concerné ? »."""

    step: ClassVar[StepKey] = StepKey.VISION
    starting_point: StartingPointText = Field("", description="constat de départ")
    statements: list[VisionStatement] = Field(
        default_factory=list,
        max_length=MAX_STATEMENTS,
        description="énoncés de la situation souhaitée",
    )
