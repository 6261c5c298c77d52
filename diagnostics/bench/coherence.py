"""The rules of coherence on a document filled to every cap, where nearly every row is discussed."""

from __future__ import annotations

import gc
import statistics
import time
from typing import Any

from diagnostics.domain.answers import (
    LONG_TEXT,
    MAX_CALENDAR_ROWS,
    MAX_LINKS,
    MAX_ROWS,
    MAX_STATEMENTS,
    ROW_TEXT,
)
from diagnostics.domain.coherence import find_coherence
from diagnostics.domain.document import DiagnosticDocument, load_document
from diagnostics.domain.vocabulary import Mission, RoleKind, ScopeStepKey

BUDGET_MS = 20
SENTENCE = "Organiser avec l'équipe des rencontres « associations et entreprises » à Sorelle ; "


def text(length: int) -> str:
    """Return a text of that length, with what has to be typeset in it."""
    return (SENTENCE * (length // len(SENTENCE) + 1))[:length].strip()


def rows(prefix: str, count: int = MAX_ROWS, **fields: Any) -> list[dict[str, Any]]:
    """Return rows of these fields."""
    return [{"id": f"{prefix}{number}", **fields} for number in range(count)]


def links(prefix: str) -> list[str]:
    """Return as many links as a row may have."""
    return [f"{prefix}{number}" for number in range(MAX_LINKS)]


def fullest_document() -> DiagnosticDocument:
    """Return a document with every list and every text at its cap."""
    name, note = text(ROW_TEXT), text(LONG_TEXT)
    column = {"fte": 1.5, "team_detail": name, "volunteers": 12, "skills_sponsorship_days": 20}
    column |= {"budget_min_keur": 900, "budget_max_keur": 1000}
    column |= {"public_pct": 85, "private_pct": 10, "self_pct": 15}
    chain = [
        {"step": key.value, "handling": "with_partner", "partner": name, "note": note}
        for key in ScopeStepKey
    ]
    objectives = rows(
        "o",
        statement=name,
        kind="quantitative",
        indicator=name,
        baseline_value=1,
        target_value=500,
        unit="partenariats",
        deadline_year=2099,
        serves=links("r"),
    )
    for row in objectives[::2]:
        row["unit"] = ""
    answers: dict[str, Any] = {
        "vision": {
            "starting_point": text(800),
            "statements": rows("v", MAX_STATEMENTS, text=text(280)),
        },
        "roles": {"rows": rows("r", role=RoleKind.NETWORK.value, label=name, detail=name)},
        "objectives": {"rows": objectives},
        "positioning": {
            "rows": rows(
                "p", actor_type="business_networks", circle=1, posture=name, note=note, label=name
            )
        },
        "activities": {
            "rows": rows(
                "a",
                mission=Mission.ANALYSE_SHARE.value,
                text=name,
                priority=1,
                state="to_create",
                start_year=2027,
                serves=links("o"),
            )
        },
        "accompaniment_scope": {"rows": chain},
        "territorial_scales": {
            "rows": rows(
                "s",
                mission=Mission.RAISE_AWARENESS.value,
                label=name,
                scale="national",
                territory=name,
                note=note,
            )
        },
        "economic_model": {
            "now": column,
            "target": column,
            "needs_now": note,
            "needs_target": note,
            "levers": rows(
                "x",
                family="private",
                text=text(260) + " – participation des entreprises",
                state="secured",
                amount_now_keur=10,
                amount_target_keur=10,
            ),
        },
        "alliances": {
            "rows": rows(
                "l",
                actor=text(ROW_TEXT - 40),
                family="other",
                level="local",
                relation="to_approach",
                note=note,
                serves=links("a"),
            )
        },
        "organisation": {"legal_tool": "endowment_fund", "organisation": note},
        "board_decisions": {
            "decisions": rows("d", text=name),
            "calendar": rows("c", MAX_CALENDAR_ROWS, month="2027-01", milestone=text(120)),
        },
    }
    return load_document(
        {
            "schema": 5,
            "kit": "rameau-2013",
            "structure": {"name": "Bench", "base_scale": "epci"},
            "diagnostic": {"title": "Bench", "base_year": 2026, "horizon_years": 3},
            "answers": answers,
        }
    )


def measured(rounds: int) -> str:
    """Return a line that says what all the rules take: time of one core, whoever else works."""
    document = fullest_document()
    found = find_coherence(document)
    times = []
    for _ in range(max(rounds, 3)):
        gc.collect()
        started = time.process_time()
        find_coherence(document)
        times.append(time.process_time() - started)
    median = statistics.median(times) * 1000
    verdict = "tenu" if median <= BUDGET_MS else "**dépassé**"
    return (
        f"Règles de cohérence sur un document rempli à tous les plafonds ({len(found)} points "
        f"trouvés) : {median:.1f} ms ; budget {BUDGET_MS} ms, {verdict}."
    )
