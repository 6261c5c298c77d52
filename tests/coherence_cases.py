"""Short documents to try the rules of coherence on: rows with the fields that matter, and no other."""

from __future__ import annotations

import datetime as dt
from typing import Any

from diagnostics.domain.coherence import DEFAULT_THRESHOLDS, CoherenceFinding, find_coherence
from diagnostics.domain.document import DiagnosticDocument, load_document
from diagnostics.domain.vocabulary import Handling, ScopeStepKey
from tests.shapes import empty_document

NB, NNB = "\u00a0", "\u202f"
TODAY = dt.date(2026, 11, 29)
Answers = dict[str, Any]


def document(
    answers: Answers,
    *,
    acknowledgements: list[dict[str, Any]] | None = None,
    base_scale: str | None = "living_area",
    horizon: int = 3,
) -> DiagnosticDocument:
    """A document of 2026 with these answers, and what :func:`being` and :func:`card` say with them."""
    answers = dict(answers)
    value = empty_document()
    value["structure"]["base_scale"] = base_scale
    value["diagnostic"]["horizon_years"] = horizon
    for part in ("structure", "diagnostic"):
        value[part] |= answers.pop(part, {})
    value["answers"] = answers
    value["acknowledgements"] = acknowledgements or []
    return load_document(value)


def of_rule(
    rule: str, answers: Answers, thresholds: Any = DEFAULT_THRESHOLDS, **card: Any
) -> list[CoherenceFinding]:
    """What one rule finds in a document of these answers."""
    findings = find_coherence(document(answers, **card), thresholds, today=TODAY)
    return [finding for finding in findings if finding.rule == rule]


def told(answers: Answers) -> list[tuple[str, tuple[str, ...]]]:
    """All that is found in a document of these answers: rules and rows."""
    return [(f.rule, f.rows) for f in find_coherence(document(answers), today=TODAY)]


def being(legal_form: str) -> Answers:
    """A structure of another legal form, to be put beside answers."""
    return {"structure": {"legal_form": legal_form}}


def card(**fields: Any) -> Answers:
    """What the diagnostic itself says, to be put beside answers."""
    return {"diagnostic": fields}


def rows(prefix: str, *fields: dict[str, Any]) -> dict[str, Any]:
    """Rows numbered from 1."""
    return {"rows": [{"id": f"{prefix}{n}", **row} for n, row in enumerate(fields, 1)]}


def vision(*texts: str) -> Answers:
    statements = [{"id": f"v{n}", "text": text} for n, text in enumerate(texts, 1)]
    return {"vision": {"statements": statements}}


def roles(*codes: str) -> Answers:
    return {"roles": rows("r", *({"role": code} for code in codes))}


def objectives(*fields: dict[str, Any]) -> Answers:
    return {"objectives": rows("o", *({"statement": "Objectif"} | row for row in fields))}


def target(value: float | None, unit: str = "partenariats", **fields: Any) -> dict[str, Any]:
    """A quantified objective that can be followed up."""
    return {
        "kind": "quantitative",
        "target_value": value,
        "unit": unit,
        "deadline_year": 2029,
    } | fields


def activities(*fields: dict[str, Any], out_of_scope: tuple[str, ...] = ()) -> Answers:
    answer = rows("a", *({"text": "Activité"} | row for row in fields))
    return {"activities": answer | {"out_of_scope": list(out_of_scope)}}


def missions(*codes: str, out_of_scope: tuple[str, ...] = ()) -> Answers:
    """One activity per mission."""
    return activities(*({"mission": code} for code in codes), out_of_scope=out_of_scope)


def scope(**handlings: str | dict[str, Any]) -> Answers:
    """The chain of accompaniment: a handling, or a row, by step."""
    chain = []
    for step in ScopeStepKey:
        given = handlings.get(step.value, Handling.UNDECIDED.value)
        row = {"handling": given} if isinstance(given, str) else given
        chain.append({"step": step.value} | row)
    return {"accompaniment_scope": {"rows": chain}}


def partner(name: str = "", alliance: str | None = None) -> dict[str, Any]:
    return {"handling": "with_partner", "partner": name, "alliance": alliance}


def scales(*fields: dict[str, Any]) -> Answers:
    return {"territorial_scales": rows("s", *fields)}


def model(
    now: dict[str, Any] | None = None,
    target: dict[str, Any] | None = None,
    levers: tuple[dict[str, Any], ...] = (),
) -> Answers:
    return {
        "economic_model": {
            "now": now or {},
            "target": target or {},
            "levers": rows("x", *({"text": "Levier"} | lever for lever in levers))["rows"],
        }
    }


def ftes(now: float | None, then: float | None) -> Answers:
    return model({"fte": now}, {"fte": then})


def budget(value: float | None, high: float | None = None) -> dict[str, Any]:
    return {"budget_min_keur": value, "budget_max_keur": high if high is not None else value}


def shares(public: float | None, private: float | None, own: float | None) -> dict[str, Any]:
    return {"public_pct": public, "private_pct": private, "self_pct": own}


def alliances(*fields: dict[str, Any]) -> Answers:
    ally = {"actor": "CRESS", "family": "nonprofit_networks", "relation": "existing"}
    return {"alliances": rows("l", *(ally | row for row in fields))}


def positions(*fields: dict[str, Any]) -> Answers:
    return {"positioning": rows("p", *({"posture": "un partenaire"} | row for row in fields))}


def organisation(**fields: Any) -> Answers:
    return {"organisation": fields}
