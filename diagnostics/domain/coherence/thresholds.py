"""The thresholds of the rules, in one place; a kit may override any of them.

They are judgement: those of the pace and of the budget per ETP are calibrated on
the kit's own example.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from diagnostics.domain.answers import SHARE_TOLERANCE
from diagnostics.domain.malformed import problems_of

Count = Annotated[int, Field(ge=1, le=60)]
Share = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]
Positive = Annotated[float, Field(gt=0, le=1_000_000, allow_inf_nan=False)]


class Thresholds(BaseModel):
    """From which figure a rule speaks."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    max_roles: Count = Field(3, description="R02 : nombre de rôles au-delà duquel hiérarchiser")
    min_objectives: Count = Field(3, description="R05 : nombre d’objectifs, tous chiffrés")
    max_objectives: Count = Field(8, description="R08 : nombre d’objectifs à ne pas dépasser")
    pace_info: Positive = Field(
        22.5, description="R11 : partenariats par an et par ETP, à noter au-delà"
    )
    pace_attention: Positive = Field(
        30, description="R11 : partenariats par an et par ETP, point d’attention au-delà"
    )
    min_activities: Count = Field(
        5, description="R12 : nombre d’activités à partir duquel hiérarchiser"
    )
    priority_share: Share = Field(
        60, description="R12 : part d’activités prioritaires à ne pas dépasser, en %"
    )
    creation_share: Share = Field(
        50, description="R13 : part d’activités à créer, à équipe constante, en %"
    )
    share_tolerance: Share = Field(
        SHARE_TOLERANCE, description="R19 : écart admis du total des parts à 100, en points"
    )
    budget_growth: Annotated[float, Field(gt=100, le=1_000, allow_inf_nan=False)] = Field(
        130, description="R20 : budget cible en % du budget de l’année N"
    )
    secured_cover: Share = Field(
        90, description="R20 : part du budget cible que couvrent les leviers déjà là, en %"
    )
    share_growth: Annotated[float, Field(gt=0, le=100, allow_inf_nan=False)] = Field(
        10, description="R21 : hausse d’une part sans levier à mobiliser, en points"
    )
    private_network: Annotated[float, Field(gt=0, le=100, allow_inf_nan=False)] = Field(
        10, description="R22 : part privée cible sans réseau d’entreprises, en %"
    )
    public_dependency: Annotated[float, Field(gt=0, le=100, allow_inf_nan=False)] = Field(
        80, description="R23 : part publique cible, en %"
    )
    keur_per_fte_min: Positive = Field(40, description="R24 : K€ par ETP, plancher")
    keur_per_fte_max: Positive = Field(110, description="R24 : K€ par ETP, plafond")
    lever_gap: Share = Field(
        10, description="R25 : écart admis des leviers chiffrés au budget cible, en %"
    )
    team_growth: Positive = Field(
        0.5, description="R26 : hausse de l’équipe sans organisation décrite, en ETP"
    )
    private_governance: Annotated[float, Field(gt=0, le=100, allow_inf_nan=False)] = Field(
        25, description="R27 : part privée cible sans gouvernance décrite, en %"
    )
    min_creations: Count = Field(
        3, description="R32 : nombre d’activités à créer sans acteur à approcher"
    )
    endowment_private: Share = Field(
        15, description="R33 : part privée cible en dessous de laquelle un fonds sert peu, en %"
    )
    scic_families: Count = Field(3, description="R35 : familles d’alliés existants d’une SCIC")
    public_funder: Annotated[float, Field(gt=0, le=100, allow_inf_nan=False)] = Field(
        50, description="R36 : part publique de l’année N, en %"
    )
    min_deadlines: Count = Field(
        3, description="A1 : nombre d’échéances, toutes de la dernière année"
    )
    mix_gap: Share = Field(
        7, description="M1 : écart admis des montants à la répartition, en points"
    )
    lever_loss: Annotated[float, Field(gt=0, le=100, allow_inf_nan=False)] = Field(
        20, description="M3 : baisse d’un levier, en % du budget de l’année N"
    )
    new_money: Annotated[float, Field(gt=0, le=100, allow_inf_nan=False)] = Field(
        40, description="M4 : ressources encore à trouver, en % du budget cible"
    )

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.pace_info > self.pace_attention:
            raise ValueError("« pace_info » dépasse « pace_attention »")
        if self.keur_per_fte_min > self.keur_per_fte_max:
            raise ValueError("« keur_per_fte_min » dépasse « keur_per_fte_max »")
        return self


DEFAULT_THRESHOLDS = Thresholds()


_RULES_OF = re.compile(r"[A-Z]\d{1,2}")


def thresholds_of_rule(rule: str) -> list[str]:
    """Return the names of the thresholds from which a rule speaks: those whose description names it."""
    return [
        name
        for name, field in Thresholds.model_fields.items()
        if rule in _RULES_OF.findall((field.description or "").partition(":")[0])
    ]


class BadThresholds(ValueError):
    """Overrides that are no thresholds; ``problems`` says what is wrong, one sentence each."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__(" ; ".join(problems))


def load_thresholds(overrides: Mapping[str, Any]) -> Thresholds:
    """Return the thresholds of a kit: the defaults, less what the kit overrides.

    Raises BadThresholds: an unknown name, a value out of bounds, a pair upside down.
    """
    try:
        return Thresholds.model_validate(overrides)
    except ValidationError as error:
        raise BadThresholds([str(problem) for problem in problems_of(error)]) from error
