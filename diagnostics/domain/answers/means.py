"""Axis 4, means: economic model, alliances, organisation."""

from __future__ import annotations

from typing import Annotated, ClassVar, Self

from pydantic import AfterValidator, Field, model_validator

from diagnostics.domain.answers.base import Answer, Row, Shape
from diagnostics.domain.answers.fields import (
    MAX_ROWS,
    Days,
    Fte,
    Keur,
    LongText,
    People,
    Percent,
    RationaleText,
    RowIds,
    RowText,
    Year,
    no_duplicates,
)
from diagnostics.domain.vocabulary import (
    AllianceFamily,
    AllianceLevel,
    FundingFamily,
    GovernanceForm,
    LegalTool,
    LegalToolState,
    LeverState,
    Relation,
    StepKey,
)


class EconomicSnapshot(Shape):
    """One column of the economic model: year N, or the end of the horizon."""

    fte: Fte | None = Field(None, description="équipe salariée, en ETP")
    team_detail: RowText = Field("", description="précision en texte, jamais comptée")
    volunteers: People | None = Field(None, description="bénévoles actifs, personnes")
    skills_sponsorship_days: Days | None = Field(
        None, description="mécénat de compétences, jours par an"
    )
    budget_min_keur: Keur | None = Field(None, description="budget, bas de la fourchette, K€")
    budget_max_keur: Keur | None = Field(None, description="budget, haut de la fourchette, K€")
    public_pct: Percent | None = Field(None, description="part publique, %")
    private_pct: Percent | None = Field(None, description="part privée, %")
    self_pct: Percent | None = Field(None, description="part d’auto-financement, %")

    @model_validator(mode="after")
    def _range_is_ordered(self) -> Self:
        low, high = self.budget_min_keur, self.budget_max_keur
        if low is not None and high is not None and low > high:
            raise ValueError("le bas de la fourchette du budget dépasse le haut")
        return self

    @property
    def shares(self) -> dict[FundingFamily, float | None]:
        """The three shares, in %."""
        return {
            FundingFamily.PUBLIC: self.public_pct,
            FundingFamily.PRIVATE: self.private_pct,
            FundingFamily.SELF: self.self_pct,
        }

    @property
    def share_total(self) -> float | None:
        """Sum of the shares in %, or None while one of them is missing."""
        values = list(self.shares.values())
        return None if None in values else sum(value for value in values if value is not None)

    @property
    def budget_middle(self) -> float | None:
        """Middle of the budget's range in K€; one bound alone is the budget; None without."""
        bounds = [b for b in (self.budget_min_keur, self.budget_max_keur) if b is not None]
        return sum(bounds) / len(bounds) if bounds else None


class Lever(Row):
    """A lever to mobilise resources; an argument towards funders may have no amount."""

    id_prefix: ClassVar[str] = "x"
    family: FundingFamily | None = Field(None, description="famille de ressources")
    text: RowText = Field("", description="intitulé du levier")
    state: LeverState | None = Field(None, description="acquis ou à mobiliser")
    amount_now_keur: Keur | None = Field(None, description="montant de l’année N, K€")
    amount_target_keur: Keur | None = Field(None, description="montant cible, K€")


class EconomicModel(Answer):
    """Q8–Q10: needs and resources now and at the horizon, and the levers."""

    step: ClassVar[StepKey] = StepKey.ECONOMIC_MODEL
    now: EconomicSnapshot = Field(default_factory=EconomicSnapshot, description="colonne N")
    target: EconomicSnapshot = Field(
        default_factory=EconomicSnapshot, description="colonne N+3 ou N+5"
    )
    needs_now: LongText = Field("", description="besoins actuels")
    needs_target: LongText = Field("", description="besoins à l’horizon")
    levers: list[Lever] = Field(
        default_factory=list,
        max_length=MAX_ROWS,
        description="leviers pour mobiliser les ressources",
    )


class Alliance(Row):
    """An ally of the structure, existing or to approach."""

    id_prefix: ClassVar[str] = "l"
    actor: RowText = Field("", description="nom de l’acteur")
    family: AllianceFamily | None = Field(None, description="famille d’alliés")
    level: AllianceLevel | None = Field(None, description="niveau où agit l’allié")
    relation: Relation | None = Field(None, description="allié existant ou à approcher")
    purpose: RowText = Field("", description="but")
    horizon_year: Year | None = Field(None, description="échéance du rapprochement")
    note: LongText = Field("", description="note")
    serves: RowIds = Field(
        default_factory=list, description="activités ou leviers servis (ids de lignes)"
    )


class Alliances(Answer):
    """Q11–Q13: existing network, actors to approach, and to what purpose."""

    step: ClassVar[StepKey] = StepKey.ALLIANCES
    rows: list[Alliance] = Field(
        default_factory=list, max_length=MAX_ROWS, description="alliés existants et à approcher"
    )


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
