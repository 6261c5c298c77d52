"""Hypothesis strategies: answers and documents such as people could type them."""

from __future__ import annotations

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st

from diagnostics.domain import answers as shapes
from diagnostics.domain.answers import ANSWER_SHAPES, Answer
from diagnostics.domain.document import DiagnosticDocument, load_document
from diagnostics.domain.reading import read_text
from diagnostics.domain.vocabulary import (
    ActivityState,
    ActorType,
    AllianceFamily,
    AllianceLevel,
    FundingFamily,
    GovernanceForm,
    Handling,
    LegalTool,
    LegalToolState,
    LeverState,
    Mark,
    Mission,
    ObjectiveKind,
    Relation,
    RelationMode,
    RoleKind,
    ScopeStepKey,
    Shock,
    StepKey,
    TerritorialScale,
)

# Ids that rows of other steps may point to; documents() makes rows of these very ids.
ROLES = ["r1", "r2", "r3"]
OBJECTIVES = ["o1", "o2", "o3"]
ACTIVITIES = ["a1", "a2", "a3"]
LEVERS = ["x1", "x2", "x3"]
ALLIES = ["l1", "l2", "l3"]

# A slow machine is no failure. Most tests of this kind are made for each step or each set of rows:
# fifteen examples of each are hundreds of the code that they share.
patient = settings(deadline=None, max_examples=15)

_CHARACTERS = st.characters(exclude_categories=("Cc", "Cs"))


def line(length: int) -> st.SearchStrategy[str]:
    """One line of text."""
    return st.text(_CHARACTERS, max_size=min(length, 40)).map(
        lambda text: read_text(text, is_line=True).strip()
    )


def paragraphs(length: int) -> st.SearchStrategy[str]:
    """Text on several lines."""
    return st.lists(line(40), max_size=3).map("\n".join).map(str.strip)


def number(maximum: int, *, decimals: int = 2) -> st.SearchStrategy[float | None]:
    """A number with at most two decimals, as the forms take it."""
    scale = 10**decimals
    return st.none() | st.integers(0, maximum * scale).map(lambda n: n / scale)


def code(enum: Any) -> st.SearchStrategy[Any]:
    return st.none() | st.sampled_from([member.value for member in enum])


def links(ids: list[str]) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(ids), unique=True).map(sorted)


YEAR = st.none() | st.integers(1900, 2100)
MONTH = st.builds("{:04d}-{:02d}".format, st.integers(1900, 2100), st.integers(1, 12))

FIELDS: dict[type[shapes.Row], dict[str, st.SearchStrategy[Any]]] = {
    shapes.VisionStatement: {"text": paragraphs(280)},
    shapes.Role: {"role": code(RoleKind), "label": line(300), "detail": paragraphs(300)},
    shapes.Objective: {
        "statement": paragraphs(300),
        "kind": code(ObjectiveKind),
        "indicator": line(300),
        "baseline_value": number(1_000_000_000),
        "target_value": number(1_000_000_000),
        "per_year": st.booleans(),
        "unit": line(60),
        "deadline_year": YEAR,
        "serves": links(ROLES),
        "measured_by": line(300),
    },
    shapes.Position: {
        "actor_type": code(ActorType),
        "label": line(300),
        "circle": st.sampled_from([None, 1, 2]),
        "mode": st.sampled_from([mode.value for mode in RelationMode]),
        "posture": line(300),
        "note": paragraphs(1000),
    },
    shapes.Activity: {
        "mission": code(Mission),
        "text": paragraphs(300),
        "priority": st.sampled_from([None, 1, 2, 3]),
        "state": code(ActivityState),
        "start_year": YEAR,
        "serves": links(OBJECTIVES),
        "serves_none": st.booleans(),
    },
    shapes.ActionTerritory: {
        "label": line(300),
        "scale": code(TerritorialScale),
        "territory": line(300),
        "note": paragraphs(1000),
    },
    shapes.Lever: {
        "family": code(FundingFamily),
        "text": line(300),
        "state": code(LeverState),
        "amount_now_keur": st.none() | st.integers(-(10**8), 10**8).map(lambda n: n / 100),
        "amount_target_keur": st.none() | st.integers(-(10**8), 10**8 - 500).map(lambda n: n / 100),
    },
    shapes.Alliance: {
        "actor": line(300),
        "family": code(AllianceFamily),
        "level": code(AllianceLevel),
        "relation": code(Relation),
        "purpose": line(300),
        "horizon_year": YEAR,
        "note": paragraphs(1000),
        "serves": st.lists(st.sampled_from(ACTIVITIES + LEVERS), unique=True).map(
            # in the order in which the page lists them
            lambda ids: sorted(ids, key=(ACTIVITIES + LEVERS).index)
        ),
    },
    shapes.BoardDecision: {
        "text": paragraphs(300),
        "serves": links(OBJECTIVES),
        "why": paragraphs(300),
        "cost": line(300),
        "condition": paragraphs(300),
        "if_not": paragraphs(300),
        "carried_by": line(300),
    },
    shapes.Milestone: {"month": st.just("") | MONTH, "milestone": line(120)},
}
OBJECTS = (
    [{}] + [{"activity": row_id} for row_id in ACTIVITIES] + [{"mission": m.value} for m in Mission]
)


