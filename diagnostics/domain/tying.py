"""Tying what the thread lacks: from an answer and a gap, the answer with the link.

Pure functions: the answer is the one now stored, links to rows that are gone included, and what is
returned differs from it by the link alone. Links already there are kept.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

from diagnostics.domain.answers import (
    MAX_LINKS,
    MAX_ROWS,
    ActionTerritory,
    Activities,
    Activity,
    Alliances,
    Answer,
    Objectives,
    TerritorialScales,
    new_row_id,
)
from diagnostics.domain.answers.activities import ACTIVITIES
from diagnostics.domain.answers.economic_model import LEVERS
from diagnostics.domain.answers.objectives import OBJECTIVES
from diagnostics.domain.answers.roles import ROLES
from diagnostics.domain.document import DiagnosticDocument
from diagnostics.domain.links import Choices, link_choices
from diagnostics.domain.thread import Gap, GapKind
from diagnostics.domain.vocabulary import TerritorialScale

# Gaps whose link is kept by the rows that are chosen, not by the row that lacks it.
_KEPT_BY_CHOSEN = {GapKind.ROLE_OBJECTIVE, GapKind.OBJECTIVE_ACTIVITY}


class CannotTie(ValueError):
    """The link cannot be made; ``str(error)`` says why and what to do, in French."""


def tying_choices(kind: GapKind, document: DiagnosticDocument) -> Choices:
    """Return the (row id, words) that a gap can be tied to; an échelon's codes for a place."""
    if kind is GapKind.OBJECTIVE_ROLE:
        return link_choices([ROLES], document)
    if kind in {GapKind.ROLE_OBJECTIVE, GapKind.ACTIVITY_OBJECTIVE}:
        return link_choices([OBJECTIVES], document)
    if kind is GapKind.OBJECTIVE_ACTIVITY:
        return link_choices([ACTIVITIES], document)
    if kind is GapKind.ACTIVITY_SCALE:
        return TerritorialScale.choices()
    return link_choices([ACTIVITIES, LEVERS], document)


def tie(answer: Answer, gap: Gap, chosen: Iterable[str]) -> Answer:
    """Return the answer with the rows ``chosen`` tied to the row of the gap.

    For a place, ``chosen`` holds codes of échelons. Raises CannotTie when the row is gone or when
    a bound would be passed.
    """
    if gap.kind is GapKind.ACTIVITY_SCALE:
        return _place(cast(TerritorialScales, answer), gap.row, chosen)
    if gap.kind in _KEPT_BY_CHOSEN:
        ends = {row: [gap.row] for row in chosen}
    else:
        ends = {gap.row: list(chosen)}
    changed = cast("Objectives | Activities | Alliances", answer.model_copy(deep=True))
    found = {row.id: row for row in changed.rows}
    for row_id, added in ends.items():
        if row_id not in found:
            raise CannotTie("Cette ligne a été retirée entre-temps\u00a0: rien n’a été relié.")
        row = found[row_id]
        row.serves = list(dict.fromkeys([*row.serves, *added]))
        if len(row.serves) > MAX_LINKS:
            raise CannotTie(f"{MAX_LINKS} liens au plus par ligne\u00a0: décochez-en.")
        if isinstance(row, Activity):
            row.serves_none = False
    return changed


def serve_none(answer: Answer, gap: Gap) -> Activities:
    """Return the activities, the one of the gap serving no objective on purpose.

    Raises CannotTie when the row is gone.
    """
    changed = cast(Activities, answer.model_copy(deep=True))
    for row in changed.rows:
        if row.id == gap.row:
            row.serves, row.serves_none = [], True
            return changed
    raise CannotTie("Cette ligne a été retirée entre-temps\u00a0: rien n’a été enregistré.")


def _place(answer: TerritorialScales, activity: str, codes: Iterable[str]) -> TerritorialScales:
    rows = list(answer.rows)
    own = [number for number, row in enumerate(rows) if row.activity == activity]
    there = {rows[number].scale for number in own}
    waiting = [number for number in own if rows[number].scale is None]
    for code in codes:
        scale = TerritorialScale(code)
        if scale in there:
            continue
        if waiting:  # named in the step, its échelon left for later
            number = waiting.pop(0)
            rows[number] = rows[number].model_copy(update={"scale": scale})
        else:
            row_id = new_row_id(ActionTerritory.id_prefix)
            rows.append(ActionTerritory(id=row_id, activity=activity, scale=scale))
    if len(rows) > MAX_ROWS:
        raise CannotTie(f"L’étape a déjà {MAX_ROWS}\u00a0lignes\u00a0: libérez-en une d’abord.")
    return answer.model_copy(update={"rows": rows})
