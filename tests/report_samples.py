"""Documents for the tests of the report: the demo structures, an empty one, one with one text
everywhere, few or many times."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from diagnostics.domain import answers as shapes
from diagnostics.domain.document import DiagnosticDocument, drop_dangling_links, load_document
from diagnostics.domain.vocabulary import (
    AllianceFamily,
    FundingFamily,
    GovernanceForm,
    Mission,
    ScopeStepKey,
    TerritorialScale,
)
from diagnostics.report.blocks import blocks_of
from diagnostics.report.blocks.types import Drawing
from diagnostics.report.content import ReportContent, build_report
from diagnostics.report.identity import VersionStamp

DEMO = Path(__file__).resolve().parents[1] / "fixtures" / "demo"
SUBMITTED_AT = dt.datetime(2026, 6, 4, 9, tzinfo=dt.UTC)


def demo(name: str) -> DiagnosticDocument:
    value = json.loads((DEMO / f"{name}.json").read_text(encoding="utf-8"))
    return without_dangling_links(load_document(value))


def without_dangling_links(document: DiagnosticDocument) -> DiagnosticDocument:
    """A document as the application reads it: less the links to rows that are no longer there."""
    document = document.model_copy(deep=True)
    drop_dangling_links(document.answers)
    return document


def empty() -> DiagnosticDocument:
    return filled("", rows=0, answers={})


def drawings_of(answer: shapes.Answer, document: DiagnosticDocument) -> list[str]:
    """The drawings of an answer, from first to last."""
    blocks = blocks_of(answer, document)
    return [svg for block in blocks if isinstance(block, Drawing) for svg in block.draw()]


def report(document: DiagnosticDocument, *, number: int | None = 2) -> ReportContent:
    stamp = VersionStamp(number, SUBMITTED_AT, document.sha256()) if number else None
    return build_report(document, version=stamp)


def filled(
    text: str, *, rows: int = 2, to_caps: bool = False, answers: dict[str, Any] | None = None
) -> DiagnosticDocument:
    """Return a document with ``text`` in every field people type in, repeated up to the field's
    cap when ``to_caps``."""

    def typed(limit: int) -> str:
        return (text * (limit // len(text) + 1) if to_caps else text)[:limit].strip()

    def many(prefix: str, fields: Any, limit: int = rows) -> list[dict[str, Any]]:
        return [{"id": f"{prefix}{i}", **fields(i)} for i in range(min(rows, limit))]

    def pick(enum: Any, index: int) -> str:
        return list(enum)[index % len(enum)].value

    line, long = shapes.ROW_TEXT, shapes.LONG_TEXT
    if answers is None:
        both = {
            "fte": 9_999.75,
            "team_detail": typed(line),
            "volunteers": 1_000_000,
            "skills_sponsorship_days": 1_000_000,
            "budget_min_keur": 999_999.5,
            "budget_max_keur": 1_000_000,
            "public_pct": 60,
            "private_pct": 38.5,
            "self_pct": 1.5,
        }
        answers = {
            "vision": {
                "starting_point": typed(shapes.STARTING_POINT_TEXT),
                "statements": many(
                    "v", lambda i: {"text": typed(shapes.STATEMENT_TEXT)}, shapes.MAX_STATEMENTS
                ),
            },
            "roles": {
                "rows": many(
                    "r", lambda i: {"role": "other", "label": typed(line), "detail": typed(line)}
                )
            },
            "objectives": {
                "rows": many(
                    "o",
                    lambda i: {
                        "statement": typed(line),
                        "kind": "quantitative",
                        "indicator": typed(line),
                        "measured_by": typed(line),
                        "baseline_value": 999_999_999.99,
                        "target_value": 1_000_000_000,
                        "unit": typed(shapes.UNIT_TEXT),
                        "deadline_year": 2100,
                        "serves": ["r0", "r1"],
                    },
                )
            },
            "positioning": {
                "rows": many(
                    "p",
                    lambda i: {
                        "actor_type": "other",
                        "label": typed(line),
                        "circle": 1 + i % 2,
                        "mode": "collective",
                        "posture": typed(line),
                        "note": typed(long),
                    },
                )
            },
            "activities": {
                "rows": many(
                    "a",
                    lambda i: {
                        "mission": pick(Mission, i),
                        "text": typed(line),
                        "priority": 1,
                        "state": "to_strengthen",
                        "start_year": 2100,
                        "serves": ["o0", "o1"],
                    },
                )
            },
            "accompaniment_scope": {
                "rows": [
                    {
                        "step": step.value,
                        "handling": "with_partner",
                        "partner": typed(line),
                        "note": typed(long),
                    }
                    for step in ScopeStepKey
                ]
            },
            "territorial_scales": {
                "rows": many(
                    "s",
                    lambda i: {
                        "activity": f"a{i}",
                        "scale": pick(TerritorialScale, i),
                        "territory": typed(line),
                        "note": typed(long),
                    },
                )
            },
            "economic_model": {
                "now": both,
                "target": both,
                "needs_now": typed(long),
                "needs_target": typed(long),
                "levers": many(
                    "x",
                    lambda i: {
                        "family": pick(FundingFamily, i),
                        "text": typed(line),
                        "state": "to_mobilise",
                        "amount_now_keur": 999_999.99,
                        "amount_target_keur": 1_000_000,
                    },
                ),
                "scenarios": [
                    {"shock": "funder_leaves", "lever": "x0", "stop_first": typed(long)},
                    {"shock": "half_comes", "chosen": True, "stop_first": typed(long)},
                    {"shock": "one_post_less", "chosen": True, "stop_first": typed(long)},
                ],
            },
            "alliances": {
                "rows": many(
                    "l",
                    lambda i: {
                        "actor": typed(line),
                        "family": pick(AllianceFamily, i),
                        "level": "departmental",
                        "relation": ("existing", "to_approach")[i % 2],
                        "purpose": typed(line),
                        "horizon_year": 2100,
                        "note": typed(long),
                        "serves": ["a0", "x0"],
                    },
                )
            },
            "organisation": {
                "organisation": typed(long),
                "governance": typed(long),
                "governance_forms": [form.value for form in GovernanceForm],
                "legal_tool": "scic",
                "legal_tool_state": "studied",
                "rationale": typed(shapes.RATIONALE_TEXT),
            },
            "board_decisions": {
                "decisions": many(
                    "d",
                    lambda i: {
                        "text": typed(line),
                        "serves": ["o0"],
                        **dict.fromkeys(
                            ("why", "cost", "condition", "if_not", "carried_by"), typed(line)
                        ),
                    },
                ),
                "calendar": many(
                    "c",
                    lambda i: {"month": "2026-12", "milestone": typed(shapes.MILESTONE_TEXT)},
                    shapes.MAX_CALENDAR_ROWS,
                ),
            },
        }
        for answer in answers.values():
            answer |= {"board_question": typed(long), "mark": "for_board"}
    return without_dangling_links(
        load_document(
            {
                "schema": 5,
                "kit": "rameau-2013",
                "structure": {
                    "name": typed(line) if text else "Nouvelle structure",
                    "territory": typed(line) if text else "",
                    "region": typed(line) if text else "",
                    "population": 100_000_000 if text else None,
                    "base_scale": "epci_urban" if text else None,
                },
                "diagnostic": {
                    "title": typed(line) if text else "Ambition 2026–2029",
                    "base_year": 2026,
                    "horizon_years": 3,
                    "workshops": [
                        {"date": "2026-01-05", "participants": 12, "composition": typed(line)}
                        for _ in range(rows)
                    ],
                },
                "answers": answers,
                **(_said_and_decided(typed, long, line) if text else {}),
            }
        )
    )


def _said_and_decided(typed: Callable[[int], str], long: int, line: int) -> dict[str, Any]:
    """What the facilitation says, what the board decided, and why a row was left out."""
    return {
        "opinion": {
            "text": typed(long),
            "author": typed(line),
            "date": "2026-05-20",
            "lacking": [typed(long)],
            "in_spite": typed(long),
            "questions": [typed(long)],
        },
        "adoption": {
            "date": "2026-06-18",
            "outcomes": [
                {
                    "decision": "d0",
                    "result": "amended",
                    "amended_text": typed(long),
                    "carried_by": typed(line),
                }
            ],
        },
        "left_out": [{"step": "objectives", "row": "o9", "reason": typed(long)}],
    }
