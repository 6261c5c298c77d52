"""The answers that a finding speaks of, quoted: what was typed on each side, and where to change it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from diagnostics.domain.answers import (
    STEPS,
    ActionTerritory,
    Activity,
    Alliance,
    EconomicSnapshot,
    Lever,
    Objective,
    Position,
    RowSet,
    ScopeStep,
    Shape,
)
from diagnostics.domain.answers.activities import ACTIVITIES
from diagnostics.domain.coherence.findings import CoherenceFinding, FieldLink
from diagnostics.domain.comparison import field_told
from diagnostics.domain.document import DiagnosticCard, DiagnosticDocument
from diagnostics.domain.vocabulary import Handling
from diagnostics.typography import (
    NBSP,
    NNBSP,
    count,
    enumeration,
    french_date,
    keur_range,
    number,
    percent,
    quoted,
    shortened,
)

NOTHING = "non renseigné"
# Names of a list that are told before « et 7 autres ».
TOLD_ROWS = 4
LONGEST = 240


@dataclass(frozen=True)
class QuotedAnswer:
    """One side of what is discussed: where it is changed, and what it says now."""

    link: FieldLink
    text: str


def quote_answers(
    finding: CoherenceFinding, document: DiagnosticDocument
) -> tuple[QuotedAnswer, ...]:
    """Return the answers that a finding speaks of, in the order of its links."""
    return tuple(
        QuotedAnswer(
            link,
            _card(document.diagnostic, link.field) if link.step is None else _side(document, link),
        )
        for link in dict.fromkeys(finding.links)
    )


def _card(card: DiagnosticCard, field: str) -> str:
    if field == "title":
        return f"Titre{NBSP}: {quoted(card.title)}"
    if field == "board_date":
        day = french_date(card.board_date) if card.board_date else NOTHING
        return f"Conseil{NBSP}: {day}"
    return f"De {card.base_year} (N) à {card.target_year}"


def _side(document: DiagnosticDocument, link: FieldLink) -> str:
    """Say one side: a row, a whole list, a column of the economic model, or a field of a step."""
    assert link.step is not None
    step = STEPS[link.step]
    answer = document.answers.get(link.step) or step.shape()
    name, _, rest = link.field.partition("-")
    row_set = next((rows for rows in step.row_sets if rows.field == name), None)
    if row_set is not None:
        rows = getattr(answer, name)
        place, _, field = rest.partition("-")
        if not place or int(place) >= len(rows):
            return _list(row_set, rows, document)
        row = rows[int(place)]
        told = _row(row, field, document)
        named = row_set.mention(row, int(place) + 1)
        return f"{named}{NBSP}: {told}" if told else named
    value = getattr(answer, name)
    if isinstance(value, EconomicSnapshot):
        year = document.diagnostic.base_year if name == "now" else document.diagnostic.target_year
        return f"{year}{NBSP}: {_column(value, rest)}"
    if name == "out_of_scope":
        out = enumeration(quoted(mission.label) for mission in value) or "aucune mission"
        return f"hors de votre rôle{NBSP}: {out}"
    return _field(answer, name)


def _field(shape: Shape, name: str) -> str:
    label, value = field_told(shape, name)
    return f"{label}{NBSP}: {quoted(shortened(value, LONGEST)) if value else NOTHING}"


def _column(column: EconomicSnapshot, field: str) -> str:
    if field.startswith("budget"):
        return keur_range(column.budget_min_keur, column.budget_max_keur) or "budget non renseigné"
    if field.endswith("_pct"):
        shares = [
            f"{percent(value) if value is not None else '…'} {family.label.lower()}"
            for family, value in column.shares.items()
        ]
        return f"{NBSP}– ".join(shares)
    if field == "fte":
        return "équipe non renseignée" if column.fte is None else f"{number(column.fte)}{NBSP}ETP"
    return _field(column, field)


def _list(row_set: RowSet[Any], rows: list[Any], document: DiagnosticDocument) -> str:
    """Name the first rows of a list, and count the others."""
    given = [
        (place, row) for place, row in enumerate(rows, 1) if not getattr(row, "is_blank", False)
    ]
    if not given:
        return f"rien dans la liste des {row_set.noun}s"
    names = []
    for place, row in given[:TOLD_ROWS]:
        told = _row(row, "", document)
        named = row_set.mention(row, place)
        names.append(f"{named} ({told})" if told else named)
    more = len(given) - len(names)
    listed = f"{NNBSP}; ".join(names)
    return f"{listed}{NNBSP}; et {count(more, 'autre', 'autres')}" if more else listed


def _row(row: Any, field: str, document: DiagnosticDocument) -> str:
    """Say what a row says besides its name: of its kind, or the field that is asked about."""
    for kind, say in _SAID.items():
        if isinstance(row, kind):
            return say(row, field, document)
    return ""


def _joined(parts: Iterable[str]) -> str:
    return ", ".join(part for part in parts if part)


def _objective(row: Objective, field: str, document: DiagnosticDocument) -> str:
    aim = ""
    if row.target_told:
        start = f"de {row.baseline_told} à " if row.baseline_told else ""
        aim = f"{start}{row.target_told} {row.unit_told}".strip()
    kind = row.kind.label.lower() if row.kind and not aim else ""
    due = str(row.deadline_year) if row.deadline_year else "sans échéance"
    return _joined((aim, kind, due))


def _activity(row: Activity, field: str, document: DiagnosticDocument) -> str:
    start = f"dès {row.start_year}" if row.start_year else ""
    state = row.state.label.lower() if row.state else ""
    priority = f"priorité{NBSP}{row.priority}" if row.priority else ""
    return _joined((state, start) if field in {"state", "start_year"} else (priority, state))


def _scope(row: ScopeStep, field: str, document: DiagnosticDocument) -> str:
    if row.handling is not Handling.WITH_PARTNER:
        return row.handling.label.lower()
    allies = document.answers.alliances
    linked = next((a.actor for a in (allies.rows if allies else []) if a.id == row.alliance), "")
    name = linked or row.partner
    return f"avec {quoted(shortened(name))}" if name else "avec un partenaire, sans nom"


def _scale(row: ActionTerritory, field: str, document: DiagnosticDocument) -> str:
    named = ACTIVITIES.labels(document.answers).get(row.activity or "", "")
    of = row.mission.label if row.mission else shortened(named)
    return _joined((of, row.scale.label if row.scale else "sans échelon", row.territory))


def _position(row: Position, field: str, document: DiagnosticDocument) -> str:
    circle = {1: "1er cercle", 2: "2e cercle"}.get(row.circle or 0, "sans cercle")
    return _joined((circle, quoted(shortened(row.posture)) if row.posture else ""))


def _lever(row: Lever, field: str, document: DiagnosticDocument) -> str:
    ends = (row.amount_target_keur, row.amount_target_max_keur)
    target = keur_range(*ends)
    now = "" if row.amount_now_keur is None else f"{number(row.amount_now_keur)}{NBSP}K€"
    amounts = f"{now or '…'} → {target or '…'}" if now or target else ""
    return _joined((amounts, row.state.label.lower() if row.state else ""))


def _alliance(row: Alliance, field: str, document: DiagnosticDocument) -> str:
    if field == "purpose":
        return quoted(shortened(row.purpose)) if row.purpose else "sans but"
    if field == "horizon_year":
        return str(row.horizon_year or "sans échéance")
    return row.relation.label.lower() if row.relation else ""


_SAID: dict[type, Callable[[Any, str, DiagnosticDocument], str]] = {
    Objective: _objective,
    Activity: _activity,
    ScopeStep: _scope,
    ActionTerritory: _scale,
    Position: _position,
    Lever: _lever,
    Alliance: _alliance,
}