@st.composite
def targets(draw: st.DrawFn, row: dict[str, Any], low: str, high: str) -> dict[str, Any]:
    """The high end of a range for some of the rows that have a target."""
    if row[low] is None or draw(st.booleans()):
        return {high: None}
    return {high: min(round(row[low] + draw(st.integers(1, 500)) / 100, 2), 1_000_000_000)}


@st.composite
def rows(draw: st.DrawFn, shape: type[shapes.Row], max_size: int = 4) -> list[dict[str, Any]]:
    """Rows that hold something, numbered from 1."""
    found = []
    for _ in range(draw(st.integers(0, max_size))):
        row = draw(st.fixed_dictionaries(FIELDS[shape]))
        if shape is shapes.ActionTerritory:
            row |= draw(st.sampled_from(OBJECTS))
        if shape is shapes.Objective:
            row |= draw(targets(row, "target_value", "target_max_value"))
            row["target_at_least"] = row["target_max_value"] is None and draw(st.booleans())
            if row["baseline_value"] and draw(st.booleans()):
                row |= {"baseline_value": -row["baseline_value"], "unit": "K€"}
        if shape is shapes.Lever:
            row |= draw(targets(row, "amount_target_keur", "amount_target_max_keur"))
        row_id = f"{shape.id_prefix}{len(found) + 1}"
        if not shape.model_validate({"id": row_id, **row}).is_blank:
            found.append({"id": row_id, **row})
    return found


@st.composite
def snapshots(draw: st.DrawFn) -> dict[str, Any]:
    """A column of the economic model, its range in order."""
    column = draw(
        st.fixed_dictionaries(
            {
                "fte": number(10_000),
                "team_detail": line(300),
                "volunteers": st.none() | st.integers(0, 1_000_000),
                "skills_sponsorship_days": st.none() | st.integers(0, 1_000_000),
                "budget_min_keur": number(1_000_000),
                "budget_max_keur": number(1_000_000),
                "public_pct": number(100),
                "private_pct": number(100),
                "self_pct": number(100),
            }
        )
    )
    low, high = column["budget_min_keur"], column["budget_max_keur"]
    if low is not None and high is not None and low > high:
        column["budget_min_keur"], column["budget_max_keur"] = high, low
    return column


