"""What may fail: the risks that a board weighs, out of the points to discuss.

A finding tells a team what to look at again; a board wants to know what it costs if nobody does. The rules
listed here speak of the success of the plan; the others (what is missing, what contradicts itself) are
the team's own work, and are told among the points to discuss.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from diagnostics.domain.coherence import CoherenceFinding

# What follows if the point is left as it is; the most serious first.
CONSEQUENCES = {
    "M4": "Si une part n’arrive pas, une part des activités s’arrête.",
    "M3": "La ressource perdue est à remplacer, ou les dépenses à réduire.",
    "R20": "Le budget visé ne sera pas réuni.",
    "R11": "Les partenariats visés ne seront pas tous accompagnés.",
    "R13": "Les activités nouvelles se font au détriment de celles qui existent.",
    "R10": "Les partenariats promis ne se construiront pas.",
    "R23": "Le retrait d’un financeur public met la structure en danger.",
    "R25": "Ce qui n’est pas couvert reste à trouver.",
    "R21": "La part visée ne sera pas atteinte.",
    "R22": "Les ressources privées attendues ne viendront pas.",
    "C3": "Les entreprises visées ne seront pas atteintes.",
    "A4": "L’engagement des bénévoles s’épuise.",
    "M5": "Le fonds ne pourra pas recevoir les ressources publiques prévues.",
    "R33": "Le fonds de dotation ne servira qu’une petite part du modèle.",
    "R18": "L’action ne portera pas à cette échelle.",
    "R29": "Un partenaire proche n’est pas engagé.",
    "C5": "L’objectif ne sera pas atteint.",
    "C1": "L’accompagnement annoncé n’est assuré par personne.",
    "R03": "Le rôle annoncé ne sera pas tenu.",
    "R14": "Une étape de l’accompagnement n’est pas assurée.",
    "C7": "Les partenariats conclus ne dureront pas, et nul ne le saura.",
    "R15": "Ce que les partenariats changent ne sera pas connu.",
    "R26": "Les recrutements se feront sans organisation pour les accueillir.",
    "R27": "Les entreprises qui contribuent se retirent, faute de voix.",
    "R28": "La structure perd sa place de tiers de confiance.",
    "R35": "La SCIC ne pourra pas être constituée.",
    "A1": "Un retard ne se verra qu’à la fin.",
    "R02": "L’équipe se disperse.",
    "R08": "Le conseil ne pourra pas suivre tous les objectifs.",
    "R12": "Rien ne passera en premier.",
}
_SENTENCE_END = re.compile(r"(?<=[.!?…]) (?=[A-ZÀÂÇÉÈÊËÎÏÔŒÙÛÜ«])")


@dataclass(frozen=True)
class Risk:
    """A point that may make the plan fail, what follows from it, and what the structure answers.

    ``answer``: the reason of a « choix assumé »; empty while the point is open.
    """

    rule: str
    point: str
    consequence: str
    answer: str = ""


def risks_of(findings: Sequence[CoherenceFinding]) -> list[Risk]:
    """Return the risks, the most serious first: those to which nothing is answered before the others."""
    order = list(CONSEQUENCES)
    found = [
        Risk(
            finding.rule,
            as_statement(finding.message),
            CONSEQUENCES[finding.rule],
            finding.acknowledgement or "",
        )
        for finding in findings
        if finding.rule in CONSEQUENCES
    ]
    return sorted(found, key=lambda risk: (bool(risk.answer), order.index(risk.rule)))


def as_statement(message: str) -> str:
    """Return what a finding states, without the question that it puts to the team; a finding that is all
    question stays as it is."""
    sentences = _SENTENCE_END.split(message)
    stated = [text for text in sentences if not text.rstrip().endswith("?")]
    return " ".join(stated or sentences)
