"""4.1 « Modèle économique cible »: both years, the needs, the levers, and « Et si ? »."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Self

from pydantic import Field, field_validator, model_serializer, model_validator

from diagnostics.domain.answers.base import Answer, Row, Shape
from diagnostics.domain.answers.descriptor import Found, RowSet, StepDescriptor
from diagnostics.domain.answers.fields import (
    MAX_ROWS,
    PRECISION,
    Days,
    Fte,
    Keur,
    LongText,
    People,
    Percent,
    RowId,
    RowLine,
    SignedKeur,
)
from diagnostics.domain.vocabulary import (
    FundingFamily,
    LeverState,
    Shock,
    StepKey,
)
from diagnostics.typography import quoted

if TYPE_CHECKING:
    from diagnostics.domain.document import DiagnosticDocument


# How far from 100 % shares may be in all, in points: R19's threshold unless a kit has its own.
SHARE_TOLERANCE = 1
# « Trois tiers », in %.
THIRDS = {"public_pct": 33, "private_pct": 33, "self_pct": 34}


class EconomicSnapshot(Shape):
    """One column of the economic model: year N, or the end of the horizon."""

    fte: Fte | None = Field(None, description="équipe salariée, en ETP")
    team_detail: RowLine = Field("", description="précision en texte, jamais comptée")
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
    def share_gap(self) -> float | None:
        """How far the shares are from 100 in all, in points, or None while one of them is missing."""
        total = self.share_total
        return None if total is None else round(abs(total - 100), PRECISION)

    @property
    def budget_middle(self) -> float | None:
        """Middle of the budget's range in K€; one bound alone is the budget; None without."""
        bounds = [b for b in (self.budget_min_keur, self.budget_max_keur) if b is not None]
        return sum(bounds) / len(bounds) if bounds else None


class Lever(Row):
    """A lever to mobilise resources; an argument towards funders may have no amount, and what one gives
    back counts below 0. The target may be a range."""

    id_prefix: ClassVar[str] = "x"
    family: FundingFamily | None = Field(None, description="famille de ressources")
    text: RowLine = Field("", description="intitulé du levier")
    state: LeverState | None = Field(None, description="acquis, à reconduire ou à mobiliser")
    amount_now_keur: SignedKeur | None = Field(None, description="montant de l’année N, K€")
    amount_target_keur: SignedKeur | None = Field(None, description="montant cible, K€")
    amount_target_max_keur: SignedKeur | None = Field(
        None, description="haut de la fourchette du montant cible, K€"
    )

    @model_validator(mode="after")
    def _range_is_ordered(self) -> Self:
        low, high = self.amount_target_keur, self.amount_target_max_keur
        if high is not None:
            if low is None:
                raise ValueError("le haut de la fourchette du montant est donné sans le bas")
            if low > high:
                raise ValueError("le bas de la fourchette du montant dépasse le haut")
        if high == low:
            self.amount_target_max_keur = None
        return self

    @property
    def amount_target_high(self) -> float | None:
        """The high end of the target amount in K€; the amount itself when it is single."""
        high = self.amount_target_max_keur
        return self.amount_target_keur if high is None else high


class Scenario(Shape):
    """« Et si ? »: one of the three shocks, and what the team would stop first (an addition to the kit).

    The lever that is struck out says that the first shock is studied, ``chosen`` that the others are:
    each has one way to say so, and a text stays when the shock is not studied any more.
    """

    shock: Shock = Field(description="ce qui arrive")
    chosen: bool = Field(False, description="étudiée")
    lever: RowId | None = Field(None, description="levier du financeur qui se retire (id)")
    stop_first: LongText = Field("", description="ce que nous arrêterions d’abord")

    @model_validator(mode="after")
    def _said_in_one_way(self) -> Self:
        if self.shock is Shock.FUNDER_LEAVES:
            self.chosen = False
        else:
            self.lever = None
        return self

    @property
    def is_studied(self) -> bool:
        """Tell whether the team chose to look at what it would do."""
        return self.lever is not None if self.shock is Shock.FUNDER_LEAVES else self.chosen


