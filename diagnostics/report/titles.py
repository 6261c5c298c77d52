"""What the steps and the axes are called in the report."""

from __future__ import annotations

from diagnostics.domain.document import DiagnosticDocument
from diagnostics.domain.vocabulary import Axis, StepKey

STEP_NUMBERS = {
    StepKey.VISION: "1",
    StepKey.ROLES: "2.1",
    StepKey.OBJECTIVES: "2.2",
    StepKey.POSITIONING: "2.3",
    StepKey.ACTIVITIES: "3.1",
    StepKey.ACCOMPANIMENT_SCOPE: "3.2",
    StepKey.TERRITORIAL_SCALES: "3.3",
    StepKey.ECONOMIC_MODEL: "4.1",
    StepKey.ALLIANCES: "4.2",
    StepKey.ORGANISATION: "4.3",
    StepKey.BOARD_DECISIONS: "",
}
# {h}: the horizon in years, {n} and {end}: its first and last years.
_STEP_TITLES = {
    StepKey.VISION: "Situation souhaitée pour les partenariats",
    StepKey.ROLES: "Rôles souhaités à {h} ans",
    StepKey.OBJECTIVES: "Objectifs à {h} ans",
    StepKey.POSITIONING: "Positionnement\u00a0: deux cercles d’influence",
    StepKey.ACTIVITIES: "Missions et activités à mettre en place",
    StepKey.ACCOMPANIMENT_SCOPE: "Focus sur l’accompagnement",
    StepKey.TERRITORIAL_SCALES: "Territoire d’actions",
    StepKey.ECONOMIC_MODEL: "Modèle économique\u00a0: de {n} à {end}",
    StepKey.ALLIANCES: "Stratégie d’alliances",
    StepKey.ORGANISATION: "Organisation, gouvernance, outil juridique",
    StepKey.BOARD_DECISIONS: "Décisions proposées",
}
_AXIS_TITLES = {
    Axis.VISION: "Vision du territoire à {h} ans",
    Axis.AMBITION: "Ambition de la structure",
    Axis.MISSIONS: "Missions et activités",
    Axis.MEANS: "Stratégie de moyens",
}
# What each axis answers, in one sentence for the board.
AXIS_LEADS = {
    Axis.VISION: "Ce que nous voulons voir changer sur le territoire.",
    Axis.AMBITION: "La place que nous voulons y tenir, et ce que nous voulons y atteindre.",
    Axis.MISSIONS: "Ce que nous ferons, avec qui, et à quelle échelle.",
    Axis.MEANS: "Ce qu’il nous faut pour y arriver\u00a0: équipe, budget, alliances, organisation.",
}


def step_title(step: StepKey, document: DiagnosticDocument) -> str:
    """Return the title of a step, with the years of the document."""
    return _with_years(_STEP_TITLES[step], document)


def axis_title(axis: Axis, document: DiagnosticDocument) -> str:
    """Return the title of an axis, with the years of the document."""
    return _with_years(_AXIS_TITLES[axis], document)


def _with_years(pattern: str, document: DiagnosticDocument) -> str:
    card = document.diagnostic
    return pattern.format(h=card.horizon_years, n=card.base_year, end=card.target_year)
