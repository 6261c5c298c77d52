"""What the rules ask of a document, read once: rows that hold something, and who does what.

A rule runs only if its data exist: what is not answered yet is told by
:mod:`diagnostics.domain.completeness`, not here. A figure that a slip names is unknown to the others.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

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
    VisionStatement,
)
from diagnostics.domain.coherence.actors import is_chamber, is_same_actor
from diagnostics.domain.coherence.figures import counts
from diagnostics.domain.coherence.thresholds import Thresholds
from diagnostics.domain.document import DiagnosticDocument
from diagnostics.domain.vocabulary import (
    ActivityState,
    AllianceFamily,
    FundingFamily,
    Handling,
    LegalForm,
    LeverState,
    Mission,
    Relation,
    ScopeStepKey,
)

if TYPE_CHECKING:
    from diagnostics.domain.coherence.registry import Found, Rule

R = TypeVar("R", bound=Row)
# A row with its place in its table: fields are named by place.
Placed = tuple[int, R]
DONE = frozenset({Handling.SELF, Handling.WITH_PARTNER})
# Companies know each other there: nobody has to lead to them.
OF_COMPANIES = frozenset({LegalForm.CHAMBER, LegalForm.BUSINESS_NETWORK})
# The slips that make a figure of a column unknown, and which.
UNKNOWN_BY = {
    "S1": ("budget_min_keur", "budget_max_keur"),
    "S2": ("fte",),
    "S3": ("public_pct", "private_pct", "self_pct"),
}


def placed(rows: Sequence[R]) -> list[Placed[R]]:
    """Return the rows that hold something, with their place in the table."""
    return [(index, row) for index, row in enumerate(rows) if not row.is_blank]


class Case:
    """A document under the eyes of the rules, which may ask what the others find (:meth:`told`)."""

    def __init__(
        self,
        document: DiagnosticDocument,
        thresholds: Thresholds,
        rules: Mapping[str, Rule],
        today: dt.date | None,
        trials: Collection[str] = (),
    ) -> None:
        answers = document.answers
        self.thresholds = thresholds
        self.today = today
        self._rules = rules
        self._trials = trials
        self._told: dict[str, list[Found]] = {}
        self.structure = document.structure
        self.card = document.diagnostic
        self.statements: list[Placed[VisionStatement]] = placed(
            answers.vision.statements if answers.vision else []
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
        self.typed_model = answers.economic_model or EconomicModel()
        self.levers: list[Placed[Lever]] = placed(self.typed_model.levers)
        self.alliances: list[Placed[Alliance]] = placed(
            answers.alliances.rows if answers.alliances else []
        )
        self.organisation = answers.organisation or Organisation()
        scope = answers.accompaniment_scope
        steps = scope.rows if scope is not None else []
        # Empty while nothing is decided: « à décider » six times is no answer.
        self.scope: dict[ScopeStepKey, ScopeStep] = (
            {row.step: row for row in steps}
            if any(row.handling is not Handling.UNDECIDED for row in steps)
            else {}
        )

    def told(self, rule: str) -> list[Found]:
        """Return what a rule finds, worked out once: one cause has one finding. A rule on trial tells the
        others nothing: what it finds takes no word from them."""
        if rule not in self._told:
            self._told[rule] = [] if rule in self._trials else list(self._rules[rule].check(self))
        return self._told[rule]

    def told_on_trial(self, rule: str) -> list[Found]:
        """Return what a rule on trial finds, for facilitators."""
        return list(self._rules[rule].check(self))

    def rows_told(self, rule: str) -> frozenset[str]:
        """Return the rows that a rule names."""
        return frozenset(row for found in self.told(rule) for row in found.rows)

    # --- Ambition ---

    @property
    def period(self) -> range:
        """The years of the diagnostic, N and the horizon included."""
        return range(self.card.base_year, self.card.target_year + 1)

    @cached_property
    def partnership_objectives(self) -> list[Placed[Objective]]:
        """The objectives that count partnerships, in all or a year."""
        return [(i, row) for i, row in self.objectives if counts(row, "partenariat")]

    @property
    def deadlines(self) -> list[tuple[int, Objective, int]]:
        """The objectives that have a deadline, with it."""
        return [(i, row, row.deadline_year) for i, row in self.objectives if row.deadline_year]

    # --- Missions ---

    @property
    def missions_answered(self) -> bool:
        """Tell whether an activity is told, or a mission out of role."""
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

    def place_of(self, step: ScopeStepKey) -> int:
        """Return where a step of the accompaniment stands in its table."""
        return list(self.scope).index(step)

    # --- Means ---

    @cached_property
    def model(self) -> EconomicModel:
        """The economic model, less the figures that a slip names."""
        changes: dict[str, dict[str, None]] = {}
        for rule, names in UNKNOWN_BY.items():
            for column in self.rows_told(rule):
                changes.setdefault(column, {}).update(dict.fromkeys(names))
        model = self.typed_model
        return model.model_copy(
            update={
                name: getattr(model, name).model_copy(update=unknown)
                for name, unknown in changes.items()
            }
        )

    @property
    def columns(self) -> list[tuple[str, str, EconomicSnapshot]]:
        """The two columns of the economic model: (field prefix, name, column)."""
        card = self.card
        return [
            ("now", f"{card.base_year} (N)", self.model.now),
            ("target", f"{card.target_year} ({card.target_label})", self.model.target),
        ]

    @property
    def typed_columns(self) -> list[tuple[str, int, EconomicSnapshot]]:
        """The two columns as they were typed: (field prefix, year, column)."""
        return [
            ("now", self.card.base_year, self.typed_model.now),
            ("target", self.card.target_year, self.typed_model.target),
        ]

    def has_lever_to_mobilise(self, family: FundingFamily | None = None) -> bool:
        """Tell whether a lever is still to be mobilised, in a family or in any."""
        return any(
            row.state is LeverState.TO_MOBILISE and family in {None, row.family}
            for _, row in self.levers
        )

    # --- Alliances ---

    @property
    def is_of_companies(self) -> bool:
        """Tell whether the structure is a chamber or a network of companies itself."""
        return self.structure.legal_form in OF_COMPANIES

    @property
    def to_approach(self) -> list[Placed[Alliance]]:
        """The actors to approach."""
        return [(i, row) for i, row in self.alliances if row.relation is Relation.TO_APPROACH]

    @cached_property
    def has_way_to_companies(self) -> bool:
        """Tell whether a network of companies or a chamber (CCI, CMA) is among the allies."""
        return any(
            row.family is AllianceFamily.BUSINESS_NETWORKS or is_chamber(row.actor)
            for _, row in self.alliances
        )

    def is_an_ally(self, name: str) -> bool:
        """Tell whether a partner named freely is among the alliances, under another usual name."""
        return any(is_same_actor(name, row.actor) for _, row in self.alliances)