def _scenarios() -> list[Scenario]:
    return [Scenario(shock=shock) for shock in Shock]


class EconomicModel(Answer):
    """Q8–Q10: needs and resources now and at the horizon, the levers, and what may happen to them."""

    step: ClassVar[StepKey] = StepKey.ECONOMIC_MODEL
    now: EconomicSnapshot = Field(default_factory=EconomicSnapshot, description="colonne N")
    target: EconomicSnapshot = Field(
        default_factory=EconomicSnapshot, description="colonne de l’horizon : N+3, N+4 ou N+5"
    )
    needs_now: LongText = Field("", description="besoins actuels")
    needs_target: LongText = Field("", description="besoins à l’horizon")
    levers: list[Lever] = Field(
        default_factory=list,
        max_length=MAX_ROWS,
        description="leviers pour mobiliser les ressources",
    )
    scenarios: list[Scenario] = Field(
        default_factory=_scenarios,
        description="«\u00a0Et si\u202f?\u00a0»\u00a0: les trois hypothèses ; absentes tant que rien n’en est dit",
    )

    @field_validator("scenarios")
    @classmethod
    def _the_three_shocks_in_order(cls, rows: list[Scenario]) -> list[Scenario]:
        given = {row.shock: row for row in rows}
        if len(given) != len(rows):
            raise ValueError("une hypothèse «\u00a0Et si\u202f?\u00a0» est donnée deux fois")
        return [given.get(shock) or Scenario(shock=shock) for shock in Shock]

    @model_serializer(mode="wrap")
    def _without_untold_scenarios(self, handler: Any) -> dict[str, Any]:
        values: dict[str, Any] = handler(self)
        if self.scenarios == _scenarios():
            values.pop("scenarios", None)
        return values


def _missing_in_column(prefix: str, column: EconomicSnapshot, year: int) -> Found:
    if column.fte is None:
        yield f"{prefix}-fte", f"l’équipe en ETP pour {year}"
    if column.budget_min_keur is None and column.budget_max_keur is None:
        yield f"{prefix}-budget_min_keur", f"le budget de {year}"
    gap = column.share_gap
    if gap is None:
        missing = next(f for f, share in column.shares.items() if share is None)
        yield f"{prefix}-{missing.value}_pct", f"les trois modes de financement de {year}"
    elif gap > SHARE_TOLERANCE:
        yield (
            f"{prefix}-public_pct",
            f"des parts de financement de {year} dont le total fasse 100\u00a0%",
        )


def _missing(answer: EconomicModel, document: DiagnosticDocument) -> Found:
    card = document.diagnostic
    yield from _missing_in_column("now", answer.now, card.base_year)
    yield from _missing_in_column("target", answer.target, card.target_year)
    for index, lever in enumerate(answer.levers):
        name = LEVERS.mention(lever, index + 1)
        if not lever.text:
            yield f"levers-{index}-text", f"l’intitulé du levier\u00a0{index + 1}"
        if lever.family is None:
            yield f"levers-{index}-family", f"la famille de {name}"
        if lever.state is None:
            yield f"levers-{index}-state", f"l’état (acquis, à reconduire ou à mobiliser) de {name}"
    families = {lever.family for lever in answer.levers}
    for family in FundingFamily:
        used = any((column.shares[family] or 0) > 0 for column in (answer.now, answer.target))
        if used and family not in families:
            yield "levers", f"au moins un levier en {quoted(family.label)}"


LEVERS = RowSet[Lever](
    EconomicModel, "levers", "levier", lambda row: row.text, letter="L", placed_by="family"
)
SCENARIOS = RowSet[Scenario](
    EconomicModel,
    "scenarios",
    "hypothèse",
    lambda row: row.shock.label,
    links={"lever": (LEVERS,)},
)
STEP = StepDescriptor(
    EconomicModel, _missing, row_sets=(LEVERS, SCENARIOS), first_field="now-fte", paper_rows=5
)
