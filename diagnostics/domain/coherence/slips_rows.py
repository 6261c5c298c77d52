"""S15: rows of a table that are the same."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterator, Sequence
from typing import TypeVar

from diagnostics.domain.answers.activities import ACTIVITIES
from diagnostics.domain.answers.alliances import ALLIES
from diagnostics.domain.answers.base import Row
from diagnostics.domain.answers.descriptor import RowSet
from diagnostics.domain.answers.economic_model import LEVERS
from diagnostics.domain.answers.objectives import OBJECTIVES
from diagnostics.domain.answers.positioning import POSITIONS
from diagnostics.domain.answers.roles import ROLES
from diagnostics.domain.answers.vision import STATEMENTS
from diagnostics.domain.coherence.case import Case
from diagnostics.domain.coherence.findings import FieldLink, Severity
from diagnostics.domain.coherence.registry import Found, rule
from diagnostics.domain.coherence.words import plain, words
from diagnostics.domain.vocabulary import ActorType, RoleKind, StepKey
from diagnostics.typography import NBSP, number

R = TypeVar("R", bound=Row)
NUMBERS = {2: "Deux", 3: "Trois", 4: "Quatre", 5: "Cinq"}
# What is alike of a row, or nothing where it says nothing yet.
Alike = Hashable | None


@rule(
    "S15",
    Severity.INFO,
    StepKey.OBJECTIVES,
    StepKey.VISION,
    StepKey.ROLES,
    StepKey.POSITIONING,
    StepKey.ACTIVITIES,
    StepKey.ECONOMIC_MODEL,
    StepKey.ALLIANCES,
    title="Deux lignes du même nom",
    why="Deux lignes qui portent le même nom sont le plus souvent une ligne saisie deux fois. Si "
    "elles disent deux choses, un mot de plus les distingue.",
)
def rows_alike(case: Case) -> Iterator[Found]:
    """S15: rows with the same words; one finding for all that are alike."""
    yield from _found(
        StepKey.VISION,
        STATEMENTS,
        "énoncés",
        "text",
        [(i, row, words(row.text)) for i, row in case.statements],
    )
    yield from _found(
        StepKey.ROLES,
        ROLES,
        "rôles",
        "role",
        [
            (i, row, words(row.title))
            for i, row in case.roles
            if row.label or row.role not in {None, RoleKind.OTHER}
        ],
    )
    yield from _found(
        StepKey.OBJECTIVES,
        OBJECTIVES,
        "objectifs",
        "statement",
        [
            (i, row, words(row.statement) and (words(row.statement), plain(row.unit)))
            for i, row in case.objectives
        ],
    )
    yield from _actors_in_both_circles(case)
    yield from _found(
        StepKey.ACTIVITIES,
        ACTIVITIES,
        "activités",
        "text",
        [
            (i, row, words(row.text) and (words(row.text), row.mission))
            for i, row in case.activities
        ],
    )
    yield from _found(
        StepKey.ECONOMIC_MODEL,
        LEVERS,
        "leviers",
        "text",
        [(i, row, words(row.text) and (words(row.text), row.family)) for i, row in case.levers],
    )
    yield from _found(
        StepKey.ALLIANCES,
        ALLIES,
        "alliés",
        "actor",
        [(i, row, words(row.actor)) for i, row in case.alliances],
    )


def _actors_in_both_circles(case: Case) -> Iterator[Found]:
    """Find one kind of actor with the same mode in both circles (« autre »: with the same label)."""
    circles: dict[Hashable, set[int | None]] = defaultdict(set)
    rows = []
    for index, row in case.positions:
        is_other = row.actor_type is ActorType.OTHER
        label = words(row.label) if is_other else frozenset()
        if row.actor_type is None or (is_other and not label):
            continue
        alike = (row.actor_type, row.mode, label)
        circles[alike].add(row.circle)
        rows.append((index, row, alike))
    both = [entry for entry in rows if {1, 2} <= circles[entry[2]]]
    yield from _found(StepKey.POSITIONING, POSITIONS, "acteurs", "circle", both)


def _found(
    step: StepKey, row_set: RowSet[R], noun: str, field: str, rows: Sequence[tuple[int, R, Alike]]
) -> Iterator[Found]:
    groups: dict[Alike, list[tuple[int, R]]] = defaultdict(list)
    for index, row, alike in rows:
        if alike:
            groups[alike].append((index, row))
    for group in groups.values():
        if len(group) < 2:
            continue
        (index, row), (second, _) = group[:2]
        yield Found(
            f"{NUMBERS.get(len(group), number(len(group)))} {noun} portent le même nom{NBSP}: "
            f"{row_set.mention(row, index + 1)}.",
            rows=tuple(row.id for _, row in group),
            links=tuple(
                FieldLink(step, f"{row_set.field}-{place}-{field}") for place in (second, index)
            ),
            step=step,
        )
