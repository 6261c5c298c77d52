"""What facilitators say of a diagnostic in their review: appreciations in words, questions for the
board's meeting, and an opinion (« avis »)."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from pydantic import Field, StringConstraints

from diagnostics.domain.answers.base import Shape
from diagnostics.domain.answers.fields import LongText, Printable, RowLine
from diagnostics.domain.vocabulary import Axis, Labelled

OPINION_TEXT = 2_000  # characters
MAX_QUESTIONS = 12
MAX_APPRECIATIONS = 16  # four axes, four criteria

OpinionText = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=OPINION_TEXT), Printable
]


class Criterion(Labelled):
    """What an axis is read for."""

    CLARITY = "clarity", "Clarté"
    COHERENCE = "coherence", "Cohérence"
    REALISM = "realism", "Réalisme"
    ANCHORING = "anchoring", "Ancrage dans le territoire"


class Level(Labelled):
    """How an axis meets a criterion, in words; no figure is made of them."""

    TO_REWORK = "to_rework", "À reprendre"
    TO_SPECIFY = "to_specify", "À préciser"
    SATISFYING = "satisfying", "Satisfaisant"
    SOLID = "solid", "Solide"


class Appreciation(Shape):
    """What facilitators think of one axis under one criterion."""

    axis: Axis = Field(description="axe apprécié")
    criterion: Criterion = Field(description="critère")
    level: Level = Field(description="appréciation, en mots")


class Opinion(Shape):
    """The opinion (« avis ») with which a diagnostic was validated, as the report prints it."""

    text: OpinionText = Field("", description="avis de la facilitation")
    author: RowLine = Field(description="nom de la personne qui a validé")
    date: dt.date = Field(description="jour de la validation")
    lacking: list[LongText] = Field(
        default_factory=list, description="ce qui manquait à la validation, en mots"
    )
    in_spite: LongText = Field("", description="pourquoi valider malgré ce qui manquait")
    appreciations: list[Appreciation] = Field(
        default_factory=list,
        max_length=MAX_APPRECIATIONS,
        description="appréciations par axe et par critère",
    )
    questions: list[LongText] = Field(
        default_factory=list, max_length=MAX_QUESTIONS, description="questions pour la séance"
    )
