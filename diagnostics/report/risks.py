"""What may fail: the risks that a board weighs, out of the points to discuss and of « Et si ? ».

A finding tells a team what to look at again; a board wants to know what it costs if nobody does. The rules
listed here speak of the success of the plan; the others (what is missing, what contradicts itself) are
the team's own work, and are told apart. A shock that the team studied answers the finding that asks for
it; it is a risk of its own where no finding does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from diagnostics.domain.adoption import DecisionResult, proposed
from diagnostics.domain.answers.economic_model import LEVERS
from diagnostics.domain.coherence import CoherenceFinding
from diagnostics.domain.document import DiagnosticDocument
from diagnostics.domain.scenarios import Effect, study_scenarios
from diagnostics.domain.vocabulary import FundingFamily, Shock
from diagnostics.typography import NBSP, capitalised, enumeration, shortened, typeset

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
    "R08": "Tous les objectifs ne pourront pas être suivis.",
    "R12": "Rien ne passera en premier.",
}
# Where a shock stands among the rules, what follows from it, and the rules whose question it answers.
SHOCKS = {Shock.HALF_COMES: "M4", Shock.FUNDER_LEAVES: "M3", Shock.ONE_POST_LESS: "R13"}
ONE_POST_LESS = "Ce que l’équipe porte seule ralentit, ou s’arrête."
PLAN_B_LENGTH = 180  # characters: the whole text stands with « Et si ? »
_SENTENCE_END = re.compile(r"(?<=[.!?…]) (?=[A-ZÀÂÇÉÈÊËÎÏÔŒÙÛÜ«])")


@dataclass(frozen=True)
class Reply:
    """What is foreseen for a risk: what kind of answer it is, and the answer; ``is_open`` while it is
    to be decided. ``is_typed``: in the team's words, its line breaks kept."""

    label: str
    text: str = ""
    is_open: bool = False
    is_typed: bool = False


@dataclass(frozen=True)
class Risk:
    """A point that may make the plan fail, what follows from it, and what is foreseen.

    ``rows`` and ``question`` are those of its finding. ``assumed``: the reason of a « choix assumé »;
    ``plan_b``: what would be stopped first, None where no such shock was studied; ``decisions``: the
    numbers of those that answer the same objective, ``who`` carries them. ``rank`` is its place among
    the consequences.
    """

    rule: str
    point: str
    consequence: str
    rank: int
    rows: tuple[str, ...] = ()
    question: str = ""
    assumed: str | None = None
    plan_b: str | None = None
    decisions: tuple[int, ...] = ()
    who: str = ""

    @property
    def replies(self) -> tuple[Reply, ...]:
        """What is foreseen: the reason of the choice, plan B, a decision; else that it is to be decided."""
        found = []
        if self.assumed is not None:
            found.append(Reply("Choix assumé", self.assumed, is_typed=True))
        if self.plan_b:
            found.append(Reply("Plan B (4.1)", shortened(self.plan_b, PLAN_B_LENGTH)))
        if self.decisions:
            word = "Décision" if len(self.decisions) == 1 else "Décisions"
            found.append(Reply(f"{word} {enumeration(map(str, self.decisions))}"))
        if found:
            return tuple(found)
        asked = "Ce que nous arrêterions d’abord." if self.plan_b is not None else self.question
        return (Reply("À décider", asked, is_open=True),)


def risks_of(findings: Iterable[CoherenceFinding], document: DiagnosticDocument) -> list[Risk]:
    """Return the risks, the most serious first: those that the structure did not choose before the
    others."""
    order = list(CONSEQUENCES)
    risks = [
        Risk(
            finding.rule,
            as_statement(finding.message),
            CONSEQUENCES[finding.rule],
            order.index(finding.rule),
            finding.rows,
            _question_of(finding.message),
            finding.acknowledgement,
        )
        for finding in findings
        if finding.rule in CONSEQUENCES
    ]
    for effect in study_scenarios(document):
        risks = _with_shock(risks, effect)
    risks = [_with_decisions(risk, document) for risk in risks]
    return sorted(risks, key=lambda risk: (risk.assumed is not None, risk.rank))


def is_risk(finding: CoherenceFinding) -> bool:
    """Tell whether a finding speaks of the success of the plan."""
    return finding.rule in CONSEQUENCES


def _with_shock(risks: Sequence[Risk], effect: Effect) -> list[Risk]:
    """Answer with plan B the risks that ask for it; add the shock where none does."""
    plan_b = typeset(effect.scenario.stop_first)
    asking = {id(risk) for risk in risks if _asks_for(risk, effect)}
    if asking:
        return [replace(x, plan_b=plan_b) if id(x) in asking else x for x in risks]
    return [*risks, *_own_risk(effect, plan_b)]


def _asks_for(risk: Risk, effect: Effect) -> bool:
    lever = effect.lever
    if effect.shock is Shock.HALF_COMES:
        return risk.rule == "M4"
    if effect.shock is Shock.FUNDER_LEAVES and lever is not None:
        is_public = lever.family is FundingFamily.PUBLIC
        return (risk.rule == "M3" and lever.id in risk.rows) or (risk.rule == "R23" and is_public)
    return False


def _own_risk(effect: Effect, plan_b: str) -> Iterator[Risk]:
    """Yield a shock that changes something as a risk."""
    rule, point = SHOCKS[effect.shock], effect.shock.label
    consequence = CONSEQUENCES[rule]
    if effect.shock is Shock.ONE_POST_LESS:
        changes, consequence = bool(effect.plan.fte), ONE_POST_LESS
    else:
        changes = bool(effect.missing) or effect.lost is None
    if effect.lever is not None:
        point = f"{point}{NBSP}: {LEVERS.mention(effect.lever, effect.position, article='le ')}"
    if changes:
        rank = list(CONSEQUENCES).index(rule)
        yield Risk("", f"{capitalised(point)}.", consequence, rank, plan_b=plan_b)


def _with_decisions(risk: Risk, document: DiagnosticDocument) -> Risk:
    """Tie to a risk the decisions that serve one of its objectives, but those that were rejected."""
    answer, adoption = document.answers.board_decisions, document.adoption
    numbers, carriers = [], []
    for number, row in enumerate(proposed(answer.decisions if answer else []), 1):
        outcome = adoption.outcome_of(row.id) if adoption else None
        if not set(row.serves) & set(risk.rows):
            continue
        if outcome is None or outcome.result is not DecisionResult.REJECTED:
            numbers.append(number)
            carriers.append((outcome and outcome.carried_by) or row.carried_by)
    who = enumeration(dict.fromkeys(filter(None, carriers)))
    return replace(risk, decisions=tuple(numbers), who=typeset(who)) if numbers else risk


def as_statement(message: str) -> str:
    """Return what a finding states, without the question that it puts to the team; a finding that is all
    question stays as it is."""
    stated = [text for text in _sentences(message) if not _asks(text)]
    return " ".join(stated) or message


def _question_of(message: str) -> str:
    """Return the question that follows what a finding states; empty where it is all question."""
    sentences = _sentences(message)
    asked = [text for text in sentences if _asks(text)]
    return " ".join(asked) if len(asked) < len(sentences) else ""


def _sentences(message: str) -> list[str]:
    """Return the sentences of a message; what people typed, between « and », is never cut."""
    found, start = [], 0
    for end in _SENTENCE_END.finditer(message):
        before = message[: end.start()]
        if before.count("«") <= before.count("»"):
            found.append(message[start : end.start()])
            start = end.end()
    return [*found, message[start:]]


def _asks(sentence: str) -> bool:
    return sentence.rstrip().endswith("?")