SCOPE_STEP = st.fixed_dictionaries(
    {
        "handling": st.sampled_from([handling.value for handling in Handling]),
        "partner": line(300),
        "alliance": st.none() | st.sampled_from(ALLIES),
        "note": paragraphs(1000),
    }
)
SCENARIO = st.fixed_dictionaries(
    {
        "chosen": st.booleans(),
        "lever": st.none() | st.sampled_from(LEVERS),
        "stop_first": paragraphs(1000),
    }
)
SCENARIOS = st.lists(SCENARIO, min_size=3, max_size=3).map(
    lambda rows: [{"shock": key.value, **row} for key, row in zip(Shock, rows, strict=True)]
)
CONTENT: dict[StepKey, dict[str, st.SearchStrategy[Any]]] = {
    StepKey.VISION: {"starting_point": paragraphs(800), "statements": rows(shapes.VisionStatement)},
    StepKey.ROLES: {"rows": rows(shapes.Role)},
    StepKey.OBJECTIVES: {"rows": rows(shapes.Objective)},
    StepKey.POSITIONING: {"rows": rows(shapes.Position)},
    StepKey.ACTIVITIES: {
        "rows": rows(shapes.Activity),
        "out_of_scope": st.lists(st.sampled_from([m.value for m in Mission]), unique=True),
    },
    StepKey.ACCOMPANIMENT_SCOPE: {
        "rows": st.lists(SCOPE_STEP, min_size=6, max_size=6).map(
            lambda steps: [
                {"step": key.value, **step} for key, step in zip(ScopeStepKey, steps, strict=True)
            ]
        )
    },
    StepKey.TERRITORIAL_SCALES: {"rows": rows(shapes.ActionTerritory)},
    StepKey.ECONOMIC_MODEL: {
        "now": snapshots(),
        "target": snapshots(),
        "needs_now": paragraphs(1000),
        "needs_target": paragraphs(1000),
        "levers": rows(shapes.Lever),
        "scenarios": st.just([]) | SCENARIOS,
    },
    StepKey.ALLIANCES: {"rows": rows(shapes.Alliance)},
    StepKey.ORGANISATION: {
        "organisation": paragraphs(1000),
        "governance": paragraphs(1000),
        "governance_forms": st.lists(
            st.sampled_from([f.value for f in GovernanceForm]), unique=True
        ),
        "legal_tool": code(LegalTool),
        "legal_tool_state": code(LegalToolState),
        "rationale": paragraphs(500),
    },
    StepKey.BOARD_DECISIONS: {
        "decisions": rows(shapes.BoardDecision),
        "calendar": rows(shapes.Milestone),
    },
}
COMMON = {"board_question": paragraphs(1000), "mark": code(Mark)}


def answers(step: StepKey) -> st.SearchStrategy[Answer]:
    """Return answers to a step; their links point to ROLES, OBJECTIVES, ACTIVITIES…"""
    return st.fixed_dictionaries(CONTENT[step] | COMMON).map(ANSWER_SHAPES[step].model_validate)


def empty_document() -> dict[str, Any]:
    """Return the JSON of a document without answers."""
    return {
        "schema": 5,
        "kit": "rameau-2013",
        "structure": {"name": "Structure fictive"},
        "diagnostic": {"title": "Ambition", "base_year": 2026, "horizon_years": 3},
        "answers": {},
    }


def document_with_targets() -> DiagnosticDocument:
    """Return a document that has every row the links of answers() may point to."""
    value = empty_document()
    value["answers"] = {
        "roles": {"rows": [{"id": i, "label": f"Rôle {i}"} for i in ROLES]},
        "objectives": {"rows": [{"id": i, "statement": f"Objectif {i}"} for i in OBJECTIVES]},
        "activities": {"rows": [{"id": i, "text": f"Activité {i}"} for i in ACTIVITIES]},
        "economic_model": {"levers": [{"id": i, "text": f"Levier {i}"} for i in LEVERS]},
        "alliances": {"rows": [{"id": i, "actor": f"Acteur {i}"} for i in ALLIES]},
    }
    return load_document(value)


@st.composite
def documents(draw: st.DrawFn) -> DiagnosticDocument:
    """Documents with any answers; their links may dangle."""
    value = empty_document()
    for step in StepKey:
        if draw(st.booleans()):
            value["answers"][step.value] = draw(answers(step)).model_dump(mode="json")
    return load_document(value)
