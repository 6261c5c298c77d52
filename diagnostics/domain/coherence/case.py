"""What the rules ask of a document, read once: rows that hold something, and who does what.

A rule runs only if its data exist. The data of a step exist once the step has an answer: what is
not answered yet is told by :mod:`diagnostics.domain.completeness`, not here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import cached_property
from typing import TypeVar

from diagnostics.domain.answers import (
    ActionTerritory,
    Activity,
    Alliance,
    EconomicModel,
    EconomicSnapshot,
    Lever,
    Objective,
    Organisation,
    Position,
    Role,
    Row,
    ScopeStep,
)
from diagnostics.domain.coherence.thresholds import Thresholds
from diagnostics.domain.document import DiagnosticDocument
from diagnostics.domain.vocabulary import (
    ActivityState,
    FundingFamily,
    Handling,
    LeverState,
    Mission,
    ObjectiveKind,
    Relation,
    ScopeStepKey,
)

R = TypeVar("R", bound=Row)
# A row with its place in its table: fields are named by place.
Placed = tuple[int, R]
DONE = frozenset({Handling.SELF, Handling.WITH_PARTNER})

# A share or a rhythm of partnerships is no number of partnerships to initiate.
_NUMBER_OF_PARTNERSHIPS = re.compile(r"\bpartenariats?\b")
_SHARE_OR_RHYTHM = re.compile(r"%|/|\b(par|part|parts|taux|pourcentage|pour cent|points?)\b")
_ACCENTS = re.compile("[\u0300-\u036f]")
_LITTLE_WORDS = frozenset(
    ["a", "au", "aux", "d", "de", "des", "du", "en", "et", "l", "la", "le", "les", "un", "une"]
)


def plain(text: str) -> str:
    """Return a text in lower case without accents, to recognise what people type."""
    return _ACCENTS.sub("", unicodedata.normalize("NFD", text.casefold()))


def says(text: str, word: str, pattern: re.Pattern[str]) -> bool:
    """Tell whether a text matches a pattern of plain text; ``word`` is what it cannot do without.

    Looking for the word first spares most texts the rest.
    """
    return word in text.lower() and pattern.search(plain(text)) is not None


def words(text: str) -> frozenset[str]:
    """Return the words of a name that tell it from others."""
    return frozenset(re.findall(r"\w+", plain(text))) - _LITTLE_WORDS


def placed(rows: Sequence[R]) -> list[Placed[R]]:
    """Return the rows that hold something, with their place in the table."""
    return [(index, row) for index, row in enumerate(rows) if not row.is_blank]


class Case:
    """A document under the eyes of the rules."""

    def __init__(self, document: DiagnosticDocument, thresholds: Thresholds) -> None:
        answers = document.answers
        self.thresholds = thresholds
        self.structure = document.structure
        self.card = document.diagnostic
        self.has_vision = answers.vision is not None and any(
            statement.text for statement in answers.vision.statements
        )
        self.roles: list[Placed[Role]] = placed(answers.roles.rows if answers.roles else [])
        self.objectives: list[Placed[Objective]] = placed(
            answers.objectives.rows if answers.objectives else []
        )
        self.positions: list[Placed[Position]] = placed(
            answers.positioning.rows if answers.positioning else []
        )
        self.activities: list[Placed[Activity]] = placed(
            answers.activities.rows if answers.activities else []
        )
        self.out_of_scope = frozenset(answers.activities.out_of_scope if answers.activities else ())
        self.scales: list[Placed[ActionTerritory]] = placed(
            answers.territorial_scales.rows if answers.territorial_scales else []
        )
        self.model = answers.economic_model or EconomicModel()
        self.levers: list[Placed[Lever]] = placed(self.model.levers)
        self.alliances: list[Placed[Alliance]] = placed(
            answers.alliances.rows if answers.alliances else []
        )
        self.organisation = answers.organisation or Organisation()
        scope = answers.accompaniment_scope
        # Empty while nothing is answered: « à décider » six times is no answer.
        self.scope: dict[ScopeStepKey, ScopeStep] = (
            {row.step: row for row in scope.rows}
            if scope is not None and not scope.content_is_empty
            else {}
        )

    # --- Ambition ---

    @property
    def partnership_objectives(self) -> list[Placed[Objective]]:
        """The objectives that count partnerships to initiate, whatever the words of their unit."""
        return [
            (index, row)
            for index, row in self.objectives
            if row.kind is not ObjectiveKind.QUALITATIVE and _counts_partnerships(row.unit)
        ]

    # --- Missions ---

    @property
    def missions_answered(self) -> bool:
        """Tell whether the step of the activities has an answer."""
        return bool(self.activities or self.out_of_scope)

    @cached_property
    def missions_served(self) -> frozenset[Mission]:
        """The missions that have an activity."""
        return frozenset(row.mission for _, row in self.activities if row.mission)

    @property
    def to_create(self) -> list[Placed[Activity]]:
        """The activities that do not exist yet."""
        return [(i, row) for i, row in self.activities if row.state is ActivityState.TO_CREATE]

    def is_done(self, step: ScopeStepKey) -> bool:
        """Tell whether a step of the accompaniment is done, by the structure or with a partner."""
        return step in self.scope and self.scope[step].handling in DONE

    # --- Means ---

    @property
    def columns(self) -> list[tuple[str, str, EconomicSnapshot]]:
        """The two columns of the economic model: (field prefix, name, column)."""
        card = self.card
        return [
            ("now", f"{card.base_year} (N)", self.model.now),
            ("target", f"{card.target_year} ({card.target_label})", self.model.target),
        ]

    def has_lever_to_mobilise(self, family: FundingFamily | None = None) -> bool:
        """Tell whether a lever is still to be mobilised, in a family or in any."""
        return any(
            row.state is LeverState.TO_MOBILISE and family in {None, row.family}
            for _, row in self.levers
        )

    @property
    def to_approach(self) -> list[Placed[Alliance]]:
        """The actors to approach."""
        return [(i, row) for i, row in self.alliances if row.relation is Relation.TO_APPROACH]

    def is_an_ally(self, name: str) -> bool:
        """Tell whether a partner named freely is among the alliances, under a longer name or not.

        « CCI » is « CCI territoriale »: the words of one are all in the other.
        """
        wanted = words(name)
        return bool(wanted) and any(
            known and (wanted <= known or known <= wanted) for known in self._names_of_allies
        )

    @cached_property
    def _names_of_allies(self) -> list[frozenset[str]]:
        return [words(row.actor) for _, row in self.alliances]


def _counts_partnerships(unit: str) -> bool:
    return says(unit, "partenariat", _NUMBER_OF_PARTNERSHIPS) and not _SHARE_OR_RHYTHM.search(
        plain(unit)
    )
