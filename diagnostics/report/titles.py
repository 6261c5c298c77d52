"""The titles of the chapters: what each finds, by rule, in a few words.

« Douze activités, cinq d’abord », « De 150 à 280 K€, dont 129 à trouver ». Pure functions of the document; empty
where the answers say too little for a finding, and the chapter then says what it is about. The lead may write
another.
"""

from __future__ import annotations

from collections.abc import Callable

from diagnostics.domain.answers import EconomicModel
from diagnostics.domain.bridge import SMALL, as_printed, bridge_of
from diagnostics.domain.document import DiagnosticDocument
from diagnostics.domain.vocabulary import ChapterKey, Relation
from diagnostics.typography import capitalised, half_up, measure, number

_WORDS = (
    *("zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix"),
    *("onze", "douze", "treize", "quatorze", "quinze", "seize", "dix-sept", "dix-huit"),
    *("dix-neuf", "vingt"),
)


def title_of(chapter: ChapterKey, document: DiagnosticDocument) -> str:
    """Return what a chapter finds; empty when there is nothing to state."""
    return capitalised(_RULES[chapter](document))


def in_words(value: int, *, feminine: bool = False) -> str:
    """Return a number as a title says it: in letters up to twenty."""
    if value == 1:
        return "une" if feminine else "un"
    return _WORDS[value] if 0 <= value < len(_WORDS) else number(value)


def _counted(value: int, one: str, many: str, *, feminine: bool = False) -> str:
    return f"{in_words(value, feminine=feminine)} {one if value < 2 else many}"


def _ambition(document: DiagnosticDocument) -> str:
    """« Trois rôles et sept objectifs d’ici 2029 »: the year of the last deadline."""
    roles, objectives = document.answers.roles, document.answers.objectives
    said = [_counted(len(roles.rows), "rôle", "rôles")] if roles and roles.rows else []
    if not objectives or not objectives.rows:
        return "".join(said)
    said.append(_counted(len(objectives.rows), "objectif", "objectifs"))
    years = [row.deadline_year for row in objectives.rows if row.deadline_year]
    return f"{' et '.join(said)} d’ici {max(years, default=document.diagnostic.target_year)}"


def _actions(document: DiagnosticDocument) -> str:
    """« Douze activités, cinq d’abord »: those of the first priority."""
    rows = document.answers.activities.rows if document.answers.activities else []
    if not rows:
        return ""
    first = sum(row.priority == 1 for row in rows)
    total = _counted(len(rows), "activité", "activités", feminine=True)
    if not first:
        return total
    if first == len(rows):
        return f"{total}, {'prioritaire' if first == 1 else 'toutes prioritaires'}"
    return f"{total}, {in_words(first, feminine=True)} d’abord"


def _cost(document: DiagnosticDocument) -> str:
    """« De 150 à 280 K€, dont 129 à trouver »: budgets by their middle, what one does not have yet.

    What is to be found is not told where the levers bring more than the budget: it is no part of it.
    Without a budget, the team: « De 2,5 à 4 ETP ».
    """
    model = document.answers.economic_model
    if model is None:
        return ""
    card = document.diagnostic
    found = bridge_of(model)
    bridge = as_printed(found) if found else None
    now = bridge.now if bridge else model.now.budget_middle
    target = bridge.target if bridge else None
    if now is None and target is None:
        return _team(model, card.base_year, card.target_year)
    title = _change(_amount(now), _amount(target), "K€", card.base_year, card.target_year)
    to_find = _amount(bridge.to_find) if bridge and model.levers else None
    if (
        not to_find
        or target is None
        or (bridge and bridge.beyond)
        or not half_up(to_find, 0 if target >= SMALL else 1)
    ):
        return title
    if to_find == _amount(target):
        return f"{title}, entièrement à trouver"
    return f"{title}, dont {number(to_find)} à trouver"


def _amount(amount: float | None) -> float | None:
    """An amount as a title says it: whole K€ from 10 K€ on, half up; with its decimal below."""
    return amount if amount is None else half_up(amount, 1 if amount < SMALL else 0)


def _change(
    now: float | None, target: float | None, unit: str, base_year: int, target_year: int
) -> str:
    if now is not None and target is not None:
        if now == target:
            return f"{measure(now, unit)} en {base_year} comme en {target_year}"
        return f"de {number(now)} à {measure(target, unit)}"
    if target is not None:
        return f"{measure(target, unit)} en {target_year}"
    return f"{measure(now, unit)} en {base_year}" if now is not None else ""


def _team(model: EconomicModel, base_year: int, target_year: int) -> str:
    now, target = model.now.fte, model.target.fte
    if not now and not target:
        return ""
    return _change(now, target, "ETP", base_year, target_year)


def _allies(document: DiagnosticDocument) -> str:
    """« Douze alliés en place, six à approcher »."""
    rows = document.answers.alliances.rows if document.answers.alliances else []
    existing = sum(row.relation is Relation.EXISTING for row in rows)
    wished = sum(row.relation is Relation.TO_APPROACH for row in rows)
    if not existing:
        return f"{_counted(wished, 'allié', 'alliés')} à approcher" if wished else ""
    title = f"{_counted(existing, 'allié', 'alliés')} en place"
    return f"{title}, {in_words(wished)} à approcher" if wished else title


_RULES: dict[ChapterKey, Callable[[DiagnosticDocument], str]] = {
    ChapterKey.AMBITION: _ambition,
    ChapterKey.ACTIONS: _actions,
    ChapterKey.COST: _cost,
    ChapterKey.ALLIES: _allies,
}
