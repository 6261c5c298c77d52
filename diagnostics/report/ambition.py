"""The ambition in one sentence, by rule, from the figures of the document.

« Passer de 150 à 280 K€ et de 2,5 à 4 ETP pour initier 100 partenariats d’ici 2029. »
"""

from __future__ import annotations

import re

from diagnostics.domain.answers import EconomicModel, Objective, Objectives
from diagnostics.domain.coherence.figures import counts, is_quantified
from diagnostics.domain.document import DiagnosticDocument
from diagnostics.typography import (
    NBSP,
    capitalised,
    count,
    half_up,
    measure,
    number,
    shortened,
    typeset,
)

LONGEST_AIM = 110  # characters of the objective's own words

# An infinitive, as most objectives begin: « Étendre le réseau », « Avoir initié 100 partenariats ».
_INFINITIVE = re.compile(r"^(?:s[e’'] ?)?\w+(?:er|ir|re|oir)$", re.IGNORECASE)
# Words of that form that are not verbs: « Premier emploi », « Territoire »…
_NOUNS = frozenset(
    [
        "premier",
        "dernier",
        "notre",
        "votre",
        "autre",
        "quatre",
        "territoire",
        "annuaire",
        "cahier",
        "atelier",
    ]
)


def ambition_sentence(document: DiagnosticDocument) -> str:
    """Return the sentence that opens the synthesis; empty while neither means nor objectives are told.

    Means: the budget (its middle, in K€) and the team (ETP) of both years, as they change or stay. Aim: the
    first objective that counts partnerships, else the first with a figure, else the first.
    """
    card, answers = document.diagnostic, document.answers
    change, kept = _means(answers.economic_model)
    aim, year = _aim(answers.objectives)
    last = str(year or card.target_year)
    by = "" if last in aim or "d’ici" in aim else f" d’ici {last}"
    if not aim:
        return f"{_sentence(change, kept).rstrip(',')}{by}." if change else ""
    means = _sentence(change, kept)
    if not means:
        return f"{capitalised(aim)}{by}."
    if _is_verb(aim):
        return f"{means} pour {aim}{by}."
    return f"{means.rstrip(',')}{by}{NBSP}: {aim}."


def _sentence(change: str, kept: str) -> str:
    """Say the means: what changes, then what stays."""
    if change:
        return f"Passer {change}, {kept}," if kept else f"Passer {change}"
    return f"{capitalised(kept)}," if kept else ""


def _means(model: EconomicModel | None) -> tuple[str, str]:
    """Return what changes of the budget and the team, and what stays as it is."""
    if model is None:
        return "", ""
    now, target = model.now, model.target
    changes, same = [], []
    for before, after, unit in (
        (_round(now.budget_middle), _round(target.budget_middle), "K€"),
        (now.fte, target.fte, "ETP"),
    ):
        if after is None or (before == after == 0):
            continue
        if before is None:
            changes.append(f"à {measure(after, unit)}")
        elif before == after:
            same.append(measure(after, unit))
        else:
            changes.append(f"de {number(before)} à {measure(after, unit)}")
    nobody = target.fte == 0 and not now.fte
    if nobody and target.volunteers:
        same.append(count(target.volunteers, "bénévole", "bénévoles"))
    kept = [f"avec {' et '.join(same)}"] if same else []
    return " et ".join(changes), ", ".join(kept + (["sans salarié"] if nobody else []))


def _round(amount: float | None) -> float | None:
    """A budget as a sentence says it: whole K€ from 10 K€ on, half up."""
    if amount is None or amount < 10:
        return amount
    return half_up(amount)


def _aim(answer: Objectives | None) -> tuple[str, int | None]:
    rows = [row for row in (answer.rows if answer else []) if row.statement]
    if not rows:
        return "", None
    row = (
        next((row for row in rows if counts(row, "partenariat") and row.target_value), None)
        or next((row for row in rows if is_quantified(row) and row.target_told), None)
        or rows[0]
    )
    return _in_words(row), row.deadline_year


def _in_words(row: Objective) -> str:
    text = shortened(typeset(row.statement).rstrip(" .;"), LONGEST_AIM)
    first = text.split(" ", 1)[0]
    words = f"{first[:1].lower()}{first[1:]}{text[len(first) :]}" if _is_verb(text) else text
    figures = _figures(row)
    said = re.findall(r"\d+", re.sub(r"(?<=\d)[\u202f\u00a0 ](?=\d)", "", row.statement))
    if not figures or (
        row.target_value is not None and number(row.target_value).replace("\u202f", "") in said
    ):
        return words
    return f"{words} ({figures})"


def _figures(row: Objective) -> str:
    if not row.target_told:
        return ""
    unit = f"{NBSP}{typeset(row.unit_told)}" if row.unit_told else ""
    if row.baseline_value is None or row.per_year or row.target_max_value or row.target_at_least:
        return f"{row.target_told}{unit}"
    return f"de {row.baseline_told} à {row.target_told}{unit}"


def _is_verb(text: str) -> bool:
    word = text.split(" ", 1)[0].lower()
    return bool(_INFINITIVE.match(word)) and word not in _NOUNS
