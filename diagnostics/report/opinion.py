"""The opinion (« avis ») of the facilitation, as the report prints it."""

from __future__ import annotations

from dataclasses import dataclass

from diagnostics.domain.document import DiagnosticDocument
from diagnostics.domain.kit_texts import KitTexts
from diagnostics.domain.review import Criterion, Opinion
from diagnostics.domain.vocabulary import KIT_AXES, Axis
from diagnostics.typography import french_date

SHORT = 2_200  # characters, beside the table
CRITERIA = [criterion.label for criterion in Criterion]


@dataclass(frozen=True)
class AppreciationRow:
    """An axis and what is thought of it under each criterion, in words; « — » where nothing is said."""

    axis: Axis
    title: str
    levels: list[str]


@dataclass(frozen=True)
class OpinionPage:
    """What the facilitation says, with name and date, and what was missing when it validated."""

    text: str
    signature: str
    lacking: list[str]
    in_spite: str
    appreciations: list[AppreciationRow]

    @property
    def is_short(self) -> bool:
        """Tell whether it stands on one page whatever comes before."""
        return len(self.text) + len(self.in_spite) + sum(map(len, self.lacking)) < SHORT

    @property
    def criteria(self) -> list[str]:
        """What an axis is read for, in the order of the levels."""
        return CRITERIA


def opinion_page(document: DiagnosticDocument, texts: KitTexts) -> OpinionPage | None:
    """Return the opinion of a document; None when there is none, or when it only asks questions,
    which stand with those of the board."""
    opinion = document.opinion
    if opinion is None or not (opinion.text or opinion.in_spite or opinion.appreciations):
        return None
    return printed_opinion(opinion, texts)


def printed_opinion(opinion: Opinion, texts: KitTexts) -> OpinionPage:
    """Return an opinion as it is printed: also before it is signed, for who is about to."""
    told = {(entry.axis, entry.criterion): entry.level.label for entry in opinion.appreciations}
    rows = [
        AppreciationRow(
            axis,
            texts.axis(axis).short_title,
            [told.get((axis, criterion), "—") for criterion in Criterion],
        )
        for axis in KIT_AXES
        if any(place[0] is axis for place in told)
    ]
    return OpinionPage(
        text=opinion.text,
        signature=f"{opinion.author}, pour la facilitation, le {french_date(opinion.date)}",
        lacking=list(opinion.lacking),
        in_spite=opinion.in_spite,
        appreciations=rows,
    )
